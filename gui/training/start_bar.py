"""Below what is set up: what would be done, how long it takes here, and the button that begins it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.dialogs.parts import words
from gui.errors import ErrorFunnel
from gui.theme import restyle
from gui.training.estimating import Estimating
from gui.training.presets import doing_words
from gui.training.service import TrainingService
from gui.training.setup import TrainingSetup
from gui.training.words import about_time, another_start, problem_line


class StartBar(QWidget):
    """Shows a TrainingSetup in a line and its estimate; says when the person wants to begin."""

    start_wanted = Signal()
    other_wanted = Signal()  # the other one of the two stages that set up

    def __init__(
        self,
        setup: TrainingSetup,
        estimating: Estimating,
        service: TrainingService,
        funnel: ErrorFunnel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._setup = setup
        self._estimating = estimating
        self._service = service
        self._funnel = funnel
        self.line = words("")
        self.time = words("", "muted")
        self.other = QPushButton()
        self.start = QPushButton(self.tr("&Start training"))
        self.start.setProperty("role", "primary")
        said = QVBoxLayout()
        said.setSpacing(1)
        said.addStretch()
        said.addWidget(self.line)
        said.addWidget(self.time)
        said.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 10, 20, 12)
        row.setSpacing(10)
        row.addLayout(said, 1)
        row.addWidget(self.other)
        row.addWidget(self.start)
        self.other.clicked.connect(self.other_wanted)
        self.start.clicked.connect(self.start_wanted)
        setup.found_changed.connect(self._show)
        setup.recipe_changed.connect(self._show)
        service.changed.connect(self._show)
        estimating.changed.connect(self._show)
        self.show_place("scans")

    def show_place(self, stage: str) -> None:
        """Which of the two stages is in front."""
        self.other.setText(self.tr("&How it learns…") if stage == "scans" else self.tr("Bac&k to the scans"))
        self._show()

    def _show(self) -> None:
        setup = self._setup
        line, time, role = self._words()
        self.line.setText(line)
        self.time.setText(time)
        self.time.setVisible(bool(time))
        restyle(self.time, role=role)
        self.start.setEnabled(setup.can_start and not self._service.is_running)
        self.start.setAccessibleDescription(f"{line} {time}".strip())

    def _words(self) -> tuple[str, str, str]:
        """What would be done, how long it takes, and the role of that."""
        setup, recipe = self._setup, self._setup.recipe
        if self._service.is_running:
            return self.tr("A training is going on; another one can be set up meanwhile."), "", "muted"
        if not setup.sources:
            return self.tr("Add the scans that it is to learn from."), "", "muted"
        if setup.is_inspecting:
            return self.tr("It can begin as soon as the scans have been looked at."), "", "muted"
        if not setup.can_start:
            return self.tr("It cannot begin yet: see above what is missing."), "", "muted"
        line = self.tr("{what}, {n} epochs.").format(
            what=doing_words(recipe.freeze_backbone), n=recipe.epochs
        )
        if recipe.epochs == 1:
            line = self.tr("{what}, one epoch.").format(what=doing_words(recipe.freeze_backbone))
        return line, *self._time()

    def _time(self) -> tuple[str, str]:
        estimate, problem = self._estimating.estimate, self._estimating.problem
        if problem is not None:
            return problem_line(self._funnel.problem(problem, another_start())), "warning"
        if estimate is None:
            return self.tr("Measuring how long it takes on this computer…"), "muted"
        most = self.tr("At most {time} on this computer.")
        text = most if self._setup.recipe.patience else self.tr("{time} on this computer.")
        time = about_time(estimate.seconds)
        return (text.format(time=time) if text is most else _begun(text.format(time=time))), "muted"


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
