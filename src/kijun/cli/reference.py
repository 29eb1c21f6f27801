"""Writes docs/commands.md from the tree of commands: ``python -m kijun.cli.reference > docs/commands.md``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Final

from kijun.cli.main import COMMANDS, build_parser

HEAD: Final = """# Commands

In a checkout, write `./run kijun …` for `kijun …`; `./run help` tells what else `./run` does. Exit codes:
0 done, 1 failed or problems found, 2 wrongly called. With `--json`, a command that fails also prints
`{"error": …, "exit": …}` on standard output, unless it printed its answer. How to operate Kijun stands in [operation.md](operation.md).

This page is written by `python -m kijun.cli.reference`; a test compares the two."""


def text() -> str:
    """The whole page."""
    return "\n\n".join([HEAD, *sections(build_parser(*COMMANDS))]) + "\n"


def sections(parser: argparse.ArgumentParser) -> Iterator[str]:
    """A section for each command below ``parser``, in order."""
    for commands in parser._actions:
        if not isinstance(commands, argparse._SubParsersAction):
            continue
        for shown in commands._choices_actions:
            child = commands.choices[shown.dest]
            lines = [f"## {child.prog}", "", sentence(shown.help or "")]
            rows = [row(action) for action in child._actions if is_option(action)]
            if rows:
                lines += ["", "| | |", "|---|---|", *rows]
            yield "\n".join(lines)
            yield from sections(child)


def is_option(action: argparse.Action) -> bool:
    """What a person writes, without --help and without commands below."""
    return not isinstance(action, (argparse._HelpAction, argparse._SubParsersAction))


def sentence(words: str) -> str:
    """Help texts start small and end without a stop."""
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def row(action: argparse.Action) -> str:
    """One option or argument as a row of a table."""
    value = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices:
        value = " or ".join(str(choice) for choice in action.choices)
    written = ", ".join(action.option_strings)
    shown = written if action.nargs == 0 else f"{written} {value}".strip()
    notes = [(action.help or "") % {"default": action.default, "prog": "kijun"}]
    # A default folder is a place on the machine that writes this page.
    if isinstance(action.default, (str, int)) and action.nargs != 0 and "default" not in notes[0]:
        notes.append(f"default: {action.default}")
    if action.option_strings and action.required:
        notes.append("required")
    if not action.option_strings and action.nargs == "?":
        notes.append("may be left out")
    return f"| `{shown}` | {'; '.join(note for note in notes if note)} |".replace("  |", " |")


if __name__ == "__main__":
    print(text(), end="")
