"""How a command of ours tells that it was wrongly called: in Japanese, or in English after ``--lang en``."""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Sequence
from typing import Any, Final, NoReturn, TextIO

#: What argparse says, and how it is said here; its quotes differ between versions of Python.
_SAID: Final = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (
            r"argument (.+): invalid choice: '?(.*?)'? \(choose from (.*)\)$",
            "{0} に {1} は使えません。使えるのは {2} です。",
        ),
        (r"argument (.+): not allowed with argument (.+)$", "{0} と {1} は一緒に使えません。"),
        (r"argument (.+): expected one argument$", "{0} の後に値がありません。"),
        (r"argument (.+): ignored explicit argument (.+)$", "{0} に値は付けられません（{1}）。"),
        (r"ambiguous option: (.+) could match (.+)$", "{0} がどれのことか決まりません：{1}"),
        (r"unrecognized arguments: (.*)$", "知らない指定があります：{0}"),
    )
)


def speak_of_wrong_calls(parser: argparse.ArgumentParser) -> None:
    """Let a parser say in the language of its command what is wrong with a call."""
    language = "ja"
    parse = parser.parse_known_args

    def parse_known_args(args: Sequence[str] | None = None, namespace: Any = None) -> tuple[Any, list[str]]:
        nonlocal language
        words = sys.argv[1:] if args is None else list(args)
        language = _language(words)
        known, unknown = parse(words, namespace)
        if unknown:
            error(f"unrecognized arguments: {' '.join(unknown)}")
        return known, unknown

    def error(message: str) -> NoReturn:
        write_anything(sys.stderr)
        usage = parser.format_usage()
        if language == "en":
            parser.exit(2, f"{usage}{parser.prog}: error: {message}\n")
        usage = re.sub(r"^usage: ", "使い方：", usage)
        parser.exit(2, f"{usage}{parser.prog}: {in_japanese(message)}\n")

    parser.parse_known_args = parse_known_args  # type: ignore[assignment,method-assign]  # a class would have to be known to who made the parser
    parser.error = error  # type: ignore[method-assign]


def _language(words: Sequence[str]) -> str:
    asks = " ".join(words[: words.index("--")] if "--" in words else words)
    return "en" if re.search(r"(?:^| )--lang[ =]en(?: |$)", asks) else "ja"


def in_japanese(message: str) -> str:
    """What argparse has to say, in Japanese."""
    for pattern, words in _SAID:
        found = pattern.match(message)
        if found is not None:
            return words.format(*(group.replace("'", "").replace(", ", "、") for group in found.groups()))
    return f"指定の仕方が違います：{message}"


def write_anything(stream: TextIO) -> None:
    """Let a stream write any text: a terminal in its own encoding, all else, which programs read, in UTF-8."""
    if isinstance(stream, io.TextIOWrapper):
        if not stream.isatty():
            stream.reconfigure(encoding="utf-8")
        stream.reconfigure(errors="backslashreplace")
