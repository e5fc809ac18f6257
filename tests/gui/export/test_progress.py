"""The line that tells of an export."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from core.errors import LungfieldError
from core.export.item import LeftOut
from gui.errors import ErrorFunnel
from gui.export.exporter import Exported
from gui.export.progress import ExportProgress
from gui.export.request import KINDS, ExportRequest


class Exporting(QObject):
    """An exporter that says what the test wants."""

    started = Signal(object)
    progressed = Signal(float, str)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.stopped = 0

    def cancel(self) -> None:
        self.stopped += 1


@pytest.fixture
def exporter() -> Exporting:
    return Exporting()


@pytest.fixture
def line(exporter, qtbot) -> ExportProgress:
    place = QWidget()
    line = ExportProgress(exporter, ErrorFunnel(place))
    column = QVBoxLayout(place)
    column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    column.addWidget(line)
    column.addStretch()
    place.resize(700, 300)
    qtbot.addWidget(place)
    place.show()
    yield line
    place.close()


def request(kind="csv", path=Path("/somewhere/table.csv")) -> ExportRequest:
    return ExportRequest(kind, "shown", False, path)


def shown(line) -> list[str]:
    return [button.text() for button in line.findChildren(QPushButton) if button.isVisible()]


def test_there_is_none_before_there_is_an_export(line):
    assert not line.isVisible()
    assert line.text == ""


@pytest.mark.parametrize("kind", KINDS)
def test_while_it_goes_on_it_can_be_stopped(line, exporter, kind):
    exporter.started.emit(request(kind))
    assert line.text.startswith("Writing ")
    assert shown(line) == ["Cancel"]
    bar = line.findChild(QProgressBar)
    assert bar.isVisible()
    assert bar.maximum() == 0, "it moves, although it is not known yet how far it is"
    exporter.progressed.emit(0.25, "1 of 4")
    assert bar.value() == bar.maximum() / 4
    line.cancel.click()
    assert exporter.stopped == 1


def test_a_file_can_be_opened_and_found(line, exporter, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("")
    exporter.started.emit(request())
    exporter.succeeded.emit(Exported(request(path=path), 4))
    assert line.text == "4 scans were exported to table.csv."
    assert shown(line) == ["Open", "Show folder", "Dismiss"]
    assert opened_by(line.open) == [path]
    assert opened_by(line.show_folder) == [tmp_path]


def test_a_folder_is_shown(line, exporter, tmp_path):
    exporter.succeeded.emit(Exported(request("dicom", tmp_path), 1))
    assert line.text == f"One scan was exported to {tmp_path.name}."
    assert shown(line) == ["Show folder", "Dismiss"]
    assert opened_by(line.show_folder) == [tmp_path]


def test_the_classes_of_a_dataset_are_told(line, exporter, tmp_path):
    exporter.succeeded.emit(Exported(request("dataset", tmp_path), 42, (), {"NORMAL": 30, "PNEUMONIA": 12}))
    assert line.text == f"The DATASET is in {tmp_path.name}: 30 NORMAL, 12 PNEUMONIA."


def test_those_left_out_are_told(line, exporter, tmp_path):
    out = tuple(LeftOut(f"scan-{number}", "it has no pixels") for number in range(30))
    exporter.succeeded.emit(Exported(request("dicom", tmp_path), 3, out[:1]))
    assert line.text.endswith("1 left out (scan-0: it has no pixels).")
    assert line.property("kind") == "warning"
    exporter.succeeded.emit(Exported(request("dicom", tmp_path), 3, out))
    assert line.text.endswith("30 left out, such as scan-0: it has no pixels.")
    told = line.findChild(QLabel).toolTip().splitlines()
    assert told[0] == "scan-0: it has no pixels"
    assert told[-1] == "and 10 more"
    changed = LeftOut("scan-7", "scan-7 is not the file that was read")
    exporter.succeeded.emit(Exported(request("dicom", tmp_path), 3, (changed,)))
    assert line.text.endswith("1 left out (scan-7 is not the file that was read).")
    exporter.succeeded.emit(Exported(request("dicom", tmp_path), 3))
    assert line.property("kind") == "info"
    assert line.findChild(QLabel).toolTip() == ""


def test_a_failure_says_why_and_what_to_do(line, exporter):
    exporter.started.emit(request())
    exporter.failed.emit(LungfieldError("cannot write /somewhere/table.csv", "No space left on device"))
    assert line.text == "Cannot write /somewhere/table.csv — No space left on device."
    assert line.property("kind") == "warning"
    assert shown(line) == ["Dismiss"]


def test_a_bug_of_ours_looks_different(line, exporter):
    exporter.failed.emit(KeyError("x"))
    assert "inside Lungfield" in line.text
    assert line.property("kind") == "error"


def test_what_was_stopped_is_said_to_be(line, exporter):
    exporter.started.emit(request())
    exporter.cancelled.emit()
    assert line.text == "The export was cancelled; nothing was written."
    assert shown(line) == ["Dismiss"]


def test_it_goes_when_it_is_dismissed_and_comes_again(line, exporter):
    exporter.cancelled.emit()
    line.dismiss.click()
    assert not line.isVisible()
    exporter.started.emit(request())
    assert line.isVisible()
    assert line.accessibleName() == line.text


def test_markup_in_a_name_is_only_text(line, exporter, tmp_path):
    exporter.succeeded.emit(
        Exported(request("dicom", tmp_path / "<b>x"), 2, (LeftOut("<b>scan</b>", "<i>gone</i>"),))
    )
    assert "<b>x" in line.text
    assert "<b>" not in line.findChild(QLabel).toolTip()


@pytest.mark.parametrize("width", [320, 500, 900])
@pytest.mark.usefixtures("dark")
def test_no_words_are_cut(line, exporter, tmp_path, width):
    line.parentWidget().resize(width + 18, 400)
    out = (LeftOut("scan-0123456789ab", "the file is not the one that was read: it has changed since"),)
    for say in (
        lambda: exporter.started.emit(request()),
        lambda: exporter.succeeded.emit(Exported(request("dicom", tmp_path), 12345, out)),
        lambda: exporter.failed.emit(LungfieldError("cannot write it", "the disk is full")),
    ):
        say()
        QApplication.processEvents()
        words = line.findChild(QLabel)
        assert line.width() <= width
        assert words.height() >= words.heightForWidth(words.width())
        for button in line.findChildren(QPushButton):
            if button.isVisible():
                assert line.rect().contains(button.geometry())


class _Desktop(QObject):
    """Takes what is to be opened, in the desktop's place."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Path] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(Path(url.toLocalFile()))


def opened_by(button: QPushButton) -> list[Path]:
    desktop = _Desktop()
    QDesktopServices.setUrlHandler("file", desktop, "take")
    try:
        button.click()
    finally:
        QDesktopServices.unsetUrlHandler("file")
    return desktop.opened
