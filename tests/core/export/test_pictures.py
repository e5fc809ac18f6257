from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.export.pictures import write_overlays
from core.imaging.decode import decode_file
from core.progress import Cancelled, NullProgress
from core.reading.finding import Found
from core.reading.overlay import overlay
from tests.core.export.scans import (
    Stopping,
    dicom_file,
    failed,
    files_below,
    item,
    leaks,
    picture,
    reading,
    rejected,
)


def _pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_a_picture_is_the_scan_with_its_evidence(tmp_path):
    scan = item(dicom_file(tmp_path / "a.dcm"))
    written = write_overlays(tmp_path / "out", [scan], True, NullProgress())
    assert written.files == (tmp_path / "out" / "a.png",)
    expected = overlay(decode_file(scan.found.path).windowed(), scan.reading)
    np.testing.assert_array_equal(_pixels(written.files[0]), expected)


def test_a_large_picture_comes_out_at_a_size_to_look_at(tmp_path):
    scan = item(picture(tmp_path / "a.jpeg", size=(2100, 1500)))
    (path,) = write_overlays(tmp_path / "out", [scan], True, NullProgress()).files
    expected = overlay(decode_file(scan.found.path).windowed(), scan.reading)
    saved = _pixels(path)
    assert saved.shape == expected.shape
    # Decoded at half its size: not the same, but not to be told apart
    assert np.abs(saved.astype(int) - expected)[:1000].mean() < 2


def test_pictures_lie_like_their_files_or_are_named_by_hashes(tmp_path):
    root = tmp_path / "scans"
    items = [item(picture(root / name, seed), root) for seed, name in enumerate(("a.png", "b/a.png"))]
    write_overlays(tmp_path / "named", items, True, NullProgress())
    assert files_below(tmp_path / "named") == ["a.png", "b/a.png"]
    write_overlays(tmp_path / "unnamed", items, False, NullProgress())
    assert files_below(tmp_path / "unnamed") == sorted(f"scan-{each.sha256[:12]}.png" for each in items)


def test_a_picture_without_names_holds_nothing_but_pixels_and_whose_it_is(tmp_path):
    scan = item(dicom_file(tmp_path / "Quigley Zsofia.dcm"))
    (path,) = write_overlays(tmp_path / "out", [scan], False, NullProgress()).files
    assert leaks(path.read_bytes()) == leaks(path.name.encode()) == []
    with Image.open(path) as image:
        assert image.info == {"Software": "Lungfield"}


def test_a_scan_is_never_replaced_by_its_picture(tmp_path):
    """The folder may be the one that was opened; only pictures of an earlier export in it are replaced."""
    items = [item(picture(tmp_path / name, seed), tmp_path) for seed, name in enumerate(("a.png", "b.jpeg"))]
    other = picture(tmp_path / "b.png", 7)  # not exported
    before = {path: path.read_bytes() for path in (items[0].found.path, other)}
    for _ in range(2):
        written = write_overlays(tmp_path, items, True, NullProgress())
        assert written.files == (tmp_path / "a-2.png", tmp_path / "b-2.png")
    assert {path: path.read_bytes() for path in before} == before


def test_a_rejected_scan_says_so_in_its_picture(tmp_path):
    path = picture(tmp_path / "a.png")
    items = [item(path), item(path, **rejected()), item(path, as_displayed="inverted")]
    files = write_overlays(tmp_path / "out", items, True, NullProgress()).files
    read, *others = (_pixels(file).shape[0] for file in files)
    assert min(others) > read, "more lines of words"


def test_scans_that_cannot_be_drawn_are_left_out_and_told(tmp_path):
    changed = item(picture(tmp_path / "jane.png"))
    picture(tmp_path / "jane.png", 7)
    items = [
        changed,
        item(picture(tmp_path / "a.png", 2)),
        item(tmp_path / "gone.png", sha256="ab" * 32),
        item(tmp_path / "b.png", **failed("b.png is empty")),
        item(picture(tmp_path / "c.png", 3), status="unread", reading=None),
        item(picture(tmp_path / "d.png", 4), reading=reading().without_map()),
    ]
    written = write_overlays(tmp_path / "out", items, False, NullProgress())
    assert [path.name for path in written.files] == [f"scan-{items[1].sha256[:12]}.png"]
    assert [(each.name, each.reason) for each in written.left_out] == [
        (
            name := f"scan-{changed.sha256[:12]}",
            f"{name} is not the file that was read: it has changed since; read it again",
        ),
        ("scan-abababababab", "scan-abababababab does not exist: it may have been moved or renamed"),
        ("scan-unopened-1", "scan-unopened-1 is empty"),
        (name := f"scan-{items[4].sha256[:12]}", f"{name} was not read"),
        (name := f"scan-{items[5].sha256[:12]}", f"the evidence for {name} was not kept: read it again"),
    ]


def test_a_picture_with_the_name_written_in_it_leaves_only_with_names(tmp_path):
    scan = item(dicom_file(tmp_path / "a.dcm", BurnedInAnnotation="YES"))
    assert write_overlays(tmp_path / "unnamed", [scan], False, NullProgress()).files == ()
    assert not (tmp_path / "unnamed").exists() or files_below(tmp_path / "unnamed") == []
    assert len(write_overlays(tmp_path / "named", [scan], True, NullProgress()).files) == 1


def test_a_picture_that_was_pasted_is_drawn_too(tmp_path):
    scan = item(picture(tmp_path / "a.png"))
    pasted = Found(tmp_path / "nowhere.png", scan.found.relative, scan.found.read())
    written = write_overlays(tmp_path / "out", [replace(scan, found=pasted)], False, NullProgress())
    assert len(written.files) == 1


def test_cancelled_leaves_nothing(tmp_path):
    items = [item(picture(tmp_path / f"{n}.png", n)) for n in range(3)]
    with pytest.raises(Cancelled):
        write_overlays(tmp_path / "out", items, True, Stopping(2))
    assert not (tmp_path / "out").exists()
