"""`main.py self-test`: whether everything that ships works here, on generated data.

Every kind of file is decoded, a scan is read on every engine present, reports are written, and a model is
fine-tuned. The packaged program is judged by it on a bare machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from core.cli import DONE, SOME_FAILED
from core.cli.checks import Wrong, every_check
from core.errors import LungfieldError
from core.log import logger
from core.model import checkpoint, library


def run(_: argparse.Namespace) -> int:
    """One line a check; non-zero if any fails."""
    path = library.find()
    passed = [_passes(name, check) for name, check in every_check(checkpoint.load(path), path)]
    return DONE if all(passed) else SOME_FAILED


def _passes(name: str, check: Callable[[], str]) -> bool:
    """Run a check; one line on what came of it."""
    begun = time.perf_counter()
    try:
        told = check()
    except (LungfieldError, Wrong) as error:
        print(f"{name}: FAILED: {error}", flush=True)
        return False
    except Exception as error:
        logger.exception("self-test of %s failed", name)
        print(f"{name}: FAILED: {type(error).__name__}; the log file says more", flush=True)
        return False
    seconds = time.perf_counter() - begun
    print(f"{name}: ok, {told}{', ' if told else ''}{seconds:.1f} s", flush=True)
    return True
