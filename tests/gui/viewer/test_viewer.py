from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from core.imaging.display import Display, Orientation, displayed
from core.imaging.pyramid import Pyramid
from core.imaging.scan import Scan, Window
from core.reading.overlay import FULL_SCALE, blend
from gui.viewer.canvas import Canvas
from gui.viewer.display_state import DisplayState
from gui.viewer.heat_state import HeatState
from gui.viewer.view_state import ViewState
from gui.viewer.viewer import Viewer
from tests.pictures import radiograph

ROOT = Path(__file__).resolve().parents[3]
LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
SURROUNDINGS = (11, 12, 14)
EVERY_ORIENTATION = [Orientation(turns, mirrored) for turns in range(4) for mirrored in (False, True)]
CAPTIONS = 70  # rows at the bottom that may have words on them


class Room:
    """A viewer with its states."""

    def __init__(self, size: tuple[int, int] = (400, 360)) -> None:
        self.view, self.display, self.heat = ViewState(), DisplayState(), HeatState()
        self.viewer = Viewer(self.view, self.display, self.heat)
        self.viewer.resize(*size)
        self.canvas = self.viewer.canvas

    def show(self, scan: Scan) -> None:
        pyramid = Pyramid(scan)
        self.display.set_scan(scan, pyramid)
        self.viewer.show_picture(pyramid)

    def turn(self, orientation: Orientation) -> None:
        if orientation.mirrored:
            self.view.flip_horizontally()
        self.view.rotate(orientation.quarter_turns)

    def seen(self, widget: QWidget | None = None) -> np.ndarray:
        """uint8 [H, W, 3] of what is painted."""
        image = (widget or self.canvas).grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def scan_of(height: int = 300, width: int = 380, seed: int = 1) -> Scan:
    return Scan(radiograph(seed, size=(height, width)).astype(np.float32) / 255)


@pytest.fixture
def room(qtbot) -> Room:
    room = Room()
    qtbot.addWidget(room.viewer)
    room.viewer.show()
    room.show(scan_of())
    return room


def drag(widget: QWidget, button: Qt.MouseButton, start: QPoint, *moves: tuple[int, int]) -> None:
    QTest.mousePress(widget, button, Qt.KeyboardModifier.NoModifier, start)
    for dx, dy in moves:
        start = start + QPoint(dx, dy)
        QTest.mouseMove(widget, start)
    QTest.mouseRelease(widget, button, Qt.KeyboardModifier.NoModifier, start)


def hover(widget: QWidget, at: QPointF) -> None:
    """Move over `at` with no button held.

    `QTest.mouseMove` would warp the pointer of the X server, which tells of it when it comes to it.
    """
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        widget.mapToGlobal(at),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def wheel(widget: QWidget, at: QPointF, delta: int = 120, pixels: int = 0) -> None:
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(0, pixels),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


# ---- what is painted ----


@pytest.mark.parametrize("orientation", EVERY_ORIENTATION)
def test_at_one_to_one_the_canvas_shows_what_displayed_says(room, orientation):
    display = Display(Window(0.1, 0.7), 1.4, 2.0, True)
    room.display.set_display(display)
    room.turn(orientation)
    room.view.actual_size()
    seen = room.seen().astype(int)
    assert np.ptp(seen[:-CAPTIONS], axis=2).max() <= 3, "grey, but for the surroundings"
    expected = orientation.apply(displayed(scan_of().pixels, display)) * 255
    height, width = expected.shape
    left, top = room.canvas.geometry_now().origin
    for row in range(max(top, 0), min(top + height, seen.shape[0] - CAPTIONS), 7):
        first, last = max(left, 0), min(left + width, seen.shape[1])
        np.testing.assert_allclose(
            seen[row, first:last, 0], expected[row - top, first - left : last - left], atol=1
        )


@pytest.mark.parametrize("ratio", ["1.5", "2"])
def test_one_to_one_is_one_device_pixel_on_a_fine_screen(ratio):
    """In a process of its own, because the ratio is set before Qt starts."""
    code = """
import numpy as np
from PySide6.QtWidgets import QApplication
from tests.gui.viewer.test_viewer import Room, scan_of
app = QApplication([])
room = Room((200, 180))
room.viewer.show()
scan = scan_of(400, 500)
room.show(scan)
room.view.actual_size()
seen = room.seen()
assert seen.shape[:2] == (round(180 * RATIO), round(200 * RATIO)), seen.shape
left, top = room.canvas.geometry_now().origin
expected = scan.pixels[-top : 150 - top, -left : 190 - left] * 255
assert np.abs(seen[:150, :190, 0] - expected).max() <= 1
room.viewer.close()
""".replace("RATIO", ratio)
    environment = {**os.environ, "QT_SCALE_FACTOR": ratio, "QT_SCALE_FACTOR_ROUNDING_POLICY": "PassThrough"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=60)


