""".pptx: slides in their order with notes and comments, and what masters and layouts say on every slide."""

from __future__ import annotations

from collections.abc import Mapping

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.markup_events import Walker
from kijun.inspection.files.package import Package
from kijun.inspection.files.place import Part, Place
from kijun.inspection.files.story import Loose, Story


def read_slides(package: Package, main: str, collector: Collector) -> None:
    """All slides, hidden ones too."""
    show = _Show()
    package.walk(main, show)
    relations = package.relations(main)
    hidden = 0
    masters: dict[str, None] = {}
    number = 0
    for link in show.slides:
        relation = relations.get(link)
        if relation is None or relation.is_external or not package.has(relation.target):
            continue
        number += 1
        slide = _Slide(collector, Place("slide", number))
        package.walk(relation.target, slide)
        hidden += slide.is_hidden
        masters |= _read_around(package, relation.target, number, collector)
    for layout in tuple(masters):
        for relation in package.relations(layout).values():
            if relation.kind == "slideMaster" and package.has(relation.target):
                masters[relation.target] = None
    for master in masters:
        package.walk(master, Story(collector, Place("part", part=Part.MASTER), skip_placeholders=True))
    for relation in relations.values():
        if relation.kind in ("commentAuthors", "authors") and package.has(relation.target):
            names = Loose(
                collector,
                Place("part", part=Part.AUTHOR),
                frozenset(("text",)),
                frozenset(("cmAuthor", "author")),
            )
            package.walk(relation.target, names)
    if hidden:
        collector.note(
            f"非表示のスライドが{hidden}枚あります。その内容も調べています。",
            f"{hidden} slide(s) are hidden; they were read as well.",
        )


def _read_around(package: Package, slide: str, number: int, collector: Collector) -> dict[str, None]:
    """Notes and comments of a slide; the layout it uses."""
    layouts: dict[str, None] = {}
    for relation in package.relations(slide).values():
        if relation.is_external or not package.has(relation.target):
            continue
        if relation.kind == "notesSlide":
            package.walk(relation.target, Story(collector, Place("slide", number, part=Part.NOTES)))
        elif relation.kind == "comments":
            place = Place("slide", number, part=Part.COMMENT)
            package.walk(relation.target, Loose(collector, place, frozenset(("text", "t"))))
        elif relation.kind == "slideLayout":
            layouts[relation.target] = None
    return layouts


class _Show(Walker):
    def __init__(self) -> None:
        self.slides: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sldId":
            self.slides.append(attributes.get("r:id", ""))


class _Slide(Story):
    is_hidden = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sld":
            self.is_hidden = attributes.get("show", "") in ("0", "false")
        super().start(tag, attributes)
