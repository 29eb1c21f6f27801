"""One interaction: input and output, what was found, the proof, holds; and the values behind its placeholders, after one more step."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.roles import Role
from kijun.governance.interactions import actions, ledger, sending, wording
from kijun.governance.interactions.beside import beside
from kijun.governance.interactions.forms import ReasonForm
from kijun.governance.interactions.looks import history, look
from kijun.governance.interactions.names import Names, names_of, resolve
from kijun.governance.interactions.reach import Reach
from kijun.governance.interactions.reading import Block, blocks, has_placeholders, other_blocks
from kijun.governance.interactions.searching import Interaction, moment
from kijun.governance.interactions.tables import mislead, tables
from kijun.governance.interactions.views._shared import found, is_own, reason_of, with_ledger
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.ledger.holding import Hold, holds_of
from kijun.ledger.ledger import Proof
from kijun.ledger.model import Record, Verdict
from kijun.web.who_may import who_may

_ONCE: Final = "interactions.reveal"
_FORMS: Final = 20
"""Forms that may be open at once in one browser."""
_NOT_SENT: Final[Mapping[str, StrOrPromise]] = {
    "allow": gettext_lazy("送る場合は、そのまま通す（送っていません）"),
    "mask": gettext_lazy("送る場合は、伏せて通す（送っていません）"),
}
_KEPT = ("system", "purpose", "department", "upstream")


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A kind of finding at a place: what was done, why it was found."""

    label: str
    group: StrOrPromise
    action: str
    where: str
    why: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Half:
    """An entry as the page shows it."""

    record: Record
    kind: StrOrPromise
    verdict: tuple[StrOrPromise, str]
    at: Any
    blocks: list[Block]
    others: list[Block]
    findings: list[FindingLine]
    more_findings: int
    uninspected: list[tuple[StrOrPromise, str]]
    notice: str
    delivered: str
    erased: bool
    proof: Proof | None
    has_masked: bool


