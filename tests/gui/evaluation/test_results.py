"""The results of one model and of two: numbers, figures, lists, operating points, the saved report."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from gui.evaluation.colours import FIRST, ONE, SECOND
from gui.evaluation.point_dialog import PointDialog
from gui.evaluation.results import ResultsView
from tests.gui.driving import held
from tests.gui.evaluation.evaluations import POINTS, evaluation, large, small

PATIENCE_MS = 60_000


@pytest.fixture
def view(qtbot, lane, dark):
    made = ResultsView(lane, dark, why_not_saved=lambda path: "")
    qtbot.addWidget(made)
    made.resize(1100, 760)
    made.failures = []
    made.failed.connect(made.failures.append)
    made.show()
    yield made
    assert made.failures == []


def settle(qtbot, view):
    qtbot.waitUntil(lambda: not view.is_busy, timeout=PATIENCE_MS)


@pytest.fixture
def one(qtbot, view):
    view.show_evaluation(small(rejected=(3,), failed=1))
    settle(qtbot, view)
    return view


@pytest.fixture
def two(qtbot, view):
    first = small(model="new")
    second = evaluation([0, 0, 0, 0, 1, 1, 1, 1], [0.1, 0.4, 0.6, 0.9, 0.2, 0.3, 0.4, 0.3], model="old")
    view.show_comparison(first, second)
    settle(qtbot, view)
    return view


def listed(view):
    return [scan.path.stem for scan in view.body.list.model.scans]


def test_everything_is_said_of_one_model(one):
    panel = one.body.panels[0]
    assert one.title.whole_text == "a model on clinic"
    assert "8 scans: 4 PNEUMONIA, 4 NORMAL · 8 patients · 1 turned away" in one.about.whole_text
    assert "1 could not be read" in one.about.whole_text
    assert "few scans" in one.caution.text()
    assert panel.numbers.values["sensitivity"].text() == "50.0%"
    assert panel.numbers.values["npv"].text() == "50.0%"
    assert "–" in panel.numbers.intervals["specificity"].text()
    assert "–" in panel.numbers.intervals["auc"].text()
    assert one.body.curves.roc.axes
    (marker,) = one.body.curves.roc.markers
    assert (marker.across, marker.up, marker.colour) == (0.5, 0.5, ONE.both)


def test_moving_the_slider_moves_numbers_matrix_and_marks_at_once_and_draws_nothing(one, qtbot):
    roc, panel = one.body.curves.roc, one.body.panels[0]
    picture = roc._plot
    panel.threshold.slider.setValue(650)
    assert panel.numbers.values["specificity"].text() == "75.0%"
    assert panel.numbers.intervals["specificity"].text() == ""  # that of another threshold would be wrong
    assert panel.matrix.cells["fp"].count == 1
    assert (roc.markers[0].across, roc.markers[0].up) == (0.25, 0.5)
    assert one.body.curves.reliability.markers[0].across == 0.65
    settle(qtbot, one)
    assert panel.numbers.intervals["specificity"].text() != ""
    assert roc._plot is picture


def test_a_click_on_the_curve_moves_the_threshold(one):
    one.body.curves.roc.clicked.emit(0, 0.25, 0.5)
    counts = one.body.judgements[0].counts
    assert (counts.fp, counts.tp) == (1, 2)


def test_a_cell_lists_its_scans_and_they_open_in_the_viewer(one, qtbot):
    assert listed(one) == ["scan-3", "scan-4", "scan-5", "scan-2"]  # all that are wrong
    one.body.panels[0].matrix.cells["tp"].click()
    assert listed(one) == ["scan-7", "scan-6"]
    table = one.body.list.table
    assert table.model().index(0, 1).data() == "95.0%"
    assert table.model().index(0, 2).data() == "+45.0"
    place = table.visualRect(table.model().index(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(one.scans_wanted) as told:
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [path.stem for path in told.args[0]] == ["scan-6"]
    table.clearSelection()
    with qtbot.waitSignal(one.scans_wanted) as told:
        one.body.list.open.click()
    assert [path.stem for path in told.args[0]] == ["scan-7", "scan-6"]


def test_enter_opens_the_scan_that_is_chosen(one, qtbot):
    table = one.body.list.table
    table.selectRow(2)
    with qtbot.waitSignal(one.scans_wanted) as told:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert [path.stem for path in told.args[0]] == ["scan-5"]


def test_what_could_not_be_read_and_was_turned_away_is_listed_too(one):
    choice = one.body.list.group
    texts = [choice.itemText(at) for at in range(choice.count())]
    assert texts[0] == "Called wrongly (4)"
    assert texts[-2:] == ["Turned away by the gate (1)", "Could not be read (1)"]
    one.body.list_group("0 failed")
    assert listed(one) == ["broken-0"]
    assert one.body.list.table.model().index(0, 2).data() == "no pixels"
    one.body.list_group("0 rejected")
    assert listed(one) == ["scan-3"]


def test_the_list_is_sorted_by_any_column_and_stays_so(one, qtbot):
    one.body.list.model.sort(2, Qt.SortOrder.AscendingOrder)  # by probability
    assert listed(one) == ["scan-4", "scan-5", "scan-2", "scan-3"]
    one.body.judgements[0].set_threshold(0.65)
    qtbot.waitUntil(lambda: listed(one) == ["scan-4", "scan-5", "scan-3"])


def test_a_threshold_is_saved_under_a_name(one, qtbot):
    one.body.judgements[0].set_threshold(0.65)
    one.body.panels[0].threshold.save.click()
    dialog = one.findChild(PointDialog)
    assert not dialog.buttons.button(dialog.buttons.StandardButton.Save).isEnabled()
    dialog.name.setCurrentText("balanced")
    assert "Replaces" in dialog.note.text()
    dialog.name.setCurrentText("  my  own ")
    with qtbot.waitSignal(one.points_wanted) as told:
        dialog.buttons.button(dialog.buttons.StandardButton.Save).click()
    evaluation, points = told.args
    assert evaluation is one.body.judgements[0].evaluation
    assert [point.name for point in points] == [*(point.name for point in POINTS), "my own"]
    assert (points[-1].threshold, points[-1].specificity) == (0.65, 0.75)
    one.show_points(evaluation, points)
    assert any(button.text().startswith("my own") for button in one.body.panels[0].threshold.points)


def test_two_models_are_compared(two, qtbot):
    table = two.body.table.table
    rows = {table.verticalHeaderItem(row).text(): row for row in range(table.rowCount())}
    said = {name: [table.item(row, at).text() for at in range(5)] for name, row in rows.items()}
    assert said["Sensitivity"][:3] == ["50.0%", "0.0%", "+50.0"]
    assert said["AUC"][:3] == ["0.562", "0.281", "+0.281"]
    assert said["Specificity"][2:] == ["+0.0", "+0.0 to +0.0", "no"]
    assert "differently: on 2 only “new” is right, on 0 only “old”" in two.body.table.verdict.text()
    markers = two.body.curves.roc.markers
    assert [marker.colour for marker in markers] == [FIRST.both, SECOND.both]
    qtbot.waitUntil(lambda: listed(two) == ["scan-7", "scan-6"])  # on which they disagree
    assert [panel.matrix.cells["tp"].count for panel in two.body.panels] == [2, 0]


def test_each_of_two_thresholds_moves_its_own_model(two, qtbot):
    two.body.panels[1].threshold.slider.setValue(250)
    table = two.body.table.table
    assert table.item(2, 1).text() == "75.0%"
    assert table.item(2, 4).text() == ""
    assert two.body.panels[0].matrix.cells["tp"].count == 2
    settle(qtbot, two)
    assert table.item(2, 4).text() != ""
    qtbot.waitUntil(lambda: listed(two) == ["scan-1", "scan-5"])


def test_a_cell_of_either_model_lists_its_scans(two):
    two.body.panels[1].matrix.cells["fn"].click()
    assert sorted(listed(two)) == ["scan-4", "scan-5", "scan-6", "scan-7"]
    assert not any(button.isChecked() for button in two.body.panels[0].matrix.cells.values())
    two.body.panels[1].matrix.cells["fn"].click()
    assert listed(two) == ["scan-7", "scan-6"]


def test_models_without_a_scan_in_common_are_not_compared(qtbot, view):
    view.show_comparison(small(model="new"), evaluation([], [], model="old"))
    qtbot.waitUntil(lambda: bool(view.failures), timeout=PATIENCE_MS)
    assert view.waiting.text() == "These two cannot be compared."
    view.failures.clear()


@pytest.mark.parametrize("labels", [[0, 0, 0], [1, 1, 1], []])
def test_scans_of_one_class_or_none_are_shown_with_a_word(qtbot, view, labels):
    view.show_evaluation(evaluation(labels, [0.2, 0.6, 0.9][: len(labels)]))
    settle(qtbot, view)
    assert view.body.panels[0].numbers.values["auc"].text() == "–"
    assert not view.caution.isHidden()


@pytest.mark.parametrize(("shown", "name"), [("one", "report.pdf"), ("two", "report.png")])
def test_the_report_is_saved_at_the_threshold_that_is_shown(request, qtbot, tmp_path, shown, name):
    view = request.getfixturevalue(shown)
    view.body.judgements[0].set_threshold(0.65)
    view.save.click()
    dialog = view.findChild(QFileDialog, "save-report")
    assert dialog.selectedFiles()[0].endswith("lungfield-evaluation.pdf")
    dialog.reject()
    path = tmp_path / name
    view.save_to(str(path))
    qtbot.waitUntil(lambda: "was saved" in view.bar.text, timeout=PATIENCE_MS)
    if name.endswith(".png"):
        assert QImage(str(path)).width() > 1000
    else:
        assert path.read_bytes().startswith(b"%PDF")


def test_closing_waits_for_the_report(one, lanes, lane, tmp_path):
    with held(lane):
        one.save_to(str(tmp_path / "report.png"))
        assert lanes.close()
    assert not QImage(str(tmp_path / "report.png")).isNull()


def test_a_place_that_cannot_be_written_is_told(one, qtbot, tmp_path):
    (tmp_path / "file").write_text("")
    one.save_to(str(tmp_path / "file" / "report.pdf"))
    qtbot.waitUntil(lambda: one.bar.text and "Saving" not in one.bar.text, timeout=PATIENCE_MS)
    assert "Cannot write" in one.bar.text


def test_something_else_is_shown_instead(one, qtbot, two):
    assert len(two.body.judgements) == 2
    two.clear()
    assert two.body is None
    assert not two.save.isEnabled()


def test_a_step_of_the_slider_is_cheap_with_six_thousand_scans(qtbot, view):
    import time

    view.show_evaluation(large())
    settle(qtbot, view)
    slider = view.body.panels[0].threshold.slider
    spent = []
    for value in range(100, 900, 40):
        start = time.thread_time()
        slider.setValue(value)
        spent.append(time.thread_time() - start)
    assert sorted(spent)[len(spent) // 2] < 0.01  # 1.3 ms where it was measured
