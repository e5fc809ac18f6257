"""Whether a scan is something the model can read at all, and what it is if not.

What is far from every kind of training scan is not read with confidence, whatever the head says of it. Far
is told by the backbone's mid-level features (texture, edges) together with how the grey is laid out
(`core.reading.layout`); that a DICOM file calls itself something else is believed at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.imaging.scan import DicomFacts, Pixels
from core.model.checkpoint import Checkpoint
from core.model.features import Calibration, FeatureGroup, FeatureStatistics, Layout
from core.reading.layout import amiss, laid_out, layout_features, upside_down

#: A picture whose grey values spread less than this (standard deviation, 0..1) shows nothing.
_BLANK = 0.01

UNLIKE = "does not look like a frontal chest X-ray"
BLANK = "blank picture"
COLOURED = "colour photograph or drawing"
SIDE_VIEW = "side view; only frontal chest X-rays can be read"
#: By what `core.reading.layout.amiss` says; each is followed by what to do.
TURNED = {
    "inverted": "inverted: press I and read it as displayed",
    "on its side": "lies on its side: turn it and read it as displayed",
    "on its other side": "lies on its side: turn it and read it as displayed",
    "upside down": "upside down: turn it and read it as displayed",
}

#: DICOM's modalities that are no projection radiographs of a chest (PS3.3, C.7.3.1.1.1), in words.
_OTHER_MODALITIES = {
    "CT": "computed tomography",
    "MR": "magnetic resonance",
    "US": "ultrasound",
    "NM": "nuclear medicine",
    "PT": "positron emission tomography",
    "MG": "mammography",
    "XA": "angiography",
    "IO": "a dental radiograph",
    "PX": "a dental radiograph",
    "BMD": "bone densitometry",
    "ES": "endoscopy",
    "OP": "ophthalmic photography",
    "OPT": "ophthalmic tomography",
    "SM": "microscopy",
    "GM": "microscopy",
    "XC": "a photograph",
    "ECG": "an electrocardiogram",
    "SEG": "a segmentation",
    "RTDOSE": "a radiotherapy dose",
}

#: View positions of a chest from the side (PS3.3, C.8.11.5.1.1: left, right; C.8.1.2: lateral). LLD and RLD
#: are none: of a patient who lies on a side, from the front. Whether that can be read the picture tells.
_SIDE_VIEWS = frozenset({"LL", "RL", "LATERAL", "LAT", "LEFT LATERAL", "RIGHT LATERAL"})

#: Body parts of which a chest is, or may be, seen (PS3.16, annex L).
_CHESTS = ("CHEST", "THORAX", "LUNG", "RIB", "HEART", "TRUNK", "BODY", "BABYGRAM", "CLAVICLE", "STERNUM")


@dataclass(frozen=True)
class Verdict:
    """The gate's answer: no reasons, no objection. Reasons are for a person to read."""

    reasons: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Likeness:
    """Which kind of training scan a scan is nearest to, and how near.

    Attributes:
        kind: its place among the groups of `FeatureStatistics`.
        strangeness: distance from it, in units of what is allowed: above 1 is too far.
        is_upside_down: it would be nearer turned about.
    """

    kind: int
    strangeness: float
    is_upside_down: bool = False


def judge(
    picture: Pixels,
    coloured: bool,
    facts: DicomFacts | None,
    likeness: Likeness | None,
    layout: Layout | None,
) -> Verdict:
    """The verdict on one scan.

    Args:
        picture: the windowed scan, float32 [S, S] in 0..1, as the network sees it.
        coloured: whether the file had visible colour.
        facts: what the DICOM file says of itself; None for pictures.
        likeness: to the training scans; None skips that check.
        layout: of training scans; None where it is not known.
    """
    if float(picture.std()) < _BLANK:
        return Verdict((BLANK,))
    reasons = _called_something_else(facts) if facts else []
    if likeness and likeness.strangeness > 1:
        if coloured:
            reasons.append(COLOURED)
        elif layout and (way := amiss(picture, layout)):
            reasons.append(TURNED[way])
        elif facts and (part := _other_part(facts)):
            reasons.append(part)
        if not reasons:
            reasons.append(UNLIKE)
    elif likeness and likeness.is_upside_down:
        reasons.append(TURNED["upside down"])
    return Verdict(tuple(reasons))


def likenesses(
    pictures: Sequence[Pixels], middle: NDArray[np.float32], known: FeatureStatistics
) -> list[Likeness]:
    """Which kind of training scan each picture is nearest to.

    Args:
        pictures: n windowed scans, float32 [S, S] in 0..1.
        middle: their pooled mid-level features, float32 [n, M].
    """
    laid = np.stack([laid_out(picture) for picture in pictures]) if known.layout else None
    return nearest(middle, laid, known)


