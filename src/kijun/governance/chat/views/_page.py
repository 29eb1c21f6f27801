"""The conversation's page, as every view of it renders it: what was said, what was found in what is about to be sent, the form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kijun.governance.access import cards
from kijun.governance.access.models import Grant
from kijun.governance.chat import beside, history, holding, queries
from kijun.governance.chat.checking import Check
from kijun.governance.chat.forms import AskForm, AttachForm
from kijun.governance.chat.models import Attachment, Conversation, slot_of
from kijun.governance.chat.typed import mark
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.ledger.model import LedgerError

PER_PAGE = 20
"""Turns that a page shows; older ones are a link away."""


def grant_or_404(request: StaffRequest, pk: int) -> Grant:
    """A grant that the person may use today; anybody else's is not there."""
    grant = queries.grant_of(request.user, pk)
    if grant is None:
        raise Http404
    return grant


def own_or_404(request: StaffRequest, pk: uuid.UUID) -> Conversation:
    """One's own conversation; anybody else's is not there."""
    row = queries.conversations(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def grant_and_conversation(request: StaffRequest, pk: int) -> tuple[Grant, Conversation | None]:
    """What a form asks by, and the conversation that it goes on with, where there is one already."""
    grant = grant_or_404(request, pk)
    given = request.POST.get("conversation", "")
    if not given:
        return grant, None
    try:
        row = own_or_404(request, uuid.UUID(given))
    except ValueError:
        raise Http404 from None
    if row.grant_id != grant.pk:
        raise Http404
    return grant, row


def place(conversation: Conversation | None, grant: Grant) -> str:
    """The page on which this is written."""
    if conversation is not None:
        return reverse("chat:conversation", args=[conversation.pk])
    return reverse("chat:new", args=[grant.pk])


def waiting(
    request: StaffRequest, grant: Grant, conversation: Conversation | None
) -> list[tuple[Attachment, bool]]:
    """The files that go with the next question, and whether the text of each is gone."""
    return [
        (one, holding.text_of(one.municipality.code, one.pk) is None)
        for one in queries.attachments(request.user, grant, conversation)
    ]


def address_of(request: StaffRequest) -> str:
    """Where the person sits, as uvicorn (behind a trusted proxy: the proxy) says."""
    return str(request.META.get("REMOTE_ADDR", ""))


def show(
    request: StaffRequest,
    grant: Grant | None,
    conversation: Conversation | None,
    *,
    form: Any = None,
    attach: Any = None,
    check: Check | None = None,
    refusal: Mapping[str, Any] | None = None,
    confirmation: str = "",
    status: int = 200,
) -> HttpResponse:
    """``grant`` None: the conversation can be read, and nothing can be asked any more."""
    shown: list[history.Shown] = []
    unread = ""
    older = ""
    if conversation is not None:
        rows, older = _turns(request, conversation)
        try:
            shown = history.read(request.user, rows)
        except LedgerError as error:
            unread = error.en if beside.english() else error.ja
    context: dict[str, Any] = {
        "grant": grant,
        "conversation": conversation,
        "turns": beside.lines(request.user, shown),
        "older": older,
        "unread": unread,
        "check": check,
        "refusal": refusal,
        "confirmation": confirmation,
        "purpose": (conversation.grant if conversation is not None else grant).purpose,  # type: ignore[union-attr]  # one of both is there
    }
    if grant is not None:
        context |= _input(request, grant, conversation, form, attach, shown[-1].model if shown else "")
        context["earlier_gone"] = history.is_gone(shown)
    return render(request, "chat/conversation.html", context, status=status)


def _turns(request: StaffRequest, conversation: Conversation) -> tuple[Sequence[Any], str]:
    """The newest turns, or those up to ``?until=``; and the address of older ones."""
    rows = conversation.turns.prefetch_related("attachments").order_by("-order")
    until = request.GET.get("until", "")
    if until.isdecimal() and len(until) < 10:
        rows = rows.filter(order__lt=int(until))
    found = list(rows[: PER_PAGE + 1])
    shown = found[:PER_PAGE][::-1]
    older = f"{reverse('chat:conversation', args=[conversation.pk])}?until={shown[0].order}"
    return shown, older if len(found) > PER_PAGE else ""


def _input(
    request: StaffRequest,
    grant: Grant,
    conversation: Conversation | None,
    form: Any,
    attach: Any,
    model: str,
) -> dict[str, Any]:
    """``model``: the one that answered last, which is asked again unless another is chosen."""
    slot = slot_of(conversation, grant)
    if form is None:
        form = AskForm(grant=grant, initial={"text": queries.draft(request.user, slot), "model": model})
    return {
        "form": form,
        "attach": attach or AttachForm(),
        "card": cards.card(grant.purpose),
        "is_first": conversation is None and not queries.has_used(request.user, grant.purpose),
        "stop": queries.stop_of(grant),
        "waiting": waiting(request, grant, conversation),
        "prompts": queries.usable_prompts(request.user, grant),
        "said_by_town": queries.notice(request.municipality),
        "contact": cards.contact(request.municipality),
        "writer": mark(request.user, slot),
    }
