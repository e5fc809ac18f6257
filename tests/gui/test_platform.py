"""Whether a window can be shown: said before Qt, which ends the process where it cannot."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import time

import pytest

from gui import platform

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a screen")

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing in the environment says where a window may be shown."""
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def qt_starts() -> bool:
    """Whether Qt itself can show windows in the environment as it is."""
    script = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60)
    return ended.returncode == 0


def needs_libraries() -> None:
    try:
        for library in (*platform.LIBRARIES, "libxcb.so.1"):
            ctypes.CDLL(library)
    except OSError as error:
        pytest.skip(f"X11's libraries are not all here: {error}")


def test_without_a_screen_there_is_a_problem(bare):
    assert "no screen" in platform.problem()
    assert "main.py read" in platform.problem(), "what can be done instead"
    assert "\n" not in platform.problem()


def test_a_screen_that_does_not_answer_is_a_problem(bare):
    needs_libraries()
    bare.setenv("DISPLAY", ":99999")
    began = time.monotonic()
    assert platform.problem().startswith("the screen :99999 does not answer")
    assert time.monotonic() - began < 5


def test_where_there_is_a_problem_qt_does_not_start(bare):
    bare.setenv("DISPLAY", ":99999")
    assert platform.problem()
    assert not qt_starts()


def test_a_platform_that_was_asked_for_is_no_problem(bare):
    bare.setenv("QT_QPA_PLATFORM", "offscreen")
    assert platform.problem() == ""
    assert qt_starts()


def test_a_wayland_screen_is_not_asked(bare):
    bare.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert platform.problem() == ""


def test_a_missing_library_is_named(bare):
    bare.setenv("DISPLAY", ":99999")
    bare.setattr(platform.ctypes, "CDLL", _without("libxcb-cursor.so.0"))
    assert "libxcb-cursor.so.0" in platform.problem()
    assert "\n" not in platform.problem()


def _without(missing: str):
    def load(name: str) -> object:
        if name == missing:
            raise OSError(name)
        return object()

    return load


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb here")
def test_a_screen_that_answers_is_no_problem(bare):
    needs_libraries()
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "64x64x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        bare.setenv("DISPLAY", f":{number}")
        assert platform.problem() == ""
    finally:
        server.terminate()
        server.wait(10)
