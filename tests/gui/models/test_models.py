"""The models as the window sees them: what is asked for is done behind it, and told."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from core.errors import ModelError
from core.model import checkpoint, library
from core.model.checkpoint import OperatingPoint
from gui.jobs import Lane
from gui.models.models import Models
from gui.preferences import Preferences


def test_nothing_is_read_before_it_is_asked_for(own_library: Path, lane: Lane) -> None:
    models = Models(lane)
    assert (models.entries, models.active, models.before, models.history) == ((), "", "", ())


def test_all_are_there_with_what_they_say(models: Models) -> None:
    assert models.names == (library.BUNDLED, "second", "ward 7")
    assert models.active == library.BUNDLED
    bundled, own = models.get(library.BUNDLED), models.get("ward 7")
    assert bundled is not None
    assert own is not None
    assert (bundled.bundled, own.bundled) == (True, False)
    assert bundled.facts is not None
    measured = checkpoint.load(library.find(library.BUNDLED)).metrics.values()
    assert bundled.facts.auc == min(figures["auc"] for figures in measured)
    assert own.facts is not None
    assert (own.facts.backbone, own.facts.note) == ("efficientnet_b0", "a note\nin two lines")


def test_looking_again_tells_only_of_changes(models: Models, qtbot: QtBot, own_library: Path) -> None:
    with qtbot.assertNotEmitted(models.changed, wait=200):
        models.refresh()
    library.set_note("ward 7", "by another window")
    with qtbot.waitSignal(models.changed):
        models.refresh()
    own = models.get("ward 7")
    assert own is not None
    assert own.facts is not None
    assert own.facts.note == "by another window"


def test_a_file_that_is_no_model_is_listed_with_the_reason(
    models: Models, qtbot: QtBot, own_library: Path
) -> None:
    (own_library / "odd.safetensors").write_text("hello")
    with qtbot.waitSignal(models.changed):
        models.refresh()
    odd = models.get("odd")
    assert odd is not None
    assert odd.facts is None
    assert "not a Lungfield model" in odd.problem


def test_making_one_active_and_going_back(models: Models, qtbot: QtBot) -> None:
    with qtbot.waitSignal(models.activated) as told:
        models.activate("ward 7")
    assert told.args == ["ward 7"]
    assert (models.active, models.before) == ("ward 7", library.BUNDLED)
    assert library.active_name() == "ward 7"
    with qtbot.waitSignal(models.activated) as told:
        models.roll_back()
    assert told.args == [library.BUNDLED]
    assert [each.name for each in models.history] == [library.BUNDLED, "ward 7"]


def test_the_one_that_the_settings_name_reads(models: Models, qtbot: QtBot, preferences: Preferences) -> None:
    assert models.reading == library.BUNDLED
    with qtbot.waitSignal(models.changed):
        preferences.change(model="second")
    assert (models.reading, models.active) == ("second", library.BUNDLED)
    assert [model.name for model in models.entries if model.reads] == ["second"]
    with qtbot.assertNotEmitted(models.changed):
        preferences.change(threshold=0.3)
    with qtbot.waitSignal(models.changed):
        models.activate("ward 7")
    assert (models.reading, models.active) == ("second", "ward 7")
    with qtbot.waitSignal(models.changed):
        preferences.change(model="")
    assert [model.name for model in models.entries if model.reads] == ["ward 7"]


def test_keeping_one_that_was_trained(models: Models, qtbot: QtBot, model_files: tuple[Path, Path]) -> None:
    with qtbot.waitSignals([models.added, models.activated], order="strict"):
        models.keep(model_files[0], "new", "better", activate=True)
    assert models.active == "new"
    assert library.note("new") == "better"


def test_keeping_under_a_name_that_is_taken_activates_nothing(
    models: Models, qtbot: QtBot, model_files: tuple[Path, Path]
) -> None:
    with qtbot.waitSignal(models.failed) as told:
        models.keep(model_files[0], "second", activate=True)
    assert isinstance(told.args[0], ModelError)
    assert models.active == library.BUNDLED


def test_renaming_copying_and_removing(models: Models, qtbot: QtBot) -> None:
    with qtbot.waitSignal(models.renamed) as told:
        models.rename("ward 7", "ward 8")
    assert told.args == ["ward 7", "ward 8"]
    with qtbot.waitSignal(models.added) as told:
        models.copy("ward 8", "ward 9")
    assert told.args == ["ward 9"]
    models.activate("ward 9")
    with qtbot.waitSignal(models.removed) as told:
        models.remove("ward 9")
    assert told.args == ["ward 9", library.BUNDLED]
    assert models.names == (library.BUNDLED, "second", "ward 8")


def test_operating_points_and_notes_are_stored(models: Models, qtbot: QtBot) -> None:
    with qtbot.waitSignal(models.points_set) as told:
        models.set_operating_points("second", [OperatingPoint("by hand", 0.3, 0.9, 0.8)])
    assert told.args == ["second"]
    assert checkpoint.load(library.find("second")).threshold == 0.3
    with qtbot.waitSignal(models.changed):
        models.set_note("second", "good")
    assert library.note("second") == "good"


def test_the_bundled_one_is_refused_with_what_to_do(models: Models, qtbot: QtBot) -> None:
    with qtbot.waitSignal(models.points_not_set) as told:
        models.set_operating_points(library.BUNDLED, [OperatingPoint("by hand", 0.3, 0.9, 0.8)])
    assert told.args[0] == library.BUNDLED
    assert "save it as a copy" in told.args[1].hint
    with qtbot.waitSignal(models.failed) as told:
        models.set_note(library.BUNDLED, "good")
    assert "save it as a copy" in told.args[0].hint


def test_exporting_and_importing(models: Models, qtbot: QtBot, tmp_path: Path) -> None:
    target = tmp_path / "out.safetensors"
    target.write_text("may go: the person was asked")
    with qtbot.waitSignal(models.exported) as told:
        models.export("ward 7", target)
    assert told.args == ["ward 7", target]
    with qtbot.waitSignal(models.examined) as told:
        models.examine(target)
    assert told.args[0].name == "ward 7 2"
    with qtbot.waitSignal(models.added):
        models.take_in(target, "ward 7 2", "theirs")
    assert library.note("ward 7 2") == "theirs"


def test_a_foreign_file_is_refused(models: Models, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with qtbot.waitSignal(models.refused) as told:
        models.examine(path)
    assert told.args[0] == path
    assert "can hold programs" in told.args[1].message


def test_the_whole_of_a_model_comes_for_its_card(models: Models, qtbot: QtBot, own_library: Path) -> None:
    with qtbot.waitSignal(models.detailed) as told:
        models.detail("ward 7")
    assert told.args[0] == "ward 7"
    assert told.args[1].note == "a note\nin two lines"
    (own_library / "second.safetensors").write_text("overwritten")
    with qtbot.waitSignal(models.not_detailed) as told:
        models.detail("second")
    assert told.args[0] == "second"


def test_it_is_busy_while_something_is_done(models: Models, qtbot: QtBot) -> None:
    assert not models.is_busy
    with qtbot.waitSignal(models.activated):
        models.activate("second")
        assert models.is_busy
    qtbot.waitUntil(lambda: not models.is_busy)


def test_after_closing_nothing_is_looked_at(models: Models, lane: Lane) -> None:
    lane.close()
    models.refresh()
