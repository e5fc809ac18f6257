"""From a Scan to the network's input: one definition for training, evaluation and reading."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.scan import Pixels, Scan


@dataclass(frozen=True)
class Preprocessing:
    """The parameters of `preprocess`, stored in every checkpoint.

    Attributes:
        size: side of the square input in pixels. The scan is squeezed into it, not cropped: nothing
            at the edge of a lung may be lost, and the public training sets are squeezed alike.
        mean, std: subtracted from, and divided into, grey values in 0..1. Where `standardise` is
            set they act on the standardised picture and are then best left at 0 and 1.
        standardise: first bring each picture to mean 0 and standard deviation 1, so that a
            machine's own brightness and contrast say nothing.
        tone: before that, bring each picture's darkest and two middle grey values to fixed places, by a
            stretch and a gamma, so that an exposure's gamma says nothing either: see `toned`. 0: not at
            all; 1: wholly; between: stretched wholly, and bent by that share of the gamma's logarithm, so
            that the rest of what an exposure says is still there.
    """

    size: int = 224
    mean: float = 0.5
    std: float = 0.5
    standardise: bool = False
    tone: float = 0.0

    @property
    def decode_side(self) -> int:
        """Shorter side in pixels that a decoder should leave, where it can decode smaller.

        Twice the input's, so that the last step down is always our own area average.
        """
        return 2 * self.size


#: Added to a picture's standard deviation, so that a blank one does not divide by nothing.
EPSILON = 1e-3

#: Grey values that `equalised` tells apart.
GREYS = 1024


def preprocess(scan: Scan, spec: Preprocessing) -> NDArray[np.float32]:
    """The network's input for one scan as its file asks to be displayed: float32 [1, size, size]."""
    return normalise(squeezed(scan, spec), spec)[None]


def squeezed(scan: Scan, spec: Preprocessing) -> Pixels:
    """The scan as its file asks to be displayed, at the network's size: float32 [size, size] in 0..1."""
    return shrink(scan.windowed(), spec.size)


def shrink(pixels: Pixels, size: int) -> Pixels:
    """`pixels` [H, W] squeezed to float32 [size, size] by area averaging (bilinear where it grows)."""
    if pixels.shape == (size, size):
        return pixels
    return cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def normalise(pixels: NDArray[np.float32], spec: Preprocessing) -> NDArray[np.float32]:
    """Grey values float32 [..., H, W] in 0..1 to the network's units, picture by picture."""
    if spec.tone:
        pixels = toned(pixels, spec.tone)
    if spec.standardise:
        mean = pixels.mean((-2, -1), keepdims=True)
        pixels = (pixels - mean) / (pixels.std((-2, -1), keepdims=True) + EPSILON)
    return ((pixels - spec.mean) / spec.std).astype(np.float32)


#: Where in a picture its tone is measured: without so much of each side, where borders, letters and, after
#: turning, nothing may lie.
TONE_MARGIN = 1 / 8

#: What counts as darkest, as a share of the pixels; and two such shares with the grey each of them goes to,
#: which is about where they are in a well exposed scan. Neither is light: an overexposed picture has lost
#: what is lightest, and by places there would be toned as another.
TONE_DARKEST = 0.005
TONE_PLACES = ((0.25, 0.336), (0.6, 0.633))

#: How far the exponent may be from 1, as a factor.
TONE_MOST = 4.0


def toned(pixels: NDArray[np.float32], share: float = 1.0) -> NDArray[np.float32]:
    """Grey values float32 [..., H, W] in 0..1, stretched and bent so that in the inner part of each picture
    the darkest is 0 and two quantiles are at TONE_PLACES; what would be lighter than 1 is 1.

    Args:
        share: above 0, up to 1: how far it is bent. Below 1 the darker of the two quantiles is only brought
            nearer to its place.
    """
    height, width = pixels.shape[-2:]
    down, across = int(height * TONE_MARGIN), int(width * TONE_MARGIN)
    inner = pixels[..., down : height - down, across : width - across]
    # Not -1 for the last side, which no pictures at all would leave open
    inner = inner.reshape(*inner.shape[:-2], math.prod(inner.shape[-2:]))
    (darker, to_darker), (lighter, to_lighter) = TONE_PLACES
    places = [int(share * (inner.shape[-1] - 1)) for share in (TONE_DARKEST, darker, lighter)]
    ordered = np.partition(inner, places, axis=-1)
    low, first, second = (ordered[..., place, None, None] for place in places)
    first, second = np.maximum(first - low, EPSILON), np.maximum(second - low, EPSILON)
    between = np.minimum(np.log(first / second), -EPSILON)
    exponent = np.clip(math.log(to_darker / to_lighter) / between, 1 / TONE_MOST, TONE_MOST)
    exponent = exponent**share
    reach = second / to_lighter ** (1 / exponent)
    return np.asarray(np.clip((pixels - low) / reach, 0, 1) ** exponent, np.float32)


def equalised(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Grey values float32 [..., H, W] in 0..1 by rank within their picture, 0..1: histogram equalisation
    (Hummel 1977), each of GREYS values taking the middle of its share."""
    flat = pixels.reshape(-1, pixels.shape[-2] * pixels.shape[-1])
    made = np.empty(flat.shape, np.float32)
    for picture, into in zip(flat, made, strict=True):
        levels = (np.clip(picture, 0, 1) * (GREYS - 1) + 0.5).astype(np.int64)
        counts = np.bincount(levels, minlength=GREYS)
        middles = (np.cumsum(counts) - counts / 2) / len(picture)
        into[:] = middles.astype(np.float32)[levels]
    return made.reshape(pixels.shape)
