"""What is dropped, pasted or named becomes a list of files; everything else is said."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QPixmap

from core.errors import LungfieldError, ScanError
from core.imaging.decode import decode
from core.reading.finding import Listing
from gui.opening import Opener, can_be_opened, local_paths
from tests.gui.driving import slow_folders
from tests.pictures import radiograph


class Heard:
    """All that an opener says."""

    def __init__(self, opener: Opener) -> None:
        self.listings, self.latest, self.errors, self.searching = [], [], [], []
        opener.found.connect(self._on_found)
        opener.failed.connect(self.errors.append)
        opener.searching.connect(self.searching.append)

    @property
    def paths(self) -> list[Path]:
        return [found.path for listing in self.listings for found in listing.files]

    def _on_found(self, listing: Listing, latest: bool) -> None:
        self.listings.append(listing)
        self.latest.append(latest)


@pytest.fixture
def opener(lane) -> Opener:
    return Opener([lane])


@pytest.fixture
def heard(opener) -> Heard:
    return Heard(opener)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two scans, one of them deeper, and what lies beside scans."""
    made = tmp_path / "study"
    (made / "deeper").mkdir(parents=True)
    cv2.imwrite(str(made / "b.png"), radiograph(0))
    cv2.imwrite(str(made / "deeper" / "a.png"), radiograph(1))
    (made / "notes.txt").write_text("nothing to see")
    return made


def mime_of(*urls: str | Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(url)) if isinstance(url, Path) else QUrl(url) for url in urls])
    return mime


def settle(qtbot, opener: Opener) -> None:
    qtbot.waitUntil(lambda: opener.is_idle, timeout=10_000)


def picture(seed: int = 0, size: tuple[int, int] = (90, 70)) -> QImage:
    """A grey picture as another program puts it on the clipboard."""
    pixels = radiograph(seed, size=size)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, width, QImage.Format.Format_Grayscale8).convertToFormat(
        QImage.Format.Format_RGB32
    )


# What there is in a drop


def test_files_and_folders_of_this_computer_are_taken_in_their_order(tmp_path):
    named = [tmp_path / name for name in ("b.png", "ä ö.dcm", "a folder")]
    assert local_paths(mime_of(*named)) == named


def test_what_lies_elsewhere_is_left_out(tmp_path):
    here = tmp_path / "here.png"
    assert local_paths(mime_of("https://example.org/there.png", here, "ftp://example.org/x")) == [here]


@pytest.mark.parametrize(
    ("kind", "can"),
    [("files", True), ("picture", True), ("elsewhere", False), ("text", False), ("nothing", False)],
)
def test_only_what_can_be_opened_is_taken_for_it(qapp, tmp_path, kind, can):
    mime = QMimeData()
    if kind == "files":
        mime = mime_of(tmp_path)
    elif kind == "picture":
        mime.setImageData(picture())
    elif kind == "elsewhere":
        mime = mime_of("https://example.org/there.png")
    elif kind == "text":
        mime.setText("/home/me/scan.png")
    assert can_be_opened(mime) == can


# Files and folders


def test_files_are_found_in_the_order_they_were_named(opener, heard, folder, qtbot):
    named = [folder / "deeper" / "a.png", folder / "b.png"]
    opener.open(named)
    settle(qtbot, opener)
    assert heard.paths == named


def test_a_folder_is_searched_to_any_depth(opener, heard, folder, qtbot):
    opener.open([folder])
    settle(qtbot, opener)
    assert heard.paths == [folder / "b.png", folder / "deeper" / "a.png"]
    assert [str(found.relative) for found in heard.listings[0].files] == [
        "b.png",
        os.path.join("deeper", "a.png"),
    ]


def test_a_drop_is_opened_like_what_is_named(opener, heard, folder, qtbot):
    opener.take(mime_of(folder, folder / "b.png"))
    settle(qtbot, opener)
    assert heard.paths == [folder / "b.png", folder / "deeper" / "a.png", folder / "b.png"]


def test_every_request_is_answered(opener, heard, folder, qtbot):
    for name in ("b.png", "deeper"):
        opener.open([folder / name])
    settle(qtbot, opener)
    assert [len(listing.files) for listing in heard.listings] == [1, 1]


