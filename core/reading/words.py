"""A reading in words that a person understands. Pure functions; nothing here decides anything.

p is the calibrated probability of pneumonia. The operating point, above which a scan is called PNEUMONIA,
may be far from 0.5; where the name and the likelier answer differ, that is explained.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.model.measured import Measured, measured, speaking_for, tells_ages
from core.reading.gate import TURNED
from core.wording import translate

Answer = Literal["normal", "pneumonia", "unsure", "rejected"]

#: A difference of probabilities that is only rounding.
_NOTHING = 1e-9


@dataclass(frozen=True)
class Said:
    """A reading in words.

    Attributes:
        answer: which of the four it is; the headline says it.
        headline: NORMAL, PNEUMONIA, NOT SURE, or that it does not look like a chest X-ray.
        leaning: "leans to PNEUMONIA" beside NOT SURE, else empty.
        sentence: how likely pneumonia is; why the scan was turned away.
        frequency: the probability as a number of scans out of a hundred; empty where rejected.
        explanation: why the name is what it is, where that is not plain; the warning where rejected.
    """

    answer: Answer
    headline: str
    leaning: str = ""
    sentence: str = ""
    frequency: str = ""
    explanation: str = ""


def answer_to(probability: float, threshold: float, band: float) -> Answer:
    """«Not sure» nearer than `band` to the threshold, else the side of it that the probability is on."""
    if abs(probability - threshold) < band - _NOTHING:
        return "unsure"
    return "pneumonia" if probability >= threshold else "normal"


def said(probability: float, threshold: float, band: float, reasons: Sequence[str] = ()) -> Said:
    """A reading in words.

    Args:
        probability: of pneumonia, 0..1, calibrated.
        threshold: of the operating point, 0..1.
        band: 0..0.5, how near to the threshold it is not sure.
        reasons: the gate's for turning the scan away; empty where it did not.
    """
    name = label(probability >= threshold)
    if reasons:
        return Said(
            "rejected",
            translate("Words", "Does not look like a chest X-ray"),
            sentence=" ".join(reason_sentence(reason) for reason in reasons),
            explanation=not_to_be_relied_on(probability, threshold),
        )
    answer = answer_to(probability, threshold, band)
    unsure = answer == "unsure"
    return Said(
        answer,
        headline=translate("Words", "NOT SURE") if unsure else name,
        leaning=translate("Words", "leans to {label}").format(label=name) if unsure else "",
        sentence=likelihood(probability),
        frequency=frequency(probability),
        explanation=" ".join(_explanations(probability, threshold, band)),
    )


def label(is_pneumonia: bool) -> str:
    """The two labels, in capitals as the model has them."""
    return translate("Words", "PNEUMONIA") if is_pneumonia else translate("Words", "NORMAL")


def likelihood(probability: float) -> str:
    """How likely pneumonia is, in seven steps that mirror each other about a half."""
    away = abs(probability - 0.5)
    likely = probability > 0.5
    if away <= 0.05 + _NOTHING:
        return translate("Words", "The model finds pneumonia about as likely as not.")
    if away <= 0.25 + _NOTHING:
        if likely:
            return translate("Words", "The model finds pneumonia rather likely.")
        return translate("Words", "The model finds pneumonia rather unlikely.")
    if away <= 0.45 + _NOTHING:
        if likely:
            return translate("Words", "The model finds pneumonia likely.")
        return translate("Words", "The model finds pneumonia unlikely.")
    if likely:
        return translate("Words", "The model finds pneumonia very likely.")
    return translate("Words", "The model finds pneumonia very unlikely.")


def frequency(probability: float) -> str:
    """The probability as scans out of a hundred, never none and never all, and of which scans it is true."""
    of_hundred = _rounded(100 * probability)
    if of_hundred < 1:
        share = translate("Words", "fewer than 1 shows pneumonia")
    elif of_hundred == 1:
        share = translate("Words", "about 1 shows pneumonia")
    elif of_hundred > 99:
        share = translate("Words", "more than 99 show pneumonia")
    else:
        share = translate("Words", "about {n} show pneumonia").format(n=of_hundred)
    return translate(
        "Words", "Of 100 scans like those it was tested on, scored like this one, {share}."
    ).format(share=share)


def frequency_caution() -> str:
    """What the natural frequency takes for granted."""
    return translate(
        "Words",
        "True of scans like those the model was calibrated on. Where pneumonia is rarer or more common than "
        "among those, the number is too high or too low.",
    )


def reason_sentence(reason: str) -> str:
    """One of the gate's reasons as a sentence."""
    known = {
        "blank picture": translate("Words", "The picture is blank: its grey values hardly differ."),
        "does not look like a frontal chest X-ray": translate(
            "Words",
            "It is unlike the frontal chest X-rays that the model learnt from.",
        ),
        "colour photograph or drawing": translate(
            "Words", "It is a colour photograph or drawing; radiographs are grey."
        ),
        TURNED["inverted"]: translate(
            "Words", "It seems to be inverted: press I to turn it, then D to read it as displayed."
        ),
        TURNED["on its side"]: translate(
            "Words", "It seems to lie on its side: turn it with [ or ], then press D to read it as displayed."
        ),
        TURNED["upside down"]: translate(
            "Words", "It seems to be upside down: turn it with ] twice, then press D to read it as displayed."
        ),
    }
    return known.get(reason) or as_sentence(reason)


