"""The page of fine-tuning with everything behind it: real services, real processes, real files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from core import paths
from core.settings import Settings
from gui.errors import ErrorFunnel
from gui.evaluation.service import EvaluationService
from gui.icons import Icons
from gui.jobs import Lanes
from gui.models.models import Models
from gui.preferences import Preferences
from gui.theme import Theme
from gui.training.inspector import Inspector
from gui.training.page import TrainingPage
from gui.training.run_folders import RunFolders
from gui.training.service import TrainingService
from gui.training.setup import TrainingSetup
from tests.themes import borrowed_theme

#: Long enough for a busy machine to look at a few scans.
SOON_MS = 60_000


@dataclass
class Bench:
    """A page, and what it works with."""

    page: TrainingPage
    setup: TrainingSetup
    service: TrainingService
    models: Models
    evaluator: EvaluationService
    theme: Theme
    preferences: Preferences
    said: list[Any]  # what the funnel told

    def wait_until_inspected(self, qtbot: Any) -> None:
        qtbot.waitUntil(lambda: not self.setup.is_inspecting, timeout=SOON_MS)


@pytest.fixture
def reviewed() -> list[tuple[Path, str, str, str]]:
    """What the person reviewed; a test puts rows into it."""
    return []


@pytest.fixture
def home() -> Iterator[Path]:
    """The person's data, without what a test left there."""
    yield paths.user_data()
    for name in ("runs", "models"):
        shutil.rmtree(paths.user_data() / name, ignore_errors=True)
    (paths.user_data() / "reviewed scans.csv").unlink(missing_ok=True)


@pytest.fixture
def bench(qapp: QApplication, qtbot: Any, reviewed: list[Any], home: Path) -> Iterator[Callable[[], Bench]]:
    """Makes the page, shown as large as in its window."""
    lanes = Lanes()
    made: list[Bench] = []

    with borrowed_theme(qapp) as theme:
        theme.apply("dark")

        def make(shown: bool = True) -> Bench:
            told: list[Any] = []
            funnel = ErrorFunnel(lanes)
            funnel.told.connect(told.append)
            setup = TrainingSetup(Inspector(lanes.lane("inspection"), lanes), lambda: list(reviewed), lanes)
            service = TrainingService(lanes.lane("training"), lanes.lane("measuring"), lanes)
            preferences = Preferences(Settings(), keep=False, parent=lanes)
            models = Models(lanes.lane("models"), preferences, lanes)
            evaluator = EvaluationService(
                lanes.lane("evaluation"), lambda: Settings(engine="openvino", device="cpu"), lanes
            )
            plots, icons = lanes.lane("plots"), Icons(theme, lanes)
            page = TrainingPage(
                setup, service, models, evaluator, plots, theme, icons, funnel,
                RunFolders(lanes.lane("runs"), lanes), lanes.lane("pictures"),
            )  # fmt: skip
            page.resize(1100, 690)
            models.refresh()
            made.append(Bench(page, setup, service, models, evaluator, theme, preferences, told))
            qtbot.waitUntil(lambda: bool(models.entries))
            if shown:
                with qtbot.waitExposed(page):
                    page.show()
            return made[-1]

        yield make
        for each in made:
            each.page.close()
        assert lanes.close()
        for each in made:
            each.service.end()
            each.page.deleteLater()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        lanes.deleteLater()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def on(bench, home):
    """The page, which measures nothing by itself."""
    made = bench()
    made.page.estimating.want(False)
    return made
