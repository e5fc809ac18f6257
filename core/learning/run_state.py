"""What an interrupted training run needs to go on as if it had not been interrupted.

One safetensors file, written whole after each epoch: numbers as tensors, the rest as JSON. Random
numbers need no state: every epoch seeds its own.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.errors import LungfieldError
from core.files import write_whole

_METADATA_KEY = "lungfield-run"


@dataclass
class RunState:
    """After how many epochs, with which numbers.

    Attributes:
        described: JSON values: the recipe, a fingerprint of the data, scheduler, history.
        tensors: by name: weights, their average, the best ones, the optimiser's moments.
    """

    described: dict[str, Any]
    tensors: dict[str, Tensor] = field(default_factory=dict)

    def put(self, prefix: str, values: dict[str, Tensor]) -> None:
        for name, value in values.items():
            # A copy: two names of one piece of memory are not allowed in the file.
            self.tensors[f"{prefix}/{name}"] = value.detach().cpu().clone().contiguous()

    def get(self, prefix: str) -> dict[str, Tensor]:
        start = f"{prefix}/"
        return {name[len(start) :]: value for name, value in self.tensors.items() if name.startswith(start)}

    def put_optimizer(self, optimizer: torch.optim.Optimizer) -> None:
        state = optimizer.state_dict()
        self.described["param_groups"] = state["param_groups"]
        for index, moments in state["state"].items():
            self.put(f"optimizer/{index}", moments)

    def get_optimizer(self) -> dict[str, Any]:
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in self.get("optimizer").items():
            index, moment = name.split("/")
            state.setdefault(int(index), {})[moment] = value
        return {"state": state, "param_groups": self.described["param_groups"]}


def save_state(state: RunState, path: Path) -> None:
    from safetensors.torch import save

    write_whole(path, save(state.tensors, metadata={_METADATA_KEY: json.dumps(state.described)}))


def load_state(path: Path) -> RunState:
    """Raises LungfieldError where the file is damaged or something else."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            described = json.loads((file.metadata() or {})[_METADATA_KEY])
            # Copies: a view keeps the file mapped, and Windows replaces no file that is
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
            return RunState(described, tensors)
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise LungfieldError(f"{path} does not hold an interrupted run", "begin a new training") from error


def digest(weights: dict[str, Tensor]) -> str:
    """Changes when any of them does."""
    hashed = hashlib.sha256()
    for name in sorted(weights):
        hashed.update(name.encode() + weights[name].detach().cpu().contiguous().numpy().tobytes())
    return hashed.hexdigest()
