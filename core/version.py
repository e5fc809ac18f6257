"""The version of Lungfield, for when it runs from its source and no package's metadata tells it."""

from __future__ import annotations

#: The same as in pyproject.toml; a test holds the two together.
VERSION = "0.1.0"
