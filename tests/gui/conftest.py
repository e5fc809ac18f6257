"""The whole application for the tests of the window: real files, the real model, real threads."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partialmethod
from pathlib import Path
from typing import Any

import cv2
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core import paths
from core.imaging.preprocess import Preprocessing
from core.model import checkpoint
from core.model.checkpoint import Checkpoint
from core.settings import NOTICE_VERSION
from gui.app import Lungfield
from gui.jobs import Lane, Lanes
from gui.theme import Theme
from tests.gui.driving import PATIENCE_MS, settle
from tests.pictures import radiograph
from tests.themes import borrowed_theme


class PatientBot(QtBot):
    """Waits as long as a busy machine, or a busy X server, may take."""

    waitUntil = partialmethod(QtBot.waitUntil, timeout=PATIENCE_MS)  # noqa: N815
    waitSignal = partialmethod(QtBot.waitSignal, timeout=PATIENCE_MS)  # noqa: N815
    waitSignals = partialmethod(QtBot.waitSignals, timeout=PATIENCE_MS)  # noqa: N815
    waitActive = partialmethod(QtBot.waitActive, timeout=PATIENCE_MS)  # noqa: N815
    waitExposed = partialmethod(QtBot.waitExposed, timeout=PATIENCE_MS)  # noqa: N815


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture
def scans(tmp_path: Path) -> list[Path]:
    """Three generated scans."""
    folder = tmp_path / "scans"
    folder.mkdir()
    files = [folder / f"scan-{number}.png" for number in range(3)]
    for number, file in enumerate(files):
        cv2.imwrite(str(file), radiograph(number, opacity=number == 1))
    return files


@pytest.fixture
def start(qapp: QApplication, qtbot: Any) -> Iterator[Callable[..., Lungfield]]:
    """Starts the application with paths and settings, past the first-start notice; closes it in the end."""
    _forget_settings()
    started = []

    def go(
        *files: Path, understood: bool = True, screenshot: Path | None = None, **settings: Any
    ) -> Lungfield:
        chosen = Namespace(paths=list(files), screenshot=screenshot, size=(1280, 800), theme="dark")
        lungfield = Lungfield(qapp, chosen)
        # pytest-qt watches for exceptions and Qt's messages itself
        lungfield.funnel.uninstall()
        if understood:
            settings["notice_accepted"] = NOTICE_VERSION
        if settings:
            lungfield.preferences.change(**settings)
        started.append(lungfield)
        lungfield.start()
        if understood:
            # Without a window manager, as under a bare Xvfb, nobody else gives it the keys
            with qtbot.waitActive(lungfield.window):
                lungfield.window.activateWindow()
        return lungfield

    with borrowed_theme(qapp):  # leaves the application dressed as it was
        yield go
        for lungfield in started:
            lungfield.window.close()
            lungfield.end()
            lungfield.window.deleteLater()
            lungfield.deleteLater()
        # What is closed is destroyed now: a theme that changes would dress all of it
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    _forget_settings()


@pytest.fixture
def begin(
    start: Callable[..., Lungfield], model_files: tuple[Path, Path], qtbot: Any
) -> Callable[..., Lungfield]:
    """Starts the application with a small model, by which the second of `scans` alone is PNEUMONIA, and waits
    until all is read."""

    def go(*files: Path, model: int = 0, **settings: Any) -> Lungfield:
        settings = {"threshold": 0.498, "engine": "torch", "device": "cpu", **settings}
        lungfield = start(*files, model=str(model_files[model]), **settings)
        settle(qtbot, lungfield)
        return lungfield

    return go


def _forget_settings() -> None:
    """And what was read: a test's scans may be those of another."""
    for file in paths.user_data().glob("*"):
        if file.name in ("settings.json", "window.ini") or file.name.startswith("lungfield.sqlite3"):
            file.unlink()


# For the tests of its parts


@pytest.fixture
def lanes(qapp: QApplication) -> Iterator[Lanes]:
    """Lanes that must end with the test."""
    made = Lanes()
    yield made
    assert made.close()
    qapp.processEvents()


@pytest.fixture
def lane(lanes: Lanes) -> Lane:
    return lanes.lane("test")


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[Theme]:
    """The dark theme, and afterwards the application as it was."""
    style, palette = qapp.style().objectName(), qapp.palette()
    theme = Theme(qapp)
    theme.apply("dark")
    yield theme
    qapp.styleHints().colorSchemeChanged.disconnect(theme._follow)
    qapp.styleHints().unsetColorScheme()
    qapp.setStyleSheet("")
    qapp.setStyle(style)
    qapp.setPalette(palette)


@pytest.fixture(scope="session")
def model_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two small models with random weights, "first" and "second", that do not say the same of a scan.

    They are for torch alone: OpenVINO takes ten times as long to open one.
    """
    from tests import models

    network = models.network("efficientnet_b0")  # the one that opens fastest
    made = Checkpoint(
        name="first",
        backbone="efficientnet_b0",
        head="linear",
        weights={name: value.numpy().copy() for name, value in network.state_dict().items()},
        preprocessing=Preprocessing(models.SIZE),
    )
    folder = tmp_path_factory.mktemp("models")
    first, second = folder / "first.safetensors", folder / "second.safetensors"
    checkpoint.save(made, first)
    checkpoint.save(replace(made, name="second", temperature=5 * made.temperature), second)
    return first, second
