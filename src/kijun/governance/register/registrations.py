"""What the register tells the apps below: a gate, a section of a system's page, a column, what waits, what is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.audit import words
from kijun.governance.inventory import columns, gates, panels, remains
from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.inventory.queries import visible_systems
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.governance.register import content, queries, showing, subject
from kijun.governance.register.fields import Words, spec
from kijun.governance.register.models import Entry, Kind
from kijun.governance.register.words import ui_language
from kijun.governance.reviews import public
from kijun.web import navigation, search
from kijun.web.tables import Column, Filter


def entry_url(system: AISystem) -> str:
    return reverse("register:entry", args=[system.pk])


def told_residents(system: AISystem) -> gates.Obstacle | None:
    """P7.2.1, U7.2.1: residents are told before first use, or it is decided why they are not."""
    if not (system.resident_facing or system.has_personal_data):
        return None
    if queries.current(system) is not None:
        return None
    return gates.Obstacle(
        gettext_lazy("公開台帳に載っていません。載せるか、公開しない理由の決裁を受けてください。"),
        entry_url(system),
    )


def state_of(state: str | None, kind: str | None, version: int | None) -> tuple[str, str]:
    """(words, tone) for a system's place in the register: what is in force comes before what is on its way."""
    labels = dict(Entry.State.choices)
    if kind == Kind.NOT_PUBLIC:
        return str(labels[Entry.State.NOT_PUBLIC]), "neutral"
    if kind == Kind.ENTRY:
        return _("公開中（第%(version)s版）") % {"version": version}, "success"
    if state == Entry.State.SUBMITTED:
        return str(labels[Entry.State.SUBMITTED]), "progress"
    if state == Entry.State.RETURNED:
        return str(labels[Entry.State.RETURNED]), "warning"
    if state:
        return str(labels[Entry.State(state)]), "neutral"
    return _("未作成"), "warning"


def revision_of(state: str | None, kind: str | None) -> str:
    """What is on its way while something else is in force; empty where nothing is."""
    if kind is None:
        return ""
    if state == Entry.State.SUBMITTED:
        return _("改訂を決裁中")
    return _("改訂は差し戻された") if state == Entry.State.RETURNED else ""


def _column_words(row: Any) -> tuple[str, str]:
    return state_of(row.entry_state, row.live_kind, row.live_version)


CHOICES = [
    ("published", gettext_lazy("公開中")),
    ("not_public", gettext_lazy("非公開")),
    ("open", gettext_lazy("公開も非公開も決まっていない")),
]


def by_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """Rows of :func:`queries.with_register` by :data:`CHOICES`."""
    if value == "open":
        return rows.filter(live_kind=None)
    return rows.filter(live_kind=Kind.ENTRY if value == "published" else Kind.NOT_PUBLIC)


def _panel(request: StaffRequest, system: AISystem) -> dict[str, Any]:
    entry = Entry.objects.filter(system=system).first()
    live = queries.current(system)
    label, tone = state_of(
        entry.state if entry else None, live.kind if live else None, live.version if live else None
    )
    return {
        "entry": entry,
        "live": live,
        "label": label,
        "tone": tone,
        "revision": revision_of(entry.state if entry else None, live.kind if live else None),
        "url": entry_url(system),
        "drift": [one.label.get(ui_language()) for one in content.drift(system, live)],
        "gaps": len(content.gaps(entry)) if entry else None,
    }


def _figure(request: StaffRequest, system: AISystem) -> panels.Figure | None:
    if system.is_draft:
        return None
    live = queries.current(system)
    if live is None:
        return panels.Figure(gettext_lazy("未公開"), url=entry_url(system), tone="warning")
    value = gettext_lazy("公開中") if live.kind == Kind.ENTRY else gettext_lazy("非公開")
    return panels.Figure(value, url=entry_url(system))


WORDS = {
    queries.RETURNED: gettext_lazy("公開台帳：差戻し"),
    queries.RETIRED: gettext_lazy("公開台帳：廃止を知らせる"),
    queries.UNDECIDED: gettext_lazy("公開台帳への掲載"),
    queries.REVIEW: gettext_lazy("公開台帳の見直し"),
}


VERBS = {
    queries.RETURNED: gettext_lazy("「%(name)s」の公開台帳の内容を直して、もう一度出す"),
    queries.RETIRED: gettext_lazy("「%(name)s」の廃止を住民に知らせる"),
    queries.UNDECIDED: gettext_lazy("「%(name)s」を公開台帳に載せるか決める"),
    queries.REVIEW: gettext_lazy("「%(name)s」の公開台帳の内容を見直す"),
}


def tasks(person: Person) -> Iterable[waiting.Task]:
    """One task a system, for its owner and for IT staff; what a drafter got back is told by approvals already."""
    for system, kind in queries.waiting_for(person):
        day = system.review_on if kind == queries.REVIEW else None  # type: ignore[attr-defined]  # annotated
        title = VERBS[kind] % {"name": system.shown_name}
        yield waiting.Task(title, WORDS[kind], entry_url(system), day)