def reading_is_off(reason: str) -> str:
    """Why there is no model to read with, as a sentence; empty where that is not known."""
    return ended(translate("Words", "Reading is off: {reason}").format(reason=reason)) if reason else ""


def as_sentence(text: str) -> str:
    """An error's one line, which begins small and has no full stop, as a sentence."""
    return ended(text[:1].upper() + text[1:])


def ended(text: str) -> str:
    """A line with its full stop. It begins as it did: it may begin with the name of a file."""
    return text if not text or text[-1] in ".!?…" else f"{text}."


def not_to_be_relied_on(probability: float, threshold: float) -> str:
    """The model's answer to a scan that was turned away, and what it is worth."""
    if probability >= threshold:
        text = translate("Words", "The model’s answer (PNEUMONIA, {percent}) is not to be relied on.")
    else:
        text = translate("Words", "The model’s answer (NORMAL, pneumonia {percent}) is not to be relied on.")
    return text.format(percent=percent(probability))


def percent(probability: float, decimals: int = 0) -> str:
    """`87%`; what would round to 0 or to 100 is said to be below or above the last step."""
    steps = 10**decimals
    number = _rounded(100 * probability * steps)
    if number == 0:
        return f"<{1 / steps:.{decimals}f}%"
    if number == 100 * steps:
        return f">{100 - 1 / steps:.{decimals}f}%"
    return f"{number / steps:.{decimals}f}%"


def percents(probability: float, threshold: float) -> tuple[str, str]:
    """Both as percentages, with as many decimals as it takes to tell them apart (two at most)."""
    for decimals in (0, 1, 2):
        words = percent(probability, decimals), threshold_percent(threshold, decimals)
        if words[0] != words[1]:
            break
    return words


def threshold_percent(threshold: float, decimals: int = 0) -> str:
    """An operating point, which unlike a probability may well be 0 or 1."""
    return f"{_rounded(100 * threshold * 10**decimals) / 10**decimals:.{decimals}f}%"


def engine(words: str) -> str:
    """`OpenVINO · CPU · fp32`, of a reading's engine: its name, device and precision."""
    name, _, rest = words.partition(" ")
    device, _, precision = rest.rpartition(" ")
    for plain, written in (("openvino", "OpenVINO"), ("torch", "PyTorch")):
        name = written if name == plain else name
    for plain, written in (("cpu", "CPU"), ("cuda", "GPU")):
        device = device.replace(plain, written, 1) if device.startswith(plain) else device
    return " · ".join(filter(None, (name, device, precision)))


def duration(milliseconds: float) -> str:
    """`85 ms`, `1.2 s`."""
    if milliseconds < 1:
        return translate("Words", "under 1 ms")
    if milliseconds < 999.5:
        return translate("Words", "{n} ms").format(n=_rounded(milliseconds))
    return translate("Words", "{n} s").format(n=f"{milliseconds / 1000:.1f}")


