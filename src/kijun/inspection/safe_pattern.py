"""Patterns that cannot hang.

Rules come from people, and Python's `re` backtracks. A pattern is accepted only where the work at one place of the
text has a small bound, so that a search is linear in the text: every repetition is bounded, no repetition stands inside
another that varies, no back reference, and the product of all choices stays under `LIMIT`.
"""

from __future__ import annotations

import re
from typing import Any, Final

try:  # CPython 3.11 moved the parser
    from re import _constants as codes  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # pragma: no cover - other versions
    raise

from kijun.inspection.model import RuleError

LIMIT: Final = 20_000  # ways to match at one place
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


def compile_safely(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compile a pattern, or raise `RuleError` where it is malformed or could take long."""
    try:
        parsed = parser.parse(pattern, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise RuleError(
            f"正規表現を読めません：{error}", f"this is no regular expression: {error}"
        ) from error
    ways = _ways(parsed)
    if ways > LIMIT:
        raise RuleError(
            "正規表現の組み合わせが多すぎます。繰り返しに上限（{1,20} など）を付け、繰り返しの入れ子を避けてください。",
            "the pattern has too many ways to match: give repetitions an upper bound such as {1,20} and do not nest them",
        )
    if parsed.getwidth()[1] > LONGEST:
        raise RuleError(
            f"一致する長さに上限がありません。繰り返しに上限を付け、全体を{LONGEST}文字以内にしてください。",
            f"a match may be longer than {LONGEST} characters: give repetitions an upper bound",
        )
    return re.compile(pattern, flags)


def _ways(parsed: Any) -> int:
    ways = 1
    for code, argument in parsed:
        ways *= _ways_of(code, argument)
        if ways > LIMIT:
            return ways
    return ways


def _ways_of(code: Any, argument: Any) -> int:
    if code in _SINGLE:
        return 1
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        least, most, inner = argument
        if most == codes.MAXREPEAT:
            return LIMIT + 1
        inside = _ways(inner)
        if code is codes.POSSESSIVE_REPEAT:
            return 1 if inside * most <= LIMIT else LIMIT + 1
        choices = most - least + 1
        if inside == 1:
            return int(choices)
        return (
            int(sum(inside**count for count in range(least, min(most, 20) + 1))) if most <= 20 else LIMIT + 1
        )
    if code is codes.SUBPATTERN:
        return _ways(argument[3])
    if code is codes.ATOMIC_GROUP:  # tried once, never gone back into
        return 1 if _ways(argument) <= LIMIT else LIMIT + 1
    if code is codes.BRANCH:
        return sum(_ways(branch) for branch in argument[1])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return _ways(argument[1])
    return LIMIT + 1  # back references and conditions
