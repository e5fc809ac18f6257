from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ScanError
from core.reading.finding import find


def test_a_path_that_cannot_be_looked_at_stays_and_reading_it_says_why(tmp_path):
    """Path.is_dir raises on most of what an operating system may answer; the name is one that none takes."""
    (tmp_path / "good.png").write_bytes(b"x")
    listing = find([Path("a" * 300), tmp_path])
    assert [found.name for found in listing.files] == ["a" * 300, "good.png"]
    with pytest.raises(ScanError, match=r"^a+ could not be read \(File name too long\)$"):
        listing.files[0].read()
