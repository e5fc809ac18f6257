"""The Python that a package is built with: requirements.txt and requirements-package.txt, and nothing else.

Not `.venv`: what is there for the tests would be found by PyInstaller too. Only the standard library is used
here.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / "build" / "venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "lungfield-stamp"
FILES = ("requirements.txt", "requirements-package.txt")


def prepare() -> Path:
    """Make build/venv what the requirements ask for; its Python.

    Raises:
        subprocess.CalledProcessError: pip has said why.
    """
    wanted = _digest()
    if not (STAMP.exists() and STAMP.read_text("utf-8") == wanted):
        shutil.rmtree(VENV, ignore_errors=True)
        print("Making build/venv (some minutes)", flush=True)
        base = getattr(sys, "_base_executable", sys.executable)
        subprocess.run([base, "-I", "-m", "venv", VENV], check=True)
        pip = [PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"]
        pip += ["--quiet", "--quiet", "install"]
        subprocess.run([*pip, *(part for name in FILES for part in ("-r", ROOT / name))], check=True)
        STAMP.write_text(wanted, "utf-8")
    return PYTHON


def _digest() -> str:
    """Of the requirements, the Python, and the place: an environment cannot be moved."""
    text = "".join((ROOT / name).read_text("utf-8") for name in FILES) + sys.version + str(VENV)
    return hashlib.sha256(text.encode()).hexdigest()
