from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from core.reading.gate import Verdict
from core.reading.reader import Reading
from gui.controls import ElidedLabel
from gui.reading.panel import ReadingPanel
from gui.reading.probability_bar import ProbabilityBar
from gui.reading.state import ReadingState

FACTS = {"threshold": 0.212, "operating_point": "balanced", "sensitivity": 0.96, "specificity": 0.97}


def reading(probability, reasons=()):
    heatmap = np.zeros((7, 7), np.float32)
    return Reading(probability, "", 0.212, heatmap, Verdict(reasons), "a model", "openvino CPU fp32", 85.2)


READ = ReadingState("read", reading(0.87), name="a.png", **FACTS)
REJECTED = ReadingState("rejected", reading(0.87, ("blank picture",)), **FACTS)
AS_DISPLAYED = ReadingState("read", reading(0.87), as_displayed="gamma 1.40, inverted", **FACTS)
EVERY_STATE = [
    ReadingState(),
    ReadingState("no-model", reason="the model file is damaged", hint="choose another"),
    ReadingState("loading-model"),
    ReadingState("unread"),
    ReadingState("waiting", name="a.png", model="a model"),
    ReadingState("reading", name="a.png", model="a model", engine_words="openvino CPU fp32"),
    READ,
    REJECTED,
    AS_DISPLAYED,
    ReadingState("read", reading(0.25), notes=("Read at half its size.",), name="x" * 300, **FACTS),
    ReadingState("read", reading(0.87), name="a.dcm", domain="children: 1,200 scans, AUC 0.98", **FACTS),
    ReadingState("failed", reason="this file has no pixels", hint="export it again", name="a.dcm"),
]


@pytest.fixture
def panel(qtbot):
    place = QWidget()
    column = QVBoxLayout(place)
    column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # a window that keeps its size
    panel = ReadingPanel()
    column.addWidget(panel)
    column.addStretch()
    place.resize(300, 800)
    qtbot.addWidget(place)
    place.show()
    yield panel
    place.close()


def visible(panel, kind):
    return [widget for widget in panel.findChildren(kind) if widget.isVisible()]


def words_on(panel):
    return "\n".join(label.text() for label in visible(panel, QLabel))


def button(panel, text):
    (found,) = (each for each in visible(panel, QPushButton) if each.text() == text)
    return found


def verdict(panel):
    (label,) = (each for each in visible(panel, QLabel) if each.property("role") == "verdict")
    return label.text(), label.property("verdict")


@pytest.mark.parametrize(
    ("state", "headline", "kind"),
    [
        (READ, "PNEUMONIA", "pneumonia"),
        (ReadingState("read", reading(0.02), **FACTS), "NORMAL", "normal"),
        (ReadingState("read", reading(0.25), **FACTS), "NOT SURE", "unsure"),
        (REJECTED, "Does not look like a chest X-ray", "rejected"),
        (ReadingState("failed", reason="no pixels"), "Could not be read", "failed"),
        (ReadingState(), "No scan", "idle"),
        (ReadingState("no-model"), "No model", "idle"),
        (ReadingState("reading"), "Reading", "idle"),
    ],
)
def test_the_headline_and_its_look(panel, state, headline, kind):
    panel.show_state(state)
    assert verdict(panel) == (headline, kind)


def test_a_reading_with_its_facts(panel):
    panel.show_state(READ)
    said = words_on(panel)
    for words in ("likely", "about 87", "87.0%", "21% (balanced)", "sensitivity 96%", "a model", "85 ms"):
        assert words in said
    assert "OpenVINO · CPU · fp32" in said
    assert visible(panel, ProbabilityBar)
    assert not visible(panel, QProgressBar)


def test_moving_the_threshold_moves_the_name(panel):
    panel.show_state(ReadingState("read", reading(0.6), threshold=0.4, band=0.05))
    assert verdict(panel)[0] == "PNEUMONIA"
    panel.show_state(ReadingState("read", reading(0.6), threshold=0.8, band=0.05))
    assert verdict(panel)[0] == "NORMAL"
    assert "your own" in words_on(panel)


def test_no_number_is_left_behind_by_the_scan_before(panel):
    panel.show_state(AS_DISPLAYED)
    for state in (ReadingState("waiting"), ReadingState("failed", reason="no pixels"), ReadingState()):
        panel.show_state(state)
        assert "87" not in words_on(panel)
        assert "gamma" not in words_on(panel)
        assert not visible(panel, ProbabilityBar)
        panel.show_state(AS_DISPLAYED)


def test_a_rejection_gives_its_reasons_and_no_frequency(panel):
    panel.show_state(REJECTED)
    said = words_on(panel)
    assert "The picture is blank" in said
    assert "not to be relied on" in said
    assert "Of 100 scans" not in said
    for number in ("87.0%", "21%", "sensitivity"):
        assert number not in said
    assert "85 ms" in said


def test_the_operating_point_of_a_model_that_is_gone_is_not_named(panel):
    panel.show_state(ReadingState("read", reading(0.87), threshold=0.212, operating_point=None))
    assert "21%" in words_on(panel)
    assert "your own" not in words_on(panel)


