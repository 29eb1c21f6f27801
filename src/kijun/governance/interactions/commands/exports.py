"""``kijun ledger export``: everything that a municipality's records say, for an auditor. The look is recorded before anything is written."""

from __future__ import annotations

import argparse
import os
from typing import Final

from django.core.exceptions import PermissionDenied

from kijun.governance.access.commands import show
from kijun.governance.interactions import ledger
from kijun.governance.interactions.commands._shared import at, person, reason
from kijun.governance.interactions.looks import take_out
from kijun.governance.interactions.reach import reach_of
from kijun.ledger.model import Query

_DAY: Final = 86_400_000
"""Milliseconds; Japan's days are all alike."""


def export(args: argparse.Namespace) -> None:
    """Only for those whose reach is the whole municipality: an export leaves nothing out."""
    from kijun.ledger.exporting import export as write
    from kijun.ledger.exporting import prepare

    who = person(args, "interactions.search")
    if not reach_of(who).everything:
        raise PermissionDenied
    why, formats = reason(args.reason), tuple(dict.fromkeys(args.format))
    end = None if args.until is None else args.until + _DAY  # the last day is in it
    query = Query(municipality=who.municipality.code, since=args.since, until=end)
    mask = os.umask(0o077)
    try:
        prepare(args.folder)
        asked = {"since": at(args.since), "until": at(end - 1 if end else None), "formats": list(formats)}
        look = take_out(who, why, query, asked)
        with ledger.appending() as to:
            to.checkpoint()
        with ledger.reading() as book:
            manifest = write(book, query, args.folder, formats, look)
    finally:
        os.umask(mask)
    show(
        args,
        manifest,
        [
            f"{manifest['entries']:,}件を {args.folder} に書き出しました。 / {manifest['entries']:,} entries are in {args.folder}.",
            f"検証 / verify:  python3 {args.folder}/kijun_verify.py {args.folder}",
        ],
    )
