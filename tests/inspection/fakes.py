"""An inspector simple enough to know by heart: telephone numbers, mail addresses, four names, one abuse, one attack."""

from __future__ import annotations

import re

from kijun.inspection.model import Finding, Inspection
from kijun.inspection.vocabulary import Attack, DataType, Expression, Kind

PATTERNS = (
    (Kind.DATA, DataType.PERSON, re.compile(r"山田[ 　\n]?太郎|佐藤花子|John Smith|鈴木")),
    (Kind.DATA, DataType.PHONE, re.compile(r"(?<![\d-])0\d{1,3}-\d{2,4}-\d{4}(?![\d-])")),
    (
        Kind.DATA,
        DataType.EMAIL,
        re.compile(r"(?<![\w.])[a-z]{1,20}@[a-z]{1,20}\.(?:co\.jp|jp|com)(?![\w.])", re.ASCII),
    ),
    (Kind.DATA, DataType.SENSITIVE, re.compile(r"糖尿病")),
    (Kind.EXPRESSION, Expression.ABUSE, re.compile(r"役立たず(?![^。！？!?.\n]{0,20}と言われ)")),
    (Kind.ATTACK, Attack.INSTRUCTION_OVERRIDE, re.compile(r"これまでの指示.{0,120}?従うな", re.DOTALL)),
)
ATTACK = PATTERNS[-1][2]


def inspect(text: str) -> Inspection:
    found = [
        Finding(kind, str(type_), match.start(), match.end(), 1.0, f"fake.{type_}")
        for kind, type_, pattern in PATTERNS
        for match in pattern.finditer(text)
    ]
    return Inspection(text, tuple(sorted(found, key=lambda one: (one.start, one.end))), "fake 1")


def attack_begins(text: str) -> int:
    """Where an attack has begun whose end is not there yet."""
    for begun in re.finditer("これまでの指示", text):
        if not ATTACK.match(text, begun.start()) and len(text) - begun.start() < 140:
            return begun.start()
    return len(text)


def found(text: str, *values: tuple[str, str], kind: Kind = Kind.DATA) -> Inspection:
    """An inspection of a text in which these (type, value) were found, in order, each behind the one before."""
    findings, place = [], 0
    for type_, value in values:
        start = text.index(value, place)
        place = start + len(value)
        findings.append(Finding(kind, type_, start, place, 1.0, "test"))
    return Inspection(text, tuple(findings), "test 1")