@pytest.mark.parametrize("content", [{}, {"notes.txt": "no scan"}])
def test_a_folder_with_nothing_in_it_is_said(opener, heard, tmp_path, qtbot, content):
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    opener.open([tmp_path])
    settle(qtbot, opener)
    assert heard.listings == []
    [error] = heard.errors
    assert isinstance(error, ScanError)
    assert "no scan" in error.message


def test_a_file_that_is_gone_stays_on_the_list(opener, heard, tmp_path, qtbot):
    """Reading it says so; it must not vanish without a word."""
    opener.open([tmp_path / "gone.png"])
    settle(qtbot, opener)
    assert heard.paths == [tmp_path / "gone.png"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything is open to root")
def test_a_folder_that_may_not_be_searched_is_named_and_the_rest_is_found(opener, heard, folder, qtbot):
    closed = folder / "deeper"
    closed.chmod(0)
    try:
        opener.open([folder])
        settle(qtbot, opener)
    finally:
        closed.chmod(0o700)
    assert heard.paths == [folder / "b.png"]
    [error] = heard.errors
    assert isinstance(error, LungfieldError)
    assert "deeper" in error.message


def test_searching_is_said_until_the_answer_is_there(opener, heard, folder, qtbot):
    opener.open([folder])
    assert heard.searching == [True]
    settle(qtbot, opener)
    assert heard.searching == [True, False]


def test_nothing_is_searched_before_the_caller_goes_on(opener, heard, folder, qtbot):
    opener.open([folder])
    assert heard.listings == []
    assert not opener.is_idle
    settle(qtbot, opener)
    assert len(heard.listings) == 1


# Beside a search that takes long


@pytest.fixture
def two(lane, lanes) -> Opener:
    return Opener([lane, lanes.lane("other")])


def test_a_file_does_not_wait_for_a_folder(two, folder, qtbot):
    heard = Heard(two)
    with slow_folders():
        two.open([folder])
        two.open([folder / "b.png"])
        qtbot.waitUntil(lambda: heard.paths == [folder / "b.png"], timeout=10_000)
        assert heard.searching == [True, True]
        assert two.is_searching
    settle(qtbot, two)
    assert heard.paths[1:] == [folder / "b.png", folder / "deeper" / "a.png"]
    assert heard.latest == [True, False], "the folder was opened before"
    assert heard.searching == [True, True, False]


def test_all_that_is_opened_meanwhile_is_found_in_its_order(two, folder, qtbot):
    heard = Heard(two)
    files = [folder / "b.png", folder / "deeper" / "a.png"] * 3
    with slow_folders():
        two.open([folder])
        for file in files:
            two.open([file])
        qtbot.waitUntil(lambda: heard.paths == files, timeout=10_000)
    settle(qtbot, two)
    assert heard.latest == [True] * 6 + [False]


def test_after_a_stop_nothing_waits_for_the_network(two, folder, qtbot):
    heard = Heard(two)
    with slow_folders():
        two.open([folder])
        two.cancel()
        two.open([folder / "b.png"])
        qtbot.waitUntil(lambda: not two.is_searching, timeout=10_000)
        assert heard.paths == [folder / "b.png"]
    settle(qtbot, two)
    assert heard.paths == [folder / "b.png"]


# Stopped


def test_of_a_search_that_is_stopped_nothing_comes(opener, heard, lane, folder, qtbot):
    cancelled, go_on = [], threading.Event()
    opener.cancelled.connect(lambda: cancelled.append(opener.is_searching))
    lane.start(lambda _: go_on.wait(10))  # as a network that does not answer
    for _ in range(2):
        opener.open([folder])
    assert opener.is_searching
    opener.cancel()
    assert heard.searching == [True, True, False], "at once, whatever the network does"
    go_on.set()
    settle(qtbot, opener)
    assert (heard.listings, heard.errors) == ([], [])
    assert heard.searching == [True, True, False]
    assert cancelled == [False]


def test_what_is_opened_after_a_stop_is_found(opener, heard, folder, qtbot):
    opener.open([folder])
    opener.cancel()
    opener.open([folder / "b.png"])
    assert opener.is_searching
    settle(qtbot, opener)
    assert heard.paths == [folder / "b.png"]
    assert not opener.is_searching


def test_stopping_where_nothing_is_searched_says_nothing(opener, heard, qtbot):
    with qtbot.assertNotEmitted(opener.cancelled):
        opener.cancel()
    assert heard.searching == []


# Pictures


def test_a_pasted_picture_is_what_was_copied(opener, heard, qtbot):
    mime = QMimeData()
    mime.setImageData(picture(3))
    opener.take(mime)
    settle(qtbot, opener)
    [found] = heard.listings[0].files
    scan = decode(found.read(), found.path.name)
    np.testing.assert_allclose(scan.pixels, radiograph(3, size=(90, 70)) / 255, atol=1e-6)


def test_a_picture_on_the_clipboard_is_taken(opener, heard, qtbot):
    clipboard = QGuiApplication.clipboard()
    clipboard.setImage(picture(5))
    opener.take(clipboard.mimeData())
    settle(qtbot, opener)
    [found] = heard.listings[0].files
    np.testing.assert_allclose(
        decode(found.read(), "pasted").pixels, radiograph(5, size=(90, 70)) / 255, atol=1e-6
    )
    clipboard.clear()


def test_a_pixmap_is_a_picture_too(opener, heard, qtbot):
    mime = QMimeData()
    mime.setImageData(QPixmap.fromImage(picture()))
    opener.take(mime)
    settle(qtbot, opener)
    [found] = heard.listings[0].files
    assert decode(found.read(), "pasted").pixels.shape == (90, 70)


def test_pasted_pictures_can_be_told_apart(opener, heard, qtbot):
    for seed in range(3):
        mime = QMimeData()
        mime.setImageData(picture(seed))
        opener.take(mime)
    settle(qtbot, opener)
    names = [found.path.name for listing in heard.listings for found in listing.files]
    assert len(set(names)) == 3
    assert all("asted" in name for name in names)


def test_files_go_before_the_picture_that_comes_with_them(opener, heard, folder, qtbot):
    """File managers send both: the file, and a small picture of it."""
    mime = mime_of(folder / "b.png")
    mime.setImageData(picture())
    opener.take(mime)
    settle(qtbot, opener)
    assert heard.paths == [folder / "b.png"]


def test_a_picture_dragged_from_a_browser_is_taken(opener, heard, qtbot):
    mime = mime_of("https://example.org/there.png")
    mime.setImageData(picture())
    opener.take(mime)
    settle(qtbot, opener)
    assert heard.listings[0].files[0].content


# What cannot be opened


def test_a_drop_from_elsewhere_says_what_to_do(opener, heard):
    opener.take(mime_of("https://example.org/there.png"))
    [error] = heard.errors
    assert isinstance(error, ScanError)
    assert "save" in error.hint


@pytest.mark.parametrize("text", ["", "some words"])
def test_a_clipboard_without_a_picture_says_so(opener, heard, text):
    mime = QMimeData()
    if text:
        mime.setText(text)
    opener.take(mime)
    assert [type(error) for error in heard.errors] == [ScanError]
    assert "no picture" in heard.errors[0].message


class _Gone(QMimeData):
    """A program that offered a picture and has ended since."""

    def hasFormat(self, kind: str) -> bool:  # noqa: N802 - Qt's name
        return kind == "application/x-qt-image"

    def formats(self) -> list[str]:
        return ["application/x-qt-image"]

    def retrieveData(self, kind: str, wanted: object) -> None:  # noqa: N802 - Qt's name
        return None


@pytest.mark.parametrize("kind", ["null", "damaged", "gone"])
def test_a_picture_that_is_none_is_refused(opener, heard, qtbot, kind):
    mime = _Gone() if kind == "gone" else QMimeData()
    if kind == "null":
        mime.setImageData(QImage())
    elif kind == "damaged":
        mime.setData("application/x-qt-image", b"this is no picture")
    assert can_be_opened(mime)
    opener.take(mime)
    settle(qtbot, opener)
    assert heard.listings == []
    assert [type(error) for error in heard.errors] == [ScanError]
