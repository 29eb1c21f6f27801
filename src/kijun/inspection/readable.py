"""Bytes, and what stands for them, as text where they are one."""

from __future__ import annotations

import base64
import binascii
import re


def from_base64(written: str) -> str:
    """What is written in Base64, where that is a text; else nothing."""
    bare = re.sub(r"\s", "", written).replace("-", "+").replace("_", "/").rstrip("=")
    if len(bare) < 16 or (bare.isalpha() and (bare.islower() or bare.isupper())):
        return ""
    try:
        return readable(base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def readable(data: bytes) -> str:
    """The bytes as text where they are one: UTF-8, else Japanese codes, with hardly a control character."""
    for encoding in ("utf-8", "cp932", "utf-16-le"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text:
            return ""
        odd = sum(not (char.isprintable() or char in "\n\r\t") for char in text)
        japanese = sum("ぁ" <= char <= "龥" for char in text)
        kana = sum("ぁ" <= char <= "ヶ" for char in text)  # by chance bytes are kanji, but hardly a sentence
        if (
            odd == 0
            and (encoding == "utf-8" or (japanese >= len(text) * 0.6 and kana >= len(text) * 0.2))
            and any(char.isalpha() for char in text)
        ):
            return text
    return ""
