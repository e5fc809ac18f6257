"""Where the lungs of the average chest are, from normal scans: the numbers of `core/model/focus.py`.

    python tools/lung_atlas.py DATA/paediatric DATA/adult

Lungs are not marked in the scans. They are taken to be what is darker than its surroundings, which is rough
on one scan and good on the average of hundreds. The sets count alike; left and right are averaged.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.decode import decode_file
from core.imaging.scan import Pixels
from core.model.focus import SIDE

_SCANS = 200


def main() -> int:
    atlases = []
    for source in map(Path, sys.argv[1:]):
        files = sorted((source / "NORMAL").iterdir())
        some = np.random.default_rng(0).permutation(len(files))[:_SCANS]
        atlas = np.mean([dark_fields(decode_file(files[i]).windowed()) for i in some], axis=0)
        atlases.append(atlas / atlas.max())
    if not atlases:
        print(__doc__)
        return 2
    mean = np.mean(atlases, axis=0)
    soft = cv2.GaussianBlur(((mean + mean[:, ::-1]) / 2).astype(np.float32), (0, 0), 10)
    cells = cv2.resize(soft, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    print(np.array2string(cells / cells.mean(), precision=2, suppress_small=True))
    return 0


def dark_fields(pixels: Pixels) -> NDArray[np.float32]:
    """Where the lungs of a healthy chest are, roughly: float32 [224, 224], 1 in them.

    What is darker than its wide surroundings, large, and in the middle of the picture.
    """
    small = 255 * cv2.resize(pixels, (224, 224), interpolation=cv2.INTER_AREA)
    soft, wide = (cv2.GaussianBlur(small, (0, 0), sigma) for sigma in (3, 45))
    dark = ((soft - wide < -4) & (soft > 25)).astype(np.uint8)
    dark = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    count, parts, facts, centres = cv2.connectedComponentsWithStats(dark)
    lungs = np.zeros((224, 224), np.float32)
    for part in range(1, count):
        left, top, width, _, area = facts[part]
        within = left > 4 and left + width < 220 and top > 4
        if area > 1200 and within and (np.abs(centres[part] - 112) < 80).all():
            lungs[parts == part] = 1
    return lungs


if __name__ == "__main__":
    sys.exit(main())
