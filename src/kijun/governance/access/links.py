"""What access tells the other apps: menu, search, belongings, departures, waiting tasks, what remains of a system, words of the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.signals import post_save
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kijun.governance.access import actions, queries
from kijun.governance.access.models import Grant, Purpose
from kijun.governance.access.publishing import publish
from kijun.governance.accounts import belongings, departures, numbers, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.audit import words
from kijun.governance.inventory import remains
from kijun.governance.inventory.models import AISystem
from kijun.web import navigation, search
from kijun.web.punctuation import bracketed

Found = Iterable[tuple[int, belongings.Belonging]]


def grant_url(grant: Grant) -> str:
    """The page of a grant."""
    return reverse("access:grant", args=[grant.pk])


# --- people who move ------------------------------------------------------------------------


def kept_applications(people: Sequence[Person]) -> Found:
    """Applications whose keys these people keep. Their own grants are not handed over: they end."""
    rows = Grant.objects.filter(responsible__in=people, revoked_at=None, expires_on__gte=timezone.localdate())
    for one in rows.select_related("purpose"):
        assert one.responsible_id is not None
        yield (
            one.responsible_id,
            belongings.Belonging(
                "access.grant", str(one.pk), str(one), _("キーの管理者"), "responsible", grant_url(one)
            ),
        )


def owned_purposes(people: Sequence[Person]) -> Found:
    """Purposes that these people answer for."""
    for one in Purpose.objects.filter(owner__in=people, enabled=True):
        yield (
            one.owner_id,
            belongings.Belonging(
                "access.purpose",
                str(one.pk),
                one.name,
                _("目的の責任者"),
                "owner",
                reverse("access:purpose", args=[one.pk]),
            ),
        )


def _keep(
    key: str,
    find: Callable[[Sequence[Person]], Found],
    give: Callable[[str, Person, Person, Person], None],
) -> None:
    belongings.register(
        belongings.Keeper(key, lambda person: [one for _pk, one in find([person])], give, find)
    )


def _give_grant(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    actions.hand_over_grant(actor, Grant.objects.of(old.municipality).get(pk=thing_id), old, new)


def _give_purpose(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    actions.hand_over_purpose(actor, Purpose.objects.of(old.municipality).get(pk=thing_id), old, new)


# --- systems that end -----------------------------------------------------------------------


def system_saved(instance: AISystem, **_kwargs: Any) -> None:
    """The inventory knows nothing of access: a system that is retired ends its grants, and every stage may change what is served."""
    if instance.is_retired:
        actions.end_of_retired(instance)
    if instance.registered_at is not None:
        publish(f"system {instance.pk} saved")


def remaining(system: AISystem) -> Iterable[remains.Remain]:
    """Models that still lead to a retired system."""
    for model in system.ai_models.all():
        text = gettext("モデル「%(name)s」の設定が残っています。") % {"name": model.name}
        yield remains.Remain(text, reverse("access:model", args=[model.pk]))


# --- what waits -----------------------------------------------------------------------------


def tasks(person: Person) -> Iterable[waiting.Task]:
    """Grants of the person's that end soon; for IT staff, applications for which nobody answers."""
    rows = queries.holding(queries.grants(person.municipality))
    mine = rows.filter(Q(person=person) | Q(responsible=person))
    for one in queries.expiring(mine):
        yield waiting.Task(
            gettext("「%(name)s」の期限を確かめる") % {"name": one},
            _("AIの利用権"),
            grant_url(one),
            one.expires_on,
        )
    if Role.IT_STAFF not in person.roles_today():
        return
    for one in queries.without_keeper(rows.filter(person=None)):
        yield waiting.Task(
            gettext("「%(name)s」のキーの管理者を決める") % {"name": one.application},
            _("AIの利用権"),
            reverse("access:change_grant", args=[one.pk]),
            timezone.localdate(),
        )


def find_purposes(request: HttpRequest, text: str) -> Iterable[search.Hit]:
    """Purposes for the search over everything: all, or those that concern the person."""
    person: Person = request.user  # type: ignore[assignment]  # who_may lets only a person in
    rows = queries.purposes(person.municipality)
    if not person.roles_today() & queries.READS_ALL:
        rows = queries.purposes_of(person)
    for word in text.split():
        rows = rows.filter(search.containing(word, ("name", "name_en", "description")))
    for one in rows[:20]:
        state = _("使える") if one.enabled else _("使えない")
        yield search.Hit(one.shown_name, reverse("access:purpose", args=[one.pk]), str(state))


