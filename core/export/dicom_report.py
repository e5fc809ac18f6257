"""A reading as a DICOM structured report: TID 1500, «Measurement Report» (PS3.16)."""

from __future__ import annotations

import highdicom as hd
from highdicom import sr
from highdicom.coding_schemes import CodingSchemeIdentificationItem
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from core.export.dicom_image import MAKER, UTF8
from core.export.dicom_source import Origin, Reference
from core.export.item import Item
from core.reading.overlay import DISCLAIMER
from core.reading.reader import Reading
from core.version import VERSION

_SERIES_NUMBER = 9002

#: Of what DICOM's own dictionaries have no code for: the scheme is ours, as its first two digits say.
_SCHEME = "99LUNGFIELD"
_LONGEST_MEANING = 64

_PNEUMONIA = sr.CodedConcept("233604007", "SCT", "Pneumonia")
_LABELS = {"NORMAL": sr.CodedConcept.from_code(codes.SCT.Normal), "PNEUMONIA": _PNEUMONIA}
_RATIO = sr.CodedConcept("1", "UCUM", "no units")
_CHEST_X_RAY = sr.CodedConcept("399208008", "SCT", "Plain X-ray of chest")

#: Identifies Lungfield as the observer wherever it runs; made once for it.
_DEVICE = "2.25.227678159590237055682010014977469786576"


def report(item: Item, reading: Reading, image: Dataset, origin: Origin) -> Dataset:
    """A Comprehensive SR of its own series in the study of `image`.

    It has the probability of pneumonia and the operating point as measurements, the model as the algorithm,
    what model, gate and person say as coded evaluations, and refers to the scan and to `image`. Nothing is
    said of the patient yet.
    """
    evidence = [image]
    if origin.reference and origin.reference.series:
        evidence.append(_evidence(origin, origin.reference))
    return sr.ComprehensiveSR(
        evidence=evidence,
        content=_content(item, reading, image, origin),
        series_instance_uid=hd.UID(),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer=MAKER,
        manufacturer_model_name=MAKER,
        software_versions=VERSION,
        series_description="Lungfield reading. Not for diagnosis.",
        is_complete=True,
        is_final=False,
        is_verified=False,
        specific_character_set=UTF8,
        coding_schemes=[CodingSchemeIdentificationItem(_SCHEME, name="Lungfield's own codes")],
    )


def _content(item: Item, reading: Reading, image: Dataset, origin: Origin) -> sr.MeasurementReport:
    group = sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(uid=hd.UID(), identifier="Reading of the whole scan"),
        finding_type=_PNEUMONIA,
        algorithm_id=_algorithm(item, reading),
        measurements=[
            sr.Measurement(name=codes.DCM.Probability, value=round(reading.probability, 6), unit=_RATIO),
            sr.Measurement(
                name=_own("operating-point", "Probability at and above which it is PNEUMONIA"),
                value=round(reading.threshold, 6),
                unit=_RATIO,
            ),
        ],
        qualitative_evaluations=_evaluations(item, reading),
        source_images=[_source(image, origin)],
    )
    return sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_device_context=_observer()),
        procedure_reported=_CHEST_X_RAY,
        imaging_measurements=[group],
        title=codes.DCM.ImagingMeasurementReport,
        referenced_images=[image],
    )


def _algorithm(item: Item, reading: Reading) -> sr.AlgorithmIdentification:
    parameters = [
        f"engine: {reading.engine}",
        f"operating point: {reading.threshold:.6f}",
        f"read: {item.as_displayed or 'as the file asks to be displayed'}",
        DISCLAIMER,
    ]
    return sr.AlgorithmIdentification(
        name=reading.model or MAKER,
        version=item.fingerprint or f"{MAKER} {VERSION}",
        parameters=parameters,
        manufacturer=MAKER,
    )


def _evaluations(item: Item, reading: Reading) -> list[sr.QualitativeEvaluation]:
    said = [(_own("model-label", "Label that the model gives"), _LABELS[reading.label])]
    gate = _own("gate", "Whether it looks like a frontal chest X-ray to the model")
    for reason in reading.verdict.reasons:
        said.append((gate, _own("rejected", f"Rejected: {reason}")))
    if reading.verdict.accepted:
        said.append((gate, _own("accepted", "Accepted")))
    if item.reviewed:
        said.append((_own("review-label", "Label that a person gave on review"), _LABELS[item.reviewed]))
    return [sr.QualitativeEvaluation(name, value) for name, value in said]


def _observer() -> sr.ObserverContext:
    return sr.ObserverContext(
        observer_type=codes.DCM.Device,
        observer_identifying_attributes=sr.DeviceObserverIdentifyingAttributes(
            uid=_DEVICE, name=MAKER, manufacturer_name=MAKER, model_name=f"{MAKER} {VERSION}"
        ),
    )


def _source(image: Dataset, origin: Origin) -> sr.SourceImageForMeasurementGroup:
    """The scan; the capture of it, where the scan was no DICOM or does not say where it belongs."""
    scan = origin.reference
    if scan is None or not scan.series:
        return sr.SourceImageForMeasurementGroup(image.SOPClassUID, image.SOPInstanceUID)
    frames = [scan.frame] if scan.frame else None
    return sr.SourceImageForMeasurementGroup(scan.sop_class, scan.instance, frames)


def _evidence(origin: Origin, reference: Reference) -> Dataset:
    scan = Dataset()
    scan.StudyInstanceUID = origin.study
    scan.SeriesInstanceUID = reference.series
    scan.SOPInstanceUID = reference.instance
    scan.SOPClassUID = reference.sop_class
    return scan


def _own(code: str, meaning: str) -> sr.CodedConcept:
    return sr.CodedConcept(code, _SCHEME, meaning[:_LONGEST_MEANING])
