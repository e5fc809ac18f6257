"""Generated pictures for the tests: no patient's scan is needed to run them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def radiograph(seed: int, opacity: bool = False, size: tuple[int, int] = (256, 288)) -> NDArray[np.uint8]:
    """A picture that looks roughly like a frontal chest X-ray: uint8 [H, W], bright = dense.

    The same arguments always give the same picture. Anatomy (width of the chest, tilt, exposure) varies
    with `seed` and does not depend on `opacity`, so the pair `(seed, False)`, `(seed, True)` differs by the
    opacity alone: one or two soft-edged patches inside a lung.

    Args:
        seed: which patient.
        opacity: with a consolidation, or with clear lungs.
        size: height and width in pixels, at least 32 each.
    """
    random = np.random.default_rng(seed)
    height, width = size
    tilt, scale, shift = random.normal(0, 0.04), random.uniform(0.9, 1.08), random.normal(0, 0.03, 2)
    v, u = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    x = (u * np.cos(tilt) - v * np.sin(tilt) - shift[0]) / scale
    y = (u * np.sin(tilt) + v * np.cos(tilt) - shift[1]) / scale

    body = _soft(1 - (np.abs(x) / (0.95 - 0.25 * np.exp(-((y + 1.1) ** 2) / 0.12))) ** 6, 0.3)
    heart = _soft(_disc(x, y, (0.13, 0.34), (0.34, 0.34)), 0.5)
    lungs = np.maximum(_lung(x, y, -0.42), _lung(x, y, 0.42)) * (1 - heart)
    ribs = np.maximum(np.sin(20 * (y - 0.5 * (np.abs(x) - 0.42) ** 2) + random.uniform(0, 6)), 0) ** 2
    picture = 0.06 + 0.52 * body - 0.36 * lungs
    picture += 0.16 * body * np.exp(-((x / 0.11) ** 2)) + 0.1 * heart  # spine, mediastinum, heart
    picture += 0.07 * lungs * ribs
    picture += 0.03 * lungs * _smooth_noise(random, size, width / 60)  # vessels
    grain = random.normal(0, 0.012, size)
    gain, offset = random.uniform(0.9, 1.1), random.uniform(-0.03, 0.03)
    for side, depth, height_, width_ in random.uniform((0, -0.1, 0.16, 0.12), (1, 0.5, 0.26, 0.2), (2, 4)):
        if opacity:
            centre = 0.42 if side < 0.5 else -0.42
            patch = np.exp(-(((x - centre) / width_) ** 2) - ((y - depth) / height_) ** 2)
            picture += 0.3 * patch * np.maximum(lungs, 0.2)
    return np.clip(255 * (gain * picture + offset + grain), 0, 255).round().astype(np.uint8)


def _soft(value: Plane, edge: float) -> Plane:
    """0 below zero, 1 above `edge`, smooth between."""
    t = np.clip(value / edge, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _disc(x: Plane, y: Plane, centre: tuple[float, float], radii: tuple[float, float]) -> Plane:
    """1 at the centre of an ellipse, 0 on its edge, negative outside."""
    return np.asarray(1 - ((x - centre[0]) / radii[0]) ** 2 - ((y - centre[1]) / radii[1]) ** 2, np.float32)


def _lung(x: Plane, y: Plane, centre: float) -> Plane:
    """A tall oval that is narrow at the apex and cut by the diaphragm."""
    half = 0.27 + 0.08 * np.clip(y, -0.8, 0.6)
    oval = 1 - ((x - centre * (0.92 + 0.1 * y)) / half) ** 2 - (np.minimum(y + 0.05, 0) / 0.75) ** 2
    diaphragm = 0.62 - 0.9 * (x - centre) ** 2 - y
    return _soft(oval, 0.35) * _soft(diaphragm, 0.12)


def _smooth_noise(random: np.random.Generator, size: tuple[int, int], sigma: float) -> Plane:
    noise = cv2.GaussianBlur(random.normal(0, 1, size).astype(np.float32), (0, 0), max(sigma, 0.5))
    return np.asarray(noise / (noise.std() + 1e-6), np.float32)
