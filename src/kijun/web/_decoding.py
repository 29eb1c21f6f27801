"""Text files of Japanese offices."""

from __future__ import annotations

import re
from typing import Final

_NOT_CP932: Final = re.compile("[\x80\xa0\uf8f0-\uf8f3]")  # bytes that no such file has, yet Python decodes


def decoded(content: bytes) -> str | None:
    """The text in UTF-8 (with or without BOM), else in CP932; None when it is neither or holds a NUL."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not (encoding == "cp932" and _NOT_CP932.search(text)):
            return text
    return None
