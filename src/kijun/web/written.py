"""What was written, as the document that it is: for Word (`_word`), PDF (`written.typ`), HTML and plain text from one structure.

An AI writes Markdown; a clerk wants headings, lists and tables. What a person typed comes out as typed: a line may begin with ``1.`` or ``*`` by
chance. So marks count where the text is an AI's answer, and in what a person made of one those that the answer itself used (`read`).
The text that was confirmed is always the one with its marks; here it is only drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from markdown_it.token import Token

from kijun.web import _marks, markdown

DEEPEST: Final = 5
"""Lists and quotations within each other; what is deeper stands beside what holds it."""
MOST_COLUMNS: Final = 12
MOST_CELLS: Final = 3_000
"""A table beyond either is set as lines: no page is that wide, and programs take minutes over it."""
Kind = Literal["paragraph", "heading", "items", "numbers", "quote", "code", "table", "rule"]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text. ``text`` is a line break where it is "\\n". ``address``: where it leads, http or https."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    address: str = ""


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """``level`` of a heading (1 the highest), ``start`` of numbers, ``items`` of lists (a quotation has one), ``rows`` of a table, the first its head,
    and which of its columns stand ``right``."""

    kind: Kind
    spans: Spans = ()
    level: int = 0
    start: int = 1
    items: tuple[tuple[Block, ...], ...] = ()
    rows: tuple[tuple[Spans, ...], ...] = ()
    right: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Written:
    """``text`` is exact. ``marks``: the kinds that count; empty for what is set as typed."""

    text: str
    marks: frozenset[str]

    @cached_property
    def blocks(self) -> list[Block]:
        found = markdown.tokens(self.text, marks=self.marks) if self.marks else None
        return typed(self.text) if found is None else list(_Reader(found).blocks(0))

    @property
    def html(self) -> SafeString:
        """For a page."""
        return self.html_under(markdown.TOP)

    def html_under(self, top: int) -> SafeString:
        """``top``: the level of its highest heading."""
        if self.marks:
            return markdown.rendered(self.text, marks=self.marks, top=top)
        made: list[tuple[SafeString]] = []
        for lines in paragraphs(self.text):
            made.append((format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines)),))
        return format_html_join("\n", '<p class="typed">{}</p>', made)

    @property
    def plain(self) -> str:
        """The words without marks; as typed where there are none."""
        return plain(self.blocks) if self.marks else self.text


def read(text: str, source: str | None) -> Written:
    """A text that came of an AI's answer. ``source`` is that answer, None where it is gone: then only marks count that nobody types by chance."""
    if text == source:
        return Written(text, markdown.marks_of(text))
    allowed = _marks.SURE if source is None else markdown.marks_of(source)
    found = markdown.marks_of(text, allowed) if allowed else frozenset()
    return Written(text, allowed if found else frozenset())


def answer(text: str) -> Written:
    """An AI's answer as it came."""
    return read(text, text)


def paragraphs(text: str) -> list[list[str]]:
    """Paragraphs (parted by empty lines) of lines."""
    return [one.split("\n") for one in text.split("\n\n") if one.strip()]


def typed(text: str) -> list[Block]:
    """Paragraphs and line breaks, nothing else."""
    return [Block("paragraph", _lines(lines)) for lines in paragraphs(text)]


def _lines(lines: Sequence[str]) -> Spans:
    made: list[Span] = []
    for number, line in enumerate(lines):
        made += [Span("\n"), Span(line)] if number else [Span(line)]
    return tuple(made)


def heading(text: str, level: int) -> Block:
    """One of the document's own."""
    return Block("heading", (Span(text),), level=level)


def words(spans: Spans) -> str:
    """The text alone."""
    return "".join(one.text for one in spans)


# --- from tokens -------------------------------------------------------------------------------


