"""What reference documents tell the other apps: menu, what waits for their owners, what hangs on a person, words of the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.access import reading
from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.belongings import Belonging, Keeper
from kijun.governance.accounts.models import Person
from kijun.governance.audit import words
from kijun.governance.audit.actions import changes, record
from kijun.governance.chat import sources
from kijun.governance.chat.documents import actions, queries, subject
from kijun.governance.chat.documents.models import Collection, Document
from kijun.governance.organisation import dependents, succession
from kijun.governance.organisation.models import Department
from kijun.governance.reviews import sources as reviews
from kijun.web import navigation

COLLECTION, DOCUMENT = "chat.collection", "chat.document"
"""Kinds of what hangs on a person."""


def tasks(person: Person) -> Iterable[waiting.Task]:
    """Documents whose review is due within thirty days, or was."""
    today = timezone.localdate()
    for one in queries.due(person):
        assert one.current is not None
        late = one.current.overdue(today)
        title = gettext("文書「%(title)s」を見直す") % {"title": one.title}
        kind = gettext("参考文書の見直し（期限切れ）") if late else gettext("参考文書の見直し")
        yield waiting.Task(title, kind, reverse("chat:document", args=[one.pk]))


def in_departments(departments: Sequence[Department]) -> Iterable[tuple[int, str]]:
    """Collections that departments would leave behind when they are closed."""
    for one in Collection.objects.filter(department__in=departments):
        yield one.department_id, gettext("文書集「%(name)s」") % {"name": one.name}


def _of_closed(department: Department) -> Iterable[tuple[int, str]]:
    for one in Collection.objects.filter(department=department):
        yield one.pk, one.name


def _pass_on(actor: Person, pk: int, old: Department, new: Department) -> None:
    row = Collection.objects.select_related("municipality", "department").get(pk=pk, department=old)
    actions.pass_on_collection(actor, row, new)


def register_all() -> None:
    """Called once, when Django starts."""
    waiting.register(tasks)
    reading.register(queries.readings)
    reviews.register(sources.find)
    subject.register()
    dependents.register_work(in_departments)
    succession.register(succession.Keeper(COLLECTION, _("参考文書の文書集"), _of_closed, _pass_on))
    _keep(COLLECTION, _collections, Collection)
    _keep(DOCUMENT, _documents, Document)
    navigation.register(
        navigation.Link(
            "use",
            _("参考文書"),
            "chat:documents",
            "chat.use",
            order=30,
            about=_("AIが答えの根拠にする文書を登録し、見直す。"),
        )
    )
    navigation.register(
        navigation.Link(
            "settings",
            _("利用目的と参考文書"),
            "chat:reading",
            "chat.manage_collections",
            order=66,
            about=_("目的ごとに、AIが読む参考文書を選ぶ。"),
        )
    )
    words.add_actions(ACTIONS)
    words.add_kinds(KINDS)
    words.add_fields(FIELDS)


ACTIONS: dict[str, StrOrPromise] = {
    "chat.collection_made": _("文書集を作った"),
    "chat.collection_changed": _("文書集を直した"),
    "chat.document_uploaded": _("参考文書の版を登録した"),
    "chat.document_approved": _("参考文書の版を使い始めた"),
    "chat.document_withdrawn": _("参考文書を取り下げた"),
    "chat.document_handed_over": _("参考文書の管理を引き継いだ"),
    "chat.reading_saved": _("利用目的が使う文書集を決めた"),
}
KINDS: dict[str, StrOrPromise] = {
    "chat.collection": _("文書集"),
    "chat.document": _("参考文書"),
    "chat.documentversion": _("参考文書の版"),
    "reference_document": _("参考文書"),
}
FIELDS: dict[str, StrOrPromise] = {
    "open": _("庁内のどの利用目的からも使える"),
    "findings": _("見つかったもの"),
    "for_models": _("質問の前に、関係する箇所をAIに渡す"),
    "overdue": _("見直し期限を過ぎた文書も示す"),
    "collections": _("使う文書集"),
}


def _owned(rows: Iterable[Collection | Document], kind: str) -> Iterable[tuple[int, Belonging]]:
    role = _("文書集を管理する人") if kind == COLLECTION else _("参考文書を管理する人")
    page = "chat:collection" if kind == COLLECTION else "chat:document"
    for one in rows:
        yield (
            one.owner_id,
            Belonging(kind, str(one.pk), str(one), role, "owner", reverse(page, args=[one.pk])),
        )


def _collections(people: Sequence[Person]) -> Iterable[tuple[int, Belonging]]:
    return _owned(Collection.objects.filter(owner__in=people), COLLECTION)


def _documents(people: Sequence[Person]) -> Iterable[tuple[int, Belonging]]:
    return _owned(Document.objects.filter(owner__in=people), DOCUMENT)


def _give(model: type[Model]) -> Callable[[str, Person, Person, Person], None]:
    def give(thing_id: str, old: Person, new: Person, actor: Person) -> None:
        row = model._default_manager.select_related("municipality").get(pk=thing_id, owner=old)
        row.owner = new  # type: ignore[attr-defined]  # both kinds have an owner
        row.save(update_fields=["owner"])
        record(
            old.municipality.chain,
            actor,
            "chat.document_handed_over",
            row,
            changes({"owner": old}, {"owner": new}),
        )

    return give


def _keep(
    kind: str, find: Callable[[Sequence[Person]], Iterable[tuple[int, Belonging]]], model: type[Model]
) -> None:
    belongings.register(
        Keeper(f"{kind}:owner", lambda person: [one for _pk, one in find([person])], _give(model), find)
    )
