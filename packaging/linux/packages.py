"""The packages for Linux: a .deb, and a .tar.zst that runs from any folder."""

from __future__ import annotations

import gzip
import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import needs

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

#: Debian's names of processors.
_DEBIAN = {"x86_64": "amd64", "aarch64": "arm64"}
_ICON_SIDES = (48, 128, 256)

#: zstd's level: 3 takes 20 s; 19 takes minutes for a tenth less.
_LEVEL = 9

_CONTROL = """\
Package: {package}
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kibibytes}
Depends: {depends}
Recommends: desktop-file-utils, shared-mime-info, hicolor-icon-theme
{conflicts}Section: science
Priority: optional
Description: offline reader of chest X-rays, for research and education
 Lungfield says of a chest radiograph whether it looks NORMAL or like PNEUMONIA,
 with a calibrated probability and a heatmap of the evidence. It reads DICOM, PNG,
 JPEG, TIFF, BMP and WebP, single files and folders, in a window or from the
 command line; its model can be fine-tuned on scans of one's own.
 .
 Not a medical device; not for diagnosis. Nothing is sent anywhere.
"""

#: Of the package: no name, and no address, of a person.
_MAINTAINER = "The Lungfield contributors <lungfield@localhost>"

_README = """\
Lungfield {version} for Linux, in one folder that may lie anywhere

    ./lungfield                    the window
    ./lungfield read SCAN          a reading in the terminal
    ./lungfield self-test          whether everything works here

It needs these packages of Debian or Ubuntu, or what other systems call them:

    {depends}

For research and education. Not a medical device; not for diagnosis. LICENSE is Lungfield's own licence,
licences/INDEX.txt lists those of everything that it brings.
"""


def make(folder: Path, out: Path, version: str, *, cuda: str, dated: int, python: Path) -> list[str]:
    """Make both from the application's folder; a line for each, with its size.

    Args:
        out: where they go.
        cuda: CUDA's version where torch is built with it, else empty.
        dated: seconds since 1970 that all files are dated.
        python: has Qt, to draw icons with.
    """
    os.environ["SOURCE_DATE_EPOCH"] = str(dated)
    name = "lungfield-cuda" if cuda else "lungfield"
    files = needs.programs_and_libraries(folder)
    inside = {file.name for file in folder.rglob("*") if not file.is_dir()}
    depends = needs.depends(needs.linked(files), inside)
    readme = _README.format(version=version, depends="\n    ".join(depends))
    (folder / "README.txt").write_text(readme, "utf-8")
    return [
        _make_deb(folder, out, name, version, depends, python),
        _make_archive(folder, out / f"{name}-{version}-linux-{platform.machine()}.tar.zst", dated),
    ]


def control(package: str, version: str, kibibytes: int, depends: list[str]) -> str:
    """The text of DEBIAN/control."""
    other = "lungfield" if package == "lungfield-cuda" else "lungfield-cuda"
    return _CONTROL.format(
        package=package,
        version=debian_version(version),
        architecture=_DEBIAN[platform.machine()],
        maintainer=_MAINTAINER,
        kibibytes=kibibytes,
        depends=", ".join(depends),
        conflicts=f"Conflicts: {other}\nReplaces: {other}\n",
    )


def debian_version(version: str) -> str:
    """Python's 1.2.0rc1 is before 1.2.0: Debian writes 1.2.0~rc1."""
    for mark in ("a", "b", "rc", ".dev"):
        before, found, after = version.partition(mark)
        if found:
            return f"{before}~{found.strip('.')}{after}"
    return version


def _make_deb(folder: Path, out: Path, name: str, version: str, depends: list[str], python: Path) -> str:
    root = ROOT / "build" / "deb"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(folder, root / "opt" / "lungfield", symlinks=True)
    link = root / "usr" / "bin" / "lungfield"
    link.parent.mkdir(parents=True)
    link.symlink_to("/opt/lungfield/lungfield")
    _place(HERE / "lungfield.desktop", root / "usr/share/applications/lungfield.desktop")
    _place(HERE / "lungfield.xml", root / "usr/share/mime/packages/lungfield.xml")
    _place_icons(root / "usr/share/icons/hicolor", python)
    _place_documents(root / "usr/share/doc" / name)
    for each in root.rglob("*"):
        if not each.is_symlink():
            runs = each.is_dir() or os.access(each, os.X_OK)
            each.chmod(0o755 if runs else 0o644)
    size = sum(-(-each.lstat().st_size // 1024) for each in root.rglob("*") if not each.is_dir())
    debian = root / "DEBIAN"
    debian.mkdir()
    (debian / "control").write_text(control(name, version, size, depends), "utf-8")
    deb = out / f"{name}_{debian_version(version)}_{_DEBIAN[platform.machine()]}.deb"
    build = ["dpkg-deb", "--root-owner-group", "-Zzstd", f"-z{_LEVEL}", "--build", root, deb]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    return f"{deb.name}: {_mebibytes(deb.stat().st_size)}, installed {_mebibytes(1024 * size)}"


def _place(source: Path, goal: Path) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, goal)


def _place_icons(theme: Path, python: Path) -> None:
    _place(ROOT / "resources/icons/lungfield.svg", theme / "scalable/apps/lungfield.svg")
    for side in _ICON_SIDES:
        draw = "import sys, icons; sys.stdout.buffer.write(icons.png(int(sys.argv[1])))"
        done = subprocess.run(
            [python, "-c", draw, str(side)], cwd=HERE.parent, check=True, stdout=subprocess.PIPE
        )
        file = theme / f"{side}x{side}" / "apps" / "lungfield.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(done.stdout)


def _place_documents(folder: Path) -> None:
    folder.mkdir(parents=True)
    _place(ROOT / "README.md", folder / "README.md")
    with gzip.GzipFile(folder / "changelog.gz", "wb", 9, mtime=0) as packed:
        packed.write((ROOT / "CHANGELOG.md").read_bytes())
    licence = (ROOT / "LICENSE").read_text("utf-8")
    (folder / "copyright").write_text(
        f"Lungfield. What it brings is under the licences in /opt/lungfield/licences.\n\n{licence}", "utf-8"
    )


def _make_archive(folder: Path, archive: Path, dated: int) -> str:
    date = datetime.fromtimestamp(dated, UTC).isoformat()
    tar = ["tar", "--sort=name", f"--mtime={date}", "--owner=0", "--group=0", "--numeric-owner"]
    tar += [f"--use-compress-program=zstd -{_LEVEL} -T0", "-cf", str(archive), "-C", str(folder.parent)]
    subprocess.run(
        [*tar, f"--transform=flags=r;s,^lungfield,{archive.name.removesuffix('.tar.zst')},", folder.name],
        check=True,
    )
    return f"{archive.name}: {_mebibytes(archive.stat().st_size)}"


def _mebibytes(size: int) -> str:
    return f"{size / (1 << 20):.0f} MiB"
