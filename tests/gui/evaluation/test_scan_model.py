"""Scans as a table: sorted by any column, with what is selected where it stands then."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt

from gui.evaluation.scan_model import Column, ScanModel
from tests.gui.evaluation.evaluations import small

_Flag = QItemSelectionModel.SelectionFlag


@pytest.fixture
def model(qtmodeltester):
    """Eight scans, by name and by probability."""
    scans = small().scans
    made = ScanModel()
    columns = [
        Column("Scan", [scan.path.stem for scan in scans]),
        Column("Probability", [scan.probability for scan in scans], is_number=True),
    ]
    made.show_scans(scans, columns)
    qtmodeltester.check(made)
    return made


def test_what_is_selected_stays_so_when_the_list_is_sorted(model):
    selection = QItemSelectionModel(model)
    for row in (2, 7):
        selection.select(model.index(row, 0), _Flag.Select | _Flag.Rows)
    selection.setCurrentIndex(model.index(7, 1), _Flag.NoUpdate)
    rows = []
    for column, order in ((1, Qt.SortOrder.DescendingOrder), (1, Qt.SortOrder.AscendingOrder), (-1, None)):
        model.sort(column, *filter(None, [order]))
        selected = sorted(index.row() for index in selection.selectedRows())
        rows.append(selected)
        assert {model.path(row).stem for row in selected} == {"scan-2", "scan-7"}
        assert model.path(selection.currentIndex().row()).stem == "scan-7"
        assert selection.currentIndex().column() == 1
    assert rows == [[0, 3], [4, 7], [2, 7]], "they moved"