def test_around_the_picture_it_is_nearly_black_even_when_inverted(room):
    room.display.toggle_inverted()
    room.viewer.resize(700, 300)
    seen = room.seen()
    left = room.canvas.geometry_now().origin[0]
    assert left > 50
    assert (seen[: -2 * CAPTIONS, :left] == SURROUNDINGS).all()
    assert not (seen[100, left:-left] == SURROUNDINGS).all()


def test_a_fitted_picture_stays_fitted_when_the_window_changes(room, qtbot):
    room.show(Scan(np.full((300, 380), 0.5, np.float32)))
    for size in ((500, 300), (200, 400)):
        room.viewer.resize(*size)
        scale = pytest.approx(min(size[0] / 380, size[1] / 300))
        # An X server may yet tell of the size before
        qtbot.waitUntil(lambda scale=scale: room.canvas.geometry_now().scale == scale)
        geometry = room.canvas.geometry_now()
        row = room.seen()[size[1] // 3, :, 0]
        assert row[geometry.origin[0] + 2 : -geometry.origin[0] - 2].min() > 14


def test_zoom_and_window_are_written_in_the_corner_and_what_is_not_as_usual(room):
    from gui.viewer.captions import state_lines

    assert state_lines(room.view, room.display, 0.25) == ["25 %", "W 255  L 128"]
    room.display.set_display(Display(Window(0.2, 0.6), 1.25, 2.0, True))
    room.view.flip_horizontally()
    room.view.rotate(1)
    first, _, window = state_lines(room.view, room.display, 1)
    assert window == "W 102  L 102"
    for word in ("Inverted", "Gamma 1.25", "CLAHE 2.0", "Mirrored", "Rotated 90°"):
        assert word in first
    assert room.seen()[-CAPTIONS:, :120].max() > 190


def test_the_grey_value_under_the_cursor_is_shown(room):
    from gui.viewer import captions

    room.show(Scan(np.full((300, 380), 0.1, np.float32), bits=12))
    corner = np.s_[-30:, 200:]
    before = room.seen()[corner]
    hover(room.canvas, QPointF(150, 150))
    assert room.seen()[corner].max() > before.max() + 50
    assert captions.place_line(3, 4, 410) == "x 3  y 4   410"
    QApplication.sendEvent(room.canvas, QEvent(QEvent.Type.Leave))
    np.testing.assert_array_equal(room.seen()[corner], before)


# ---- the mouse ----


@pytest.mark.parametrize(
    ("axes", "up_darkens", "width", "level"),
    [
        ("width-level", False, 1, 1),
        ("width-level", True, 1, -1),
        ("level-width", False, -1, -1),
        ("level-width", True, -1, 1),
    ],
)
def test_dragging_with_the_left_button_sets_the_window(room, axes, up_darkens, width, level):
    """To the right and down; a raised level makes the picture darker."""
    room.viewer.set_drag(axes, up_darkens)
    room.display.set_width(0.5)
    before = room.display.width, room.display.level
    drag(room.canvas, LEFT, QPoint(100, 100), (30, 40))
    assert np.sign(room.display.width - before[0]) == width
    assert np.sign(room.display.level - before[1]) == level
    assert room.view.fit, "and nothing else"


def test_only_sideways_changes_only_the_width_and_across_is_the_scans_whole_range(room):
    room.display.set_width(0.2)
    level = room.display.level
    drag(room.canvas, LEFT, QPoint(0, 100), (200, 0), (200, 0))
    auto = np.subtract(*np.percentile(scan_of().pixels, (99.9, 0.1)))
    assert room.display.width == pytest.approx(0.2 + auto, abs=0.01)
    assert room.display.level == level


def test_dragging_changes_the_picture(room):
    before = room.seen()
    drag(room.canvas, LEFT, QPoint(100, 100), (0, 60))
    assert room.seen()[: -2 * CAPTIONS].mean() < before[: -2 * CAPTIONS].mean() - 5


@pytest.mark.parametrize("button", [RIGHT, MIDDLE])
def test_dragging_with_another_button_moves_the_picture_with_the_mouse(room, button):
    room.view.zoom(3)
    point = room.canvas.geometry_now().to_image((100, 100))
    drag(room.canvas, button, QPoint(100, 100), (30, 0), (5, -20))
    assert room.canvas.geometry_now().to_widget(point) == pytest.approx((135, 80), abs=1.02)
    assert not room.display.is_changed


def test_a_hand_that_shakes_changes_nothing(room):
    drag(room.canvas, LEFT, QPoint(100, 100), (1, 1))
    assert not room.display.is_changed


def test_moving_without_a_button_changes_nothing(room):
    drag(room.canvas, LEFT, QPoint(100, 100), (50, 0))
    display, geometry = room.display.display, room.canvas.geometry_now()
    hover(room.canvas, QPointF(10, 200))
    assert room.display.display == display
    assert room.canvas.geometry_now() == geometry


@pytest.mark.parametrize("orientation", EVERY_ORIENTATION)
def test_the_wheel_zooms_at_the_cursor(room, orientation):
    room.turn(orientation)
    at = (170.0, 150.0)
    point, scale = room.canvas.geometry_now().to_image(at), room.view.scale
    for _ in range(6):
        wheel(room.canvas, QPointF(*at))
        assert room.canvas.geometry_now().to_widget(point) == pytest.approx(at, abs=1.02)
    assert room.view.scale == pytest.approx(scale * 1.2**6)
    wheel(room.canvas, QPointF(*at), -720)
    assert room.view.scale == pytest.approx(scale)


def test_a_touch_pad_zooms_by_pixels(room):
    scale = room.view.scale
    wheel(room.canvas, QPointF(100, 100), 0, 30)
    assert scale < room.view.scale < scale * 1.2


def test_a_double_click_goes_between_fitted_and_one_to_one_there(room):
    room.show(scan_of(900, 1200))
    at = room.canvas.geometry_now().to_image((250, 150))
    QTest.mouseDClick(room.canvas, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(250, 150))
    assert room.view.scale == 1
    assert room.canvas.geometry_now().to_widget(at) == pytest.approx((250, 150), abs=1.02)
    QTest.mouseDClick(room.canvas, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(10, 10))
    assert room.view.fit
    assert not room.display.is_changed


def test_a_right_click_asks_for_the_menu_and_a_right_drag_does_not(room, qtbot):
    with qtbot.waitSignal(room.viewer.context_menu_requested, timeout=100) as asked:
        QTest.mouseClick(room.canvas, RIGHT, Qt.KeyboardModifier.NoModifier, QPoint(20, 30))
    assert asked.args == [room.canvas.mapToGlobal(QPoint(20, 30))]
    with qtbot.assertNotEmitted(room.viewer.context_menu_requested):
        drag(room.canvas, RIGHT, QPoint(20, 30), (20, 20))


def test_the_menu_key_asks_for_the_menu_too(room, qtbot):
    with qtbot.waitSignal(room.viewer.context_menu_requested, timeout=100):
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(50, 50))
        QApplication.sendEvent(room.canvas, event)


