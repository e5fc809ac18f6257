"""A model in words: its facts as a page in Markdown."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from PySide6.QtCore import QCoreApplication

from core import paths
from core.model import library
from core.model.checkpoint import Checkpoint

# By this name lupdate finds what has to be translated
translate = QCoreApplication.translate

_NETWORKS = {"resnet18": "ResNet-18", "densenet121": "DenseNet-121", "efficientnet_b0": "EfficientNet-B0"}
#: Letters of a foreign word, and rows of a foreign list, that are shown.
_MOST_LETTERS = 200
_MOST_ROWS = 50

_MEASURES = ("n", "auc", "accuracy", "sensitivity", "specificity", "ece")


def page(checkpoint: Checkpoint, titled: bool = True) -> str:
    """What is known of a model; for the bundled one its model card too.

    Args:
        titled: begin with its name.
    """
    parts = [
        *([f"# {_plain(checkpoint.name)}"] if titled else ()),
        *_facts(checkpoint),
        *_note(checkpoint.note),
        *_points(checkpoint),
        *_metrics(checkpoint),
        *_training(checkpoint.training),
    ]
    if checkpoint.name == library.BUNDLED:
        parts += ["---", (paths.resources() / "models" / "MODEL_CARD.md").read_text("utf-8")]
    return "\n\n".join(parts)


def _note(note: str) -> Iterator[str]:
    if note:
        yield "## " + translate("ModelPage", "Note")
        yield "\\\n".join(_plain(line, len(line)) for line in note.splitlines() if line.strip())


def _facts(checkpoint: Checkpoint) -> Iterator[str]:
    size = checkpoint.preprocessing.size
    rows = [
        (translate("ModelPage", "Network"), _NETWORKS.get(checkpoint.backbone, checkpoint.backbone)),
        (
            translate("ModelPage", "Head"),
            translate("ModelPage", "linear")
            if checkpoint.head == "linear"
            else translate("ModelPage", "two layers"),
        ),
        (translate("ModelPage", "Input"), translate("ModelPage", "{size} × {size} pixels").format(size=size)),
        (translate("ModelPage", "Temperature"), f"{checkpoint.temperature:.3f}"),
        *_kinds(checkpoint),
        (
            translate("ModelPage", "Turns away what is no chest X-ray"),
            translate("ModelPage", "yes") if checkpoint.features else translate("ModelPage", "no"),
        ),
        (
            translate("ModelPage", "OpenVINO forms"),
            ", ".join(sorted(checkpoint.graphs)) or translate("ModelPage", "none"),
        ),
    ]
    yield _list(rows)


def _kinds(checkpoint: Checkpoint) -> Iterator[tuple[str, str]]:
    """Those of the kinds of scans that have a calibration of their own."""
    for group in checkpoint.features.groups if checkpoint.features else ():
        if own := group.calibration:
            yield (
                translate("ModelPage", "Temperature for scans like {set}").format(set=_plain(group.name)),
                translate("ModelPage", "{temperature}, offset {offset}").format(
                    temperature=f"{own.temperature:.3f}", offset=f"{own.offset:+.3f}"
                ),
            )


def _points(checkpoint: Checkpoint) -> Iterator[str]:
    yield "## " + translate("ModelPage", "Operating points")
    yield _table(
        (
            translate("ModelPage", "Name"),
            translate("ModelPage", "Threshold"),
            translate("ModelPage", "Sensitivity"),
            translate("ModelPage", "Specificity"),
        ),
        [
            (
                _plain(point.name),
                _number(point.threshold),
                _number(point.sensitivity),
                _number(point.specificity),
            )
            for point in checkpoint.operating_points
        ],
    )


def _metrics(checkpoint: Checkpoint) -> Iterator[str]:
    measured = {name: value for name, value in checkpoint.metrics.items() if isinstance(value, Mapping)}
    if not measured:
        return
    yield "## " + translate("ModelPage", "Measured")
    head = (
        translate("ModelPage", "Set"),
        translate("ModelPage", "Scans"),
        "AUC",
        translate("ModelPage", "Accuracy"),
        translate("ModelPage", "Sensitivity"),
        translate("ModelPage", "Specificity"),
        "ECE",
    )
    yield _table(
        head,
        [
            (_plain(name), *(_number(value.get(measure)) for measure in _MEASURES))
            for name, value in islice(measured.items(), _MOST_ROWS)
        ],
    )
    yield translate(
        "ModelPage", "Measured on validation scans, which chose the threshold too: expect less elsewhere."
    )


def _training(training: Mapping[str, Any]) -> Iterator[str]:
    """What a checkpoint says of its training; what it leaves out is not asked for."""
    recipe, sets = training.get("recipe"), training.get("datasets")
    rows = []
    if isinstance(training.get("made"), str):
        rows.append((translate("ModelPage", "Made"), _plain(training["made"].partition("T")[0])))
    if isinstance(sets, Mapping):
        rows += [
            (
                _plain(str(name)),
                translate("ModelPage", "{train} to learn from, {val} to validate").format(
                    train=_plain(str(counts["train"])), val=_plain(str(counts["val"]))
                ),
            )
            for name, counts in islice(sets.items(), _MOST_ROWS)
            if isinstance(counts, Mapping) and {"train", "val"} <= counts.keys()
        ]
    if isinstance(recipe, Mapping):
        told = {
            "init": translate("ModelPage", "Start"),
            "epochs": translate("ModelPage", "Epochs"),
            "optimizer": translate("ModelPage", "Optimiser"),
        }
        told |= {
            "lr": translate("ModelPage", "Learning rate"),
            "batch_size": translate("ModelPage", "Batch"),
            "seed": translate("ModelPage", "Seed"),
        }
        rows += [(words, _plain(str(recipe[name]))) for name, words in told.items() if name in recipe]
    if rows:
        yield "## " + translate("ModelPage", "Training")
        yield _list(rows)


def _list(rows: list[tuple[str, str]]) -> str:
    return "\n".join(f"- {name}: **{value}**" for name, value in rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _number(value: object) -> str:
    """Three decimals; a dash for what was not measured."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3f}" if isinstance(value, float) and value == value else "–"


def _plain(text: str, letters: int = _MOST_LETTERS) -> str:
    """Text of a file, which may hold anything, so that Markdown takes it for nothing else."""
    return "".join(
        f"\\{letter}" if letter in string.punctuation else letter
        for letter in text[:letters]
        if letter.isprintable()
    )
