"""Exports in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from core.export.item import LeftOut
from gui.export.request import Kind
from gui.review.words import label

if TYPE_CHECKING:
    from gui.export.exporter import Exported

translate = QCoreApplication.translate

#: Of those left out, so many are told one by one.
_MOST_TOLD = 20


def beginning(kind: Kind) -> str:
    """What is being done."""
    known: dict[Kind, str] = {
        "csv": translate("Export", "Writing the table…"),
        "folder-report": translate("Export", "Writing the report…"),
        "scan-reports": translate("Export", "Writing the reports…"),
        "overlays": translate("Export", "Writing the pictures…"),
        "dicom": translate("Export", "Writing DICOM…"),
        "dataset": translate("Export", "Writing the DATASET…"),
    }
    return known[kind]


def done(exported: Exported) -> str:
    """What was written, and how many scans were left out."""
    where = exported.request.path.name or str(exported.request.path)
    if exported.request.kind == "dataset":
        classes = ", ".join(f"{_number(count)} {label(name)}" for name, count in exported.counts.items())
        text = translate("Export", "The DATASET is in {where}: {classes}.").format(
            where=where, classes=classes or translate("Export", "nothing")
        )
    elif exported.scans == 1:
        text = translate("Export", "One scan was exported to {where}.").format(where=where)
    else:
        text = translate("Export", "{n} scans were exported to {where}.").format(
            n=_number(exported.scans), where=where
        )
    if count := len(exported.left_out):
        first = exported.left_out[0]
        more = translate("Export", "{n} left out ({scan}).")
        if count > 1:
            more = translate("Export", "{n} left out, such as {scan}.")
        text += " " + more.format(n=_number(count), scan=_why(first))
    return text


def left_out(exported: Exported) -> str:
    """Those that were left out, a line each, for as many as a person reads; empty where none were."""
    lines = [_why(each) for each in exported.left_out[:_MOST_TOLD]]
    if more := len(exported.left_out) - len(lines):
        lines.append(translate("Export", "and {n} more").format(n=_number(more)))
    return "\n".join(lines)


def _why(scan: LeftOut) -> str:
    """Errors begin with the name of what they are about, reasons of a reading do not."""
    return scan.reason if scan.reason.startswith(scan.name) else f"{scan.name}: {scan.reason}"


def _number(count: int) -> str:
    return QLocale().toString(count)