# ---- the evidence ----


def hot_cell(row: int, column: int, strength: float = 1.0) -> np.ndarray:
    heatmap = np.zeros((4, 6), np.float32)
    heatmap[row, column] = strength * FULL_SCALE / 24
    return heatmap


@pytest.mark.parametrize("orientation", EVERY_ORIENTATION)
def test_evidence_lies_on_its_part_of_the_picture(room, orientation):
    room.show(Scan(np.full((300, 380), 0.5, np.float32)))
    room.viewer.show_evidence(hot_cell(1, 4))
    room.turn(orientation)
    seen = room.seen()[:-CAPTIONS].astype(int)
    orange = seen[..., 0] - seen[..., 2]
    row, column = np.unravel_index(orange.argmax(), orange.shape)
    cell = np.zeros((4, 6))
    cell[1, 4] = 1
    turned = orientation.apply(cell)
    geometry = room.canvas.geometry_now()
    down, across = row - geometry.origin[1], column - geometry.origin[0]
    width, height = geometry.seen_size
    assert turned[int(down / height * turned.shape[0]), int(across / width * turned.shape[1])] == 1


def test_evidence_looks_as_in_the_pictures_that_core_makes(room):
    heatmap = np.random.default_rng(0).normal(0, 0.1, (10, 10)).astype(np.float32)
    room.viewer.show_evidence(heatmap)
    room.view.actual_size()
    left, top = room.canvas.geometry_now().origin
    seen = room.seen()[top : top + 300, left : left + 380][:240]
    expected = blend(scan_of().pixels, heatmap, cut_off=0.08, strongest=0.6)[:240]
    difference = np.abs(seen.astype(int) - expected)
    assert difference.mean() < 1
    assert difference.max() < 12


