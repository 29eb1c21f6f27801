""".docx: the text of a Word file with everything that is beside, under and behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.markup_events import Walker
from kijun.inspection.files.package import Package
from kijun.inspection.files.place import Part, Place
from kijun.inspection.files.story import Loose, Story

_BESIDE: Final = {
    "header": Part.HEADER,
    "footer": Part.FOOTER,
    "footnotes": Part.FOOTNOTE,
    "endnotes": Part.ENDNOTE,
    "comments": Part.COMMENT,
    "glossaryDocument": Part.HIDDEN_DATA,
}


def read_word(package: Package, main: str, collector: Collector) -> None:
    """The body, then headers, footers, notes and comments, then who wrote and changed it."""
    body = Story(collector)
    package.walk(main, body)
    authors = dict(body.authors)
    revisions = body.revisions
    counts: dict[Part, int] = {}
    for relation in package.relations(main).values():
        part = _BESIDE.get(relation.kind)
        if part is None or relation.is_external or not package.has(relation.target):
            continue
        counts[part] = counts.get(part, 0) + 1
        number = counts[part] if part in (Part.HEADER, Part.FOOTER) else 0
        story = Story(collector, Place("part", number, part=part))
        package.walk(relation.target, story)
        authors |= story.authors
        revisions += story.revisions
    for name in authors:
        collector.add(name, Place("part", part=Part.AUTHOR))
    for relation in package.relations(main).values():
        if relation.kind == "settings" and package.has(relation.target):
            package.walk(relation.target, _Settings(collector))
    people = package.relations(main).values()
    for relation in people:
        if relation.kind == "people" and package.has(relation.target):
            place = Place("part", part=Part.AUTHOR)
            package.walk(
                relation.target, Loose(collector, place, frozenset(("text",)), frozenset(("person",)))
            )
    if revisions:
        collector.note(
            "変更履歴があります。削除された文字も調べています。",
            "There are tracked changes; deleted text was read as well.",
        )


class _Settings(Walker):
    """What a document keeps for its macros, and where a form letter gets its people from."""

    def __init__(self, collector: Collector) -> None:
        self._out = collector

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in ("docVar", "query", "connectString"):
            self._out.add(attributes.get("val", ""), Place("part", part=Part.HIDDEN_DATA))
