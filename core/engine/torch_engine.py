"""The PyTorch engine: CUDA where there is one, else the CPU."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from core.engine.base import Features, Pending
from core.errors import EngineError, ModelError
from core.model.checkpoint import Checkpoint
from core.model.network import build, channels_last

#: Half precision is used on CUDA if it moves no feature by more than this share of the largest.
_HALF_TOLERANCE = 5e-3

#: What to do where the GPU cannot be used.
_WITHOUT_GPU = "use --device cpu"


def torch_device(wanted: str) -> torch.device:
    """The device for "auto", "cuda" or "cpu".

    Raises:
        EngineError: CUDA is asked for and not there.
    """
    if wanted == "cpu":
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda")
    if wanted == "cuda":
        raise EngineError("no CUDA device can be used here", "use --device cpu or --device auto")
    return torch.device("cpu")


class TorchEngine:
    """Reads with the weights of a checkpoint.

    Args:
        device: "auto", "cuda" or "cpu".
        precision: "auto" or "fp32". With "auto", CUDA runs in half precision where that holds for
            this model.

    Raises:
        EngineError: the device or precision cannot be had, or the device was tried and does not run.
        ModelError: the weights do not fit the architecture.
    """

    name = "torch"

    def __init__(self, checkpoint: Checkpoint, device: str = "auto", precision: str = "auto") -> None:
        if precision == "int8":
            raise EngineError("the torch engine does not read at int8", "use --engine openvino")
        chosen = torch_device(device)
        network = build(checkpoint.backbone, checkpoint.head, focus=checkpoint.is_focused)
        try:
            network.load_state_dict(
                {name: torch.from_numpy(v.copy()) for name, v in checkpoint.weights.items()}
            )
        except RuntimeError as error:
            raise ModelError(
                f"the weights in {checkpoint.name} do not fit a {checkpoint.backbone}"
            ) from error
        self._device, self._half = chosen, False
        self._backbone = channels_last(network.backbone.eval())
        self.device, self.batch_size, self.depth = "cpu", 4, 1
        if chosen.type == "cuda":
            self._move_to_cuda(checkpoint.preprocessing.size, precision)
            self.batch_size, self.depth = 32, 2
        self.precision = "fp16" if self._half else "fp32"

    def begin(self, batch: NDArray[np.float32]) -> Pending:
        """See `Engine.begin`. On the CPU it is done when this returns."""
        with torch.inference_mode(), torch.autocast(self._device.type, torch.float16, enabled=self._half):
            if self._device.type != "cuda":
                maps, middle = self._backbone(_channels_last(torch.from_numpy(batch)))
                features = Features(maps.float().contiguous().numpy(), middle.float().numpy())
                return lambda: features
            # From and to memory that the system never moves, the device copies while it computes
            given = torch.from_numpy(batch).pin_memory().to(self._device, non_blocking=True)
            answers = [_to_host(each) for each in self._backbone(_channels_last(given))]
            done = torch.cuda.Event()
            done.record()
        return partial(_when_done, done, *answers)

    def features(self, batch: NDArray[np.float32]) -> Features:
        """See `Engine.features`."""
        return self.begin(batch)()

    def _move_to_cuda(self, size: int, precision: str) -> None:
        """And try it: a device that this torch is not built for is called available too."""
        noise = torch.randn(2, 1, size, size, generator=torch.Generator().manual_seed(0)).numpy()
        try:
            self._backbone.to(self._device)
            exact = self.features(noise).maps
            self._half = precision == "auto" and self._half_holds(noise, exact)
            self.device = f"cuda ({torch.cuda.get_device_name(self._device)})"
        except torch.OutOfMemoryError as error:
            raise EngineError("the GPU has too little memory free", _WITHOUT_GPU) from error
        except (RuntimeError, OSError, ImportError) as error:
            raise EngineError("the GPU does not run with this PyTorch and driver", _WITHOUT_GPU) from error

    def _half_holds(self, noise: NDArray[np.float32], exact: NDArray[np.float32]) -> bool:
        self._half = True
        rounded = self.features(noise).maps
        return bool(np.abs(rounded - exact).max() <= _HALF_TOLERANCE * np.abs(exact).max())


def _channels_last(batch: torch.Tensor) -> torch.Tensor:
    return batch.contiguous(memory_format=torch.channels_last)


def _to_host(answer: torch.Tensor) -> torch.Tensor:
    """A copy in the host's memory, there once the device has come so far."""
    answer = answer.float().contiguous()
    return torch.empty_like(answer, device="cpu", pin_memory=True).copy_(answer, non_blocking=True)


def _when_done(done: torch.cuda.Event, maps: torch.Tensor, middle: torch.Tensor) -> Features:
    done.synchronize()
    return Features(maps.numpy(), middle.numpy())
