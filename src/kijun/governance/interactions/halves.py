"""Question and answer of an interaction as another app's page shows them, once the look is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django_stubs_ext import StrOrPromise

from kijun.governance.interactions import wording
from kijun.governance.interactions.reading import Block, blocks
from kijun.governance.interactions.searching import moment
from kijun.ledger.model import Record

Half = tuple[StrOrPromise, datetime, list[Block], Record]
"""What it is, when it was, its texts with placeholders, the entry."""


def halves(entries: Iterable[Record]) -> list[Half]:
    """One for each entry; placeholders stay, for values are for the person's own eyes."""
    return [
        (wording.KINDS.get(one.kind, one.kind), moment(one.at), blocks(one, None, wording.finding), one)
        for one in entries
    ]
