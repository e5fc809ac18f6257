"""Chest X-rays drawn for pictures of the window: no scan of a real person may be in the project.

They start from the tests' `radiograph` and get what an eye misses there: domes of the diaphragm, ribs,
collar bones, vessels, patchy opacities, a lead letter. They are for looking at and mean nothing medically.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.pictures import radiograph

Plane = NDArray[np.float32]


def drawn_scan(seed: int, severity: float = 0.0, size: tuple[int, int] = (1200, 1400)) -> NDArray[np.uint8]:
    """A picture that looks like a frontal chest X-ray: uint8 [H, W], bright = dense.

    The same arguments always give the same picture; another size gives another patient.

    Args:
        seed: which patient.
        severity: of the opacities, from 0 for clear lungs to about 1.
        size: height and width in pixels.
    """
    random = np.random.default_rng((seed, 1))
    v, u = np.mgrid[-1 : 1 : size[0] * 1j, -1 : 1 : size[1] * 1j].astype(np.float32)
    clear = radiograph(seed, False, size).astype(np.float32) / 255
    opacity = np.maximum(radiograph(seed, True, size).astype(np.float32) / 255 - clear, 0)
    shape = _shape_of(u, v, random)
    clear, opacity = (_blurred(_seen_through(plane, *shape), 0.006) for plane in (clear, opacity))

    lungs = _lungs(clear, u, v)
    picture = clear + _great_vessels(u, v) * np.maximum(0.58 - clear, 0)
    picture += 0.02 * _bump(u, 0, 0.1) * np.sin(34 * v + random.uniform(0, 6))  # vertebrae
    picture += 0.09 * np.clip((v - 0.35) / 0.5, 0, 1)  # the belly
    picture += (0.025 + 0.05 * lungs) * _ribs(u, v, random) + 0.05 * _collar_bones(u, v, random)
    picture += lungs * _vessels(u, v, random)
    patchy = opacity * (1 + 0.3 * _cloud(random, size, 0.025))
    picture += 0.34 * (1 - np.exp(-severity * patchy / 0.3))  # however dense, it is no metal
    picture += 0.006 * _cloud(random, size, 0.004)
    picture = _blurred(_film(picture), 0.0012) + random.normal(0, 0.006, size)
    letter = _letter(size, random)
    picture = picture * (1 - letter) + 0.96 * letter
    return np.clip(255 * picture, 0, 255).round().astype(np.uint8)


def _shape_of(u: Plane, v: Plane, random: np.random.Generator) -> tuple[Plane, Plane]:
    """Where in the tests' picture each place lies: a chest that fills the film, on domes of a diaphragm."""
    away = np.abs(u)
    bend = [0.012 * _cloud(random, u.shape, 0.12) for _ in range(2)]
    domes = 0.13 * _bump(away, 0.4, 0.2) * _bump(v, 0.55, 0.25)
    corners = 0.07 * _bump(away, 0.74, 0.1) * _bump(v, 0.7, 0.25)
    heart = 0.06 * _bump(u, 0.25, 0.2) * _bump(v, 0.1, 0.22)  # its left side runs down to the tip
    across = u * (0.88 - 0.05 * _bump(v, 0.3, 0.5)) + heart
    down = 0.9 * v - 0.06 + domes - corners
    return across + bend[0], down + bend[1]


