"""`main.py train`: what it says of DATASETs before it trains, and what it refuses."""

from __future__ import annotations

import shutil

from core.cli import DONE, UNUSABLE, main
from core.cli.options import parser
from core.cli.train import recipe_of
from core.learning import runs
from core.learning.recipe import PRESETS
from tests.datasets import write_dataset


def test_a_check_tells_what_would_be_learnt_from_and_trains_nothing(tmp_path, capsys):
    scans = write_dataset(tmp_path / "ward", 8)
    first, *_ = sorted((scans / "NORMAL").iterdir())
    shutil.copy(first, scans / "NORMAL" / "person99_0.png")
    (scans / "PNEUMONIA" / "broken.jpeg").write_bytes(b"\xff\xd8\xff but no more")
    before = sorted(tmp_path.rglob("*"))
    assert main(["train", str(scans), "--check", "--validation-share", "0.25"]) == DONE
    said = capsys.readouterr().out
    assert "ward: 1 file is a copy of another" in said
    assert "ward: 1 file cannot be read" in said
    assert "broken.jpeg: " in said
    assert "train 6 normal, 6 pneumonia; val 2 normal, 2 pneumonia" in said
    assert sorted(tmp_path.rglob("*")) == before


def test_a_check_of_what_cannot_be_learnt_from_fails(tmp_path, capsys):
    scans = write_dataset(tmp_path / "ward", 2)
    assert main(["train", str(scans), "--check"]) == UNUSABLE
    assert "too few" in capsys.readouterr().out


def test_it_does_not_train_without_a_folder_for_the_model(tmp_path, capsys):
    assert main(["train", str(tmp_path)]) == UNUSABLE
    assert "--out" in capsys.readouterr().err


def test_two_do_not_train_into_one_folder(tmp_path, capsys):
    """Each would take the other's epochs for its own, and the last to end leave its model."""
    scans, out = write_dataset(tmp_path / "ward", 12), tmp_path / "out"
    with runs.held(out):
        assert main(["train", str(scans), "--out", str(out), "--epochs", "1"]) == UNUSABLE
    assert "going on already" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == [".lock"]


def test_a_mistyped_dataset_leaves_no_folder_behind(tmp_path, capsys):
    assert main(["train", str(tmp_path / "wrad"), "--out", str(tmp_path / "out")]) == UNUSABLE
    assert "wrad" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_file_as_out_is_refused(tmp_path, capsys):
    (tmp_path / "out").write_bytes(b"")
    assert main(["train", str(tmp_path), "--out", str(tmp_path / "out")]) == UNUSABLE
    assert "cannot write to" in capsys.readouterr().err


def test_each_size_needs_its_number_of_epochs(tmp_path, capsys):
    given = ["train", str(tmp_path), "--out", str(tmp_path / "o"), "--small-size", "112", "160"]
    assert main([*given, "--small-epochs", "2"]) == UNUSABLE
    assert "--small-epochs" in capsys.readouterr().err
    recipe = recipe_of(parser().parse_args([*given, "--small-epochs", "2", "1"]))
    assert (recipe.small_size, recipe.small_epochs) == ((112, 160), (2, 1))


def test_another_tone_is_read_with_too_unless_that_is_said():
    given = ["train", "x", "--out", "o", "--preset", "bundled"]
    for options, tones in (
        ((), (1.0, 0.3)),
        (("--tone", "0"), (0.0, 0.0)),
        (("--tone", "0.5", "--reading-tone", "0.2"), (0.5, 0.2)),
        (("--reading-tone", "0.2"), (1.0, 0.2)),
    ):
        recipe = recipe_of(parser().parse_args([*given, *options]))
        assert (recipe.learnt_from.tone, recipe.preprocessing.tone) == tones


def test_the_head_alone_by_options():
    given = [
        "train",
        "scans",
        "--out",
        "x",
        "--preset",
        "head-only",
        "--patience",
        "3",
        "--no-cache-features",
    ]
    recipe = recipe_of(parser().parse_args(given))
    assert recipe.freeze_backbone
    assert (recipe.patience, recipe.cache_features, recipe.on_features) == (3, False, False)
    assert PRESETS["head-only"].on_features
