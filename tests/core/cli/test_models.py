"""`main.py models`: what the library does, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli import DONE, UNUSABLE, main
from core.model import library
from core.model.checkpoint import Checkpoint, load


@pytest.fixture(autouse=True)
def own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))
    library.copy(library.BUNDLED, "mine")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["models", *arguments]) == DONE
    return capsys.readouterr().out.splitlines()


def bundled() -> Checkpoint:
    return load(library.find(library.BUNDLED))


def test_names_and_notes(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "note", "mine") == []
    assert said(capsys, "note", "mine", "only\nchildren") == ["noted on mine"]
    assert said(capsys, "note", "mine") == ["only", "children"]
    assert said(capsys, "rename", "mine", "ward 7") == ["mine is now called ward 7"]
    assert said(capsys, "copy", "ward 7", "ward 8") == ["copied ward 7 to ward 8"]
    listed = said(capsys, "list")
    assert [line.partition("  (")[0] for line in listed] == ["* lungfield-resnet18", "  ward 7", "  ward 8"]
    least = min(figures["auc"] for figures in bundled().metrics.values())
    assert listed[1].endswith(f"(own; resnet18, linear head, 224 px, AUC {least:.3f})")


def test_a_card(capsys: pytest.CaptureFixture[str]) -> None:
    library.set_note("mine", "first\nsecond")
    card = said(capsys, "show", "mine")
    assert card[0] == "mine"
    assert "  origin: own" in card
    training = bundled().training
    learnt = sum(counts["train"] for counts in training["datasets"].values())
    assert f"  made: {training['made'][:10]}, from {learnt} scans" in card
    assert "  OpenVINO forms: fp32, int8" in card
    point = bundled().operating_points[0]
    words = f"  operating point balanced: {point.threshold:.3f} (sensitivity {point.sensitivity:.3f}"
    assert any(line.startswith(words) for line in card)
    assert card[-2:] == ["  note: first", "        second"]
    assert said(capsys, "show", str(library.find("mine")))[0] == "mine"
    assert "  origin: bundled, reads by default" in said(capsys, "show", library.BUNDLED)


def test_going_back(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "activate", "mine")
    assert said(capsys, "rollback") == [f"{library.BUNDLED} reads from now on"]
    assert main(["models", "rollback"]) == UNUSABLE
    assert "no earlier model" in capsys.readouterr().err
    said(capsys, "activate", "mine")
    assert said(capsys, "remove", "mine") == [f"removed mine; {library.BUNDLED} reads from now on"]


@pytest.mark.parametrize("action", [["rename", "x"], ["note", "x"]])
def test_the_bundled_model_stays_as_it_is(action: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", action[0], library.BUNDLED, *action[1:]]) == UNUSABLE
    assert "save it as a copy" in capsys.readouterr().err
