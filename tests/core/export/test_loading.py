from __future__ import annotations

from tests.test_imports import loaded_by, modules

HEAVY = ("highdicom", "matplotlib", "pydicom", "reportlab", "torch")

#: Those that draw pages and make DICOM: imported by the others when they are needed.
HEAVY_USERS = {
    "core.export.dicom_image",
    "core.export.dicom_report",
    "core.export.dicom_source",
    "core.export.folder_pages",
    "core.export.letters",
    "core.export.pdf",
    "core.export.scan_page",
}


def test_what_the_window_imports_of_it_is_light():
    doors = [name for name in modules("core") if name.startswith("core.export") and name not in HEAVY_USERS]
    assert len(doors) > 8
    assert loaded_by(doors, HEAVY) == ""
