"""From what is wanted (model, engine, device, precision, threshold) to a Reader."""

from __future__ import annotations

from dataclasses import dataclass

from core.engine.select import choose
from core.log import logger
from core.model import checkpoint, library
from core.reading.reader import Reader


@dataclass(frozen=True)
class Opened:
    """A Reader that is ready, and why it reads with that engine, in words for the person."""

    reader: Reader
    why: str


def open_reader(
    model: str = "",
    engine: str = "auto",
    device: str = "auto",
    precision: str = "auto",
    threshold: float | None = None,
) -> Opened:
    """Load a model and the engine for it; takes a second or more.

    Args:
        model: as `library.find` takes it; empty for the active one.
        engine, device, precision: as `choose` takes them.
        threshold: 0..1 on the probability; None for the model's own operating point.

    Raises:
        ModelError, EngineError: what is asked for cannot be had.
    """
    loaded = checkpoint.load(library.find(model))
    choice = choose(loaded, engine, device, precision)
    reader = Reader(loaded, choice.engine, threshold)
    logger.info("reading with %s on %s: %s", loaded.name, reader.engine_words, choice.why)
    return Opened(reader, choice.why)
