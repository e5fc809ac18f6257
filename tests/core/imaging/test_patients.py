from __future__ import annotations

import pytest

from core.imaging.patients import patient_in_name


@pytest.mark.parametrize(
    ("name", "patient"),
    [
        ("person1063_virus_1765.jpeg", "person1063"),
        ("IM-0249-0001.jpeg", "IM-0249"),
        ("NORMAL2-IM-0437-0001.jpeg", "NORMAL2-IM-0437"),
        ("00001543_007.jpeg", "00001543"),
        ("knee.png", ""),
        ("a person1_1.png", ""),
        ("0123456789ab.png", ""),
    ],
)
def test_a_patient_is_in_the_names_of_the_public_sets_only(name, patient):
    assert patient_in_name(name) == patient
