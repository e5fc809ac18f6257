"""The scripts of packaging/ are no package: a library has that name. They are loaded from their files."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Gives the module of a file below packaging/, such as "linux/needs"; it may import those beside it."""

    def load(name: str) -> ModuleType:
        file = PACKAGING / f"{name}.py"
        monkeypatch.syspath_prepend(str(PACKAGING))
        monkeypatch.syspath_prepend(str(file.parent))
        spec = importlib.util.spec_from_file_location(f"lungfield_packaging_{file.stem}", file)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses look for it there
        spec.loader.exec_module(module)
        return module

    return load
