"""Who has no business with a thing never reaches it, whatever page or form they ask for.

The sample town is loaded once, and every staff address with a parameter is asked for with the town's own rows by
somebody of another town who holds every role there, by a visitor who is not signed in, and by staff of a department
that has nothing to do with AI. A new address is covered by itself; one whose parameter :data:`FILL` cannot fill fails.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from kijun.governance.access.models import Grant, GrantKey, Purpose, Stop, Upstream
from kijun.governance.access.models import Model as AiModel
from kijun.governance.accounts.models import Person, Posting, RoleGrant, Transfer, TransferLine
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.models import Approval, Route
from kijun.governance.assessments.models import Assessment, Assignment, Cycle
from kijun.governance.audit.models import Entry as TrailEntry
from kijun.governance.chat.models import (
    Attachment,
    Collection,
    Conversation,
    Document,
    DocumentVersion,
    Prompt,
    Turn,
)
from kijun.governance.evidence import store
from kijun.governance.evidence.models import Finding, Item, PlanStep, ScopeKind, StoredFile
from kijun.governance.feedback.models import ImprovementRequest, Report
from kijun.governance.incidents.models import (
    Drill,
    Incident,
    Lesson,
    Notice,
    Playbook,
    PlaybookStep,
    Prevention,
    Step,
    Tied,
)
from kijun.governance.interactions import ledger
from kijun.governance.interactions.models import AccessReport, ImportRun, ImportTemplate
from kijun.governance.inventory.models import AISystem, Dataset
from kijun.governance.mandates.models import Body, Mandate, Meeting, Member, Plan, ResourceRequest
from kijun.governance.organisation.models import (
    ClosingDay,
    Department,
    DepartmentVersion,
    Municipality,
)
from kijun.governance.register.models import Publication
from kijun.governance.reviews.models import Label, Review
from kijun.governance.risks.models import RiskAssessment
from kijun.ledger.holding import holds_of
from kijun.sites import sample
from kijun.web.models import StagedImport
from tests import snapshots
from tests.conftest import make_department, make_person, make_town
from tests.sites.test_views_are_guarded import patterns

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
REFUSED = {403, 404, 405}
"""405: the address takes the other method alone, and says so before it looks at anything."""


class World(NamedTuple):
    town: Municipality
    outsider: Person
    clerk: Person
    """Staff of a department of the sample town that runs no AI and was asked nothing."""


Fill = Callable[[World, dict[str, Any]], list[Any]]


def rows(model: type[Model], **of: Any) -> Fill:
    """The first and the last row of the sample town."""

    def keys(world: World, _before: dict[str, Any]) -> list[Any]:
        found = model._base_manager.filter(municipality_id=world.town.pk, **of).order_by("pk")
        pks = list(found.values_list("pk", flat=True))
        return sorted({pks[0], pks[-1]}) if pks else []

    return keys


def below(model: type[Model], key: str, field: str = "pk") -> Fill:
    """The rows of the thing that the address named before."""

    def keys(world: World, before: dict[str, Any]) -> list[Any]:
        found = model._base_manager.filter(municipality_id=world.town.pk, **{key: before["pk"]})
        return list(found.order_by("pk").values_list(field, flat=True))[:1]

    return keys


def words(*them: str) -> Fill:
    return lambda _world, _before: list(them)


def held(world: World, _before: dict[str, Any]) -> list[Any]:
    """The sample's hold."""
    with ledger.reading() as book:
        return [one.id for one in holds_of(book, world.town.code)]


def held_record(world: World, _before: dict[str, Any]) -> list[Any]:
    """The interaction that it is on."""
    with ledger.reading() as book:
        return [one.interaction for one in holds_of(book, world.town.code)]


def last_entry(world: World, _before: dict[str, Any]) -> list[Any]:
    """The other town's trail is shorter: no entry of its own has this number."""
    return [
        TrailEntry.objects.filter(chain__key=world.town.chain)
        .order_by("-seq")
        .values_list("seq", flat=True)[0]
    ]


