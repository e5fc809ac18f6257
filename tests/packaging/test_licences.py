"""The licences of what ships."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
DEPENDENCIES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]


@pytest.fixture
def licences(script):
    return script("licences")


@pytest.mark.parametrize("name", [Requirement(each).name for each in DEPENDENCIES])
def test_every_dependency_has_a_licence_text_to_ship(licences, name):
    found = licences.component(name)
    assert canonicalize_name(found.name) == canonicalize_name(name)
    assert found.licence
    assert found.files
    assert all(path.stat().st_size for path in found.files.values())


def test_qt_ships_under_the_lgpl_with_its_text(licences):
    found = licences.component("PySide6-Essentials")
    assert "LGPL-3.0-only" in found.licence
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in found.files["LGPL-3.0.txt"].read_text("utf-8")


def test_pythons_own_licence_ships(licences):
    found = licences.python()
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in found.files["LICENSE.txt"].read_text("utf-8")


def test_what_is_in_the_bundle_decides_whose_licences_ship(licences, monkeypatch):
    monkeypatch.setattr(licences, "_ALWAYS", ())
    found = [each.name for each in licences.components(["numpy", "numpy.libs", "cv2", "core", "json"])]
    assert found == ["Python", "numpy", "opencv-python-headless"]


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="no Debian")
def test_a_library_of_the_system_brings_its_packages_copyright(licences):
    libc = next(str(path) for path in Path("/lib").glob("*-linux-gnu/libc.so.6"))
    found = licences.of_debian([libc])
    assert [each.name for each in found] == ["libc6", "common-licenses"]
    assert found[0].version
    assert "GNU" in found[0].files["copyright.txt"].read_text("utf-8")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in found[1].files["LGPL-2.1"].read_text("utf-8")


def test_a_library_of_nobody_cannot_ship(licences, tmp_path):
    (tmp_path / "libmystery.so.1").write_bytes(b"")
    with pytest.raises(LookupError, match=r"libmystery\.so\.1"):
        licences.of_debian([str(tmp_path / "libmystery.so.1")])


def test_nothing_without_a_licence_text_is_shipped(licences, monkeypatch):
    bare = licences.Component("nobody", "1", "", "", {})
    monkeypatch.setattr(licences, "_ALWAYS", ("nobody",))
    monkeypatch.setattr(licences, "component", lambda _: bare)
    with pytest.raises(LookupError, match="nobody"):
        licences.components([])


def test_the_index_lists_every_component_and_its_texts_lie_beside_it(licences, tmp_path):
    shipped = [licences.component("numpy"), licences.component("shiboken6")]
    licences.write(tmp_path, shipped)
    index = (tmp_path / "INDEX.txt").read_text("utf-8")
    named = [line.strip() for line in index.splitlines() if line.startswith("    ") and "://" not in line]
    assert len(named) == sum(len(each.files) for each in shipped)
    assert all((tmp_path / line).is_file() for line in named)
    assert f"numpy {shipped[0].version}: " in index