def waiting_count(request: HttpRequest) -> int:
    """As many as :func:`tasks` tells of."""
    person: Any = request.user
    return len(queries.waiting_for(person))


def find(request: HttpRequest, text: str) -> Iterator[search.Hit]:
    """Entries by name or number, among the systems that the person sees."""
    person: Any = request.user
    if not person.has_perm("register.view"):
        return
    rows = visible_systems(person).filter(register_entry__isnull=False).select_related("register_entry")
    for word in text.split():
        digits = word.upper().removeprefix("AI-").lstrip("0")
        named = search.containing(word, ("name", "name_en"))
        rows = rows.filter(named | Q(number=int(digits)) if digits.isdecimal() and len(digits) < 7 else named)
    for system in rows[:20]:
        yield search.Hit(system.shown_name, entry_url(system), system.register_entry.get_state_display())


def remaining(system: AISystem) -> Iterator[remains.Remain]:
    """Residents still read that the system is used, until a new version or the withdrawal is decided."""
    live = queries.current(system)
    if live is None or live.fields.get("status") == Stage.RETIRED:
        return
    if live.kind == Kind.ENTRY:
        yield remains.Remain(gettext_lazy("公開台帳に、使用中のAIとして載っています。"), entry_url(system))
    else:
        yield remains.Remain(
            gettext_lazy("公開台帳に、公開していないAIとして数えられています。"), entry_url(system)
        )


def public_facts(system: AISystem) -> public.Public | None:
    """What was approved for publication of a system, for the labels of texts that it had a part in."""
    live = queries.current(system)
    if live is None or live.kind != Kind.ENTRY:
        return None
    language = showing.reader_language()
    told = {key: showing.value_of(live.fields, key, language) for key in LABEL_FIELDS}
    try:
        url = reverse("public:entry", args=[system.municipality.code, system.number])
    except NoReverseMatch:  # the residents' site is served elsewhere
        url = ""
    return public.Public(
        told["name"].text,
        url,
        showing.first_sentence(told["description"].text),
        told["who_decides"].text,
        told["objection"].text,
        told["contact"].text,
        told["description"].lang,
    )


LABEL_FIELDS = ("name", "description", "who_decides", "objection", "contact")


def register() -> None:
    """Called once, when Django starts."""
    public.register(public_facts)
    remains.register(remaining)
    subject.register()
    gates.register(
        "register",
        gettext_lazy("公開台帳に載せたか、公開しない理由を決めた"),
        (Stage.OPERATION, Stage.EXTENSION),
        told_residents,
    )
    panels.register(
        panels.Panel(
            "register",
            gettext_lazy("公開台帳"),
            "register/panel.html",
            _panel,
            order=80,
            permission="register.view",
        )
    )
    panels.register_figure(panels.FigureSource("register", gettext_lazy("公開台帳"), _figure, order=60))
    columns.register(
        columns.Extra(
            "register",
            Column(
                "register",
                gettext_lazy("公開台帳"),
                lambda row: _column_words(row)[0],
                tone=lambda row: _column_words(row)[1],
                hint=lambda row: revision_of(row.entry_state, row.live_kind),
            ),
            queries.with_register,
            filter=Filter("register", gettext_lazy("公開台帳"), lambda request: CHOICES, by_state),
            order=60,
        )
    )
    waiting.register(tasks)
    search.register(gettext_lazy("公開台帳"), find)
    navigation.register(
        navigation.Link(
            "publication",
            gettext_lazy("公開台帳"),
            "register:list",
            "register.view",
            order=10,
            count=waiting_count,
            about=gettext_lazy("住民に知らせるAIの説明を書き、公開する。"),
        )
    )
    _words()


def _read(text: Words) -> str:
    return text.get(ui_language())


_in_words = lazy(_read, str)


def _words() -> None:
    words.add_actions(
        {
            "register.started": gettext_lazy("公開台帳の下書きを始めた"),
            "register.saved": gettext_lazy("公開台帳の下書きを保存した"),
            "register.submitted": gettext_lazy("公開の決裁に提出した"),
            "register.taken_back": gettext_lazy("公開の決裁から戻った"),
            "register.published": gettext_lazy("公開台帳の版を決定した"),
            "register.withdrawn": gettext_lazy("公開を終了した"),
        }
    )
    words.add_kinds({"register.entry": gettext_lazy("公開台帳の記載")})
    codes = {one.key: spec().codes[one.codes] for one in spec().fields if one.typed and one.codes}
    words.add_values(
        "register.entry",
        {key: {code: _in_words(text) for code, text in known.items()} for key, known in codes.items()},
    )
    words.add_fields(
        {one.key: _in_words(one.label) for one in spec().fields if one.typed}
        | {"version": gettext_lazy("版"), "system": gettext_lazy("AIシステム")}
    )