@pytest.mark.parametrize("width", [276, 300, 360])
@pytest.mark.parametrize("engine", ["openvino cpu fp32", "torch cuda (NVIDIA RTX A2000 Laptop) fp16"])
def test_what_is_below_stays_where_it_is_when_a_reading_arrives(panel, width, engine):
    panel.parentWidget().resize(width + 18, 800)
    known = {"name": "a.png", "model": "a model", "engine_words": engine, **FACTS}
    heights = set()
    for state in (
        *(ReadingState(status, **known) for status in ("waiting", "reading")),
        *(ReadingState("read", replace(reading(p), engine=engine), **known) for p in (0.0, 0.01, 0.87, 1.0)),
    ):
        panel.show_state(state)
        panel.parentWidget().layout().activate()
        heights.add(panel.height())
    assert len(heights) == 1


def test_there_is_room_for_a_reading_before_there_is_a_model(panel):
    heights = set()
    for state in (ReadingState(), ReadingState("loading-model", name="a.png"), READ):
        panel.show_state(state)
        panel.parentWidget().layout().activate()
        heights.add(panel.height())
    assert len(heights) == 1


def test_without_a_model_it_says_that_reading_is_off(panel):
    panel.show_state(ReadingState("no-model", reason="no model named x", hint="choose another"))
    assert "Reading is off: no model named x." in words_on(panel)
    assert "Choose another." in words_on(panel)


@pytest.mark.parametrize("status", ["loading-model", "reading"])
def test_something_moves_while_something_is_going_on(panel, status):
    panel.show_state(ReadingState(status))
    (progress,) = visible(panel, QProgressBar)
    assert progress.minimum() == progress.maximum() == 0


def test_a_failure_says_why_and_what_to_do(panel):
    panel.show_state(ReadingState("failed", reason="this file has no pixels", hint="export it again"))
    assert "this file has no pixels." in words_on(panel)
    assert "Export it again." in words_on(panel)


def test_read_as_displayed_is_said_and_can_be_undone(panel, qtbot):
    panel.show_state(AS_DISPLAYED)
    assert "Read as displayed" in words_on(panel)
    assert "gamma 1.40, inverted" in words_on(panel)
    with qtbot.waitSignal(panel.read_as_stored_requested):
        qtbot.mouseClick(button(panel, "Read as stored"), Qt.MouseButton.LeftButton)
    panel.show_state(READ)
    assert "as displayed" not in words_on(panel)


def test_the_buttons_ask(panel, qtbot):
    panel.show_state(READ)
    with qtbot.waitSignal(panel.read_again_requested):
        qtbot.mouseClick(button(panel, "Read again"), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.details_requested):
        qtbot.keyClick(button(panel, "Model card"), Qt.Key.Key_Space)
    panel.show_state(ReadingState("unread"))
    with qtbot.waitSignal(panel.read_again_requested):
        qtbot.mouseClick(button(panel, "Read"), Qt.MouseButton.LeftButton)


def test_without_a_gpu_that_is_said(panel):
    note = "No GPU found: reading on the processor"
    panel.show_state(ReadingState("read", reading(0.9), device_note=note))
    (engine,) = (label for label in visible(panel, QLabel) if label.toolTip() == note)
    assert engine.text() == "OpenVINO · CPU · fp32"


@pytest.mark.parametrize("width", [280, 360])
@pytest.mark.parametrize("state", EVERY_STATE, ids=lambda state: state.status)
def test_no_words_are_cut(panel, state, width):
    panel.parentWidget().resize(width, 800)
    panel.show_state(state)
    panel.parentWidget().layout().activate()
    assert panel.width() <= width
    for label in visible(panel, QLabel):
        inside = label.contentsRect()
        flags = Qt.TextFlag.TextWordWrap if label.wordWrap() else 0
        needed = label.fontMetrics().boundingRect(0, 0, inside.width(), 9999, flags, label.text())
        assert needed.width() <= inside.width() + 1, label.text()
        assert needed.height() <= inside.height() + 1, label.text()


def test_a_long_name_is_shortened_in_the_middle_and_whole_in_the_tooltip(panel):
    name = "patient_" + "x" * 200 + ".dcm"
    panel.show_state(ReadingState("waiting", name=name))
    (label,) = (each for each in visible(panel, ElidedLabel) if each.whole_text == name)
    assert label.text().startswith("patient")
    assert label.text().endswith(".dcm")
    assert "…" in label.text()
    assert label.toolTip() == label.accessibleName() == name


def test_markup_in_a_name_is_only_text(panel):
    panel.show_state(ReadingState("failed", name="<b>x", reason="<img src='y'>"))
    assert "<img src='y'>" in words_on(panel)
    formats = {label.textFormat() for label in panel.findChildren(QLabel) if "<" in label.text()}
    assert formats == {Qt.TextFormat.PlainText}
    panel.show_state(ReadingState("waiting", name="<b>bold</b>" * 40))
    (name,) = visible(panel, ElidedLabel)
    assert "<b>" not in name.toolTip(), "a tooltip that looks like markup is shown as markup"
    assert "&lt;b&gt;" in name.toolTip()


def test_words_can_be_selected(panel):
    panel.show_state(READ)
    sentence = next(label for label in visible(panel, QLabel) if "finds pneumonia" in label.text())
    assert sentence.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
