"""The log file: our own bugs with their tracebacks, and nothing that names a patient.

Paths and file names can hold a patient's name, so messages carry neither; a scan is named by the
first characters of its hash.
"""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from core import paths
from core.errors import LungfieldError

logger = logging.getLogger("lungfield")

#: Errors that may have led to one another.
_LONGEST_CHAIN = 20


class _Discreet(logging.Formatter):
    """Leaves out of tracebacks what errors say that name a file."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        text = super().formatException(ei)
        error = ei[1]
        for _ in range(_LONGEST_CHAIN):
            if error is None:
                break
            if isinstance(error, (OSError, LungfieldError)) and str(error):
                text = text.replace(str(error), "(not kept here: it may name a file)")
            error = error.__cause__ or error.__context__
        return text


def start() -> Path | None:
    """Log to a file in the log folder. Returns it, or None where none can be written."""
    try:
        file = paths.logs() / "lungfield.log"
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(file, maxBytes=1 << 20, backupCount=3, delay=True, encoding="utf-8")
    except OSError:
        return None
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return file
