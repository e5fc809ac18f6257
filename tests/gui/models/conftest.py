"""A library of the test's own, with two small models."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.model import library
from core.settings import Settings
from gui.jobs import Lane
from gui.models.models import Models
from gui.preferences import Preferences


@pytest.fixture
def own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_files: tuple[Path, Path]) -> Path:
    """The folder of one's own models: "ward 7" with a note, and "second"."""
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))
    library.keep(model_files[0], "ward 7", "a note\nin two lines")
    library.add(model_files[1], "second")
    return tmp_path / "home" / "data" / "models"


@pytest.fixture
def preferences() -> Preferences:
    return Preferences(Settings(), keep=False)


@pytest.fixture
def models(own_library: Path, lane: Lane, preferences: Preferences, qtbot: QtBot) -> Models:
    made = Models(lane, preferences)
    with qtbot.waitSignal(made.changed):
        made.refresh()
    return made
