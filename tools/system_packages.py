"""What Lungfield needs of the system beside Python: Qt's libraries, the venv module, a browser for tests.

What is missing is installed by apt where that can be done without asking: as root, or by sudo where
it wants no password. Elsewhere the person reads the line to run.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys

# Name of the library -> Debian packages that hold it, the newest name first.
DRAWING = {
    "libEGL.so.1": ("libegl1",),
    "libGL.so.1": ("libgl1",),
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libX11.so.6": ("libx11-6",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libfreetype.so.6": ("libfreetype6",),
    "libdbus-1.so.3": ("libdbus-1-3",),
}
# The rest of what Qt's xcb platform links: only a window on an X server needs it.
X_WINDOW = {
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
    "libX11-xcb.so.1": ("libx11-xcb1",),
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-image.so.0": ("libxcb-image0",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-randr.so.0": ("libxcb-randr0",),
    "libxcb-render.so.0": ("libxcb-render0",),
    "libxcb-render-util.so.0": ("libxcb-render-util0",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-sync.so.1": ("libxcb-sync1",),
    "libxcb-util.so.1": ("libxcb-util1",),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
}

# Program -> Debian package: what the tests of the browser demo look at its page with.
BROWSER = {"chromium": "chromium", "chromedriver": "chromium-driver"}


class SetupError(Exception):
    """Set-up cannot go on; the text is for the person to read."""


def tail(text: str, lines: int = 12) -> str:
    """The end of what a program said, without its warnings."""
    said = [line for line in text.splitlines() if line.strip() and not line.startswith(("WARNING", "W:"))]
    return "\n".join("    " + line for line in said[-lines:])


def ensure_qt_libraries(window: bool) -> None:
    """Get the libraries that Qt links, or stop; `window`: those of the X server too."""
    if not sys.platform.startswith("linux"):
        return
    wanted = DRAWING | X_WINDOW if window else DRAWING
    absent = [name for name in wanted if not loads(name)]
    if not absent:
        return
    if shutil.which("apt-get"):
        line = apt_install([wanted[name] for name in absent])
        absent = [name for name in absent if not loads(name)]
        if not absent:
            return
        advice = f"Install them with:\n    {line}"
    else:
        advice = "Install the packages of your system that hold them."
    text = f"The window needs system libraries that are missing: {', '.join(absent)}\n{advice}"
    # Without those of X there is still Wayland, so they stop nobody.
    if any(name in DRAWING for name in absent):
        raise SetupError(text)
    print(text, file=sys.stderr, flush=True)


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def ensure_browser() -> None:
    """Get Chromium on Debian; elsewhere, and where that fails, the tests that need it are skipped and say so.

    Only there, because what Ubuntu calls so is no browser but asks for a snap.
    """
    absent = [package for program, package in BROWSER.items() if not shutil.which(program)]
    if absent and is_debian() and administrator() is not None:
        apt_install([(package,) for package in absent])


def is_debian() -> bool:
    try:
        return platform.freedesktop_os_release().get("ID") == "debian"
    except OSError:
        return False


def ensure_venv_module() -> None:
    """Debian keeps the part of venv that installs pip in a package of its own."""
    if has_venv():
        return
    advice = "install the package of your system that holds it"
    if shutil.which("apt-get") and sys.base_prefix == "/usr":
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        line = apt_install([(package, "python3-venv")])
        importlib.invalidate_caches()
        if has_venv():
            return
        advice = f"install it with:\n    {line}"
    raise SetupError(f"{sys.executable} lacks the venv module; {advice}")


def has_venv() -> bool:
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def apt_install(wanted: list[tuple[str, ...]]) -> str:
    """Install one package of each group if that can be done without asking; the line that does it."""
    before = administrator()
    if before is not None:
        quiet_apt(before, "update")
    packages = [known_package(names) for names in wanted]
    if before is not None:
        print(f"Installing system packages: {' '.join(packages)}", flush=True)
        failure = quiet_apt(before, "install", "--yes", "--no-install-recommends", *packages)
        if failure:
            print(f"apt-get failed:\n{tail(failure)}", file=sys.stderr, flush=True)
    line = shlex.join(["apt-get", "install", *packages])
    if os.geteuid() == 0:
        return line
    return f"sudo {line}" if shutil.which("sudo") else f"su -c {shlex.quote(line)}"


def administrator() -> list[str] | None:
    """What to put before a command to run it as root without asking; None if that cannot be."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        allowed = subprocess.run(["sudo", "--non-interactive", "true"], capture_output=True)
        if allowed.returncode == 0:
            return ["sudo", "--non-interactive"]
    return None


def quiet_apt(before: list[str], *arguments: str) -> str:
    """Run apt-get; what it said if it failed, else nothing."""
    command = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *arguments]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return (done.stdout.strip() or f"exit status {done.returncode}") if done.returncode else ""


def known_package(names: tuple[str, ...]) -> str:
    """The first of `names` that this release has; the last where none is known."""
    for name in names[:-1]:
        if subprocess.run(["apt-cache", "show", name], capture_output=True).returncode == 0:
            return name
    return names[-1]
