"""Settings survive a restart, and a file that is damaged or foreign does no harm."""

from __future__ import annotations

import json
import os
import stat
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import settings as kept
from core.errors import LungfieldError
from core.settings import RECENT, Settings, with_recent


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where settings are kept in this test."""
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path))
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "settings.json"


def test_without_a_file_there_are_the_defaults(file: Path) -> None:
    assert kept.load() == Settings()


def test_what_is_saved_is_loaded(file: Path) -> None:
    chosen = Settings(
        model="ward-7",
        engine="openvino",
        device="cpu",
        precision="int8",
        threshold=0.25,
        uncertain_band=0.05,
        drag_axes="level-width",
        drag_up_darkens=True,
        theme="light",
        language="de",
        notice_accepted=1,
        heatmap_shown=False,
        heatmap_opacity=0.3,
        heatmap_cut_off=0.2,
        side_by_side=True,
        recent=("/scans/Ä b.dcm", "/scans"),
    )
    assert all(getattr(chosen, name) != value for name, value in asdict(Settings()).items())
    kept.save(chosen)
    assert kept.load() == chosen


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"dark"', "\x00"])
def test_a_damaged_file_gives_the_defaults(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
    assert kept.load() == Settings()


def test_a_file_that_is_no_text_gives_the_defaults(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\xfd")
    assert kept.load() == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("engine", "cuda"),
        ("engine", None),
        ("theme", "blue"),
        ("threshold", 1.5),
        ("threshold", "0.5"),
        ("threshold", True),
        ("uncertain_band", float("nan")),
        ("uncertain_band", 0.51),
        ("uncertain_band", None),
        ("heatmap_opacity", -0.1),
        ("drag_up_darkens", 1),
        ("notice_accepted", True),
        ("notice_accepted", "1"),
        ("model", 7),
        ("recent", "scan.dcm"),
        ("recent", [1]),
        ("from_a_later_version", 1),
    ],
)
def test_what_makes_no_sense_keeps_its_default_and_the_rest_is_taken(
    file: Path, name: str, value: Any
) -> None:
    file.write_text(json.dumps({name: value, "language": "fr"}), "utf-8")
    assert kept.load() == replace(Settings(), language="fr")


_PLAIN = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)
_VALUES = _PLAIN | st.lists(_PLAIN, max_size=3) | st.dictionaries(st.text(max_size=3), _PLAIN, max_size=2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(st.sampled_from(sorted(asdict(Settings()))), _VALUES))
def test_nothing_in_the_file_stops_the_start(file: Path, said: dict[str, Any]) -> None:
    file.write_text(json.dumps(said), "utf-8")
    loaded = kept.load()
    kept.save(loaded)
    assert kept.load() == loaded


def test_a_path_that_is_no_text_is_kept_for_oneself(file: Path) -> None:
    latin = os.fsdecode(b"/scans/M\xfcller.png") if sys.platform == "linux" else "/scans/Müller.png"
    kept.save(Settings(recent=(latin, "/scans/Łódź.png")))
    assert kept.load().recent == (latin, "/scans/Łódź.png")
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_said_in_words(file: Path) -> None:
    file.mkdir()
    with pytest.raises(LungfieldError, match="settings cannot be saved"):
        kept.save(Settings())


def test_the_latest_stands_first_and_once() -> None:
    assert with_recent(("a", "b", "c"), "b") == ("b", "a", "c")


def test_only_so_many_are_remembered() -> None:
    recent: tuple[str, ...] = ()
    for number in range(RECENT + 5):
        recent = with_recent(recent, str(number))
    assert len(recent) == RECENT
    assert recent[0] == str(RECENT + 4)
