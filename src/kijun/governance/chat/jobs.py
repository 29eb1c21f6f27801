"""What runs by itself: conversations go when the ledger has erased what was said in them, files and drafts that nobody sent go too.

Each may run at any time, twice, or not at all for a while.
"""

from __future__ import annotations

import datetime
import logging
from typing import Final

from django.db import transaction
from django.utils import timezone

from kijun.governance.audit.actions import record
from kijun.governance.audit.refs import Ref
from kijun.governance.chat import holding
from kijun.governance.chat.actions.conversations import remove
from kijun.governance.chat.actions.prompts import archive_closed
from kijun.governance.chat.models import Attachment, Conversation, Draft, Turn
from kijun.governance.chat.sources import count_of
from kijun.governance.interactions import ledger
from kijun.ledger.model import Kind, LedgerError

log = logging.getLogger("kijun.chat")
DRAFT_DAYS: Final = 30
_MOST: Final = 2_000
"""Conversations, or answers, that one run looks at."""
_SETTLED: Final = datetime.timedelta(minutes=10)
_GIVEN_UP: Final = datetime.timedelta(days=1)
_COUNTED: Final = datetime.timedelta(days=45)
"""Older answers are no evidence any more."""


def erase(today: datetime.date | None = None) -> int:
    """Conversations all of whose turns the ledger has erased; one with a turn that is held stays. Gives how many went."""
    due = Conversation.objects.filter(erases_on__lte=today or timezone.localdate())
    gone = 0
    try:
        for row in due.select_related("municipality", "person", "grant").order_by("erases_on")[:_MOST]:
            if _is_erased(row):
                with transaction.atomic():
                    by = Ref("job", "chat", "chat")
                    record(row.municipality.chain, by, "chat.erased", row, {"turns": row.turns.count()})
                    remove(None, row)
                gone += 1
    except LedgerError as error:
        log.error("conversations could not be erased: %s", error.en)
    return gone


def _is_erased(row: Conversation) -> bool:
    code = row.municipality.code
    with ledger.reading() as book:
        for turn in row.turns.all():
            if any(one.content is not None for one in book.interaction(turn.interaction, code)):
                return False
    return True


def count_sources(now: datetime.datetime | None = None) -> int:
    """How many sources each answer shows, counted once when its record is whole; gives how many answers were counted.

    Evidence asks for it (U3.1.6, P1.1.1), and the ledger is not read through for that every night.
    """
    now = now or timezone.now()
    rows = Turn.objects.filter(sources=None, at__lt=now - _SETTLED, at__gt=now - _COUNTED)
    counted = 0
    try:
        with ledger.reading() as book:
            for row in rows.select_related("conversation__municipality").order_by("at")[:_MOST]:
                entries = book.interaction(row.interaction, row.conversation.municipality.code)
                answer = next((one for one in entries if one.kind == Kind.OUTPUT), None)
                if answer is None and row.at > now - _GIVEN_UP:
                    continue  # it is still being written
                row.sources = count_of(answer.content or {}) if answer is not None else 0
                row.save(update_fields=["sources"])
                counted += 1
    except LedgerError as error:
        log.error("sources could not be counted: %s", error.en)
    return counted


def archive_prompts() -> int:
    """Prompts of departments that are gone; gives how many."""
    return archive_closed()


def tidy(now: datetime.datetime | None = None) -> int:
    """Texts of files that were not sent within a day, and what nobody touched for thirty: drafts, and rows of such files. Gives how many.

    The row stays so long, for the page says that a file's text is gone before the question is sent without it.
    """
    now = now or timezone.now()
    waiting = Attachment.objects.filter(turn=None).select_related("municipality")
    gone = 0
    for one in waiting.filter(made_at__lt=now - Attachment.LIFETIME):
        gone += holding.forget(one.municipality.code, one.pk)
    long_ago = now - datetime.timedelta(days=DRAFT_DAYS)
    waiting.filter(made_at__lt=long_ago).delete()
    drafts, _by_model = Draft.objects.filter(saved_at__lt=long_ago).delete()
    return gone + drafts
