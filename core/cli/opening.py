"""From the options that choose a model and an engine to a Reader."""

from __future__ import annotations

import argparse

from core.engine.select import choose
from core.log import logger
from core.model import checkpoint, library
from core.reading.reader import Reader


def open_reader(chosen: argparse.Namespace) -> Reader:
    """The Reader that `--model --engine --device --precision --threshold` ask for.

    Raises:
        ModelError, EngineError: what is asked for cannot be had.
    """
    model = checkpoint.load(library.find(chosen.model))
    choice = choose(model, chosen.engine, chosen.device, chosen.precision)
    reader = Reader(model, choice.engine, chosen.threshold)
    logger.info("reading with %s on %s: %s", model.name, reader.engine_words, choice.why)
    return reader
