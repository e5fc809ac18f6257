from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage

from gui.viewer.colour_bar import ColourBar


@pytest.fixture
def bar(qtbot):
    bar = ColourBar()
    qtbot.addWidget(bar)
    bar.resize(481, bar.sizeHint().height())
    return bar


def _row(bar):
    """The colours along the bar, float64 [W, 3] in 0..1."""
    image = bar.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[4, : 3 * image.width()].reshape(-1, 3) / 255


@pytest.mark.parametrize(("opacity", "cut_off"), [(0.6, 0.08), (1.0, 0.5), (0.3, 0.0)])
def test_its_colours_are_those_of_the_picture_over_grey(bar, opacity, cut_off):
    bar.show_colours(opacity, cut_off)
    row = _row(bar)
    for share in (-1.0, -0.7, -0.25, 0.0, 0.25, 0.7, 1.0):
        hue = np.array([0.902, 0.380, 0.0]) if share > 0 else np.array([0.337, 0.706, 0.914])
        strength = opacity * max(abs(share) - cut_off, 0) / (1 - cut_off)
        expected = 0.35 * (1 - strength) + hue * strength
        np.testing.assert_allclose(row[round(240 * (1 + share))], expected, atol=0.015)


def test_below_the_cut_off_it_is_grey(bar):
    bar.show_colours(0.9, 0.5)
    row = _row(bar)
    grey = np.flatnonzero(np.ptp(row, axis=1) < 0.01)
    assert grey.min() == pytest.approx(120, abs=3)
    assert grey.max() == pytest.approx(360, abs=3)


def test_it_is_dimmed_while_no_evidence_is_drawn(bar):
    bar.show_colours(1.0, 0.0)
    orange = np.ptp(_row(bar)[-1])
    bar.setEnabled(False)
    assert np.ptp(_row(bar)[-1]) < 0.6 * orange


def test_it_tells_its_units_to_screen_readers(bar):
    bar.show_colours(0.6, 0.25)
    assert "−12" in bar.accessibleDescription()
    assert "log-odds" in bar.accessibleDescription()
    assert "between −3.0 and +3.0" in bar.accessibleDescription()
    assert "roughly where, not exactly" in bar.accessibleDescription()
    assert bar.toolTip() == bar.accessibleDescription()


def test_its_unit_is_written_in_the_middle_where_there_is_room(bar):
    bar.show_colours(0.6, 0.25)

    def middle(width):
        bar.resize(width, bar.height())
        image = bar.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return np.ptp(rows[-8:-4, width // 2 - 8 : width // 2 + 8].astype(int))

    assert middle(481) > 40
    assert middle(230) < 20 or bar.fontMetrics().horizontalAdvance("against pneumonia") < 80
