"""What an entry says, as blocks of text for a page: who speaks, what, with the places of findings and placeholders marked.

Contents differ by where they come from (the gateway's dialects, traces, imports, decisions); what no form is known for is shown as lines of
``name: value``. Nothing here trusts a content: it may be any JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.gateway.jsons import dump
from kijun.inspection import DataType
from kijun.ledger.model import Record

MOST_TEXT: Final = 200_000
"""Characters of one block that a page shows."""
MOST_BLOCKS: Final = 200
PLACEHOLDER: Final = re.compile(r"⟦[^⟦⟧\s]{1,40}⟧")
_DATA: Final = frozenset(map(str, DataType))
_MESSAGE: Final = re.compile(r"(?:messages|input)\[\d+\]")
_STRUCTURE: Final = re.compile(r"\[\d+\](?:\.\w+\[\d+\])?\.(?:type|role)")
"""Where an item of a conversation, or a part of one, says what it is: the page says it as the speaker."""
_NAME: Final = re.compile(r"[a-z_]{1,40}")
_CONVERSATION: Final[Mapping[str, str]] = {
    "instructions": "system",
    "messages": "user",
    "input": "user",
    "prompt": "user",
    "suffix": "user",
}
"""Where a request holds what is said, and who says it where nothing else tells."""
_WORDS: Final = frozenset(("content", "text", "output_text", "refusal", "output"))
"""How the places of words end, in the gateway's dialects and in imports."""
ROLES: Final[Mapping[str, StrOrPromise]] = {
    "system": _("アプリケーションの指示"),
    "developer": _("アプリケーションの指示"),
    "user": _("利用者"),
    "assistant": _("AI"),
    "tool": _("ツール・文書"),
    "function": _("ツール・文書"),
}
_NOT_SAID: Final = frozenset(
    {
        *("endpoint", "request", "texts", "findings", "findings_total", "uninspected", "refusal", "error"),
        *("client", "policy", "rules", "streams", "usage", "attempts", "finish_reasons", "estimated"),
        *("upstream_error", "imported", "sources", "given_sources", "delivered"),
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text. ``kind``: text, placeholder, value (unmasked) or mark; ``note`` says what it is."""

    kind: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One text: who speaks, and the pieces. ``place`` is where it stands in the call (``messages[0].content``)."""

    who: StrOrPromise
    place: str
    text: str
    parts: list[Part] = field(default_factory=list)
    cut: bool = False


def excerpt(record: Record | None, length: int = 80) -> str:
    """The beginning of what the person said last, in one line; empty where it was erased."""
    if record is None or record.content is None:
        return ""
    text = next(iter(asked(record.content)), "")
    if "without_content" in record.content:  # whoever reported it sent no words
        text = _without(record.content["without_content"])
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[:length] + "…"


def _without(why: Any) -> str:
    name = "en" if (get_language() or "ja").startswith("en") else "ja"
    return str(why.get(name, "")) if isinstance(why, Mapping) else ""


def asked(content: Mapping[str, Any]) -> list[str]:
    """What the person said last: the texts of one message, the question before the files that went along with it."""
    said = [one for one in texts(content) if one[1].strip()]
    # What stands beside the words (a trace's attributes) has no place; it is what was said only where nothing else was.
    said = [one for one in said if one[0] == "user"] or [one for one in said if one[2]] or said
    if not said:
        return []
    message = _MESSAGE.match(said[-1][2])
    if message is None:
        return [said[-1][1]]
    return [text for _role, text, place in said if place.startswith(message[0])]


def answered(content: Mapping[str, Any]) -> str:
    """The words of an answer, without what stands beside them (reasoning, citations, a service's own fields); calls of tools where there are no words."""
    said = [one for one in texts(content) if one[1].strip()]
    words = [one for one in said if one[2].rpartition(".")[2] in _WORDS and ".summary[" not in one[2]]
    return "\n\n".join(text for _role, text, _place in words or said)


def blocks(
    record: Record,
    masked: Mapping[str, str] | None = None,
    label: Any = str,
) -> list[Block]:
    """The texts of an entry. ``masked`` puts values where placeholders stand; ``label`` names a type for people."""
    if record.content is None:
        return []
    findings = [one for one in _list(record.content.get("findings")) if isinstance(one, Mapping)]
    found = []
    for role, text, place in texts(record.content):
        if not text.strip():
            continue
        here = [one for one in findings if one.get("where") == place]
        found.append(_block(ROLES.get(role, role or _("そのほかの項目")), place, text, here, masked, label))
        if len(found) == MOST_BLOCKS:
            break
    return found


def other_blocks(record: Record, masked: Mapping[str, str] | None = None) -> list[Block]:
    """What was sent beside what was said (`others`), ``masked`` as for `blocks`. Findings there are told by their place and not marked."""
    if record.content is None:
        return []
    rest = islice(others(record.content, record.model), MOST_BLOCKS)
    return [_block("", place, text, (), masked, str) for place, text in rest]


def _block(
    who: StrOrPromise,
    place: str,
    text: str,
    findings: Sequence[Mapping[str, Any]],
    masked: Mapping[str, str] | None,
    label: Any,
) -> Block:
    shown = text[:MOST_TEXT]
    return Block(who, place, shown, parts(shown, findings, masked or {}, label), len(text) > MOST_TEXT)


def has_placeholders(record: Record) -> bool:
    """Something was hidden, wherever it stood."""
    return any(True for _one in placeholders(record))


def placeholders(record: Record) -> Iterator[str]:
    """All placeholders of an entry, wherever they stand."""
    for place, leaf in _leaves(record.content, "", frozenset()):
        for found in PLACEHOLDER.finditer(f"{place} {leaf}"):
            yield found[0]


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def texts(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(role, text, place) of everything that was said."""
    request = content.get("request")
    if isinstance(request, Mapping):
        yield from _request(request)
    for one in _list(content.get("texts")):
        if isinstance(one, Mapping) and isinstance(one.get("text"), str):
            yield "assistant", one["text"], str(one.get("where", ""))
    for name in ("messages", "input", "output"):
        if name in content:
            yield from _messages(content[name], name, "user" if name != "output" else "assistant")
    rest = {
        key: value
        for key, value in content.items()
        if key not in _NOT_SAID and key not in ("messages", "input", "output")
    }
    if rest:
        yield "", "\n".join(_lines(rest)), ""


def _request(request: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, role in _CONVERSATION.items():
        if name in request:
            yield from _messages(request[name], name, role)


def _messages(value: Any, place: str, role: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        yield role, value, place
        return
    if not isinstance(value, list):
        return
    for at, one in enumerate(value):
        here = f"{place}[{at}]"
        if isinstance(one, str):
            yield role, one, here
        elif isinstance(one, Mapping):
            speaker = _speaker(one, role)
            called = str(one.get("type", "")).endswith("_call")
            for key in (*(("name", "input") if called else ()), *_SAID):
                yield from _content(one.get(key), f"{here}.{key}", speaker)
            for number, call in enumerate(_list(one.get("tool_calls"))):
                function = call.get("function") if isinstance(call, Mapping) else None
                if isinstance(function, Mapping):
                    said = f"{function.get('name', '')} {_plain(function.get('arguments', ''))}"
                    yield speaker, said, f"{here}.tool_calls[{number}].function.arguments"


_SAID: Final = ("summary", "content", "text", "output", "parts", "arguments")


def _speaker(item: Mapping[str, Any], role: str) -> str:
    """Who an item of a conversation is from: its role, or for the Responses interface's items its type, as the gateway reads them."""
    if item.get("role"):
        return str(item["role"])
    kind = item.get("type")
    if not isinstance(kind, str) or kind == "message":
        return role
    if kind.endswith("_output"):
        return "tool"
    return "assistant" if kind == "reasoning" or kind.endswith("_call") else role


def others(content: Mapping[str, Any], model: str = "") -> Iterator[tuple[str, str]]:
    """(place, lines of ``name: value``) of what a request held beside what was said, in the order in which it was sent.

    One for each field of the call, and for each message that has more than its words. ``model`` is told elsewhere and left out.
    """
    request = content.get("request")
    if not isinstance(request, Mapping):
        return
    said = {place for _role, _text, place in _request(request)}
    said |= {f"{place.removesuffix('arguments')}name" for place in said if ".tool_calls[" in place}
    for name, value in request.items():
        if name == "model" and value == model:
            continue
        inside = name in _CONVERSATION
        several = enumerate(value) if inside and isinstance(value, list) else None
        for place, one in [(f"{name}[{at}]", one) for at, one in several] if several else [(name, value)]:
            lines = [
                f"{where}: {_plain(leaf)}"
                for where, leaf in _leaves(one, place, said)
                if not (inside and _is_structure(where.removeprefix(name), leaf))
            ]
            if lines:
                yield place, "\n".join(lines)


def _is_structure(where: str, leaf: Any) -> bool:
    return bool(_STRUCTURE.fullmatch(where) and isinstance(leaf, str) and _NAME.fullmatch(leaf))


def _leaves(value: Any, place: str, said: Set[str]) -> Iterator[tuple[str, Any]]:
    """Whatever stands below a place and was not ``said``; without recursion, for a call may nest as deep as JSON is read."""
    waiting = [(place, value)]
    while waiting:
        place, value = waiting.pop()
        if place in said:
            continue
        if isinstance(value, Mapping) and value:
            waiting += reversed([(f"{place}.{key}", one) for key, one in value.items()])
        elif isinstance(value, list) and value:
            waiting += reversed([(f"{place}[{at}]", one) for at, one in enumerate(value)])
        else:
            yield place, value


def _content(value: Any, place: str, role: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        yield role, value, place
        return
    for at, part in enumerate(_list(value)):
        if isinstance(part, str):
            yield role, part, f"{place}[{at}]"
        elif isinstance(part, Mapping):
            for key in ("text", "content", "refusal"):
                if isinstance(part.get(key), str):
                    yield role, part[key], f"{place}[{at}].{key}"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else dump(value).decode()


def _lines(value: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    if isinstance(value, Mapping) and depth < 6:
        for key, one in value.items():
            yield from _lines(one, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list) and depth < 6 and any(isinstance(one, Mapping | list) for one in value):
        for at, one in enumerate(value):
            yield from _lines(one, f"{name}[{at}]", depth + 1)
    else:
        yield f"{name}: {_plain(value)}"


# --- marks ----------------------------------------------------------------------------------


def parts(
    text: str, findings: Sequence[Mapping[str, Any]], masked: Mapping[str, str], label: Any
) -> list[Part]:
    """The text cut into pieces: placeholders (with what they stand for where ``masked`` says so), marked findings, and the rest."""
    spans: list[tuple[int, int, Part]] = []
    for found in PLACEHOLDER.finditer(text):
        value = masked.get(found[0])
        part = Part("placeholder", found[0]) if value is None else Part("value", value, found[0])
        spans.append((found.start(), found.end(), part))
    spans += [
        (start, end, Part("mark", text[start:end], label(type)))
        for start, end, type in placed(text, findings)
    ]
    made: list[Part] = []
    at = 0
    for start, end, part in sorted(spans, key=lambda one: (one[0], -one[1])):
        if start < at:
            continue
        if start > at:
            made.append(Part("text", text[at:start]))
        made.append(part)
        at = end
    if at < len(text):
        made.append(Part("text", text[at:]))
    return made


def placed(text: str, findings: Sequence[Mapping[str, Any]]) -> list[tuple[int, int, str]]:
    """Where findings that are no data (attacks, expressions) stand in the text as it was kept.

    Findings name places of the text as it was said; the record has placeholders instead of data. Each placeholder moves what comes after
    it. Where they and the findings do not pair, nothing is marked: a wrong mark would accuse the wrong sentence.
    """
    spans = sorted(
        (one["start"], one["end"], str(one.get("type", "")))
        for one in findings
        if isinstance(one.get("start"), int) and isinstance(one.get("end"), int)
    )
    data = [(start, end) for start, end, type in spans if type in _DATA]
    holders = [(one.start(), one.end()) for one in PLACEHOLDER.finditer(text)]
    if len(data) != len(holders) or any(a[1] > b[0] for a, b in pairwise(data)):
        return []
    found, moved, at = [], 0, 0
    moves: list[tuple[int, int]] = []
    for (start, end), (first, last) in zip(data, holders, strict=True):
        if start + moved != first:
            return []
        moved += (last - first) - (end - start)
        moves.append((end, moved))
    for start, end, type in spans:
        if type in _DATA:
            continue
        first = start + _moved(moves, start)
        last = end + _moved(moves, end)
        if at <= first < last <= len(text):
            found.append((first, last, type))
    return found


def _moved(moves: Sequence[tuple[int, int]], place: int) -> int:
    total = 0
    for end, moved in moves:
        if place < end:
            break
        total = moved
    return total
