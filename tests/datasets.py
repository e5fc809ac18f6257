"""DATASETs of generated scans on disk."""

from __future__ import annotations

from pathlib import Path

import cv2

from core.datasets.dataset import Sample, Split
from core.model.checkpoint import CLASSES
from tests.pictures import radiograph


def write_dataset(root: Path, each: int = 12, side: int = 72, first: int = 0, start: int = 1) -> Path:
    """`each` scans of each class, two of every patient: `root/NORMAL/person1_0.png` and so on.

    Args:
        first: the seed of the first picture.
        start: the number of the first patient.
    """
    for label, name in enumerate(CLASSES):
        folder = root / name
        folder.mkdir(parents=True)
        for index in range(each):
            patient = start + index // 2 + label * 1000
            picture = radiograph(first + index + label * 500, opacity=bool(label), size=(side, side))
            cv2.imwrite(str(folder / f"person{patient}_{index}.png"), picture)
    return root


def sample_of(
    patient: str, label: int = 0, part: Split = "train", sha256: str = "", dataset: str = "a"
) -> Sample:
    """A sample of a file that there is not."""
    return Sample(Path(f"{dataset}/{label}/{patient}-{sha256}"), label, dataset, part, patient, sha256)
