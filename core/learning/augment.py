"""Random changes to training scans, on whole batches, in torch.

What a ward's scans differ by and a reading must not: position, size, brightness, contrast, gamma,
sharpness, noise, and things that cover part of the chest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.imaging.preprocess import (
    EPSILON,
    TONE_DARKEST,
    TONE_MARGIN,
    TONE_MOST,
    TONE_PLACES,
    Preprocessing,
)


@dataclass(frozen=True)
class Augmentation:
    """How far each change may go; 0 leaves it out.

    Attributes:
        rotate: largest rotation either way, degrees.
        scale, aspect: largest change of size and of width against height, as a natural logarithm.
        shift: largest displacement, as a share of the side.
        flip: probability of left for right.
        gamma: largest change of the exponent, as a natural logarithm.
        contrast: largest change of contrast and of brightness, as a share.
        gain: largest change of what every grey is multiplied by, as a natural logarithm; what gets lighter
            than white is white, as in an overexposed picture.
        blur: share of pictures that lose resolution.
        noise: largest standard deviation of added noise, grey values in 0..1.
        detail: largest weakening and strengthening of fine structures, as a natural logarithm: what machines
            sharpen or smooth differently.
        erase: probability that a rectangle is covered.
        often: probability of being moved, and of getting noise. Moving resamples a picture and so softens
            it; a model that never saw a sharp one reads the sharp ones worse.
    """

    rotate: float = 0.0
    scale: float = 0.0
    aspect: float = 0.0
    shift: float = 0.0
    flip: float = 0.0
    gamma: float = 0.0
    contrast: float = 0.0
    gain: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    detail: float = 0.0
    erase: float = 0.0
    often: float = 1.0


POLICIES = {
    "none": Augmentation(),
    "flips": Augmentation(rotate=10, flip=0.5),
    "strong": Augmentation(
        rotate=15,
        scale=0.2,
        aspect=0.15,
        shift=0.1,
        flip=0.5,
        gamma=0.5,
        contrast=0.25,
        blur=0.25,
        noise=0.04,
        erase=0.4,
        often=0.75,
    ),
    # Of the bundled model, which meets the scans of many machines.
    "wide": Augmentation(
        rotate=15,
        scale=0.25,
        aspect=0.2,
        shift=0.12,
        flip=0.5,
        gamma=0.6,
        contrast=0.3,
        gain=0.35,
        blur=0.3,
        noise=0.04,
        detail=0.8,
        erase=0.5,
        often=0.75,
    ),
}


class Augmenter:
    """Applies one policy with random numbers of its own, so that a run can be repeated."""

    def __init__(self, policy: Augmentation, seed: int) -> None:
        self._policy = policy
        # Drawn on the CPU whatever the device: the same seed is the same run everywhere.
        self.random = torch.Generator().manual_seed(seed)

    def __call__(self, pictures: Tensor) -> Tensor:
        """Changed copies of `pictures`, float [N, 1, S, S] in 0..1; any device."""
        policy = self._policy
        if policy == POLICIES["none"]:
            return pictures
        if policy.rotate or policy.scale or policy.aspect or policy.shift or policy.flip:
            pictures = self._move(pictures)
        if policy.blur:
            pictures = self._blur(pictures)
        if policy.detail:
            pictures = self._change_detail(pictures)
        if policy.gamma or policy.contrast or policy.gain:
            pictures = self._relight(pictures)
        if policy.noise:
            pictures = self._add_noise(pictures)
        if policy.erase:
            pictures = self._erase(pictures)
        return pictures

    def _within(self, pictures: Tensor, reach: float) -> Tensor:
        """One number for each picture, uniform in -reach..reach: [N]."""
        numbers = torch.rand(len(pictures), generator=self.random) * 2 - 1
        return (numbers * reach).to(pictures.device)

    def _chance(self, pictures: Tensor, probability: float) -> Tensor:
        """True with `probability` for each picture: bool [N]."""
        return (torch.rand(len(pictures), generator=self.random) < probability).to(pictures.device)

    def _move(self, pictures: Tensor) -> Tensor:
        """Rotation, size, aspect, shift and flip as one affine map; black comes in from outside."""
        policy = self._policy
        moved = self._chance(pictures, policy.often)
        angle = moved * self._within(pictures, math.radians(policy.rotate))
        size = moved * self._within(pictures, policy.scale)
        aspect = moved * self._within(pictures, policy.aspect) / 2
        across, down = torch.exp(size + aspect), torch.exp(size - aspect)
        across = torch.where(self._chance(pictures, policy.flip), -across, across)
        cos, sin = torch.cos(angle), torch.sin(angle)
        # The side runs from -1 to 1 in affine_grid's units, hence twice the shift.
        shift_x, shift_y = (moved * self._within(pictures, 2 * policy.shift) for _ in range(2))
        rows = [
            torch.stack([cos * across, -sin * down, shift_x], 1),
            torch.stack([sin * across, cos * down, shift_y], 1),
        ]
        shape = list(pictures.shape)
        grid = functional.affine_grid(torch.stack(rows, 1), shape, align_corners=False)
        return functional.grid_sample(pictures, grid, padding_mode="zeros", align_corners=False)

    def _blur(self, pictures: Tensor) -> Tensor:
        """Down to 40..100% of the resolution and up again, one factor for the batch."""
        side = pictures.shape[-1]
        smaller = max(8, int(side * (0.4 + 0.6 * torch.rand((), generator=self.random).item())))
        low = functional.interpolate(pictures, size=(smaller, smaller), mode="area")
        soft = functional.interpolate(low, size=(side, side), mode="bilinear", align_corners=False)
        return torch.where(_each(self._chance(pictures, self._policy.blur)), soft, pictures)

    def _change_detail(self, pictures: Tensor) -> Tensor:
        """Fine structures, of one scale for the batch, weaker or stronger: unsharp masking either way."""
        side = pictures.shape[-1]
        reach = int(side * (0.01 + 0.06 * torch.rand((), generator=self.random).item()))
        coarse = functional.avg_pool2d(
            functional.pad(pictures, (reach,) * 4, mode="replicate"), 2 * reach + 1, stride=1
        )
        strength = _each(torch.exp(self._within(pictures, self._policy.detail)))
        return (coarse + strength * (pictures - coarse)).clamp(0, 1)

    def _relight(self, pictures: Tensor) -> Tensor:
        policy = self._policy
        gamma = _each(torch.exp(self._within(pictures, policy.gamma)))
        contrast = _each(1 + self._within(pictures, policy.contrast))
        brightness = _each(self._within(pictures, policy.contrast)) / 3
        gain = _each(torch.exp(self._within(pictures, policy.gain)))
        lit = (pictures.clamp(1e-4, 1) ** gamma * gain).clamp(0, 1)
        return ((lit - 0.5) * contrast + 0.5 + brightness).clamp(0, 1)

    def _add_noise(self, pictures: Tensor) -> Tensor:
        noisy = self._chance(pictures, self._policy.often)
        level = _each(noisy * self._within(pictures, self._policy.noise).abs())
        noise = torch.randn(pictures.shape, generator=self.random).to(pictures.device)
        return (pictures + level * noise).clamp(0, 1)

    def _erase(self, pictures: Tensor) -> Tensor:
        """A rectangle of one grey value, sides 10..40% of the picture's (Zhong et al. 2020)."""
        side = pictures.shape[-1]
        places = torch.arange(side, device=pictures.device) / side
        inside = _each(self._chance(pictures, self._policy.erase))
        for axis in (2, 3):
            centre, half = self._within(pictures, 0.5) + 0.5, self._within(pictures, 0.075) + 0.125
            span = (places[None] - centre[:, None]).abs() < half[:, None]
            inside = inside & span.unsqueeze(1).unsqueeze(5 - axis)
        grey = _each(self._within(pictures, 0.5) + 0.5)
        return torch.where(inside, grey, pictures)


