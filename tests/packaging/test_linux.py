"""The .deb: what it declares, and its menu entry."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from email import message_from_string
from pathlib import Path

import pytest

from core.version import VERSION

LINUX = Path(__file__).resolve().parents[2] / "packaging" / "linux"

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="made on Linux")


@pytest.fixture
def needs(script):
    return script("linux/needs")


@pytest.fixture
def packages(script):
    return script("linux/packages")


def linked(needs, *libraries, glibc=(2, 34), glibcxx=(3, 4, 30)):
    return needs.Linked(frozenset(libraries), glibc, glibcxx)


def test_what_is_linked_and_not_inside_is_declared(needs):
    found = linked(needs, "libc.so.6", "libGL.so.1", "libglib-2.0.so.0", "libQt6Core.so.6")
    assert needs.depends(found, ["libQt6Core.so.6"]) == [
        "libc6 (>= 2.34)",
        "libgl1",
        "libglib2.0-0 | libglib2.0-0t64",
    ]


def test_the_c_plus_plus_library_is_declared_with_the_compiler_it_is_of(needs):
    assert "libstdc++6 (>= 12)" in needs.depends(linked(needs, "libstdc++.so.6"), [])
    assert "libstdc++6 (>= 11)" in needs.depends(linked(needs, "libstdc++.so.6", glibcxx=(3, 4, 29)), [])


def test_a_library_of_no_known_package_stops_the_build(needs):
    with pytest.raises(LookupError, match=r"libnobody\.so\.1"):
        needs.depends(linked(needs, "libnobody.so.1"), [])


def test_nvidias_driver_is_not_declared(needs):
    assert needs.depends(linked(needs, "libcuda.so.1"), []) == ["libc6 (>= 2.34)"]


@pytest.mark.skipif(shutil.which("readelf") is None, reason="needs binutils")
def test_links_are_read_from_the_files_themselves(needs):
    import _ssl

    found = needs.linked([Path(sys.executable).resolve(), Path(_ssl.__file__)])
    assert "libc.so.6" in found.libraries
    assert any(name.startswith("libssl") for name in found.libraries)
    assert found.glibc >= (2, 28)


def test_the_control_file_says_what_dpkg_asks_for(packages):
    text = packages.control("lungfield", VERSION, 1000, ["libc6 (>= 2.34)", "libgl1"])
    assert text.endswith("\n")
    said = message_from_string(text)
    assert said["Package"] == "lungfield"
    assert said["Version"] == VERSION
    assert said["Depends"] == "libc6 (>= 2.34), libgl1"
    assert said["Installed-Size"] == "1000"
    assert said["Conflicts"] == "lungfield-cuda"
    assert "python" not in said["Depends"]
    assert all(line.startswith(" ") for line in text.partition("Description:")[2].splitlines()[1:])


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg")
def test_dpkg_takes_the_control_file(packages, tmp_path):
    debian = tmp_path / "root" / "DEBIAN"
    debian.mkdir(parents=True)
    (debian / "control").write_text(packages.control("lungfield-cuda", "1.2.0rc1", 1, ["libc6"]), "utf-8")
    made = tmp_path / "made.deb"
    subprocess.run(["dpkg-deb", "--build", tmp_path / "root", made], check=True, capture_output=True)
    told = subprocess.run(
        ["dpkg-deb", "--field", made, "Version"], check=True, capture_output=True, text=True
    )
    assert told.stdout == "1.2.0~rc1\n"


@pytest.mark.parametrize(
    ("python", "debian"),
    [("1.2.0", "1.2.0"), ("1.2.0rc1", "1.2.0~rc1"), ("1.2.0a3", "1.2.0~a3"), ("1.2.0.dev4", "1.2.0~dev4")],
)
def test_what_comes_before_a_release_does_so_for_debian_too(packages, python, debian):
    assert packages.debian_version(python) == debian


def test_the_menu_entry_opens_files_by_the_installed_command():
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str
    entry.read(LINUX / "lungfield.desktop", "utf-8")
    desktop = entry["Desktop Entry"]
    assert desktop["Exec"] == "lungfield %F"
    assert desktop["Terminal"] == "false"
    types = desktop["MimeType"].strip(";").split(";")
    assert {"application/dicom", "image/png", "image/jpeg", "image/tiff"} <= set(types)


def test_dicom_is_told_by_its_content():
    kind = ET.parse(LINUX / "lungfield.xml").getroot()[0]
    assert kind.get("type") == "application/dicom"
    match = kind.find(".//{*}match")
    assert match is not None
    assert (match.get("offset"), match.get("value")) == ("128", "DICM")
