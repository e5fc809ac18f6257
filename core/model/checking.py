"""Whether a model's parts are what Lungfield writes: values, weights for the network they claim, graphs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.model.architecture import ARCHITECTURES, Architecture, digest, head_shapes
from core.model.container import MalformedError, is_finite, shapes
from core.model.features import GRID, MAX_GROUPS, MOST_OFFSET, Calibration, FeatureGroup, Layout
from core.model.graph_check import check_graph

if TYPE_CHECKING:
    from core.model.checkpoint import Checkpoint

MAX_POINTS = 20

#: Along a side of a feature map.
MAX_CELLS = 64

#: The weights of the cells of the feature map, where there are any.
FOCUS = "backbone.focus"

_PRECISIONS = frozenset({"fp32", "int8"})
_SIDES = (32, 2048)
_FLOAT32_BYTES = 4


def check(made: Checkpoint, classes: tuple[str, ...]) -> None:
    """Raise MalformedError for what no Lungfield would have written."""
    if made.backbone not in ARCHITECTURES or made.head not in ("linear", "mlp"):
        raise MalformedError("it is for a network that Lungfield does not have")
    if made.classes != classes:
        raise MalformedError("it tells other classes apart")
    known = ARCHITECTURES[made.backbone]
    _check_preprocessing(made)
    _check_points(made)
    _check_weights(made.weights, made.head, known)
    _check_gate(made, known)
    sizes = {name: _FLOAT32_BYTES * value.size for name, value in made.weights.items()}
    if not made.graphs.keys() <= _PRECISIONS:
        raise MalformedError("it has an OpenVINO form of an unknown kind")
    for graph in made.graphs.values():
        check_graph(graph, sizes, made.preprocessing.size, (known.channels, known.middle))


def _check_preprocessing(made: Checkpoint) -> None:
    spec = made.preprocessing
    sound = (
        _is_whole(spec.size)
        and _SIDES[0] <= spec.size <= _SIDES[1]
        and _is_number(spec.mean)
        and _is_number(spec.std)
        and spec.std > 0
        and _is_flag(spec.standardise)
        and _is_share(spec.tone)
        and not math.isnan(spec.tone)
        and math.isfinite(made.temperature)
        and made.temperature > 0
    )
    if not sound:
        raise MalformedError("impossible values for how pictures are prepared")


def _check_points(made: Checkpoint) -> None:
    """Thresholds lie from 0 to 1; what was not measured is not a number."""
    sound = 0 < len(made.operating_points) <= MAX_POINTS and all(
        0 <= point.threshold <= 1
        and all(_is_share(value) for value in (point.sensitivity, point.specificity))
        for point in made.operating_points
    )
    if not sound:
        raise MalformedError("impossible operating points")
    int8 = made.int8_check
    if int8 and not all(map(_is_number, (int8.scans, int8.moved_99, int8.moved_most, int8.auc_change))):
        raise MalformedError("impossible values for int8")


def _check_weights(weights: dict[str, NDArray[Any]], head: str, known: Architecture) -> None:
    own = {name: value for name, value in weights.items() if name.startswith("head.")}
    rest = {name: value for name, value in weights.items() if name not in own and name != FOCUS}
    if FOCUS in weights and not _is_focus(weights[FOCUS]):
        raise MalformedError("impossible weights for where evidence may come from")
    if digest(shapes(rest)) != known.digest or shapes(own) != head_shapes(head, known.channels):
        raise MalformedError("its weights are not those of the network it claims to be")
    for name, value in weights.items():
        counts = name.endswith("num_batches_tracked")
        if value.dtype != (np.int64 if counts else np.float32):
            raise MalformedError("its weights are numbers of another kind")
        if not counts and not is_finite(value):
            raise MalformedError("some of its weights are not numbers")
        if name.endswith("running_var") and (value < 0).any():
            raise MalformedError("some of its weights are impossible")


def _is_focus(weights: NDArray[Any]) -> bool:
    return (
        weights.ndim == 4
        and weights.shape[:2] == (1, 1)
        and max(weights.shape) <= MAX_CELLS
        and weights.dtype == np.float32
        and is_finite(weights)
        and bool((weights >= 0).all())
    )


def _check_gate(made: Checkpoint, known: Architecture) -> None:
    if made.features is None:
        return
    layout, groups = made.features.layout, made.features.groups
    values = known.middle
    sound = 0 < len(groups) <= MAX_GROUPS
    if layout is not None:
        values += len(layout.axes) + 1
        sound = sound and _is_layout(layout)
    if not sound or not all(_is_group(group, values) for group in groups):
        raise MalformedError("impossible values for what it turns away")


def _is_layout(layout: Layout) -> bool:
    cells = GRID * GRID
    return (
        layout.mean.shape == (cells,)
        and layout.axes.ndim == 2
        and 0 < len(layout.axes) < layout.axes.shape[1] == cells
        and _are_numbers(layout.mean, layout.axes)
        and _is_positive(layout.rest)
        and _is_positive(layout.limit)
        and 0 <= layout.upright < 1
    )


def _is_group(group: FeatureGroup, values: int) -> bool:
    return (
        group.mean.shape == (values,)
        and group.precision.shape == (values, values)
        and _are_numbers(group.mean, group.precision)
        and _is_positive(group.limit)
        and (group.calibration is None or _is_calibration(group.calibration))
    )


def _is_calibration(kind: Calibration) -> bool:
    return _is_positive(kind.temperature) and abs(kind.offset) <= MOST_OFFSET


def _are_numbers(*arrays: NDArray[Any]) -> bool:
    return all(array.dtype == np.float32 and is_finite(array) for array in arrays)


def _is_positive(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _is_whole(value: object) -> bool:
    return type(value) is int


def _is_flag(value: object) -> bool:
    return type(value) is bool


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_share(value: object) -> bool:
    """From 0 to 1, or nothing that was measured."""
    return isinstance(value, int | float) and (math.isnan(value) or 0 <= value <= 1)
