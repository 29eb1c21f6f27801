"""A text with what was found in it, for people: in colour, or in brackets where there is none; then a summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kijun.inspection.model import Finding, Inspection
from kijun.inspection.sources import Seen
from kijun.inspection.vocabulary import TARGETS, DataType, Kind, Target, Words

_MOST_PLACES: Final = 8
_RESET: Final = "\x1b[0m"
_PERSON, _CONTACT, _NUMBER, _CARE, _SECRET = "36", "32", "34", "35", "33"
_ATTACK, _EXPRESSION = "97;41", "30;43"
#: A family of types has one colour; figures are those of ECMA-48 (SGR).
_COLOURS: Final[Mapping[str, str]] = {
    **dict.fromkeys((DataType.PERSON, DataType.BIRTH_DATE, DataType.AGE), _PERSON),
    **dict.fromkeys((DataType.ADDRESS, DataType.PHONE, DataType.EMAIL, DataType.POSTAL_CODE), _CONTACT),
    DataType.SENSITIVE: _CARE,
    **dict.fromkeys(
        (DataType.SECRET, DataType.URL_TOKEN, DataType.CONFIDENTIALITY_MARK, DataType.FORBIDDEN_WORD), _SECRET
    ),
}
#: What a text could do to a terminal is shown as a sign instead.
_SAFE: Final[Mapping[int, int | str]] = {
    **{code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"},
    **dict.fromkeys((*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"),
}


def safe(text: str) -> str:
    """A text that can be shown: no escape sequences, no change of direction."""
    return text.replace("\r\n", "\n").translate(_SAFE)


def marked(inspection: Inspection, language: str, *, colour: bool) -> str:
    """The text with its findings marked: ``[氏名:山田太郎]``, or in the colour of its type."""
    text = inspection.text
    parts: list[str] = []
    place = 0
    open_: list[Finding] = []
    for at, ends, begins in _edges(inspection):
        parts.append(_piece(text[place:at], open_, colour))
        place = at
        kept = [one for one in open_ if one not in ends]
        same = next((n for n, one in enumerate(open_) if n >= len(kept) or one is not kept[n]), len(open_))
        if not colour:
            again = [*kept[same:], *begins]
            parts.append("]" * (len(open_) - same))
            parts += [f"[{one.label.in_(language)}:" for one in again]
        open_ = [*kept, *begins]
    parts.append(_piece(text[place:], open_, colour))
    return "".join(parts)


def _edges(inspection: Inspection) -> Iterator[tuple[int, list[Finding], list[Finding]]]:
    """Each place where findings end or begin, in order; of those that begin together the longest first."""
    ends: dict[int, list[Finding]] = {}
    begins: dict[int, list[Finding]] = {}
    for one in sorted(inspection, key=lambda one: (one.start, -one.end)):
        if one.start < one.end:
            begins.setdefault(one.start, []).append(one)
            ends.setdefault(one.end, []).append(one)
    for at in sorted({*ends, *begins}):
        yield at, ends.get(at, []), begins.get(at, [])


def _piece(text: str, open_: list[Finding], colour: bool) -> str:
    shown = safe(text)
    if not colour or not open_ or not shown:
        return shown
    start = f"\x1b[{colour_of(open_[-1])}m"
    return "\n".join(f"{start}{line}{_RESET}" if line else "" for line in shown.split("\n"))


def colour_of(one: Finding) -> str:
    """The colour of a finding's type."""
    if one.kind is Kind.DATA:
        return _COLOURS.get(one.type, _NUMBER)
    return _ATTACK if one.kind is Kind.ATTACK else _EXPRESSION


def summary(seen: Seen, language: str, *, colour: bool) -> Iterator[str]:
    """What was found where, line by line; then why attacks and expressions are some."""
    unopened = seen.document.unopened
    both = _HEAD if seen.inspection else _NOTHING if not unopened else _NOTHING_IN_REST
    yield both.in_(language).format(count=len(seen.inspection.findings))
    by_type: dict[str, list[Finding]] = {}
    for one in seen.inspection:
        by_type.setdefault(one.type, []).append(one)
    for found in by_type.values():
        label = found[0].label.in_(language)
        if colour:
            label = f"\x1b[{colour_of(found[0])}m{label}{_RESET}"
        yield _COUNT.in_(language).format(
            label=label, count=len(found), places=_places(seen, found, language)
        )
    for one in dict.fromkeys((*seen.inspection.attacks, *seen.inspection.expressions)):
        yield from _reason(seen, one, language)
    if unopened:
        yield _UNOPENED.in_(language).format(count=unopened)
    if seen.document.unread:
        yield _UNREAD.in_(language).format(count=seen.document.unread)
    for note in seen.document.notes:
        yield f"  {safe(note.in_(language))}"


def _places(seen: Seen, found: list[Finding], language: str) -> str:
    places = list(dict.fromkeys(safe(seen.place(one).in_(language)) for one in found))
    more = len(places) - _MOST_PLACES
    shown = places[:_MOST_PLACES] + ([_MORE.in_(language).format(count=more)] if more > 0 else [])
    return ("; " if language == "en" else "、").join(shown)


def _reason(seen: Seen, one: Finding, language: str) -> Iterator[str]:
    label = one.label.in_(language)
    if one.target:
        label += _ABOUT.in_(language).format(
            target=TARGETS.get(one.target, TARGETS[Target.OTHER]).in_(language)
        )
    yield _WHY.in_(language).format(
        label=label, place=safe(seen.place(one).in_(language)), why=one.why.in_(language)
    )
    yield _RULE.in_(language).format(rule=one.rule, refs="".join(f" {ref}" for ref in one.refs))


_HEAD: Final = Words("見つかったもの：{count}件", "Found: {count}")
_NOTHING: Final = Words("見つかったものはありません。", "Nothing was found.")
_NOTHING_IN_REST: Final = Words(
    "読み取れた部分には、見つかったものはありません。", "Nothing was found in what could be read."
)
_UNOPENED: Final = Words(
    "  開けなかった中のファイル、文字を読み取れないPDF：{count}個（調べていません）",
    "  files inside that could not be opened, PDFs whose text cannot be read: {count} (not inspected)",
)
_COUNT: Final = Words("  {label} {count}件（{places}）", "  {label}: {count} ({places})")
_MORE: Final = Words("ほか{count}か所", "{count} more places")
_WHY: Final = Words("  {label}（{place}）：{why}", "  {label} ({place}): {why}")
_RULE: Final = Words("    規則 {rule}{refs}", "    rule {rule}{refs}")
_ABOUT: Final = Words("［対象：{target}］", " [about: {target}]")
_UNREAD: Final = Words("  読み取れなかった部分：{count}か所", "  parts that could not be read: {count}")
