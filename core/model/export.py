"""From a torch backbone to OpenVINO's form of it. Needs torch; reading with the result does not."""

from __future__ import annotations

import contextlib
import io
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.model.graph import Graph, share_constants
from core.model.network import Backbone
from core.model.openvino_offline import import_openvino


def export_graphs(
    backbone: Backbone, size: int, calibration: Iterable[NDArray[np.float32]] = ()
) -> dict[str, Graph]:
    """The "fp32" Graph of a backbone and, where there is data to calibrate on, the "int8" one.

    Args:
        backbone: in eval mode, on the CPU, its weights already rounded to half precision: they are
            what the checkpoint stores, and the graph refers to them.
        size: side of the input.
        calibration: batches of preprocessed scans float32 [1, 1, size, size], some hundred.
    """
    weights = {
        f"backbone.{name}": value.detach().numpy()
        for name, value in backbone.state_dict().items()
        if value.is_floating_point()
    }
    model = _convert(backbone, size)
    graphs = {"fp32": share_constants(*_serialised(model), weights)}
    batches = list(calibration)
    if batches:
        graphs["int8"] = share_constants(*_serialised(_quantise(model, batches)), weights)
    return graphs


def _convert(backbone: Backbone, size: int) -> Any:
    """OpenVINO's front end alone: `openvino.convert_model` would also fold the normalisation layers
    into the convolutions, and the constants would no longer be the checkpoint's weights."""
    import_openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    frontend = FrontEndManager().load_by_framework("pytorch")
    example = torch.zeros(2, 1, size, size)
    # The front end does not keep the decoder alive; this name does.
    with warnings.catch_warnings(), backbone.made_for(size):
        # OpenVINO 2026.4 still traces, which torch announces to drop.
        warnings.filterwarnings("ignore", "`torch.jit.trace", DeprecationWarning)
        decoder = TorchScriptPythonDecoder(backbone, example_input=(example,))
    model = frontend.convert(frontend.load(decoder))
    # The side is fixed (compilers like that), the batch is not.
    model.reshape({0: [-1, 1, size, size]})
    return model


def _quantise(model: Any, batches: list[NDArray[np.float32]]) -> Any:
    """Post-training int8 quantisation by NNCF, on the batches given.

    The first convolution stays as it is: it costs a fiftieth of the time, and rounding what it sees moves
    probabilities more than any other layer does. Weights take half of int8's range, so that processors
    without VNNI, whose sums of two products saturate, say the same as those with it.
    """
    import logging

    import_openvino()
    import nncf

    nncf.set_log_level(logging.ERROR)
    first = next(each for each in model.get_ordered_ops() if each.get_type_name() == "Convolution")
    # Its bar is for a terminal of its own; ours is drawn by whoever called.
    with contextlib.redirect_stdout(io.StringIO()):
        return nncf.quantize(
            model,
            nncf.Dataset(batches),
            subset_size=len(batches),
            ignored_scope=nncf.IgnoredScope(names=[first.get_friendly_name()]),
            advanced_parameters=nncf.AdvancedQuantizationParameters(overflow_fix=nncf.OverflowFix.ENABLE),
        )


def _serialised(model: Any) -> tuple[bytes, bytes]:
    openvino = import_openvino()
    with tempfile.TemporaryDirectory(prefix="lungfield-") as folder:
        xml, block = Path(folder, "graph.xml"), Path(folder, "graph.bin")
        openvino.serialize(model, xml, block)
        return xml.read_bytes(), block.read_bytes()
