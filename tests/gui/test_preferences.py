"""The settings as an object: one change, one word of it, on disk at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core import settings
from core.settings import Settings
from gui.preferences import Preferences


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path))
    return tmp_path


def test_a_change_is_told_once_and_kept(qtbot: QtBot) -> None:
    preferences = Preferences(Settings())
    with qtbot.waitSignal(preferences.changed) as told:
        preferences.change(theme="light", language="de")
    assert told.args == [Settings(theme="light", language="de")]
    assert preferences.now == settings.load() == Settings(theme="light", language="de")


def test_what_changes_nothing_is_not_told(qtbot: QtBot, home: Path) -> None:
    preferences = Preferences(Settings())
    with qtbot.assertNotEmitted(preferences.changed):
        preferences.change(theme="system")
    assert list(home.iterdir()) == []


def test_where_nothing_may_be_kept_nothing_is(qtbot: QtBot, home: Path) -> None:
    preferences = Preferences(Settings(), keep=False)
    preferences.change(theme="dark")
    assert preferences.now.theme == "dark"
    assert list(home.iterdir()) == []


def test_a_disk_that_refuses_is_told_and_the_change_holds(qtbot: QtBot, home: Path) -> None:
    (home / "data" / "settings.json").mkdir(parents=True)
    preferences = Preferences(Settings())
    with qtbot.waitSignals([preferences.not_kept, preferences.changed]):
        preferences.change(theme="dark")
    assert preferences.now.theme == "dark"
