"""What Windows and macOS show of a program: version and maker in its properties, files it opens."""

from __future__ import annotations

import sys
from itertools import takewhile
from typing import Any

NAME = "Lungfield"
WHAT = "Reads chest X-rays, for research and education. Not a medical device"

#: What the application opens, by macOS's names of types.
_MAC_TYPES = (
    "org.nema.dicom",
    "public.png",
    "public.jpeg",
    "public.tiff",
    "com.microsoft.bmp",
    "org.webmproject.webp",
)

#: For Info.plist.
MAC_PROPERTIES: dict[str, Any] = {
    "CFBundleDisplayName": NAME,
    "NSHighResolutionCapable": True,
    "NSHumanReadableCopyright": WHAT,
    "LSApplicationCategoryType": "public.app-category.education",
    "CFBundleDocumentTypes": [
        {
            "CFBundleTypeName": "Radiograph",
            "CFBundleTypeRole": "Viewer",
            # Others stay the first choice for pictures
            "LSHandlerRank": "Alternate",
            "LSItemContentTypes": list(_MAC_TYPES),
        }
    ],
    "UTImportedTypeDeclarations": [
        {
            "UTTypeIdentifier": "org.nema.dicom",
            "UTTypeDescription": "DICOM image",
            "UTTypeConformsTo": ["public.image"],
            "UTTypeTagSpecification": {
                "public.filename-extension": ["dcm", "dicom"],
                "public.mime-type": ["application/dicom"],
            },
        }
    ],
}


def windows_version(version: str) -> Any:
    """A program's version resource, as PyInstaller takes it; None on other systems, which have none."""
    if sys.platform != "win32":
        return None
    from PyInstaller.utils.win32 import versioninfo as info

    numbers = windows_numbers(version)
    strings = {
        "CompanyName": f"{NAME} contributors",
        "FileDescription": NAME,
        "FileVersion": version,
        "InternalName": NAME,
        "LegalCopyright": "Apache License 2.0",
        "ProductName": NAME,
        "ProductVersion": version,
        "Comments": WHAT,
    }
    return info.VSVersionInfo(
        ffi=info.FixedFileInfo(
            filevers=numbers, prodvers=numbers, mask=0x3F, flags=0, OS=0x40004, fileType=1
        ),
        kids=[
            info.StringFileInfo(
                [info.StringTable("040904B0", [info.StringStruct(*each) for each in strings.items()])]
            ),
            info.VarFileInfo([info.VarStruct("Translation", [0x0409, 1200])]),
        ],
    )


def windows_numbers(version: str) -> tuple[int, int, int, int]:
    """The four numbers that Windows keeps of a version such as 3.2.1 or 3.2.1rc1."""
    parts = [int("".join(takewhile(str.isdecimal, part)) or 0) for part in version.split(".")[:4]]
    first, second, third, fourth = (*parts, 0, 0, 0, 0)[:4]
    return first, second, third, fourth
