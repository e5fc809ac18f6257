"""One thing that was found in the scans, what is done about it, and the files it is about."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from core.datasets.inspected import Remark
from gui.dialogs.parts import words
from gui.theme import restyle
from gui.training.remark_words import told
from gui.training.words import number

#: So many files are listed; so many lines of the list are seen at once.
_MOST_FILES, _LINES = 500, 6


class RemarkRow(QFrame):
    """Shows a remark; its files unfold."""

    def __init__(self, remark: Remark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._remark = remark
        said = told(remark)
        self.setProperty("role", "banner")
        restyle(self, kind=said.kind)
        found = words(self.tr("{dataset}: {found}").format(dataset=remark.dataset, found=said.found))
        if remark.fatal and remark.kind == "missing-class":  # it is about all of them together
            found.setText(said.found)
        self.text = f"{found.text()} {said.done}"
        self.setAccessibleName(self.text)
        self.files = QPushButton()
        self.files.setProperty("role", "link")
        self._list: QPlainTextEdit | None = None
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(12, 7, 10, 7)
        column.setSpacing(2)
        column.addWidget(found)
        column.addWidget(words(said.done, "muted"))
        column.addWidget(self.files, 0, Qt.AlignmentFlag.AlignLeft)
        self.files.setVisible(bool(remark.files))
        self.files.clicked.connect(self._unfold)
        self._name_button()

    @Slot()
    def _unfold(self) -> None:
        if self._list is None:
            self._list = self._listed()
            self._column.addWidget(self._list)
        else:
            self._list.setVisible(self._list.isHidden())
        self._name_button()

    def _name_button(self) -> None:
        is_open = self._list is not None and not self._list.isHidden()
        text = self.tr("Hide the files") if is_open else self.tr("Show the files ({n})")
        self.files.setText(text.format(n=number(len(self._remark.files))))

    def _listed(self) -> QPlainTextEdit:
        lines = [
            f"{path}: {reason}" if reason else str(path) for path, reason in self._remark.files[:_MOST_FILES]
        ]
        if more := len(self._remark.files) - len(lines):
            lines.append(self.tr("and {n} more").format(n=number(more)))
        made = QPlainTextEdit("\n".join(lines))
        made.setReadOnly(True)
        made.setTabChangesFocus(True)
        made.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        made.setAccessibleName(self.tr("Files"))
        height = made.fontMetrics().lineSpacing() * (min(len(lines), _LINES) + 1) + 26
        made.setFixedHeight(height)
        return made
