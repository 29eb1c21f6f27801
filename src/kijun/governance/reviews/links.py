"""What reviews tell the other apps: menu, waiting tasks, a section of a system's page, words of the trail."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.audit import words
from kijun.governance.interactions import beside
from kijun.governance.interactions.searching import Interaction
from kijun.governance.inventory import panels
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.governance.reviews import queries
from kijun.governance.reviews.models import Decision, Destination, Label, Review
from kijun.web import navigation

DAYS = 30


def tasks(person: Person) -> Iterable[waiting.Task]:
    """Approved texts that nobody has taken out yet; steps and what came back are told by approvals."""
    for one in queries.unused(person):
        title = gettext("承認された「%(title)s」を使う") % {"title": one.title}
        yield waiting.Task(title, _("回答の確認"), one.get_absolute_url())


def figures(system: AISystem, days: int = DAYS) -> dict[str, Any]:
    """How answers of a system were confirmed in the last days; two queries."""
    since = timezone.now() - datetime.timedelta(days=days)
    rows = Review.objects.filter(system=system, confirmed_at__gte=since)
    found = rows.aggregate(
        all=Count("pk"),
        adopted=Count("pk", filter=Q(decision=Decision.ADOPT)),
        edited=Count("pk", filter=Q(decision=Decision.EDIT)),
        rejected=Count("pk", filter=Q(decision=Decision.REJECT)),
        approved=Count("pk", filter=Q(state=Review.State.APPROVED, destination=Destination.OUTSIDE)),
    )
    labels = Label.objects.filter(review__system=system, withdrawn_at=None).count()
    return {**found, "labels": labels, "days": days}


def _panel(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    return {**figures(system), "may_list": request.user.has_perm("reviews.read_others")}


def _beside(request: StaffRequest, one: Interaction, own: bool) -> dict[str, Any] | None:
    """Where an answer of one's own is used from."""
    if not own or one.answer is None or one.answer.content is None:
        return None
    return {"id": one.id, "state": queries.states(request.user, [one.id])[one.id]}


def register_all() -> None:
    """Called once, when Django starts."""
    waiting.register(tasks)
    beside.register(beside.Beside("reviews", "reviews/_beside.html", _beside))
    navigation.register(
        navigation.Link(
            "use",
            _("自分の確認"),
            "reviews:list",
            "reviews.use",
            order=20,
            about=_("AIの回答を使う前に確かめた内容と、その結果。"),
        )
    )
    navigation.register(
        navigation.Link(
            "monitoring",
            _("回答の確認"),
            "reviews:all",
            "reviews.read_others",
            order=25,
            about=_("職員が回答をどう確かめ、何に使ったか。"),
        )
    )
    navigation.register(
        navigation.Link(
            "publication",
            _("AI利用の表示"),
            "reviews:labels",
            "reviews.view_labels",
            order=20,
            about=_("文書に付ける「AIを使いました」の表示とその番号。"),
        )
    )
    panels.register(
        panels.Panel(
            "reviews",
            _("回答の確認"),
            "reviews/panel.html",
            _panel,
            order=75,
            permission="reviews.read_others",
        )
    )
    words.add_actions(ACTIONS)
    words.add_kinds(KINDS)
    words.add_fields(FIELDS)
    words.add_values(
        "reviews.review",
        {
            "decision": dict(Decision.choices),
            "destination": dict(Destination.choices),
            "shape": {"document": _("文書の形"), "typed": _("記号のまま")},
        },
    )


ACTIONS: dict[str, StrOrPromise] = {
    "reviews.confirmed": _("AIの回答を確認した"),
    "reviews.taken": _("確認した文章を取り出した"),
    "reviews.text_approved": _("AIを使った文章が承認された"),
    "reviews.text_returned": _("AIを使った文章が差し戻された"),
    "reviews.text_confirmed": _("AIを使った文章を引き戻した"),
    "reviews.labelled": _("AI利用の表示を付けた"),
    "reviews.label_withdrawn": _("AI利用の表示を取り下げた"),
    "reviews.label_rules_saved": _("AI利用の表示の決まりを保存した"),
    "reviews.forgotten": _("記録の消去に合わせて文章を消した"),
}
KINDS: dict[str, StrOrPromise] = {
    "reviews.review": _("回答の確認"),
    "reviews.label": _("AI利用の表示"),
    "reviews.labelrules": _("AI利用の表示の決まり"),
}
FIELDS: dict[str, StrOrPromise] = {
    "interaction": _("記録の番号"),
    "decision": _("判断"),
    "destination": _("使い道"),
    "changed_share": _("直した割合（%）"),
    "checks": _("確かめたこと"),
    "flags": _("指摘された表現の判断"),
    "legal_basis": _("根拠の条文"),
    "official": _("判断の責任者"),
    "parts": _("AIがしたこと"),
    "names": _("氏名を示す"),
    "shape": _("取り出した形"),
}
