"""The four stages of a fine-tuning, in a line across the page."""

from __future__ import annotations

from typing import Literal, get_args

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QWidget

Stage = Literal["scans", "options", "running", "result"]
STAGES: tuple[Stage, ...] = get_args(Stage)


class Steps(QWidget):
    """Shows which stage is in front and which can be gone to; says which one the person wants."""

    wanted = Signal(str)  # Stage

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        texts = (
            self.tr("&1  Scans"),
            self.tr("&2  How it learns"),
            self.tr("&3  Training"),
            self.tr("&4  Result"),
        )
        self.buttons = {stage: QPushButton(text) for stage, text in zip(STAGES, texts, strict=True)}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 6)
        row.setSpacing(2)
        for stage, button in self.buttons.items():
            if stage != STAGES[0]:
                arrow = QLabel("→")
                arrow.setProperty("role", "muted")
                row.addWidget(arrow)
            button.setCheckable(True)
            button.setProperty("role", "step")
            button.setProperty("stage", stage)
            group.addButton(button)
            row.addWidget(button)
            button.clicked.connect(self._on_clicked)
        row.addStretch()

    def show_stage(self, stage: Stage) -> None:
        self.buttons[stage].setChecked(True)

    def allow(self, stage: Stage, allowed: bool) -> None:
        """Whether there is anything to see at a stage."""
        self.buttons[stage].setEnabled(allowed)

    @Slot()
    def _on_clicked(self) -> None:
        self.wanted.emit(self.sender().property("stage"))
