"""The recipes that have names, in a clinician's words."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate

#: Keys of `core.learning.recipe.PRESETS`, in the order in which they are offered.
OFFERED = ("head-only", "fine-tune", "notebook-frozen", "notebook-full")

#: So many scans of the rarer class are wanted before the whole network is trained.
_FOR_WHOLE_NETWORK = 200


@dataclass(frozen=True)
class PresetWords:
    """A recipe in words: its name, what it does, and when it is the right one."""

    title: str
    does: str
    when: str


def preset_words(preset: str) -> PresetWords:
    """Raises KeyError for one that is not offered."""
    return {
        "head-only": PresetWords(
            translate("Training", "&Last layer only — minutes"),
            translate(
                "Training",
                "The model keeps what it sees in a scan, and learns anew what that says about pneumonia.",
            ),
            translate("Training", "The first thing to try. From about 50 scans of each kind."),
        ),
        "fine-tune": PresetWords(
            translate("Training", "&Whole network — longer, needs more scans"),
            translate("Training", "Every layer of the model adapts to your scans, in careful steps."),
            translate(
                "Training",
                "For scans unlike those it knows. From about 200 of each kind; slow without a graphics card.",
            ),
        ),
        "notebook-frozen": PresetWords(
            translate("Training", "&Classic: last layers, from ordinary photos"),
            translate(
                "Training",
                "A network that knows photos (ImageNet) learns to tell your scans apart with two new layers.",
            ),
            translate("Training", "To repeat the classic experiment. The photo network is downloaded once."),
        ),
        "notebook-full": PresetWords(
            translate("Training", "Classic: whole &network, from ordinary photos"),
            translate(
                "Training",
                "A network that knows photos (ImageNet) is trained through and through, five epochs.",
            ),
            translate("Training", "To repeat the classic experiment. The photo network is downloaded once."),
        ),
    }[preset]


def doing_words(freezes_backbone: bool) -> str:
    """What a recipe trains, for a line that goes on."""
    if freezes_backbone:
        return translate("Training", "Trains the last layer only")
    return translate("Training", "Trains the whole network")


def advice(freezes_backbone: bool, of_rarer_class: int) -> str:
    """What to think of before starting with so few scans; empty where there is nothing."""
    if freezes_backbone or of_rarer_class >= _FOR_WHOLE_NETWORK:
        return ""
    return translate(
        "Training",
        "There are few scans for the whole network, {n} of the rarer kind: it may learn them by heart. The "
        "last layer only is safer.",
    ).format(n=of_rarer_class)
