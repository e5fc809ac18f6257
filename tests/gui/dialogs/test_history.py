"""Clearing what is kept, behind the window, and how the settings show it."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel

from core import paths
from core.datasets.reviewed import write_reviewed
from core.errors import LungfieldError
from core.paths import reviewed_table
from core.reading.finding import Found
from core.reading.folder import Outcome
from core.reading.gate import Verdict
from core.reading.reader import ModelKey, Reading
from core.review import Review
from core.settings import Settings
from core.store.store import open_store
from gui.dialogs.clear_history import ClearHistoryDialog
from gui.dialogs.history import History
from gui.dialogs.machine import Machine
from gui.dialogs.settings import SettingsDialog
from gui.dialogs.settings_data import DataPage
from gui.preferences import Preferences

MODEL = ModelKey("0" * 32, "fp32", "a model")
PATIENCE_MS = 20_000


def reading() -> Reading:
    return Reading(
        0.9, "PNEUMONIA", 0.5, np.ones((7, 7), np.float32), Verdict(()), "a model", "openvino", 9.0
    )


@pytest.fixture
def store(tmp_path):
    """Three scans with a reading each, one of them reviewed."""
    with open_store(tmp_path / "kept" / "lungfield.sqlite3") as store:
        for number in range(3):
            path = tmp_path / f"{number}.png"
            found = Found(path, Path(path.name))
            store.add(Outcome(found, "ok", f"{number:064x}", reading=reading(), size=1, modified=1), MODEL)
        store.set_review(f"{1:064x}", Review("NORMAL", "a note"))
        yield store


@pytest.fixture
def history(store, lane) -> History:
    return History(store, lane)


@pytest.fixture
def page(history, qtbot) -> DataPage:
    page = DataPage(history)
    page.show_settings(Settings())
    qtbot.addWidget(page)
    page.resize(560, 500)
    page.show()
    return page


def words_on(page: DataPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def confirm(page: DataPage, reviews: bool) -> None:
    page.clear_history.click()
    dialog = next(each for each in page.findChildren(ClearHistoryDialog) if each.isVisible())
    dialog.reviews.setChecked(reviews)
    dialog.clear.click()


def test_it_counts_what_is_kept(history, store):
    assert history.counts() == (3, 3, 1)
    assert history.path == store.path
    store.flush()
    assert history.size_bytes() >= history.path.stat().st_size > 0
    assert history.problem is None


@pytest.mark.parametrize(("reviews", "left"), [(False, (0, 0, 1)), (True, (0, 0, 0))])
def test_clearing_forgets_what_was_asked(history, store, qtbot, reviews, left):
    write_reviewed(reviewed_table(), [])
    with qtbot.waitSignal(history.cleared, timeout=PATIENCE_MS) as said:
        history.clear(reviews)
    assert said.args == [reviews]
    assert history.counts() == left
    assert reviewed_table().exists() is not reviews
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT count(*) FROM readings").fetchone() == (0,)
    connection.close()
    assert (store.review(f"{1:064x}") is None) is reviews


def test_clearing_holds_nobody_up_and_is_told(history, lane, qtbot):
    go, told = threading.Event(), []
    history.changed.connect(lambda: told.append(history.is_clearing))
    lane.start(lambda _: go.wait(10))
    history.clear(False)
    history.clear(True)  # asked twice: the first counts
    assert history.is_clearing
    with qtbot.waitSignal(history.cleared, timeout=PATIENCE_MS) as said:
        go.set()
    assert said.args == [False]
    assert told == [True, False]
    assert not history.is_clearing


def test_what_adds_to_it_is_told_before_it_is_cleared_and_goes_on_when_all_know_that_it_was(
    history, lane, qtbot
):
    told = []
    history.changed.connect(lambda: told.append("clearing" if history.is_clearing else "over"))
    history.changed.connect(lambda: told.append(f"idle: {lane.is_idle}") if history.is_clearing else None)
    history.cleared.connect(lambda _: told.append("cleared"))
    history.clear(False)
    qtbot.waitUntil(lambda: "over" in told and "cleared" in told, timeout=PATIENCE_MS)
    assert told == ["clearing", "idle: True", "cleared", "over"]


class _Refusing:
    """In a store's place: a disk that cannot be written."""

    path = None
    problem = LungfieldError("the history cannot be written", "free some space")

    def counts(self) -> dict[str, int]:
        return {"scans": 1, "readings": 1, "reviews": 0}

    def size_bytes(self) -> int:
        return 4096

    def clear_history(self, reviews: bool) -> None:
        raise LungfieldError("the history cannot be cleared", "the disk is full")


