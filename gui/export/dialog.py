"""What to export, of which scans, with or without names, and where to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, QSize, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from gui.dialogs.parts import FittedDialog, scrolling, words
from gui.export.request import KINDS, WHICHES, ExportRequest, Kind, Numbers, Which, is_file, needs_reading

#: How far what explains a choice stands in, so that it begins where the choice's words do.
_INDENT = 27

_SUGGESTED = {
    "csv": "lungfield-results.csv",
    "folder-report": "lungfield-report.pdf",
    "scan-reports": "lungfield-scan.pdf",
}


class ExportDialog(FittedDialog):
    """Asks, and says what is wanted; writes nothing. Names are left out each time, unless they are ticked.

    Args:
        numbers: of scans to choose from.
        kind, which: what is chosen at first, if it can be.
        folder: where the person is asked first to put it.
    """

    wanted = Signal(object)  # ExportRequest

    def __init__(
        self,
        numbers: Numbers,
        kind: Kind = "csv",
        which: Which = "shown",
        folder: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self._numbers = numbers
        self._folder = folder or Path.home()
        self.kinds = {each: QRadioButton(text) for each, (text, _) in self._kind_words().items()}
        self.whiches = {each: QRadioButton() for each in WHICHES}
        self.named = QCheckBox(self.tr("&Include file names and patients’ names"))
        self.about_names = words("", "caption")
        self.left_out = words("", "caption")
        self.go_on = QPushButton()
        self.go_on.setProperty("role", "primary")
        self._lay_out()
        self.kinds[kind].setChecked(True)
        self._choose_some(which)
        self._connect()
        self._show()
        self.kinds[kind].setFocus()

    @property
    def kind(self) -> Kind:
        return next(each for each, button in self.kinds.items() if button.isChecked())

    @property
    def which(self) -> Which:
        return next((each for each, button in self.whiches.items() if button.isChecked()), "shown")

    @property
    def count(self) -> int:
        """How many scans the export would hold."""
        return self._numbers.of(self.kind, self.which)

    # Putting it together

    def _kind_words(self) -> dict[Kind, tuple[str, str]]:
        return {
            "csv": (self.tr("&Table (CSV)"), self.tr("A row for each scan, for a spreadsheet or a script.")),
            "folder-report": (
                self.tr("&Report (PDF)"),
                self.tr("Summary, distribution of the probabilities, and a table of the scans."),
            ),
            "scan-reports": (
                self.tr("Report of &each scan (PDF)"),
                self.tr("A page for each: picture, evidence, reading and review."),
            ),
            "overlays": (self.tr("&Pictures (PNG)"), self.tr("Each scan with its evidence.")),
            "dicom": (
                self.tr("DI&COM"),
                self.tr("For each scan a picture with its evidence and a structured report."),
            ),
            "dataset": (
                self.tr("&DATASET of the reviewed scans"),
                self.tr("The scans in train/NORMAL and train/PNEUMONIA, as you call them, to train on."),
            ),
        }

    def _which_words(self) -> dict[Which, str]:
        return {
            "shown": self.tr("All on the &list ({n})")
            if self._is_whole_list_shown
            else self.tr("Shown on the &list ({n})"),
            "selected": self.tr("&Selected on the list ({n})"),
            "current": self.tr("The one on the scree&n ({n})"),
            "all": self.tr("All, &filtered out ones too ({n})"),
        }

    @property
    def _is_whole_list_shown(self) -> bool:
        return self._numbers.scans.get("shown") == self._numbers.scans.get("all")

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(22, 18, 22, 8)
        column.setSpacing(2)
        column.addWidget(words(self.tr("What"), "title"))
        kinds = QButtonGroup(self)
        for kind in KINDS:
            button = self.kinds[kind]
            kinds.addButton(button)
            self._add(column, button, self._kind_words()[kind][1])
        column.addSpacing(12)
        column.addWidget(words(self.tr("Which scans"), "title"))
        whiches = QButtonGroup(self)
        for which, button in self.whiches.items():
            whiches.addButton(button)
            column.addWidget(button)
            button.setVisible(which != "all" or not self._is_whole_list_shown)
        self.left_out.setContentsMargins(_INDENT, 0, 0, 0)
        column.addWidget(self.left_out)
        column.addSpacing(12)
        column.addWidget(words(self.tr("Names"), "title"))
        self.about_names.setContentsMargins(_INDENT, 0, 0, 0)
        column.addWidget(self.named)
        column.addWidget(self.about_names)
        column.addStretch()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.go_on, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.setContentsMargins(22, 10, 22, 16)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scrolling(page), 1)
        layout.addWidget(buttons)
        self.go_on.setDefault(True)  # only now: its dialog has to know
        self.fit(QSize(520, 640), QSize(440, 340))

    @staticmethod
    def _add(column: QVBoxLayout, button: QRadioButton, explanation: str) -> QLabel:
        label = words(explanation, "caption")
        label.setContentsMargins(_INDENT, 0, 0, 3)
        button.setAccessibleDescription(explanation)
        column.addWidget(button)
        column.addWidget(label)
        return label

    def _connect(self) -> None:
        for button in (*self.kinds.values(), *self.whiches.values()):
            button.toggled.connect(self._show)
        self.named.toggled.connect(self._show)
        self.go_on.clicked.connect(self._choose_place)

    def _choose_some(self, which: Which) -> None:
        """That choice of scans, or the first that holds any."""
        offered = [each for each in WHICHES if each != "all" or not self._is_whole_list_shown]
        wanted = [which] if which in offered else []
        some = [each for each in (*wanted, *offered) if self._numbers.of(self.kind, each)]
        self.whiches[some[0] if some else offered[0]].setChecked(True)

    # Showing

    @Slot()
    def _show(self) -> None:
        kind, count = self.kind, self.count
        for which, text in self._which_words().items():
            number = self._numbers.of(kind, which)
            self.whiches[which].setText(text.format(n=QLocale().toString(number)))
            self.whiches[which].setEnabled(number > 0)
        self.left_out.setText(self._left_out_words(kind))
        self.left_out.setVisible(bool(self.left_out.text()))
        about = self._names_words(kind)
        self.about_names.setText(about)
        self.named.setAccessibleDescription(about)
        self.go_on.setText(
            self.tr("Choose file…") if is_file(kind, self.which) else self.tr("Choose folder…")
        )
        self.go_on.setEnabled(count > 0)

    def _left_out_words(self, kind: Kind) -> str:
        without = self._numbers.scans.get(self.which, 0) - self.count
        if without <= 0:
            return ""
        number = QLocale().toString(without)
        if kind == "dataset":
            return self.tr("Left out, without a label of yours: {n}").format(n=number)
        return self.tr("Left out, without a reading: {n}").format(n=number)

    def _names_words(self, kind: Kind) -> str:
        if self.named.isChecked() and kind != "dataset":
            if kind == "dicom":
                return self.tr(
                    "File names, and what the DICOM files say of the patient, leave with the scans."
                )
            return self.tr("Paths and file names leave with the scans; they may name patients.")
        if kind == "dataset":
            return self.tr(
                "A DATASET carries no names. Without this, scans whose file says that a name is in the "
                "picture are left out."
            )
        if needs_reading(kind):
            return self.tr(
                "Without this, scans go by a number and no name leaves. Text inside a picture and in your "
                "notes is not removed. Scans whose file says that a name is in the picture are left out."
            )
        return self.tr(
            "Without this, scans go by a number and no name leaves. Your notes leave as you wrote them."
        )

    # Where to

    @Slot()
    def _choose_place(self) -> None:
        kind = self.kind
        dialog = QFileDialog(self, self.tr("Export to"), str(self._folder))
        dialog.setObjectName("export-to")
        if is_file(kind, self.which):
            is_table = kind == "csv"
            dialog.setNameFilter(self.tr("Table (*.csv)") if is_table else self.tr("PDF report (*.pdf)"))
            dialog.setDefaultSuffix("csv" if is_table else "pdf")
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.selectFile(_SUGGESTED[kind])
        else:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
            dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Export here"))
        dialog.fileSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        self.wanted.emit(ExportRequest(self.kind, self.which, self.named.isChecked(), Path(name)))
        self.accept()
