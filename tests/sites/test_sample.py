"""The sample town: what a newcomer finds in it, and that nothing of it stays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.cli.main import main
from kijun.governance.access import spending
from kijun.governance.access.models import Grant, PublishedSnapshot, Publisher
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.eligibility import steps_for
from kijun.governance.approvals.models import StepKind
from kijun.governance.assessments.models import Answer, Assessment, Cycle
from kijun.governance.audit.models import Chain, Entry
from kijun.governance.evidence.models import Finding, Item, Verdict
from kijun.governance.interactions import ledger
from kijun.governance.interactions.models import AccessReport
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.register.queries import published
from kijun.ledger.model import Kind, Query, Record, month_of
from kijun.sites import sample
from kijun.sites.sample import records
from kijun.sites.sample.content import CODE, content
from kijun.web.dates import fiscal_year, fiscal_year_label
from tests.conftest import make_department, make_person, make_town

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]  # loaded once, for all of them


def rows_by_model() -> dict[str, list[str]]:
    """Every row of every table, except what removing writes down: the installation's own chain, and what the gateway was given."""
    found: dict[str, list[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        rows = model._base_manager.order_by("pk")
        if model is Entry:
            rows = rows.exclude(chain__key="")
        elif model is Chain:
            rows = rows.exclude(key="")
        elif model in {Publisher, PublishedSnapshot}:
            continue
        found[model._meta.label] = [str(row) for row in rows.values()]
    return found


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[dict[str, Any]]:
    """A real town, then the sample beside it: loaded once for this module, undone at its end."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "KIJUN_FILES", tmp_path_factory.mktemp("files"))
        data = tmp_path_factory.mktemp("data")
        patch.setattr(settings, "HOME", data)
        patch.setattr(settings, "KIJUN_LEDGER_URL", "")
        patch.setattr(settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"])
        with transaction.atomic():
            town = make_town("131016", "千代田区")
            make_person(town, "0001", "管理 花子", make_department(town, "10", "総務課"), Role.ADMINISTRATOR)
            before = rows_by_model()
            lines = sample.load()
            yield {"lines": lines, "before": before, "town": town, "data": data}
            transaction.set_rollback(True)


@pytest.fixture
def loaded(story: dict[str, Any], db: None) -> Municipality:
    return Municipality.objects.get(code=CODE)


def test_it_works(loaded: Municipality, story: dict[str, Any], client: Client) -> None:
    """The printed lines let every role sign in, and every page says that this is a sample."""
    printed = [line.split() for line in story["lines"] if CODE in line]
    assert len(printed) == Person.objects.of(loaded).count()
    assert {row[0] for row in printed} == {str(role) for role in Role}
    for row in {row[0]: row for row in printed}.values():
        answer = client.post(
            reverse("accounts:sign_in"), {"municipality": CODE, "staff_number": row[2], "password": row[3]}
        )
        assert answer["Location"] == reverse("home"), row
        assert "見本" in client.get(reverse("home")).content.decode()
        client.post(reverse("accounts:sign_out"))


def test_what_a_newcomer_finds(loaded: Municipality) -> None:
    assert loaded.is_sample
    systems = AISystem.objects.of(loaded)
    assert set(systems.values_list("stage", flat=True)) == {"operation", "pilot"}
    assert systems.count() == 4
    assert Department.objects.of(loaded).exclude(parent=None).exists()
    roles = {role for person in Person.objects.of(loaded) for role in person.roles_today()}
    assert roles == set(Role)
    states = set(Assessment.objects.of(loaded).values_list("state", flat=True))
    assert {Assessment.State.CLOSED, Assessment.State.APPROVED, Assessment.State.IN_PROGRESS} <= states
    half = Answer.objects.of(loaded).filter(assessment__state=Assessment.State.IN_PROGRESS)
    assert half.filter(status="").exists()
    assert half.exclude(status="").exists()
    overdue = [one for one in Finding.objects.of(loaded).exclude(state="closed") if one.is_overdue]
    assert [one.control_id for one in overdue] == ["P4.1.3"]
    assert published(loaded).count() == 2


def test_its_people_have_used_ai(loaded: Municipality, story: dict[str, Any], settings: Any) -> None:
    """Records to look at, some masked, some stopped; one is held by hand and one for the open incident; last month's reports wait."""
    settings.HOME = story["data"]
    with ledger.reading() as book:
        found = book.search(Query(municipality=CODE, kinds=(Kind.INPUT,), limit=100)).records
        holds = [one for one in found if one.holds]
    assert len(found) >= 30
    assert {"allowed", "masked", "blocked", "to_confirm"} <= {one.verdict for one in found}
    assert len(holds) == 2
    assert all(one.system and one.purpose and (one.person or one.application) for one in found)
    assert AccessReport.objects.of(loaded).filter(acknowledged_at=None).count() >= 3
    used = {records.grant(loaded, number).pk for number in range(len(records.content()["records"]))}
    assert not Grant.objects.filter(pk__in=used, last_used_at=None), (
        "a grant's page does not contradict the records"
    )
    spent = _spent(found)
    again = records.tell(loaded)
    assert _spent(found) == spent, "told twice, it is counted once"
    with ledger.reading() as book:
        assert again == []
        assert len(book.search(Query(municipality=CODE, kinds=(Kind.INPUT,), limit=100)).records) == len(
            found
        )
    ledger.close()


def _spent(found: Sequence[Record]) -> dict[int, spending.Used]:
    """What the grants' pages say of this month, which is what the records say."""
    this_month = [one for one in found if month_of(one.at) == spending.month()]
    counted = Counter(int(one.grant) for one in this_month)
    spent = spending.used(Grant.objects.filter(pk__in={int(one.grant) for one in found}))
    assert spent is not None
    assert {key: one.requests for key, one in spent.items() if one.requests} == counted
    return spent


def test_nobody_claims_more_than_the_facts_show(loaded: Municipality) -> None:
    """実施済 beside automatic evidence that says otherwise would make the sample a bad example."""
    unmet = Item.objects.of(loaded).filter(
        kind=Item.Kind.AUTOMATIC, verdict=Verdict.UNMET, superseded_at=None
    )
    scopes = {(one.scope_kind, one.scope_id, one.control_id) for one in unmet}
    assert scopes, "some of it is not met"
    now = Answer.objects.of(loaded).exclude(assessment__state=Assessment.State.CLOSED)
    claimed = {
        (one.assessment.scope_kind, one.assessment.scope_id, one.control_id)
        for one in now.filter(status="done").select_related("assessment")
    }
    assert not scopes & claimed


def test_it_is_of_this_year(loaded: Municipality) -> None:
    year = fiscal_year(timezone.localdate())
    cycles = Cycle.objects.of(loaded)
    assert list(cycles.values_list("fiscal_year", flat=True)) == [year, year - 1]
    assert [fiscal_year_label(one.fiscal_year).partition("（")[2][:-1] for one in cycles] == [
        one.name.split()[0] for one in cycles
    ]
    assert "<" not in repr(content()), "every blank is filled"


def test_whoever_decides_finds_something_to_decide(loaded: Municipality) -> None:
    def waiting(role: Role) -> set[str]:
        people = [person for person in Person.objects.of(loaded) if role in person.roles_today()]
        return {step.kind for person in people for step in steps_for(person)}

    assert waiting(Role.APPROVER) == {StepKind.REVIEW, StepKind.DECIDE}  # texts made with AI end with them
    assert waiting(Role.EXECUTIVE) == {StepKind.DECIDE}


def test_what_a_layout_has_to_bear(loaded: Municipality) -> None:
    """A name outside the basic plane, a long name with a long title, a long name of a system."""
    people = Person.objects.of(loaded)
    assert people.filter(name__startswith="𠮷").exists()
    assert max(len(person.name) for person in people) > 12
    assert max(len(system.name) for system in AISystem.objects.of(loaded)) > 30


def test_a_second_load_repeats_no_password(loaded: Municipality, story: dict[str, Any]) -> None:
    again = "\n".join(sample.load())
    assert "kijun sample remove" in again
    assert not [row for row in story["lines"] if CODE in row and row.split()[3] in again]


def test_nothing_is_left_after_remove(
    loaded: Municipality, story: dict[str, Any], client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    row = next(line.split() for line in story["lines"] if CODE in line)
    form = {"municipality": CODE, "staff_number": row[2]}
    client.post(reverse("accounts:sign_in"), form | {"password": "wrong"})
    client.post(reverse("accounts:sign_in"), form | {"password": row[3]})
    assert Session.objects.count() == 1
    person = Person.objects.of(loaded).get(staff_number=row[2])
    Authenticator.objects.create(user=person, type="totp", data={})
    folder = Path(settings.KIJUN_FILES) / CODE
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evidence.pdf").write_bytes(b"%PDF-1.7")

    with django_capture_on_commit_callbacks(execute=True):
        assert sample.remove()

    assert not folder.exists()
    after = rows_by_model()
    assert {label for label in after if after[label] != story["before"][label]} == set()
    connection.check_constraints()
    assert client.get(reverse("home")).status_code == 302, "whoever was signed in is signed out"
    assert main(["audit", "verify"]) == 0
    assert not sample.remove()


def test_it_can_be_loaded_again(loaded: Municipality) -> None:
    sample.remove()
    assert sample.load()[0] == ""
    assert sample.is_loaded()
    assert not Municipality.objects.get(code="131016").is_sample


SHAPE = re.compile(r"\d+")
NO_PAGE = re.compile(r"/(pdf|xlsx|docx|sheet|template)/|format=|sign-out")


@pytest.mark.usefixtures("menu_without_counts")
@pytest.mark.parametrize("number", ["1001", "3001", "3002", "4002", "9001"])
def test_no_link_leads_to_a_closed_door(loaded: Municipality, client: Client, number: str) -> None:
    """Each of these people is offered only what that person may open: ten links of each kind, one page of each is read."""
    client.force_login(Person.objects.of(loaded).get(staff_number=number))
    waiting, seen = [("/staff/", "")], {"/staff/"}
    kinds, read, closed = Counter({"/staff/": 1}), set(), []
    while waiting:
        url, source = waiting.pop(0)
        response = client.get(url)
        if response.status_code >= 400:
            closed.append(f"{response.status_code} {url} on {source}")
        kind = SHAPE.sub("N", urlsplit(url).path)
        if kind in read or "text/html" not in response.get("Content-Type", ""):
            continue
        read.add(kind)
        for link in re.findall(r'<a [^>]*href="([^"]+)"', response.content.decode()):
            there = urldefrag(urljoin(url, link.replace("&amp;", "&")))[0]
            path = urlsplit(there).path
            kind = SHAPE.sub("N", path)
            if not there.startswith("/staff/") or NO_PAGE.search(there) or path in seen or kinds[kind] == 10:
                continue
            kinds[kind] += 1
            seen.add(path)
            waiting.append((there, url))
    assert len(kinds) > 30
    assert not closed, "\n".join(closed)


def test_a_key_may_be_made_before_the_records_are_told(
    loaded: Municipality, capsys: pytest.CaptureFixture[str]
) -> None:
    """The town is there before its records are: who made a key meanwhile broke the first start."""
    before = [records.grant(loaded, number).pk for number in range(len(records.content()["records"]))]
    assert main(["access", "grant", "create", "--sample"]) == 0
    assert main(["access", "grant", "create", "--sample"]) == 0
    assert capsys.readouterr().out.count("kj-") >= 2
    assert before == [records.grant(loaded, number).pk for number in range(len(before))]
    assert records.tell(loaded) == []
