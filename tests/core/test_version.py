"""The version that the window tells is the one that is built."""

from __future__ import annotations

import tomllib
from pathlib import Path

from core.version import VERSION


def test_the_version_is_pyprojects() -> None:
    project = Path(__file__).resolve().parents[2] / "pyproject.toml"
    assert tomllib.loads(project.read_text("utf-8"))["project"]["version"] == VERSION
