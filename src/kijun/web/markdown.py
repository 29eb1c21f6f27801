"""What an AI wrote, as a page shows it: headings, lists, tables, emphasis and code. Nothing in it loads, runs or hides where it leads.

Markdown is CommonMark 0.31 with tables and strikethrough (markdown-it-py), changed in five ways:

- HTML stays text, and so do images: their address is written out, nothing is fetched. An answer that was steered cannot carry anything away.
- A link shows its words, then the address itself, and only http and https lead anywhere.
- Emphasis may end beside Japanese marks (``**「期限」**です``), which CommonMark does not allow.
- A single line break is a line break.
- Headings begin at h4: a page has its own above them.
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

LONGEST: Final = 200_000
"""Characters; a longer text is shown as it is."""
_NUMBER: Final = re.compile(r"\[(\d{1,2})\]")
_HEADINGS: Final = {"h1": "h4", "h2": "h5"}


def rendered(text: str, sources: Mapping[int, str] | None = None) -> SafeString:
    """HTML of an answer. ``sources``: where ``[1]`` leads, by number; other numbers stay text.

    >>> rendered("**「期限」**は[1]まで", {1: "#source-1"})
    '<p><strong>「期限」</strong>は<a href="#source-1">[1]</a>まで</p>\\n'
    """
    if len(text) > LONGEST:
        return format_html('<p class="pre-line">{}</p>', text)
    html: str = _PARSER.render(text, {"sources": dict(sources or {})})
    return SafeString(html)  # every text in it was escaped by the renderer, and HTML is off


def host_of(address: str) -> str:
    """The host of an address of the web (http, https); empty for any other address, and for what is none."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _strong(state: StateInline, silent: bool) -> bool:
    """``**…**`` without other marks inside, whatever stands around it."""
    start = state.pos
    if not state.src.startswith("**", start):
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


def _tame(state: StateCore) -> None:
    sources = state.env.get("sources", {})
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = _HEADINGS.get(token.tag, "h6")
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
    made.inline.ruler.before("emphasis", "strong_anywhere", _strong)
    made.core.ruler.push("tame", _tame)
    return made


_PARSER: Final = _parser()
