"""Sentences and windows of a text, for models that read one piece at a time."""

from __future__ import annotations

import re
from typing import Final

_SENTENCE: Final = re.compile(r"[^。！？!?\n.]{0,400}(?:[。！？!?\n]+|\.(?=\s|$)[\s]*|\.)?")
LONGEST: Final = 400  # characters of a sentence
WHOLE: Final = 600  # characters: a longer text is read in windows of this size
SHORT: Final = 46  # characters below which a text has a threshold of its own
PART: Final = 140  # characters: the size of the parts of a window


def sentences(text: str) -> list[tuple[int, int]]:
    """The places of a text's sentences: up to 。！？ or a full stop before a space, a line break, or 400 characters."""
    places: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        match = _SENTENCE.match(text, start)
        end = match.end() if match and match.end() > start else start + 1
        goes_on = start and text[start - 1] == "." and end - places[-1][0] <= LONGEST  # models.CASCADE
        if places and (end - start < 3 or goes_on):
            places[-1] = (places[-1][0], end)
        else:
            places.append((start, end))
        start = end
    return places


def windows(text: str, size: int) -> list[tuple[int, int]]:
    """Overlapping pieces of whole sentences of at most `size` characters (a longer sentence is cut); the text itself where it is short."""
    if len(text) <= size:
        return [(0, len(text))]
    parts: list[tuple[int, int]] = []
    for start, end in sentences(text):
        while end - start > size:
            parts.append((start, start + size))
            start += size // 2
        parts.append((start, end))
    found: list[tuple[int, int]] = []
    first = 0
    while first < len(parts):
        last = first
        while last + 1 < len(parts) and parts[last + 1][1] - parts[first][0] <= size:
            last += 1
        found.append((parts[first][0], parts[last][1]))
        if last + 1 >= len(parts):
            break
        first = max(first + 1, (first + last + 1) // 2)
    return found
