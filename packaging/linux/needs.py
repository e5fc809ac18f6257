"""What the programs and libraries of a bundle link that is not in it: the packages that must be installed.

Read from the files themselves with binutils' readelf: no package is forgotten, and none declared in vain.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: The library's name -> the Debian package that holds it; «|» for those that renamed it (64-bit time).
PACKAGES = {
    # Drawing, also without a screen
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libglib-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgthread-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgobject-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgio-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdrm.so.2": "libdrm2",
    "libz.so.1": "zlib1g",
    "libexpat.so.1": "libexpat1",
    "libuuid.so.1": "libuuid1",
    "libpng16.so.16": "libpng16-16 | libpng16-16t64",
    # X11
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    # Wayland
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
#: Of the C library and the compiler: in packages of these names, from a version on that is read too.
C_LIBRARY = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1"}
C_LIBRARY |= {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libresolv.so.2", "libcrypt.so.1"}
COMPILER = {"libstdc++.so.6": "libstdc++6", "libgcc_s.so.1": "libgcc-s1"}

#: GLIBCXX_3.4.N -> the version of GCC whose libstdc++ has it (GCC's ABI policy).
_GCC_OF = {25: "8", 26: "9", 27: "9", 28: "10", 29: "11", 30: "12", 31: "13", 32: "13", 33: "14", 34: "15"}

#: NVIDIA's driver, which cannot be declared: without it the CPU reads.
_DRIVER = re.compile(r"^(libcuda|libnvidia)")

_NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")
_VERSION = re.compile(r"Name: (GLIBC|GLIBCXX)_(\d+(?:\.\d+)+)")


@dataclass(frozen=True)
class Linked:
    """What files link: names of libraries, and the newest symbol versions of the C and C++ libraries."""

    libraries: frozenset[str]
    glibc: tuple[int, ...]
    glibcxx: tuple[int, ...]


def linked(files: Iterable[Path]) -> Linked:
    """Read from the files' dynamic sections."""
    libraries: set[str] = set()
    newest = {"GLIBC": (2, 28), "GLIBCXX": (3, 4, 25)}
    for file in files:
        command = ["readelf", "--wide", "--dynamic", "--version-info", str(file)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        libraries.update(_NEEDED.findall(told))
        for kind, version in _VERSION.findall(told):
            newest[kind] = max(newest[kind], tuple(map(int, version.split("."))))
    return Linked(frozenset(libraries), newest["GLIBC"], newest["GLIBCXX"])


def programs_and_libraries(folder: Path) -> list[Path]:
    """Every ELF file below `folder`, links left out, in order."""
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.is_symlink() and _is_elf(file)
    ]


def depends(found: Linked, inside: Iterable[str]) -> list[str]:
    """The packages for a Depends line, in order.

    Args:
        found: what the bundle's files link.
        inside: the names of the files in the bundle.

    Raises:
        LookupError: a library is neither in the bundle nor in a package that is known here.
    """
    outside = {name for name in found.libraries.difference(inside) if not _DRIVER.match(name)}
    unknown = sorted(outside - PACKAGES.keys() - COMPILER.keys() - C_LIBRARY)
    if unknown:
        raise LookupError(
            f"linked, but not in the bundle nor in a known package: {', '.join(unknown)}; "
            "add the package to packaging/linux/needs.py or leave out what links it in packaging/pruning.py"
        )
    packages = {PACKAGES[name] for name in outside & PACKAGES.keys()}
    packages |= {_with_version(COMPILER[name], found) for name in outside & COMPILER.keys()}
    return [f"libc6 (>= {'.'.join(map(str, found.glibc))})", *sorted(packages)]


def _with_version(package: str, found: Linked) -> str:
    if package != "libstdc++6":
        return package
    minor = found.glibcxx[2] if len(found.glibcxx) > 2 else 0
    return f"{package} (>= {_GCC_OF[max(minor, min(_GCC_OF))]})"


def _is_elf(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(4) == b"\x7fELF"
