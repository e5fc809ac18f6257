"""The settings dialog: what is chosen counts with OK or Apply, and cannot contradict itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QDialogButtonBox
from pytestqt.qtbot import QtBot

from core import paths
from core.model.checkpoint import OperatingPoint
from core.model.library import Entry
from core.settings import Settings
from gui.dialogs.machine import Machine
from gui.dialogs.settings import SettingsDialog
from gui.language import Language
from gui.preferences import Preferences

POINTS = (
    OperatingPoint("balanced", 0.212, 0.95, 0.97),
    OperatingPoint("high sensitivity", 0.184, 0.98, 0.9),
    OperatingPoint("high specificity", 0.212, 0.95, 0.97),
)
MODELS = (Entry("bundled", Path("b"), True, True), Entry("ward-7", Path("w"), False, False))
LANGUAGES = (Language("en", "English"), Language("de", "Deutsch"))
EVERYTHING = Machine(nvidia=True, torch=True, openvino=True)
CPU_ONLY = Machine(nvidia=False, torch=True, openvino=True)
Button = QDialogButtonBox.StandardButton


class Opened:
    """A settings dialog on settings of its own, and the changes it made."""

    def __init__(self, qtbot: QtBot, settings: Settings, machine: Machine) -> None:
        self.preferences = Preferences(settings, keep=False)
        self.changes: list[Settings] = []
        self.preferences.changed.connect(self.changes.append)
        self.dialog = SettingsDialog(
            self.preferences, MODELS, POINTS, LANGUAGES, "OpenVINO on the CPU", machine
        )
        qtbot.addWidget(self.dialog)
        self.dialog.show()
        self.reading = self.dialog.reading

    def press(self, button: Button) -> None:
        self.dialog.buttons.button(button).click()

    def can_apply(self) -> bool:
        return self.dialog.buttons.button(Button.Apply).isEnabled()


@pytest.fixture
def open_on(qtbot: QtBot) -> Any:
    """Opens a dialog on settings, and keeps it for the length of the test."""
    dialogs = []

    def opened(settings: Settings = Settings(), machine: Machine = CPU_ONLY) -> Opened:  # noqa: B008 - frozen
        dialogs.append(Opened(qtbot, settings, machine))
        return dialogs[-1]

    return opened


def pick(qtbot: QtBot, box: QComboBox, value: object) -> bool:
    """Take a value with the keys, as a person does. Returns whether it could be taken."""
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    while box.currentData() != value:
        before = box.currentIndex()
        qtbot.keyClick(box, Qt.Key.Key_Down)
        if box.currentIndex() == before:
            return False
    return True


CHOSEN = Settings(
    model="ward-7",
    engine="torch",
    device="cpu",
    precision="fp32",
    threshold=0.33,
    uncertain_band=0.05,
    drag_axes="level-width",
    drag_up_darkens=True,
    theme="light",
    language="de",
    recent=("a", "b"),
)


@pytest.mark.parametrize(
    "settings",
    [Settings(), CHOSEN, Settings(threshold=0.2118429321, uncertain_band=1 / 30), Settings(threshold=1.0)],
)
def test_looking_changes_nothing(open_on: Any, settings: Settings) -> None:
    opened = open_on(settings)
    assert not opened.can_apply()
    opened.press(Button.Ok)
    assert opened.preferences.now == settings
    assert opened.changes == []


def test_ok_changes_everything_at_once_and_closes(open_on: Any, qtbot: QtBot) -> None:
    opened = open_on()
    assert pick(qtbot, opened.reading.engine, "torch")
    assert pick(qtbot, opened.reading.precision, "fp32")
    assert pick(qtbot, opened.dialog.appearance.theme, "light")
    assert pick(qtbot, opened.dialog.appearance.language, "de")
    opened.dialog.viewer.level_width.click()
    opened.dialog.viewer.up_darkens.click()
    assert opened.changes == []
    opened.press(Button.Ok)
    assert not opened.dialog.isVisible()
    assert opened.changes == [
        Settings(
            engine="torch",
            precision="fp32",
            theme="light",
            language="de",
            drag_axes="level-width",
            drag_up_darkens=True,
        )
    ]


def test_cancel_and_escape_change_nothing(open_on: Any, qtbot: QtBot) -> None:
    for leave in ("cancel", "escape"):
        opened = open_on()
        assert pick(qtbot, opened.dialog.appearance.theme, "light")
        if leave == "cancel":
            opened.press(Button.Cancel)
        else:
            qtbot.keyClick(opened.dialog, Qt.Key.Key_Escape)
        assert not opened.dialog.isVisible()
        assert opened.changes == []


def test_apply_changes_and_stays(open_on: Any, qtbot: QtBot) -> None:
    opened = open_on()
    assert pick(qtbot, opened.dialog.appearance.theme, "dark")
    assert opened.can_apply()
    opened.press(Button.Apply)
    assert opened.dialog.isVisible()
    assert opened.changes == [Settings(theme="dark")]
    assert not opened.can_apply()


def test_defaults_count_only_with_ok_and_forget_nothing(open_on: Any) -> None:
    opened = open_on(CHOSEN)
    opened.press(Button.RestoreDefaults)
    assert opened.changes == []
    opened.press(Button.Ok)
    assert opened.changes == [replace(Settings(), recent=("a", "b"))]


def test_the_models_own_point_is_no_threshold_of_ones_own(open_on: Any, qtbot: QtBot) -> None:
    point = open_on(Settings(threshold=0.4)).reading.point
    assert point.threshold.isEnabled()
    assert pick(qtbot, point.point, "model")
    assert not point.threshold.isEnabled()
    assert point.chosen_threshold() is None
    assert point.threshold.value() == pytest.approx(21.2)
    assert "95.0%" in point.point.note.text()


def test_points_that_are_the_same_are_one_entry(open_on: Any) -> None:
    box = open_on().reading.point.point
    texts = [box.itemText(row) for row in range(box.count())]
    assert "balanced, high specificity" in texts[0]
    assert sum("high specificity" in text for text in texts) == 1


def test_the_numbers_stand_in_one_column(open_on: Any) -> None:
    point = open_on().reading.point
    assert point.threshold.width() == point.band.width()
    assert point.threshold.x() == point.band.x()


def test_a_line_below_a_box_leaves_no_gap(open_on: Any) -> None:
    note = open_on().reading.point.point.note
    assert note.isVisible()
    assert note.height() == note.heightForWidth(note.width())


def test_a_named_point_gives_its_threshold(open_on: Any, qtbot: QtBot) -> None:
    opened = open_on()
    assert pick(qtbot, opened.reading.point.point, 1)
    assert "high sensitivity" in opened.reading.point.point.currentText()
    opened.press(Button.Ok)
    assert opened.preferences.now.threshold == 0.184
    assert open_on(Settings(threshold=0.184)).reading.point.point.value == 1


def test_a_threshold_of_ones_own_is_typed_in_percent(open_on: Any, qtbot: QtBot) -> None:
    opened = open_on()
    point = opened.reading.point
    assert pick(qtbot, point.point, "own")
    point.threshold.selectAll()
    qtbot.keyClicks(point.threshold, "37.5")
    qtbot.keyClick(point.threshold, Qt.Key.Key_Tab)
    opened.press(Button.Ok)
    assert opened.preferences.now.threshold == pytest.approx(0.375)


@pytest.mark.parametrize(
    ("threshold", "band", "text"),
    [
        (None, 0.1, "Not sure from 11% to 31%"),
        (0.5, 0.05, "Not sure from 45% to 55%"),
        (0.05, 0.1, "Not sure from 0% to 15%"),
        (0.95, 0.2, "Not sure from 75% to 100%"),
    ],
)
def test_the_uncertain_band_is_said_in_numbers(
    open_on: Any, threshold: float | None, band: float, text: str
) -> None:
    assert open_on(Settings(threshold=threshold, uncertain_band=band)).reading.point.preview.text() == text


def test_the_preview_follows_the_numbers(open_on: Any) -> None:
    point = open_on().reading.point
    point.band.setValue(2)
    assert point.preview.text() == "Not sure from 19% to 23%"
    point.band.setValue(0)
    assert "never" in point.preview.text()


def test_another_models_points_are_not_offered(open_on: Any, qtbot: QtBot) -> None:
    opened = open_on()
    point = opened.reading.point
    assert pick(qtbot, point.point, 1)
    assert pick(qtbot, opened.reading.model, "ward-7")
    assert [point.point.itemData(row) for row in range(point.point.count())] == ["model", "own"]
    assert point.chosen_threshold() is None
    assert "once this model reads" in point.point.note.text()
    assert pick(qtbot, opened.reading.model, "bundled")
    assert point.point.count() == 3


def test_a_graphics_card_that_is_not_there_cannot_be_chosen(open_on: Any, qtbot: QtBot) -> None:
    reading = open_on().reading
    assert not pick(qtbot, reading.device, "cuda")
    assert "NVIDIA" in reading.device.note.text()
    assert reading.device.note.isVisible()


def test_a_graphics_card_and_openvino_exclude_each_other(open_on: Any, qtbot: QtBot) -> None:
    reading = open_on(machine=EVERYTHING).reading
    assert not reading.device.note.isVisible()
    assert pick(qtbot, reading.engine, "openvino")
    assert not pick(qtbot, reading.device, "cuda")
    assert "OpenVINO" in reading.device.note.text()
    assert pick(qtbot, reading.engine, "auto")
    assert pick(qtbot, reading.device, "cuda")
    assert not pick(qtbot, reading.engine, "openvino")
    assert not pick(qtbot, reading.precision, "int8")


def test_a_choice_that_no_longer_works_is_shown_with_a_warning(open_on: Any) -> None:
    opened = open_on(Settings(device="cuda"))
    assert opened.reading.device.value == "cuda"
    assert opened.reading.device.note.property("role") == "warning"
    assert not opened.can_apply()


def test_a_model_that_is_gone_is_said(open_on: Any) -> None:
    reading = open_on(Settings(model="gone")).reading
    assert "gone" in reading.model.note.text()
    assert reading.model.value == ""


def test_recent_items_are_forgotten_with_apply(open_on: Any) -> None:
    opened = open_on(Settings(recent=("a", "b")))
    opened.dialog.data.clear_recent.click()
    assert opened.changes == []
    opened.press(Button.Apply)
    assert opened.changes == [Settings()]
    assert not opened.dialog.data.clear_recent.isEnabled()


class _Desktop(QObject):
    """Takes what is to be opened, in the desktop's place."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


def test_the_log_folder_is_opened(open_on: Any) -> None:
    desktop = _Desktop()
    QDesktopServices.setUrlHandler("file", desktop, "take")
    try:
        open_on().dialog.data.open_logs.click()
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert [Path(each) for each in desktop.opened] == [paths.logs()]


def test_every_field_has_a_name_and_takes_the_focus(open_on: Any) -> None:
    opened = open_on()
    reading, looks = opened.reading, opened.dialog.appearance
    fields = [reading.model, reading.engine, reading.device, reading.precision, reading.point.point]
    for field in [*fields, reading.point.threshold, reading.point.band, looks.theme, looks.language]:
        assert field.accessibleName()
        assert field.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert opened.dialog.focusWidget() is reading.model


def test_it_fits_a_small_screen(open_on: Any) -> None:
    dialog = open_on().dialog
    assert dialog.width() <= 1280
    assert dialog.height() <= 740
