"""The picture that is saved or copied: what was on the screen, at full size, with the disclaimer."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication, QImage

from core.errors import LungfieldError
from core.imaging.display import Display, Orientation
from core.imaging.scan import Scan, Window
from gui.saving import PictureSaver, Shown
from tests.gui.driving import held
from tests.pictures import radiograph

HEIGHT, WIDTH = 240, 300
PIXELS = radiograph(4, size=(HEIGHT, WIDTH)).astype(np.float32) / 255
SHOWN = Shown(Scan(PIXELS), Display(), Orientation(), None, (), 0.08, 0.6)
EVERY_ORIENTATION = [Orientation(turns, mirrored) for turns in range(4) for mirrored in (False, True)]


@pytest.fixture
def saver(lane) -> PictureSaver:
    return PictureSaver(lane, QGuiApplication.clipboard())


def settle(qtbot, lane) -> None:
    qtbot.waitUntil(lambda: lane.is_idle, timeout=20_000)


def saved(saver: PictureSaver, shown: Shown, path: Path, qtbot) -> np.ndarray:
    """The file as another library reads it: uint8 [H, W, 3], red first."""
    with qtbot.waitSignal(saver.saved, timeout=20_000) as answer:
        saver.save(shown, path)
    assert answer.args == [path]
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert picture.dtype == np.uint8
    return picture[..., ::-1]


def turned(array: np.ndarray, orientation: Orientation) -> np.ndarray:
    """Mirrored first, then turned clockwise, as the definition says."""
    if orientation.mirrored:
        array = np.fliplr(array)
    return np.rot90(array, k=-orientation.quarter_turns)


def of_image(image: QImage) -> np.ndarray:
    """uint8 [H, W, 3], red first."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


@pytest.mark.parametrize("orientation", EVERY_ORIENTATION, ids=str)
def test_the_scan_is_saved_as_it_is_turned(saver, tmp_path, qtbot, orientation):
    expected = turned(np.rint(PIXELS * 255).astype(np.uint8), orientation)
    picture = saved(saver, replace(SHOWN, orientation=orientation), tmp_path / "saved.png", qtbot)
    height, width = expected.shape
    assert (picture[:height, :width] == expected[..., None]).all()


@pytest.mark.parametrize(
    ("display", "grey"),
    [
        (Display(Window(0.2, 0.7)), np.clip((PIXELS - 0.2) / 0.5, 0, 1)),
        (Display(gamma=2.0), np.sqrt(PIXELS)),
        (Display(inverted=True), 1 - PIXELS),
        (Display(Window(0.1, 0.6), 0.5, 0.0, True), 1 - np.clip((PIXELS - 0.1) / 0.5, 0, 1) ** 2),
    ],
    ids=["window", "gamma", "inverted", "all"],
)
def test_the_scan_is_saved_with_its_contrast(saver, tmp_path, qtbot, display, grey):
    picture = saved(saver, replace(SHOWN, display=display), tmp_path / "saved.png", qtbot)
    difference = picture[:HEIGHT, :WIDTH].astype(np.float64) - 255 * grey[..., None]
    assert np.abs(difference).max() <= 0.51


def test_a_scan_with_more_than_eight_bits_is_saved_at_full_depth_of_its_window(saver, tmp_path, qtbot):
    """A narrow window spreads values that eight bits would merge."""
    ramp = np.tile(np.linspace(0.5, 0.51, 256, dtype=np.float32), (100, 1))
    shown = replace(SHOWN, scan=Scan(ramp, bits=16), display=Display(Window(0.5, 0.51)))
    picture = saved(saver, shown, tmp_path / "saved.png", qtbot)
    assert len(np.unique(picture[50, :256, 0])) > 250


# Evidence


def corner_map() -> np.ndarray:
    """Evidence for pneumonia in the upright scan's top left corner, against it in the bottom right one."""
    heatmap = np.zeros((4, 4), np.float32)
    heatmap[0, 0], heatmap[3, 3] = 2.0, -2.0
    return heatmap


@pytest.mark.parametrize("orientation", EVERY_ORIENTATION, ids=str)
def test_the_evidence_lies_on_the_same_place_of_the_scan(saver, tmp_path, qtbot, orientation):
    shown = replace(SHOWN, orientation=orientation, heatmap=corner_map())
    picture = saved(saver, shown, tmp_path / "saved.png", qtbot).astype(int)
    marks = np.zeros((HEIGHT, WIDTH), int)
    marks[5:40, 5:50], marks[-40:-5, -50:-5] = 1, -1
    marks = turned(marks, orientation)
    height, width = marks.shape
    warmth = (picture[..., 0] - picture[..., 2])[:height, :width]  # red over blue
    assert warmth[marks > 0].min() > 40, "orange speaks for pneumonia"
    assert warmth[marks < 0].max() < -40, "blue against it"


def test_without_evidence_the_picture_is_grey(saver, tmp_path, qtbot):
    picture = saved(saver, SHOWN, tmp_path / "saved.png", qtbot)[:HEIGHT, :WIDTH]
    assert (picture == picture[..., :1]).all()


def test_opacity_is_kept(saver, tmp_path, qtbot):
    heatmap = np.full((4, 4), 2.0, np.float32)  # far over the full scale everywhere
    scan = Scan(np.zeros((HEIGHT, WIDTH), np.float32))
    picture = saved(
        saver, replace(SHOWN, scan=scan, heatmap=heatmap, opacity=0.25), tmp_path / "saved.png", qtbot
    )
    np.testing.assert_allclose(picture[120, 150], 255 * 0.25 * np.array([0.902, 0.380, 0.0]), atol=1)


