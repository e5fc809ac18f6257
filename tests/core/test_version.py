"""The version stands in one place, and is told."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from core.version import COMMAND, VERSION

ROOT = Path(__file__).resolve().parents[2]


def test_pyproject_takes_the_version_from_the_code() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "core.version.VERSION"}


def test_setuptools_reads_it_without_importing_anything_heavy() -> None:
    code = "from setuptools.config.expand import read_attr; print(read_attr('core.version.VERSION'))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == VERSION


def test_it_is_told_on_the_command_line() -> None:
    told = subprocess.run(
        [sys.executable, "main.py", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout == f"Lungfield {VERSION}\n"


def test_no_other_file_of_the_code_or_the_packages_holds_it() -> None:
    places = [*ROOT.glob("*.py"), *ROOT.glob("*.toml"), *ROOT.glob("Makefile"), *(ROOT / "tools").glob("*")]
    places += [each for name in ("core", "gui", "packaging") for each in (ROOT / name).rglob("*")]
    kinds = {".py", ".toml", ".spec", ".iss", ".ps1", ".sh", ".desktop", ".xml", ".plist", ""}
    whole = re.compile(rf"(?<![\d.]){re.escape(VERSION)}(?![\d.])")
    holders = {
        each.relative_to(ROOT).as_posix()
        for each in places
        if each.is_file() and each.suffix in kinds and whole.search(each.read_text("utf-8"))
    }
    assert holders == {"core/version.py"}


def test_the_program_is_called_by_the_name_that_starts_it() -> None:
    assert COMMAND == "main.py"  # packaged, it is called lungfield
