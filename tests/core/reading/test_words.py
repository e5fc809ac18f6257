from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.measured import Measured
from core.reading import words
from core.reading.gate import COLOURED, TURNED, UNLIKE
from core.reading.words import as_sentence, said

NAN = float("nan")


@pytest.mark.parametrize(
    ("probability", "threshold", "band", "headline", "leaning"),
    [
        (0.87, 0.5, 0.1, "PNEUMONIA", ""),
        (0.03, 0.5, 0.1, "NORMAL", ""),
        (0.5, 0.5, 0.0, "PNEUMONIA", ""),  # the threshold itself is reached
        (0.4999, 0.5, 0.0, "NORMAL", ""),
        (0.25, 0.21, 0.1, "NOT SURE", "leans to PNEUMONIA"),
        (0.15, 0.21, 0.1, "NOT SURE", "leans to NORMAL"),
        (0.21, 0.21, 0.1, "NOT SURE", "leans to PNEUMONIA"),
        # The edges of the band are not in it, whatever 0.3 - 0.2 is in binary.
        (0.3, 0.2, 0.1, "PNEUMONIA", ""),
        (0.1, 0.2, 0.1, "NORMAL", ""),
        (0.6, 0.5, 0.1, "PNEUMONIA", ""),
        (1.0, 1.0, 0.0, "PNEUMONIA", ""),
        (0.0, 0.0, 0.0, "PNEUMONIA", ""),
    ],
)
def test_the_headline(probability, threshold, band, headline, leaning):
    words_ = said(probability, threshold, band)
    assert (words_.headline, words_.leaning) == (headline, leaning)


@pytest.mark.parametrize(
    ("probability", "how"),
    [
        (0.0, "very unlikely"),
        (0.0499, "very unlikely"),
        (0.05, " unlikely"),
        (0.2499, " unlikely"),
        (0.25, "rather unlikely"),
        (0.4499, "rather unlikely"),
        (0.45, "about as likely as not"),
        (0.5, "about as likely as not"),
        (0.55, "about as likely as not"),
        (0.5501, "rather likely"),
        (0.75, "rather likely"),
        (0.7501, " likely"),
        (0.95, " likely"),
        (0.9501, "very likely"),
        (1.0, "very likely"),
    ],
)
def test_how_likely(probability, how):
    sentence = words.likelihood(probability)
    assert sentence.endswith(f"{how}.")
    if how in (" likely", " unlikely"):
        assert not re.search("very|rather", sentence)


@pytest.mark.parametrize(
    ("probability", "share"),
    [
        (0.0, "fewer than 1 shows"),
        (0.0049, "fewer than 1 shows"),
        (0.005, "about 1 shows"),
        (0.0149, "about 1 shows"),
        (0.015, "about 2 show "),
        (0.87, "about 87 show "),
        (0.9949, "about 99 show "),
        (0.9951, "more than 99 show "),
        (1.0, "more than 99 show "),
    ],
)
def test_the_natural_frequency(probability, share):
    of_which = "Of 100 scans like those it was tested on, scored like this one,"
    assert words.frequency(probability) == f"{of_which} {share.rstrip()} pneumonia."


@pytest.mark.parametrize(
    ("probability", "decimals", "text"),
    [
        (0.87, 0, "87%"),
        (0.0, 0, "<1%"),
        (0.0049, 0, "<1%"),
        (0.0051, 0, "1%"),
        (0.9951, 0, ">99%"),
        (1.0, 1, ">99.9%"),
        (0.0003, 1, "<0.1%"),
        (0.87651, 1, "87.7%"),
        (0.2, 1, "20.0%"),
    ],
)
def test_percentages(probability, decimals, text):
    assert words.percent(probability, decimals) == text


def test_a_probability_beside_its_threshold_is_told_from_it():
    assert words.percents(0.213, 0.212) == ("21.3%", "21.2%")
    assert words.percents(0.8, 0.212) == ("80%", "21%")
    assert words.percents(0.2, 0.2) == ("20.00%", "20.00%")
    assert words.percents(0.0, 0.0) == ("<1%", "0%")


@pytest.mark.parametrize(
    ("probability", "threshold", "band", "explained"),
    [
        (0.35, 0.212, 0.1, "Above the operating point of 21%, so called PNEUMONIA, although NORMAL is"),
        (0.7, 0.8, 0.05, "Below the operating point of 80%, so called NORMAL, although PNEUMONIA is"),
        (0.87, 0.212, 0.1, ""),
        (0.1, 0.8, 0.1, ""),
        (0.5, 0.3, 0.1, ""),
        (0.45, 0.5, 0.1, "Less than 10 points away from the operating point of 50%: too close to call."),
        (0.25, 0.212, 0.1, "leaning to PNEUMONIA, although NORMAL is more likely."),
        (0.75, 0.8, 0.1, "leaning to NORMAL, although PNEUMONIA is more likely."),
        (0.5, 0.5, 0.005, "Less than 0.5 points away"),
    ],
)
def test_what_is_not_plain_is_explained(probability, threshold, band, explained):
    explanation = said(probability, threshold, band).explanation
    assert explained in explanation
    assert bool(explanation) == bool(explained)


