"""What becomes of what was found: placeholders that can be put back, redaction that cannot, a part to recognise it by.

All take the text from the inspection, so that a text and its findings can never be mixed up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

from kijun.inspection.fold import fold
from kijun.inspection.model import Finding, Inspection, RuleError
from kijun.inspection.partial_display import HIDDEN, partial_display
from kijun.inspection.placeholders import Placeholders, Reading
from kijun.inspection.restoring import restore
from kijun.inspection.vocabulary import Attack, DataType, Expression, Kind

_TYPES: Final[frozenset[str]] = frozenset((*DataType, *Attack, *Expression))


class Treatment(StrEnum):
    """What is put where a finding stood."""

    MASK = "mask"
    REDACT = "redact"
    PARTIAL = "partial"


def mask(
    inspection: Inspection,
    placeholders: Placeholders,
    only: Collection[str] | None = None,
    *,
    answer: bool = False,
) -> str:
    """The text with a placeholder for each finding; `restore` gives the text back exactly.

    `only` names the types to mask, or one (`RuleError` where there is no such type); without it, all personal and confidential information and neither attacks nor
    expressions. For `answer` and errors see `treat`.
    """
    wanted = _wanted(only)
    return treat(inspection, lambda one: Treatment.MASK if wanted(one) else None, placeholders, answer=answer)


def redact(inspection: Inspection, only: Collection[str] | None = None) -> str:
    """The text with ■氏名■ for each finding: what it was, and nothing of the value, not even its length. Irreversible."""
    return _rewrite(inspection.text, _spans(inspection, _wanted(only)), lambda one, value: redacted(one))


def partial(inspection: Inspection, only: Collection[str] | None = None) -> str:
    """The text with a part of each finding (see `partial_display`). Irreversible, but no anonymisation."""
    wanted = _wanted(only)
    inner = _inner(inspection, wanted)
    return _rewrite(
        inspection.text,
        _spans(inspection, wanted),
        lambda one, value: _part(one, value, inner.get(id(one), ())),
    )


def redacted(one: Finding) -> str:
    """What stands for a finding that was redacted. The label stays, for a reader must see what the sentence was about."""
    return f"■{one.label.ja}■"


def treat(
    inspection: Inspection,
    how: Callable[[Finding], Treatment | None],
    placeholders: Placeholders,
    *,
    answer: bool = False,
) -> str:
    """The text with each finding treated as `how` says; None leaves it as it stands.

    What somebody typed that looks like a placeholder becomes one too (⟦文字列1⟧): nothing but what this table gave
    is ever taken for a value. An AI's `answer` uses placeholders that it was given, and these stay as they are; where all
    is masked, `restore` of the result is `restore` of the answer.

    Raises `TooManyPlaceholders` where the conversation's table is full.
    """
    text = inspection.text
    treatments = {id(one): Treatment(way) for one in inspection if (way := how(one)) is not None}
    given = [one for one in placeholders.read(text) if one.value is not None] if answer else []
    spans = list(_spans(inspection, lambda one: id(one) in treatments, given))
    # Read before anything is given: what the answer says stands for what it stood for when it was said.
    meant = (
        {text[start:end]: restore(text[start:end], placeholders) for start, end, _ in spans} if given else {}
    )

    inner = _inner(inspection, lambda one: id(one) in treatments)

    def replace(one: Finding, value: str) -> str:
        if treatments[id(one)] is Treatment.REDACT:
            return redacted(one)
        value = meant.get(value, value)
        if treatments[id(one)] is Treatment.PARTIAL:
            return _part(one, value, inner.get(id(one), ()))
        return placeholders.give(one.type, value)

    return _rewrite(text, spans, replace, placeholders.protect)


#: A place and what was found there; None where the text stays as it is.
_Span = tuple[int, int, Finding | None]


def _wanted(only: Collection[str] | None) -> Callable[[Finding], bool]:
    if only is None:
        return lambda one: one.kind is Kind.DATA
    names = frozenset((only,) if isinstance(only, str) else only)
    if unknown := sorted(str(name) for name in names - _TYPES):
        raise RuleError(f"種類 {unknown[0]} はありません。", f"there is no type {unknown[0]}")
    return lambda one: one.type in names


def _spans(
    inspection: Inspection, wanted: Callable[[Finding], bool], given: Sequence[Reading] = ()
) -> Iterator[_Span]:
    """Places that do not overlap, in order: of two findings that do, the later one keeps what lies behind the earlier.

    A placeholder that was given is never cut: a finding inside one is none, one that reaches into it takes it in.
    """
    spans: list[_Span] = [(one.start, one.end, None) for one in given]
    starts = [one.start for one in given]
    for one in inspection:
        if one.start >= one.end or not wanted(one):
            continue
        first = given[at] if (at := bisect_right(starts, one.start) - 1) >= 0 else None
        last = given[at] if (at := bisect_right(starts, one.end - 1) - 1) >= 0 else None
        if first is not None and one.end <= first.end:
            continue
        start = first.start if first is not None and one.start < first.end else one.start
        end = max(one.end, last.end) if last is not None else one.end
        spans.append((start, end, one))
    place = 0
    for start, end, found in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > place:
            yield max(start, place), end, found
            place = end


def _inner(inspection: Inspection, wanted: Callable[[Finding], bool]) -> dict[int, list[str]]:
    """What other wanted findings say that lie in one, by the outer one: a municipality's own word in an address."""
    inner: dict[int, list[str]] = {}
    outer: Finding | None = None
    for one in sorted(filter(wanted, inspection), key=lambda one: (one.start, -one.end)):
        if outer is not None and one.start < outer.end:
            inner.setdefault(id(outer), []).append(one.of(inspection.text))
        if outer is None or one.end > outer.end:
            outer = one
    return inner


def _part(one: Finding, value: str, inner: Iterable[str]) -> str:
    """A part of a value, in which nothing shows that is hidden for another reason."""
    shown = partial_display(one.type, value)
    return HIDDEN if any(fold(other).text in shown for other in inner) else shown


def _rewrite(
    text: str,
    spans: Iterable[_Span],
    replace: Callable[[Finding, str], str],
    between: Callable[[str], str] = str,
) -> str:
    """A text with its spans replaced and what lies between them passed through `between`."""
    parts: list[str] = []
    place = 0
    for start, end, one in spans:
        parts.append(between(text[place:start]))
        parts.append(text[start:end] if one is None else replace(one, text[start:end]))
        place = end
    parts.append(between(text[place:]))
    return "".join(parts)
