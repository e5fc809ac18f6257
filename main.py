"""Lungfield: an offline reader of chest X-rays, for research and education. Not a medical device.

Starts the window or a subcommand. Imports neither Qt nor torch itself: what needs them does.
"""

from __future__ import annotations

import multiprocessing
import sys


def main() -> int:
    """The exit status of what was asked for."""
    from core.cli import main as command_line
    from core.cli.options import COMMANDS

    arguments = sys.argv[1:]
    if arguments and (arguments[0] in COMMANDS or arguments[0] in {"-h", "--help"}):
        return command_line(arguments)
    print(
        "lungfield: this version has no window yet: use `main.py read SCAN`, or --help for more",
        file=sys.stderr,
    )
    return 2


if __name__ == "__main__":
    multiprocessing.freeze_support()  # a packaged program's worker processes start here too
    sys.exit(main())
