"""``kijun evidence collect``: gather automatic evidence now, as the job does every hour."""

from __future__ import annotations

import argparse
import sys

from kijun.governance.evidence import jobs
from kijun.governance.evidence.actions import CollectResult, collect
from kijun.governance.organisation.models import Municipality

OK, PROBLEMS, USAGE = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands to a parser."""
    parser.set_defaults(evidence_command=None, evidence_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    text = "gather automatic evidence now; raise findings for what lapsed"
    collecting = commands.add_parser("collect", help=text, description=text)
    collecting.set_defaults(evidence_command="collect")
    collecting.add_argument(
        "--municipality", metavar="CODE", help="only this municipality (six digits); default: all"
    )


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; 1 when a collector failed."""
    if args.evidence_command is None:
        args.evidence_parser.print_help(sys.stderr)
        return USAGE
    if args.municipality:
        municipality = Municipality.objects.filter(code=args.municipality).first()
        if municipality is None:
            print(f"no municipality {args.municipality!r}", file=sys.stderr)
            return USAGE
        results = {municipality.code: collect(municipality)}
    else:
        results = jobs.collect_all()
    for code, result in results.items():
        _show(code, result)
    return PROBLEMS if any(result.failed for result in results.values()) else OK


def _show(code: str, result: CollectResult) -> None:
    print(
        f"{code}: {result.scopes} scopes, {result.made} new, {result.unchanged} unchanged, "
        f"{result.raised} findings raised, {result.mended} moved to done"
    )
    for name in result.failed:
        print(f"{code}: failed: {name}", file=sys.stderr)
