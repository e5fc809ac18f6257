from __future__ import annotations

import pytest

from core.imaging.display import Display, Orientation
from core.imaging.scan import Window
from gui.wording import contrast_words

UPRIGHT = Orientation()


@pytest.mark.parametrize(
    ("display", "orientation", "words"),
    [
        (Display(), UPRIGHT, "window 255, level 128"),
        (Display(Window(0.2, 0.6)), UPRIGHT, "window 102, level 102"),
        (Display(Window(-0.2, 1.0)), UPRIGHT, "window 306, level 102"),
        (Display(clahe=2.5), UPRIGHT, "window 255, level 128, CLAHE 2.5"),
        (Display(gamma=1.4), UPRIGHT, "window 255, level 128, gamma 1.40"),
        (Display(inverted=True), UPRIGHT, "window 255, level 128, inverted"),
        (Display(), Orientation(mirrored=True), "window 255, level 128, mirrored"),
        (Display(), Orientation(1), "window 255, level 128, rotated 90°"),
        (Display(), Orientation(3), "window 255, level 128, rotated 270°"),
        (
            Display(Window(0.2, 0.6), 0.5, 10, True),
            Orientation(2, True),
            "window 102, level 102, CLAHE 10.0, gamma 0.50, inverted, mirrored, rotated 180°",
        ),
    ],
)
def test_what_is_as_usual_is_left_out(display, orientation, words):
    assert contrast_words(display, 255, orientation) == words


@pytest.mark.parametrize(
    ("bits", "words"),
    [(8, "window 51, level 102"), (12, "window 819, level 1638"), (16, "window 13107, level 26214")],
)
def test_window_and_level_are_grey_values_of_the_file(bits, words):
    assert contrast_words(Display(Window(0.3, 0.5)), 2**bits - 1, UPRIGHT) == words