def _each(values: Tensor) -> Tensor:
    """[N] as [N, 1, 1, 1]."""
    return values[:, None, None, None]


class Mix:
    """Mixes each picture of a batch, and its label, with another's: MixUp (Zhang et al., ICLR 2018).

    The picture itself has the larger share, so that it can still be told what it is taken for.

    Args:
        parameter: of the symmetric Beta distribution of the shares; 0 leaves batches as they are.
    """

    def __init__(self, parameter: float, seed: int) -> None:
        self._parameter = parameter
        self._random = np.random.default_rng(seed)

    def __call__(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """`x` float [n, …] and `labels` int64 [n]: as they are, or mixed, with the classes' shares float
        [n, 2] in place of labels."""
        if not self._parameter:
            return x, labels
        share = self._random.beta(self._parameter, self._parameter)
        share = max(share, 1 - share)
        others = torch.from_numpy(self._random.permutation(len(x))).to(x.device)
        targets = functional.one_hot(labels, 2).to(x.dtype)
        mixed = share * x + (1 - share) * x[others]
        return mixed, share * targets + (1 - share) * targets[others]


def normalise_batch(pictures: Tensor, spec: Preprocessing) -> Tensor:
    """`core.imaging.preprocess.normalise` for a tensor [N, 1, S, S]; a test holds them equal."""
    if spec.tone:
        pictures = _toned(pictures, spec.tone)
    if spec.standardise:
        std, mean = torch.std_mean(pictures, (-2, -1), correction=0, keepdim=True)
        pictures = (pictures - mean) / (std + EPSILON)
    return (pictures - spec.mean) / spec.std


def _toned(pictures: Tensor, share: float) -> Tensor:
    """`core.imaging.preprocess.toned` for a tensor [N, 1, S, S]."""
    margin = int(pictures.shape[-1] * TONE_MARGIN)
    end = pictures.shape[-1] - margin
    ordered = pictures[..., margin:end, margin:end].flatten(2).sort(-1).values
    (darker, to_darker), (lighter, to_lighter) = TONE_PLACES
    low, first, second = (
        ordered[..., int(share * (ordered.shape[-1] - 1)), None, None]
        for share in (TONE_DARKEST, darker, lighter)
    )
    first, second = (first - low).clamp(min=EPSILON), (second - low).clamp(min=EPSILON)
    between = (first / second).log().clamp(max=-EPSILON)
    exponent = (math.log(to_darker / to_lighter) / between).clamp(1 / TONE_MOST, TONE_MOST)
    exponent = exponent**share
    reach = second / to_lighter ** (1 / exponent)
    return ((pictures - low) / reach).clamp(0, 1) ** exponent