FILL: dict[str, Fill] = {
    "access/grants/<int:pk>": rows(Grant, keys__isnull=False),
    "access/grants/<int:pk>/keys/<int:key>": below(GrantKey, "grant"),
    "access/models/<int:pk>": rows(AiModel),
    "access/purposes/<int:pk>": rows(Purpose),
    "access/stops/<int:pk>": rows(Stop),
    "access/upstreams/<int:pk>": rows(Upstream),
    "approvals/<int:pk>": rows(Approval),
    "approvals/<int:pk>/steps/<int:step>": lambda _world, before: [
        Approval.objects.get(pk=before["pk"]).steps.all()[0].pk
    ],
    "approvals/routes/<int:pk>": rows(Route),
    "assessments/<int:pk>": rows(Assessment),
    "assessments/<int:pk>/controls/<str:control_id>": below(Assessment, "pk", "answers__control_id"),
    "assessments/<int:pk>/principles/<str:principle>": words("6"),
    "assessments/cycles/<int:pk>": rows(Cycle),
    "assessments/systems/<int:system_id>": rows(AISystem),
    "assessments/work/<int:pk>": rows(Assignment),
    "chat/<uuid:pk>": rows(Conversation),
    "chat/<uuid:pk>/export/<slug:form>": words("md"),
    "chat/answers/<str:interaction>": lambda world, _before: list(
        Turn.objects.filter(conversation__municipality=world.town).values_list("interaction", flat=True)[:1]
    ),
    "chat/answers/<str:interaction>/<int:number>": words("1"),
    "chat/attach/<int:grant>": rows(Grant, person__isnull=False),
    "chat/attachments/<int:pk>": rows(Attachment),
    "chat/documents/<int:pk>": rows(Document),
    "chat/documents/<int:pk>/<int:number>": below(DocumentVersion, "document", "number"),
    "chat/documents/<int:pk>/<int:number>/<int:passage>": words("1", "2"),
    "chat/documents/collections/<int:pk>": rows(Collection),
    "chat/draft/<int:grant>": rows(Grant, person__isnull=False),
    "chat/look/<int:grant>": rows(Grant, person__isnull=False),
    "chat/new/<int:grant>": rows(Grant, person__isnull=False),
    "chat/prompts/<int:pk>": rows(Prompt),
    "chat/send/<int:grant>": rows(Grant, person__isnull=False),
    "chat/stream/<int:grant>": rows(Grant, person__isnull=False),
    "departments/<int:pk>": rows(Department),
    "departments/closing-days/<int:pk>": rows(ClosingDay),
    "departments/import/<int:pk>": rows(StagedImport, kind="organisation.departments"),
    "departments/versions/<int:pk>": rows(DepartmentVersion),
    "evidence/<int:pk>": rows(Item, scope_kind=ScopeKind.SYSTEM, file__isnull=False),
    "evidence/findings/<int:pk>": rows(Finding, steps__isnull=False),
    "evidence/findings/<int:pk>/steps/<int:step>": below(PlanStep, "finding"),
    "feedback/answers/<str:interaction>": lambda world, _before: [
        Report.objects.filter(municipality=world.town).exclude(interaction="")[0].interaction
    ],
    "feedback/new/<int:pk>": rows(AISystem),
    "feedback/reports/<int:pk>": rows(Report),
    "feedback/requests/<int:pk>": rows(ImprovementRequest),
    "feedback/requests/<int:pk>/file/<slug:kind>": words("pdf"),
    "incidents/drills/<int:pk>": rows(Drill),
    "incidents/lessons/<int:pk>": rows(Lesson),
    "incidents/one/<int:pk>": rows(Incident),
    "incidents/one/<int:pk>/material/<int:tied>": below(Tied, "incident"),
    "incidents/one/<int:pk>/notices/<int:notice>": below(Notice, "incident"),
    "incidents/one/<int:pk>/preventions/<int:prevention>": below(Prevention, "incident"),
    "incidents/one/<int:pk>/steps/<int:step>": below(Step, "incident"),
    "incidents/plans/<int:pk>": rows(AISystem),
    "incidents/playbook/<int:pk>": rows(Playbook),
    "incidents/playbook/<int:pk>/steps/<int:step>": below(PlaybookStep, "playbook"),
    "incidents/report/<str:interaction>": held_record,
    "mandates/bodies/<int:pk>": rows(Body),
    "mandates/meetings/<int:pk>": rows(Meeting),
    "mandates/members/<int:pk>": rows(Member),
    "mandates/people/<int:pk>": rows(Mandate),
    "mandates/plans/<int:pk>": rows(Plan),
    "mandates/requests/<int:pk>": rows(ResourceRequest),
    "people/<int:pk>": rows(Person),
    "people/import/<int:pk>": rows(StagedImport, kind="accounts.people"),
    "people/postings/<int:pk>": rows(Posting),
    "people/roles/<int:pk>": rows(RoleGrant),
    "people/transfers/<int:pk>": rows(Transfer),
    "people/transfers/<int:pk>/import/<int:staged_pk>": rows(StagedImport, kind="accounts.transfer_lines"),
    "people/transfers/lines/<int:pk>": rows(TransferLine),
    "records/holds/<str:hold>": held,
    "records/imports/<int:pk>": rows(ImportRun),
    "records/imports/templates/<int:pk>": rows(ImportTemplate),
    "records/one/<str:id>": held_record,
    "records/reports/<int:pk>": rows(AccessReport),
    "register/<int:pk>": rows(AISystem, register_entry__publications__isnull=False),
    "register/<int:pk>/edit/<slug:topic>": words("purpose"),
    "register/<int:pk>/versions/<int:version>": below(Publication, "entry__system", "version"),
    "reports/systems/<int:system_id>": rows(AISystem),
    "reports/systems/<int:system_id>/<slug:form>": words("pdf", "xlsx", "docx"),
    "reports/systems/<int:system_id>/controls/<slug:principle>": words("1", "6"),
    "reviews/<int:pk>": rows(Review),
    "reviews/labels/<int:pk>": rows(Label),
    "reviews/labels/<int:pk>/code.<str:kind>": words("svg", "png"),
    "reviews/use/<str:interaction>": lambda world, _before: [
        Review.objects.filter(municipality=world.town).order_by("pk")[0].interaction
    ],
    "risks/<int:pk>": rows(RiskAssessment),
    "risks/<int:pk>/edit/<slug:slug>": words("data", "use"),
    "risks/<int:pk>/ratings/<slug:principle>": words("p6"),
    "risks/systems/<int:system>": rows(AISystem),
    "systems/<int:pk>": rows(AISystem),
    "systems/<int:pk>/<slug:section>": words("history"),
    "systems/<int:pk>/edit/<slug:slug>": words("basics"),
    "systems/datasets/<int:pk>": rows(Dataset),
    "systems/datasets/import/<int:pk>": rows(StagedImport, kind="inventory.datasets"),
    "systems/import/<int:pk>": rows(StagedImport, kind="inventory.systems"),
    "trail/<int:seq>": last_entry,
}
"""Values for the parameter that an address ends with, by the address up to it."""

