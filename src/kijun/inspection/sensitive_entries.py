"""Entries of English forms whose value gives special care-required information: Religion: Hindu, Disability: deaf (grade 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kijun.inspection.name_view import Place
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Scene

#: What divides a label from its value; what stands in brackets behind a label belongs to it.
_GAP: Final = re.compile(r"(?: ?\([^()\n]{1,24}\))?\\?[\"']?(?: ?[:=|] ?| {2,4})\\?[\"']?(?=[A-Za-z0-9])")
_BEFORE: Final = re.compile(r"(?:\A|[\n,;|\t({\"'.・/*-] {0,4}|  )\Z")
_VALUE: Final = re.compile(r"[^\n\t;|\"'\\{}\[\]]{2,70}")
#: Where another field begins on the same line: , DOB: …
_NEXT: Final = re.compile(r"[,/.]? {1,4}(?:[A-Z][A-Za-z]{1,14} ?){1,3}[:=]|  |\. ")
_NO_VALUE: Final = re.compile(
    r"(?i)(?:none|no(?!n-|r)|nil|n/?a|not|unknown|null|nothing|false|yes|true|[0-9]|see|please|tbd|undisclosed|select|choose|optional|e\.?g)\b"
)
_WORDS: Final = 8  # of a value; what is longer is no entry but a sentence
_PEOPLE: Final = ("PERSON", "AGE", "BIRTH_DATE")


def entries(scene: Scene, rule: Rule) -> Iterator[Place]:
    """The values of a rule's labels, where they hold one of its `known` words or the text speaks of somebody."""
    text, known = scene.text, rule.settings["known"]
    for hit in scene.words(f"sensitive:{rule.id}"):
        gap = _GAP.match(text, hit.end)
        if gap is None or not _BEFORE.search(text[max(0, hit.start - 6) : hit.start]):
            continue
        value = _VALUE.match(text, gap.end())
        if value is None or _NO_VALUE.match(text, gap.end()):
            continue
        start, end = value.span()
        following = _NEXT.search(text, start, end + 1)
        if following is not None:
            end = following.start()
        while end > start and text[end - 1] in " .,":
            end -= 1
        written = text[start:end]
        words = re.findall("[a-z]+", written.lower())
        if not words or len(words) > _WORDS:
            continue
        if any(word in known for word in words) or any(scene.starts_of(one) for one in _PEOPLE):
            yield start, end