def operating_point_name(name: str) -> str:
    """A checkpoint's name of an operating point; the person's own has none."""
    known = {
        "": translate("Words", "your own"),
        "balanced": translate("Words", "balanced"),
        "high sensitivity": translate("Words", "high sensitivity"),
        "high specificity": translate("Words", "high specificity"),
        "even": translate("Words", "even odds"),
    }
    return known.get(name, name)


def operating_point_results(sensitivity: float, specificity: float) -> str:
    """What an operating point gave, and on which scans; empty where that is not known."""
    told = rates(sensitivity, specificity)
    return translate("Words", "in validation: {rates}").format(rates=told) if told else ""


def rates(sensitivity: float, specificity: float) -> str:
    """Both as percentages; empty where they are not known."""
    if not (math.isfinite(sensitivity) and math.isfinite(specificity)):
        return ""
    return translate("Words", "sensitivity {sensitivity}, specificity {specificity}").format(
        sensitivity=threshold_percent(sensitivity), specificity=threshold_percent(specificity)
    )


def domain(age: float, figures: Measured | None, *, named: bool = True) -> str:
    """Whose figures apply to a patient of `age` years: what was measured on such, or nothing.

    Args:
        named: whether the age itself may be told.
    """
    years = translate("Words", "{n} years").format(n=int(age)) if age >= 2 else ""
    years = years or translate("Words", "{n} months").format(n=int(12 * age))
    patient = translate("Words", "this patient of {age}").format(age=years)
    patient = patient if named else translate("Words", "this patient")
    if figures is None:
        return translate(
            "Words", "patients older or younger than {patient}: how well it reads this scan is not known"
        ).format(patient=patient)
    told = translate("Words", "{set}, for {patient}: {n} scans, AUC {auc}").format(
        set=figures.name, patient=patient, n=f"{figures.scans:,}", auc=f"{figures.auc:.2f}"
    )
    return "; ".join(filter(None, [told, rates(figures.sensitivity, figures.specificity)]))


def whose_figures(age: float | None, metrics: Any, *, named: bool = True) -> str:
    """`domain`, of a patient of `age` years and a checkpoint's `metrics`; empty where the age is not known,
    or not whom the model was measured on."""
    known = measured(metrics)
    if age is None or not tells_ages(known):
        return ""
    return domain(age, speaking_for(age, known), named=named)


def aloud(probability: float, threshold: float, band: float, reasons: Sequence[str] = ()) -> str:
    """Everything that the bar shows, for who cannot see it."""
    words = said(probability, threshold, band, reasons)
    p, t = percents(probability, threshold)
    if words.answer == "rejected":
        return f"{words.headline}. {words.explanation}"
    headline = f"{words.headline}, {words.leaning}" if words.leaning else words.headline
    return translate("Words", "{headline}. Probability of pneumonia {p}, operating point {t}.").format(
        headline=headline, p=p, t=t
    )


def _explanations(probability: float, threshold: float, band: float) -> list[str]:
    point = threshold_percent(threshold)
    called_against_odds = probability >= threshold and probability < 0.5
    cleared_against_odds = probability < threshold and probability > 0.5
    if answer_to(probability, threshold, band) == "unsure":
        close = translate(
            "Words", "Less than {points} points away from the operating point of {point}: too close to call."
        ).format(points=f"{100 * band:.3g}", point=point)
        if called_against_odds:
            return [
                close,
                translate("Words", "Just above it, so leaning to PNEUMONIA, although NORMAL is more likely."),
            ]
        if cleared_against_odds:
            return [
                close,
                translate("Words", "Just below it, so leaning to NORMAL, although PNEUMONIA is more likely."),
            ]
        return [close]
    if called_against_odds:
        text = translate(
            "Words",
            "Above the operating point of {point}, so called PNEUMONIA, although NORMAL is more likely.",
        )
        return [text.format(point=point)]
    if cleared_against_odds:
        text = translate(
            "Words",
            "Below the operating point of {point}, so called NORMAL, although PNEUMONIA is more likely.",
        )
        return [text.format(point=point)]
    return []


def _rounded(number: float) -> int:
    """To the nearest whole number, a half upward."""
    return math.floor(number + 0.5)
