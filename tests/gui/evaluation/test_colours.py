"""What is painted beside the figures has their colours."""

from __future__ import annotations

from core.scoring import style
from gui.evaluation.colours import FIRST, ONE, SECOND


def test_they_are_those_of_the_curves():
    told = [(FIRST, style.FIRST), (SECOND, style.SECOND), (ONE, style.PNEUMONIA)]
    assert [each.light for each, _ in told] == [colour for _, colour in told]
    assert [each.dark for each, _ in told] == [style._DARK[colour] for _, colour in told]
