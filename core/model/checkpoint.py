"""The checkpoint: one safetensors file with everything that training and reading need.

Weights stand in it once, in half precision. The OpenVINO form of the backbone is stored as its graph
(XML) whose constants are those same weights, so that a workstation without torch reads with them; the
int8 form brings its own, smaller constants. Nothing in the file is ever executed: no pickle.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError
from core.files import write_whole
from core.imaging.preprocess import Preprocessing
from core.model.checking import FOCUS, check
from core.model.container import METADATA_KEY, MalformedError, Tensors, describe, memory, not_valid, tensors
from core.model.features import FeatureStatistics, put, taken
from core.model.foreign import MAX_NAME, MAX_NOTE, readable, readable_lines
from core.model.graph import Graph

#: Raised whenever an older Lungfield could not read what this one writes.
FORMAT_VERSION = 3

BackboneName = Literal["resnet18", "densenet121", "efficientnet_b0"]
HeadName = Literal["linear", "mlp"]
BACKBONES: tuple[BackboneName, ...] = get_args(BackboneName)
HEADS: tuple[HeadName, ...] = get_args(HeadName)

#: The label of each logit.
CLASSES = ("NORMAL", "PNEUMONIA")


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold on the probability of PNEUMONIA, with what it gave on validation (0..1 each)."""

    name: str
    threshold: float
    sensitivity: float
    specificity: float


@dataclass(frozen=True)
class Int8Check:
    """How far readings in int8 are from those in full precision, on validation scans.

    Attributes:
        scans: how many were compared.
        moved_99: 99 in 100 probabilities move by no more than this.
        moved_most: the greatest move of a probability.
        auc_change: how far AUC changes, of all together or of a DATASET: the most, as a positive number.
    """

    scans: int
    moved_99: float
    moved_most: float
    auc_change: float

    @property
    def holds(self) -> bool:
        """Whether nobody would notice: only then is int8 used without being asked for."""
        return self.moved_99 < 0.02 and self.auc_change < 0.002