OF_NOBODY = {
    "assessments/catalog/controls/<str:control_id>": "the guideline, the same for every town",
    "assessments/catalog/crosswalk/<str:framework_id>": "the guideline, the same for every town",
    "evidence/add/<slug:kind>": "which form; what it is for stands in the query and is looked up there",
    "people/me/passkeys/<int:pk>": "the person's own; django-allauth looks among them alone",
    "reports/organisation/controls/<slug:principle>": "which principle; the report is that of the person's own town",
    "reports/organisation/<slug:form>": "which format; the report is that of the person's own town",
}
"""Parameters that name no row of a town."""

STARTS_ANEW = {
    "people/import/<int:pk>/": "a prepared import that is gone leads back to choosing a file, whosever it was"
}
"""Addresses that lead elsewhere instead of refusing."""

COLLEAGUES_READ = {
    "assessments/cycles/<int:pk>/": "a cycle is the whole town's; the page lists the assessments that one may see",
    "chat/documents/<int:pk>/": "reference documents are for everybody in the town hall to read",
    "chat/documents/<int:pk>/<int:number>/": "reference documents are for everybody in the town hall to read",
    "chat/documents/<int:pk>/<int:number>/<int:passage>/": "reference documents are for everybody in the town hall to read",
    "chat/documents/collections/<int:pk>/": "reference documents are for everybody in the town hall to read",
    "departments/<int:pk>/": "the departments of the town hall are known to everybody in it",
    "incidents/drills/<int:pk>/": "how to act, and what drills have shown, is for everybody in the town hall to know",
    "incidents/lessons/<int:pk>/": "published lessons are written for all staff",
    "incidents/playbook/<int:pk>/": "how to act, and what drills have shown, is for everybody in the town hall to know",
    "mandates/bodies/<int:pk>/": "who answers for AI is for everybody in the town hall to know",
    "mandates/people/<int:pk>/": "who answers for AI is for everybody in the town hall to know",
    "mandates/plans/<int:pk>/": "plans are public documents",
}
"""Pages of single things that every member of staff reads; that a form changes nothing there shows in the trail."""

