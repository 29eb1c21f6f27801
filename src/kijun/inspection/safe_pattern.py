"""Patterns that cannot hang.

Rules come from people, and Python's `re` backtracks. A pattern is accepted only where the work at one place of the
text has a small bound, so that a search is linear in the text: every repetition is bounded, no repetition stands inside
another that varies, no back reference, the product of all choices stays under `LIMIT`, and so does what has to be
tried in atomic groups and lookaheads, which count as one choice and are work all the same (`WORK`).
"""

from __future__ import annotations

import re
import warnings
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of patterns has no types
from re import _parser as parser  # type: ignore[attr-defined]  # the parser of patterns has no types
from typing import Any, Final, NamedTuple

from kijun.inspection.model import RuleError

LIMIT: Final = 20_000  # ways to match at one place
WORK: Final = 400_000  # steps at one place, at worst
LONGEST: Final = 400  # characters that one match may have
_SINGLE: Final = {
    codes.LITERAL,
    codes.NOT_LITERAL,
    codes.ANY,
    codes.IN,
    codes.RANGE,
    codes.CATEGORY,
    codes.AT,
}


class _Cost(NamedTuple):
    """Of a part of a pattern at one place: the ways in which it can match, and the steps until all have failed."""

    ways: int
    work: int


_NEVER: Final = _Cost(LIMIT + 1, 1)  # not accepted, whatever is around it


def compile_safely(pattern: str, flags: int = 0, work: int = WORK) -> re.Pattern[str]:
    """Compile a pattern, or raise `RuleError` where it is malformed or could take more than `work` steps at one place."""
    try:
        with (
            warnings.catch_warnings()
        ):  # what Python will read in another way one day is no pattern for a rule
            warnings.simplefilter("error")
            parsed = parser.parse(pattern, flags)
            cost = _cost(parsed)
            compiled = re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError, ValueError, Warning) as error:
        place = getattr(error, "pos", None)
        where = "" if place is None else f"（{place + 1}文字目のあたり）"
        raise RuleError(
            f"正規表現を読めません{where}。括弧や記号の対応を確かめてください。",
            f"this is no regular expression: {error}",
        ) from error
    if cost.ways > LIMIT or cost.work > work:
        raise RuleError(
            "正規表現の組み合わせが多すぎます。繰り返しに上限（{1,20} など）を付け、繰り返しの入れ子を避けてください。",
            "the pattern has too many ways to match: give repetitions an upper bound such as {1,20} and do not nest them",
        )
    if parsed.getwidth()[1] > LONGEST:
        raise RuleError(
            f"一致する長さに上限がありません。繰り返しに上限を付け、全体を{LONGEST}文字以内にしてください。",
            f"a match may be longer than {LONGEST} characters: give repetitions an upper bound",
        )
    return compiled


def longest_match(pattern: str, group: int = 0) -> int:
    """How many characters a group of a pattern may match at most; 0 where what it finds is always empty."""
    parsed = parser.parse(pattern)
    found = parsed if group == 0 else _group(parsed, group)
    return 0 if found is None else int(found.getwidth()[1])


def _group(parsed: Any, number: int) -> Any:
    """The part of a parsed pattern that is the group of a number."""
    if isinstance(parsed, parser.SubPattern):
        for code, argument in parsed:
            if code is codes.SUBPATTERN and argument[0] == number:
                return argument[3]
            if (found := _group(argument, number)) is not None:
                return found
    elif isinstance(parsed, list | tuple):
        for part in parsed:
            if (found := _group(part, number)) is not None:
                return found
    return None


def _cost(parsed: Any) -> _Cost:
    ways, work = 1, 0
    for code, argument in parsed:
        part = _cost_of(code, argument)
        work += ways * part.work
        ways *= part.ways
        if ways > LIMIT:
            return _NEVER
    return _Cost(ways, work)


def _cost_of(code: Any, argument: Any) -> _Cost:
    if code in _SINGLE:
        return _Cost(1, 1)
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        least, most, inner = argument
        return _NEVER if most == codes.MAXREPEAT else _repeated(code, least, most, _cost(inner))
    if code is codes.SUBPATTERN:
        return _cost(argument[3])
    if code is codes.ATOMIC_GROUP:  # tried once, never gone back into
        inside = _cost(argument)
        return _Cost(1, inside.work) if inside.ways <= LIMIT else _NEVER
    if code is codes.BRANCH:
        branches = [_cost(branch) for branch in argument[1]]
        return _Cost(sum(one.ways for one in branches), sum(one.work for one in branches))
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return _cost(argument[1])
    return _NEVER  # back references and conditions


def _repeated(code: Any, least: int, most: int, inside: _Cost) -> _Cost:
    if code is codes.POSSESSIVE_REPEAT:
        return _Cost(1, most * inside.work) if inside.ways * most <= LIMIT else _NEVER
    if inside.ways == 1:
        return _Cost(int(most - least + 1), int(most * inside.work))
    if most > 20:
        return _NEVER
    ways = [inside.ways**count for count in range(most + 1)]
    return _Cost(int(sum(ways[least:])), int(sum(ways[:-1]) * inside.work))
