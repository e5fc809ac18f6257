"""The page's pieces of HTML."""

from __future__ import annotations

import base64
import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.engine.openvino_engine import OpenVinoEngine
from core.imaging.decode import decode
from core.opening import Opened
from core.progress import Cancelled, NullProgress
from core.reading.overlay import STRONGEST, blend, layer, to_look_at
from core.reading.reader import Reader
from core.reading.results import COLUMNS
from core.web import view
from core.web.desk import Desk
from core.web.samples import SAMPLES
from core.web.uploads import Upload
from tests.core.imaging.dicom_files import dicom
from tests.models import checkpoint
from tests.pictures import radiograph


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(Opened(Reader(checkpoint(), OpenVinoEngine(checkpoint())), "asked for"))


def uploaded(folder: Path, name: str, content: bytes | None = None) -> Upload:
    place = folder / str(len(list(folder.iterdir())))
    place.mkdir()
    file = place / "file"
    if content is None:
        content = cv2.imencode(".png", radiograph(1, True))[1].tobytes()
    file.write_bytes(content)
    return Upload(name, file)


def decoded(address: str) -> np.ndarray:
    data = base64.b64decode(address.partition("base64,")[2])
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA if picture.shape[-1] == 4 else cv2.COLOR_BGR2RGB)


def test_the_layer_over_the_scan_is_the_windows_heatmap(desk: Desk, tmp_path: Path) -> None:
    """Laid on as a browser does it: what `blend` gives, at any opacity."""
    data = cv2.imencode(".png", radiograph(1, True))[1].tobytes()
    scan = decode(data, "scan")
    reading = desk.opened.reader.read(scan)
    pixels = to_look_at(scan.windowed())
    scaled = 40 * reading.heatmap  # evidence as strong as a trained model's
    rgba = layer(scaled, pixels.shape).astype(np.float32) / 255
    for strongest in (0.0, STRONGEST, 1.0):
        alpha = rgba[..., 3:] * strongest
        over = pixels[..., None] * (1 - alpha) + rgba[..., :3] * alpha
        assert np.abs(over * 255 - blend(pixels, scaled, strongest=strongest)).max() < 2
    assert rgba[..., 3].max() > 0.2


def test_what_the_page_shows_is_what_the_reader_says(desk: Desk, tmp_path: Path) -> None:
    data = cv2.imencode(".png", radiograph(1, True))[1].tobytes()
    (seen,) = desk.read([uploaded(tmp_path, "a scan.png", data)], NullProgress())
    reading = desk.opened.reader.read(decode(data, "x"))
    assert float(seen.row["probability"]) == pytest.approx(reading.probability, abs=1e-6)
    assert seen.row["path"] == "a scan.png"
    card = view.reading_card(seen, desk.opened)
    assert f"{reading.probability:.3f}" in card
    assert reading.label in card
    assert reading.model in card
    shown = decoded(seen.scan)[..., 0]
    assert shown.shape == to_look_at(decode(data, "x").windowed()).shape
    assert list(tmp_path.rglob("file")) == []


@pytest.mark.parametrize(
    ("age", "told"), [("003Y", "for this patient of 3 years"), ("040Y", "older or younger"), ("", "")]
)
def test_whose_figures_apply_is_told_where_the_file_tells_the_age(
    tmp_path: Path, age: str, told: str
) -> None:
    children = {"n": 700, "auc": 0.98, "sensitivity": 0.95, "specificity": 0.9, "ages": [1, 5]}
    model = replace(checkpoint(), metrics={"children": children})
    desk = Desk(Opened(Reader(model, OpenVinoEngine(model)), "asked for"))
    file = dicom(radiograph(1).astype("uint16"), PatientAge=age)
    (seen,) = desk.read([uploaded(tmp_path, "a.dcm", file)], NullProgress())
    card = view.reading_card(seen, desk.opened)
    assert ("Measured on" in card) == bool(told)
    assert told in card