COLLEAGUES_ANSWER = {
    "incidents/lessons/<int:pk>/read/": "whoever has read a lesson says so, of themselves alone"
}
"""Forms that every member of staff sends about themselves; they lead back to the page."""


def staff_routes() -> list[str]:
    return sorted({route.removeprefix("staff/") for route, _view in patterns() if route.startswith("staff/")})


def with_parameters() -> list[str]:
    """Every staff address with a parameter that names a row of a town."""
    found = [route for route in staff_routes() if PARAMETER.search(route)]
    return [route for route in found if not any(route.startswith(one) for one in OF_NOBODY)]


def addresses(route: str, world: World) -> list[str]:
    """The addresses of ``route`` filled with rows of the sample town."""
    filled: list[tuple[str, dict[str, Any]]] = [("", {})]
    end = 0
    for found in PARAMETER.finditer(route):
        prefix, name = route[: found.end()], found[1]
        if prefix not in FILL:
            pytest.fail(
                f"staff/{route}: say in FILL what stands for {found[0]}, or in OF_NOBODY that it names no row"
            )
        between = route[end : found.start()]
        filled = [
            (f"{text}{between}{value}", before | {name: value})
            for text, before in filled
            for value in FILL[prefix](world, before)
        ]
        end = found.end()
    assert filled, f"staff/{route}: the sample town has no row for it; make one in `world`"
    return [f"/staff/{text}{route[end:]}" for text, _before in filled]


def no_person(town: Municipality) -> Person:
    return Person.objects.filter(municipality=town).order_by("pk")[0]


def what_the_sample_lacks(town: Municipality) -> None:
    """Rows that the sample town has none of."""
    day = datetime.date(2031, 4, 1)
    person, department = no_person(town), Department.objects.filter(municipality=town)[0]
    ClosingDay.objects.create(municipality=town, day=day, name="開庁記念日")
    transfer = Transfer.objects.create(municipality=town, name="定期異動", effective_on=day, made_by=person)
    TransferLine.objects.create(municipality=town, transfer=transfer, person=person, to_department=department)
    for kind in (
        "organisation.departments",
        "accounts.people",
        "accounts.transfer_lines",
        "inventory.systems",
        "inventory.datasets",
    ):
        StagedImport.objects.create(
            kind=kind, municipality_id=town.pk, made_by_id=person.pk, target_id=transfer.pk
        )
    kept_file(town, person)
    talk = Conversation.objects.filter(municipality=town).order_by("pk")[0]
    Attachment.objects.create(
        municipality=town, person=talk.person, grant=talk.grant, kind="txt", size=3, digest="0" * 64
    )
    Stop.objects.create(municipality=town, scope=Stop.Scope.EVERYTHING, reason="点検", by=person)
    template = ImportTemplate.objects.create(
        municipality=town, name="ログ", system=AISystem.objects.filter(municipality=town)[0]
    )
    ImportRun.objects.create(municipality=town, template=template, filename="log.csv", made_by=person)
    mandate = Mandate.objects.filter(municipality=town)[0]
    ResourceRequest.objects.create(
        municipality=town, mandate=mandate, what="研修費", asked_on=day, asked_by=person
    )


def kept_file(town: Municipality, person: Person) -> None:
    """A file as evidence of the last system."""
    content = "検証の記録".encode()
    stored = StoredFile.objects.create(
        municipality=town,
        name="検証.txt",
        media_type="text/plain",
        size=len(content),
        sha256=store.write(town, content),
        uploaded_by=person,
    )
    Item.objects.create(
        municipality=town,
        scope_kind=ScopeKind.SYSTEM,
        scope_id=AISystem.objects.filter(municipality=town).order_by("-pk")[0].pk,
        control_id="P6.1.2",
        kind=Item.Kind.FILE,
        title="検証の記録",
        file=stored,
        as_of=timezone.now(),
        made_by=person,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder with the sample's ledger."""
    folder = tmp_path_factory.mktemp("data")
    if connection.vendor == "sqlite":
        snapshots.copy_sample(folder)
    yield folder
    ledger.close()


@pytest.fixture(autouse=True)
def its_ledger(files_in_tmp: None, settings: Any, data: Path) -> None:
    settings.HOME = data


@pytest.fixture(scope="module")
def world(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    data: Path,
) -> Iterator[World]:
    """The sample town, another town with one person who may everything there, and a clerk; gone after this module."""
    files: Path = tmp_path_factory.mktemp("files")
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), loaded(), transaction.atomic():
        with override_settings(KIJUN_FILES=files, PASSWORD_HASHERS=hashers, HOME=data, KIJUN_LEDGER_URL=""):
            if connection.vendor != "sqlite":
                sample.load()
            town = Municipality.objects.get(is_sample=True)
            what_the_sample_lacks(town)
            elsewhere = make_town("141003", "横浜市")
            outsider = make_person(
                elsewhere, "0002", "他市 八郎", make_department(elsewhere, "10", "DX推進課"), *Role
            )
            clerk = make_person(town, "8001", "別課 九子", make_department(town, "880", "会計課"), Role.STAFF)
            yield World(town, outsider, clerk)
        transaction.set_rollback(True)


