"""Which engine reads, and why."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import sys
from dataclasses import dataclass

from core.engine.base import Engine
from core.errors import EngineError
from core.log import logger
from core.model.checkpoint import Checkpoint

#: AVX512-VNNI, AVX-VNNI and Arm's dot product, as OpenCV numbers them (cvdef.h): its Python has no names.
_INT8_FEATURES = (23, 28, 101)


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
    on_cuda, without = _cuda(checkpoint, device, precision)
    if on_cuda:
        return on_cuda
    if checkpoint.graphs and importlib.util.find_spec("openvino"):
        return _openvino(checkpoint, precision, f"{without}the fastest on a CPU")
    return _torch(checkpoint, "cpu", precision, f"{without}the model has no OpenVINO form here")


def _cuda(checkpoint: Checkpoint, device: str, precision: str) -> tuple[Choice | None, str]:
    """CUDA where it may be used and runs; else None, and what the reason for another engine begins with."""
    # Asking torch costs seconds of importing it; a machine without the driver need not pay them.
    if device != "auto" or precision == "int8" or not _torch_installed() or not nvidia_driver_present():
        return None, ""
    try:
        choice = _torch(checkpoint, "auto", precision, "a CUDA device is present")
    except EngineError as error:
        logger.warning("going on without the GPU", exc_info=True)
        return None, f"{error.message}; "
    return (None, "") if choice.engine.device == "cpu" else (choice, "")


def _openvino(checkpoint: Checkpoint, precision: str, why: str) -> Choice:
    from core.engine.openvino_engine import OpenVinoEngine

    if precision == "auto":
        precision, because = _fastest_that_holds(checkpoint)
        why = f"{why}; {because}"
    return Choice(OpenVinoEngine(checkpoint, precision), why)


def _fastest_that_holds(checkpoint: Checkpoint) -> tuple[str, str]:
    """The precision for OpenVINO where none is asked for, and why."""
    check = checkpoint.int8_check
    if "int8" not in checkpoint.graphs or check is None:
        return "fp32", "full precision: nothing is known of this model in int8"
    if not check.holds:
        return "fp32", "full precision: int8 would move some probabilities too far"
    if not multiplies_int8():
        return "fp32", "full precision: this processor gains next to nothing from int8"
    return "int8", f"int8: it moves 99% of probabilities by less than {check.moved_99:.3f}"


def multiplies_int8() -> bool:
    """Whether the processor has instructions for int8 networks (VNNI, or Arm's dot product).

    Without them int8 saves no time, and may saturate: 0.1 of 49 ms on an AMD EPYC with AVX2.
    """
    import cv2

    return any(cv2.checkHardwareSupport(feature) for feature in _INT8_FEATURES)


def _torch(checkpoint: Checkpoint, device: str, precision: str, why: str) -> Choice:
    if not _torch_installed():
        raise EngineError("PyTorch is not installed", "use --engine openvino")
    try:
        from core.engine.torch_engine import TorchEngine
    except (ImportError, OSError, RuntimeError) as error:  # a library is missing, or is another version's
        raise EngineError("PyTorch cannot be loaded", "install it anew, or use --engine openvino") from error
    return Choice(TorchEngine(checkpoint, device, precision), why)


def _torch_installed() -> bool:
    return importlib.util.find_spec("torch") is not None


def import_torch_before_qt() -> None:
    """On Windows torch must be imported before Qt, where it is to be used at all (pytorch#166628).

    It takes seconds, so only a machine that has an NVIDIA driver pays them; elsewhere, and on every other
    system, torch is imported when it is first needed.
    """
    if sys.platform == "win32" and _torch_installed() and nvidia_driver_present():
        with contextlib.suppress(ImportError, OSError):  # told by whoever uses it
            import torch  # noqa: F401


def nvidia_driver_present() -> bool:
    """Whether the CUDA driver's library can be loaded; costs milliseconds."""
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
