"""The About dialog: the versions, the model and the licences that there are, and no link without a word."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QIcon
from PySide6.QtWidgets import QTableWidget
from pytestqt.qtbot import QtBot

from core.model import library
from core.model.checkpoint import Checkpoint, OperatingPoint
from core.model.features import Calibration, FeatureGroup, FeatureStatistics
from core.version import VERSION
from gui.dialogs.about import AboutDialog
from gui.dialogs.libraries import PINNED, libraries
from gui.dialogs.model_page import page
from gui.dialogs.page_view import PageView

ROOT = Path(__file__).resolve().parents[3]


def a_model(name: str = "ward-7") -> Checkpoint:
    return Checkpoint(
        name=name,
        backbone="resnet18",
        head="linear",
        weights={"head.weight": np.zeros((2, 512), np.float32)},
        operating_points=(OperatingPoint("balanced", 0.2118, 0.9497, float("nan")),),
        training={
            "made": "2026-11-21T23:29:13+00:00",
            "recipe": {"epochs": 18, "init": "random"},
            "datasets": {"ward | 7": {"train": 1200, "val": 130, "test": 0}},
        },
        metrics={"ward, validation": {"n": 130, "auc": 0.9412}},
    )


@pytest.fixture
def about(qtbot: QtBot) -> AboutDialog:
    dialog = AboutDialog(QIcon(), a_model(), "OpenVINO fp32 on the CPU")
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_the_versions_are_those_that_are_installed(about: AboutDialog) -> None:
    text = about.versions_text()
    assert f"Lungfield: {VERSION}" in text
    assert "Reads with: OpenVINO fp32 on the CPU" in text
    assert f"NumPy: {np.__version__}" in text
    assert f"PyTorch: {metadata.version('torch')}" in text


def test_the_versions_are_copied(about: AboutDialog) -> None:
    about.copy.click()
    assert QGuiApplication.clipboard().text() == about.versions_text()
    assert about.copy.text() == "Copied"


def test_the_model_that_reads_is_told(about: AboutDialog) -> None:
    text = about.model.browser.toPlainText()
    for fact in (
        "ward-7",
        "ResNet-18",
        "balanced",
        "0.212",
        "0.950",
        "0.941",
        "1200 to learn from",
        "2026-11-21",
    ):
        assert fact in text
    assert "Model card" not in text
    assert about.model.browser.verticalScrollBar().value() == 0


def test_the_bundled_model_has_its_card() -> None:
    assert "# Model card" in page(a_model(library.BUNDLED))


def test_what_was_not_measured_is_a_dash() -> None:
    assert "| 0.212 | 0.950 | – |" in page(a_model())


def test_kinds_of_scans_with_a_calibration_of_their_own_are_told() -> None:
    nothing = np.zeros(1, np.float32), np.eye(1, dtype=np.float32)
    groups = (
        FeatureGroup(*nothing, 1.0, "wards *3* and 4", Calibration(0.25, -1.5)),
        FeatureGroup(*nothing, 1.0, "adults"),
    )
    text = page(replace(a_model(), features=FeatureStatistics(groups)))
    assert "- Temperature for scans like wards \\*3\\* and 4: **0.250, offset -1.500**" in text
    assert "adults" not in text


def test_a_model_that_tells_nothing_has_a_page_all_the_same() -> None:
    bare = Checkpoint(
        "x", "resnet18", "linear", {}, training={"recipe": 3, "datasets": {"a": 1}}, metrics={"a": 1}
    )
    assert "# x" in page(bare)


def test_names_in_a_model_file_are_shown_as_they_are(qtbot: QtBot) -> None:
    view = PageView("Model")
    qtbot.addWidget(view)
    odd = "<b>a</b> [x](http://example.org) *y* | `z`"
    view.show_markdown(page(a_model(odd)))
    assert odd in view.browser.toPlainText()
    assert "example.org" not in "".join(re.findall('href="(.*?)"', view.browser.toHtml()))


def test_without_a_model_that_is_said(qtbot: QtBot) -> None:
    dialog = AboutDialog(QIcon(), None, "")
    qtbot.addWidget(dialog)
    assert "No model" in dialog.model.browser.toPlainText()
    assert "no engine is loaded" in dialog.versions_text()


def test_the_libraries_are_those_that_are_pinned() -> None:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert sorted(PINNED) == sorted(
        line.partition("==")[0] for line in lines if "==" in line.partition("#")[0]
    )


def test_every_library_is_listed_with_its_licence(about: AboutDialog) -> None:
    table = about.findChild(QTableWidget)
    rows = [[table.item(row, column).text() for column in range(3)] for row in range(table.rowCount())]
    assert rows == [[each.name, each.version, each.licence] for each in libraries()]
    said = {name: licence for name, _, licence in rows}
    assert said["pillow"] == "MIT-CMU"
    assert "LGPL" in said["PySide6-Essentials"]
    assert all(said.values())


class _Desktop(QObject):
    """Takes what is to be opened, in the desktop's place."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(url.toString())


def test_a_link_opens_only_when_it_is_said_so(qtbot: QtBot) -> None:
    view = PageView("Page")
    qtbot.addWidget(view)
    view.show()
    view.show_markdown("[the data](https://example.org/data) and [a file](file:///etc/passwd)")
    desktop = _Desktop()
    for scheme in ("https", "file"):
        QDesktopServices.setUrlHandler(scheme, desktop, "take")
    try:
        view.browser.anchorClicked.emit(QUrl("file:///etc/passwd"))
        assert not view.banner.isVisible()
        view.browser.anchorClicked.emit(QUrl("https://example.org/data"))
        assert view.banner.isVisible()
        assert view.address.text() == "https://example.org/data"
        assert desktop.opened == []
        view.follow.click()
    finally:
        for scheme in ("https", "file"):
            QDesktopServices.unsetUrlHandler(scheme)
    assert desktop.opened == ["https://example.org/data"]
    assert not view.banner.isVisible()


def test_it_loads_neither_engine() -> None:
    code = (
        "import sys, gui.dialogs.about, gui.dialogs.settings; print({'torch', 'openvino'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "set()", done.stderr
