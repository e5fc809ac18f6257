"""DATASETs laid out anew, as links, with the validation scans that a table names in `val/`.

    python tools/divided.py docs/bundled-validation.csv DATA OUT

How the run that made the bundled model was given its validation patients. DATA holds the DATASETs,
each with NORMAL/ and PNEUMONIA/; OUT gets one folder for each, with train/ and val/.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path


def divide(table: Path, data: Path, out: Path) -> int:
    """How many scans were linked.

    Args:
        table: has a column `file`, relative to `data`: those of them go to `val/`, all others to `train/`.

    Raises:
        FileNotFoundError: `data` lacks one that the table names.
        FileExistsError: `out` holds something already.
    """
    with table.open(encoding="utf-8", newline="") as rows:
        held = {data / row["file"] for row in csv.DictReader(rows)}
    if missing := [path for path in sorted(held) if not path.is_file()]:
        raise FileNotFoundError(f"{len(missing)} scans are not in {data}, such as {missing[0].name}")
    out.mkdir(parents=True)
    scans = [scan for folder in sorted({path.parent for path in held}) for scan in sorted(folder.iterdir())]
    for scan in scans:
        part = "val" if scan in held else "train"
        link = out / scan.parent.parent.name / part / scan.parent.name / scan.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(scan.absolute())
    return len(scans)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    print(f"linked {divide(*map(Path, sys.argv[1:]))} scans")
