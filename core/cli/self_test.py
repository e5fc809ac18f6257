"""`main.py self-test`: reads a generated scan on every engine present."""

from __future__ import annotations

import argparse
import importlib.util

import numpy as np
from numpy.typing import NDArray

from core.cli import DONE, SOME_FAILED
from core.engine.select import choose
from core.errors import LungfieldError
from core.imaging.decode import decode
from core.log import logger
from core.model import checkpoint, library
from core.model.checkpoint import Checkpoint
from core.reading.reader import Reader


def run(_: argparse.Namespace) -> int:
    """One line an engine and precision; non-zero if any fails."""
    model = checkpoint.load(library.find())
    passed = [_passes(model, engine, precision) for engine, precision in _present(model)]
    if not passed:
        print("no engine is installed")
    return DONE if passed and all(passed) else SOME_FAILED


def _present(model: Checkpoint) -> list[tuple[str, str]]:
    engines = (
        [("openvino", precision) for precision in model.graphs]
        if importlib.util.find_spec("openvino")
        else []
    )
    return engines + ([("torch", "auto")] if importlib.util.find_spec("torch") else [])


def _passes(model: Checkpoint, engine: str, precision: str) -> bool:
    try:
        reader = Reader(model, choose(model, engine, "auto", precision).engine)
        reading = reader.read(decode(_generated_scan(), "self-test.png"))
        sound = 0 <= reading.probability <= 1 and bool(np.isfinite(reading.heatmap).all())
    except LungfieldError as error:
        print(f"{engine} {precision}: FAILED: {error}")
        return False
    except Exception as error:
        logger.exception("self-test of %s %s failed", engine, precision)
        print(f"{engine} {precision}: FAILED: {type(error).__name__}; the log file says more")
        return False
    verdict = "ok" if sound else "FAILED: numbers that cannot be"
    print(f"{reader.engine_words}: {verdict}, {reading.milliseconds:.0f} ms")
    return sound


def _generated_scan() -> bytes:
    """Two dark fields in a bright chest, as the bytes of a PNG."""
    import cv2

    y, x = np.mgrid[-1:1:512j, -1:1:512j]
    lungs = np.exp(-8 * ((np.abs(x) - 0.45) ** 2 * 2 + y**2 * 0.6) ** 2)
    picture: NDArray[np.uint8] = np.uint8(200 - 140 * lungs)  # type: ignore[assignment]
    return cv2.imencode(".png", picture)[1].tobytes()