def test_opacity_and_cut_off_are_followed(room):
    room.show(Scan(np.full((300, 380), 0.5, np.float32)))
    room.viewer.show_evidence(hot_cell(1, 2, 0.5))

    def colour() -> int:
        seen = room.seen()[:-CAPTIONS].astype(int)
        return np.ptp(seen[(seen != SURROUNDINGS).all(axis=2)], axis=1).max()

    usual = colour()
    room.heat.set_opacity(0.2)
    assert 0 < colour() < usual
    room.heat.set_cut_off(0.9)
    assert colour() == 0
    room.heat.set_cut_off(0.0)
    room.heat.set_shown(False)
    assert colour() == 0


def test_side_by_side_has_the_plain_picture_on_the_left(room):
    room.viewer.show_evidence(hot_cell(1, 2))
    room.heat.set_side_by_side(True)
    QApplication.processEvents()
    plain, coloured = (
        np.ptp(room.seen(canvas)[: -2 * CAPTIONS].astype(int), axis=2).max()
        for canvas in (room.canvas, room.viewer.evidence_canvas)
    )
    assert room.canvas.x() < room.viewer.evidence_canvas.x()
    assert plain <= 3
    assert coloured > 60
    room.heat.set_shown(False)
    assert not room.viewer.evidence_canvas.isVisible()


def test_side_by_side_both_show_the_same_place(room):
    room.heat.set_side_by_side(True)
    QApplication.processEvents()
    second: Canvas = room.viewer.evidence_canvas
    wheel(second, QPointF(60, 90), 600)
    drag(second, RIGHT, QPoint(60, 90), (20, 10))
    left, right = (canvas.geometry_now() for canvas in (room.canvas, second))
    assert left.scale == right.scale > 2 * room.canvas.width() / 380
    assert left.to_image((90, 100)) == pytest.approx(right.to_image((90, 100)), abs=1)
    drag(second, LEFT, QPoint(60, 90), (40, 0))
    assert room.display.is_changed


# ---- pictures, messages, keys ----


def test_another_picture_takes_the_place_of_the_first_with_its_evidence_gone(room):
    room.viewer.show_evidence(hot_cell(1, 2))
    room.view.zoom(4)
    room.show(scan_of(200, 200, seed=7))
    geometry = room.canvas.geometry_now()
    assert geometry.image == (200, 200)
    assert room.view.fit
    inside = room.seen()[20:200, geometry.origin[0] + 2 : -geometry.origin[0] - 2].astype(int)
    assert np.ptp(inside, axis=2).max() == 0


def test_without_a_picture_the_mouse_does_nothing(room):
    room.viewer.show_picture(None)
    room.display.clear()
    for button in (LEFT, RIGHT):
        drag(room.canvas, button, QPoint(50, 50), (30, 30))
    wheel(room.canvas, QPointF(30, 30))
    QTest.mouseDClick(room.canvas, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(30, 30))
    assert (room.seen() == SURROUNDINGS).all()


def test_a_message_takes_the_place_of_the_picture_and_a_picture_that_of_the_message(room):
    room.viewer.show_message("It cannot be read", "a_very_long_name" * 40)
    assert room.viewer.message.isVisible()
    assert not room.canvas.isVisible()
    assert room.viewer.message.accessibleName() == "It cannot be read"
    seen = room.seen(room.viewer)
    assert seen.max() > 100
    assert (seen[:, :8] == SURROUNDINGS).all(), "a long name is broken, not cut"
    assert (seen[:, -8:] == SURROUNDINGS).all()
    room.show(scan_of())
    assert room.canvas.isVisible()


def test_the_canvas_can_be_reached_by_keyboard_and_shows_it(room, qtbot):
    assert room.canvas.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert room.canvas.accessibleName()
    assert room.canvas.accessibleDescription()
    room.viewer.activateWindow()
    qtbot.waitUntil(room.viewer.isActiveWindow)
    room.canvas.clearFocus()
    before = room.seen()[0, :200].copy()
    room.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(room.canvas.hasFocus)
    assert (room.seen()[0, :200] != before).any()
    room.canvas.clearFocus()
    room.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    np.testing.assert_array_equal(room.seen()[0, :200], before)
