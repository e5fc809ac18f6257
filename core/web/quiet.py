"""What libraries would tell: nothing to others, nothing on the terminal, nothing of a patient in the log."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
from collections.abc import Iterator

from core.log import logger

#: Of what is printed of a failure: where it was, and the name of the error without what its message quotes.
_KEPT = re.compile(r'Traceback .*|  File ".*|[A-Za-z_.]*(Error|Exception|Warning|Interrupt)\b(?=:|$)')


def keep_to_ourselves(folder: str) -> None:
    """Before Gradio is imported: what its libraries tell others is off, and no variable changes that.

    Args:
        folder: for its files.
    """
    for name in [each for each in os.environ if each.startswith("GRADIO_")]:
        del os.environ[name]
    os.environ |= {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "GRADIO_TEMP_DIR": folder,
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
    }


def log_with_ours(name: str) -> None:
    """What a library logs goes into our log file, which keeps no file's name, and nowhere else."""
    theirs = logging.getLogger(name)
    theirs.handlers = list(logger.handlers)
    theirs.setLevel(logging.WARNING)
    theirs.propagate = False


@contextlib.contextmanager
def nothing_printed() -> Iterator[None]:
    """Within it what is printed on stderr goes into the log: Gradio prints there what failed, and quotes the
    request."""
    with contextlib.redirect_stderr(_IntoLog()):
        yield


class _IntoLog(io.TextIOBase):
    """A stream whose lines are logged, as far as they quote nothing."""

    def __init__(self) -> None:
        self._begun = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            if kept := _KEPT.match(line):
                logger.warning("a library printed: %s", kept[0])
        return len(text)
