from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QImage

from core.reading.overlay import AGAINST, FOR
from gui.reading.probability_bar import ProbabilityBar


def _pixels(widget):
    """uint8 [H, W, 3] of what the widget shows."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


@pytest.fixture
def bar(qtbot):
    bar = ProbabilityBar()
    qtbot.addWidget(bar)
    bar.resize(401, bar.sizeHint().height())
    return bar


def _columns_of(bar, rgb):
    """The columns that have this colour over most of the bar's height."""
    near = np.abs(_pixels(bar).astype(int) - np.rint(255 * rgb)).max(2) <= 2
    return np.flatnonzero(near.sum(0) >= 5)


@pytest.mark.parametrize("probability", [0.25, 0.5, 0.87])
def test_it_is_filled_to_the_probability(bar, probability):
    bar.show_probability(probability, threshold=0.1, band=0)
    assert _columns_of(bar, FOR).max() == pytest.approx(probability * 400, abs=2)


def test_orange_reaches_the_operating_point_blue_does_not(bar):
    bar.show_probability(0.3, threshold=0.2, band=0)
    assert len(_columns_of(bar, FOR)) > 50
    assert len(_columns_of(bar, AGAINST)) == 0
    bar.show_probability(0.3, threshold=0.4, band=0)
    assert len(_columns_of(bar, FOR)) == 0
    assert len(_columns_of(bar, AGAINST)) > 50


def test_what_was_turned_away_has_neither_colour(bar):
    bar.show_probability(0.9, 0.2, 0.1, ("blank picture",))
    pixels = _pixels(bar).astype(int)
    assert np.ptp(pixels, axis=2).max() <= 12, "grey"
    assert "not to be relied on" in bar.accessibleDescription()


def test_the_operating_point_is_a_line_through_the_bar(bar):
    bar.show_probability(0.9, threshold=0.4, band=0)
    with_line = _pixels(bar).astype(int)
    bar.show_probability(0.9, threshold=0.7, band=0)
    changed = np.abs(with_line - _pixels(bar)).max(2) > 60
    middle = changed[bar.height() // 2 + 2]
    from_either = np.abs(np.flatnonzero(middle)[:, None] - np.array([160.5, 280.5]))
    assert (from_either.min(1) <= 2).all()
    assert (from_either.min(0) <= 1).all(), "both lines"


def test_the_uncertain_band_is_where_it_belongs(bar):
    bar.show_probability(0.0, threshold=0.5, band=0)
    plain = _pixels(bar).astype(int)
    bar.show_probability(0.0, threshold=0.5, band=0.1)
    changed = np.flatnonzero((np.abs(plain - _pixels(bar)).max(2) > 5).any(0))
    assert changed.min() == pytest.approx(160, abs=1.5)
    assert changed.max() == pytest.approx(240, abs=1.5)


@pytest.mark.parametrize(("probability", "number"), [(0, "<1%"), (0.03, "3%"), (0.5, "50%"), (1, ">99%")])
@pytest.mark.parametrize("width", [180, 280, 700])
def test_the_number_is_whole_at_every_place(bar, probability, number, width):
    bar.resize(width, bar.height())
    bar.clear()
    nothing = _pixels(bar).astype(int)
    bar.show_probability(probability, threshold=0.2, band=0.1)
    drawn = np.abs(_pixels(bar) - nothing).max(2) > 60
    small, bold = QFont(bar.font()), QFont(bar.font())
    small.setPointSizeF(0.9 * QFontInfo(bar.font()).pointSizeF())
    bold.setWeight(QFont.Weight.DemiBold)
    top, height = QFontMetricsF(small).height(), QFontMetricsF(bold).height()
    columns = np.flatnonzero(drawn[round(top) + 1 : round(top + height) - 1].any(0))
    expected = QFontMetricsF(bold).tightBoundingRect(number).width()
    assert columns.max() - columns.min() + 1 == pytest.approx(expected, abs=3)


def test_it_says_its_value_to_screen_readers(bar):
    bar.show_probability(0.25, 0.212, 0.1)
    assert bar.accessibleName() == "Probability of pneumonia"
    assert "25%" in bar.accessibleDescription()
    assert "operating point 21%" in bar.accessibleDescription()
    assert "10 points" in bar.toolTip()
    bar.clear()
    assert bar.accessibleDescription() == ""


def test_it_grows_with_the_letters(bar):
    before = bar.sizeHint().height()
    font = bar.font()
    font.setPointSize(2 * font.pointSize())
    bar.setFont(font)
    assert bar.sizeHint().height() > 1.5 * before
