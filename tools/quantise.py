"""Make the OpenVINO forms of a model anew, from its weights, and measure int8 on its validation scans.

    python tools/quantise.py resources/models/lungfield-resnet18.safetensors DATA/paediatric DATA/adult

The DATASETs are those it was trained on: they are split as they were then. The weights stay as they are.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch

from core.cli.terminal import TerminalProgress
from core.datasets.inspection import load_and_split
from core.imaging.preprocess import normalise
from core.learning.estimated import CALIBRATION_SCANS, STATISTICS_SCANS
from core.learning.finish import of_every_set
from core.learning.int8 import check_int8, probabilities_of
from core.learning.recipe import Recipe
from core.model import checkpoint
from core.model.export import export_graphs
from core.model.network import build


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("datasets", type=Path, nargs="+")
    chosen = parser.parse_args()
    before = checkpoint.load(chosen.model)
    said = before.training["recipe"]
    known = {field.name for field in fields(Recipe)}
    recipe = Recipe(
        **{name: tuple(v) if isinstance(v, list) else v for name, v in said.items() if name in known}
    )
    with TerminalProgress() as progress:
        scans, _ = load_and_split(
            chosen.datasets,
            recipe.preprocessing,
            recipe.validation_share,
            recipe.seed,
            recipe.validation,
            progress,
        )
        held = np.flatnonzero([sample.split == "val" for sample in scans.samples])
        # As `finish` chooses them
        some = of_every_set(scans.samples, STATISTICS_SCANS, np.random.default_rng(recipe.seed))
        some = some[:CALIBRATION_SCANS]
        network = build(before.backbone, before.head, focus=before.is_focused).eval()
        network.load_state_dict({name: torch.from_numpy(v.copy()) for name, v in before.weights.items()})
        spec = before.preprocessing
        pictures = scans.pixels[some].astype(np.float32) / np.float32(255)
        calibration = [normalise(picture, spec)[None, None] for picture in pictures]
        made = replace(before, graphs=export_graphs(network.backbone, spec.size, calibration))
        samples = [scans.samples[row] for row in held]
        check = check_int8(
            made,
            scans.pixels[held],
            np.array([sample.label for sample in samples]),
            [sample.dataset for sample in samples],
            probabilities_of(made, "fp32", scans.pixels[held], progress),
            progress,
        )
    checkpoint.save(replace(made, int8_check=check), chosen.model)
    print(check)
    return 0


if __name__ == "__main__":
    sys.exit(main())
