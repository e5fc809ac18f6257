"""The window of models beside the one that reads, and what passes between them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton

from core.learning import runs
from core.learning.recipe import Recipe
from core.learning.watching import Position
from core.model import library
from core.review import Review
from gui.closing import interrupts_training
from gui.workshop.reviewed import reviewed_scans
from gui.workshop.window import PLACES
from gui.workshop.words import training_words
from tests.gui.driving import settle

PATIENCE_MS = 60_000


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    for entry in library.entries():
        if not entry.bundled:
            library.remove(entry.name)
    for run in (*runs.interrupted(), *runs.waiting()):
        runs.discard(run.folder)


def test_each_action_leads_to_its_page_of_one_window(begin, scans, qtbot) -> None:
    lungfield = begin(*scans)
    workshop = lungfield.workshop
    assert workshop.window is None  # nobody waits for what is not wanted
    windows = set()
    for number, place in enumerate(PLACES):
        lungfield.window.actions_[place].trigger()
        assert workshop.window.isVisible()
        assert workshop.window.tabs.currentIndex() == number
        windows.add(workshop.window)
    assert len(windows) == 1
    qtbot.waitUntil(lambda: len(workshop.models.entries) > 0, timeout=PATIENCE_MS)
    workshop.window.close()
    assert not workshop.window.isVisible()
    assert lungfield.window.isVisible()


def test_a_kept_model_that_is_made_active_reads_at_once(begin, scans, model_files, qtbot) -> None:
    lungfield = begin(*scans)
    assert lungfield.session.opened.reader.checkpoint.name == "first"
    models = lungfield.workshop.models
    with qtbot.waitSignal(models.activated, timeout=PATIENCE_MS):
        models.keep(model_files[1], "of my ward", "made in winter", activate=True)
    settle(qtbot, lungfield)
    assert lungfield.session.opened.reader.checkpoint.name == "of my ward"
    assert lungfield.preferences.now.model == ""
    assert lungfield.preferences.now.threshold is None  # the old one was meant for another model
    assert {entry.reading.model for entry in lungfield.session.worklist.entries} == {"of my ward"}

    with qtbot.waitSignal(models.activated, timeout=PATIENCE_MS):
        models.roll_back()
    settle(qtbot, lungfield)
    assert lungfield.session.opened.reader.checkpoint.name == library.BUNDLED

    models.activate("of my ward")
    settle_on(qtbot, lungfield, "of my ward")
    models.remove("of my ward")
    settle_on(qtbot, lungfield, library.BUNDLED)


def test_what_reads_is_opened_anew_only_for_a_change_of_its_own(begin, scans, model_files, qtbot) -> None:
    lungfield = begin(*scans)
    models, preferences = lungfield.workshop.models, lungfield.preferences
    for number, name in enumerate(("one", "other")):
        with qtbot.waitSignal(models.added, timeout=PATIENCE_MS):
            models.keep(model_files[number], name)
    preferences.change(model="", threshold=0.498)
    opened = []
    lungfield.session.readings.service.opened.connect(opened.append)
    with qtbot.waitSignal(models.activated, timeout=PATIENCE_MS):
        models.activate("one")
    settle_on(qtbot, lungfield, "one")
    settle(qtbot, lungfield)
    assert len(opened) == 1
    preferences.change(threshold=0.6)

    with qtbot.waitSignal(models.renamed, timeout=PATIENCE_MS):
        models.rename("other", "another")
    with qtbot.waitSignal(models.removed, timeout=PATIENCE_MS):
        models.remove("another")
    settle(qtbot, lungfield)
    assert len(opened) == 1
    assert preferences.now.threshold == 0.6

    with qtbot.waitSignal(models.renamed, timeout=PATIENCE_MS):
        models.rename("one", "the one")
    settle_on(qtbot, lungfield, "the one")
    assert len(opened) == 2
    assert preferences.now.threshold == 0.6


def test_the_active_one_can_be_made_to_read_again(begin, scans, model_files, qtbot) -> None:
    lungfield = begin(*scans)
    models, preferences = lungfield.workshop.models, lungfield.preferences
    with qtbot.waitSignal(models.added, timeout=PATIENCE_MS):
        models.keep(model_files[1], "of my ward")
    preferences.change(model="of my ward", threshold=None)
    settle_on(qtbot, lungfield, "of my ward")
    assert models.reading == "of my ward"
    models.activate(models.active)
    settle_on(qtbot, lungfield, library.BUNDLED)
    assert preferences.now.model == ""
    assert models.reading == library.BUNDLED


def settle_on(qtbot, lungfield, name: str) -> None:
    def reads() -> bool:
        opened = lungfield.session.opened
        return opened is not None and opened.reader.checkpoint.name == name

    qtbot.waitUntil(reads, timeout=PATIENCE_MS)


def test_scans_of_a_page_come_to_the_worklist(begin, scans, qtbot) -> None:
    lungfield = begin(scans[0])
    lungfield.window.actions_["evaluate"].trigger()
    lungfield.workshop.pages[1].scans_wanted.emit([scans[1]])
    qtbot.waitUntil(
        lambda: (
            lungfield.session.current is not None and lungfield.session.current.name.endswith(scans[1].name)
        ),
        timeout=PATIENCE_MS,
    )
    assert len(lungfield.session.worklist.entries) == 2


def test_reviewed_scans_are_what_can_be_learnt_from(begin, scans, qtbot) -> None:
    lungfield = begin(*scans)
    store = lungfield.storing.store
    by_name = {Path(entry.name).name: entry for entry in lungfield.session.worklist.entries}
    store.set_review(by_name[scans[0].name].sha256, Review.now("NORMAL"))
    store.set_review(by_name[scans[1].name].sha256, Review.now("PNEUMONIA", "left"))
    store.set_review(by_name[scans[2].name].sha256, Review.now(note="blurred"))
    told = {(path.name, label) for path, _, label, _ in reviewed_scans(store)}
    assert told == {(scans[0].name, "NORMAL"), (scans[1].name, "PNEUMONIA")}


def test_an_interrupted_run_is_offered_at_the_next_start(begin, scans, qtbot) -> None:
    job = runs.new_run([scans[0].parent], Recipe(), "cpu", "of my ward")
    lungfield = begin(scans[0])
    bar = lungfield.window.door.bar
    qtbot.waitUntil(bar.isVisible, timeout=PATIENCE_MS)
    assert "of my ward" in bar.text
    qtbot.mouseClick(bar.discard, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not job.out.exists(), timeout=PATIENCE_MS)
    assert not bar.isVisible()


def test_the_bottom_line_tells_of_a_training_and_leads_to_it(begin, scans) -> None:
    lungfield = begin(scans[0])
    status = lungfield.window.status
    (link,) = (button for button in status.findChildren(QPushButton) if button.property("role") == "link")
    assert link.isHidden()
    lungfield.workshop.training_told.emit("Fine-tuning: epoch 2 of 5")
    assert link.isVisible()
    assert link.text() == "Fine-tuning: epoch 2 of 5"
    link.click()
    assert lungfield.workshop.window.tabs.currentIndex() == PLACES.index("fine-tune")
    lungfield.workshop.training_told.emit("")
    assert link.isHidden()


def test_words_of_a_training() -> None:
    epoch = Position("epochs", 2, 5, 0.5, 0.4, 125.0)
    assert "2" in training_words(epoch, False)
    assert "left" in training_words(epoch, False)
    assert "paused" in training_words(epoch, True)
    assert "left" not in training_words(epoch, True)
    assert training_words(None, False)
    assert (
        len({training_words(Position(stage), False) for stage in ("loading", "features", "finishing")}) == 3
    )


def test_closing_knows_the_epochs_of_a_run_that_still_opens_scans(begin, scans, monkeypatch) -> None:
    workshop = begin(scans[0]).workshop
    monkeypatch.setattr(type(workshop.training), "epochs_done", property(lambda _: 12))
    assert workshop.epochs_done == 12


@pytest.mark.parametrize(("button", "closes"), [("Close", True), ("Cancel", False)])
def test_closing_asks_while_a_model_is_trained(qtbot, monkeypatch, button, closes) -> None:
    asked = []

    def answer(box: QMessageBox) -> QMessageBox.StandardButton:
        asked.append(box.text() + box.informativeText())
        return QMessageBox.StandardButton[button]

    monkeypatch.setattr(QMessageBox, "exec", answer)
    assert interrupts_training(None, 3) is closes
    assert "(3)" in asked[0]