def test_a_jpeg_is_shown_finer_than_it_is_read(desk: Desk, tmp_path: Path) -> None:
    data = cv2.imencode(".jpg", radiograph(1, size=(1600, 1800)))[1].tobytes()
    (seen,) = desk.read([uploaded(tmp_path, "large.jpg", data)], NullProgress())
    assert max(decoded(seen.scan).shape) == 1024


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>.png", '"><script>.png', "a&b.png"])
def test_a_files_name_is_text_and_never_markup(desk: Desk, tmp_path: Path, name: str) -> None:
    good, bad = desk.read([uploaded(tmp_path, name), uploaded(tmp_path, name, b"text")], NullProgress())
    for page in (
        view.reading_card(good, desk.opened),
        view.picture(good),
        view.reading_card(bad, desk.opened),
    ):
        assert "<img src=x" not in page
        assert "<script" not in page
        assert re.search(r"&(lt|quot|amp);", page)


def test_bad_files_stop_nothing_and_say_why(desk: Desk, tmp_path: Path) -> None:
    names = {"text.png": b"hello", "empty.dcm": b"", "good.png": None}
    seen = desk.read([uploaded(tmp_path, *each) for each in names.items()], NullProgress())
    assert [each.status for each in seen] == ["failed", "failed", "ok"]
    card = view.reading_card(seen[0], desk.opened)
    assert "Could not be read" in card
    assert "text.png is a text file" in card
    assert "Text.png" not in card
    assert view.picture(seen[0]) == ""


def test_several_files_make_a_table_and_the_contracts_csv(desk: Desk, tmp_path: Path) -> None:
    seen = desk.read([uploaded(tmp_path, "=1+1.png"), uploaded(tmp_path, "b.png", b"text")], NullProgress())
    table = view.table(seen)
    assert [row[:3] for row in table] == [[1, "=1+1.png", table[0][2]], [2, "b.png", "failed"]]
    assert all(len(row) == len(view.HEADERS) for row in table)
    summary = view.summary(seen, 5)
    assert "1 read, 1 failed, stopped before the other 3" in summary
    address = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]*)"', summary)
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(address[1]).decode())))
    assert tuple(rows[0]) == COLUMNS
    assert rows == [each.row for each in seen]
    assert rows[0]["path"] == "./=1+1.png"  # no formula for a spreadsheet


def test_stopping_keeps_what_was_read_and_no_upload(desk: Desk, tmp_path: Path) -> None:
    class StopsAfterOne(NullProgress):
        done = 0

        def report(self, fraction: float, text: str = "") -> None:
            self.done += 1

        def check(self) -> None:
            if self.done:
                raise Cancelled

    files = [uploaded(tmp_path, f"{number}.png") for number in range(30)]
    seen = desk.read(files, StopsAfterOne())
    assert 1 <= len(seen) < 30
    assert list(tmp_path.rglob("file")) == []


def test_the_answers_for_programs_have_numbers_and_nothing_where_there_is_none(
    desk: Desk, tmp_path: Path
) -> None:
    files = [uploaded(tmp_path, "a.png"), uploaded(tmp_path, "b.png", b"text")]
    good, bad = desk.answers(files, NullProgress(), evidence=True)
    assert tuple(good)[: len(COLUMNS)] == ("file", *COLUMNS[1:])
    assert 0 < good["probability"] < 1
    assert np.array(good["heatmap"]).ndim == 2
    assert decoded(good["picture"]).shape[2] == 3
    assert (bad["status"], bad["probability"], bad["label"], bad["picture"]) == ("failed", None, "", None)


def test_the_samples_are_there_and_can_be_read(desk: Desk) -> None:
    seen = desk.read([each.upload() for each in SAMPLES], NullProgress())
    assert [each.status == "failed" for each in seen] == [False] * len(SAMPLES)
    assert all(each.path.exists() for each in SAMPLES)


def test_the_operating_point_and_the_probability_stand_where_they_are(desk: Desk, tmp_path: Path) -> None:
    (seen,) = desk.read([uploaded(tmp_path, "a.png")], NullProgress())
    card = view.reading_card(seen, desk.opened)
    assert f'style="width:{100 * seen.reading.probability:.2f}%"' in card
    assert f'<div class="lf-point" style="left:{100 * seen.reading.threshold:.2f}%"' in card