def _seen_through(plane: Plane, x: Plane, y: Plane) -> Plane:
    """`plane` as `x`, `y` (-1..1 across it) see it."""
    height, width = plane.shape
    columns, rows = (x + 1) / 2 * (width - 1), (y + 1) / 2 * (height - 1)
    return cv2.remap(plane, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _lungs(clear: Plane, u: Plane, v: Plane) -> Plane:
    """0..1: the dark part inside the body."""
    dark = np.clip((0.44 - _blurred(clear, 0.01)) / 0.14, 0, 1)
    return dark * np.clip((0.9 - np.abs(u)) / 0.1, 0, 1) * np.clip((v + 0.95) / 0.1, 0, 1)


def _great_vessels(u: Plane, v: Plane) -> Plane:
    """0..1: how far they fill the lungs beside the spine, above the heart."""
    left = 0.9 * _bump(u, 0.16, 0.11) * _bump(v, -0.3, 0.17)
    left += 0.5 * _bump(u, 0.3, 0.14) * _bump(v, 0.06, 0.16)
    right = 0.8 * _bump(u, -0.16, 0.08) * _bump(v, -0.25, 0.4)
    return np.clip(left + right, 0, 1)


def _ribs(u: Plane, v: Plane, random: np.random.Generator) -> Plane:
    """0..1: bands that leave the spine and fall away to the sides, each brighter along its edges."""
    away = np.abs(u)
    thorax = np.clip((0.86 - away) / 0.06, 0, 1) * np.clip((away - 0.1) / 0.1, 0, 1)
    thorax = thorax * np.clip((v + 0.88) / 0.1, 0, 1) * np.clip((0.75 - v) / 0.2, 0, 1)
    height = v + 0.25 * (away - 0.3) - 0.75 * np.clip(away - 0.25, 0, 1) ** 2
    phase = height / 0.19 + random.uniform(0, 1)
    across = np.abs(phase - np.round(phase)) * 2  # 0 in the middle of a rib, 1 half-way to the next
    band = np.clip((0.62 - across) / 0.16, 0, 1)
    return np.asarray(thorax * band * (0.6 + 0.4 * _bump(across, 0.5, 0.14)), np.float32)


def _collar_bones(u: Plane, v: Plane, random: np.random.Generator) -> Plane:
    away = np.abs(u)
    middle = -0.66 - 0.16 * (away - 0.1) + 0.05 * np.sin(5 * away) + random.normal(0, 0.02)
    ends = np.clip((away - 0.08) / 0.05, 0, 1) * np.clip((0.85 - away) / 0.1, 0, 1)
    return ends * np.clip((0.04 - np.abs(v - middle)) / 0.012, 0, 1)


def _vessels(u: Plane, v: Plane, random: np.random.Generator) -> Plane:
    """Streaks that run outwards from both hila, not quite straight, and thin out."""
    total = np.zeros_like(u)
    for side in (-1, 1):
        x, y = u - side * 0.17, v + 0.03
        radius = np.hypot(x, y)
        angle = np.arctan2(y, side * x) + 0.1 * _cloud(random, u.shape, 0.04) + 0.5 * radius
        noise = random.normal(0, 1, (48, 170)).astype(np.float32)
        noise = cv2.GaussianBlur(noise, (0, 0), sigmaX=1.3, sigmaY=5)
        columns, rows = (angle / np.pi + 1) * 80, np.clip(radius, 0, 1) * 47
        streaks = np.clip(cv2.remap(noise / noise.std(), columns, rows, cv2.INTER_CUBIC), -0.5, 2)
        fading = np.exp(-radius / 0.35) * np.clip((radius - 0.05) / 0.12, 0, 1)
        total += (side * u > 0) * (0.085 * streaks * fading + 0.09 * _bump(radius, 0, 0.13))
    return total


def _film(picture: Plane) -> Plane:
    """The curve of a film: soft in the dark and in the bright."""
    x = np.clip((picture - 0.04) / 0.86, 0, 1.1)
    return np.asarray(0.03 + 0.92 * (0.55 * x + 0.45 * x * x * (3 - 2 * x)), np.float32)


def _letter(size: tuple[int, int], random: np.random.Generator) -> Plane:
    """The lead letter that marks the patient's right, which is on the left of the picture: 0..1."""
    height, width = size
    where = round(width * random.uniform(0.04, 0.08)), round(height * random.uniform(0.1, 0.14))
    mask = np.zeros(size, np.uint8)
    stroke = max(round(width / 230), 1)
    cv2.putText(mask, "R", where, cv2.FONT_HERSHEY_SIMPLEX, width / 700, 255, stroke, cv2.LINE_AA)
    return mask.astype(np.float32) / 255


def _bump(x: Plane, centre: float, width: float) -> Plane:
    return np.exp(-(((x - centre) / width) ** 2))


def _blurred(plane: Plane, share: float) -> Plane:
    """Blurred by a share of the width."""
    return cv2.GaussianBlur(plane, (0, 0), max(share * plane.shape[1], 0.3))


def _cloud(random: np.random.Generator, size: tuple[int, ...], share: float) -> Plane:
    """Smooth noise of mean 0 and standard deviation 1; `share` of the width is its grain."""
    coarse = max(round(8 * share * size[1] / 12), 1)  # drawn small and enlarged: a wide blur is slow
    small = random.normal(0, 1, (size[0] // coarse + 2, size[1] // coarse + 2)).astype(np.float32)
    smooth = cv2.GaussianBlur(small, (0, 0), max(share * size[1] / coarse, 0.5))
    whole = cv2.resize(smooth, size[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(whole / whole.std(), np.float32)
