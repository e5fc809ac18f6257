"""Lungfield: an offline reader of chest X-rays, for research and education. Not a medical device.

Starts the window or a subcommand. Imports neither Qt nor torch itself: what needs them does.
"""

from __future__ import annotations

import multiprocessing
import sys

OLDEST_PYTHON = (3, 11)


def main(arguments: list[str]) -> int:
    """The exit status of what was asked for."""
    if sys.version_info < OLDEST_PYTHON:
        return _refused("Lungfield needs Python 3.11 or later")
    try:
        from core.cli import main as command_line
        from core.cli.options import COMMANDS
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("core"):
            raise
        return _refused(
            f"the Python package {error.name} is missing: set up with `make app`, or see README.md"
        )
    if arguments and arguments[0] in (*COMMANDS, "-h", "--help", "--version"):
        return command_line(arguments)
    return _window(arguments)


def _window(arguments: list[str]) -> int:
    from core.engine.select import import_torch_before_qt

    import_torch_before_qt()
    try:
        from gui.app import main as window
    except ImportError as error:
        # Qt without the system's libraries: «libEGL.so.1: cannot open shared object file»
        if error.name and error.name.partition(".")[0] in ("gui", "core"):
            raise
        return _refused(f"the window cannot be loaded ({error}): set up with `make app`, or see README.md")
    return window(arguments)


def _refused(line: str) -> int:
    print(f"lungfield: {line}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    multiprocessing.freeze_support()  # a packaged program's worker processes start here too
    sys.exit(main(sys.argv[1:]))
