"""The version of Lungfield. It stands here alone: pyproject.toml, About, `--version` and packages take it."""

from __future__ import annotations

import sys

VERSION = "0.1.0"

#: Whether this is the packaged program, which has its Python inside.
PACKAGED = bool(getattr(sys, "frozen", False))

#: How the program is called in a terminal.
COMMAND = "lungfield" if PACKAGED else "main.py"
