"""Reviews in words. Pure functions; nothing here decides anything."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt

from core.reading import words
from core.review import Agreement
from gui.review.state import ReviewState

translate = QCoreApplication.translate

#: Lines break between two counts, never inside one.
_NO_BREAK = "\N{NO-BREAK SPACE}"


def label(name: str) -> str:
    """NORMAL or PNEUMONIA in the person's language."""
    return words.label(name == "PNEUMONIA")


def said(state: ReviewState) -> str:
    """What the person said of the scan."""
    if not state.can_review:
        return translate("Review", "There is no scan to review.")
    if not state.label:
        if state.note:
            return translate("Review", "A note, and no label yet.")
        return translate("Review", "Not reviewed yet.")
    if state.agrees:
        text = translate("Review", "You agree: {label}")
    elif state.reading_label:
        text = translate("Review", "You corrected this to {label}")
    else:
        text = translate("Review", "You call this {label}")
    return text.format(label=label(state.label))


def when(state: ReviewState) -> str:
    """When that was said, in the person's own time; empty where it is not known."""
    if state.review is None:
        return ""
    made = QDateTime.fromString(state.review.made, Qt.DateFormat.ISODate)
    if not made.isValid():
        return ""
    moment = QLocale().toString(made.toLocalTime(), QLocale.FormatType.ShortFormat)
    return translate("Review", "Said on {moment}").format(moment=moment)


def counts(agreement: Agreement, without_reading: int = 0) -> str:
    """`12 reviewed · 11 agree · sensitivity 5/6 · specificity 6/6`; what says nothing is left out."""
    reviewed = agreement.reviewed + without_reading
    if not reviewed:
        return translate("Review", "Nothing on the list is reviewed yet.")
    parts = [translate("Review", "{n} reviewed").format(n=_number(reviewed))]
    if agreement.reviewed:
        agree = (
            translate("Review", "{n} agree") if agreement.agreed != 1 else translate("Review", "{n} agrees")
        )
        parts.append(agree.format(n=_number(agreement.agreed)))
    if agreement.positives:
        parts.append(
            translate("Review", "sensitivity {right}/{all}").format(
                right=_number(agreement.tp), all=_number(agreement.positives)
            )
        )
    if agreement.negatives:
        parts.append(
            translate("Review", "specificity {right}/{all}").format(
                right=_number(agreement.tn), all=_number(agreement.negatives)
            )
        )
    if without_reading:
        parts.append(translate("Review", "{n} without a reading").format(n=_number(without_reading)))
    return " · ".join(part.replace(" ", _NO_BREAK) for part in parts)


def counts_explained(agreement: Agreement) -> str:
    """What the counts mean, with their shares; a line each."""
    lines = [
        translate("Review", "What the model says of the scans on the list, against what you say."),
        translate(
            "Review", "Sensitivity: of those you call PNEUMONIA, the share that the model calls so{share}."
        ),
        translate(
            "Review", "Specificity: of those you call NORMAL, the share that the model calls so{share}."
        ),
    ]
    shares = ("", _share(agreement.sensitivity), _share(agreement.specificity))
    return "\n".join(line.format(share=share) for line, share in zip(lines, shares, strict=True))


def _share(share: float | None) -> str:
    return "" if share is None else f" ({words.threshold_percent(share)})"


def _number(count: int) -> str:
    return QLocale().toString(count)
