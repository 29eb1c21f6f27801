"""Two towns, their departments and people. ``town`` is where a test lives; ``other_town`` must never be seen."""

from __future__ import annotations

import datetime
import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.test import Client, TestCase, TransactionTestCase
from django.utils import translation

from kijun.governance.accounts.models import Person, Posting, RoleGrant, username
from kijun.governance.accounts.roles import Role
from kijun.governance.audit import triggers
from kijun.governance.audit.actions import open_chain
from kijun.governance.organisation.models import Department, DepartmentVersion, Municipality
from kijun.web.kana import kana_sort_key
from tests import snapshots

# Machines are shared: how long one example takes says nothing.
hypothesis.settings.register_profile("kijun", deadline=None)
hypothesis.settings.load_profile("kijun")

START = datetime.date(2024, 4, 1)


PAGES = re.compile(r"test_(\w+_)?(views|pages)(_\w+)?\.py|test_(outsiders|hostile)\.py")
"""Files of tests that ask for pages: what is refused, what a form answers, which words stand where."""
DATABASES_WORK = re.compile(
    r"^test_(it_works|the_whole_way)|search|filter|found|sort|order|queries|twice|first|at_the_end"
)
"""Names of tests of pages that run on PostgreSQL nevertheless: the ordinary day, and what is searched, filtered and put in order."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that ask the database are marked; those for which it matters which one are run a second time on PostgreSQL."""
    fixtures = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
    for item in items:
        asks = fixtures & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("django_db")
        if asks:
            item.add_marker("database")
            if needs_postgresql(item):
                item.add_marker("postgresql")


def needs_postgresql(item: pytest.Item) -> bool:
    """All but slow tests and those of pages; of these what the database itself does, and what commits (locks, races)."""
    if item.get_closest_marker("slow"):
        return False
    if not PAGES.fullmatch(item.path.name) or DATABASES_WORK.search(item.name.partition("[")[0]):
        return True
    marker = item.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction", False)
    return commits or "transactional_db" in getattr(item, "fixturenames", ())


@pytest.fixture(autouse=True)
def japanese() -> Iterator[None]:
    """Each test starts in Japanese, whatever language the last request of another test was answered in."""
    with translation.override("ja"):
        yield


@pytest.fixture(autouse=True)
def files_in_tmp(settings: Any, tmp_path: Path) -> None:
    """Nothing a test writes reaches the data folder."""
    settings.KIJUN_FILES = tmp_path / "files"
    settings.HOME = tmp_path / "data"
    settings.KIJUN_LEDGER_URL = ""  # a PostgreSQL under test has one ledger, a test has its own
    settings.KIJUN_LEDGER_FILES = ""
    settings.KIJUN_CHECKPOINT_FOLDERS = ()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """SQLite's test database is a file, as in a town hall: two writers wait for each other, which in memory they do not.

    It lies in memory where the machine has a place for that, and is there, migrated, before Django makes it.
    """
    if connection.vendor != "sqlite":
        yield
        return
    memory = "/dev/shm"  # noqa: S108 (a folder of our own is made in it)
    with tempfile.TemporaryDirectory(
        prefix="kijun-test-", dir=memory if os.access(memory, os.W_OK) else None
    ) as place:
        file = Path(place) / "kijun.sqlite3"
        with closing(sqlite3.connect(file)) as database:
            snapshots.fill(database)
        connection.settings_dict["TEST"]["NAME"] = str(file)
        yield


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """Django takes the file that is there instead of emptying it; its ``migrate`` then finds nothing to do."""
    return django_db_keepdb or connection.vendor == "sqlite"


@pytest.fixture(autouse=True, scope="session")
def triggers_step_aside() -> Iterator[None]:
    """A test that commits is cleaned up by emptying every table, which the trail's own triggers refuse."""
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(case: TransactionTestCase) -> None:
        if isinstance(case, TestCase):
            return empty(case)
        before = triggers.present(connection)
        triggers.drop(connection)
        empty(case)
        if before:
            triggers.create(connection)
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


