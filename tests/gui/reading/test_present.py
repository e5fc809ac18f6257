"""From what the session knows to what the panel shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.model import checkpoint
from tests.core.imaging.dicom_files import dicom
from tests.gui.driving import settle
from tests.pictures import radiograph

MEASURED = {
    "children, validation": {"n": 700, "auc": 0.98, "sensitivity": 0.95, "specificity": 0.9, "ages": [1, 5]}
}


@pytest.fixture
def measured_model(model_files, tmp_path):
    path = tmp_path / "measured.safetensors"
    checkpoint.save(replace(checkpoint.load(model_files[0]), metrics=MEASURED), path)
    return path


@pytest.mark.parametrize(
    ("age", "said"),
    [
        ("003Y", "children, validation, for this patient of 3 years"),
        ("018M", "children, validation, for this patient of 18 months"),
        ("040Y", "patients older or younger than this patient of 40 years"),
        ("", ""),
    ],
)
def test_the_figures_of_the_patients_age(start, qtbot, tmp_path, measured_model, age, said):
    file = tmp_path / "scan.dcm"
    file.write_bytes(dicom(radiograph(1).astype("uint16"), PatientAge=age))
    lungfield = start(file, model=str(measured_model), engine="torch", device="cpu")
    settle(qtbot, lungfield)
    shown = lungfield.window.reading_panel.state.domain
    assert shown.startswith(said)
    assert bool(shown) == bool(said)