def find_grants(request: HttpRequest, text: str) -> Iterable[search.Hit]:
    """Grants that the person may see, by who uses them or the beginning of a key."""
    rows = queries.visible_grants(request.user).filter(revoked_at=None)  # type: ignore[arg-type]  # who_may lets only a person in
    fields = ("person__name", "person__staff_number", "application", "keys__prefix")
    for word in text.split():
        rows = rows.filter(search.containing(word, fields))
    for one in rows.distinct()[:20]:
        yield search.Hit(
            bracketed(one.subject, one.purpose.shown_name), grant_url(one), one.system.shown_name
        )


LINKS = (
    navigation.Link(
        "use",
        _("自分の利用権"),
        "access:mine",
        "access.use",
        order=70,
        about=_("どの目的で、いつまで、どのAIを使えるか。"),
    ),
    navigation.Link(
        "inventory",
        _("利用目的"),
        "access:purposes",
        "access.view",
        order=20,
        about=_("何のためにAIを使ってよいか、入力してよい情報は何か。"),
    ),
    navigation.Link(
        "inventory",
        _("利用権"),
        "access:grants",
        "access.list_grants",
        order=30,
        about=_("だれが、どの目的でAIを使えるか。"),
    ),
    navigation.Link(
        "settings",
        _("AIの接続先"),
        "access:upstreams",
        "access.view",
        order=60,
        about=_("つなぐAIサービスの住所と鍵。"),
    ),
    navigation.Link(
        "settings",
        _("AIのモデル"),
        "access:models",
        "access.view",
        order=61,
        about=_("AIシステムごとに使うモデル。"),
    ),
    navigation.Link(
        "settings",
        _("AIの共通の決まり"),
        "access:rules",
        "access.view",
        order=62,
        about=_("どの目的にも当てはまる、入力と出力の決まり。"),
    ),
    navigation.Link(
        "monitoring",
        _("AIの停止"),
        "access:stops",
        "access.view_stops",
        order=90,
        about=_("問題があるAIの利用を、すぐに止める。"),
    ),
)
"""What the menu has of access."""


def register_all() -> None:
    """Called once, when Django starts."""
    departures.register(actions.end_of_departed)
    numbers.register(publish)
    post_save.connect(system_saved, sender=AISystem, dispatch_uid="access.system_saved")
    remains.register(remaining)
    _keep("access.grant:responsible", kept_applications, _give_grant)
    _keep("access.purpose:owner", owned_purposes, _give_purpose)
    waiting.register(tasks)
    search.register(_("AIの利用目的"), find_purposes)
    search.register(_("AIの利用権"), find_grants)
    for link in LINKS:
        navigation.register(link)
    words.add_actions(ACTIONS)
    words.add_kinds(KINDS)
    words.add_fields(FIELDS)


ACTIONS = {
    "access.upstream_added": _("AIの接続先を登録した"),
    "access.upstream_changed": _("AIの接続先を変更した"),
    "access.upstream_enabled": _("AIの接続先を使い始めた"),
    "access.upstream_disabled": _("AIの接続先を使わなくした"),
    "access.opt_out_recorded": _("学習に使われないことの確認を記録した"),
    "access.opt_out_withdrawn": _("学習に使われないことの確認を取り消した"),
    "access.model_added": _("AIのモデルを登録した"),
    "access.model_changed": _("AIのモデルを変更した"),
    "access.model_removed": _("AIのモデルを削除した"),
    "access.purpose_added": _("AIの利用目的を登録した"),
    "access.purpose_changed": _("AIの利用目的を変更した"),
    "access.purpose_enabled": _("AIの利用目的を使えるようにした"),
    "access.purpose_disabled": _("AIの利用目的を使えなくした"),
    "access.purpose_owner_set": _("利用目的の責任者を決めた"),
    "access.grant_made": _("AIの利用権を与えた"),
    "access.grant_changed": _("AIの利用権を変更した"),
    "access.grant_revoked": _("AIの利用権を取り消した"),
    "access.responsible_set": _("キーの管理者を決めた"),
    "access.key_rotated": _("キーを作った・取り替えた"),
    "access.key_revoked": _("キーを取り消した"),
    "access.stopped": _("AIを止めた"),
    "access.stop_lifted": _("AIを再開した"),
    "access.rules_saved": _("AIの共通の決まりを保存した"),
}
KINDS = {
    "access.upstream": _("AIの接続先"),
    "access.model": _("AIのモデル"),
    "access.purpose": _("AIの利用目的"),
    "access.grant": _("AIの利用権"),
    "access.stop": _("AIの停止"),
    "access.townrules": _("AIの共通の決まり"),
}
FIELDS = {
    "prefix": _("キーの先頭"),
    "days": _("前のキーが使える日数"),
    "routes": _("接続先"),
    "headers": _("追加のヘッダー"),
    "opt_out_ended": _("学習の確認が要るようになった"),
    "groups": _("種類"),
    "types": _("例外"),
}
