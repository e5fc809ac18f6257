"""The stage of the recipe: cards, simple words, and the details."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel

from core.learning.estimated import Estimate
from core.learning.recipe import PRESETS
from gui.training.presets import OFFERED
from gui.training.preview import PICTURES
from tests.datasets import write_dataset
from tests.gui.training.conftest import SOON_MS


@pytest.fixture
def on(bench):
    made = bench()
    made.page.go_to("options")
    return made


@pytest.fixture
def ready(on, qtbot, tmp_path):
    """With scans; nothing is measured on this machine."""
    on.page.estimating.want(False)
    on.setup.add([write_dataset(tmp_path / "ward", each=8)])
    on.wait_until_inspected(qtbot)
    return on


def pick(choice, value):
    """As a person does."""
    choice.take(value)
    choice.activated.emit(choice.currentIndex())


@pytest.mark.parametrize("preset", OFFERED)
def test_a_click_anywhere_on_a_card_takes_its_recipe(on, qtbot, preset):
    card = on.page.options.cards.cards[preset]
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=card.rect().bottomRight() - QPoint(12, 6))
    assert on.setup.preset == preset
    assert on.setup.recipe == PRESETS[preset]
    assert on.page.options.cards.value == preset
    assert card.property("chosen") == "true"


def test_cards_are_gone_through_by_keys(on, qtbot):
    cards = on.page.options.cards.cards
    cards["head-only"].button.setFocus()
    qtbot.keyClick(cards["head-only"].button, Qt.Key.Key_Right)
    assert on.setup.preset == "fine-tune"


def test_how_thorough_is_a_number_of_epochs(on):
    options, usual = on.page.options, PRESETS["head-only"].epochs
    pick(options.thorough, usual * 2)
    assert on.setup.recipe.epochs == usual * 2
    assert options.back.isVisible()
    options.back.click()
    assert on.setup.recipe == PRESETS["head-only"]
    assert not options.back.isVisible()


def test_own_epochs_are_shown_among_them(on):
    on.setup.change(epochs=7)
    assert on.page.options.thorough.value == 7
    assert "7" in on.page.options.thorough.currentText()
    on.setup.change(epochs=1)
    assert on.page.options.thorough.currentText() == "Your own: one epoch"


def test_details_are_folded_away_at_first(on):
    options = on.page.options
    assert not options.advanced.isVisible()
    options.unfold.click()
    assert options.advanced.isVisible()
    options.unfold.click()
    assert not options.advanced.isVisible()


def test_every_detail_changes_its_field(on):
    fields, setup = on.page.options.advanced, on.setup
    for choice, field, value in (
        (fields.head, "head", "mlp"),
        (fields.trained, "freeze_backbone", False),
        (fields.size, "size", 128),
        (fields.keep, "keep", "last"),
        (fields.schedule, "schedule", "onecycle"),
        (fields.augment, "augment", "flips"),
        (fields.init, "init", "random"),
        (fields.backbone, "backbone", "densenet121"),
    ):
        pick(choice, value)
        assert getattr(setup.recipe, field) == value
    for box, field, value in (
        (fields.epochs, "epochs", 9),
        (fields.patience, "patience", 3),
        (fields.batch_size, "batch_size", 24),
        (fields.lr, "lr", 0.002),
        (fields.seed, "seed", 11),
    ):
        box.setValue(value)
        assert getattr(setup.recipe, field) == value
    fields.share.setValue(30)
    fields.class_weights.setChecked(False)
    pick(fields.device, "cpu")
    assert (setup.recipe.validation_share, setup.recipe.class_weights, setup.device) == (0.3, False, "cpu")


def test_a_preset_is_shown_in_the_details_without_changing_anything(on):
    for preset in OFFERED:
        on.setup.choose_preset(preset)
        assert on.setup.recipe == PRESETS[preset]
        assert on.page.options.advanced.epochs.value() == PRESETS[preset].epochs
        assert on.page.options.advanced.batch_size.value() == 0  # automatic


def test_the_network_is_that_of_the_model_it_starts_from(on):
    fields = on.page.options.advanced
    assert not fields.backbone.isEnabled()
    pick(fields.init, "imagenet")
    assert fields.backbone.isEnabled()
    pick(fields.backbone, "densenet121")
    pick(fields.init, "bundled")
    assert on.setup.recipe.backbone == "resnet18"
    assert not fields.backbone.isEnabled()


def test_a_blind_network_with_a_trained_last_layer_is_warned_of(on):
    fields = on.page.options.advanced
    pick(fields.init, "random")
    pick(fields.trained, True)
    assert "whole" in fields.trained.note.text()
    pick(fields.trained, False)
    assert fields.trained.note.text() == ""


def test_every_detail_is_explained(on):
    fields = on.page.options.advanced
    for widget in (
        fields.init, fields.backbone, fields.head, fields.trained, fields.size, fields.device, fields.epochs,
        fields.patience, fields.keep, fields.batch_size, fields.lr, fields.schedule, fields.class_weights,
        fields.augment, fields.share, fields.seed,
    ):  # fmt: skip
        assert widget.toolTip()
        assert widget.accessibleName() or widget.text()


def test_the_wheel_scrolls_the_page_and_changes_no_field(on, qapp):
    options = on.page.options
    options.unfold.click()
    before = on.setup.recipe
    for box in (options.thorough, options.advanced.epochs, options.advanced.augment):
        event = QWheelEvent(
            QPointF(5, 5), box.mapToGlobal(QPointF(5, 5)), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(box, event)
    assert on.setup.recipe == before


def test_few_scans_are_advised_to_train_the_last_layer(ready):
    assert not ready.page.options.advice.isVisible()
    ready.setup.choose_preset("fine-tune")
    assert ready.page.options.advice.isVisible()


def test_a_model_of_the_library_can_be_started_from(on):
    name = on.models.names[0]
    on.page.start_from(name)
    assert on.setup.recipe.init == "bundled"
    assert on.setup.recipe.backbone == on.models.get(name).facts.backbone
    assert on.page.stage == "scans"


def test_a_scan_is_shown_as_it_is_varied(ready, qtbot):
    options = ready.page.options
    ready.setup.change(augment="strong", size=64)
    options.unfold.click()
    with qtbot.waitSignal(ready.service.previewed, timeout=5 * SOON_MS) as shown:
        pass
    (pictures,) = shown.args
    assert len(options.preview.strip.pictures) == PICTURES
    first = pictures
    options.preview.other.click()
    with qtbot.waitSignal(ready.service.previewed, timeout=5 * SOON_MS) as shown:
        pass
    assert np.array_equal(shown.args[0][0], first[0])  # the scan as it is
    assert not np.array_equal(shown.args[0][1:], first[1:])
    ready.setup.change(augment="none")
    qtbot.waitUntil(lambda: not options.preview.strip.isVisible())


def test_the_time_is_measured_for_what_is_set_up(ready, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(ready.service, "estimate", lambda *what: asked.append(what))
    ready.page.estimating.want(True)
    bar = ready.page.start_bar
    assert "Measuring" in bar.time.text()
    qtbot.waitUntil(lambda: len(asked) == 1)
    ready.service.estimated.emit(Estimate(240.0, 4.0, 16, 3))
    assert "4 minutes" in bar.time.text()
    ready.setup.change(seed=3)  # another split, but as many scans
    ready.wait_until_inspected(qtbot)
    ready.setup.change(epochs=200)
    assert "Measuring" in bar.time.text()
    ready.service.estimated.emit(Estimate(9.0, 4.0, 16, 3))  # the answer to an older question
    assert "Measuring" in bar.time.text()
    qtbot.waitUntil(lambda: asked[-1][0].epochs == 200)


def test_letters_of_one_stage_are_not_given_twice(ready, qapp):
    page = ready.page
    page.options.unfold.click()
    for stage in ("scans", "options"):
        page.go_to(stage)
        qapp.processEvents()
        texts = [each.text() for each in page.findChildren(QAbstractButton) if each.isVisible()]
        texts += [each.text() for each in page.findChildren(QLabel) if each.isVisible() and each.buddy()]
        letters = [text.partition("&")[2][:1].lower() for text in texts if "&" in text]
        assert len(letters) == len(set(letters)), sorted(letters)


def test_nothing_is_cut_at_the_size_of_its_window(ready, qapp):
    page = ready.page
    page.options.unfold.click()
    page.resize(900, 480)
    qapp.processEvents()
    for kind in (QAbstractButton, QComboBox):
        for each in page.options.findChildren(kind):
            if each.isVisible():
                assert each.width() >= each.minimumSizeHint().width(), each
    for label in page.options.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
