"""The picture with the evidence as a DICOM secondary capture (PS3.3, A.8.1)."""

from __future__ import annotations

from highdicom.sc import SCImage
from highdicom.uid import UID
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from core.export.dicom_source import Origin, Reference
from core.reading.framed import Picture
from core.reading.overlay import DISCLAIMER
from core.reading.reader import Reading
from core.version import VERSION

MAKER = "Lungfield"
UTF8 = "ISO_IR 192"

#: Beyond the numbers that machines give to their series.
_SERIES_NUMBER = 9001
_LONGEST_TEXT = 1024  # of a value of kind ST


def capture(picture: Picture, reading: Reading, origin: Origin) -> Dataset:
    """A colour image of its own series in the study of the scan, which it names as its source.

    Nothing is said of the patient yet.

    Args:
        picture: uint8 [H, W, 3] with reading and disclaimer burnt in.
    """
    image = SCImage(
        pixel_array=picture,
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "F"),  # taken out below where it is not known
        study_instance_uid=origin.study,
        series_instance_uid=UID(),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=UID(),
        instance_number=1,
        manufacturer=MAKER,
        manufacturer_model_name=MAKER,
        software_versions=VERSION,
        series_description="Lungfield evidence. Not for diagnosis.",
        transfer_syntax_uid=ExplicitVRLittleEndian,
        specific_character_set=UTF8,
    )
    image.PatientOrientation = list(origin.orientation)
    image.ConversionType = "WSD"  # made at a workstation
    image.BurnedInAnnotation = "YES"
    image.DerivationDescription = (
        f"Evidence of the model «{reading.model}» laid over the image, its reading and a scale burnt in, by "
        f"{MAKER} {VERSION}. {DISCLAIMER}"
    )[:_LONGEST_TEXT]
    image.LossyImageCompression = "01" if origin.lossy else "00"
    if body_part := origin.body_part or ("CHEST" if reading.verdict.accepted else ""):
        image.BodyPartExamined = body_part
    if body_part != "CHEST":
        image.Laterality = ""  # may be one of a pair
    if origin.reference:
        image.SourceImageSequence = [_source(origin.reference)]
    return image


def _source(scan: Reference) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = scan.sop_class
    item.ReferencedSOPInstanceUID = scan.instance
    if scan.frame:
        item.ReferencedFrameNumber = scan.frame
    purpose = Dataset()
    code = codes.DCM.SourceImageForImageProcessingOperation
    purpose.CodeValue, purpose.CodingSchemeDesignator = code.value, code.scheme_designator
    purpose.CodeMeaning = code.meaning
    item.PurposeOfReferenceCodeSequence = [purpose]
    return item
