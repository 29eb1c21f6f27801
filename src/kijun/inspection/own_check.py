"""Whether a municipality's own rules do what their examples say, and whether a text made to slow them down can."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kijun.inspection.inspector import Inspector
from kijun.inspection.model import Inspection, InspectionError
from kijun.inspection.own import PATTERN, WORK
from kijun.inspection.policy import Policy
from kijun.inspection.rule import Rule, unmarked
from kijun.inspection.safe_pattern import compile_safely
from kijun.inspection.vocabulary import LABELS, Words

#: What a pattern may take for one character of the worst text that is tried.
SLOW: Final = 5e-6  # seconds
_TRIED: Final = 3_000  # characters of each such text
_TURNS: Final = 3
_MOST_LETTERS: Final = 40


@dataclass(frozen=True, slots=True)
class RuleReport:
    """One own rule: how many examples were tried, what is wrong, and for a pattern its time for a character at worst."""

    rule: Rule
    examples: int
    problems: tuple[Words, ...]
    seconds: float = 0.0


def check_own_rules(policy: Policy) -> tuple[RuleReport, ...]:
    """Try every own rule of a policy. Raises `RuleError` where the policy cannot be used at all."""
    inspector = Inspector(policy)
    own = {rule.id for rule in policy.rules}
    return tuple(_report(inspector, rule) for rule in inspector.rules.rules if rule.id in own)


def _report(inspector: Inspector, rule: Rule) -> RuleReport:
    problems = [*_unwanted(inspector, rule), *_missed(inspector, rule), *_unfit(inspector, rule)]
    seconds = slowest(rule) if rule.by == PATTERN else 0.0
    if seconds > SLOW:
        problems.append(
            Words(
                f"遅くなる文章があります（1万文字あたり{seconds * 1e7:,.0f}ミリ秒）。繰り返しの上限を小さくしてください。",
                f"some texts make it slow ({seconds * 1e7:,.0f} ms for 10,000 characters): lower the bounds of its repetitions",
            )
        )
    return RuleReport(rule, len(rule.match) + len(rule.no_match), tuple(problems), seconds)


def _unfit(inspector: Inspector, rule: Rule) -> Iterator[Words]:
    if not inspector.policy.acts(rule.type, rule.score):
        yield Words(
            f"types か thresholds のために、この規則（{rule.type}、{rule.score}）は働きません。",
            f"by the policy's types or thresholds this rule ({rule.type}, {rule.score}) never acts",
        )


def _missed(inspector: Inspector, rule: Rule) -> Iterator[Words]:
    for example in rule.match:
        text, spans = unmarked(example)
        seen = _inspect(inspector, text)
        if isinstance(seen, Words):
            yield seen
            continue
        if spans:
            there = {(one.type, one.start, one.end) for one in seen}
            done = all((type or rule.type, start, end) in there for type, start, end in spans)
        else:
            done = any(one.rule == rule.id for one in seen)
        if not done:
            found = _found(seen)
            yield Words(
                f"見つけるはずの例で見つかりません：{example}　見つけたもの：{found.ja}",
                f"not found in an example that must match: {example}; found: {found.en}",
            )


def _unwanted(inspector: Inspector, rule: Rule) -> Iterator[Words]:
    for example in rule.no_match:
        text, _ = unmarked(example)
        seen = _inspect(inspector, text)
        if isinstance(seen, Words):
            yield seen
            continue
        places = "、".join(one.of(text) for one in seen if one.rule == rule.id)
        if places:
            yield Words(
                f"見つけないはずの例で「{places}」を見つけました：{example}",
                f"found {places!r} in an example that must not match: {example}",
            )


def _inspect(inspector: Inspector, text: str) -> Inspection | Words:
    try:
        return inspector.inspect(text)
    except InspectionError as error:
        return error.message


def _found(seen: Inspection) -> Words:
    ja = "、".join(f"{LABELS[one.type].ja}「{one.of(seen.text)}」（{one.rule}）" for one in seen)
    en = ", ".join(f"{one.type} {one.of(seen.text)!r} ({one.rule})" for one in seen)
    return Words(ja or "なし", en or "nothing")


def slowest(rule: Rule) -> float:
    """Seconds that a rule's pattern takes for one character of the text, of those tried, that is worst for it."""
    pattern = compile_safely(rule.settings["pattern"], work=WORK)
    worst = 0.0
    for text in hostile_texts(rule):
        worst = max(worst, min(_seconds(pattern, text) for _ in range(_TURNS)) / len(text))
        if worst > 4 * SLOW:
            break
    return worst


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    start = time.perf_counter()
    for _ in pattern.finditer(text):
        pass
    return time.perf_counter() - start


def hostile_texts(rule: Rule) -> Iterator[str]:
    """Texts that make a pattern begin everywhere and end nowhere: its examples cut short, and each of its characters, again and again."""
    examples = [unmarked(example)[0] for example in (*rule.match, *rule.no_match)]
    letters = dict.fromkeys("".join((rule.settings["pattern"], *examples, "a0Aあア亜-")))
    for unit in (*examples, *(example[:-1] for example in examples), *list(letters)[:_MOST_LETTERS]):
        if unit:
            yield (unit * (_TRIED // len(unit) + 1))[:_TRIED]


def report_lines(policy: Policy, reports: Sequence[RuleReport], language: str) -> Iterator[str]:
    """The outcome for people: a line for each rule, its problems below, and the sum."""
    english = language == "en"
    for report in reports:
        label = LABELS.get(report.rule.type, Words(report.rule.type, report.rule.type)).in_(language)
        yield f"{'NG' if report.problems else 'OK'}  {report.rule.id}  {label}  {_facts(report, english)}"
        for problem in report.problems:
            yield f"    {problem.in_(language)}"
    lists = (len(policy.forbidden_words), len(policy.known_public))
    examples = sum(report.examples for report in reports)
    problems = sum(len(report.problems) for report in reports)
    yield (
        f"{len(reports)} own rules, {examples} examples, {problems} problems; "
        f"{lists[0]} forbidden words, {lists[1]} known public values"
        if english
        else f"独自の規則{len(reports)}件、例{examples}件、問題{problems}件。禁止語{lists[0]}件、公開の値{lists[1]}件"
    )


def _facts(report: RuleReport, english: bool) -> str:
    facts = [f"{report.examples} examples" if english else f"例{report.examples}件"]
    if report.rule.by == PATTERN:
        took = report.seconds * 1e7
        facts.append(
            f"at most {took:.1f} ms for 10,000 characters"
            if english
            else f"最長で1万文字あたり{took:.1f}ミリ秒"
        )
    if not report.rule.no_match:
        facts.append("no example that must not match" if english else "一致しない例がありません")
    return ", ".join(facts) if english else "、".join(facts)
