"""Where in a picture evidence may come from: the lungs of the average chest.

Disease that a chest X-ray is read for lies in the lungs; letters, tubes and the machine's own framing lie
mostly elsewhere, and tell a network which ward a scan is from. Weighing the last feature map before it is
averaged keeps the decision, and with it the evidence map, to the lungs: a fixed attention, known before any
label is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Relative weight of each cell, left to the spine; the right half mirrors it. Made by `tools/lung_atlas.py`
#: of normal scans of both sets, each set counting alike.
_LEFT_HALF = (
    (0.01, 0.05, 0.17, 0.08),
    (0.02, 0.47, 1.78, 0.80),
    (0.05, 1.55, 3.75, 1.37),
    (0.17, 2.57, 3.39, 0.87),
    (0.37, 2.80, 2.38, 0.52),
    (0.40, 1.44, 0.88, 0.22),
    (0.10, 0.15, 0.05, 0.01),
)

#: Cells along a side.
SIDE = 7

#: Power that the weights above are raised to. The map of evidence is drawn between the middles of cells and
#: so spreads beyond them, and a cell sees more of the picture than its own part.
_SHARPER = 1.25


def lung_weights() -> NDArray[np.float32]:
    """Weights float32 [SIDE, SIDE], 1 on average."""
    left = np.array(_LEFT_HALF, np.float32) ** _SHARPER
    whole = np.concatenate([left, left[:, -2::-1]], axis=1)
    return np.asarray(whole / whole.mean(), np.float32)
