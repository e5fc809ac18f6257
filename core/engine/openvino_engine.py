"""The OpenVINO engine: the CPU, without torch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine.base import Features
from core.errors import EngineError, ModelError
from core.model.checkpoint import Checkpoint
from core.model.openvino_offline import import_openvino


class OpenVinoEngine:
    """Reads with the graph stored in a checkpoint.

    Args:
        precision: "fp32" or "int8"; the checkpoint must hold it.

    Raises:
        EngineError: OpenVINO is not installed, or the checkpoint has no graph of that precision.
        ModelError: the graph is damaged.
    """

    name = "openvino"
    device = "cpu"
    # One picture keeps all cores busy, and the first reading comes sooner.
    batch_size = 1

    def __init__(self, checkpoint: Checkpoint, precision: str = "fp32") -> None:
        self.precision = precision
        self._compiled = _compile(checkpoint, precision)

    def features(self, batch: NDArray[np.float32]) -> Features:
        """See `Engine.features`. A ValueError tells a batch of the wrong shape."""
        size = self._compiled.input(0).partial_shape[2].get_length()
        if batch.ndim != 4 or batch.shape[1:] != (1, size, size):
            raise ValueError(f"expected [N, 1, {size}, {size}], not {list(batch.shape)}")
        answer = self._compiled(np.ascontiguousarray(batch, np.float32))
        # OpenVINO overwrites its output on the next call, hence the copies.
        return Features(np.array(answer[0], np.float32), np.array(answer[1], np.float32))


def _compile(checkpoint: Checkpoint, precision: str) -> Any:
    graph = checkpoint.graphs.get(precision)
    if graph is None:
        raise EngineError(
            f"{checkpoint.name} cannot be read by OpenVINO at {precision}",
            "use --engine torch or another --precision",
        )
    try:
        openvino = import_openvino()
    except ImportError as error:
        raise EngineError("OpenVINO is not installed", "use --engine torch, or install openvino") from error
    core = openvino.Core()
    try:
        block = np.frombuffer(graph.block(checkpoint.weights), np.uint8)
        model = core.read_model(graph.xml, openvino.Tensor(block.reshape(1, -1).copy()))
        # Left to itself OpenVINO computes in bfloat16 on CPUs that have it, which moves
        # probabilities in the third decimal.
        return core.compile_model(
            model, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        )
    except (RuntimeError, KeyError, ValueError) as error:
        raise ModelError(
            f"the OpenVINO graph in {checkpoint.name} is damaged", "use --engine torch"
        ) from error
