"""The export dialog: what is asked for is what was chosen, and names are left out unless they are ticked."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QLabel, QRadioButton

from gui.dialogs.parts import FittedDialog
from gui.export.dialog import ExportDialog
from gui.export.request import KINDS, ExportRequest, Numbers

MANY = Numbers(
    scans={"shown": 40, "selected": 3, "current": 1, "all": 100},
    read={"shown": 38, "selected": 3, "current": 1, "all": 90},
    reviewed={"shown": 12, "selected": 0, "current": 1, "all": 30},
)
UNFILTERED = Numbers({"shown": 8, "selected": 1, "current": 1, "all": 8}, {"shown": 8}, {})


@pytest.fixture
def open_on(qtbot):
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)

    dialogs = []

    def opened(numbers=MANY, *args, **options):
        dialog = ExportDialog(numbers, *args, **options)
        dialogs.append(dialog)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return opened


def choose(dialog, path):
    """Go on, and give this path in the dialog that asks for one."""
    dialog.go_on.click()
    asks = dialog.findChild(QFileDialog, "export-to")
    if asks.fileMode() == QFileDialog.FileMode.Directory:
        asks.setDirectory(str(path))
    else:
        asks.selectFile(str(path))
    asks.accept()
    return asks


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["shown", "current"])
@pytest.mark.parametrize("named", [False, True])
def test_what_is_wanted_is_what_was_chosen(open_on, tmp_path, kind, which, named):
    dialog = open_on()
    wanted = []
    dialog.wanted.connect(wanted.append)
    dialog.kinds[kind].click()
    dialog.whiches[which].click()
    dialog.named.setChecked(named)
    is_file = kind in ("csv", "folder-report") or (kind, which) == ("scan-reports", "current")
    path = tmp_path / f"out.{'csv' if kind == 'csv' else 'pdf'}" if is_file else tmp_path
    choose(dialog, path)
    assert wanted == [ExportRequest(kind, which, named, path)]
    assert not dialog.isVisible()


def test_names_are_left_out_at_first_each_time(open_on):
    first = open_on()
    assert not first.named.isChecked()
    first.named.click()
    assert not open_on().named.isChecked()


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_tick_means_is_said(open_on, kind):
    dialog = open_on(kind=kind)
    assert "name" in dialog.about_names.text()
    assert ("picture" in dialog.about_names.text()) == (kind not in ("csv", "folder-report"))
    assert dialog.named.accessibleDescription() == dialog.about_names.text()


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("csv", ("(40)", "(3)", "(1)", "(100)")),
        ("dicom", ("(38)", "(3)", "(1)", "(90)")),
        ("dataset", ("(12)", "(0)", "(1)", "(30)")),
    ],
)
def test_the_numbers_are_those_of_what_is_exported(open_on, kind, texts):
    dialog = open_on(kind=kind)
    for button, text in zip(dialog.whiches.values(), texts, strict=True):
        assert button.text().endswith(text)
        assert button.isEnabled() == (text != "(0)")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("csv", ""),
        ("folder-report", ""),
        ("overlays", "Left out, without a reading: 2"),
        ("dataset", "Left out, without a label of yours: 28"),
    ],
)
def test_those_left_out_are_said(open_on, kind, said):
    dialog = open_on(kind=kind)
    assert dialog.left_out.text() == said
    assert dialog.left_out.isVisible() == bool(said)


def test_without_a_filter_there_is_one_choice_of_all(open_on):
    dialog = open_on(UNFILTERED)
    assert not dialog.whiches["all"].isVisible()
    assert dialog.whiches["shown"].text().replace("&", "") == "All on the list (8)"
    assert open_on(MANY).whiches["all"].isVisible()


def test_what_is_chosen_first_holds_something(open_on):
    assert open_on(MANY, "dataset", "selected").which == "shown"
    assert open_on(MANY, "csv", "selected").which == "selected"
    assert open_on(UNFILTERED, "csv", "all").which == "shown"


def test_nothing_cannot_be_exported(open_on):
    dialog = open_on(UNFILTERED, "dataset")
    assert not dialog.go_on.isEnabled()
    dialog.kinds["csv"].click()
    assert dialog.go_on.isEnabled()


def test_another_kind_never_chooses_other_scans_by_itself(open_on):
    dialog = open_on(MANY, "csv", "selected")
    dialog.kinds["dataset"].click()
    assert dialog.which == "selected"
    assert not dialog.go_on.isEnabled()


@pytest.mark.parametrize(
    ("kind", "which", "asks"),
    [
        ("csv", "shown", "Choose file…"),
        ("folder-report", "shown", "Choose file…"),
        ("scan-reports", "current", "Choose file…"),
        ("scan-reports", "shown", "Choose folder…"),
        ("overlays", "current", "Choose folder…"),
        ("dicom", "shown", "Choose folder…"),
        ("dataset", "shown", "Choose folder…"),
    ],
)
def test_it_asks_for_a_file_or_a_folder(open_on, kind, which, asks):
    assert open_on(MANY, kind, which).go_on.text() == asks


def test_a_name_without_a_suffix_gets_one(open_on, tmp_path):
    dialog = open_on()
    wanted = []
    dialog.wanted.connect(wanted.append)
    choose(dialog, tmp_path / "table")
    assert wanted[0].path == tmp_path / "table.csv"


def test_the_name_that_is_suggested_is_nobodys(open_on, tmp_path):
    dialog = open_on(MANY, "scan-reports", "current", folder=tmp_path)
    dialog.go_on.click()
    asks = dialog.findChild(QFileDialog, "export-to")
    assert [Path(each) for each in asks.selectedFiles()] == [tmp_path / "lungfield-scan.pdf"]
    asks.reject()


def test_who_chooses_no_place_is_back_where_they_were(open_on):
    dialog = open_on()
    wanted = []
    dialog.wanted.connect(wanted.append)
    dialog.kinds["folder-report"].click()
    dialog.go_on.click()
    dialog.findChild(QFileDialog, "export-to").reject()
    assert dialog.isVisible()
    assert dialog.kind == "folder-report"
    assert wanted == []


def test_escape_wants_nothing(open_on, qtbot):
    dialog = open_on()
    with qtbot.assertNotEmitted(dialog.wanted):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_it_can_be_gone_through_by_keys(open_on, qtbot):
    dialog = open_on()
    with qtbot.waitActive(dialog):
        dialog.activateWindow()
    assert dialog.focusWidget() is dialog.kinds["csv"]
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Down)
    assert dialog.kind == "folder-report"
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.findChild(QFileDialog, "export-to") is not None
    dialog.findChild(QFileDialog, "export-to").reject()


def test_every_choice_has_a_letter_of_its_own(open_on):
    dialog = open_on()
    buttons = [*dialog.findChildren(QRadioButton), dialog.named]
    letters = [button.text().partition("&")[2][:1].lower() for button in buttons]
    assert "" not in letters
    assert len(set(letters)) == len(letters)


def test_every_kind_is_explained_to_who_cannot_see_it(open_on):
    assert all(button.accessibleDescription() for button in open_on().kinds.values())


@pytest.mark.parametrize("numbers", [MANY, UNFILTERED])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("dark")
def test_nothing_is_cut_and_nothing_lies_on_anything(open_on, numbers, kind):
    dialog = open_on(numbers, kind)
    dialog.resize(dialog.minimumSize().width(), 700)
    QApplication.processEvents()
    shown = [
        each
        for kind in (QLabel, QRadioButton, QCheckBox)
        for each in dialog.findChildren(kind)
        if each.isVisible()
    ]
    for each in shown:
        if isinstance(each, QLabel):
            assert each.height() >= each.heightForWidth(each.width()), each.text()
        else:
            assert each.width() >= each.sizeHint().width(), each.text()
    for one, other in itertools.combinations(shown, 2):
        assert not one.geometry().intersects(other.geometry())


def test_its_buttons_are_on_a_small_screen(open_on, qtbot, monkeypatch):
    monkeypatch.setattr(FittedDialog, "room", lambda _: QRect(0, 0, 640, 420))
    dialog = open_on()
    assert dialog.frameGeometry().height() <= 420
    corner = dialog.go_on.mapTo(dialog, dialog.go_on.rect().bottomRight())
    assert dialog.rect().contains(corner)