SHARE = st.floats(0, 1)


@given(SHARE, SHARE, st.floats(0, 0.5))
def test_words_never_contradict_each_other(probability, threshold, band):
    words_ = said(probability, threshold, band)
    likelier = "PNEUMONIA" if probability > 0.5 else "NORMAL"
    named = words_.leaning.removeprefix("leans to ") if words_.answer == "unsure" else words_.headline
    assert named == ("PNEUMONIA" if probability >= threshold else "NORMAL")
    if named != likelier and probability != 0.5:
        assert f"although {likelier} is more likely" in words_.explanation
    else:
        assert "although" not in words_.explanation
    assert ("unlikely" in words_.sentence) <= (probability < 0.5)
    assert "about 0 " not in words_.frequency
    assert "about 100 " not in words_.frequency
    assert (words_.answer == "unsure") <= (abs(probability - threshold) < band)


@given(SHARE, SHARE)
def test_more_of_it_is_never_said_to_be_less(one, other):
    steps = ["very unlikely", "unlikely", "rather unlikely", "not", "rather likely", "likely", "very likely"]

    def step(probability):
        said_ = words.likelihood(probability).removesuffix(".")
        return max(range(len(steps)), key=lambda n: len(steps[n]) if said_.endswith(f" {steps[n]}") else 0)

    low, high = sorted((one, other))
    assert step(low) <= step(high)
    assert step(low) == 6 - step(1 - low)


def test_a_rejection_says_why_and_that_the_answer_is_not_to_be_relied_on():
    words_ = said(0.87, 0.5, 0.1, (UNLIKE, COLOURED))
    assert words_.headline == "Does not look like a chest X-ray"
    assert "It is unlike the frontal chest X-rays" in words_.sentence
    assert "It is a colour photograph" in words_.sentence
    assert words_.explanation == "The model’s answer (PNEUMONIA, 87%) is not to be relied on."
    assert words_.frequency == "", "no number that invites belief"
    assert "(NORMAL, pneumonia 13%)" in said(0.13, 0.5, 0.1, ("blank picture",)).explanation


@pytest.mark.parametrize("reason", TURNED.values())
def test_a_turned_scan_is_explained_with_the_keys_that_turn_it(reason):
    sentence = said(0.9, 0.5, 0.1, (reason,)).sentence
    assert "press" in sentence
    assert sentence != as_sentence(reason), "not as it stands"


def test_whose_figures_apply_to_a_patient():
    children = Measured("children, validation", 1200, 0.9812, 0.95, 0.9, (1, 5))
    told = words.domain(3.7, children)
    assert told.startswith("children, validation, for this patient of 3 years: 1,200 scans, AUC 0.98; ")
    assert told.endswith("sensitivity 95%, specificity 90%")
    infant = words.domain(1.0, replace(children, sensitivity=math.nan))
    assert infant.endswith("for this patient of 12 months: 1,200 scans, AUC 0.98")
    assert "than this patient of 12 years: how well it reads this scan is not known" in words.domain(12, None)
    unnamed = words.whose_figures(3.7, {"children": {"n": 9, "auc": 0.98, "ages": [1, 5]}}, named=False)
    assert unnamed == "children, for this patient: 9 scans, AUC 0.98", "no age"


def test_a_reason_that_is_not_known_is_still_said():
    assert said(0.9, 0.5, 0.1, ("upside down",)).sentence == "Upside down."


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0.2, "under 1 ms"), (85.4, "85 ms"), (999.4, "999 ms"), (999.6, "1.0 s"), (12345, "12.3 s")],
)
def test_durations(milliseconds, text):
    assert words.duration(milliseconds) == text


def test_what_an_operating_point_gave_is_said_only_where_it_is_known():
    results = words.operating_point_results(0.96, 1.0)
    assert results == "in validation: sensitivity 96%, specificity 100%"
    assert words.operating_point_results(NAN, 0.9) == ""


def test_aloud_says_what_the_bar_shows():
    assert words.aloud(0.25, 0.212, 0.1) == (
        "NOT SURE, leans to PNEUMONIA. Probability of pneumonia 25%, operating point 21%."
    )
    assert "not to be relied on" in words.aloud(0.9, 0.5, 0.1, ("blank picture",))


def test_why_reading_is_off():
    assert words.reading_is_off("the model is damaged") == "Reading is off: the model is damaged."
    assert words.reading_is_off("") == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", ""), ("no pixels", "No pixels."), ("Really?", "Really?"), ("Export it again.", "Export it again.")],
)
def test_errors_as_sentences(text, sentence):
    assert words.as_sentence(text) == sentence


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("openvino cpu fp32", "OpenVINO · CPU · fp32"),
        ("torch cuda (NVIDIA RTX A2000) fp16", "PyTorch · GPU (NVIDIA RTX A2000) · fp16"),
        ("torch cpu fp32", "PyTorch · CPU · fp32"),
        ("", ""),
    ],
)
def test_the_engine_is_named_as_people_write_it(plain, written):
    assert words.engine(plain) == written