def nearest(
    middle: NDArray[np.float32], laid: NDArray[np.float32] | None, known: FeatureStatistics
) -> list[Likeness]:
    """As `likenesses`, of layouts float32 [n, GRID²]; None where `known` has none."""
    features = joined(middle, laid, known)
    away = np.stack([distances(features, group) / group.limit for group in known.groups], axis=1)
    turned = np.zeros(len(middle), bool)
    if laid is not None and known.layout:
        turned = upside_down(laid, known.layout)
    return [
        Likeness(int(row.argmin()), float(row.min()), bool(about))
        for row, about in zip(away, turned, strict=True)
    ]


def calibrations(
    likenesses: Sequence[Likeness | None], model: Checkpoint
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Temperature and offset [n] for each of n scans: of its kind, or else the model's."""
    shared = Calibration(model.temperature)
    groups = model.features.groups if model.features else ()
    each = [(groups[like.kind].calibration if like else None) or shared for like in likenesses]
    return np.array([one.temperature for one in each]), np.array([one.offset for one in each])


def joined(
    middle: NDArray[np.float32], laid: NDArray[np.float32] | None, known: FeatureStatistics
) -> NDArray[np.float32]:
    """The features that `known.groups` speak of, float32 [n, M or M + K + 1].

    Args:
        middle: pooled mid-level features [n, M].
        laid: layouts [n, GRID²]; None where `known` has none.
    """
    if known.layout is None or laid is None:
        return middle
    return np.concatenate([middle, layout_features(laid, known.layout)], axis=1)


def distances(features: NDArray[np.float32], group: FeatureGroup) -> NDArray[np.float64]:
    """Mahalanobis distances float64 [n] of features float32 [n, V] from one kind of training scan."""
    away = (features - group.mean).astype(np.float64)
    squared = np.einsum("nv,vw,nw->n", away, group.precision.astype(np.float64), away, optimize=True)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)), np.float64)


def fit_features(
    middle: NDArray[np.float32],
    laid: NDArray[np.float32],
    owners: Sequence[str],
    held_middle: NDArray[np.float32],
    held_laid: NDArray[np.float32],
    held_owners: Sequence[str],
) -> FeatureStatistics:
    """What scans look like, by DATASET where one has scans enough.

    The limit is what 99 in 100 validation scans of a group keep to, and somewhat more: other machines' scans
    lie a little farther off, other kinds of picture several times as far.

    Args:
        middle, laid: of training scans: pooled mid-level features [n, M] and layouts [n, GRID²].
        owners: the n DATASETs they are of.
        held_middle, held_laid, held_owners: likewise of the validation scans.
    """
    from core.reading.layout import fit_layout

    margin = _MARGIN if len(held_middle) >= _FEW else _WIDE_MARGIN
    layout = fit_layout(laid, held_laid, _COMPONENTS, margin)
    bare = FeatureStatistics((), layout)
    features, held = joined(middle, laid, bare), joined(held_middle, held_laid, bare)
    owner, held_owner = np.asarray(owners), np.asarray(held_owners)
    large = [
        name
        for name in dict.fromkeys(owners)
        if (owner == name).sum() >= _LARGE and (held_owner == name).sum() >= _LARGE // 10
    ]
    if set(large) != set(owners):
        large = []  # what is too small for itself counts with all the others
    groups = [
        _fit_group(name, features[owner == name], held[held_owner == name], margin) for name in large
    ] or [_fit_group("", features, held, margin)]
    return FeatureStatistics(tuple(groups), layout)


#: Principal components of the layout.
_COMPONENTS = 24

#: Training scans of a DATASET that make a group of their own.
_LARGE = 300

#: How far beyond 99 in 100 validation scans the limit lies; and where those are few, which tell it badly.
_MARGIN, _WIDE_MARGIN, _FEW = 1.12, 1.25, 100


def _fit_group(
    name: str, features: NDArray[np.float32], held: NDArray[np.float32], margin: float
) -> FeatureGroup:
    from sklearn.covariance import LedoitWolf

    # Features of different units: shrinking towards one variance for all makes sense once they have one
    scale = np.maximum(features.std(0), 1e-6)
    fitted = LedoitWolf().fit(features / scale)
    group = FeatureGroup(
        mean=(fitted.location_ * scale).astype(np.float32),
        precision=(fitted.precision_ / np.outer(scale, scale)).astype(np.float32),
        limit=math.inf,
        name=name,
    )
    return replace(group, limit=margin * float(np.quantile(distances(held, group), 0.99)))


def _called_something_else(facts: DicomFacts) -> list[str]:
    """What a DICOM file calls itself, where that is no frontal chest X-ray."""
    if other := _OTHER_MODALITIES.get(facts.modality.upper()):
        return [f"the file says that it is {other}"]
    return [SIDE_VIEW] if facts.view_position.upper() in _SIDE_VIEWS else []


def _other_part(facts: DicomFacts) -> str:
    """The part of the body that a DICOM file names, where that is not the chest; else empty."""
    part = facts.body_part.strip().upper()
    if not part or any(chest in part for chest in _CHESTS):
        return ""
    return f"the file says that it shows: {part.lower()}"
