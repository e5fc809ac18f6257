"""From a folder of scans to the new model in the library: the real processes, on a few generated scans."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from core.learning import runs
from core.model import library
from gui.models.dialogs import KeepDialog
from tests.datasets import write_dataset

#: For a process to start, train and finish on a busy machine.
PATIENCE_MS = 300_000


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_folder_becomes_the_model_that_reads(bench, qtbot, tmp_path):
    on = bench()
    page = on.page
    page.estimating.want(False)
    folder = write_dataset(tmp_path / "my scans", each=10)
    (folder / "NORMAL" / "torn.png").write_bytes(b"\x89PNG torn")

    page.prepare.sources.add_wanted.emit([folder])
    on.wait_until_inspected(qtbot)
    table = page.prepare.found.table
    counts = [[table.item(row, column).text() for column in range(1, 4)] for row in range(table.rowCount())]
    assert counts == [["Learns from", "8", "8"], ["Checks itself on", "2", "2"]]
    assert any("cannot be read" in row.text for row in page.prepare.found.rows)
    assert page.start_bar.start.isEnabled()
    on.setup.change(epochs=4, size=64, int8=False)
    press(qtbot, page.start_bar.start)
    assert page.stage == "running"
    assert not page.start_bar.start.isEnabled()
    with qtbot.waitSignal(on.service.succeeded, timeout=PATIENCE_MS):
        pass
    assert len(page.following.history) >= 1
    assert page.running.log.toPlainText()
    assert page.stage == "result"
    qtbot.waitUntil(lambda: page.result.results.body is not None, timeout=PATIENCE_MS)

    run = page.following.job.out
    press(qtbot, page.keep_bar.keep)
    dialog = page.window().findChild(KeepDialog)
    dialog.name.setText("of my ward")
    dialog.note.setPlainText("winter")
    dialog.active.setChecked(True)
    with qtbot.waitSignal(page.kept, timeout=PATIENCE_MS) as kept:
        press(qtbot, dialog.go_on)
    assert kept.args == ["of my ward"]
    assert library.active_name() == "of my ward"
    assert on.models.active == "of my ward"
    qtbot.waitUntil(lambda: not run.exists(), timeout=PATIENCE_MS)
    assert runs.waiting() == []
    assert page.keep_bar.is_decided
    assert on.said == []


def test_an_epoch_on_real_scans(bench, data_root, qtbot, tmp_path):
    """The whole network, on few of them and small: that it goes through, not that it gets better."""
    on = bench()
    on.page.estimating.want(False)
    on.setup.add([some_of(data_root, tmp_path / "real", each=14)])
    on.wait_until_inspected(qtbot)
    assert on.setup.can_start
    on.setup.choose_preset("fine-tune")
    on.setup.change(epochs=1, size=64, batch_size=8, int8=False)
    press(qtbot, on.page.start_bar.start)
    with qtbot.waitSignal(on.service.succeeded, timeout=PATIENCE_MS) as ended:
        pass
    assert ended.args[0].epochs == 1
    (epoch,) = on.page.following.history
    assert epoch["train_loss"] == epoch["train_loss"]  # a number
    qtbot.waitUntil(lambda: on.page.result.results.body is not None, timeout=PATIENCE_MS)
    assert on.said == []


def some_of(data_root: Path, folder: Path, each: int) -> Path:
    """A few scans of each class."""
    for name in ("NORMAL", "PNEUMONIA"):
        found = sorted((data_root / "paediatric" / name).glob("*.jp*g"))
        if len(found) < each:
            pytest.skip(f"fewer than {each} scans in {data_root / 'paediatric' / name}")
        (folder / name).mkdir(parents=True)
        for path in found[:: len(found) // each][:each]:
            shutil.copyfile(path, folder / name / path.name)
    return folder
