"""Which marks of Markdown a text has, and a parser that knows only some of them.

A kind is named after its mark: ``#``, ``---`` under a line, ``-``, ``*`` and ``+`` of items, ``1.`` and ``1)``, ``>``, ``|``, ``**``, ``_`` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it import rules_block as blocks
from markdown_it import rules_inline as inlines
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

SURE: Final = frozenset({"#", "|", "**", "```", "~~~"})
"""Marks that nobody types by chance."""
_ESCAPE: Final = re.compile(r"\\[!-/:-@\[-`{-~]")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_NUMBERED: Final = re.compile(r"\d{1,9}([.)])")
_EVERYWHERE: Final = ["paragraph", "reference", "blockquote", "list"]
_PLAIN: Final[dict[str, str]] = {
    "hr": "hr",
    "blockquote_open": ">",
    "code_block": "indented",
    "table_open": "|",
    "code_inline": "`",
    "image": "image",
}


def found(tokens: Iterable[Token], text: str) -> frozenset[str]:
    """The kinds of marks in what was parsed (before it was changed for a page)."""
    made: set[str] = set()
    for token in tokens:
        made.update(_kinds(token))
        for one in token.children or ():
            made.update(_kinds(one))
    if made and _ESCAPE.search(text):
        made.add("\\")
    if made and _ENTITY.search(text):
        made.add("&")
    return frozenset(made)


def _kinds(token: Token) -> Iterable[str]:
    if token.type in _PLAIN:
        yield _PLAIN[token.type]
    elif token.type == "heading_open":
        yield "#" if token.markup.startswith("#") else "underlined"
    elif token.type == "fence":
        yield token.markup[:3]
    elif token.type == "bullet_list_open":
        yield token.markup
    elif token.type == "ordered_list_open":
        yield f"1{token.markup}"
    elif token.type in ("strong_open", "em_open", "s_open"):
        yield token.markup
    elif token.type == "link_open":
        yield "<>" if token.markup == "autolink" else "[]"


def guard(made: MarkdownIt) -> None:
    """Every rule of the parser asks ``env["marks"]`` (None: all) whether its mark counts."""
    for name, rule, kind, alt in (
        ("table", blocks.table, lambda state, line: "|", ["paragraph", "reference"]),
        ("code", blocks.code, lambda state, line: "indented", []),
        ("fence", blocks.fence, lambda state, line: _start(state, line)[:3], _EVERYWHERE),
        ("blockquote", blocks.blockquote, lambda state, line: ">", _EVERYWHERE),
        ("hr", blocks.hr, lambda state, line: "hr", _EVERYWHERE),
        ("list", blocks.list_block, _item, _EVERYWHERE[:3]),
        ("heading", blocks.heading, lambda state, line: "#", _EVERYWHERE[:3]),
        ("lheading", blocks.lheading, lambda state, line: "underlined", []),
    ):
        made.block.ruler.at(name, _block(rule, kind), {"alt": alt})
    for name, inline, mark in (
        ("escape", inlines.escape, lambda state: "\\"),
        ("backticks", inlines.backtick, lambda state: "`"),
        ("strikethrough", inlines.strikethrough.tokenize, lambda state: "~~"),
        ("emphasis", inlines.emphasis.tokenize, _run),
        ("link", inlines.link, lambda state: "[]"),
        ("image", inlines.image, lambda state: "image"),
        ("autolink", inlines.autolink, lambda state: "<>"),
        ("entity", inlines.entity, lambda state: "&"),
    ):
        made.inline.ruler.at(name, _inline(inline, mark))


def _block(rule: Any, kind: Callable[[StateBlock, int], str]) -> Callable[[StateBlock, int, int, bool], bool]:
    def asked(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        marks = state.env.get("marks")
        return (marks is None or kind(state, start) in marks) and bool(rule(state, start, end, silent))

    return asked


def _inline(rule: Any, mark: Callable[[StateInline], str]) -> Callable[[StateInline, bool], bool]:
    def asked(state: StateInline, silent: bool) -> bool:
        marks = state.env.get("marks")
        return (marks is None or mark(state) in marks) and bool(rule(state, silent))

    return asked


def _start(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _item(state: StateBlock, line: int) -> str:
    """``-``, ``*`` or ``+`` of an item, ``1.`` or ``1)``."""
    start = _start(state, line)
    numbered = _NUMBERED.match(start)
    return f"1{numbered[1]}" if numbered else start[:1]


def _run(state: StateInline) -> str:
    """One mark of emphasis, or two."""
    one = state.src[state.pos]
    return one * 2 if state.src.startswith(one * 2, state.pos) else one
