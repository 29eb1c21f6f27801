"""What an AI wrote, as a page shows it: headings, lists, tables, emphasis and code. Nothing in it loads, runs or hides where it leads.

Markdown is CommonMark 0.31 with tables and strikethrough (markdown-it-py), changed in five ways:

- HTML stays text, and so do images: their address is written out, nothing is fetched. An answer that was steered cannot carry anything away.
- A link shows its words, then the address itself, and only http and https lead anywhere.
- Emphasis may end beside Japanese marks (``**「期限」**です``), which CommonMark does not allow.
- A single line break is a line break.
- Headings begin at h4 (or where it is said): a page has its own above them.

Marks can be narrowed to those that an AI's answer itself used (`marks_of`), for a text that a person made of it: what stands in it by chance stays as typed.
`kijun.web.written` makes files of the same tokens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from django.utils.html import format_html
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from kijun.web import _marks

LONGEST: Final = 200_000
"""Characters; a longer text is shown as it is."""
_NUMBER: Final = re.compile(r"\[(\d{1,2})\]")
TOP: Final = 4
"""The highest heading's level: a page has its own above."""


def rendered(
    text: str,
    sources: Mapping[int, str] | None = None,
    marks: frozenset[str] | None = None,
    top: int = TOP,
) -> SafeString:
    """HTML of an answer. ``sources``: where ``[1]`` leads, by number; other numbers stay text. ``marks``: those that count, by default all.

    >>> rendered("**「期限」**は[1]まで", {1: "#source-1"})
    '<p><strong>「期限」</strong>は<a href="#source-1">[1]</a>まで</p>\\n'
    """
    found = tokens(text, sources, marks, top)
    if found is None:
        return format_html('<p class="pre-line">{}</p>', text)
    html: str = _PARSER.renderer.render(found, _PARSER.options, {})
    return SafeString(html)  # every text in it was escaped by the renderer, and HTML is off


def tokens(
    text: str,
    sources: Mapping[int, str] | None = None,
    marks: frozenset[str] | None = None,
    top: int = TOP,
) -> list[Token] | None:
    """What the text is made of; None where it is too long, or nested deeper than the parser goes: it would leave out the rest."""
    if len(text) > LONGEST:
        return None
    found = _PARSER.parse(text, {"sources": dict(sources or {}), "marks": marks, "top": top})
    deepest = _PARSER.options["maxNesting"] - 2
    return None if any(one.level >= deepest for one in found) else found


def marks_of(text: str, marks: frozenset[str] | None = None) -> frozenset[str]:
    """The kinds of marks in a text; empty where it has none. Of ``marks`` alone where they are given."""
    if len(text) > LONGEST:
        return frozenset()
    return _marks.found(_PARSER.parse(text, {"marks": marks, "as_it_is": True}), text)


def host_of(address: str) -> str:
    """The host of an address of the web (http, https); empty for any other address, and for what is none."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _strong(state: StateInline, silent: bool) -> bool:
    """``**…**`` without other marks inside, whatever stands around it."""
    start, marks = state.pos, state.env.get("marks")
    if not state.src.startswith("**", start) or (marks is not None and "**" not in marks):
        return False
    end = state.src.find("**", start + 2, state.posMax)
    inner = state.src[start + 2 : end] if end > 0 else ""
    if not inner or inner != inner.strip() or any(mark in inner for mark in "*`\\"):
        return False
    if not silent:
        after = state.posMax
        state.push("strong_open", "strong", 1).markup = "**"
        state.pos, state.posMax = start + 2, end
        state.md.inline.tokenize(state)
        state.posMax = after
        state.push("strong_close", "strong", -1).markup = "**"
    state.pos = end + 2
    return True


def _indent(state: StateCore) -> None:
    """A paragraph keeps the full-width blanks that it begins with: in Japanese they are no accident."""
    lines = state.src.split("\n")
    for before, token in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type == "inline" and before.type == "paragraph_open" and token.map:
            line, first = lines[token.map[0]], token.content.split("\n", 1)[0]
            start = line[: max(0, line.find(first))]
            token.content = start[len(start.rstrip("\u3000")) :] + token.content


def _tame(state: StateCore) -> None:
    if state.env.get("as_it_is"):
        return
    sources = state.env.get("sources", {})
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + state.env.get('top', TOP) - 1)}"
        if str(token.attrs.pop("style", "")) == "text-align:right":  # the page's policy allows no style in it
            token.attrs["class"] = "number"
        if token.children:
            token.children = _inline(token.children, sources)


def _inline(children: list[Token], sources: Mapping[int, str]) -> list[Token]:
    out: list[Token] = []
    href, words = "", ""
    for one in children:
        if one.type == "link_open":
            href, words = str(one.attrGet("href") or ""), ""
        elif one.type == "link_close":
            out += _address(href, words)
            href = ""
        elif one.type == "image":
            out += [_text(one.content), *_address(str(one.attrGet("src") or ""), one.content, leads=False)]
        elif one.type == "text" and href:
            words += one.content
            if one.content != href:
                out.append(one)
        elif one.type == "text":
            out += _numbers(one.content, sources)
        else:
            out.append(one)
    return out


def _address(href: str, words: str, *, leads: bool = True) -> list[Token]:
    """The address after its words; a way there where it is one of the web."""
    web = leads and bool(host_of(href))
    shown = [*_anchor(href, href)] if web else [_text(href)]
    return shown if words == href else [_text("（"), *shown, _text("）")]


def _numbers(text: str, sources: Mapping[int, str]) -> list[Token]:
    out: list[Token] = []
    at = 0
    for found in _NUMBER.finditer(text):
        where = sources.get(int(found[1]))
        if where is not None:
            out += [_text(text[at : found.start()]), *_anchor(where, found[0])]
            at = found.end()
    return [*out, _text(text[at:])]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _anchor(href: str, words: str) -> list[Token]:
    attrs: dict[str, str | int | float] = {"href": href}
    if not href.startswith("#"):
        attrs["rel"] = "noreferrer nofollow"
    return [Token("link_open", "a", 1, attrs=attrs), _text(words), Token("link_close", "a", -1)]


def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": True})
    made.enable(["table", "strikethrough"]).disable(["html_block", "html_inline", "reference"])
    _marks.guard(made)
    made.inline.ruler.before("emphasis", "strong_anywhere", _strong)
    made.core.ruler.after("block", "indent", _indent)
    made.core.ruler.push("tame", _tame)
    return made


_PARSER: Final = _parser()
