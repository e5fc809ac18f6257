"""What the tests of the process that trains share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.learning.child import Worker


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    """Workers that are ended with the test."""
    made: list[Worker] = []
    yield made
    for worker in made:
        worker.kill()
