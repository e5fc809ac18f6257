from __future__ import annotations

import pytest

from tests.gui.worklist.room import Room


@pytest.fixture
def room(dark, lane, qtbot) -> Room:
    return Room(dark, lane, qtbot)
