"""What a model may be called."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ModelError
from core.model import library


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", " a", "a ", ".hidden", "-x", "a/b", "a\\b", "..", "../evil", "a\nb", "a\0b", "a:b"),
        *("CON", "nul.x", "com1", "bundled", "Random", "imagenet", "x" * 65, "病" * 60),
        "LUNGFIELD-resnet18",
    ],
)
def test_names_that_would_be_trouble_are_refused(file: Path, name: str) -> None:
    library.add(file, "made")
    for action in (library.copy, library.rename):
        with pytest.raises(ModelError):
            action("made", name)
    with pytest.raises(ModelError, match="already a model"):
        library.copy("made", "Made")
    assert [entry.name for entry in library.entries()] == [library.BUNDLED, "made"]


@pytest.mark.parametrize(
    ("wanted", "suggested"),
    [
        ("ward 7", "ward 7"),
        ("taken", "taken 3"),
        ("Taken 2", "Taken 2 2"),
        ("../../etc/passwd", "etc passwd"),
        ("<b>", "b"),
        ("", "model"),
        ("💥", "model"),
        ("con", "con 2"),
        ("x" * 100, "x" * 60),
        ("病" * 100, "病" * 52),
    ],
)
def test_a_name_is_suggested_that_can_be_given(wanted: str, suggested: str) -> None:
    taken = ["taken", "TAKEN 2"]
    name = library.suggested_name(wanted, taken)
    assert name == suggested
    library.check_name(name, taken)


def test_names_are_in_the_order_that_people_count_in(file: Path) -> None:
    for name in ("trial 10", "Zwei", "trial 2", "ärzte"):
        library.add(file, name)
    assert [entry.name for entry in library.entries()] == [
        library.BUNDLED,
        "trial 2",
        "trial 10",
        "Zwei",
        "ärzte",
    ]


def test_an_own_model_named_like_a_bundled_one_is_not_lost(file: Path, home: Path) -> None:
    home.mkdir(parents=True)
    (home / f"{library.BUNDLED}.safetensors").write_bytes(file.read_bytes())
    assert [entry.name for entry in library.entries()] == [library.BUNDLED, f"{library.BUNDLED} (own)"]
    assert library.find("bundled") == library.find(library.BUNDLED)
    library.rename(f"{library.BUNDLED} (own)", "mine")
    assert [entry.name for entry in library.entries()] == [library.BUNDLED, "mine"]
