"""What is asked before a model is kept, imported, copied, renamed, annotated or removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.errors import ModelError
from core.model import library
from core.model.foreign import MAX_NOTE
from gui.dialogs.parts import FittedDialog, words

_WIDTH = 480
_NOTE_LINES = 4
_LONGEST_NAME = 64


@dataclass(frozen=True)
class Said:
    """What the person says of a model. What was not asked is as it was given."""

    name: str
    note: str
    active: bool


@dataclass(frozen=True)
class Asked:
    """What a dialog asks for, and what stands in it at first.

    Attributes:
        title: of the window.
        about: a line above the fields; empty for none.
        go_on: what the button says.
        name, note: None where it is not asked for.
        active: whether «make it the active one» is ticked; None where it is not asked.
        taken: names that cannot be given.
    """

    title: str
    about: str
    go_on: str
    name: str | None = None
    note: str | None = None
    active: bool | None = None
    taken: tuple[str, ...] = ()


class ModelDialog(FittedDialog):
    """Asks for a name, a note, or both; changes nothing itself. Show it with `open()`."""

    wanted = Signal(object)  # Said

    def __init__(self, asked: Asked, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(asked.title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._asked = asked
        self.name = QLineEdit(asked.name or "")
        self.name.setMaxLength(_LONGEST_NAME)
        self.name.setAccessibleName(self.tr("Name"))
        self.note = QPlainTextEdit(asked.note or "")
        self.note.setProperty("role", "note")
        self.note.setTabChangesFocus(True)
        self.note.setAccessibleName(self.tr("Note"))
        self.note.setPlaceholderText(self.tr("What it was made for, what you found …"))
        self.active = QCheckBox(self.tr("&Read with it from now on"))
        self.active.setChecked(bool(asked.active))
        self.problem = words(" ", "warning")
        self.go_on = QPushButton(asked.go_on)
        self.go_on.setProperty("role", "primary")
        self._lay_out()
        self.go_on.setDefault(True)  # only now: its dialog has to know
        self.name.textChanged.connect(self._check)
        self.go_on.clicked.connect(self._want)
        self._check()
        if asked.name is not None:
            self.name.selectAll()
            self.name.setFocus()
        else:
            self.note.setFocus()

    def _lay_out(self) -> None:
        asked = self._asked
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(10)
        if asked.about:
            layout.addWidget(words(asked.about, "muted"))
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(14)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        if asked.name is not None:
            form.addRow(self.tr("&Name"), self.name)
            form.setWidget(form.rowCount(), QFormLayout.ItemRole.FieldRole, self.problem)
        if asked.note is not None:
            form.addRow(self.tr("N&ote"), self.note)
        layout.addLayout(form)
        if asked.active is not None:
            layout.addWidget(self.active)
        layout.addStretch()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.go_on, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.note.setFixedHeight(_NOTE_LINES * self.note.fontMetrics().lineSpacing() + 14)
        self.problem.setMinimumHeight(2 * self.problem.fontMetrics().lineSpacing())
        height = max(layout.totalHeightForWidth(_WIDTH), layout.totalSizeHint().height())
        self.fit(QSize(_WIDTH, height), QSize(_WIDTH, height))

    @Slot()
    def _check(self) -> None:
        """Say why a name cannot be given, while it is typed."""
        text = ""
        name = self.name.text().strip()
        if self._asked.name is not None and name:
            try:
                library.check_name(name, self._asked.taken)
            except ModelError as error:
                text = f"{error.message[:1].upper()}{error.message[1:]} — {error.hint}."
        self.problem.setText(text)
        self.name.setAccessibleDescription(text)
        self.go_on.setEnabled(not text and bool(name or self._asked.name is None))

    @Slot()
    def _want(self) -> None:
        note = self.note.toPlainText()[:MAX_NOTE]
        self.wanted.emit(Said(self.name.text().strip(), note, self.active.isChecked()))
        self.accept()


class KeepDialog(ModelDialog):
    """Under what name, and with what note, a model that was just trained is kept.

    Args:
        suggested: a name that is free: `library.suggested_name`.
        taken: the names that there are: `Models.names`.
    """

    def __init__(self, suggested: str, taken: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(
            Asked(
                self.tr("Keep the model"),
                self.tr("It is taken into your library of models and can be gone back to at any time."),
                self.tr("&Keep it"),
                name=suggested,
                note="",
                active=False,
                taken=tuple(taken),
            ),
            parent,
        )


class RemoveDialog(FittedDialog):
    """Asks, and removes nothing itself. Enter and Esc leave everything as it is.

    Args:
        name: of the model.
        heir: the model that will read in its place; empty where it does not read now.
    """

    wanted = Signal(str)

    def __init__(self, name: str, heir: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Remove model"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._name = name
        self.remove = QPushButton(self.tr("&Remove it"))
        self.keep = QPushButton(self.tr("&Keep it"))
        about = self.tr("Its file is deleted. Readings that it made stay, and models that you exported stay.")
        self.about = words(about, "muted")
        self.warning = words(
            self.tr("It is the one that reads. {heir} will read from then on.").format(heir=heir), "warning"
        )
        self.warning.setVisible(bool(heir))
        buttons = QDialogButtonBox()
        buttons.addButton(self.remove, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.keep, QDialogButtonBox.ButtonRole.RejectRole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(10)
        layout.addWidget(words(self.tr("Remove {name}?").format(name=name), "title"))
        layout.addWidget(self.about)
        layout.addWidget(self.warning)
        layout.addStretch()
        layout.addWidget(buttons)
        height = max(layout.totalHeightForWidth(_WIDTH), layout.totalSizeHint().height())
        self.fit(QSize(_WIDTH, height), QSize(_WIDTH, height))
        self.keep.setDefault(True)
        self.remove.setAccessibleDescription(about)
        self.remove.clicked.connect(self._want)
        self.keep.clicked.connect(self.reject)
        self.keep.setFocus()

    @Slot()
    def _want(self) -> None:
        self.wanted.emit(self._name)
        self.accept()
