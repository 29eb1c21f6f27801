"""``kijun inspect``: what texts and files contain, as JSON lines, as one JSON document, or for people.

Exit codes: 0 nothing found, 1 something found (or a rule fails its examples), 2 wrongly called or something could not be
read. Nothing of a text is ever written to stderr.
"""

from __future__ import annotations

import argparse
import errno
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from kijun.inspection import rule_list
from kijun.inspection.display import marked, safe, summary
from kijun.inspection.inspector import Inspector
from kijun.inspection.json_lines import answers
from kijun.inspection.masking import mask, redact
from kijun.inspection.model import Inspection, InspectionError, RuleError
from kijun.inspection.own_check import check_own_rules, report_lines
from kijun.inspection.placeholders import Placeholders
from kijun.inspection.policy import Policy, UnreadablePolicy, types_of
from kijun.inspection.sources import STANDARD_INPUT, Seen, report, see, why_closed
from kijun.inspection.usage import speak_of_wrong_calls, write_anything
from kijun.inspection.vocabulary import Words

NOTHING, FOUND, FAILED = 0, 1, 2

Treat = Callable[[Inspection], str]


class UsageError(InspectionError):
    """What was asked for cannot be done; the words say what to do instead."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="text, CSV, xlsx, docx, pptx, PDF or mail; default: standard input",
    )
    parser.add_argument("--format", choices=("text", "jsonl", "json"), default="text", help="how to answer")
    parser.add_argument(
        "--json", dest="format", action="store_const", const="json", help="the same as --format json"
    )
    parser.add_argument(
        "--policy", metavar="FILE", type=Path, help="a policy with types, thresholds and own rules (YAML)"
    )
    parser.add_argument(
        "--types", metavar="TYPES", action="append", help="look only for these types, divided by commas"
    )
    treatment = parser.add_mutually_exclusive_group()
    treatment.add_argument(
        "--mask",
        dest="treatment",
        action="store_const",
        const="mask",
        help="give the text with numbered placeholders for what was found",
    )
    treatment.add_argument(
        "--redact",
        dest="treatment",
        action="store_const",
        const="redact",
        help="give the text with the bare names of types for what was found",
    )
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colours for people"
    )
    parser.add_argument("--lang", choices=("ja", "en"), default="ja", help="language of the words")
    speak_of_wrong_calls(parser)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--rules", action="store_true", help="list the rules in force instead")
    instead.add_argument(
        "--check", action="store_true", help="try a policy's own rules by their examples and for time instead"
    )


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        write_anything(stream)
    try:
        _refuse_what_does_not_go_together(args)
        if args.check:
            return _check(args)
        policy = _policy(args)
        if args.rules:
            return _rules(policy, args)
        return _inspect(policy, args)
    except InspectionError as error:
        _tell(error.message.in_(args.lang))
    return FAILED


def _tell(words: str) -> None:
    print(f"kijun inspect: {words}", file=sys.stderr, flush=True)


def _refuse_what_does_not_go_together(args: argparse.Namespace) -> None:
    if args.check and args.policy is None:
        raise UsageError(
            "確かめる方針のファイルを --policy で指定してください。", "name the policy to check with --policy"
        )
    if (args.check or args.rules) and (args.files or args.treatment):
        raise UsageError(
            "--rules と --check は、ファイルや --mask・--redact と一緒には使えません。",
            "--rules and --check go neither with files nor with --mask or --redact",
        )


def _policy(args: argparse.Namespace) -> Policy:
    policy = Policy() if args.policy is None else Policy.load(args.policy)
    if args.types is None:
        return policy
    names = [name.strip() for written in args.types for name in written.split(",") if name.strip()]
    return replace(policy, types=types_of("--types", names))


def _inspect(policy: Policy, args: argparse.Namespace) -> int:
    inspector = Inspector(policy)
    treat = _treat(args.treatment)
    names: Sequence[str] = args.files or (STANDARD_INPUT,)
    if STANDARD_INPUT in names and sys.stdin is None:
        raise UsageError("標準入力が閉じています。", "standard input is closed")
    if STANDARD_INPUT in names and sys.stdin.isatty():
        _tell(
            "type or paste a text, then press Ctrl-D"
            if args.lang == "en"
            else "文章を入力するか貼り付け、Ctrl-D を押してください。"
        )
    if args.format == "jsonl":
        return _json_lines(inspector, names, treat, args.lang)
    seen = (see(name, sys.stdin.buffer if sys.stdin else io.BytesIO(), inspector) for name in names)
    if args.format == "json":
        return _json(seen, inspector.rules.version, treat, args.lang)
    return _text(seen, treat, args, several=len(names) > 1)


def _treat(how: str | None) -> Treat | None:
    """What makes the text to give back; one table of placeholders serves all texts of a call."""
    if how is None:
        return None
    if how == "redact":
        return redact
    placeholders = Placeholders()
    return lambda inspection: mask(inspection, placeholders)


def _json_lines(inspector: Inspector, names: Sequence[str], treat: Treat | None, language: str) -> int:
    code = NOTHING
    for name in names:
        try:
            with _opened(name) as stream:
                for number, answer in answers(stream, inspector, treat):
                    print(answer.line(language), flush=True)
                    if answer.error is not None:
                        _tell(_at(name, number, answer.error, language))
                    code = max(
                        code, FAILED if answer.error is not None else FOUND if answer.found else NOTHING
                    )
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            _tell(f"{name}: {why_closed(error).in_(language)}")
            code = FAILED
    return code


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
    else:
        try:
            file = Path(name).open("rb")  # noqa: SIM115 - closed below
        except ValueError as error:  # a name with a zero byte
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from error
        with file:
            yield file


def _at(name: str, number: int, error: Words, language: str) -> str:
    file = "" if name == STANDARD_INPUT else f"{name}: "
    line = f"line {number}: " if language == "en" else f"{number}行目："
    return f"{file}{line}{error.in_(language)}"


def _json(seen: Iterator[Seen], rules: str, treat: Treat | None, language: str) -> int:
    all_seen = list(seen)
    print(json.dumps(report(all_seen, rules, treat), ensure_ascii=False, indent=2))
    return max(_outcome(one, language) for one in all_seen)


def _outcome(seen: Seen, language: str) -> int:
    """The exit code that one file asks for; why it could not be read is told on stderr."""
    error, unopened = seen.error, seen.document.unopened
    if error is None and unopened:
        error = Words(
            f"開けない中のファイルや文字を読み取れないPDFが{unopened}個ありました。調べたのは残りだけです。",
            f"{unopened} file(s) inside could not be opened or are PDFs whose text cannot be read; only the rest was inspected",
        )
    if error is None:
        return FOUND if seen.inspection else NOTHING
    _tell(f"{'' if seen.name == STANDARD_INPUT else f'{seen.name}: '}{error.in_(language)}")
    return FAILED


def _text(seen: Iterator[Seen], treat: Treat | None, args: argparse.Namespace, *, several: bool) -> int:
    colour = _coloured(args.color)
    code = NOTHING
    for one in seen:
        sys.stdout.flush()
        code = max(code, _outcome(one, args.lang))
        if one.error is not None:
            continue
        if several:
            print(f"==> {safe(one.name)} <==")
        if treat is not None:
            text = treat(one.inspection)
            _print_text(safe(text) if sys.stdout.isatty() else text)
            continue
        _print_text(marked(one.inspection, args.lang, colour=colour))
        print("\n".join(("", *summary(one, args.lang, colour=colour))))
    return code


def _print_text(text: str) -> None:
    print(text, end="" if text.endswith("\n") else "\n")


def _coloured(asked: str) -> bool:
    if asked != "auto":
        return asked == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _rules(policy: Policy, args: argparse.Namespace) -> int:
    rules = policy.rule_set()
    if args.format == "text":
        print("\n".join(rule_list.as_text(rules, args.lang)))
    else:
        print(json.dumps(rule_list.as_json(rules), ensure_ascii=False, indent=2))
    return NOTHING


def _check(args: argparse.Namespace) -> int:
    try:
        policy = _policy(args)
    except UnreadablePolicy:
        raise
    except RuleError as error:  # a rule that cannot be used is what the check is there to find
        print(f"NG  {error.message.in_(args.lang)}")
        return FOUND
    reports = check_own_rules(policy)
    print("\n".join(report_lines(policy, reports, args.lang)))
    return FOUND if any(report.problems for report in reports) else NOTHING
