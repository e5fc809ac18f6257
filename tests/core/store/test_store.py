"""What is put in is found again: at once, once it is written, and by the next that opens the store."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath

import numpy as np
import pytest

from core.imaging.scan import Scan
from core.reading.finding import Found
from core.review import Review
from core.store.store import Store, open_store
from tests.core.store.making import MODEL, OTHER, dicom_facts, digest, outcome, reading, said

ROOT = Path(__file__).resolve().parents[3]

Then = Callable[[Store], Store]


@pytest.fixture(params=["waiting", "written", "reopened"])
def then(request, opens, monkeypatch) -> Then:
    """What happens between putting in and asking."""

    def waiting(store: Store) -> Store:
        return store

    def written(store: Store) -> Store:
        store.flush()
        assert len(store._pending) == 0
        return store

    def reopened(store: Store) -> Store:
        store.close()
        return opens()

    if request.param == "waiting":
        # Nothing is written before the test is over
        monkeypatch.setattr("core.store.writer._GATHER_SECONDS", 1e6)
    return {"waiting": waiting, "written": written, "reopened": reopened}[request.param]


def file_at(path: Path, content: bytes = b"scan") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_reading_comes_back_whole(store, then):
    for number in range(4):
        store.add(outcome(number), MODEL)
    store = then(store)
    for number in range(4):
        assert said(store.reading(digest(number), MODEL)) == said(reading(number))


def test_the_map_of_a_stored_reading_is_the_callers_own(store):
    store.add(outcome(1), MODEL)
    store.flush()
    store.reading(digest(1), MODEL).heatmap[:] = 0
    assert store.reading(digest(1), MODEL).heatmap.any()


def test_maps_of_any_layout_and_size_come_back(store):
    turned = np.arange(12, dtype=np.float32).reshape(3, 4).T
    none = np.empty((0, 0), np.float32)
    for number, heatmap in enumerate((turned, none, turned[::2, ::-1])):
        store.add(outcome(number, reading=reading(number, heatmap=heatmap)), MODEL)
    store.flush()
    np.testing.assert_array_equal(store.reading(digest(0), MODEL).heatmap, turned)
    assert not store.reading(digest(1), MODEL).has_map
    np.testing.assert_array_equal(store.reading(digest(2), MODEL).heatmap, turned[::2, ::-1])


def test_a_reading_belongs_to_model_and_precision_but_not_to_the_models_name(store, then):
    store.add(outcome(1), MODEL)
    store.add(outcome(1, reading=reading(2)), OTHER)
    store = then(store)
    assert said(store.reading(digest(1), MODEL)) == said(reading(1))
    assert said(store.reading(digest(1), OTHER)) == said(reading(2))
    assert store.reading(digest(1), replace(MODEL, fingerprint="cd" * 16)) is None
    assert said(store.reading(digest(1), replace(MODEL, name="renamed"))) == said(reading(1))
    assert store.has(digest(1), MODEL)
    assert not store.has(digest(1), replace(MODEL, precision="fp16"))
    assert not store.has(digest(2), MODEL)


def test_the_latest_reading_counts(store, then):
    store.add(outcome(1), MODEL)
    store.add(outcome(1, reading=reading(5)), MODEL)
    store = then(store)
    assert said(store.reading(digest(1), MODEL)) == said(reading(5))
    assert store.counts() == {"scans": 1, "readings": 1, "reviews": 0}


def test_failed_files_are_not_kept(store, then):
    store.add(outcome(1, status="failed", reading=None, scan=None), MODEL)
    store.add(outcome(2, sha256=""), MODEL)
    store = then(store)
    assert store.history(MODEL) == []
    assert store.counts() == {"scans": 0, "readings": 0, "reviews": 0}


def test_history_lists_scans_in_the_order_first_seen_without_their_maps(store, then):
    order = [5, 2, 9, 4, 1]
    for number in order:
        store.add(outcome(number), MODEL)
    store.add(outcome(2), MODEL)
    store = then(store)
    history = store.history(MODEL)
    assert [known.sha256 for known in history] == [digest(number) for number in order]
    assert [known.path for known in history] == [str(outcome(number).found.path) for number in order]
    assert [said(known.reading) for known in history] == [
        said(reading(number).without_map()) for number in order
    ]
    assert history[0].notes == outcome(5).scan.notes
    assert [known.reading for known in store.history(OTHER)] == [None] * 5
    assert [known.reading for known in store.history(None)] == [None] * 5


def test_what_is_added_to_a_written_store_lies_over_it(store, monkeypatch):
    for number in range(5):
        store.add(outcome(number), MODEL)
    store.set_review(digest(1), Review("NORMAL"))
    store.flush()
    monkeypatch.setattr("core.store.writer._GATHER_SECONDS", 1e6)
    store.add(outcome(3, reading=reading(33)), MODEL)
    store.add(outcome(7), MODEL)
    store.add_displayed(digest(1), reading(11), MODEL, "turned")
    by_hash = {known.sha256: known for known in store.history(MODEL)}
    assert list(by_hash) == [digest(number) for number in (0, 1, 2, 3, 4, 7)]
    assert said(by_hash[digest(3)].reading) == said(reading(33).without_map())
    assert by_hash[digest(1)].review == Review("NORMAL")
    assert by_hash[digest(1)].displayed[1] == "turned"
    assert said(by_hash[digest(1)].reading) == said(reading(1).without_map())
    assert store.counts() == {"scans": 6, "readings": 7, "reviews": 1}


def test_a_reading_as_displayed_stands_beside_the_stored_one_and_goes_again(store, then):
    store.add(outcome(1), MODEL)
    store.add_displayed(digest(1), reading(2), MODEL, "inverted")
    store.add_displayed(digest(1), reading(3), MODEL, "turned by 90°")
    store = then(store)
    found, words = store.displayed(digest(1), MODEL)
    assert (said(found), words) == (said(reading(3)), "turned by 90°")
    known = store.known(digest(1), MODEL)
    assert (said(known.displayed[0]), known.displayed[1]) == (said(reading(3).without_map()), words)
    assert said(known.reading) == said(reading(1).without_map())
    assert store.displayed(digest(1), OTHER) is None
    store.remove_displayed(digest(1), MODEL)
    store = then(store)
    assert store.displayed(digest(1), MODEL) is None
    assert store.known(digest(1), MODEL).displayed is None
    assert said(store.reading(digest(1), MODEL)) == said(reading(1))
    assert store.counts()["readings"] == 1


def test_an_outcome_as_displayed_is_kept_as_such(store, then):
    store.add(outcome(1), MODEL, as_displayed="inverted")
    store = then(store)
    assert store.reading(digest(1), MODEL) is None
    assert not store.has(digest(1), MODEL)
    assert store.displayed(digest(1), MODEL)[1] == "inverted"


def test_a_review_is_on_the_disk_when_it_is_set(store, opens):
    review = Review("PNEUMONIA", 'left base;\n«sure», "quoted"', "2025-01-02T03:04:05+00:00")
    store.set_review(digest(1), review)
    assert opens().review(digest(1)) == review
    store.set_review(digest(1), None)
    assert opens().review(digest(1)) is None


def test_many_reviews_are_set_at_once(store, opens):
    store.set_review(digest(1), Review("NORMAL"))
    store.set_reviews({digest(1): None, digest(2): Review("PNEUMONIA"), digest(3): Review("", "a note")})
    again = opens()
    assert [again.review(digest(number)) for number in (1, 2, 3)] == [
        None,
        Review("PNEUMONIA"),
        Review("", "a note"),
    ]


def test_a_review_comes_with_its_scan(store, then):
    store.set_review(digest(1), Review("NORMAL", "", "then"))
    assert store.known(digest(1), MODEL).review == Review("NORMAL", "", "then")
    store.add(outcome(1), MODEL)
    store = then(store)
    assert store.known(digest(1), MODEL).review == Review("NORMAL", "", "then")
    assert store.history(None)[0].review == Review("NORMAL", "", "then")
    assert store.counts() == {"scans": 1, "readings": 1, "reviews": 1}


def test_nothing_is_known_of_what_was_never_put_in(store):
    assert store.known(digest(1), MODEL) is None
    assert store.reading(digest(1), MODEL) is None
    assert store.review(digest(1)) is None
    assert store.dicom(digest(1)) is None


def test_what_dicom_says_comes_back(store, then):
    scan = Scan(np.zeros((4, 4), np.float32), format="DICOM", dicom=dicom_facts())
    store.add(outcome(1, scan=scan), MODEL)
    store.add(outcome(2), MODEL)
    store = then(store)
    assert store.dicom(digest(1)) == dicom_facts()
    assert store.dicom(digest(2)) is None


@pytest.mark.parametrize(("reduced", "size"), [(4, (80, 120)), (2.51, (50, 75))])
def test_the_size_of_a_scan_made_smaller_is_that_of_its_file(store, reduced, size):
    scan = Scan(np.zeros((20, 30), np.float32), format="JPEG", reduced=reduced)
    store.add(outcome(1, scan=scan), MODEL)
    store.flush()
    with store._disk.connection() as connection:
        assert connection.execute("SELECT format, height, width FROM scans").fetchall() == [("JPEG", *size)]


def test_unchanged_files_are_known_by_path(store, then, tmp_path):
    files = [file_at(tmp_path / f"{number}.png") for number in range(4)]
    for number, path in enumerate(files):
        store.add(outcome(number, path), MODEL)
    store = then(store)
    files[1].write_bytes(b"longer than before")
    os.utime(files[2], ns=(1, 1))
    files[3].unlink()
    seen = store.seen([str(path) for path in (*files, tmp_path / "new.png")], MODEL)
    assert list(seen) == [str(files[0])]
    assert seen[str(files[0])].sha256 == digest(0)
    assert said(seen[str(files[0])].reading) == said(reading(0).without_map())
    assert store.seen([str(files[0])], None)[str(files[0])].reading is None


def test_a_few_files_are_found_among_many(store, then, tmp_path):
    files = [file_at(tmp_path / f"{number}.png") for number in range(40)]
    for number, path in enumerate(files):
        store.add(outcome(number, path), MODEL)
    store.set_review(digest(7), Review("NORMAL"))
    store.add_displayed(digest(7), reading(70), MODEL, "inverted")
    store = then(store)
    for wanted in ([7], [7, 8], range(5, 40)):
        seen = store.seen([str(files[number]) for number in wanted], MODEL)
        assert {known.sha256 for known in seen.values()} == {digest(number) for number in wanted}
        known = seen[str(files[7])]
        assert (known.review, known.displayed[1]) == (Review("NORMAL"), "inverted")


def test_more_files_than_one_query_takes_are_known(store, tmp_path):
    path = file_at(tmp_path / "scan.png")
    store.add(outcome(1, path), MODEL)
    for number in range(2, 12):
        store.add(outcome(number), MODEL)
    store.flush()
    others = [f"/scans/other{number}.png" for number in range(2500)]
    assert list(store.seen([*others, str(path)], MODEL)) == [str(path)]


def test_a_relative_path_means_the_same_file(store, tmp_path, monkeypatch):
    file_at(tmp_path / "scan.png")
    monkeypatch.chdir(tmp_path)
    store.add(outcome(1, Path("scan.png")), MODEL)
    store.flush()
    assert store.known(digest(1), MODEL).path == str(tmp_path / "scan.png")
    assert store.seen([str(tmp_path / "scan.png")], MODEL).keys() == {str(tmp_path / "scan.png")}
    assert store.seen(["scan.png"], MODEL).keys() == {"scan.png"}


def test_a_moved_file_is_found_again_by_its_content(store, then, tmp_path):
    before = file_at(tmp_path / "scan.png")
    store.add(outcome(1, before), MODEL)
    store = then(store)
    after = before.rename(tmp_path / "elsewhere.png")
    assert store.seen([str(after)], MODEL) == {}
    store.add(outcome(1, after, status="known", scan=None, reading=None), MODEL)
    store = then(store)
    assert list(store.seen([str(before), str(after)], MODEL)) == [str(after)]
    (known,) = store.history(MODEL)
    assert (known.path, said(known.reading)) == (str(after), said(reading(1).without_map()))
    assert known.notes == outcome(1).scan.notes
    assert store.counts()["scans"] == 1


def test_another_file_at_the_same_path_takes_it_over(store, then, tmp_path):
    path = file_at(tmp_path / "scan.png")
    store.add(outcome(1, path), MODEL)
    store = then(store)
    path.write_bytes(b"another scan")
    store.add(outcome(2, path), MODEL)
    store = then(store)
    assert [known.sha256 for known in store.history(MODEL)] == [digest(2)]
    assert store.seen([str(path)], MODEL)[str(path)].sha256 == digest(2)
    assert store.has(digest(1), MODEL)


def test_a_pasted_picture_is_known_by_content_and_no_part_of_the_history(store, then, tmp_path):
    name = Path("Pasted picture 1")
    store.add(outcome(1, found=Found(name, PurePath(name), b"content")), MODEL)
    store = then(store)
    assert store.history(MODEL) == []
    assert store.known(digest(1), MODEL).path == ""
    assert said(store.reading(digest(1), MODEL)) == said(reading(1))
    path = file_at(tmp_path / "scan.png")
    store.add(outcome(1, path), MODEL)
    store.add(outcome(1, found=Found(name, PurePath(name), b"content")), MODEL)
    store = then(store)
    assert [known.path for known in store.history(MODEL)] == [str(path)]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the name of a file is text")
def test_a_file_whose_name_is_no_text_is_known(store, then, tmp_path):
    path = file_at(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \xff.png")))
    store.add(outcome(1, path), MODEL)
    store = then(store)
    assert list(store.seen([str(path)], MODEL)) == [str(path)]
    assert store.history(MODEL)[0].path == str(path)


def test_half_a_surrogate_pair_in_a_note_does_no_harm(store):
    store.set_review(digest(1), Review("", "half \ud83d of it"))
    assert store.review(digest(1)) == Review("", "half ? of it")


def test_clearing_forgets_scans_and_readings_and_keeps_reviews(store, then, file):
    for number in range(300):
        store.add(outcome(number), MODEL)
    store.set_review(digest(1), Review("NORMAL"))
    store = then(store)
    store.flush()
    before = store.size_bytes()
    store.clear_history(reviews=False)
    assert store.counts() == {"scans": 0, "readings": 0, "reviews": 1}
    assert store.history(MODEL) == []
    assert store.reading(digest(1), MODEL) is None
    assert store.review(digest(1)) == Review("NORMAL")
    assert store.size_bytes() < before / 2
    assert b"/scans/7.png" not in file.read_bytes()
    store.add(outcome(1), MODEL)
    assert then(store).history(MODEL)[0].review == Review("NORMAL")


def test_clearing_forgets_reviews_where_asked(store):
    store.add(outcome(1), MODEL)
    store.set_review(digest(1), Review("NORMAL", "a note"))
    store.clear_history(reviews=True)
    assert store.counts() == {"scans": 0, "readings": 0, "reviews": 0}
    assert store.known(digest(1), MODEL) is None


def test_clearing_leaves_no_copy_behind(store, file):
    for name in ("version-1", "damaged-2025-01-01", "damaged-2025-01-01-wal"):
        file.with_name(f"{file.name}.{name}").write_bytes(b"a path")
    beside = file.with_name("settings.json")
    beside.write_bytes(b"{}")
    store.clear_history(reviews=False)
    assert not list(file.parent.glob("*.version-*"))
    assert not list(file.parent.glob("*.damaged-*"))
    assert beside.exists()


def test_the_store_says_where_it_lies_and_how_large_it_is(store, file):
    store.add(outcome(1), MODEL)
    store.flush()
    assert (store.path, store.problem) == (file, None)
    assert store.size_bytes() >= file.stat().st_size > 0


def test_by_default_it_lies_among_the_persons_own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path))
    with open_store() as store:
        assert store.path == tmp_path / "data" / "lungfield.sqlite3"


@pytest.mark.skipif(sys.platform == "win32", reason="who may read a file is said otherwise there")
def test_only_the_person_may_read_it(store, opens, file):
    store.add(outcome(1), MODEL)
    store.flush()
    for each in file.parent.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each.name
    store.close()
    file.chmod(0o644)
    opens()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_closing_twice_and_adding_afterwards_do_no_harm(store, opens):
    store.add(outcome(1), MODEL)
    store.close()
    store.close()
    store.add(outcome(2), MODEL)
    store.set_review(digest(1), Review("NORMAL"))
    store.flush()
    assert store.reading(digest(1), MODEL) is None
    assert [known.sha256 for known in opens().history(MODEL)] == [digest(1)]


def test_whoever_forgets_to_close_it_loses_nothing(opens, file):
    child = f"""
from pathlib import Path
from core.store.store import open_store
from tests.core.store.making import MODEL, outcome
open_store(Path({str(file)!r})).add(outcome(1), MODEL)
"""
    subprocess.run([sys.executable, "-c", child], cwd=ROOT, check=True, timeout=120)
    assert opens().has(digest(1), MODEL)


def test_one_change_that_cannot_be_written_keeps_no_other_from_it(store, caplog):
    store.add(outcome(1, size=1 << 70), MODEL)
    for number in range(2, 5):
        store.add(outcome(number), MODEL)
    store.flush()
    assert store.problem is None
    assert {known.sha256 for known in store.history(MODEL)} >= {digest(number) for number in range(2, 5)}
    assert digest(1)[:12] in caplog.text
    assert "/scans/" not in caplog.text
