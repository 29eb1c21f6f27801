"""What the inventory tells the apps above: belongings, waiting tasks, search, scopes of evidence, menu, words."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.audit import words
from kijun.governance.evidence import scopes
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.evidence.queries import open_findings
from kijun.governance.inventory import lists, queries, remains
from kijun.governance.inventory.actions.datasets import hand_over_dataset, pass_on_dataset
from kijun.governance.inventory.actions.systems import hand_over_system, pass_on_system
from kijun.governance.inventory.models import AISystem, Dataset, Stage
from kijun.governance.organisation import dependents, succession
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import navigation, search
from kijun.web.punctuation import bracketed

Found = Iterable[tuple[int, belongings.Belonging]]
SOON = datetime.timedelta(days=14)


def owned_systems(people: Sequence[Person]) -> Found:
    for town in {person.municipality for person in people}:
        for one in queries.registered(town).filter(owner__in=people):
            assert one.owner_id is not None
            yield (
                one.owner_id,
                belongings.Belonging(
                    "inventory.aisystem",
                    str(one.pk),
                    f"{one.code} {one}",
                    _("AIサービス責任者"),
                    "owner",
                    lists.system_url(one),
                ),
            )


def owned_datasets(people: Sequence[Person]) -> Found:
    for town in {person.municipality for person in people}:
        for one in queries.datasets_in_use(town).filter(owner__in=people):
            assert one.owner_id is not None
            yield (
                one.owner_id,
                belongings.Belonging(
                    "inventory.dataset",
                    str(one.pk),
                    one.name,
                    _("データの管理責任者"),
                    "owner",
                    reverse("inventory:dataset", args=[one.pk]),
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


def _give_system(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    hand_over_system(actor, AISystem.objects.of(old.municipality).get(pk=thing_id), old, new)


def _give_dataset(thing_id: str, old: Person, new: Person, actor: Person) -> None:
    hand_over_dataset(actor, Dataset.objects.of(old.municipality).get(pk=thing_id), old, new)


def tasks(person: Person) -> Iterable[waiting.Task]:
    """Drafts that the person began, datasets of the person past their review date; for IT staff, vacant posts."""
    town, day = person.municipality, timezone.localdate()
    for system in AISystem.objects.of(town).filter(made_by=person, registered_at__isnull=True):
        yield waiting.Task(
            gettext("「%(name)s」の登録を終える") % {"name": system.shown_name},
            _("AIシステムの登録"),
            reverse("inventory:resume", args=[system.pk]),
        )
    for dataset in queries.overdue(Dataset.objects.of(town).filter(owner=person), day):
        yield waiting.Task(
            gettext("「%(name)s」の内容を見直す") % {"name": dataset.name},
            _("データセット"),
            reverse("inventory:dataset", args=[dataset.pk]),
            dataset.review_on or day,
        )
    if Role.IT_STAFF not in person.roles_today():
        return
    for system in queries.without_owner(town).exclude(stage=Stage.IDEA):
        yield waiting.Task(
            gettext("「%(name)s」の責任者を決める") % {"name": system.shown_name},
            _("AIサービス責任者の空席"),
            reverse("inventory:step", args=[system.pk, "people"]),
            day,
        )
    yield from _of_closing_departments(town, day)


def in_departments(departments: Sequence[Department]) -> Iterable[tuple[int, str]]:
    """AI systems that departments provide or use, and datasets that they answer for."""
    given = {one.pk for one in departments}
    for town in {one.municipality_id: one.municipality for one in departments}.values():
        rows = queries.registered(town).filter(
            Q(provider_department__in=given) | Q(user_departments__in=given)
        )
        for system in rows.distinct().prefetch_related("user_departments"):
            named = {system.provider_department_id} | {one.pk for one in system.user_departments.all()}
            for pk in sorted(given & named):
                yield pk, f"{system.code} {system.shown_name}"
        for dataset in queries.datasets_in_use(town).filter(owner_department__in=given):
            assert dataset.owner_department_id is not None
            yield dataset.owner_department_id, f"{dataset.code} {dataset.name}"


def _systems_of(department: Department) -> Iterable[tuple[int, str]]:
    mine = Q(provider_department=department) | Q(user_departments=department)
    for one in queries.registered(department.municipality).filter(mine).distinct():
        yield one.pk, f"{one.code} {one.shown_name}"


def _datasets_of(department: Department) -> Iterable[tuple[int, str]]:
    for one in queries.datasets_in_use(department.municipality).filter(owner_department=department):
        yield one.pk, f"{one.code} {one.name}"


def _pass_on_system(actor: Person, pk: int, old: Department, new: Department) -> None:
    pass_on_system(actor, AISystem.objects.of(old.municipality).get(pk=pk), old, new)


def _pass_on_dataset(actor: Person, pk: int, old: Department, new: Department) -> None:
    pass_on_dataset(actor, Dataset.objects.of(old.municipality).get(pk=pk, owner_department=old), old, new)


def _of_closing_departments(town: Municipality, day: datetime.date) -> Iterable[waiting.Task]:
    """Systems whose departments are closed, or will be within two weeks."""
    closing = Q(closed_on__lte=day + SOON, municipality=town)
    departments = {one.pk: one for one in Department.objects.filter(closing)}
    if not departments:
        return
    rows = queries.registered(town).filter(
        Q(provider_department__in=departments) | Q(user_departments__in=departments)
    )
    for system in rows.distinct().prefetch_related("user_departments"):
        named = {system.provider_department_id} | {one.pk for one in system.user_departments.all()}
        yield waiting.Task(
            gettext("「%(name)s」の部署を決め直す") % {"name": system.shown_name},
            _("部署の廃止"),
            reverse("inventory:step", args=[system.pk, "people"]),
            min(departments[pk].closed_on or day for pk in named if pk in departments),
        )


def find_systems(request: HttpRequest, text: str) -> Iterable[search.Hit]:
    person: Person = request.user  # type: ignore[assignment]  # who_may lets only a person in
    table, rows = lists.systems_table(), queries.with_code(queries.visible_systems(person))
    for word in text.split():
        rows = rows.filter(search.containing(word, table.search))
    for one in rows.order_by("number")[:20]:
        yield search.Hit(f"{one.code} {one.shown_name}", lists.system_url(one), str(lists.stage_label(one)))


def find_datasets(request: HttpRequest, text: str) -> Iterable[search.Hit]:
    rows = queries.visible_datasets(request.user)  # type: ignore[arg-type]  # who_may lets only a person in
    for word in text.split():
        rows = rows.filter(search.containing(word, ("name", "collected_where")))
    for one in rows.distinct()[:20]:
        yield search.Hit(one.name, reverse("inventory:dataset", args=[one.pk]), str(one.get_use_display()))


def all_scopes(town: Municipality) -> Iterable[scopes.ScopeFacts]:
    """Systems that are registered and not retired."""
    for one in queries.registered(town).select_related("owner", "provider_department"):
        yield scopes.ScopeFacts(
            ScopeKind.SYSTEM,
            one.pk,
            one.shown_name,
            lists.system_url(one),
            one.owner,
            one.provider_department,
            one.provider_department,
        )


def past_scopes(town: Municipality) -> Iterable[tuple[int, str]]:
    """Systems that were retired."""
    rows = AISystem.objects.of(town).filter(stage=Stage.RETIRED)
    for one in rows.only("number", "name", "name_en"):
        yield one.pk, bracketed(one.shown_name, Stage.RETIRED.label)


def may_see_scope(person: Person, pk: int) -> bool:
    return queries.visible_systems(person).filter(pk=pk).exists()


def visible_scopes(person: Person) -> Iterable[int] | None:
    if queries.reads_everything(person):
        return None
    return queries.visible_systems(person).values_list("pk", flat=True)


def unfinished(request: HttpRequest) -> int:
    """Drafts that this person began."""
    mine = AISystem.objects.filter(made_by=request.user.pk, registered_at__isnull=True)
    return mine.count()


def overdue_datasets(request: HttpRequest) -> int:
    """The person's datasets past their review date."""
    return queries.overdue(Dataset.objects.filter(owner=request.user.pk)).count()