@pytest.mark.parametrize(("cut_off", "drawn"), [(0.2, True), (0.4, False)])
def test_the_cut_off_is_kept(saver, tmp_path, qtbot, cut_off, drawn):
    heatmap = np.full((4, 4), 0.3 * 12 / 16, np.float32)  # 30 % of the full scale, which is 12 over 16 cells
    picture = saved(saver, replace(SHOWN, heatmap=heatmap, cut_off=cut_off), tmp_path / "saved.png", qtbot)
    assert (picture[120, 150, 0] > picture[120, 150, 2]) == drawn


# Disclaimer and captions


def below(picture: np.ndarray, height: int = HEIGHT) -> np.ndarray:
    return picture[height:]


@pytest.mark.parametrize("heatmap", [None, corner_map()], ids=["scan", "evidence"])
@pytest.mark.parametrize("captions", [(), ("PNEUMONIA", "some model")])
def test_the_disclaimer_stands_below_every_picture(saver, tmp_path, qtbot, heatmap, captions):
    picture = saved(saver, replace(SHOWN, heatmap=heatmap, captions=captions), tmp_path / "saved.png", qtbot)
    assert picture.shape[0] > HEIGHT + 12
    warning = (below(picture)[..., 0] > 200) & (below(picture)[..., 2] < 160)  # amber letters
    assert warning.sum() > 50


def test_captions_are_written_above_the_disclaimer(saver, tmp_path, qtbot):
    bare = saved(saver, SHOWN, tmp_path / "bare.png", qtbot)
    worded = saved(saver, replace(SHOWN, captions=("PNEUMONIA", "a model")), tmp_path / "worded.png", qtbot)
    more = worded.shape[0] - bare.shape[0]
    assert more > 20
    assert (worded[HEIGHT : HEIGHT + more].min(axis=2) > 150).sum() > 50, "light letters"


# Whole or not at all


def test_a_file_that_is_there_is_replaced(saver, tmp_path, qtbot):
    path = tmp_path / "saved.png"
    path.write_bytes(b"what was there")
    assert saved(saver, SHOWN, path, qtbot).shape[1] >= WIDTH


def test_a_place_that_cannot_be_written_to_is_said(saver, tmp_path, qtbot):
    (tmp_path / "file").write_bytes(b"")
    with qtbot.waitSignal(saver.failed, timeout=20_000) as answer:
        saver.save(SHOWN, tmp_path / "file" / "saved.png")
    [error] = answer.args
    assert isinstance(error, LungfieldError)
    assert "saved.png" in error.message


@pytest.mark.parametrize("before", [None, b"what was there"])
def test_a_full_disk_leaves_what_was_there_and_no_half_picture(saver, tmp_path, lane, qtbot, before):
    resource = pytest.importorskip("resource", reason="the size of files cannot be limited here")
    path = tmp_path / "saved.png"
    if before:
        path.write_bytes(before)
    errors, paths = [], []
    saver.failed.connect(errors.append)
    saver.saved.connect(paths.append)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        saver.save(SHOWN, path)
        settle(qtbot, lane)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [type(error) for error in errors] == [LungfieldError]
    assert paths == []
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == (
        {"saved.png": before} if before else {}
    )


def test_closing_waits_until_all_is_saved(saver, lanes, lane, tmp_path):
    files = [tmp_path / "one.png", tmp_path / "two.png"]
    with held(lane):
        for file in files:
            saver.save(SHOWN, file)
        assert lanes.close()
    assert all(cv2.imread(str(file)) is not None for file in files)


# The clipboard


def test_what_is_copied_is_what_is_saved(saver, tmp_path, qtbot):
    shown = replace(SHOWN, orientation=Orientation(1, True), heatmap=corner_map(), captions=("PNEUMONIA",))
    file = saved(saver, shown, tmp_path / "saved.png", qtbot)
    with qtbot.waitSignal(saver.copied, timeout=20_000):
        saver.copy(shown)
    clipboard = QGuiApplication.clipboard()
    np.testing.assert_array_equal(of_image(clipboard.image()), file)
    clipboard.clear()


def test_the_latest_copy_is_the_one_on_the_clipboard(saver, lane, qtbot):
    copied, go = [], threading.Event()
    saver.copied.connect(lambda: copied.append(1))
    lane.start(lambda _: go.wait(10))
    clipboard = QGuiApplication.clipboard()
    for level in (0.25, 0.75):
        saver.copy(replace(SHOWN, scan=Scan(np.full((HEIGHT, WIDTH), level, np.float32))))
    go.set()
    settle(qtbot, lane)
    assert len(copied) == 1
    assert of_image(clipboard.image())[100, 100, 0] == round(0.75 * 255)
    clipboard.clear()


def test_copying_does_not_stop_saving(saver, lane, tmp_path, qtbot):
    paths = []
    saver.saved.connect(paths.append)
    for name in ("one.png", "two.png"):
        saver.save(SHOWN, tmp_path / name)
        saver.copy(SHOWN)
    settle(qtbot, lane)
    assert paths == [tmp_path / "one.png", tmp_path / "two.png"]
    QGuiApplication.clipboard().clear()


@pytest.mark.parametrize("name", ["picture.jpg", "picture.JPEG"])
def test_a_name_that_says_jpeg_gets_a_jpeg(saver, tmp_path, qtbot, name):
    with qtbot.waitSignal(saver.saved):
        saver.save(SHOWN, tmp_path / name)
    assert (tmp_path / name).read_bytes()[:3] == b"\xff\xd8\xff"
    with qtbot.waitSignal(saver.saved):
        saver.save(SHOWN, tmp_path / "picture.png")
    lossy, exact = (cv2.imread(str(tmp_path / each)).astype(int) for each in (name, "picture.png"))
    assert lossy.shape == exact.shape
    assert np.abs(lossy - exact).mean() < 3
