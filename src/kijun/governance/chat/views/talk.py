"""Writing and sending: drafts, what would be found, the answer as it comes (or whole, for a plain form)."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any, Final

import orjson
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import close_old_connections, connections
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.governance.access.models import Grant
from kijun.governance.chat import actions, beside, talking
from kijun.governance.chat.checking import Check, edited
from kijun.governance.chat.forms import AskForm
from kijun.governance.chat.models import Turn, slot_of
from kijun.governance.chat.typed import keeps_text
from kijun.governance.chat.views._page import address_of, grant_and_conversation, show
from kijun.governance.chat.views.files import brings, not_attached, take
from kijun.governance.chat.writing import Writing, heading, writing
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.ledger.model import LedgerError
from kijun.web.who_may import who_may

log = logging.getLogger("kijun.chat")
_GONE: Final = {"code": "gateway_unreachable"}


def words(told: Mapping[str, Any]) -> dict[str, str]:
    """A refusal for people: why, and what to do."""
    if told.get("code") == _GONE["code"] or not told:
        return {
            "code": str(_GONE["code"]),
            "why": _("AIゲートウェイにつながりません。"),
            "todo": _(
                "入力した文章は残っています。少し待ってから、もう一度送信してください。続くときは、IT担当者に知らせてください。"
            ),
            "contact": "",
        }
    language = "en" if beside.english() else "ja"
    reason, todo = told.get("reason"), told.get("what_to_do")
    return {
        "code": str(told.get("code", "")),
        "why": str(reason.get(language, "")) if isinstance(reason, Mapping) else str(told.get("message", "")),
        "todo": str(todo.get(language, "")) if isinstance(todo, Mapping) else "",
        "contact": str(told.get("contact", "")),
    }


# --- a plain form ---------------------------------------------------------------------------------


@keeps_text
@who_may("chat.use")
@require_POST
def send(request: StaffRequest, grant: int) -> HttpResponse:
    """Without script: a file that was chosen is attached, what would be found is shown on a page between; then the whole answer is waited for."""
    found, conversation = grant_and_conversation(request, grant)
    form = AskForm(request.POST, grant=found)
    actions.save_draft(request.user, slot_of(conversation, found), request.POST.get("text", ""))
    if brings(request) and (attach := take(request, found, conversation)).errors:
        return not_attached(request, found, conversation, attach, form)
    if not form.is_valid():
        return show(request, found, conversation, form=form, status=422)
    one = _edit(request, writing(request.user, found, conversation, form, address_of(request)))
    if one.text != form.cleaned_data["text"]:
        form = AskForm({**request.POST.dict(), "text": one.text}, grant=found)
        actions.save_draft(request.user, slot_of(conversation, found), one.text)
        if not form.is_valid():
            return show(request, found, conversation, form=form, status=422)
    try:
        seen = one.look()
        unseen = seen.stops or request.POST.get("seen") != seen.seen
        if request.POST.get("act") or (seen.asks and unseen) or not one.knows(_without(request)):
            return show(request, found, conversation, form=form, check=seen if seen.asks else None)
        one = one.with_earlier()
        call = one.call(get_language() or "ja", request.POST.get("confirmation", ""))
    except talking.Unreachable:
        return _refused(request, one, form, None, _GONE)
    except talking.Refused as refused:
        return _refused(request, one, form, None, refused.told)
    except LedgerError as error:
        return _refused(request, one, form, None, _ledger(error))
    turn, told = async_to_sync(_whole)(call, _recorder(one))
    if turn is None:
        return _refused(request, one, form, seen, told)
    return redirect(f"{reverse('chat:conversation', args=[turn.conversation_id])}#turn-{turn.order}")


def _without(request: StaffRequest) -> str:
    """The files without which the person sends it, as the page listed them."""
    return request.POST.get("without", "")


def _ledger(error: LedgerError) -> Mapping[str, Any]:
    return {"code": "ledger_unavailable", "reason": {"ja": error.ja, "en": error.en}}


def _edit(request: StaffRequest, one: Writing) -> Writing:
    """伏せる, 消す: in the text, or (``clean:PK``) in a file."""
    act = request.POST.get("act", "")
    if act.startswith("clean:"):
        _clean(request, one, act.removeprefix("clean:"))
        return writing(one.person, one.grant, one.conversation, _valid(request, one.grant), one.address)
    if not act:
        return one
    return dataclasses.replace(one, text=edited(one.text, act))


def _valid(request: StaffRequest, grant: Grant) -> AskForm:
    form = AskForm(request.POST, grant=grant)
    form.is_valid()
    return form


def _clean(request: StaffRequest, one: Writing, pk: str) -> None:
    """In one file all that keeps it from being sent is replaced by what it is."""
    for number, row in enumerate(one.files, 1):
        if str(row.pk) != pk:
            continue
        try:
            found = next((each for each in one.look().files if each.attachment.pk == row.pk), None)
        except (talking.Unreachable, talking.Refused):
            return
        shift = len(heading(number, row))
        spans = [
            (start - shift, end - shift, label) for start, end, label in (found.stopping if found else [])
        ]
        try:
            actions.mask_in(request.user, row, spans)
        except ValidationError as error:  # its text went away meanwhile
            messages.error(request, " ".join(error.messages))


def _refused(
    request: StaffRequest, one: Writing, form: AskForm, check: Check | None, told: Mapping[str, Any]
) -> HttpResponse:
    token = str(told.get("confirmation", ""))
    return show(
        request,
        one.grant,
        one.conversation,
        form=form,
        check=check if check is not None and check.asks else None,
        refusal=words(told),
        confirmation=token,
        status=503 if told.get("code") == _GONE["code"] else 200 if token else 422,
    )


Recorder = Callable[[str], Turn]


def _recorder(one: Writing) -> Recorder:
    pk = one.conversation.pk if one.conversation is not None else None
    person, grant, said = one.person, one.grant, one.said

    def make(interaction: str) -> Turn:
        return actions.record_turn(person, grant, pk, interaction, said)

    return make


async def _whole(call: talking.Call, make: Recorder) -> tuple[Turn | None, Mapping[str, Any]]:
    """All of an answer; what came of one that breaks off is in the ledger."""
    turn: Turn | None = None
    told: Mapping[str, Any] = {}
    async with talking.own_session() as session, aclosing(talking.ask(session, call)) as events:
        async for event in events:
            if event.kind == "begun" and event.interaction:
                turn = await sync_to_async(make)(event.interaction)
            elif event.kind == "refused":
                told = event.told
            elif event.kind == "unreachable":
                told = _GONE
    return turn, told


# --- streamed ------------------------------------------------------------------------------------


@who_may("chat.use")
@require_POST
def stream(request: StaffRequest, grant: int) -> HttpResponse:
    """The answer as server-sent events: ``begun``, ``saved`` (url), ``text``, ``refused``, ``broken``, ``done``."""
    found, conversation = grant_and_conversation(request, grant)
    form = AskForm(request.POST, grant=found)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    one = writing(request.user, found, conversation, form, address_of(request))
    if not one.knows(_without(request)):  # it went away after the page looked
        why = _("添付したファイルの文章が、なくなりました。もう一度送信すると、どのファイルかを示します。")
        return JsonResponse({"errors": {"files": [why]}}, status=422)
    language = get_language() or "ja"
    try:
        one = one.with_earlier()
        call = one.call(language, request.POST.get("confirmation", ""))
    except LedgerError as error:
        return JsonResponse({"refused": words(_ledger(error))}, status=503)
    events = _events(call, functools.partial(_in_thread, _recorder(one)), language)
    answer: Any = StreamingHttpResponse(events, content_type="text/event-stream; charset=utf-8")
    answer["cache-control"] = "no-store"
    answer["x-accel-buffering"] = "no"
    return answer  # type: ignore[no-any-return]


def _in_thread(make: Recorder, interaction: str) -> str:
    """The turn's address. In a thread of its own: whoever leaves meanwhile takes nothing away."""
    close_old_connections()
    try:
        turn = make(interaction)
        return f"{reverse('chat:conversation', args=[turn.conversation_id])}#turn-{turn.order}"
    finally:
        connections.close_all()


