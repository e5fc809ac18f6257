"""Makes `import torchvision` work beside a CPU build of torch.

torchvision from the package index is built against the CUDA build of torch; beside a CPU build its
operator library cannot load, and its Python code then stops with «operator torchvision::nms does not
exist» (pytorch/vision#9085). Declaring the two schemas it looks for is enough: Lungfield uses
torchvision's networks and weights, never its detection operators.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import torch

# Held for the life of the process: torch drops a Library's definitions when it is collected.
_declared: list[torch.library.Library] = []


def prepare_torchvision() -> None:
    """Call before the first `import torchvision`. Does nothing where it would load by itself."""
    if _declared or torch.version.cuda is not None or _operators_load():
        return
    library = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.append(library)


def _operators_load() -> bool:
    spec = importlib.util.find_spec("torchvision")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or []:
        for built in [*Path(folder).glob("_C*.so"), *Path(folder).glob("_C*.pyd")]:
            try:
                torch.ops.load_library(str(built))
            except OSError:
                return False
            return True
    return False
