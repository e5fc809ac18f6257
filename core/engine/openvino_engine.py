"""The OpenVINO engine: the CPU, without torch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine.base import Features, Pending
from core.errors import EngineError, ModelError
from core.model.checkpoint import Checkpoint
from core.model.graph_check import check_inferred
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
    # Each of its streams works on one picture, and the first reading comes sooner.
    batch_size = 1

    def __init__(self, checkpoint: Checkpoint, precision: str = "fp32") -> None:
        self.precision = precision
        compiled = _compile(checkpoint, precision)
        self._size = compiled.input(0).partial_shape[2].get_length()
        # One more than it works on at once: while an answer is dealt with here, the next has begun.
        self.depth = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS") + 1
        self._requests = [_Request(compiled.create_infer_request()) for _ in range(self.depth)]

    def begin(self, batch: NDArray[np.float32]) -> Pending:
        """See `Engine.begin`. A ValueError tells a batch of the wrong shape."""
        size = self._size
        if batch.ndim != 4 or batch.shape[1:] != (1, size, size):
            raise ValueError(f"expected [N, 1, {size}, {size}], not {list(batch.shape)}")
        request = self._requests.pop(0)
        self._requests.append(request)
        return request.begin(np.ascontiguousarray(batch, np.float32))

    def features(self, batch: NDArray[np.float32]) -> Features:
        """See `Engine.features`."""
        return self.begin(batch)()


class _Request:
    """One of OpenVINO's requests, used again and again."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self._answer: _Answer | None = None

    def begin(self, batch: NDArray[np.float32]) -> Pending:
        if self._answer:
            self._answer()  # nobody may have asked for it yet, and what comes now writes over it
        self._request.start_async({0: batch})
        self._answer = _Answer(self._request)
        return self._answer


class _Answer:
    """What a request was begun for."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self._features: Features | None = None

    def __call__(self) -> Features:
        if self._features is None:
            self._request.wait()
            maps, middle = (self._request.get_output_tensor(number).data for number in (0, 1))
            # Copies: OpenVINO writes the next answer to the same place.
            self._features = Features(np.array(maps, np.float32), np.array(middle, np.float32))
            self._request = None
        return self._features


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
        check_inferred(model)
        # Left to itself OpenVINO computes in bfloat16 on CPUs that have it, which moves
        # probabilities in the third decimal. Throughput: cores that each read a scan do not wait for one
        # another, as those that share one must after every layer.
        return core.compile_model(
            model, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "THROUGHPUT"}
        )
    except (RuntimeError, KeyError, ValueError) as error:
        raise ModelError(
            f"the OpenVINO graph in {checkpoint.name} is damaged", "use --engine torch"
        ) from error