@dataclass(frozen=True)
class Checkpoint:
    """A trained model.

    Attributes:
        name: what the person calls it.
        backbone, head: one of BACKBONES and of HEADS.
        weights: float32 by name, as `Network.state_dict()` has them ("backbone.…", "head.…").
        preprocessing: how a Scan becomes its input.
        temperature: log-odds are divided by it before they become a probability (Guo et al. 2017), unless
            the scan's kind has a calibration of its own in `features`.
        operating_points: the first is the default.
        classes: the label of each logit.
        features: for the gate; None where they were not measured.
        training: the recipe, the data and the history, as plain values.
        metrics: validation metrics by DATASET.
        graphs: the OpenVINO forms by precision ("fp32", "int8"); may be empty.
        int8_check: how far int8 is from full precision; None where it was not measured.
        note: what the person says of it.
    """

    name: str
    backbone: BackboneName
    head: HeadName
    weights: Tensors
    preprocessing: Preprocessing = Preprocessing()
    temperature: float = 1.0
    operating_points: tuple[OperatingPoint, ...] = (
        OperatingPoint("balanced", 0.5, float("nan"), float("nan")),
    )
    classes: tuple[str, ...] = CLASSES
    features: FeatureStatistics | None = None
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    graphs: dict[str, Graph] = field(default_factory=dict)
    int8_check: Int8Check | None = None
    note: str = ""

    @property
    def threshold(self) -> float:
        """The threshold used unless the person gives another."""
        return self.operating_points[0].threshold

    def point_at(self, threshold: float) -> OperatingPoint | None:
        """The operating point that this threshold is; None where it is the person's own."""
        return next((point for point in self.operating_points if point.threshold == threshold), None)

    @cached_property
    def fingerprint(self) -> str:
        """32 hex digits: equal for models that say the same of every scan at the same precision.

        The name, note, metrics and operating points are not in it: readings stay true when those change.
        """
        digest = hashlib.sha256()
        digest.update(repr((self.backbone, self.head, self.preprocessing, self.temperature)).encode())
        for name in sorted(self.weights):
            digest.update(name.encode())
            digest.update(memory(self.weights[name]))
        for _, graph in sorted(self.graphs.items()):
            digest.update(graph.constants)
        if self.features is not None:
            self.features.put_into(digest)
        return digest.hexdigest()[:32]

    @property
    def is_focused(self) -> bool:
        """Whether the feature map is weighed by where lungs are: see `core.model.focus`."""
        return FOCUS in self.weights

    def head_layers(self) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """The head's weight [out, in] and bias [out] of each linear layer, first layer first."""
        names = sorted(
            key[: -len("weight")]
            for key in self.weights
            if key.startswith("head.") and key.endswith("weight")
        )
        return [(self.weights[f"{name}weight"], self.weights[f"{name}bias"]) for name in names]

    def renamed(self, name: str) -> Checkpoint:
        return replace(self, name=name)


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Write the file whole or not at all. Weights are rounded to half precision."""
    from safetensors.numpy import save as to_bytes

    parts: Tensors = {name: half(value) for name, value in checkpoint.weights.items()}
    described: dict[str, Any] = {
        "version": FORMAT_VERSION,
        "name": checkpoint.name,
        "note": checkpoint.note,
        "backbone": checkpoint.backbone,
        "head": checkpoint.head,
        "preprocessing": asdict(checkpoint.preprocessing),
        "temperature": checkpoint.temperature,
        "operating_points": [asdict(point) for point in checkpoint.operating_points],
        "classes": list(checkpoint.classes),
        "training": checkpoint.training,
        "metrics": checkpoint.metrics,
        "graphs": {},
        "int8_check": asdict(checkpoint.int8_check) if checkpoint.int8_check else None,
    }
    if checkpoint.features:
        described["features"] = put(checkpoint.features, parts)
    for precision, graph in checkpoint.graphs.items():
        parts[f"graph/{precision}/xml"] = np.frombuffer(graph.xml, np.uint8)
        parts[f"graph/{precision}/constants"] = np.frombuffer(graph.constants, np.uint8)
        described["graphs"][precision] = graph.shared
    # safetensors writes memory as it lies: torch lays convolutions channels last, for one
    lying = {name: np.asarray(value, order="C") for name, value in parts.items()}
    write_whole(path, to_bytes(lying, metadata={METADATA_KEY: json.dumps(described)}))


def load(path: Path) -> Checkpoint:
    """Read a checkpoint without torch and without executing anything in it.

    Raises:
        ModelError: not there, not a checkpoint, malformed, or from a newer Lungfield.
    """
    described = describe(path)
    version = described.get("version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise ModelError(f"{path.name} was written by a newer Lungfield", "update this one to use it")
    try:
        made = _assemble(described, tensors(path))
        check(made, CLASSES)
    except MalformedError as error:
        raise not_valid(path, str(error)) from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise not_valid(path, f"its description is damaged ({type(error).__name__})") from error
    return made


def _assemble(described: dict[str, Any], parts: Tensors) -> Checkpoint:
    """The Checkpoint in a file's parts. What is wrong with them is a Key-, Type- or ValueError."""
    return Checkpoint(
        name=readable(described["name"], MAX_NAME),
        backbone=described["backbone"],
        head=described["head"],
        weights={
            name: value.astype(np.float32) if value.dtype == np.float16 else value
            for name, value in parts.items()
            if name.startswith(("backbone.", "head."))
        },
        preprocessing=Preprocessing(**described["preprocessing"]),
        temperature=float(described["temperature"]),
        operating_points=tuple(_point(**point) for point in described["operating_points"]),
        classes=tuple(described["classes"]),
        features=taken(described, parts),
        training=dict(described["training"]),
        metrics=dict(described["metrics"]),
        graphs={
            precision: Graph(
                parts[f"graph/{precision}/xml"].tobytes(),
                parts[f"graph/{precision}/constants"].tobytes(),
                {str(name): [int(offset) for offset in offsets] for name, offsets in shared.items()},
            )
            for precision, shared in described["graphs"].items()
        },
        int8_check=Int8Check(**int8) if (int8 := described.get("int8_check")) else None,
        note=readable_lines(described.get("note", ""), MAX_NOTE),
    )


def _point(name: str, threshold: float, sensitivity: float, specificity: float) -> OperatingPoint:
    return OperatingPoint(readable(name, MAX_NAME), float(threshold), float(sensitivity), float(specificity))


def half(value: NDArray[Any]) -> NDArray[Any]:
    """Floating-point values in half precision, others as they are."""
    return np.asarray(value, np.float16 if value.dtype.kind == "f" else value.dtype)


def rounded(weights: Tensors) -> Tensors:
    """Weights as they will be after saving and loading: half precision's values, in float32."""
    return {name: half(v).astype(np.float32) if v.dtype.kind == "f" else v for name, v in weights.items()}
