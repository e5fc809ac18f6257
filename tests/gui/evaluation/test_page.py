"""The page of the evaluation: real scans, read by a real small model, from the choice to the results."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QFileDialog

from core.model import checkpoint, library
from core.settings import Settings
from gui.errors import ErrorFunnel
from gui.evaluation.page import EvaluationPage
from gui.evaluation.service import EvaluationRequest, EvaluationService
from gui.icons import Icons
from gui.models.models import Models
from tests.datasets import write_dataset
from tests.gui.evaluation.evaluations import small

PATIENCE_MS = 60_000


def settings():
    return Settings(engine="torch", device="cpu")  # what the small models are for


@pytest.fixture
def own_models(model_files):
    """Two small models in the library."""
    for name, file in zip(("first", "second"), model_files, strict=True):
        library.add(file, name)
    yield "first", "second"
    for name in ("first", "second"):
        library.remove(name)


@pytest.fixture
def page(qtbot, lanes, dark, own_models):
    models = Models(lanes.lane("models"))
    service = EvaluationService(lanes.lane("evaluation"), settings)
    made = EvaluationPage(service, models, lanes.lane("plots"), dark, Icons(dark), ErrorFunnel())
    made.models, made.service = models, service
    qtbot.addWidget(made)
    made.resize(1100, 760)
    made.show()
    qtbot.waitUntil(lambda: "first" in models.names, timeout=PATIENCE_MS)
    return made


@pytest.fixture
def scans(tmp_path):
    return write_dataset(tmp_path / "clinic", each=6)


def wait_for(qtbot, page, state):
    qtbot.waitUntil(lambda: page.state is state, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not page.results.is_busy, timeout=PATIENCE_MS)


def test_nothing_is_evaluated_before_scans_are_chosen(page):
    assert page.state is page.empty
    assert not page.bar.start.isEnabled()
    assert page.bar.model.value == page.models.active


def test_two_models_are_read_against_each_other_and_a_threshold_is_kept(page, scans, qtbot):
    page.choose_model("first")
    page.bar.choose_other("second")
    page.choose_source(scans)
    page.bar.start.click()
    assert page.state is page.working
    assert not page.bar.start.isEnabled()
    wait_for(qtbot, page, page.results)
    first, second = (judgement.evaluation for judgement in page.results.body.judgements)
    assert (first.model, second.model) == ("first", "second")
    assert len(first.scans) == 12
    assert {scan.path.parent.name for scan in first.scans if scan.label} == {"PNEUMONIA"}
    assert first.model_path == library.find("first")

    judgement = page.results.body.judgements[0]
    judgement.set_threshold(0.625)
    page.results._to_keep = judgement
    with qtbot.waitSignal(page.models.points_set, timeout=PATIENCE_MS):
        page.results._on_named("mine")
    assert checkpoint.load(library.find("first")).operating_points[-1].threshold == 0.625
    assert judgement.points[-1].name == "mine"
    with qtbot.waitSignal(page.scans_wanted) as told:
        page.results.body.list_group("0 tn" if judgement.counts.tn else "0 fp")
        page.results.body.list.open.click()
    assert all(path.is_file() for path in told.args[0])


def test_a_table_is_a_source_too_and_cancel_goes_back(page, scans, qtbot, tmp_path):
    table = tmp_path / "labels.csv"
    files = sorted((scans / "NORMAL").iterdir()) + sorted((scans / "PNEUMONIA").iterdir())
    table.write_text("path,label\n" + "".join(f"{file},{file.parent.name}\n" for file in files))
    page.evaluate(EvaluationRequest(("first",), table))
    page.working.cancel.click()
    qtbot.waitUntil(lambda: not page.service.is_busy, timeout=PATIENCE_MS)
    assert page.state is page.empty
    page.evaluate(EvaluationRequest(("first",), table))
    wait_for(qtbot, page, page.results)
    assert len(page.results.body.judgements[0].evaluation.scans) == 12


def test_what_cannot_be_evaluated_says_why_and_can_be_tried_again(page, scans, qtbot, tmp_path):
    (tmp_path / "nothing").mkdir()
    page.evaluate(EvaluationRequest(("first",), tmp_path / "nothing"))
    wait_for(qtbot, page, page.failed)
    assert "nothing" in page.failed.text.text()
    scans.rename(tmp_path / "gone")
    (tmp_path / "nothing").rmdir()
    (tmp_path / "gone").rename(tmp_path / "nothing")
    page.failed.again.click()
    wait_for(qtbot, page, page.results)


@pytest.fixture
def evaluated(page, qtbot):
    """The page with results of "first" that were got elsewhere."""
    entry = page.models.get("first")
    known = checkpoint.load(entry.path)
    made = replace(
        small(model="first"),
        model_path=entry.path,
        fingerprint=known.fingerprint,
        operating_points=known.operating_points,
    )
    page.show_evaluation(made)
    qtbot.waitUntil(lambda: not page.results.is_busy, timeout=PATIENCE_MS)
    return page


def keep_threshold(page):
    page.results._to_keep = page.results.body.judgements[0]
    page.results._on_named("mine")


def test_a_threshold_is_not_kept_in_another_model_of_that_name(evaluated, qtbot, model_files):
    page = evaluated
    library.remove("first")
    library.add(model_files[1], "first")
    before = library.find("first").read_bytes()
    keep_threshold(page)
    qtbot.waitUntil(lambda: "is not the model any more" in page.results.bar.text, timeout=PATIENCE_MS)
    assert library.find("first").read_bytes() == before
    assert "mine" not in [point.name for point in page.results.body.judgements[0].points]


def test_whether_a_threshold_can_be_kept_is_asked_again(evaluated, qtbot):
    page = evaluated
    save = page.results.body.panels[0].threshold.save
    assert save.isEnabled()
    with qtbot.waitSignal(page.models.renamed, timeout=PATIENCE_MS):
        page.models.rename("first", "renamed")
    assert not save.isEnabled()
    assert "not in the library" in save.toolTip()
    keep_threshold(page)  # its name was being asked meanwhile
    assert "not in the library any more" in page.results.bar.text
    with qtbot.waitSignal(page.models.renamed, timeout=PATIENCE_MS):
        page.models.rename("renamed", "first")
    assert save.isEnabled()
    with qtbot.waitSignal(page.models.points_set, timeout=PATIENCE_MS):
        keep_threshold(page)
    assert checkpoint.load(library.find("first")).operating_points[-1].name == "mine"


def test_a_bundled_model_stays_as_it_is(page):
    bundled = next(entry for entry in page.models.entries if entry.bundled)
    own = page.models.get("first")
    assert "copy" in page._why_not_saved(bundled.path)
    assert page._why_not_saved(own.path) == ""


def test_the_other_model_is_never_the_same(page):
    page.choose_model("second")
    names = [page.bar.other.itemData(at) for at in range(page.bar.other.count())]
    assert names[0] == ""
    assert "second" not in names
    assert "first" in names


def test_a_folder_is_chosen_in_a_dialog(page, scans, qtbot):
    page.bar.folder_wanted.emit()
    dialog = page.findChild(QFileDialog, "labelled-scans")
    dialog.fileSelected.emit(str(scans))
    dialog.reject()
    assert page.bar.request.source == scans
    assert page.bar.start.isEnabled()


def test_what_waited_for_this_page_keeps_it_busy(qtbot, lanes, dark, own_models, scans):
    """Another page that begins in answer, and hears first that this one's is over."""
    models = Models(lanes.lane("models"))
    service = EvaluationService(lanes.lane("evaluation"), settings)
    begun = []

    def begin(_):
        if not begun:
            begun.append(True)
            service.start(EvaluationRequest(("second",), scans))

    service.succeeded.connect(begin)
    page = EvaluationPage(service, models, lanes.lane("plots"), dark, Icons(dark), ErrorFunnel())
    qtbot.addWidget(page)
    models.refresh()
    qtbot.waitUntil(lambda: "first" in models.names, timeout=PATIENCE_MS)
    page.choose_source(scans)
    page.evaluate(EvaluationRequest(("first",), scans))
    qtbot.waitUntil(lambda: page.state is page.results, timeout=PATIENCE_MS)
    assert service.is_busy
    assert not page.bar.start.isEnabled()
    qtbot.waitUntil(lambda: not service.is_busy, timeout=PATIENCE_MS)
    assert page.bar.start.isEnabled()
    qtbot.waitUntil(lambda: not page.results.is_busy, timeout=PATIENCE_MS)


def test_what_the_service_does_for_another_page_is_not_shown_here(page, scans, qtbot):
    page.service.start(EvaluationRequest(("first",), scans))
    assert page.state is page.empty
    page.choose_source(scans)
    assert not page.bar.start.isEnabled()
    qtbot.waitUntil(lambda: not page.service.is_busy, timeout=PATIENCE_MS)
    assert page.state is page.empty
    assert page.bar.start.isEnabled()