class _Reader:
    """Goes once over the tokens; what is open is closed by its own token."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens, self.at = tokens, 0

    def blocks(self, depth: int, until: str = "") -> Iterator[Block]:
        """Blocks up to the closing token, which is passed."""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == until:
                return
            yield from self._block(token, depth)

    def _block(self, token: Token, depth: int) -> Iterator[Block]:
        match token.type:
            case "inline":
                yield Block("paragraph", spans(token))
            case "heading_open":
                level = len(token.markup) if token.markup[:1] == "#" else 1 + (token.markup == "-")
                inside = list(self.blocks(depth, "heading_close"))
                if inside and any(one.isprintable() and not one.isspace() for one in words(inside[0].spans)):
                    yield Block("heading", inside[0].spans, level=level)
            case "bullet_list_open" | "ordered_list_open":
                yield from self._list(token, depth)
            case "blockquote_open":
                inside = list(self.blocks(depth + 1, "blockquote_close"))
                yield from [Block("quote", items=(tuple(inside),))] if depth < DEEPEST else inside
            case "fence" | "code_block":
                yield Block("code", (Span(token.content.rstrip("\n")),))
            case "hr":
                yield Block("rule")
            case "table_open":
                yield from _table(list(self._rows()))

    def _list(self, token: Token, depth: int) -> Iterator[Block]:
        close = token.type.replace("open", "close")
        items: list[tuple[Block, ...]] = []
        while self.tokens[self.at].type != close:
            self.at += 1  # list_item_open
            items.append(tuple(self.blocks(depth + 1, "list_item_close")))
        self.at += 1
        numbered, start = close.startswith("ordered"), int(token.attrs.get("start", 1))
        if depth < DEEPEST:
            yield Block("numbers" if numbered else "items", items=tuple(items), start=start)
            return
        for number, item in enumerate(items, start):
            yield from _marked(f"{number}. " if numbered else "・", item)

    def _rows(self) -> Iterator[list[tuple[Spans, bool]]]:
        row: list[tuple[Spans, bool]] = []
        right = False
        while (token := self.tokens[self.at]).type != "table_close":
            self.at += 1
            if token.type in ("th_open", "td_open"):
                right = token.attrs.get("class") == "number"
            elif token.type == "inline":
                row.append((spans(token), right))
            elif token.type == "tr_close":
                yield row
                row = []
        self.at += 1


def _marked(mark: str, item: tuple[Block, ...]) -> Iterator[Block]:
    """An item as paragraphs."""
    first = item[0] if item and item[0].kind == "paragraph" else Block("paragraph")
    yield replace(first, spans=(Span(mark), *first.spans))
    yield from item[1:] if item and item[0].kind == "paragraph" else item


def _table(rows: list[list[tuple[Spans, bool]]]) -> Iterator[Block]:
    columns = max((len(row) for row in rows), default=0)
    if columns > MOST_COLUMNS or columns * len(rows) > MOST_CELLS:
        lines = ["　".join(words(cell) for cell, right in row) for row in rows]
        yield Block("paragraph", _lines(lines))
        return
    empty: tuple[Spans, bool] = ((), False)
    full = [[*row, *[empty] * (columns - len(row))] for row in rows]
    right = tuple(one[1] for one in full[0]) if full else ()
    yield Block("table", rows=tuple(tuple(cell for cell, at in row) for row in full), right=right)


def spans(token: Token) -> Spans:
    """The pieces of an inline token."""
    made: list[Span] = []
    on = {"strong": 0, "em": 0, "s": 0}
    address = ""
    for one in token.children or ():
        name, way = one.type.rpartition("_")[::2]
        if name in on:
            on[name] += 1 if way == "open" else -1
        elif one.type == "link_open":
            href = str(one.attrGet("href") or "")
            address = href if markdown.host_of(href) else ""
        elif one.type == "link_close":
            address = ""
        else:
            text = "\n" if one.type in ("softbreak", "hardbreak") else one.content
            if text:
                made.append(Span(text, on["strong"] > 0, on["em"] > 0, on["s"] > 0, address))
    return tuple(made)


# --- headings, and to text and JSON ------------------------------------------------------------


def under(blocks: Sequence[Block], level: int) -> list[Block]:
    """Headings below one of a document's own: the highest becomes ``level``, none leaves one out, those within lists and quotations are bold lines."""
    top = min((one.level for one in blocks if one.kind == "heading"), default=1)
    made, last = [], level - 1
    for one in blocks:
        if one.kind == "heading":
            last = min(one.level - top + level, last + 1, 6)
            one = replace(one, level=last)
        elif one.items:
            one = replace(one, items=tuple(tuple(_flat(item)) for item in one.items))
        made.append(one)
    return made


def _flat(blocks: Sequence[Block]) -> Iterator[Block]:
    for one in blocks:
        if one.kind == "heading":
            yield Block("paragraph", tuple(replace(each, bold=True) for each in one.spans))
        else:
            yield replace(one, items=tuple(tuple(_flat(item)) for item in one.items))


def plain(blocks: Sequence[Block]) -> str:
    """Words without marks: items have ・ or their number, cells stand at tabs, what was quoted has >."""
    return "\n\n".join("\n".join(_plain(one)) for one in blocks)


def _plain(one: Block) -> list[str]:
    if one.kind == "rule":
        return ["―" * 20]
    if one.kind == "table":
        return ["\t".join(words(cell).replace("\n", " ") for cell in row) for row in one.rows]
    if one.kind == "quote":
        return [f"> {line}".rstrip() for line in _within(one.items[0])]
    if one.kind in ("items", "numbers"):
        made: list[str] = []
        for number, item in enumerate(one.items, one.start):
            first, *rest = _within(item) or [""]
            made += [f"{number}. {first}" if one.kind == "numbers" else f"・{first}"]
            made += [f"　{line}" if line else "" for line in rest]
        return made
    return words(one.spans).split("\n")


def _within(blocks: Sequence[Block]) -> list[str]:
    """A list follows its words at once; other blocks stand apart."""
    made: list[str] = []
    for one in blocks:
        if made and one.kind not in ("items", "numbers"):
            made.append("")
        made += _plain(one)
    return made


def as_data(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """For `written.typ`: strings, numbers and lists alone; nothing of it is ever read as code."""
    return [
        {
            "kind": one.kind,
            "spans": [_span(each) for each in one.spans],
            "level": one.level,
            "start": one.start,
            "items": [as_data(item) for item in one.items],
            "rows": [[[_span(each) for each in cell] for cell in row] for row in one.rows],
            "right": list(one.right),
        }
        for one in blocks
    ]


def _span(one: Span) -> dict[str, Any]:
    return {
        "text": one.text,
        "bold": one.bold or one.italic,  # the fonts have no slanted form, and Japanese has none
        "struck": one.struck,
        "address": one.address,
    }


__all__ = ["Block", "Span", "Written", "answer", "as_data", "paragraphs", "plain", "read", "typed", "under"]
