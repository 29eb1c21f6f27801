"""``kijun audit verify`` and ``kijun audit head``: proof that nobody rewrote the trail.

Exit codes: 0 the chains hold, 1 a break was found, 2 wrongly called.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kijun.governance.audit import queries
from kijun.governance.audit.chain import Head

OK, BROKEN, USAGE = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``verify`` and ``head``."""
    parser.set_defaults(audit_command=None, audit_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    text = "recompute every digest and report every break"
    verify = commands.add_parser("verify", help=text, description=text)
    verify.set_defaults(audit_command=_verify)
    verify.add_argument(
        "--head",
        metavar="KEY:SEQ:DIGEST",
        action="append",
        default=[],
        help="a head noted earlier, which proves that no end was cut or rewritten; may be repeated",
    )
    verify.add_argument("--head-file", metavar="FILE", type=Path, help="a file that 'kijun audit head' wrote")
    text = "print the head of each chain, to be kept elsewhere"
    head = commands.add_parser("head", help=text, description=text)
    head.set_defaults(audit_command=_head)
    for one in (verify, head):
        one.add_argument("--municipality", metavar="CODE", help="only this municipality's chain")


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    if args.audit_command is None:
        args.audit_parser.print_help(sys.stderr)
        return USAGE
    code: int = args.audit_command(args)
    return code


def _head(args: argparse.Namespace) -> int:
    found = queries.chains(args.municipality)
    if args.municipality and not found:
        print(f"no chain of municipality {args.municipality}", file=sys.stderr)
        return USAGE
    for chain in found:
        print(queries.head(chain.key))
    return OK


def _kept(args: argparse.Namespace) -> dict[str, Head]:
    """The heads given, by chain; the latest where one chain has several. ValueError for what is no head."""
    lines = list(args.head)
    if args.head_file:
        lines += args.head_file.read_text(encoding="utf-8").splitlines()
    kept: dict[str, Head] = {}
    for line in filter(None, map(str.strip, lines)):
        head = Head.parse(line)
        if head.key not in kept or kept[head.key].seq < head.seq:
            kept[head.key] = head
    return kept


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _verify(args: argparse.Namespace) -> int:
    try:
        kept = _kept(args)
    except OSError as error:
        print(f"{args.head_file}: {error.strerror or error}", file=sys.stderr)
        return USAGE
    except ValueError as error:
        print(f"no head of a chain (KEY:SEQ:DIGEST): {error}", file=sys.stderr)
        return USAGE
    found = queries.chains(args.municipality)
    if args.municipality and not found and args.municipality not in kept:
        print(f"no chain of municipality {args.municipality}", file=sys.stderr)
        return USAGE
    unguarded = queries.unguarded()
    if unguarded:
        print(f"unguarded: these triggers are missing or changed: {', '.join(unguarded)}", file=sys.stderr)
    broken = len(unguarded)
    for chain in found:
        head, breaks = queries.verify(chain.key, kept.pop(chain.key, None))
        name = chain.key or "-"
        for one in breaks:
            print(f"{name}: {one.kind}: {one.message}", file=sys.stderr)
        broken += len(breaks)
        found_out = "holds" if not breaks else _counted(len(breaks), "break", "breaks")
        print(f"{name}: {_counted(head.seq, 'entry', 'entries')}, {found_out}; head {head}")
    for key, head in kept.items():
        if args.municipality not in (None, key):
            continue
        removed = queries.was_removed(key)
        if removed and (removed.seq > head.seq or removed == head):
            print(f"{key}: removed as a whole, noted in chain -; last head {removed}")
        else:
            print(f"{key or '-'}: removed: the chain is missing", file=sys.stderr)
            broken += 1
    return BROKEN if broken else OK
