"""Which engine reads, and why."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from dataclasses import dataclass

from core.engine.base import Engine
from core.errors import EngineError
from core.model.checkpoint import Checkpoint


@dataclass(frozen=True)
class Choice:
    """An engine that is ready, and the reason in words for the person."""

    engine: Engine
    why: str


def choose(
    checkpoint: Checkpoint, engine: str = "auto", device: str = "auto", precision: str = "auto"
) -> Choice:
    """The engine asked for, or the fastest one here.

    Args:
        engine: "auto", "torch" or "openvino".
        device: "auto", "cuda" or "cpu".
        precision: "auto", "fp32" or "int8".

    Raises:
        EngineError: what was asked for cannot be had, or contradicts itself.
        ModelError: the checkpoint is damaged.
    """
    if engine == "openvino" and device == "cuda":
        raise EngineError("OpenVINO reads on the CPU only", "use --engine torch with --device cuda")
    if engine == "torch" or device == "cuda":
        return _torch(checkpoint, device, precision, "asked for")
    if engine == "openvino":
        return _openvino(checkpoint, precision, "asked for")
    # Asking torch costs seconds of importing it; a machine without the driver need not pay them.
    if device == "auto" and precision != "int8" and _torch_installed() and nvidia_driver_present():
        choice = _torch(checkpoint, "auto", precision, "a CUDA device is present")
        if choice.engine.device != "cpu":
            return choice
    if checkpoint.graphs and importlib.util.find_spec("openvino"):
        return _openvino(checkpoint, precision, "the fastest on a CPU")
    return _torch(checkpoint, "cpu", precision, "the model has no OpenVINO form here")


def _openvino(checkpoint: Checkpoint, precision: str, why: str) -> Choice:
    from core.engine.openvino_engine import OpenVinoEngine

    return Choice(OpenVinoEngine(checkpoint, "fp32" if precision == "auto" else precision), why)


def _torch(checkpoint: Checkpoint, device: str, precision: str, why: str) -> Choice:
    if not _torch_installed():
        raise EngineError("PyTorch is not installed", "use --engine openvino")
    from core.engine.torch_engine import TorchEngine

    return Choice(TorchEngine(checkpoint, device, precision), why)


def _torch_installed() -> bool:
    return importlib.util.find_spec("torch") is not None


def import_torch_before_qt() -> None:
    """On Windows torch must be imported before Qt, where it is to be used at all (pytorch#166628).

    It takes seconds, so only a machine that has an NVIDIA driver pays them; elsewhere, and on every other
    system, torch is imported when it is first needed.
    """
    if sys.platform == "win32" and _torch_installed() and nvidia_driver_present():
        import torch  # noqa: F401


def nvidia_driver_present() -> bool:
    """Whether the CUDA driver's library can be loaded; costs milliseconds."""
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
