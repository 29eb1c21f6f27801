"""What inspection gives: findings in a text. None of these shows a value when it is printed or logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from kijun.inspection.vocabulary import LABELS, Kind, Words

#: Where nothing is to be said.
NO_WORDS: Final = Words("", "")


class InspectionError(ValueError):
    """Something cannot be inspected; `message` says what and what to do, in Japanese and English."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.message = Words(ja, en)


class TextTooLong(InspectionError):
    """A text has more characters than the policy lets through in one piece."""


class RuleError(InspectionError):
    """A rule or a policy cannot be used as it is written."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    `start` and `end` are `str` indexes into the text as it was given, end exclusive. `type` is a name of
    `DataType`, `Attack` or `Expression`; `score` is between 0 and 1; `rule` is the id of the rule that found it and
    `version` that rule's version; `refs` are the numbers of other frameworks (``LLM01:2025``, ``AML.T0051``);
    `target` is whom a discriminatory expression is about.
    """

    kind: Kind
    type: str
    start: int
    end: int
    score: float
    rule: str
    version: int = 1
    why: Words = NO_WORDS
    refs: tuple[str, ...] = ()
    target: str = ""

    @property
    def label(self) -> Words:
        """The type's name for people."""
        return LABELS.get(self.type, Words(self.type, self.type))

    def of(self, text: str) -> str:
        """The place itself, cut out of the text that was inspected."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A text and what was found in it, in the order of the text.

    `rules` names the set of rules and its version, so that a record can say later what it was looked at with.
    """

    text: str = field(repr=False)
    findings: tuple[Finding, ...]
    rules: str = ""

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __bool__(self) -> bool:
        return bool(self.findings)

    @property
    def data(self) -> tuple[Finding, ...]:
        """Personal and confidential information; these spans never overlap."""
        return tuple(one for one in self.findings if one.kind is Kind.DATA)

    @property
    def attacks(self) -> tuple[Finding, ...]:
        """Attempts to steer the model."""
        return tuple(one for one in self.findings if one.kind is Kind.ATTACK)

    @property
    def expressions(self) -> tuple[Finding, ...]:
        """Harmful expression."""
        return tuple(one for one in self.findings if one.kind is Kind.EXPRESSION)

    def counts(self) -> Mapping[str, int]:
        """How many findings there are of each type."""
        counts: dict[str, int] = {}
        for one in self.findings:
            counts[one.type] = counts.get(one.type, 0) + 1
        return counts
