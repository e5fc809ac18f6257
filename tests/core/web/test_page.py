"""The page in a real browser, and its API, with the network closed where that is allowed."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.engine.openvino_engine import OpenVinoEngine
from core.imaging.decode import decode_file
from core.model import checkpoint as checkpoints
from core.reading import words
from core.reading.reader import Reader, Reading
from core.web.uploads import MAX_BYTES, MAX_FILES, MAX_TOGETHER
from tests.browser import Browser, browser, why_absent
from tests.conftest import ROOT
from tests.models import checkpoint
from tests.network import closed_network
from tests.pictures import radiograph
from tests.serving import WATCH, Served

NOTHING: set[str] = set()

#: What the documents of the API look for of Gradio's that is off here.
ASKED_FOR_NOTHING = re.compile(r"/(monitoring/summary|gradio_api/mcp/schema) .* 404")


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    with closed_network() as why_open:
        yield why_open


@pytest.fixture(scope="module")
def served(network: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    checkpoints.save(checkpoint(), folder / "model.safetensors")
    server = Served(folder, "--model", str(folder / "model.safetensors"), "--device", "cpu")
    yield server
    server.end()


@pytest.fixture(scope="module")
def window(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if absent := why_absent():
        pytest.skip(absent)
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(window: Browser, served: Served) -> Browser:
    window.show(served.address)
    return window


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("scans")
    files = {name: folder / name for name in ("one.png", "two.png", "blank.png", "${7*6}{{8*8}}<b>text.png")}
    cv2.imwrite(str(files["one.png"]), radiograph(1))
    cv2.imwrite(str(files["two.png"]), radiograph(2, True, (300, 260)))
    cv2.imwrite(str(files["blank.png"]), np.full((256, 256), 90, np.uint8))
    files["${7*6}{{8*8}}<b>text.png"].write_text("this is text")
    return files


def reading_of(file: Path) -> Reading:
    """What the library says of it, without a server."""
    return Reader(checkpoint(), OpenVinoEngine(checkpoint())).read(decode_file(file))


def test_a_scan_is_uploaded_and_its_reading_read_from_the_page(
    page: Browser, served: Served, scans: dict[str, Path]
) -> None:
    page.upload(scans["one.png"])
    card = page.wait_for(".lf-card", "one.png").text
    expected = reading_of(scans["one.png"])
    assert f"{expected.probability:.3f} of pneumonia" in card
    assert words.said(expected.probability, expected.threshold, 0.1).headline in card
    assert words.threshold_percent(expected.threshold, 1) in card
    assert page.script("return document.querySelector('.lf-planes img').naturalHeight") >= 512
    assert served.left() == []


def test_neither_page_nor_server_asks_anybody_else(
    page: Browser, served: Served, scans: dict[str, Path], network: str
) -> None:
    page.upload(scans["two.png"])
    page.wait_for(".lf-card", "two.png")
    page.wait_for("footer button").click()  # the page's own documents of its API
    page.wait_for(".api-docs, .api-docs-wrap", "read")
    assert page.hosts() == {"127.0.0.1"}
    assert [each for each in page.complaints() if not ASKED_FOR_NOTHING.search(each)] == []
    assert "OUTSIDE" not in served.errors.read_text()
    if not network:  # and the watch works: a page that asks for something is found out
        page.script("new Image().src = 'http://192.0.2.1/x.png'; fetch('http://example.org/').catch(() => 0)")
        deadline = time.monotonic() + 10
        while not (complaints := page.complaints()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert all("Content Security Policy" in each for each in complaints)
        assert complaints


def test_the_watch_over_the_server_tells_of_others(network: str) -> None:
    code = WATCH + "import socket; socket.socket(type=socket.SOCK_DGRAM).connect_ex(('192.0.2.1', 9))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert "OUTSIDE socket.connect ('192.0.2.1', 9)" in done.stderr


def test_the_opacity_acts_at_once_and_without_the_server(page: Browser, scans: dict[str, Path]) -> None:
    page.upload(scans["one.png"])
    page.wait_for(".lf-evidence")
    page.wait_for("#evidence-opacity")
    page.hosts()
    opacity = page.script(
        "const slider = document.querySelector('#evidence-opacity');"
        "slider.value = 25; slider.dispatchEvent(new Event('input'));"
        "return getComputedStyle(document.querySelector('.lf-planes .lf-evidence')).opacity"
    )
    assert float(opacity) == 0.25
    assert page.hosts() == NOTHING


def test_several_files_give_a_table_and_a_csv(page: Browser, served: Served, scans: dict[str, Path]) -> None:
    page.upload(*scans.values())
    page.wait_for("#lf-summary", "3 read, 1 rejected, 1 failed")
    page.wait_for("#lf-table [role=gridcell]", "blank.png").click()
    rejected = page.wait_for(".lf-rejected", "blank.png").text
    assert "Does not look like a chest X-ray" in rejected
    assert "grey values hardly differ" in rejected
    page.wait_for("#lf-table [role=gridcell]", "text.png").click()
    assert "is a text file" in page.wait_for(".lf-failed", "text.png").text
    assert "42" not in page.wait_for("#lf-reading").text  # a file's name is no template
    assert page.find("#lf-reading b") == []
    assert not any(each.is_displayed() for each in page.find(".lf-planes, #evidence-opacity"))
    link = page.wait_for("#results").get_attribute("href")
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(link.partition("base64,")[2]).decode())))
    page.resize((390, 844))
    assert page.script("return document.documentElement.scrollWidth") <= 390
    assert [(Path(row["path"]).name, row["status"]) for row in rows] == [
        ("one.png", "ok"),
        ("two.png", "ok"),
        ("blank.png", "rejected"),
        (rows[3]["path"], "failed"),
    ]
    assert float(rows[0]["probability"]) == pytest.approx(reading_of(scans["one.png"]).probability, abs=1e-5)
    assert served.left() == []


@pytest.mark.parametrize("dark", [False, True])
def test_a_sample_is_clicked_on_a_phone(window: Browser, served: Served, dark: bool) -> None:
    window.show(served.address, (390, 844), dark)
    assert "not for diagnosis" in window.wait_for(".lf-disclaimer").text
    window.wait_for("#lf-sample-2").click()
    card = window.wait_for(".lf-card", "opacities.dcm")
    assert window.script("return document.documentElement.scrollWidth") <= 390
    assert card.size["width"] > 300
    assert card.location["y"] < window.wait_for(".lf-planes").location["y"]
    ground = window.script("return getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 200) is dark


def test_what_is_too_large_is_refused_with_a_reason(page: Browser, served: Served, tmp_path: Path) -> None:
    huge = tmp_path / "huge.dcm"
    with huge.open("wb") as file:
        file.truncate((100 << 20) + 1)
    page.upload(huge)
    assert "100" in page.wait_for(".toast-body", "size").text
    assert served.left() == []


def test_the_lines_of_the_readme_read_a_scan(served: Served, scans: dict[str, Path]) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    code = re.search(r"```python\n(from gradio_client.*?)```", text, re.DOTALL)[1]
    assert len([line for line in code.splitlines() if line]) == 3
    code = code.replace("http://127.0.0.1:7860", served.address).replace("scan.dcm", str(scans["one.png"]))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    expected = reading_of(scans["one.png"])
    assert done.stdout.splitlines()[-1] == f"{expected.label} {round(expected.probability, 6)}"
    assert served.left() == []


def asked(served: Served, path: str, data: object = None) -> str:
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(served.address + path, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def sent(served: Served, *files: Path) -> list[str]:
    """Upload files in one request, as the page does; where each lies then."""
    parts = [
        b'--end\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\n%s\r\n'
        % (file.name.encode(), file.read_bytes())
        for file in files
    ]
    request = urllib.request.Request(
        served.address + "/gradio_api/upload",
        b"".join(parts) + b"--end--\r\n",
        {"Content-Type": "multipart/form-data; boundary=end"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def test_one_scan_that_two_people_send_at_once_is_read_for_both(
    served: Served, scans: dict[str, Path]
) -> None:
    """By content and name alone both would be one file, and gone when the first was read."""
    places = sent(served, scans["one.png"], scans["one.png"]) + sent(served, scans["one.png"])
    for place in places:
        file = {"path": place, "orig_name": "one.png", "meta": {"_type": "gradio.FileData"}}
        event = json.loads(asked(served, "/gradio_api/call/read", {"data": [[file], False]}))["event_id"]
        told = asked(served, f"/gradio_api/call/read/{event}")
        assert "event: complete" in told
        assert '"status": "ok"' in told
    assert served.left() == []


def test_the_page_says_how_much_it_takes_at_once(page: Browser) -> None:
    told = page.wait_for(".lf-small", "at once").text
    assert f"up to {MAX_FILES} files at once" in told
    assert f"{MAX_BYTES >> 20} MB each and {MAX_TOGETHER >> 20} MB together" in told


@pytest.mark.parametrize("path", ["/etc/hostname", "{model}", "http://127.0.0.1:9/scan.png"])
def test_a_program_cannot_have_other_files_or_addresses_read(served: Served, path: str) -> None:
    path = path.format(model=served.temporary.parent / "model.safetensors")
    file = {"path": path, "orig_name": "scan.png", "meta": {"_type": "gradio.FileData"}}
    event = json.loads(asked(served, "/gradio_api/call/read", {"data": [[file], False]}))["event_id"]
    told = asked(served, f"/gradio_api/call/read/{event}")
    assert "event: error" in told
    assert "this is no uploaded file" in told


def test_what_a_malformed_request_holds_is_neither_printed_nor_logged(served: Served) -> None:
    data = {"data": [[{"orig_name": "Doe^Jane.dcm"}], False]}
    event = json.loads(asked(served, "/gradio_api/call/read", data))["event_id"]
    assert "event: error" in asked(served, f"/gradio_api/call/read/{event}")
    assert served.errors.read_text() == ""
    assert "ValidationError" in (log := (served.home / "log" / "lungfield.log").read_text())
    assert "Jane" not in log


@pytest.mark.parametrize(
    "path", ["/gradio_api/file=/etc/hostname", "/gradio_api/deep_link?session_hash=x", "/docs"]
)
def test_what_the_page_does_not_need_is_not_there(served: Served, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        asked(served, path)


def test_another_sites_name_for_this_computer_is_refused(served: Served) -> None:
    """DNS rebinding: a page elsewhere names 127.0.0.1 as its own host, and would be let read what is here."""
    request = urllib.request.Request(served.address + "/config", headers={"Host": "evil.example:7860"})
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(request, timeout=30)


# The last: it ends the server
def test_ctrl_c_ends_it_and_leaves_nothing(served: Served) -> None:
    (served.temporary / next(served.temporary.iterdir()).name / "abandoned").write_bytes(b"a scan")
    assert served.end() == 0
    assert list(served.temporary.iterdir()) == []
    assert served.errors.read_text() == ""
    log = served.home / "log" / "lungfield.log"
    assert not re.search(r"one\.png|two\.png|blank\.png|graceful", log.read_text())
