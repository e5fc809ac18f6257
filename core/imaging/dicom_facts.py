"""The facts of a DICOM file that Lungfield keeps. No name, no date of birth, no identifier as written."""

from __future__ import annotations

import hashlib
from datetime import date

from pydicom.dataset import Dataset

from core.imaging.dicom_read import integer, text
from core.imaging.scan import DicomFacts

_DAYS_IN_YEAR = 365.25
# PS3.5, table 6.2-1, VR AS: how many of each make a year.
_AGE_UNITS = {"Y": 1.0, "M": 12.0, "W": _DAYS_IN_YEAR / 7, "D": _DAYS_IN_YEAR}
_OLDEST = 130


def facts_of(dataset: Dataset, transfer_syntax_uid: str) -> DicomFacts:
    """What `dataset` says of its scan; whatever is absent or malformed stays at its default."""
    return DicomFacts(
        sop_class_uid=text(dataset, "SOPClassUID"),
        sop_instance_uid=text(dataset, "SOPInstanceUID"),
        modality=text(dataset, "Modality"),
        body_part=text(dataset, "BodyPartExamined"),
        view_position=text(dataset, "ViewPosition"),
        photometric=text(dataset, "PhotometricInterpretation"),
        transfer_syntax_uid=transfer_syntax_uid,
        age_years=_age(dataset),
        frames=max(1, integer(dataset, "NumberOfFrames") or 1),
        patient_key=_patient_key(dataset),
    )


def _patient_key(dataset: Dataset) -> str:
    """16 hex digits of a hash of the patient's ID and who issued it: tells patients apart; "" without one."""
    patient = text(dataset, "PatientID")
    if not patient:
        return ""
    issuer = text(dataset, "IssuerOfPatientID")
    return hashlib.sha256(f"{issuer}\0{patient}".encode()).hexdigest()[:16]


def _age(dataset: Dataset) -> float | None:
    """Years, from PatientAge or else from the dates of birth and study; None where neither makes sense."""
    stated = text(dataset, "PatientAge").upper()
    if stated[:-1].isdecimal() and stated[-1:] in _AGE_UNITS:
        age = int(stated[:-1]) / _AGE_UNITS[stated[-1]]
    else:
        born, studied = _date(text(dataset, "PatientBirthDate")), _date(text(dataset, "StudyDate"))
        if born is None or studied is None:
            return None
        age = (studied - born).days / _DAYS_IN_YEAR
    return age if 0 <= age <= _OLDEST else None


def _date(text: str) -> date | None:
    """YYYYMMDD, or YYYY.MM.DD as older files have it, or YYYY-MM-DD as pydicom may print it."""
    digits = text.replace(".", "").replace("-", "")
    if len(digits) != 8 or not digits.isdecimal():
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