def test_what_could_not_be_cleared_is_said(lane, qtbot):
    history = History(_Refusing(), lane)
    page = DataPage(history)
    qtbot.addWidget(page)
    page.show()
    assert "in memory only" in words_on(page)
    assert "The history cannot be written: free some space" in words_on(page)
    with qtbot.waitSignal(history.failed, timeout=PATIENCE_MS):
        history.clear(False)
    assert "The history cannot be cleared: the disk is full" in words_on(page)
    assert page.clear_history.isEnabled()


# On the page


def test_the_page_says_what_is_kept_and_where(page, store):
    assert "Scans: 3 · readings: 3 · reviews: 1 · on the disk: " in words_on(page)
    assert str(store.path) in words_on(page)
    assert page.clear_history.isEnabled()


def test_nothing_is_cleared_before_it_is_confirmed(page, history):
    page.clear_history.click()
    dialog = page.findChild(ClearHistoryDialog)
    assert dialog.isVisible()
    dialog.reject()
    assert not history.is_clearing
    assert history.counts() == (3, 3, 1)


def test_what_was_confirmed_is_done_at_once(page, history, qtbot):
    with qtbot.waitSignal(history.cleared, timeout=PATIENCE_MS):
        confirm(page, reviews=True)
        assert "being cleared" in words_on(page)
        assert not page.clear_history.isEnabled()
    assert "Nothing is kept." in words_on(page)
    assert not page.clear_history.isEnabled()
    assert page.fields() == {}, "it is no setting"


def test_reviews_that_stay_are_still_told(page, history, qtbot):
    with qtbot.waitSignal(history.cleared, timeout=PATIENCE_MS):
        confirm(page, reviews=False)
    assert "Scans: 0 · readings: 0 · reviews: 1" in words_on(page)
    assert page.clear_history.isEnabled()


def test_a_page_that_is_gone_is_told_nothing(history, qtbot):
    page = DataPage(history)
    page.deleteLater()
    QApplication.processEvents()
    with qtbot.waitSignal(history.cleared, timeout=PATIENCE_MS):
        history.clear(False)


def test_without_a_history_the_page_does_not_speak_of_it(qtbot):
    page = DataPage()
    qtbot.addWidget(page)
    page.show()
    assert "History" not in words_on(page)
    assert not page.clear_history.isVisible()


def test_the_settings_show_it_and_their_defaults_clear_nothing(history, qtbot):
    dialog = SettingsDialog(
        Preferences(Settings(), keep=False), (), (), (), machine=Machine(False, True, True), history=history
    )
    qtbot.addWidget(dialog)
    assert "Scans: 3" in dialog.data.kept.text()
    dialog.buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).click()
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    assert history.counts() == (3, 3, 1)


class _Desktop(QObject):
    """Takes what is to be opened, in the desktop's place."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Path] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(Path(url.toLocalFile()))


@pytest.mark.parametrize("kept", [True, False])
def test_the_data_folder_is_opened(page, store, qtbot, kept):
    desktop = _Desktop()
    other = DataPage()
    qtbot.addWidget(other)
    QDesktopServices.setUrlHandler("file", desktop, "take")
    try:
        (page if kept else other).open_data.click()
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert desktop.opened == [store.path.parent if kept else paths.user_data()]
    assert desktop.opened[0].is_dir()


@pytest.mark.usefixtures("dark")
def test_no_words_are_cut(page):
    page.resize(480, 620)
    QApplication.processEvents()
    for label in page.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