def remaining(system: AISystem) -> Iterable[remains.Remain]:
    """Findings that are still open, and datasets that no other system in use needs."""
    for finding in open_findings(system.municipality, ScopeKind.SYSTEM, system.pk):
        words = gettext("指摘「%(title)s」が終わっていません。") % {"title": finding.shown_title}
        yield remains.Remain(words, reverse("evidence:finding", args=[finding.pk]))
    others = AISystem.objects.of(system.municipality).exclude(pk=system.pk).exclude(stage=Stage.RETIRED)
    for dataset in system.datasets.filter(retired_on__isnull=True).exclude(systems__in=others):
        words = gettext("データセット「%(name)s」を使うAIが、ほかにありません。") % {"name": dataset.name}
        yield remains.Remain(words, reverse("inventory:dataset", args=[dataset.pk]))


def register_all() -> None:
    """Called once, when Django starts."""
    remains.register(remaining)
    dependents.register_work(in_departments)
    succession.register(
        succession.Keeper("inventory.aisystem", _("AIシステム"), _systems_of, _pass_on_system)
    )
    succession.register(
        succession.Keeper("inventory.dataset", _("データセット"), _datasets_of, _pass_on_dataset)
    )
    _keep("inventory.aisystem:owner", owned_systems, _give_system)
    _keep("inventory.dataset:owner", owned_datasets, _give_dataset)
    waiting.register(tasks)
    search.register(_("AIシステム"), find_systems)
    search.register(_("データセット"), find_datasets)
    scopes.register(scopes.Source(ScopeKind.SYSTEM, all_scopes, may_see_scope, visible_scopes, past_scopes))
    navigation.register(
        navigation.Link(
            "inventory",
            _("AIシステム"),
            "inventory:systems",
            "inventory.view",
            order=10,
            count=unfinished,
            about=_("団体が使うAIの一覧。登録し、責任者と状態を確かめる。"),
        )
    )
    navigation.register(
        navigation.Link(
            "inventory",
            _("データセット"),
            "inventory:datasets",
            "inventory.view_dataset",
            order=40,
            count=overdue_datasets,
            about=_("AIに使うデータの出どころ、内容、見直しの期限。"),
        )
    )
    words.add_actions(
        {
            "inventory.draft_started": _("登録を始めた"),
            "inventory.draft_saved": _("下書きを保存した"),
            "inventory.draft_discarded": _("下書きを削除した"),
            "inventory.registered": _("AIシステムを登録した"),
            "inventory.changed": _("登録内容を変更した"),
            "inventory.owner_set": _("AIサービス責任者を決めた"),
            "inventory.departments_handed_on": _("引継ぎ先の部署に移した"),
            "inventory.stage_changed": _("段階を変えた"),
            "inventory.verified": _("検証の結果を登録した"),
            "inventory.pilot_recorded": _("実証の結果を登録した"),
            "inventory.imported": _("AIシステムを取り込んだ"),
            "inventory.datasets_imported": _("データセットを取り込んだ"),
            "inventory.dataset_added": _("データセットを登録した"),
            "inventory.dataset_changed": _("データセットを変更した"),
            "inventory.dataset_retired": _("データセットの使用をやめた"),
            "inventory.dataset_owner_set": _("データの管理責任者を決めた"),
        }
    )
    words.add_kinds({"inventory.aisystem": _("AIシステム"), "inventory.dataset": _("データセット")})
