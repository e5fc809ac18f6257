"""What columns and labels mean."""

from __future__ import annotations

import pytest

from core.datasets.columns import columns_of, label_of, split_of


@pytest.mark.parametrize(
    ("head", "at"),
    [
        # NIH ChestX-ray14
        (
            ["Image Index", "Finding Labels", "Follow-up #", "Patient ID", "Patient Age", "Patient Gender"],
            {"file": 0, "label": 1, "patient": 3},
        ),
        # The pneumonia challenge of the RSNA
        (["patientId", "x", "y", "width", "height", "Target"], {"file": 0, "label": 5}),
        (["patientId", "class"], {"file": 0, "label": 1}),
        # Cohen's covid-chestxray-dataset
        (
            ["patientid", "offset", "finding", "view", "folder", "filename"],
            {"patient": 0, "label": 2, "file": 5},
        ),
        # CoronaHack
        (["", "X_ray_image_name", "Label", "Dataset_type"], {"file": 1, "label": 2, "split": 3}),
        # CheXpert
        (["Path", "Sex", "No Finding", "Pneumonia"], {"file": 0, "normal": 2, "pneumonia": 3}),
        # Our own
        (
            ["path", "label", "patient", "dataset", "split"],
            {"file": 0, "label": 1, "patient": 2, "dataset": 3, "split": 4},
        ),
    ],
)
def test_columns_of_public_sets(head, at) -> None:
    assert columns_of(head).at == at
    assert not columns_of(head).missing


@pytest.mark.parametrize(
    ("head", "missing"),
    [([], "file"), (["label"], "file"), (["file"], "label"), (["file", "No Finding"], "label")],
)
def test_what_a_table_cannot_do_without(head, missing) -> None:
    assert columns_of(head).missing == missing


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("NORMAL", 0),
        (" Normal ", 0),
        ("0", 0),
        ("0.0", 0),
        ("No Finding", 0),
        ("no_finding", 0),
        ("Healthy", 0),
        ("['normal']", 0),
        ("PNEUMONIA", 1),
        ("1", 1),
        ("Pnemonia", 1),
        ("Infiltration|Pneumonia", 1),
        ("Pneumonia/Viral/COVID-19", 1),
        ("['pleural effusion', 'pneumonia']", 1),
        ("Viral Pneumonia", 1),
        ("Lung_Opacity", 1),
        ("", None),
        ("Effusion", None),
        ("2", None),
        ("No Lung Opacity / Not Normal", None),
        ("No Finding|Effusion", None),
        ("Normal|Pneumonia", None),
    ],
)
def test_labels(text, label) -> None:
    assert label_of(text) == label


@pytest.mark.parametrize(
    ("head", "row", "label"),
    [
        ("file,pneumonia", "a,1.0", 1),
        ("file,pneumonia", "a,0", 0),
        ("file,pneumonia", "a,-1.0", None),  # uncertain
        ("file,No Finding,pneumonia", "a,,1.0", 1),
        ("file,No Finding,pneumonia", "a,1.0,", 0),
        ("file,No Finding,pneumonia", "a,,0.0", None),  # another finding
        ("file,No Finding,pneumonia", "a,,", None),
    ],
)
def test_labels_in_a_column_for_each_finding(head, row, label) -> None:
    assert columns_of(head.split(",")).label(row.split(","))[0] == label


def test_splits() -> None:
    assert [split_of(word) for word in ("Training", "VALID", "held-out", "TEST", "3", "")] == [
        "train",
        "val",
        "test",
        "test",
        None,
        None,
    ]