async def _events(call: talking.Call, record: Callable[[str], str], language: str) -> AsyncGenerator[bytes]:
    saved: asyncio.Future[str] | None = None
    told = False
    async with talking.kept_session() as session, aclosing(talking.ask(session, call)) as events:
        async for event in events:
            if event.kind == "begun":
                saved = _start(record, event.interaction)
                yield _sse("begun", {})
            elif event.kind == "text":
                yield _sse("text", event.text)
            else:
                if saved is not None and not told:
                    told = True
                    yield _sse("saved", {"url": await saved})
                yield _sse(event.kind, _end(event, language))
            if saved is not None and saved.done() and not told:
                told = True
                yield _sse("saved", {"url": saved.result()})


def _start(record: Callable[[str], str], interaction: str) -> asyncio.Future[str]:
    """Write the turn's row beside: the first words of the answer do not wait for it, and it is written also where nobody waits any more."""
    return asyncio.get_running_loop().run_in_executor(None, record, interaction)


def _end(event: talking.Event, language: str) -> Any:
    if event.kind == "done":
        return {"finish": event.told.get("finish", "")}
    with translation.override(language):
        said = words(event.told if event.kind != "unreachable" else _GONE)
        if event.kind == "broken":
            said["why"] = _("回答が途中で切れました。")
    return {**said, "confirmation": str(event.told.get("confirmation", ""))}


def _sse(kind: str, data: Any) -> bytes:
    return b"event: " + kind.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


# --- before sending -----------------------------------------------------------------------------


@who_may("chat.use")
@require_POST
def look(request: StaffRequest, grant: int) -> HttpResponse:
    """What would be found in what is written now, as a piece of the page."""
    found, conversation = grant_and_conversation(request, grant)
    form = AskForm(request.POST, grant=found)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    one = writing(request.user, found, conversation, form, address_of(request))
    act = request.POST.get("act", "")
    if act.startswith("clean:"):
        one = _edit(request, one)
    try:
        seen = one.look()
    except talking.Unreachable:
        return JsonResponse({"refused": words(_GONE)}, status=503)
    except talking.Refused as refused:
        return JsonResponse({"refused": words(refused.told)}, status=409)
    html = render(request, "chat/_check.html", {"check": seen}).content.decode() if seen.asks else ""
    verdict = "to_confirm" if seen.gone and not seen.stops else seen.verdict
    without = bool(seen.gone) and not seen.stops
    return JsonResponse({"verdict": verdict, "seen": seen.seen, "html": html, "without": without})


@who_may("chat.use")
@require_POST
def draft(request: StaffRequest, grant: int) -> HttpResponse:
    """Keep what is being written; every few seconds, from the page."""
    found, conversation = grant_and_conversation(request, grant)
    actions.save_draft(request.user, slot_of(conversation, found), request.POST.get("text", ""))
    return HttpResponse(status=204)