def _half(record: Record, proof: Proof | None, masked: Mapping[str, str]) -> Half:
    content = record.content or {}
    shown = blocks(record, masked, wording.finding)
    places = {one.place: number for number, one in enumerate(shown, 1)}
    listed = _findings(content, places, sent=record.verdict not in (Verdict.BLOCKED, Verdict.TO_CONFIRM))
    return Half(
        record,
        wording.KINDS.get(record.kind, record.kind),
        wording.verdict(record),
        moment(record.at),
        shown,
        other_blocks(record, masked),
        listed,
        max(0, _count(content.get("findings_total")) - sum(one.count for one in listed)),
        _uninspected(content),
        _notice(content),
        _delivered(content),
        record.content is None,
        proof,
        has_placeholders(record),
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _findings(content: Mapping[str, Any], places: Mapping[str, int], *, sent: bool) -> list[FindingLine]:
    """``places`` numbers the texts that the page shows: a finding is told by it, not by the path in the call. Without ``sent`` nothing was let through."""
    counted: dict[tuple[str, ...], int] = {}
    for one in _rows(content.get("findings"))[:1000]:
        why = one.get("why")
        words = why.get("en" if wording.english() else "ja", "") if isinstance(why, Mapping) else ""
        key = (str(one.get("type", "")), str(one.get("action", "")), str(one.get("where", "")), str(words))
        counted[key] = counted.get(key, 0) + 1
    return [
        FindingLine(
            wording.finding(type),
            wording.finding_group(type),
            _action(action, sent=sent),
            _place(where, places),
            words,
            count,
        )
        for (type, action, where, words), count in counted.items()
    ]


def _place(where: str, places: Mapping[str, int]) -> str:
    """文章2; nothing where there is only one text, and the path where it is none that is shown."""
    if where not in places:
        return where
    return _("文章%(n)s") % {"n": places[where]} if len(places) > 1 else ""


def _action(name: str, *, sent: bool) -> str:
    """What was done with it; where the whole was stopped by something else, what would have been."""
    from kijun.governance.access.handling import ACTION_LABELS

    if not sent and name in _NOT_SENT:
        return str(_NOT_SENT[name])
    return str(ACTION_LABELS.get(name, name))


def _uninspected(content: Mapping[str, Any]) -> list[tuple[StrOrPromise, str]]:
    return [
        (wording.UNINSPECTED.get(str(one.get("what")), str(one.get("what"))), str(one.get("where", "")))
        for one in _rows(content.get("uninspected"))[:100]
    ]


def _notice(content: Mapping[str, Any]) -> str:
    """Why it was refused or went wrong, in the reader's language."""
    for name in ("refusal", "error"):
        told = content.get(name)
        if isinstance(told, Mapping):
            return str(told.get("en" if wording.english() else "ja") or told.get("code") or "")
    return ""


def _delivered(content: Mapping[str, Any]) -> str:
    """How much of an answer that died halfway reached the client; empty where it did not, or where that is not told."""
    told = content.get("delivered")
    if not isinstance(told, Mapping):
        return ""
    words = _(
        "ここまで届いた%(of)s文字のうち、利用者に渡したのは%(n)s文字です。残りは、見せずに記録だけしました。"
    )
    return words % {"n": _count(told.get("characters")), "of": _count(told.get("of"))}


@who_may("interactions.mine")
@with_ledger
def record(request: StaffRequest, id: str) -> HttpResponse:
    """One interaction. Another person's needs the reason, and is recorded as looked at before it is shown."""
    one, reach = found(request, id)
    if not is_own(one, reach):
        why = reason_of(request)
        if not why:
            return _ask(request)
        look(request.user, "opened", why, one.entries, interaction=id)
    return _show(request, one, reach)


def _ask(request: StaffRequest) -> HttpResponse:
    return redirect(f"{reverse('interactions:reason')}?{urlencode({'next': request.get_full_path()})}")


@who_may("interactions.mine")
@with_ledger
def reveal(request: StaffRequest, id: str) -> HttpResponse:
    """The values behind the placeholders, for those who may; the step is recorded, also for one's own."""
    one, reach = found(request, id)
    values = [entry for entry in one.entries if reach.may_unmask(entry, auditor=_audits(request))]
    if not values:
        raise PermissionDenied
    example = _("例：本人からの開示請求に答えるため／自分が入力した番号が正しかったかの確認")
    # A page that is sent again (reload, back) shows nothing again: each look has its own form, and so its own reason.
    again = request.method == "POST" and not _taken(request, id)
    posted = request.POST if request.method == "POST" and not again else None
    form = ReasonForm(posted, initial={} if again else {"reason": reason_of(request)}, example=example)
    if posted is None or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        told = {"form": form, "id": id, "again": again, "once": _given(request, id)}
        return render(request, "interactions/reveal.html", told, status=status)
    look(request.user, "unmasked", form.cleaned_data["reason"], values, interaction=id)
    opened, reach = found(request, id, masked=True)
    return _show(request, opened, reach, unmask=True)


def _given(request: StaffRequest, id: str) -> str:
    """What the form hands back, once."""
    once = secrets.token_urlsafe(16)
    kept = request.session.get(_ONCE)
    request.session[_ONCE] = [*(kept if isinstance(kept, list) else []), f"{id}:{once}"][-_FORMS:]
    return once


def _taken(request: StaffRequest, id: str) -> bool:
    """The form that was sent was given out for this record and not used yet; from now on it is."""
    kept, sent = request.session.get(_ONCE), f"{id}:{request.POST.get('once', '')}"
    if not isinstance(kept, list) or sent not in kept:
        return False
    request.session[_ONCE] = [one for one in kept if one != sent]
    return True


def _audits(request: StaffRequest) -> bool:
    return Role.AUDITOR in request.user.roles_today()


def _show(request: StaffRequest, one: Interaction, reach: Reach, *, unmask: bool = False) -> HttpResponse:
    told = reach.unmasked(one.entries, auditor=_audits(request)) if unmask else []
    values = tables(told) if unmask else [{}] * len(one.entries)
    with ledger.reading() as book:
        halves = [
            _half(entry, book.prove(entry.seq), masked)
            for entry, masked in zip(one.entries, values, strict=True)
        ]
        holds = holds_of(book, request.municipality.code, one.id) if one.holds or _may_hold(request) else []
    names = names_of(request.municipality, one.entries)
    also = {"person": _people(holds), "upstream": sending.upstreams([one])}
    names.known |= resolve(request.municipality, also).known
    own = is_own(one, reach)
    context = {
        "one": one,
        "own": own,
        "halves": halves,
        "facts": _facts(one, names),
        "sent": sending.told(one, names),
        "who": names.who(one.head) or str((_imported(one) or {}).get("user", "")),
        "holds": [
            (hold, names.of("person", hold.by), moment(hold.at)) for hold in holds if hold.released_at is None
        ],
        "may_hold": _may_hold(request),
        "may_unmask": not unmask
        and any(
            half.has_masked and reach.may_unmask(half.record, auditor=_audits(request)) for half in halves
        ),
        "apart": mislead(one.entries),
        "hidden": [wording.KINDS.get(kind, kind) for kind in one.hidden],
        "unmasked": unmask,
        "imported": _imported(one),
        "history": [] if own else history(request.municipality, one.id),
        "beside": beside(request, one, own),
    }
    return render(request, "interactions/record.html", context)


def _may_hold(request: StaffRequest) -> bool:
    return bool(request.user.has_perm("interactions.hold"))


def _people(holds: list[Hold]) -> list[str]:
    return [one.by for one in holds] + [one.released_by for one in holds]


def _imported(one: Interaction) -> Mapping[str, Any] | None:
    told = (one.first.content or {}).get("imported")
    return told if isinstance(told, Mapping) else None


def _facts(one: Interaction, names: Names) -> dict[str, Any]:
    first, last = one.head, one.answer or one.first
    kept = {name: getattr(first, name) or getattr(last, name) for name in _KEPT} | {"upstream": one.upstream}
    facts: dict[str, Any] = {name: names.of(name, id) for name, id in kept.items()}
    return facts | {
        "model": one.model,
        "source": wording.source(first.source),
        "tokens_in": max(entry.tokens_in for entry in one.entries),
        "tokens_out": max(entry.tokens_out for entry in one.entries),
        "duration_ms": max(entry.duration_ms for entry in one.entries),
        "seconds": max(entry.duration_ms for entry in one.entries) / 1000,
        "retention": first.retention,
    }


# --- holds ----------------------------------------------------------------------------------


@who_may("interactions.hold")
@with_ledger
def hold(request: StaffRequest, id: str) -> HttpResponse:
    """Keep an interaction from being erased."""
    one, _reach = found(request, id)
    example = _("例：住民からの苦情（受付番号 12）の調査が終わるまで残すため")
    form = ReasonForm(request.POST or None, example=example)
    with ledger.reading() as book:
        held = [hold for hold in holds_of(book, request.municipality.code, id) if hold.released_at is None]
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.put_hold(request.user, one.id, form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if made.id not in {one.id for one in held}:
                words = _("保全しました。解除するまで、保存期間が過ぎても消去しません。")
            else:
                words = _("同じ理由で、すでに保全しています。保全は1つのままです。")
            messages.success(request, words)
            return redirect("interactions:record", id)
    status = 422 if request.method == "POST" else 200
    names = resolve(request.municipality, {"person": _people(held)})
    there = [(hold, names.of("person", hold.by), moment(hold.at)) for hold in held]
    told = {"form": form, "id": id, "holds": there, "own": str(request.user.pk)}
    return render(request, "interactions/hold.html", told, status=status)


@who_may("interactions.hold")
@with_ledger
def release(request: StaffRequest, hold: str) -> HttpResponse:
    """Take a hold off; one of another municipality is not there."""
    with ledger.reading() as book:
        if not any(one.id == hold for one in holds_of(book, request.municipality.code)):
            raise Http404
    example = _("例：住民からの苦情（受付番号 12）の調査が終わり、残す必要がなくなったため")
    form = ReasonForm(request.POST or None, example=example)
    if request.method == "POST" and form.is_valid():
        try:
            actions.release_hold(request.user, hold, form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("保全を解除しました。保存期間が過ぎていれば、次の消去で消えます。"))
            return redirect("interactions:holds")
    status = 422 if request.method == "POST" else 200
    return render(request, "interactions/release.html", {"form": form}, status=status)
