"""Data within the page itself: nothing that is shown or taken away lies on the disk."""

from __future__ import annotations

import base64


def data_address(kind: str, data: bytes) -> str:
    """A `data:` address of bytes of a MIME type."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
