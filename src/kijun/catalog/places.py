"""Where the guideline says something, as people look it up: ``5-1 6-1`` reads 第5部 5-1 ⑥ ①.

The data keeps places in the short form of `controls.tsv`; the guideline itself numbers principles and topics
with circled figures, and a reader needs to know which of its parts to open. A municipality's own controls name
a rule instead (AI利用要綱 第5条); such a text stays as it is.
"""

from __future__ import annotations

import re

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
_SECTION = re.compile(r"(?:Part [1-6], )?([1-6])-(\d{1,2})(?: (.+))?")
_PART = re.compile(r"Part ([1-6])(?:-(\d))?")
_MEASURE = "(?:[1-9]|10)-[1-9]"
_MEASURES = re.compile(f"{_MEASURE}(?:, {_MEASURE})*")
_FIGURES = re.compile(f"[{_CIRCLED}]( [{_CIRCLED}])?")


def place_reads(place: str, lang: str = "ja") -> str:
    """A place in the guideline in the reader's language; what is none comes back unchanged."""
    english = lang.partition("-")[0] == "en"
    parts = [_reads(part.strip(), english) for part in place.split(";")]
    return ("; " if english else "、").join(str(part) for part in parts) if all(parts) else place


def _reads(place: str, english: bool) -> str | None:
    if place == "Introduction":
        return place if english else "はじめに"
    if part := _PART.fullmatch(place):
        number, section = part.groups()
        return _joined(number, f"{number}-{section}" if section else "", "", english)
    if section := _SECTION.fullmatch(place):
        number, rest, behind = section.groups()
        found = _behind(behind or "", english)
        return None if found is None else _joined(number, f"{number}-{rest}", found, english)
    return None


def _behind(text: str, english: bool) -> str | None:
    """What stands behind the section: ``6-1`` (principle and topic), circled figures, ``introduction``."""
    if text == "introduction":
        return "(opening)" if english else "（前書き）"
    if not text or _FIGURES.fullmatch(text):
        return text
    if not _MEASURES.fullmatch(text):
        return None
    pairs = [one.split("-") for one in text.split(", ")]
    circled = [f"{_CIRCLED[int(principle) - 1]} {_CIRCLED[int(topic) - 1]}" for principle, topic in pairs]
    return (", " if english else "、").join(circled)


def _joined(part: str, section: str, behind: str, english: bool) -> str:
    if english:
        return f"Part {part}" + (f", {section}" if section else "") + (f" {behind}" if behind else "")
    space = "" if behind.startswith("（") else " "
    return f"第{part}部" + (f" {section}" if section else "") + (f"{space}{behind}" if behind else "")
