"""From what the session knows to what the panel shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from core.model import checkpoint
from tests.core.imaging.dicom_files import dicom
from tests.gui.driving import held, press, settle
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


def test_the_figures_are_not_those_of_the_patient_before_while_the_next_is_loading(
    start, qtbot, tmp_path, measured_model
):
    files = []
    for number, age in enumerate(("003Y", "040Y")):
        files.append(tmp_path / f"scan-{number}.dcm")
        files[-1].write_bytes(dicom(radiograph(number).astype("uint16"), PatientAge=age))
    lungfield = start(*files, model=str(measured_model), engine="torch", device="cpu")
    settle(qtbot, lungfield)
    session, panel = lungfield.session, lungfield.window.reading_panel
    assert "3 years" in panel.state.domain
    session._loader.forget()
    with held(session._loader._lane):
        session.step(1)
        assert (panel.state.name, session.picture_status) == ("scan-1.dcm", "loading")
        assert panel.state.domain == ""
    settle(qtbot, lungfield)
    assert "40 years" in panel.state.domain


def test_a_scan_that_is_read_says_so_while_another_is_read_as_displayed_and_afterwards(begin, qtbot, scans):
    lungfield = begin(*scans)
    session, panel = lungfield.session, lungfield.window.reading_panel
    session.step(1)
    settle(qtbot, lungfield)
    session.step(-1)
    press(qtbot, lungfield, Qt.Key.Key_I)
    press(qtbot, lungfield, Qt.Key.Key_D)
    assert panel.state.status == "reading"
    press(qtbot, lungfield, Qt.Key.Key_Space)
    assert (panel.state.name, panel.state.status) == ("scan-1.png", "read")
    settle(qtbot, lungfield)
    assert panel.state.status == "read"
    session.step(-1)
    assert "inverted" in panel.state.as_displayed