@contextmanager
def loaded() -> Iterator[None]:
    """SQLite is given a copy of the sample that other tests, in other processes, are given as well."""
    with ExitStack() as stack:
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            stack.enter_context(snapshots.sample_in(connection.connection))
        yield


def signed_in_as(person: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def asked(client: Client, address: str) -> Iterator[tuple[str, Any]]:
    """What GET and POST answer."""
    yield f"GET {address}", client.get(address)
    yield f"POST {address}", client.post(address, {"revision": "1", "seen_revision": "1", "confirm": "1"})


def entries() -> int:
    return TrailEntry.objects.count()


@pytest.mark.django_db
@pytest.mark.usefixtures("menu_without_counts")
@pytest.mark.parametrize("route", with_parameters())
def test_another_town_is_not_there(world: World, route: str) -> None:
    client, before = signed_in_as(world.outsider), entries()

    for address in addresses(route, world):
        for what, response in asked(client, address):
            allowed = REFUSED | ({302} if route in STARTS_ANEW else set())
            assert response.status_code in allowed, f"{what} answered {response.status_code}"
            assert world.town.name not in response.content.decode(), f"{what} names the other town"

    assert entries() == before


@pytest.mark.django_db
@pytest.mark.parametrize("route", with_parameters())
def test_signed_out(client: Client, world: World, route: str) -> None:
    for address in addresses(route, world)[:1]:
        for what, response in asked(client, address):
            assert response.status_code in {302, 405}, f"{what} answered {response.status_code}"
            if response.status_code == 302:
                assert response["Location"].startswith(reverse("accounts:sign_in")), what


@pytest.mark.django_db
@pytest.mark.usefixtures("menu_without_counts")
@pytest.mark.parametrize("route", with_parameters())
def test_staff_of_another_department(world: World, route: str) -> None:
    client, before = signed_in_as(world.clerk), entries()

    for address in addresses(route, world):
        for what, response in asked(client, address):
            allowed = REFUSED | ({200} if route in COLLEAGUES_READ else set())
            allowed |= {302} if route in COLLEAGUES_ANSWER else set()
            assert response.status_code in allowed, f"{what} answered {response.status_code}"

    assert entries() == before


@pytest.mark.django_db
def test_a_cycle_names_no_system_of_another_department(world: World) -> None:
    page = signed_in_as(world.clerk)
    names = [one.name for one in AISystem.objects.filter(municipality=world.town)]
    for address in addresses("assessments/cycles/<int:pk>/", world):
        text = page.get(address).content.decode()
        assert not [name for name in names if name in text]


def test_what_is_left_out_exists() -> None:
    """An address that went away leaves the lists above."""
    routes = staff_routes()
    stale = [
        one for one in [*FILL, *OF_NOBODY, *COLLEAGUES_READ] if not any(r.startswith(one) for r in routes)
    ]
    assert not stale


@pytest.mark.django_db
@pytest.mark.usefixtures("menu_without_counts")
@pytest.mark.parametrize("number", ["9" * 300, "0", "9223372036854775808", "18446744073709551616"])
def test_numbers_that_no_row_has(world: World, number: str) -> None:
    """The outsider may everything in their own town, so that every view gets as far as its look-up."""
    client = signed_in_as(world.outsider)

    for route in with_parameters():
        address = "/staff/" + PARAMETER.sub(
            lambda found: number if found[0].startswith("<int") else "x", route
        )
        for what, response in asked(client, address):
            allowed = REFUSED | ({302} if route in STARTS_ANEW else set())
            assert response.status_code in allowed, f"{what} answered {response.status_code}"
