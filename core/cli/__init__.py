"""The command line. Scripts depend on its options, files and exit statuses."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

from core import log
from core.cli.options import parser
from core.errors import LungfieldError
from core.progress import Cancelled

DONE, SOME_FAILED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand; the exit status.

    0 all done, 1 some scans failed, 2 wrong usage or nothing could be read. Errors are one line on
    stderr; our own bugs go to the log with their traceback.
    """
    tell_any_name()
    chosen = parser().parse_args(arguments)
    log_file = log.start()
    try:
        return int(chosen.run(chosen))
    except LungfieldError as error:
        return _stopped(str(error), UNUSABLE)
    except (KeyboardInterrupt, Cancelled):
        if not hasattr(chosen, "resume"):
            return _stopped("interrupted", INTERRUPTED)
        return _stopped(
            "interrupted; what was finished is kept, and --resume goes on from there", INTERRUPTED
        )
    except BrokenPipeError:  # the reader of our output, such as `head`, has gone
        return DONE
    except Exception:
        log.logger.exception("the command %s failed", chosen.command)
        where = f"; {log_file} says more" if log_file else ""
        return _stopped(f"an internal error of Lungfield stopped this{where}", UNUSABLE)


def tell_any_name() -> None:
    """A file's name need not be text, nor fit the terminal's encoding: never fail for telling it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _stopped(line: str, status: int) -> int:
    print(f"lungfield: {line}", file=sys.stderr)
    return status
