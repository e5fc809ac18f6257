from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import LungfieldError
from core.store.store import Store, open_store

Opens = Callable[..., Store]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the store lies."""
    return tmp_path / "data" / "lungfield.sqlite3"


@pytest.fixture
def told() -> list[LungfieldError]:
    """What the person was told of the stores that `opens` opened."""
    return []


@pytest.fixture
def opens(file: Path, told: list[LungfieldError]) -> Iterator[Opens]:
    """Opens stores that are closed after the test."""
    opened: list[Store] = []

    def again(path: Path = file, **others: object) -> Store:
        opened.append(open_store(path, told.append, **others))
        return opened[-1]

    yield again
    for store in opened:
        store.close()


@pytest.fixture
def store(opens: Opens) -> Store:
    return opens()
