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
from kijun.governance.chat.models import Attachment, Conversation, Draft
from kijun.governance.interactions import ledger
from kijun.ledger.model import LedgerError

log = logging.getLogger("kijun.chat")
DRAFT_DAYS: Final = 30
_MOST: Final = 2_000
"""Conversations that one night looks at."""


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


def tidy(now: datetime.datetime | None = None) -> int:
    """Files that were not sent within a day and drafts that nobody touched for thirty; gives how many."""
    now = now or timezone.now()
    old = Attachment.objects.filter(turn=None, made_at__lt=now - Attachment.LIFETIME).select_related(
        "municipality"
    )
    gone = 0
    for one in old:
        holding.forget(one.municipality.code, one.pk)
        one.delete()
        gone += 1
    drafts, _by_model = Draft.objects.filter(saved_at__lt=now - datetime.timedelta(days=DRAFT_DAYS)).delete()
    return gone + drafts
