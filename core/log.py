"""The log file: our own bugs with their tracebacks, and nothing that names a patient.

Paths and file names can hold a patient's name, so messages carry neither; a scan is named by the
first characters of its hash.
"""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from core import paths

logger = logging.getLogger("lungfield")


def start() -> Path | None:
    """Log to a file in the log folder. Returns it, or None where none can be written."""
    try:
        file = paths.logs() / "lungfield.log"
        handler = RotatingFileHandler(file, maxBytes=1 << 20, backupCount=3, delay=True, encoding="utf-8")
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return file
