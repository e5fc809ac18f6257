"""What Lungfield is built on: versions and licences, without importing any of it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from PySide6.QtCore import QCoreApplication, qVersion

from core.version import VERSION

# By this name lupdate finds what has to be translated
translate = QCoreApplication.translate

#: Those that matter for how a scan is read and shown.
_TOLD = {
    "PySide6": "PySide6-Essentials",
    "NumPy": "numpy",
    "OpenCV": "opencv-python-headless",
    "OpenVINO": "openvino",
    "pydicom": "pydicom",
    "imagecodecs": "imagecodecs",
    "PyTorch": "torch",
}

#: What requirements.txt pins; a test holds the two together.
PINNED = (
    *("torch", "torchvision", "imagecodecs", "matplotlib", "nncf", "numpy", "opencv-python-headless"),
    *("openvino", "pillow", "platformdirs", "pydicom", "PySide6-Essentials", "rich", "safetensors"),
    *(
        "highdicom",
        "reportlab",
        "scikit-learn",
        "scipy",
        "charset-normalizer",
        "pyjpegls",
        "cloudpickle",
        "contourpy",
        "cycler",
        "filelock",
        "fonttools",
        "fsspec",
    ),
    *("Jinja2", "joblib", "kiwisolver", "markdown-it-py", "MarkupSafe", "mdurl", "mpmath", "narwhals"),
    *("networkx", "ninja", "openvino-telemetry", "packaging", "psutil", "pydot", "Pygments", "pyparsing"),
    *("python-dateutil", "setuptools", "shiboken6", "sympy", "tabulate", "threadpoolctl"),
    *("typing_extensions", "tzdata"),
)

_LONGEST_LICENCE = 100  # some packages put the whole text where its name belongs
_CLASSIFIER = "License :: "


@dataclass(frozen=True)
class Library:
    """A package that is installed."""

    name: str
    version: str
    licence: str


def versions(reads_with: str) -> list[tuple[str, str]]:
    """What a report of a fault should say: name and version or description, Lungfield first.

    Args:
        reads_with: engine and device in use; empty for none.
    """
    rows = [
        ("Lungfield", VERSION),
        (translate("Libraries", "Reads with"), reads_with or translate("Libraries", "no engine is loaded")),
        (translate("Libraries", "System"), platform.platform(terse=True)),
        (translate("Libraries", "Processor"), _processor()),
        ("Python", platform.python_version()),
        ("Qt", qVersion()),
    ]
    absent = translate("Libraries", "not installed")
    return rows + [(name, _version(package) or absent) for name, package in _TOLD.items()]


def libraries() -> list[Library]:
    """The pinned packages that are installed, by name."""
    return [
        Library(name, version, _licence(name))
        for name in sorted(PINNED, key=str.lower)
        if (version := _version(name))
    ]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _licence(name: str) -> str:
    """A package says it as an expression, in a classifier, or in words of its own."""
    said = metadata.metadata(name)
    if expression := said.get_all("License-Expression"):
        return expression[0]
    classifiers = [each for each in said.get_all("Classifier") or () if each.startswith(_CLASSIFIER)]
    if classifiers:
        return ", ".join(each.rpartition(" :: ")[2] for each in classifiers)
    own = "".join(said.get_all("License") or ()).strip().partition("\n")[0]
    return own if 0 < len(own) <= _LONGEST_LICENCE else translate("Libraries", "see the package")


def _processor() -> str:
    """Its name, and how many of its threads there are."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    name = next(named, "") or platform.processor() or platform.machine()
    return translate("Libraries", "{name}, {count} threads").format(name=name, count=os.cpu_count() or 1)
