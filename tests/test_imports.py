"""What may be loaded by what: core no Qt, reading no torch. The layers themselves are in pyproject.toml."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
QT = ("PySide6", "shiboken6", "gui")
TORCH = ("torch", "torchvision")

#: The only places that import torch, anywhere in them.
TORCH_USERS = (
    "core.engine.torch_engine",
    *(f"core.learning.{name}" for name in ("augment", "estimate", "feeding", "finish", "initial")),
    *(f"core.learning.{name}" for name in ("int8", "memory", "optimisation", "preview", "run", "run_state")),
    *(f"core.learning.{name}" for name in ("learner", "trainer", "worker")),
    "core.model.export",
    "core.model.network",
    "core.model.torchvision_compat",
)
#: Those that import torch only inside a function, when it is needed: importing them loads none.
TORCH_DOORS = ("core.engine.select",)


def modules(package: str) -> dict[str, Path]:
    """Every module below a folder of the checkout, by its name."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def loaded_by(names: list[str], unwanted: tuple[str, ...]) -> str:
    """Import `names` one after the other in a Python of their own; the first to load something unwanted."""
    code = f"""
import importlib, sys
for name in {names!r}:
    importlib.import_module(name)
    loaded = [each for each in {unwanted!r} if each in sys.modules]
    if loaded:
        print(name, "loads", *loaded)
        break
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=240)
    if done.returncode:
        pytest.fail("\n".join(done.stderr.strip().splitlines()[-3:]), pytrace=False)
    return done.stdout.strip()


def imported_names(path: Path) -> Iterator[tuple[int, str]]:
    """Line and name of every import in a file, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def offences(package: str, unwanted: tuple[str, ...], but_for: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for module, path in modules(package).items()
        if not is_within(module, but_for)
        for line, name in imported_names(path)
        if is_within(name, unwanted)
    ]


def test_core_loads_no_qt() -> None:
    assert loaded_by(list(modules("core")), QT) == ""


def test_everything_but_its_users_loads_no_torch() -> None:
    names = [name for name in modules("core") if not is_within(name, TORCH_USERS)]
    assert loaded_by(names, TORCH) == ""


def test_torch_is_imported_only_by_its_users() -> None:
    assert offences("core", TORCH, but_for=TORCH_USERS + TORCH_DOORS) == []


def test_the_window_imports_no_torch_and_no_dicom() -> None:
    assert offences("gui", (*TORCH, "pydicom")) == []


def test_the_window_starts_without_what_scores_and_draws() -> None:
    assert loaded_by(["gui.app"], ("matplotlib", "scipy", "sklearn")) == ""


@pytest.mark.parametrize("module", ["main", "gui.app"])
def test_starting_loads_no_torch(module: str) -> None:
    unwanted = TORCH if module.startswith("gui") else TORCH + QT
    assert loaded_by([module], unwanted) == ""
