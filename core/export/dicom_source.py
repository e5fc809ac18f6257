"""Where a scan belongs among DICOM objects: its study, its patient, and how to refer to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from pydicom.valuerep import DA, TM

from core.export.source import Header
from core.imaging.scan import Scan

#: Of the patient's module and the study's (PS3.3, C.7.1.1 and C.7.2.1): these must be there, if empty.
_PATIENT = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")
_STUDY = ("StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID", "AccessionNumber")
#: These may be there.
_MORE = ("IssuerOfPatientID", "PatientAge", "StudyDescription")

#: What a value of each kind looks like (PS3.5, table 6.2-1); one that looks otherwise is not passed on.
_SHAPES = {
    "AS": r"\d{3}[DWMY]",
    "CS": r"[MFO]",  # PatientSex
    "DA": r"\d{8}",
    "TM": r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?",
}
_LONGEST_UID = 64
_LENGTHS = {"SH": 16, "LO": 64, "PN": 64}


@dataclass(frozen=True)
class Reference:
    """A DICOM image that others may refer to.

    Attributes:
        series: empty where the file does not say what study and series it belongs to.
        frame: the one that was read; 0 where there is only one.
    """

    sop_class: str
    instance: str
    series: str
    frame: int = 0


@dataclass(frozen=True)
class Origin:
    """What the new objects take from the one that was read.

    Attributes:
        study: the UID of its study; a new one where it was no DICOM.
        reference: to itself; None where it was no DICOM, or its UIDs are none.
        elements: of patient and study by keyword; those that must be there are empty where nothing is known,
            or nothing may leave.
        lossy: it was compressed with loss.
        body_part: BodyPartExamined; empty where that is not known.
        orientation: PatientOrientation, its rows' and its columns'; empty where that is not known.
    """

    study: str
    reference: Reference | None = None
    elements: dict[str, str] = field(default_factory=dict)
    lossy: bool = False
    body_part: str = ""
    orientation: tuple[str, ...] = ()


def origin_of(header: Header, scan: Scan, named: bool) -> Origin:
    """The origin of a scan.

    The UIDs of study, series and image stay as they are even where names may not leave: they name nobody to
    anyone who has not the archive, and without them no report could be put beside its scan.

    Args:
        header: of the file.
        named: whether elements of patient and study leave, as far as they are well-formed.
    """
    elements = dict.fromkeys((*_PATIENT, *_STUDY), "")
    if named:
        found = {keyword: _well_formed(header.text(keyword), keyword) for keyword in (*elements, *_MORE)}
        elements |= {keyword: value for keyword, value in found.items() if value}
    study = _uid(header, "StudyInstanceUID")
    series = _uid(header, "SeriesInstanceUID") if study else ""
    sop_class, instance = _uid(header, "SOPClassUID"), _uid(header, "SOPInstanceUID")
    body_part = header.text("BodyPartExamined").upper()
    frame = int(scan.dicom is not None and scan.dicom.frames > 1)
    return Origin(
        study=study or generate_uid(prefix=None),
        reference=Reference(sop_class, instance, series, frame) if sop_class and instance else None,
        elements=elements,
        lossy=header.text("LossyImageCompression") == "01" or scan.format == "JPEG",
        body_part=body_part if re.fullmatch("[A-Z0-9_ ]{1,16}", body_part) else "",
        orientation=_orientation(header),
    )


def put(elements: dict[str, str], dataset: Dataset) -> None:
    """Set elements of patient and study in an object of ours, whose text is UTF-8."""
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)


def _uid(header: Header, keyword: str) -> str:
    """Digits and points: archives also have UIDs whose parts begin with a zero, which they should not."""
    found = header.text(keyword)
    return found if re.fullmatch(r"\d+(\.\d+)*", found, re.ASCII) and len(found) <= _LONGEST_UID else ""


def _well_formed(value: str, keyword: str) -> str:
    """`value`, or "" where no reader could make sense of it."""
    kind = dictionary_VR(keyword)
    if kind in _SHAPES:
        return value if re.fullmatch(_SHAPES[kind], value) and _is_date_or_time(value, kind) else ""
    text = "".join(letter for letter in value if letter.isprintable() and letter != "\\")
    # A name may be there three times: in Latin letters, as it is written, and as it is spoken
    parts = text.split("=") if kind == "PN" else [text]
    return "=".join(part[: _LENGTHS[kind]].strip() for part in parts)


def _is_date_or_time(value: str, kind: str) -> bool:
    try:
        if kind == "DA":
            DA(value)
        elif kind == "TM":
            TM(value)
    except ValueError:
        return False
    return True


def _orientation(header: Header) -> tuple[str, ...]:
    found = tuple(header.texts("PatientOrientation"))
    return found if len(found) == 2 and all(re.fullmatch("[APRLHF]{1,3}", each) for each in found) else ()
