"""Sentences and windows of a text, for models that read one piece at a time."""

from __future__ import annotations

import re
from typing import Final

_SENTENCE: Final = re.compile(r"[^。！？!?\n.]{0,400}(?:[。！？!?\n]+|\.(?=\s|$)[\s]*|\.)?")
WINDOW: Final = 320  # characters
WHOLE: Final = 600  # up to here a text is read in one piece only


def sentences(text: str) -> list[tuple[int, int]]:
    """The places of a text's sentences: up to 。！？ or a full stop before a space, a line break, or 400 characters."""
    places: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        match = _SENTENCE.match(text, start)
        end = match.end() if match and match.end() > start else start + 1
        joined = places and end - start < 3
        if joined:
            places[-1] = (places[-1][0], end)
        else:
            places.append((start, end))
        start = end
    return places


def windows(text: str) -> list[tuple[int, int]]:
    """Overlapping pieces of whole sentences of about `WINDOW` characters; none where the text is short."""
    if len(text) <= WHOLE:
        return []
    parts = sentences(text)
    found: list[tuple[int, int]] = []
    first = 0
    while first < len(parts):
        last = first
        while last + 1 < len(parts) and parts[last + 1][1] - parts[first][0] <= WINDOW:
            last += 1
        found.append((parts[first][0], parts[last][1]))
        if last + 1 >= len(parts):
            break
        first = max(first + 1, (first + last + 1) // 2)
    return found
