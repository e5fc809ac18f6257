"""Make `.venv` what the requirements ask for, and do nothing where it is that already.

Run by prepare.sh with the Python to build on: `prepare.py app|web|test|xcb`. Only the standard
library is used here. `app` gets what the window needs, `web` what the browser demo does, `test` what the
tests need without a screen, and `xcb` all of it.

Two files in `.venv` tell its state: STAMP is written when all is installed and says what that was;
UNFINISHED exists while something is being installed, so an environment that has it was left half
made and is built anew. An environment with neither was made by hand: it is completed, not replaced.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from system_packages import SetupError, ensure_browser, ensure_qt_libraries, ensure_venv_module, tail

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
DISCARDED = ROOT / ".venv-discarded"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "lungfield-stamp.json"
UNFINISHED = VENV / "lungfield-unfinished"
LOG = VENV / "lungfield-setup.log"

RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
WEB = "requirements-web.txt"
FILES = {
    "app": (RUNTIME,),
    "web": (RUNTIME, WEB),
    "test": (RUNTIME, DEVELOPMENT, WEB),
    "xcb": (RUNTIME, DEVELOPMENT, WEB),
}
#: They name all that they bring, and one of them refuses a version that it works with: the file says which.
WITHOUT_DEPENDENCIES = (WEB,)

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;#]+)\s*(?:#.*)?$")


def digests(files: tuple[str, ...]) -> dict[str, str]:
    return {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in files}


def pins(files: tuple[str, ...]) -> dict[str, str]:
    """The pinned versions that hold on every system, by normalised name."""
    lines = [line for name in files for line in (ROOT / name).read_text("utf-8").splitlines()]
    found = (PIN.match(line.strip()) for line in lines)
    return {normal(match[1]): match[2] for match in found if match}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> dict[str, str]:
    """Name to version of what is wholly in `.venv`: pip writes RECORD last."""
    records = VENV.glob("lib/python3.*/site-packages/*.dist-info/RECORD")
    names = (record.parent.name.removesuffix(".dist-info").partition("-") for record in records)
    return {normal(name): version for name, _, version in names}


def missing(files: tuple[str, ...]) -> list[str]:
    """The pins that `.venv` does not hold, a local version (2.13.0+cpu) counting as its public one."""
    have = installed()
    return [
        f"{name}=={version}"
        for name, version in pins(files).items()
        if have.get(name, "").partition("+")[0] != version.partition("+")[0]
    ]


def venv_version() -> str | None:
    """The version of the Python in `.venv`; None if it does not run, has no pip, or another is asked for."""
    asking = "import pip, platform; print(platform.python_version())"
    try:
        answer = subprocess.run([VENV_PYTHON, "-I", "-c", asking], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    version = answer.stdout.strip()
    series = tuple(int(part) for part in version.split(".")[:2] if part)
    fits = series == sys.version_info[:2] if os.environ.get("PYTHON") else series >= (3, 11)
    return version if fits else None


def read_stamp() -> dict[str, object]:
    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_current(files: tuple[str, ...]) -> bool:
    """Is everything that `files` ask for installed, in an environment that works?"""
    stamp = read_stamp()
    known = stamp.get("requirements")
    return (
        isinstance(known, dict)
        and not UNFINISHED.exists()
        and all(known.get(name) == digest for name, digest in digests(files).items())
        and stamp.get("place") == str(VENV)
        and stamp.get("python") == venv_version()
        and not missing(files)
    )


def is_usable() -> bool:
    """Can what is in `.venv` be built upon, or is a new one needed?"""
    moved = read_stamp().get("place", str(VENV)) != str(VENV)
    return not moved and not UNFINISHED.exists() and venv_version() is not None


def run_logged(command: list[str | Path], what: str) -> None:
    with LOG.open("ab") as log:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    if done.returncode:
        said = tail(LOG.read_text("utf-8", "replace"))
        status = f"{what} failed with status {done.returncode}"
        raise SetupError(f"{status}; the end of {LOG.relative_to(ROOT)}:\n{said}" if said else status)


def make_venv() -> None:
    ensure_venv_module()
    print(f"Making .venv with Python {sys.version.split()[0]}", flush=True)
    shutil.rmtree(DISCARDED, ignore_errors=True)
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        VENV.rename(DISCARDED)  # at once, so that none is ever half removed
        shutil.rmtree(DISCARDED)
    VENV.mkdir()
    UNFINISHED.touch()
    base = getattr(sys, "_base_executable", sys.executable)
    run_logged([base, "-I", "-m", "venv", VENV], "Making .venv")


def install(files: tuple[str, ...]) -> None:
    UNFINISHED.touch()
    STAMP.unlink(missing_ok=True)
    print(f"Installing {' and '.join(files)} (some minutes the first time)", flush=True)
    pip = [VENV_PYTHON, "-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    for names, options in (
        ([name for name in files if name not in WITHOUT_DEPENDENCIES], []),
        ([name for name in files if name in WITHOUT_DEPENDENCIES], ["--no-deps"]),
    ):
        asked = [argument for name in names for argument in ("--requirement", name)]
        if asked:
            run_logged([*pip, "install", *options, *asked], "pip install")
    stamp = {"python": venv_version(), "place": str(VENV), "requirements": digests(files)}
    STAMP.write_text(json.dumps(stamp, indent=1) + "\n", "utf-8")
    UNFINISHED.unlink()


def prepare(files: tuple[str, ...]) -> None:
    if is_current(files):
        return
    before = read_stamp().get("requirements")
    if isinstance(before, dict) and DEVELOPMENT in before:
        files = FILES["test"]  # what was installed for the tests stays in step
    if not is_usable():
        make_venv()
    install(files)
    if missing(files):  # pip was misled by something half installed
        make_venv()
        install(files)
    if lost := missing(files):
        raise SetupError("pip said that all is installed, but these are not: " + ", ".join(lost))


def main(mode: str) -> int:
    try:
        # One set-up at a time; the lock is on a file of the checkout, as .venv may be replaced.
        with Path(__file__).open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Waiting for another set-up of this folder to end", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            prepare(FILES[mode])
            if mode != "web":
                ensure_qt_libraries(window=mode != "test")
            if mode == "test":
                ensure_browser()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the same command begins again.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in FILES:
        sys.exit(f"usage: prepare.py {'|'.join(FILES)}")
    sys.exit(main(sys.argv[1]))
