"""What the self-test checks. Each check gives what there is to tell, or raises."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePath

import numpy as np

from core.cli import generated
from core.cli.generated import Sample
from core.engine.select import choose
from core.errors import LungfieldError
from core.imaging.decode import decode
from core.log import logger
from core.model import checkpoint
from core.model.checkpoint import Checkpoint
from core.progress import NullProgress
from core.reading.reader import Reader

#: A check's name, and the check.
Check = tuple[str, Callable[[], str]]

#: Generated scans of each class to fine-tune on, and to score.
_TO_TRAIN_ON, _TO_SCORE = 12, 2

#: How far two engines may be apart in full precision.
_SAME = 1e-3


class Wrong(Exception):  # noqa: N818 - a verdict
    """Something that ran gave what it must not."""


def every_check(model: Checkpoint, path: Path) -> Iterator[Check]:
    """Decoding, reading, reports and fine-tuning, the quick ones first.

    Args:
        model: what is read with.
        path: where it lies; fine-tuning starts from it.
    """
    for family, samples in _by_family(generated.samples()).items():
        yield f"decoding {family}", partial(_decoding, samples)
    yield from _engines(model)
    yield "reports", partial(_reports, model)
    if importlib.util.find_spec("torch"):
        yield "fine-tuning", partial(_fine_tuning, path)


def _by_family(samples: Iterator[Sample]) -> dict[str, list[Sample]]:
    families: dict[str, list[Sample]] = {}
    for sample in samples:
        families.setdefault(sample.family, []).append(sample)
    return families


def _decoding(samples: list[Sample]) -> str:
    """Decode a file of each kind and compare it with what was encoded."""
    wrong = [f"{sample.kind} ({reason})" for sample in samples if (reason := _not_as_encoded(sample))]
    if wrong:
        raise Wrong("; ".join(wrong))
    return f"{len(samples)} kinds"


def _not_as_encoded(sample: Sample) -> str:
    """What is wrong with the decoded file; empty where nothing is."""
    try:
        pixels = decode(bytes(sample.encode()), sample.kind).pixels
    except LungfieldError as error:
        return str(error)
    except Exception as error:
        logger.exception("self-test of decoding %s failed", sample.kind)
        return type(error).__name__
    if pixels.shape != sample.pixels.shape:
        return f"of size {pixels.shape}"
    off = float(np.abs(pixels - sample.pixels).max())
    return f"off by {off:.4f}" if off > sample.tolerance else ""


def _engines(model: Checkpoint) -> Iterator[Check]:
    """A reading on each engine and in each precision that there are."""
    engines = list(zip(["openvino"] * len(model.graphs), model.graphs, strict=True))
    if not importlib.util.find_spec("openvino"):
        engines = []
    if importlib.util.find_spec("torch"):
        engines.append(("torch", "auto"))
    if not engines:
        yield "engines", _no_engine
    answers: dict[str, float] = {}
    for engine, precision in engines:
        yield f"{engine} {precision}", partial(_reading, model, engine, precision, answers)


def _no_engine() -> str:
    raise Wrong("none is installed")


def _reading(model: Checkpoint, engine: str, precision: str, answers: dict[str, float]) -> str:
    """Read a scan; what was read in full precision goes to `answers`, and all of those must agree."""
    reader = Reader(model, choose(model, engine, "auto", precision).engine)
    reading = reader.read(decode(generated.png(generated.chest(0, True, 512)), "self-test.png"))
    if not (0 <= reading.probability <= 1 and np.isfinite(reading.heatmap).all()):
        raise Wrong("numbers that cannot be")
    if reader.engine.precision == "fp32":
        answers[engine] = reading.probability
        if max(answers.values()) - min(answers.values()) > _SAME:
            raise Wrong(f"the engines contradict each other: {answers}")
    return f"{reader.engine_words}, {reading.milliseconds:.0f} ms"


def _reports(model: Checkpoint) -> str:
    """Score a DATASET and write the reports of that and of one scan."""
    from core.export.item import Item
    from core.export.report import write_scan_report
    from core.reading.finding import Found
    from core.scoring.evaluation import evaluate

    reader = Reader(model, choose(model).engine)
    with tempfile.TemporaryDirectory(prefix="lungfield-") as folder:
        scans, evaluation, page = Path(folder, "scans"), Path(folder, "evaluation"), Path(folder, "scan.pdf")
        _write_dataset(scans, _TO_SCORE)
        evaluate(reader, scans, evaluation, NullProgress())
        scan = next(scans.rglob("*.png"))
        reading = reader.read(decode(scan.read_bytes(), scan.name))
        item = Item(Found(scan, PurePath(scan.name)), status="ok", reading=reading, metrics=model.metrics)
        write_scan_report(page, item, False, NullProgress())
        for report in (evaluation / "report.pdf", page):
            if not report.read_bytes().startswith(b"%PDF-"):
                raise Wrong(f"{report.name} is no PDF")
    return "evaluation and scan"


def _fine_tuning(start: Path) -> str:
    """Train the head of a model on generated scans, in a process of its own as the window does it, and read
    with what was made."""
    from core.learning.job import TrainingJob
    from core.learning.recipe import Recipe
    from core.learning.supervise import Control, train_in_process
    from core.learning.watching import NoWatch

    recipe = Recipe(init=str(start), freeze_backbone=True, epochs=2, batch_size=8, augment="flips")
    with tempfile.TemporaryDirectory(prefix="lungfield-") as folder:
        scans, out = Path(folder, "scans"), Path(folder, "run")
        _write_dataset(scans, _TO_TRAIN_ON)
        job = TrainingJob((scans,), out, recipe, device="cpu")
        made = checkpoint.load(train_in_process(job, NullProgress(), NoWatch(), Control()).model)
        for engine, precision in (("openvino", "fp32"), ("openvino", "int8")):
            reader = Reader(made, choose(made, engine, "cpu", precision).engine)
            reading = reader.read(decode(generated.png(generated.chest(0, False)), "self-test.png"))
            if not 0 <= reading.probability <= 1:
                raise Wrong("numbers that cannot be")
    return "the head of a network, in a process of its own"


def _write_dataset(folder: Path, each: int) -> None:
    for number in range(2 * each):
        patient = folder / ("NORMAL", "PNEUMONIA")[number % 2] / f"patient-{number}"
        patient.mkdir(parents=True)
        picture = generated.chest(number, opacity=bool(number % 2))
        (patient / "scan.png").write_bytes(generated.png(picture))
