"""The order of the house: what is pinned, what is installed, what must not be in the repository."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_imports import imported_names

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def lines(name: str) -> list[str]:
    """A requirements file without its comments."""
    text = (line.partition("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines())
    return [line for line in text if line]


def pins(name: str) -> dict[str, Requirement]:
    parsed = [Requirement(line) for line in lines(name) if not line.startswith("-r ")]
    return {canonicalize_name(each.name): each for each in parsed}


FILES = ["requirements.txt", "requirements-dev.txt", "requirements-web.txt", "requirements-package.txt"]
EXTRAS = PROJECT["optional-dependencies"]


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned(name: str) -> None:
    loose = [str(each) for each in pins(name).values() if not re.fullmatch(r"==[\w.]+", str(each.specifier))]
    assert loose == []


@pytest.mark.parametrize("name", FILES)
def test_requirements_name_no_place_to_download_from(name: str) -> None:
    stray = [line for line in lines(name) if "://" in line or line.startswith("-")]
    assert stray == (["-r requirements.txt"] if name == "requirements-dev.txt" else [])


@pytest.mark.parametrize(
    ("declared", "pinned"),
    [
        (PROJECT["dependencies"], "requirements.txt"),
        (EXTRAS["dev"], "requirements-dev.txt"),
        (EXTRAS["web"], "requirements-web.txt"),
    ],
    ids=["runtime", "development", "web"],
)
def test_what_the_project_declares_is_pinned_within_its_bounds(declared: list[str], pinned: str) -> None:
    have = pins(pinned)
    for requirement in map(Requirement, declared):
        version = str(have[canonicalize_name(requirement.name)].specifier).removeprefix("==")
        assert requirement.specifier.contains(version), f"{requirement} but {pinned} has {version}"


@pytest.mark.parametrize("folder", ["core", "gui", "tests"])
def test_every_library_that_is_imported_is_declared(folder: str) -> None:
    known = PROJECT["dependencies"] + EXTRAS["web"] + (EXTRAS["dev"] if folder == "tests" else [])
    declared = {canonicalize_name(Requirement(each).name) for each in known}
    providers = metadata.packages_distributions()
    ours = {"core", "gui", "main", "tests", "tools", "packaging"} | sys.stdlib_module_names
    undeclared = {
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in (ROOT / folder).rglob("*.py")
        for line, name in imported_names(path)
        if (top := name.partition(".")[0]) not in ours
        and declared.isdisjoint(map(canonicalize_name, providers.get(top, [])))
    }
    assert undeclared == set()


def test_what_several_files_pin_they_pin_alike() -> None:
    pinned: dict[str, set[str]] = {}
    for name in FILES:
        for package, requirement in pins(name).items():
            pinned.setdefault(package, set()).add(str(requirement.specifier))
    assert {package: versions for package, versions in pinned.items() if len(versions) > 1} == {}


def test_the_browser_demo_brings_all_that_it_needs() -> None:
    """It is installed with --no-deps, so nobody else would notice."""
    have = pins("requirements.txt") | pins("requirements-web.txt")
    wanted = [canonicalize_name(Requirement(each).name) for each in EXTRAS["web"]]
    seen: set[str] = set()
    absent = set()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed = canonicalize_name(requirement.name)
                version = str(have[needed].specifier).removeprefix("==") if needed in have else ""
                if not requirement.specifier.contains(version, prereleases=True) if version else True:
                    absent.add(f"{name} needs {requirement}, not {version or 'nothing'}")
                if needed in have:
                    wanted.append(needed)
    # The one that requirements-web.txt tells of
    assert {each for each in absent if not each.startswith("gradio needs pillow<13")} == set()


def test_cv2_is_the_headless_one() -> None:
    # opencv-python brings a Qt of its own beside PySide6's
    assert set(metadata.packages_distributions()["cv2"]) == {"opencv-python-headless"}


def test_nothing_under_the_gpl_is_pinned() -> None:
    assert not {"pylibjpeg-libjpeg"} & pins("requirements.txt").keys()


def test_packaging_is_no_package() -> None:
    # It would hide the library of the same name
    assert not (ROOT / "packaging" / "__init__.py").exists()
