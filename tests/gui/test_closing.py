"""Who closes the window while something goes on is asked, or waited for."""

from __future__ import annotations

import cv2
import pytest
from PySide6.QtWidgets import QMessageBox

from gui.evaluation.service import EvaluationRequest
from gui.export.request import ExportRequest
from tests.datasets import write_dataset
from tests.gui.driving import PATIENCE_MS, close_and, held

CLOSE, CANCEL = QMessageBox.StandardButton.Close, QMessageBox.StandardButton.Cancel


@pytest.fixture
def lanes_of(begin, scans):
    """The window with its scans, and its lanes by name."""
    lungfield = begin(*scans)
    return lungfield, {lane._name: lane for lane in lungfield.lanes._lanes}


@pytest.mark.parametrize("answer", [CANCEL, CLOSE], ids=lambda answer: answer.name)
def test_who_would_stop_an_export_is_asked(lanes_of, qtbot, tmp_path, answer):
    lungfield, lanes = lanes_of
    window, out = lungfield.window, tmp_path / "out"
    with held(lanes["export"]):
        scans = list(lungfield.session.worklist.entries)
        window.worklist_commands._export(ExportRequest("overlays", "all", False, out), scans)
        assert "Scans are being exported" in close_and(lungfield, answer)
        assert window.isVisible() is (answer is CANCEL)
    if answer is CANCEL:
        qtbot.waitUntil(lambda: "3 scans were exported" in window.export_progress.text, timeout=PATIENCE_MS)
        assert len(list(out.glob("*.png"))) == 3
        window.close()
        assert not window.isVisible(), "nothing goes on any more"
    else:
        assert not out.exists()


@pytest.mark.parametrize("answer", [CANCEL, CLOSE], ids=lambda answer: answer.name)
def test_who_would_stop_an_evaluation_is_asked(lanes_of, model_files, qtbot, tmp_path, answer):
    lungfield, lanes = lanes_of
    evaluation = lungfield.workshop.evaluation
    made = []
    evaluation.succeeded.connect(made.append)
    source = write_dataset(tmp_path / "labelled", each=2)
    with held(lanes["evaluation"]):
        evaluation.start(EvaluationRequest((str(model_files[0]),), source))
        assert "A model is being evaluated" in close_and(lungfield, answer)
        assert lungfield.window.isVisible() is (answer is CANCEL)
    if answer is CANCEL:
        qtbot.waitUntil(lambda: bool(made), timeout=PATIENCE_MS)
        lungfield.window.close()
        assert not lungfield.window.isVisible(), "nothing goes on any more"


def test_a_picture_that_is_being_saved_is_waited_for(lanes_of, tmp_path):
    lungfield, lanes = lanes_of
    commands, file = lungfield.window.commands, tmp_path / "picture.png"
    with held(lanes["pictures"]):
        commands._save(commands.shown(), file)
        lungfield.window.close()
        assert not lungfield.window.isVisible()
    assert cv2.imread(str(file)) is not None