def make_town(code: str, name: str) -> Municipality:
    town = Municipality.objects.create(code=code, name=name, kana=name)
    open_chain(code, name)
    return town


def make_department(town: Municipality, code: str, name: str, parent: Department | None = None) -> Department:
    path = (parent.path if parent else "") + code + "/"
    department = Department.objects.create(municipality=town, code=code, name=name, parent=parent, path=path)
    DepartmentVersion.objects.create(
        municipality=town, department=department, name=name, parent=parent, valid_from=START
    )
    return department


def make_person(
    town: Municipality, number: str, name: str, department: Department, *roles: Role, kana: str = ""
) -> Person:
    person = Person(
        municipality=town,
        staff_number=number,
        username=username(town.code, number),
        name=name,
        kana=kana,
        kana_sort="".join(map(str, kana_sort_key(kana))) if kana else "",
    )
    person.set_password("correct horse 1")
    person.save()
    Posting.objects.create(municipality=town, person=person, department=department, valid_from=START)
    for role in roles:
        scope = department if role in {Role.STAFF, Role.APPROVER} else None
        RoleGrant.objects.create(
            municipality=town, person=person, role=role, department=scope, valid_from=START
        )
    return person


@pytest.fixture
def town(db: None) -> Municipality:
    return make_town("131016", "千代田区")


@pytest.fixture
def other_town(db: None) -> Municipality:
    return make_town("141003", "横浜市")


@pytest.fixture
def it_department(town: Municipality) -> Department:
    return make_department(town, "10", "デジタル推進課")


@pytest.fixture
def welfare(town: Municipality) -> Department:
    return make_department(town, "20", "福祉部")


@pytest.fixture
def care(welfare: Department) -> Department:
    """A section below 福祉部."""
    return make_department(welfare.municipality, "21", "介護保険課", welfare)


@pytest.fixture
def tax(town: Municipality) -> Department:
    return make_department(town, "30", "税務課")


@pytest.fixture
def administrator(town: Municipality, it_department: Department) -> Person:
    return make_person(town, "0001", "管理 花子", it_department, Role.ADMINISTRATOR, kana="カンリ ハナコ")


@pytest.fixture
def it_staff(town: Municipality, it_department: Department) -> Person:
    return make_person(town, "0002", "情報 太郎", it_department, Role.IT_STAFF, kana="ジョウホウ タロウ")


@pytest.fixture
def owner(town: Municipality, it_department: Department) -> Person:
    return make_person(
        town, "0003", "責任 次郎", it_department, Role.OWNER, Role.STAFF, kana="セキニン ジロウ"
    )


@pytest.fixture
def staff(town: Municipality, care: Department) -> Person:
    return make_person(town, "0004", "介護 三郎", care, Role.STAFF, kana="カイゴ サブロウ")


@pytest.fixture
def approver(town: Municipality, care: Department) -> Person:
    return make_person(town, "0005", "上長 四郎", care, Role.APPROVER, kana="ジョウチョウ シロウ")


@pytest.fixture
def executive(town: Municipality, it_department: Department) -> Person:
    return make_person(town, "0006", "市長 五月", it_department, Role.EXECUTIVE, kana="シチョウ サツキ")


@pytest.fixture
def auditor(town: Municipality, it_department: Department) -> Person:
    return make_person(town, "0007", "監査 六実", it_department, Role.AUDITOR, kana="カンサ ムツミ")


@pytest.fixture
def neighbour(town: Municipality, tax: Department) -> Person:
    """Staff of another department of the same town."""
    return make_person(town, "0008", "税務 七海", tax, Role.STAFF, kana="ゼイム ナナミ")


@pytest.fixture
def outsider(other_town: Municipality) -> Person:
    """Somebody of another municipality, with every role there."""
    department = make_department(other_town, "10", "DX推進課")
    return make_person(other_town, "0002", "他市 八郎", department, *Role, kana="タシ ハチロウ")


@pytest.fixture
def client_of() -> Callable[[Person], Client]:
    """``client_of(person)``: a browser in which this person is signed in."""

    def make(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make
