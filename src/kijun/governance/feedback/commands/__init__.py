"""``kijun feedback …``: reports on answers and requests to vendors, in a person's name.

What the person named by ``--as`` may see and do is what the command may. Question and answer are printed only with ``--texts``, after
the look is recorded as the page records it. Exit codes: 0 done, 1 refused (the reason goes to standard error in Japanese and English),
2 wrongly called, or nothing of that name within reach.
"""

from __future__ import annotations

import argparse

from kijun.governance.feedback.commands import report, request
from kijun.governance.interactions.commands import carry_out


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands to a parser."""
    parser.set_defaults(carry_out=None, group_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in (report, request):
        module.add(commands)


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    return carry_out(args, "docs/feedback.md")
