"""The result: whose turn it is to read, what is told, and keeping."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt

from core.learning.job import TrainingJob
from core.learning.recipe import Recipe
from core.learning.watching import Trained
from core.model import checkpoint, library
from gui.evaluation.service import EvaluationRequest
from gui.models.dialogs import KeepDialog
from tests.datasets import write_dataset
from tests.models import checkpoint as small_model

PATIENCE_MS = 120_000


@dataclass
class Ended:
    trained: Trained
    job: TrainingJob


@pytest.fixture
def ended(tmp_path, home):
    """A run that ended: a small model, and scans that were held out."""
    from core.datasets.dataset import find_samples
    from core.datasets.table import write_table

    out = home / "runs" / "a-run"
    out.mkdir(parents=True)
    checkpoint.save(small_model().renamed("fine-tuned"), out / "model.safetensors")
    write_table(out / "held_out.csv", find_samples(write_dataset(tmp_path / "ward", each=3)))
    trained = Trained(out / "model.safetensors", out / "held_out.csv", "early", 4)
    return Ended(trained, TrainingJob((tmp_path / "ward",), out, Recipe(epochs=9), "cpu", "fine-tuned"))


def show(on, ended):
    on.page._show_result(ended.trained, ended.job)


def compared(on, qtbot):
    qtbot.waitUntil(lambda: on.page.result.results.body is not None, timeout=PATIENCE_MS)


def keep(on, qtbot, name, active=False):
    qtbot.mouseClick(on.page.keep_bar.keep, Qt.MouseButton.LeftButton)
    dialog = on.page.window().findChild(KeepDialog)
    dialog.name.setText(name)
    dialog.active.setChecked(active)
    qtbot.mouseClick(dialog.go_on, Qt.MouseButton.LeftButton)


def test_the_new_model_is_shown_against_the_active_one(on, ended, qtbot):
    show(on, ended)
    page = on.page
    assert page.stage == "result"
    assert "epoch 4 of 9" in page.result.ending.text()
    assert "checked itself on" in page.result.about.text()
    compared(on, qtbot)
    models = [judgement.evaluation.model for judgement in page.result.results.body.judgements]
    assert models == ["fine-tuned", library.BUNDLED]


def test_it_is_shown_against_the_one_that_was_chosen_to_read(on, ended, qtbot):
    library.keep(ended.trained.model, "chosen", "")
    on.preferences.change(model="chosen")
    show(on, ended)
    compared(on, qtbot)
    models = [judgement.evaluation.model for judgement in on.page.result.results.body.judgements]
    assert models == ["fine-tuned", "chosen"]


def test_scans_of_a_test_part_are_called_so(on, ended, qtbot):
    table = ended.trained.held_out
    table.write_text(table.read_text().replace(",train", ",test"))
    show(on, ended)
    assert "kept for the test" in on.page.result.about.text()
    compared(on, qtbot)


def test_scans_of_which_only_some_were_kept_for_the_test_are_not_all_called_so(on, ended, qtbot):
    table = ended.trained.held_out
    table.write_text(table.read_text().replace(",train", ",test", 1))
    show(on, ended)
    assert "where a data set has none" in on.page.result.about.text()
    compared(on, qtbot)


def test_it_waits_until_another_page_has_evaluated(on, ended, qtbot, tmp_path):
    on.evaluator.start(EvaluationRequest(("",), write_dataset(tmp_path / "other", each=2)))
    show(on, ended)
    assert on.page.result.is_comparing
    compared(on, qtbot)
    assert on.page.result.results.body.judgements[0].evaluation.model == "fine-tuned"


def test_a_comparison_can_be_stopped_and_begun_again(on, ended, qtbot):
    show(on, ended)
    result = on.page.result
    result.working.cancel.click()
    qtbot.waitUntil(result.failed.isVisible, timeout=PATIENCE_MS)
    assert not result.is_comparing
    result.failed.again.click()
    compared(on, qtbot)


@pytest.mark.parametrize("waits", [False, True])
def test_one_that_is_dropped_is_compared_no_further(on, ended, qtbot, tmp_path, waits):
    page = on.page
    if waits:
        on.evaluator.start(EvaluationRequest(("",), write_dataset(tmp_path / "other", each=2)))
    show(on, ended)
    page.keep_bar.drop_wanted.emit()
    assert page.result.failed.isVisible()
    assert "stopped" in page.result.failed.text.text()
    assert not page.result.failed.again.isVisible()
    qtbot.waitUntil(lambda: not ended.job.out.exists(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not on.evaluator.is_busy, timeout=PATIENCE_MS)
    assert page.result.failed.isVisible()


def test_it_is_kept_without_being_made_active(on, ended, qtbot):
    show(on, ended)
    compared(on, qtbot)
    with qtbot.waitSignal(on.page.kept, timeout=PATIENCE_MS):
        keep(on, qtbot, "ward")
    assert library.active_name() == library.BUNDLED
    assert library.find("ward").is_file()
    qtbot.waitUntil(lambda: not ended.job.out.exists(), timeout=PATIENCE_MS)
    assert "has not changed" in on.page.keep_bar.line.text()
    assert not on.page.keep_bar.keep.isVisible()


def test_it_can_be_kept_while_the_two_are_still_compared(on, ended, qtbot):
    show(on, ended)
    with qtbot.waitSignal(on.page.kept, timeout=PATIENCE_MS):
        keep(on, qtbot, "ward", active=True)
    assert library.active_name() == "ward"
    qtbot.waitUntil(lambda: not ended.job.out.exists(), timeout=PATIENCE_MS)
    assert on.said == []


def test_a_name_that_is_taken_meanwhile_leaves_it_undecided(on, ended, qtbot):
    show(on, ended)
    compared(on, qtbot)
    qtbot.mouseClick(on.page.keep_bar.keep, Qt.MouseButton.LeftButton)
    dialog = on.page.window().findChild(KeepDialog)
    dialog.name.setText("ward")
    library.keep(ended.trained.model, "ward", "")
    with qtbot.waitSignal(on.models.failed, timeout=PATIENCE_MS):
        qtbot.mouseClick(dialog.go_on, Qt.MouseButton.LeftButton)
    assert on.page.keep_bar.keep.isEnabled()
    assert not on.page.keep_bar.is_decided
    assert ended.trained.model.exists()
