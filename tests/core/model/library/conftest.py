"""A library of the test's own, and a small model to put into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.imaging.preprocess import Preprocessing
from core.model import checkpoint
from core.model.checkpoint import Checkpoint
from tests import models


@pytest.fixture(scope="session")
def small() -> Checkpoint:
    """The smallest that there can be."""
    weights = {name: each.numpy() for name, each in models.network("efficientnet_b0").state_dict().items()}
    return Checkpoint(
        "made",
        "efficientnet_b0",
        "linear",
        weights,
        Preprocessing(models.SIZE),
        training={"made": "2026-11-21T23:29:13+00:00", "datasets": {"a": {"train": 70}, "b": {"train": 7}}},
        metrics={"a": {"auc": 0.97, "n": 12}, "b": {"auc": 0.91, "n": 3}},
    )


@pytest.fixture
def file(small: Checkpoint, tmp_path: Path) -> Path:
    path = tmp_path / "made.safetensors"
    checkpoint.save(small, path)
    return path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A library of the test's own, in which nothing half-written is left."""
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "data" / "models"
    yield folder
    left = {path.name for path in folder.glob(".*")} if folder.is_dir() else set()
    assert left <= {".lock"}
