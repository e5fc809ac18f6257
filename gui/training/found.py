"""What was found in the scans to learn from: how many, and what is not as it should be."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QProgressBar, QVBoxLayout, QWidget

from core.datasets.inspected import Inspection
from gui.dialogs.parts import card, scrolling, words
from gui.theme import restyle
from gui.training.counts import CountsTable
from gui.training.remark_row import RemarkRow
from gui.training.words import summary

_STEPS = 1000


class FoundView(QWidget):
    """Shows one of four: how scans have to lie; that they are looked at; a problem; what was found."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = words(self.tr("What was found"), "title")
        self.line = words("")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Looking at the scans"))
        self.table = CountsTable()
        self.help = self._help()
        self._rows: list[RemarkRow] = []
        self._remarks = QVBoxLayout()
        self._remarks.setSpacing(6)
        self._lay_out()
        self.show_help()

    @property
    def rows(self) -> list[RemarkRow]:
        """The remarks that are shown."""
        return list(self._rows)

    def show_help(self) -> None:
        """There is nothing yet: how scans have to lie."""
        self._show(self.tr("How your scans have to lie"), "", [self.help])

    def show_looking(self) -> None:
        self.bar.setRange(0, 0)
        self._show(self.tr("Looking at your scans"), self.tr("Each one is opened once…"), [self.bar])

    def show_progress(self, fraction: float, text: str) -> None:
        self.bar.setRange(0, _STEPS)
        self.bar.setValue(round(fraction * _STEPS))
        self.bar.setAccessibleDescription(text)

    def show_problem(self, text: str) -> None:
        """The sources could not be looked at."""
        self._show(self.tr("This cannot be learnt from"), text, [self.help], "error")

    def show_inspection(self, inspection: Inspection) -> None:
        self.table.show_inspection(inspection)
        shown: list[QWidget] = [self.table] if inspection.samples else []
        self._show(self.tr("What was found"), summary(inspection), shown)
        for remark in inspection.remarks:
            row = RemarkRow(remark)
            self._rows.append(row)
            self._remarks.addWidget(row)

    def _show(self, title: str, line: str, shown: list[QWidget], role: str = "") -> None:
        while self._rows:
            row = self._rows.pop()
            self._remarks.removeWidget(row)
            row.deleteLater()
        self.title.setText(title)
        self.line.setText(line)
        self.line.setVisible(bool(line))
        restyle(self.line, role=role)
        for widget in (self.bar, self.table, self.help):
            widget.setVisible(widget in shown)

    def _lay_out(self) -> None:
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, 8, 0)
        inside.setSpacing(10)
        for widget in (self.line, self.bar, self.table, self.help):
            inside.addWidget(widget)
        inside.addLayout(self._remarks)
        inside.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(scrolling(page), 1)

    def _help(self) -> QFrame:
        frame, column = card()
        column.setSpacing(8)
        for text, role in (
            (self.tr("Put the scans into two folders, by what they show:"), ""),
            (self.tr("    my scans\n        NORMAL\n        PNEUMONIA"), "muted"),
            (
                self.tr(
                    "Then add the folder above them. Scans of one patient may lie in a folder of their own "
                    "inside these two, so that they stay together."
                ),
                "",
            ),
            (
                self.tr(
                    "Or add a table: a CSV file with a row for each scan that names its file and says NORMAL "
                    "or PNEUMONIA. A third column can name the patient."
                ),
                "",
            ),
            (
                self.tr(
                    "About 50 scans of each kind are enough to begin with; more are better. They stay on "
                    "this computer, and nothing in their folders is changed."
                ),
                "muted",
            ),
        ):
            column.addWidget(words(text, role))
        return frame
