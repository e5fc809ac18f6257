"""The application as a whole: starting, reading without torch, staying quick, ending."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QTimer

from core.errors import ScanError
from tests.conftest import ROOT
from tests.gui.driving import PATIENCE_MS, drop, files_mime, settle
from tests.gui.watch import Watch
from tests.pictures import radiograph

#: More than this the window's own thread may not work at a stretch. `benchmarks/window.py` holds the whole
#: time to the same figure; a test would fail by whatever else runs on the machine.
LONGEST_WORK_MS = 50.0
#: Longer than this it may not wait either (for the model, or a folder that is searched or read); no less,
#: for that is also what another program may hold it.
LONGEST_HOLD_MS = 1000.0


def run(*arguments: str | Path, code: str = "") -> subprocess.CompletedProcess[str]:
    """The application in a process of its own."""
    command = [sys.executable, "-c", code] if code else [sys.executable, "main.py"]
    return subprocess.run(
        [*command, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def folder_of_many(folder: Path, of: int = 0) -> Path:
    """80 scans of a size that takes some time each, no two alike, nor like those of another number."""
    folder.mkdir()
    picture = radiograph(0, size=(1200, 1400))
    for number in range(80):
        picture[:8, :8], picture[:8, 8:16] = 3 * number, 60 * of
        cv2.imwrite(str(folder / f"{number:03}.jpeg"), picture)
    return folder


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return folder_of_many(tmp_path / "many")


# --screenshot


def test_a_screenshot_shows_the_reading_in_the_size_asked_for(scans, tmp_path):
    picture = tmp_path / "window.png"
    done = run("--screenshot", picture, "--size", "1024x700", "--theme", "light", *scans)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    seen = cv2.imread(str(picture))
    assert seen.shape == (700, 1024, 3)
    around, middle = seen[5, 5], seen[300:400, 400:500]
    assert around.min() > 200  # the light theme
    assert np.ptp(middle) > 30  # the radiograph
    assert not (Path(os.environ["LUNGFIELD_HOME"]) / "data" / "settings.json").exists()


def test_a_screenshot_of_nothing_is_the_empty_window(tmp_path):
    picture = tmp_path / "window.png"
    done = run("--screenshot", picture)
    assert (done.returncode, done.stderr) == (0, "")
    assert cv2.imread(str(picture)).shape == (800, 1280, 3)


def test_a_screenshot_tells_of_scans_that_failed(scans, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(scans[0].read_bytes()[:1000])
    assert run("--screenshot", tmp_path / "a.png", scans[0], broken).returncode == 1
    alone = run("--screenshot", tmp_path / "b.png", broken)
    assert alone.returncode == 2
    assert alone.stderr.startswith("lungfield: broken.png is cut short")
    assert len(alone.stderr.splitlines()) == 1
    assert (tmp_path / "b.png").exists()
    (tmp_path / "nothing").mkdir()
    nothing = run("--screenshot", tmp_path / "c.png", tmp_path / "nothing")
    assert nothing.returncode == 2
    assert "no scan" in nothing.stderr


def test_a_screenshot_that_cannot_be_written_says_so_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    done = run("--screenshot", tmp_path / "file" / "window.png")
    assert done.returncode == 2
    assert "cannot write" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("wrong", [["--size", "large"], ["--theme", "pink"], ["--frobnicate"]])
def test_wrong_usage_is_2(wrong):
    done = run("--screenshot", "never.png", *wrong)
    assert done.returncode == 2
    assert "usage" in done.stderr
    assert not (ROOT / "never.png").exists()


# Starting


def test_reading_on_the_cpu_loads_no_torch(scans, tmp_path):
    code = (
        "import sys; from gui.app import main; status = main(sys.argv[1:]);"
        "print(status, 'torch' in sys.modules, 'openvino' in sys.modules, 'pydicom' in sys.modules)"
    )
    done = run("--screenshot", tmp_path / "window.png", scans[0], code=code)
    assert done.stdout.split() == ["0", "False", "True", "False"]


def test_the_window_is_on_the_screen_before_an_engine_is_loaded():
    code = (
        "import sys; from argparse import Namespace; from PySide6.QtWidgets import QApplication;"
        "from gui.app import Lungfield; qt = QApplication([]);"
        "it = Lungfield(qt, Namespace(paths=[], screenshot=None, size=None, theme=None)); it.start();"
        "print(it.window.isVisible(), it.window.acceptDrops(),"
        " any(name in sys.modules for name in ('openvino', 'torch', 'safetensors', 'sklearn', 'scipy')));"
        "it.end()"
    )
    assert run(code=code).stdout.split() == ["True", "True", "False"]


# Staying quick


def test_the_event_loop_is_never_held_while_a_folder_is_read(start, qtbot, tmp_path):
    """Three tries, for other programs can keep this one from the processor and its caches; each with other
    scans, for those that the store knows are not read."""
    lungfield = start()
    settle(qtbot, lungfield)
    read = []
    lungfield.session.readings.service.started.connect(read.append)
    watch, holds = Watch(), []
    for number in range(3):
        folder = folder_of_many(tmp_path / str(number), number)
        lungfield.session.clear()
        watch.start()
        drop(lungfield, files_mime(folder))
        settle(qtbot, lungfield)
        watch.stop()
        assert len(lungfield.session.worklist.entries) == 80
        assert len(read) == 80 * (number + 1)
        holds.append((watch.busiest, watch.longest))
        if watch.busiest <= LONGEST_WORK_MS and watch.longest <= LONGEST_HOLD_MS:
            return
    pytest.fail(f"worked and held, ms: {holds}")


def test_the_watch_sees_a_loop_that_is_held(qtbot):
    watch = Watch()
    watch.start()
    QTimer.singleShot(5, lambda: time.sleep(0.08))
    qtbot.waitUntil(lambda: watch.longest >= 78)
    watch.stop()
    assert watch.busiest < 50  # it slept


def test_the_watch_sees_a_loop_that_works(qtbot):
    def work() -> None:
        begun = time.thread_time()
        while time.thread_time() < begun + 0.08:
            pass

    watch = Watch()
    watch.start()
    QTimer.singleShot(5, work)
    qtbot.waitUntil(lambda: watch.busiest >= 78)
    watch.stop()


def test_the_picture_is_there_before_the_reading(start, qtbot, many):
    lungfield = start()
    settle(qtbot, lungfield)
    order = []
    lungfield.session.picture_changed.connect(lambda: order.append(lungfield.session.picture_status))
    lungfield.session.readings.service.started.connect(lambda _: order.append("reading"))
    drop(lungfield, files_mime(*sorted(many.iterdir())[:3]))
    settle(qtbot, lungfield)
    assert order[:2] == ["loading", "shown"]
    assert order.count("reading") == 3


def test_the_scan_that_is_looked_at_is_read_before_the_others(start, qtbot, many):
    lungfield = start()
    settle(qtbot, lungfield)
    finished = []
    lungfield.session.readings.service.finished.connect(
        lambda answer: finished.append(answer.found.path.name)
    )
    drop(lungfield, files_mime(many))
    qtbot.waitUntil(lambda: len(finished) >= 3, timeout=PATIENCE_MS)
    lungfield.session.select(lungfield.session.worklist.entries[70])
    qtbot.waitUntil(lambda: "070.jpeg" in finished, timeout=PATIENCE_MS)
    assert finished.index("070.jpeg") < 30
    lungfield.session.stop()
    settle(qtbot, lungfield)


def test_reading_stops_when_asked_and_goes_on_when_asked(start, qtbot, many):
    lungfield = start()
    settle(qtbot, lungfield)
    drop(lungfield, files_mime(many))
    session = lungfield.session
    qtbot.waitUntil(lambda: any(entry.stored for entry in session.worklist.entries), timeout=PATIENCE_MS)
    lungfield.window.actions_["stop"].trigger()
    qtbot.waitUntil(lambda: not session.is_reading)
    statuses = {entry.status for entry in session.worklist.entries}
    assert "unread" in statuses
    assert not statuses & {"waiting", "reading"}
    lungfield.window.actions_["read-unread"].trigger()
    settle(qtbot, lungfield)
    assert {entry.status for entry in session.worklist.entries} <= {"ok", "rejected"}


# Ending


def test_closing_while_reading_does_not_read_the_rest(start, qtbot, qapp, many):
    """`benchmarks/window.py` measures the two seconds that it may take."""
    lungfield = start(many)
    entries = lungfield.session.worklist.entries
    qtbot.waitUntil(lambda: any(entry.stored for entry in entries), timeout=PATIENCE_MS)
    lungfield.window.close()
    assert not lungfield.window.isVisible()
    assert lungfield.lanes.close()
    qapp.processEvents()  # what was read is told
    assert not all(entry.stored for entry in entries)
    # tests/conftest.py fails the test if a thread is left


def test_closing_while_the_model_is_opened_ends_cleanly(start, qtbot, scans):
    lungfield = start(*scans)
    settle(qtbot, lungfield)
    lungfield.session.start()
    assert lungfield.session.readings.service.is_opening
    lungfield.window.close()
    assert not lungfield.window.isVisible()
    assert lungfield.lanes.close()


def test_an_exception_nobody_caught_is_told_and_the_window_goes_on(start, qtbot):
    lungfield = start()
    settle(qtbot, lungfield)
    lungfield.funnel.install()
    try:
        sys.excepthook(ScanError, ScanError("this one is for the person", "do that"), None)
        assert lungfield.window.banner.text == "this one is for the person — do that."
    finally:
        lungfield.funnel.uninstall()
