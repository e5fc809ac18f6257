"""The run as the page shows it, what can be done with it, and with runs that lie there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from core.errors import LungfieldError
from core.learning import runs
from core.learning.recipe import PRESETS, Recipe
from core.learning.watching import Position, Trained, Wrong
from gui.models.dialogs import KeepDialog
from gui.training.asking import Question
from gui.training.steps import STAGES
from tests.datasets import write_dataset
from tests.pictures import radiograph

EPOCH = {
    "epoch": 1, "train_loss": 0.6, "train_accuracy": 0.7, "train_auc": 0.8, "val_loss": 0.5,
    "val_accuracy": 0.75, "val_auc": 0.82, "datasets": {}, "lr": 1e-3, "seconds": 1.0,
}  # fmt: skip


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def running(on, tmp_path, monkeypatch):
    """A run that was begun; what its process would say, the test says. What is asked of it is listed."""
    asked = []
    service = on.service
    monkeypatch.setattr(type(service), "is_running", property(lambda _: "over" not in asked))
    for name in ("pause", "go_on", "enough", "cancel"):
        monkeypatch.setattr(service, name, lambda name=name: asked.append(name))
    job = runs.new_run([tmp_path], PRESETS["head-only"], "cpu", "fine-tuned")
    monkeypatch.setattr(type(service), "job", property(lambda _: job))
    service.started.emit(job)
    service.changed.emit()
    on.page.go_to("running")
    on.asked = asked
    return on


def test_a_run_is_shown_as_far_as_it_is(running):
    page, service = running.page, running.service
    assert page.running.stage_bar.maximum() == 0  # busy
    service.position.emit(Position("epochs", 3, 60, 0.5, 0.2, 240.0, 0.6))
    assert page.running.stage.text() == "Epoch 3 of 60"
    assert page.running.stage_bar.value() == page.running.stage_bar.maximum() / 2
    assert page.running.whole_bar.value() == page.running.whole_bar.maximum() / 5
    assert page.running.left.text() == "About 4 minutes left"


def test_curves_are_drawn_as_epochs_come(running, qtbot):
    curves = running.page.running.curves
    with qtbot.waitSignal(curves.drawn, timeout=60_000):
        running.service.epoch.emit(EPOCH)
    assert len(curves.axes) == 3
    assert "0.75" in curves.accessibleDescription()
    running.service.epoch.emit({**EPOCH, "epoch": 2})
    running.service.epoch.emit({**EPOCH, "epoch": 2, "val_auc": 0.9})  # begun anew
    assert [row["epoch"] for row in running.page.following.history] == [1, 2]
    assert running.page.following.history[-1]["val_auc"] == 0.9


def test_what_it_gets_wrong_is_shown_and_opened(running, qtbot, tmp_path):
    wrong = running.page.running.wrong
    assert not wrong.view.isVisible()
    file = tmp_path / "scan.png"
    cv2.imwrite(str(file), radiograph(1))
    running.service.wrong.emit((Wrong(file, 0, 0.93), Wrong(tmp_path / "gone.png", 1, 0.2)))
    assert [wrong.view.item(row).text() for row in range(2)] == [
        "is NORMAL\n93% PNEUMONIA", "is PNEUMONIA\n80% NORMAL",
    ]  # fmt: skip
    black = wrong.view.item(1).icon().pixmap(96, 96).toImage()
    qtbot.waitUntil(lambda: wrong.view.item(0).icon().pixmap(96, 96).toImage() != black, timeout=20_000)
    with qtbot.waitSignal(running.page.scans_wanted) as wanted:
        wrong.view.setFocus()
        wrong.view.setCurrentRow(0)
        wrong.view.itemActivated.emit(wrong.view.item(0))
    assert wanted.args == [[file]]
    running.service.wrong.emit(())
    assert "Nothing" in wrong.line.text()


def test_its_log_is_kept_to_the_last_lines(running):
    running.service.said.emit("out of memory: going on with batches of 8 scans")
    assert "batches of 8" in running.page.running.log.toPlainText()


def test_it_is_paused_and_goes_on(running, qtbot, monkeypatch):
    bar = running.page.run_bar
    press(qtbot, bar.pause)
    assert running.asked == ["pause"]
    monkeypatch.setattr(type(running.service), "is_paused", property(lambda _: True))
    running.service.changed.emit()
    assert running.page.running.left.text() == "Paused"
    press(qtbot, bar.pause)
    assert running.asked == ["pause", "go_on"]


def test_enough_is_offered_once_there_is_something_to_keep(running, qtbot):
    bar = running.page.run_bar
    assert not bar.enough.isEnabled()
    running.service.position.emit(Position("epochs", 1, 60))
    press(qtbot, bar.enough)
    assert "enough" in running.asked
    assert not bar.enough.isEnabled()
    assert "after this epoch" in bar.line.text()


def test_stopping_is_asked_first(running, qtbot):
    page = running.page
    running.service.epoch.emit(EPOCH)
    press(qtbot, page.run_bar.stop)
    question = page.window().findChild(Question)
    qtbot.keyClick(question, Qt.Key.Key_Return)
    assert running.asked == []


@pytest.mark.parametrize(
    ("epochs", "told"), [(0, "begin anew"), (1, "One epoch is finished"), (12, "12 epochs are finished")]
)
def test_who_stops_it_is_told_how_far_it_is(running, qtbot, monkeypatch, epochs, told):
    """Also while a run that goes on is still opening scans and has told of no epoch."""
    monkeypatch.setattr(type(running.service), "epochs_done", property(lambda _: epochs))
    press(qtbot, running.page.run_bar.stop)
    question = running.page.window().findChild(Question)
    assert any(told in label.text() for label in question.findChildren(QLabel))


@pytest.mark.parametrize(("answer", "lies_there"), [("later", True), ("discard", False)])
def test_what_becomes_of_a_run_that_is_stopped(running, qtbot, answer, lies_there):
    page, job = running.page, running.service.job
    press(qtbot, page.run_bar.stop)
    press(qtbot, page.window().findChild(Question).buttons[answer])
    assert running.asked == ["cancel"]
    running.asked.append("over")
    with qtbot.waitSignal(page.folders.changed) if lies_there else qtbot.waitSignal(page.folders._lane.idle):
        running.service.cancelled.emit()
    assert page.stage == "scans"
    assert job.out.exists() == lies_there
    assert page.offer.isVisible() == lies_there


def test_a_failure_is_told_and_the_run_can_go_on(running, qtbot):
    page = running.page
    running.asked.append("over")
    with qtbot.waitSignal(page.folders.changed):
        running.service.failed.emit(LungfieldError("training ended unexpectedly", "go on from where it was"))
    assert page.notice.text == "Training ended unexpectedly. Go on from where it was."
    assert page.offer.isVisible()
    assert page.offer.go_on.isVisible()
    assert not page.offer.look.isVisible()


def test_what_was_put_off_is_not_offered_again(running, qtbot):
    page = running.page
    running.asked.append("over")
    with qtbot.waitSignal(page.folders.changed):
        running.service.cancelled.emit()
    press(qtbot, page.offer.later)
    page._show_offers()
    assert not page.offer.isVisible()


def test_an_end_that_nobody_watches_is_told(running, qtbot, tmp_path):
    page = running.page
    page.go_to("options")
    running.asked.append("over")
    trained = Trained(tmp_path / "none.safetensors", tmp_path / "none.csv", "complete", 60)
    running.service.succeeded.emit(trained)
    assert page.stage == "options"
    assert "has ended" in page.notice.text
    assert page.steps.buttons["result"].isEnabled()
    page.steps.buttons["result"].click()
    assert page.stage == "result"
    assert page.result.ending.text() == "All 60 epochs are done."
    # There are no such files: that is told, and it can still be kept or dropped
    qtbot.waitUntil(page.result.failed.isVisible, timeout=60_000)


def test_another_run_can_be_set_up_but_not_begun(running, qtbot, tmp_path):
    running.page.go_to("scans")
    running.setup.add([write_dataset(tmp_path / "ward", each=6)])
    running.wait_until_inspected(qtbot)
    assert running.setup.can_start
    assert not running.page.start_bar.start.isEnabled()
    assert "going on" in running.page.start_bar.line.text()


def test_a_model_that_is_dropped_is_deleted(on, qtbot, tmp_path):
    page = on.page
    job = runs.new_run([tmp_path], Recipe(epochs=2), "cpu", "mine")
    (job.out / "model.safetensors").write_bytes(b"not a model")
    with qtbot.waitSignal(page.folders.changed):
        page.folders.refresh()
    assert page.offer.look.isVisible()
    press(qtbot, page.offer.look)
    assert page.stage == "result"
    assert not page.offer.isVisible()
    press(qtbot, page.keep_bar.drop)
    question = page.window().findChild(Question)
    press(qtbot, question.buttons["drop"])
    qtbot.waitUntil(lambda: not job.out.exists(), timeout=60_000)
    assert page.keep_bar.again.isVisible()
    press(qtbot, page.keep_bar.again)
    assert page.stage == "scans"


@pytest.fixture
def two(home, tmp_path):
    """Two runs that ended: "first" and "second"."""
    jobs = [runs.new_run([tmp_path], Recipe(epochs=2), "cpu", name) for name in ("first", "second")]
    for job in jobs:
        (job.out / "model.safetensors").write_bytes(b"not a model")
    found = {run.job.name: run for run in runs.waiting()}
    return found["first"], found["second"]


@pytest.mark.parametrize("answer", ["drop", "keep"])
def test_what_is_decided_is_for_the_model_that_was_asked_about(on, two, qtbot, monkeypatch, answer):
    page, (first, second) = on.page, two
    kept = []
    monkeypatch.setattr(on.models, "keep", lambda path, *_: kept.append(path))
    monkeypatch.setattr(type(on.service), "job", property(lambda _: second.job))
    page.show_waiting(first)
    press(qtbot, page.keep_bar.drop if answer == "drop" else page.keep_bar.keep)
    question = page.window().findChild(Question if answer == "drop" else KeepDialog)
    on.service.succeeded.emit(second.trained)
    assert "“second” has ended" in page.notice.text
    press(qtbot, question.buttons["drop"] if answer == "drop" else question.go_on)
    if answer == "drop":
        qtbot.waitUntil(lambda: not first.folder.exists(), timeout=60_000)
    else:
        assert kept == [first.trained.model]
    qtbot.waitUntil(lambda: "“second”" in page.offer.text, timeout=60_000)
    assert second.trained.model.exists()


def test_a_question_goes_with_the_model_that_it_is_about(on, two, qtbot):
    page, (first, second) = on.page, two
    page.show_waiting(first)
    press(qtbot, page.keep_bar.drop)
    question = page.window().findChild(Question)
    with qtbot.waitSignal(question.finished):
        page.show_waiting(second)
    qtbot.waitUntil(lambda: "“first”" in page.offer.text, timeout=60_000)
    assert first.trained.model.exists()
    assert second.trained.model.exists()


def test_another_is_not_shown_while_one_is_being_kept(on, two, qtbot, monkeypatch):
    page, (first, second) = on.page, two
    monkeypatch.setattr(on.models, "keep", lambda *_: None)
    page.show_waiting(first)
    press(qtbot, page.keep_bar.keep)
    press(qtbot, page.window().findChild(KeepDialog).go_on)
    page.show_waiting(second)
    on.models.added.emit("first")
    qtbot.waitUntil(lambda: not first.folder.exists(), timeout=60_000)
    assert second.folder.exists()
    assert page.keep_bar.is_decided


def test_an_interrupted_run_goes_on(on, qtbot, monkeypatch, tmp_path):
    page = on.page
    job = runs.new_run([tmp_path], Recipe(epochs=2), "cpu", "mine")
    began = []
    monkeypatch.setattr(on.service, "start", began.append)
    with qtbot.waitSignal(page.folders.changed):
        page.folders.refresh()
    press(qtbot, page.offer.go_on)
    assert began == [replace(job, resume=True)]
    assert page.stage == "running"


def test_an_interrupted_run_is_discarded(on, qtbot, tmp_path):
    job = runs.new_run([tmp_path], Recipe(epochs=2), "cpu", "mine")
    with qtbot.waitSignal(on.page.folders.changed):
        on.page.folders.refresh()
    with qtbot.waitSignal(on.page.folders.changed):
        press(qtbot, on.page.offer.discard)
    assert not job.out.exists()
    assert not on.page.offer.isVisible()


def test_runs_that_lie_there_are_offered_when_the_page_is_first_seen(bench, qtbot, tmp_path, home):
    runs.new_run([tmp_path], Recipe(epochs=2), "cpu", "mine")
    page = bench().page
    qtbot.waitUntil(page.offer.isVisible, timeout=20_000)


def test_every_stage_can_be_reached_by_keys_where_there_is_something(on, qtbot):
    page = on.page
    with qtbot.waitActive(page):
        page.activateWindow()
    for key, stage in ((Qt.Key.Key_2, "options"), (Qt.Key.Key_1, "scans")):
        qtbot.keyClick(page, key, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda stage=stage: page.stage == stage)
    assert not page.steps.buttons["running"].isEnabled()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_fits_its_window(running, stage, theme):
    page = running.page
    running.theme.apply(theme)
    page.go_to(stage)
    page.resize(900, 500)
    QApplication.processEvents()
    assert page.width() == 900
    assert page.height() == 500
    assert page.rect().contains(page._bars.geometry())


def test_where_no_folder_can_be_made_it_says_so(on, qtbot, tmp_path, monkeypatch):
    on.setup.add([write_dataset(tmp_path / "ward", each=6)])
    on.wait_until_inspected(qtbot)

    def fail(*_):
        raise LungfieldError("cannot write the run", "No space left on device")

    monkeypatch.setattr(on.setup, "new_job", fail)
    press(qtbot, on.page.start_bar.start)
    assert on.page.stage == "scans"
    assert "Cannot write" in on.page.notice.text


def test_a_name_of_a_file_is_no_markup(running, tmp_path):
    running.service.wrong.emit((Wrong(Path("<b>x.png"), 0, 0.9),))
    tip = running.page.running.wrong.view.item(0).toolTip()
    assert "&lt;b&gt;x.png" in tip


def test_epochs_that_end_faster_than_curves_are_drawn_keep_them_not_from_the_screen(running, qtbot):
    """What comes while a figure is drawn is drawn after it, and the last epoch is there in the end."""
    page = running.page.running
    drawn = []
    page.curves.drawn.connect(lambda: drawn.append(page.curves.accessibleDescription()))
    with qtbot.waitSignal(page.curves.drawn, timeout=60_000):
        running.service.epoch.emit(EPOCH)
    for number in range(2, 9):
        running.service.epoch.emit({**EPOCH, "epoch": number})
    qtbot.waitUntil(lambda: not page.curves.is_drawing, timeout=60_000)
    assert len(drawn) == 3  # the first, the second, and after it all the others at once
    assert drawn[-1].startswith("epoch 8")
