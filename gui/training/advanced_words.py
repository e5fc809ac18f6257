"""The details of a recipe in words: what can be chosen, and what each of them does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate

#: Sides of the network's input, pixels.
_SIZES = (64, 128, 160, 224, 320, 448)


def offered() -> Mapping[str, list[tuple[str, Any]]]:
    """What can be chosen, words and value, by field of Recipe; and the device."""
    pixels = translate("Training", "{n} × {n} pixels")
    return {
        "backbone": [
            ("ResNet-18", "resnet18"),
            ("DenseNet-121", "densenet121"),
            ("EfficientNet-B0", "efficientnet_b0"),
        ],
        "head": [
            (translate("Training", "One layer"), "linear"),
            (translate("Training", "Two layers"), "mlp"),
        ],
        "freeze_backbone": [
            (translate("Training", "The last layer only"), True),
            (translate("Training", "The whole network"), False),
        ],
        "size": [(pixels.format(n=side), side) for side in _SIZES],
        "keep": [
            (translate("Training", "The best epoch"), "best"),
            (translate("Training", "The last epoch"), "last"),
        ],
        "schedule": [
            (translate("Training", "Up, then down (one cycle)"), "onecycle"),
            (translate("Training", "Smaller when it no longer helps"), "plateau"),
            (translate("Training", "Always the same"), "constant"),
        ],
        "augment": [
            (translate("Training", "Very strongly"), "wide"),
            (translate("Training", "Strongly"), "strong"),
            (translate("Training", "Turned and mirrored"), "flips"),
            (translate("Training", "Not at all"), "none"),
        ],
        "device": [
            (translate("Training", "Automatic"), "auto"),
            (translate("Training", "Processor"), "cpu"),
            (translate("Training", "NVIDIA graphics card"), "cuda"),
        ],
    }


def tips() -> Mapping[str, str]:
    """What each field does, in one line, by field of Recipe; and the device."""
    return {
        "init": translate("Training", "What the new model knows at the beginning"),
        "backbone": translate("Training", "The part that sees; larger ones see more and take longer"),
        "head": translate("Training", "The part that decides, from what the network sees"),
        "freeze_backbone": translate(
            "Training", "The last layer takes minutes; the whole network takes longer, and more scans"
        ),
        "size": translate(
            "Training", "Each scan is brought to this size; larger ones show more, and take longer"
        ),
        "device": translate("Training", "A graphics card is ten times as fast, or more"),
        "epochs": translate("Training", "How often it goes through all the scans"),
        "patience": translate("Training", "Stop when so many epochs in a row made it no better"),
        "keep": translate("Training", "Best by its results on the scans that it checks itself on"),
        "batch_size": translate("Training", "More at a time take more memory; automatic is as many as fit"),
        "lr": translate("Training", "How large the steps are; too large ones undo what was learnt"),
        "schedule": translate("Training", "How the steps change from epoch to epoch"),
        "class_weights": translate("Training", "So that the more frequent class does not win by its number"),
        "augment": translate(
            "Training", "Each scan is shown a little differently every time, so that it learns what matters"
        ),
        "validation_share": translate(
            "Training", "Share of the patients, where a source has none set aside already"
        ),
        "seed": translate("Training", "The same number, scans and settings give the same model"),
    }
