"""A model in a few words, for lists and headings."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from core.model.library import Facts
from gui.models.shelf import Model

# By this name lupdate finds what has to be translated
translate = QCoreApplication.translate

_NETWORKS = {"resnet18": "ResNet-18", "densenet121": "DenseNet-121", "efficientnet_b0": "EfficientNet-B0"}


def origin(model: Model) -> str:
    return translate("models", "came with Lungfield") if model.bundled else translate("models", "your own")


def auc(facts: Facts | None) -> str:
    """Of one set, or the lowest and highest of several; a dash where none was measured."""
    if facts is None or facts.auc_range is None:
        return "–"
    low, high = (f"{each:.3f}" for each in facts.auc_range)
    return low if low == high else f"{low}–{high}"


def auc_in_full(facts: Facts | None) -> str:
    """Of each set by name, a line each."""
    validations = facts.validations if facts else ()
    return "\n".join(
        translate("models", "{name}: AUC {auc:.3f} on {scans} scans").format(
            name=each.name, auc=each.auc, scans=QLocale().toString(each.scans)
        )
        for each in validations
    )


def day(time: datetime | None) -> str:
    """The day by the person's own calendar; a dash for none."""
    return QLocale().toString(_local(time).date(), QLocale.FormatType.ShortFormat) if time else "–"


def moment(time: datetime) -> str:
    return QLocale().toString(_local(time), QLocale.FormatType.ShortFormat)


def network(facts: Facts) -> str:
    """Such as "ResNet-18, 224 × 224 pixels"."""
    return translate("models", "{network}, {size} × {size} pixels").format(
        network=_NETWORKS.get(facts.backbone, facts.backbone), size=facts.size
    )


def in_short(model: Model) -> str:
    """A line below a model's name."""
    parts = [origin(model)]
    if model.facts:
        parts.append(network(model.facts))
        if model.facts.made:
            parts.append(translate("models", "made on {day}").format(day=day(model.facts.made)))
        if model.facts.learned_from:
            scans = QLocale().toString(model.facts.learned_from)
            parts.append(translate("models", "learned from {scans} scans").format(scans=scans))
    return " · ".join(parts)


def _local(time: datetime) -> QDateTime:
    return QDateTime.fromSecsSinceEpoch(int(time.timestamp()))
