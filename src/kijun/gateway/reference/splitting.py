"""Japanese documents cut into passages: articles (条) with their paragraphs (項), questions with their answers, sections, paragraphs.

A passage has up to 400 characters; what is longer is cut where a paragraph or a sentence ends, and pieces of one section that are short go
together. Headings stand beside the text, so that a passage is found by them and can be understood alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from kijun.gateway.reference.model import Passage

LONGEST: Final = 400
"""Characters of a passage."""
_WANTED: Final = 240  # characters from which on a passage is closed where a paragraph ends
_SHORTEST: Final = 60  # a rest below that goes to the passage before
_HEADING: Final = 60  # characters of a line that may be a heading

_NUMBER: Final = r"[0-9０-９一二三四五六七八九十百]+"
_MARKDOWN: Final = re.compile(r"(#{1,6})[ 　]+(.+?)[ #]*")
_CHAPTER: Final = re.compile(rf"第{_NUMBER}([編章節款])(?:の{_NUMBER})?(?:[ 　]+|\Z)(.*)")
_ARTICLE: Final = re.compile(rf"(第{_NUMBER}条(?:の{_NUMBER})*)(?:[ 　（(]|\Z)")
_CAPTION: Final = re.compile(r"[（(]([^（()）]{1,40})[）)]")
_QUESTION: Final = re.compile(rf"(?:[QＱ]{_NUMBER}?|問{_NUMBER})[.．:：、 　]+(.+)")
_APPENDIX: Final = re.compile(r"(?:附則|付則|別表|様式|別紙|別記)[^。]{0,30}")
_NUMBERED: Final = re.compile(
    rf"(?:{_NUMBER}[.．、]?[ 　]|[（(]{_NUMBER}[）)][ 　]?|[①-⑳][ 　]?|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ][ .．　])(?=\S)"
)
_MARKED: Final = re.compile(r"[■□◆◇●○▼▽★☆◎]+[ 　]?(\S.*)|【(.+)】|〔(.+)〕|<(.+)>|＜(.+)＞")
_SENTENCE: Final = re.compile(r"[^。！？\n]*(?:[。！？]+[」』）)]*|\n|\Z)")
#: How deep a heading stands; those of Markdown have 1 to 6.
_CHAPTERS: Final = {"編": 7, "章": 8, "節": 9, "款": 10}
_APPENDIX_LEVEL: Final = 7
_ARTICLE_LEVEL: Final = 11
_MARKED_LEVEL: Final = 12
_NUMBERED_LEVEL: Final = 13
_QUESTION_LEVEL: Final = 14


@dataclass(slots=True)
class _Section:
    """What stands under one heading: lines with their places."""

    headings: tuple[str, ...]
    lines: list[tuple[int, int]] = field(default_factory=list)
    level: int = 0
    own: tuple[int, int] | None = None
    """The heading's line."""

    def ended(self, level: int) -> bool:
        """Whether something stands in it once a heading of ``level`` follows. A heading that leads to nothing is a text of its own."""
        if not self.lines and self.own is not None and level <= self.level:
            self.lines.append(self.own)
        return bool(self.lines)


def split(text: str, place_of: Callable[[int, int], str] = lambda start, end: "") -> list[Passage]:
    """The passages of a text in order. ``place_of`` gives the page of a range in words."""
    passages: list[Passage] = []
    for section in _sections(text):
        for start, end in _cut(text, section.lines):
            passages.append(
                Passage(
                    len(passages) + 1,
                    section.headings,
                    text[start:end].strip(),
                    start,
                    end,
                    place_of(start, end),
                )
            )
    return passages


def _sections(text: str) -> Iterator[_Section]:
    """The sections of a text; a heading that leads to deeper ones alone is none."""
    path: list[tuple[int, str]] = []
    section = _Section(())
    caption = ""
    lines = list(_lines(text))
    for at, (start, end) in enumerate(lines):
        line = text[start:end].strip()
        found = _heading(line, _line(text, lines, at - 1), _line(text, lines, at + 1))
        if found is None:
            section.lines.append((start, end))
            continue
        if found[1] == "":  # the caption of the article that follows
            caption = line
            continue
        level, title = found
        if section.ended(level):
            yield section
        if level == _ARTICLE_LEVEL and caption and caption not in title:
            title += caption
        caption = ""
        path = [one for one in path if one[0] < level]
        path.append((level, title))
        section = _Section(tuple(name for _, name in path), level=level, own=(start, end))
        if level in (_ARTICLE_LEVEL, _QUESTION_LEVEL):
            section.lines.append((start, end))
    if section.ended(0):
        yield section


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """The places of lines that hold something."""
    for found in re.finditer(r"[^\r\n\f\v\x85\u2028\u2029]+", text):
        if found[0].strip():
            yield found.span()


def _line(text: str, lines: list[tuple[int, int]], at: int) -> str:
    return text[slice(*lines[at])].strip() if 0 <= at < len(lines) else ""


def _heading(line: str, before: str, following: str) -> tuple[int, str] | None:
    """Level and name of a heading; an empty name is the caption of an article; None for text."""
    if found := _MARKDOWN.fullmatch(line):
        return len(found[1]), found[2].strip()
    if found := _ARTICLE.match(line):
        own = _CAPTION.match(line[found.end(1) :].strip())
        return _ARTICLE_LEVEL, found[1] + (f"（{own[1]}）" if own else "")
    if _CAPTION.fullmatch(line) and _ARTICLE.match(following):
        return _ARTICLE_LEVEL, ""
    if (found := _QUESTION.match(line)) and len(line) <= 2 * _HEADING:
        return _QUESTION_LEVEL, found[1].strip()
    if len(line) > _HEADING or line.endswith(("。", "、", "，", "．")) or "\t" in line:
        return None
    if found := _CHAPTER.fullmatch(line):
        return _CHAPTERS[found[1]], line
    if _APPENDIX.fullmatch(line):
        return _APPENDIX_LEVEL, line
    if found := _MARKED.fullmatch(line):
        return _MARKED_LEVEL, next(filter(None, found.groups()), line).strip()
    if _NUMBERED.match(line) and following and not (_NUMBERED.match(following) or _NUMBERED.match(before)):
        return _NUMBERED_LEVEL, line  # beside another number it is one of a list
    return None


def _cut(text: str, lines: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The places of a section's passages."""
    spans = [piece for line in lines for piece in _pieces(text, *line)]
    made: list[tuple[int, int]] = []
    for start, end in spans:
        if made:
            first, last = made[-1]
            size = end - first
            if size <= LONGEST and (last - first < _WANTED or end - start < _SHORTEST):
                made[-1] = (first, end)
                continue
        made.append((start, end))
    yield from made


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A line as it is, or where it is too long its sentences; one that is still too long is cut hard."""
    if end - start <= LONGEST:
        yield start, end
        return
    for found in _SENTENCE.finditer(text, start, end):
        for at in range(found.start(), found.end(), LONGEST):
            piece = at, min(at + LONGEST, found.end())
            if text[slice(*piece)].strip():
                yield piece
