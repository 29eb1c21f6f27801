"""Departments through their versions."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.transfer_links import closing_with_work
from kijun.governance.audit.models import Entry
from kijun.governance.audit.refs import CONSOLE
from kijun.governance.organisation import actions, dependents, jobs, queries
from kijun.governance.organisation.models import Department, DepartmentVersion, Municipality
from kijun.web.versions import Stale

TODAY = timezone.localdate()
SOON = TODAY + datetime.timedelta(days=30)


def names(town: Municipality, day: datetime.date | None = None) -> list[tuple[int, str]]:
    return [(node.depth, node.name) for node in queries.tree(town, day)]


def on_day(monkeypatch: pytest.MonkeyPatch, day: datetime.date) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: day)


def test_it_works(administrator: Person, town: Municipality, care: Department, tax: Department) -> None:
    made = actions.add_department(
        administrator,
        town,
        code=" ２２ ",
        name="認定係",
        kana="にんていがかり",
        parent=care,
        valid_from=TODAY,
    )
    assert (made.code, made.kana, made.path) == ("22", "ニンテイガカリ", "20/21/22/")
    assert names(town) == [
        (0, "デジタル推進課"), (0, "福祉部"), (1, "介護保険課"), (2, "認定係"), (0, "税務課")
    ]  # fmt: skip
    assert (2, "認定係") not in names(town, TODAY - datetime.timedelta(days=1))
    entry = Entry.objects.get(action="organisation.department_added")
    assert (entry.thing_label, entry.actor_label) == ("認定係", administrator.name)


def test_renaming_today_keeps_the_history(administrator: Person, town: Municipality, tax: Department) -> None:
    actions.revise_department(administrator, tax, name="税務部", valid_from=TODAY, reason="組織改正")
    assert tax.name == "税務部"
    assert [(v.name, v.valid_to) for v in queries.versions(tax)] == [
        ("税務部", None),
        ("税務課", TODAY - datetime.timedelta(days=1)),
    ]
    # once more on the same day: corrected, not doubled
    actions.revise_department(administrator, tax, name="税務局", valid_from=TODAY, reason="訂正")
    assert len(queries.versions(tax)) == 2
    with pytest.raises(ValidationError, match="変更された項目"):
        actions.revise_department(administrator, tax, name="税務局", valid_from=TODAY, reason="同じ")


def test_moving_moves_the_subtree(
    administrator: Person, town: Municipality, welfare: Department, care: Department, tax: Department
) -> None:
    actions.revise_department(administrator, welfare, parent=tax, valid_from=TODAY, reason="統合")
    care.refresh_from_db()
    assert care.path == "30/20/21/"
    actions.revise_department(administrator, welfare, parent=None, valid_from=TODAY, reason="戻す")
    care.refresh_from_db()
    assert care.path == "20/21/"


def test_a_planned_change_waits_for_its_day(
    administrator: Person, town: Municipality, welfare: Department, care: Department, tax: Department,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    actions.revise_department(
        administrator, welfare, name="健康福祉部", parent=tax, valid_from=SOON, reason="改正"
    )
    assert jobs.apply_versions() == 0
    welfare.refresh_from_db()
    assert welfare.name == "福祉部"
    assert (1, "健康福祉部") in names(town, SOON)
    assert [(one.kind, one.name, one.parent) for one in queries.planned(town)] == [
        ("changes", "健康福祉部", "税務課")
    ]
    on_day(monkeypatch, SOON)
    assert jobs.apply_versions() == 2  # the department, and the one below by its path
    assert jobs.apply_versions() == 0
    care.refresh_from_db()
    welfare.refresh_from_db()
    assert (welfare.name, care.path) == ("健康福祉部", "30/20/21/")
    assert Entry.objects.filter(action="organisation.department_applied").count() == 2


def test_cycles_are_refused(
    administrator: Person, town: Municipality, welfare: Department, care: Department, tax: Department
) -> None:
    for parent in (welfare, care):
        with pytest.raises(ValidationError, match="自分自身"):
            actions.revise_department(administrator, welfare, parent=parent, valid_from=TODAY, reason="x")
    actions.revise_department(administrator, tax, parent=care, valid_from=SOON, reason="x")
    with pytest.raises(ValidationError, match="自分自身"):  # a cycle only from that day on
        actions.revise_department(administrator, welfare, parent=tax, valid_from=TODAY, reason="x")


def test_cancelling_a_planned_change(administrator: Person, town: Municipality, tax: Department) -> None:
    version = actions.revise_department(administrator, tax, name="収税課", valid_from=SOON, reason="x")
    with pytest.raises(ValidationError, match="予定された変更"):
        actions.revise_department(administrator, tax, name="別", valid_from=TODAY, reason="x")
    actions.cancel_version(administrator, version)
    assert [(v.name, v.valid_to) for v in queries.versions(tax)] == [("税務課", None)]
    with pytest.raises(ValidationError):
        actions.cancel_version(administrator, queries.versions(tax)[0])


def test_what_is_planned_begins_changes_or_closes(
    administrator: Person, town: Municipality, care: Department, tax: Department
) -> None:
    actions.close_department(administrator, care, closed_on=SOON, reason="統合")
    actions.revise_department(administrator, tax, name="収税課", valid_from=SOON, reason="改正")
    made = actions.add_department(administrator, town, code="40", name="こども部", valid_from=SOON)
    assert {(one.kind, one.name) for one in queries.planned(town)} == {
        ("closes", "介護保険課"), ("changes", "収税課"), ("begins", "こども部")
    }  # fmt: skip
    assert queries.beginning_later(town) == [made]
    assert not queries.exists_on(made, TODAY)
    assert queries.exists_on(made, SOON)
    assert not queries.exists_on(care, SOON)


def test_a_department_that_has_not_begun_can_be_taken_back(
    administrator: Person, town: Municipality, keeper: list[str]
) -> None:
    made = actions.add_department(administrator, town, code="40", name="こども部", valid_from=SOON)
    below = actions.add_department(
        administrator, town, code="41", name="保育課", parent=made, valid_from=SOON
    )
    first = made.versions.get()
    with pytest.raises(ValidationError, match="保育課"):
        actions.cancel_version(administrator, first)
    assert not actions.cancel_version(administrator, below.versions.get())
    keeper.append("異動する人")
    with pytest.raises(ValidationError, match="異動する人"):
        actions.cancel_version(administrator, first)
    keeper.clear()
    assert not actions.cancel_version(administrator, first)
    assert not Department.objects.filter(code__in=["40", "41"]).exists()
    told = Entry.objects.filter(action="organisation.department_plan_cancelled")
    assert [one.thing_label for one in told] == ["保育課", "こども部"]


def test_looking_for_a_department_keeps_what_stands_above(
    town: Municipality, care: Department, tax: Department
) -> None:
    tree = queries.tree(town)
    for words in ("介護", "２１", "かいご" if care.kana else "保険課"):
        assert [one.name for one in queries.search(tree, words)] == ["福祉部", "介護保険課"]
    assert queries.search(tree, "") == tree
    assert queries.search(tree, "ない") == []


@pytest.fixture
def keeper() -> Iterator[list[str]]:
    kept: list[str] = []
    source = lambda department, day: kept  # noqa: E731  a source of this test alone
    dependents.register(source)
    yield kept
    dependents._sources.remove(source)


def test_work_forbids_to_close_at_once_and_waits_until_a_day_to_come(
    administrator: Person, town: Municipality, care: Department, client_of: Callable[[Person], Client]
) -> None:
    source = lambda departments: [(care.pk, "AI-002 介護予防")] if care in departments else []  # noqa: E731  of this test alone
    dependents.register_work(source)
    try:
        with pytest.raises(ValidationError, match="AI-002"):
            actions.close_department(administrator, care, closed_on=TODAY, reason="改正")
        actions.close_department(administrator, care, closed_on=TODAY + datetime.timedelta(7), reason="改正")
        (task,) = closing_with_work(administrator)
        assert str(task.title) == f"廃止する「{care.name}」に残る仕事を移す"
        page = client_of(administrator).get(task.url).content.decode()
        assert "AI-002 介護予防" in page
        assert "ほかの部署に移す仕事" in page
    finally:
        dependents._work_sources.remove(source)
    assert not list(closing_with_work(administrator))


def test_closing(
    administrator: Person, town: Municipality, welfare: Department, care: Department, keeper: list[str]
) -> None:
    with pytest.raises(ValidationError, match="介護保険課"):
        actions.close_department(administrator, welfare, closed_on=SOON, reason="廃止")
    keeper.append("議事録作成支援")
    with pytest.raises(ValidationError, match="議事録作成支援"):
        actions.close_department(administrator, care, closed_on=SOON, reason="廃止")
    keeper.clear()
    actions.close_department(administrator, care, closed_on=SOON, reason="廃止")
    assert (1, "介護保険課") in names(town)
    assert (1, "介護保険課") not in names(town, SOON)
    with pytest.raises(ValidationError, match="上位の部署がありません"):  # it would lose its parent
        actions.add_department(administrator, town, code="99", name="係", parent=care, valid_from=TODAY)
    with pytest.raises(ValidationError, match="すでに"):
        actions.close_department(administrator, care, closed_on=SOON, reason="廃止")
    actions.reopen_department(administrator, care)
    assert (1, "介護保険課") in names(town, SOON)


@pytest.mark.parametrize("code", ["", "1/2", "課", "a b", "x" * 21])
def test_bad_codes(administrator: Person, town: Municipality, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        actions.add_department(administrator, town, code=code, name="x", valid_from=TODAY)
    assert "code" in caught.value.message_dict


def test_a_code_is_taken_once(administrator: Person, town: Municipality, tax: Department) -> None:
    with pytest.raises(ValidationError, match="すでに使われて"):
        actions.add_department(administrator, town, code="30", name="x", valid_from=TODAY)
    actions.add_department(administrator, town, code="b1", name="x", valid_from=TODAY)
    with pytest.raises(ValidationError, match="すでに使われて"):
        actions.add_department(administrator, town, code="B1", name="x", valid_from=TODAY)


def test_who_may_not(
    it_staff: Person, outsider: Person, town: Municipality, other_town: Municipality, tax: Department
) -> None:
    for actor in (it_staff, outsider):
        with pytest.raises(PermissionDenied):
            actions.add_department(actor, town, code="9", name="x", valid_from=TODAY)
        with pytest.raises(PermissionDenied):
            actions.revise_department(actor, tax, name="x", valid_from=TODAY, reason="x")
        with pytest.raises(PermissionDenied):
            actions.close_department(actor, tax, closed_on=SOON, reason="x")
        with pytest.raises(PermissionDenied):
            actions.change_municipality(actor, town, seen_revision=None, name="x")
    foreign = Department.objects.get(municipality=other_town)
    with pytest.raises(ValidationError, match="この団体の部署"):
        actions.add_department(CONSOLE, town, code="9", name="x", parent=foreign, valid_from=TODAY)


def test_a_stale_form(administrator: Person, tax: Department) -> None:
    actions.revise_department(administrator, tax, name="a", valid_from=TODAY, reason="x", seen_revision=0)
    with pytest.raises(Stale):
        actions.revise_department(administrator, tax, name="b", valid_from=TODAY, reason="x", seen_revision=0)
    assert DepartmentVersion.objects.filter(name="b").count() == 0


def test_the_tree_takes_one_query(
    town: Municipality, care: Department, tax: Department, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        queries.tree(town)


def test_founding(db: None) -> None:
    town = actions.found_municipality(CONSOLE, code="１３１０１６", name="千代田区")
    assert town.code == "131016"
    assert Entry.objects.get().action == "organisation.municipality_founded"
    with pytest.raises(ValidationError, match="すでに登録"):
        actions.found_municipality(CONSOLE, code="131016", name="千代田区")
    with pytest.raises(ValidationError, match="検査数字"):
        actions.found_municipality(CONSOLE, code="131017", name="千代田区")


def test_changing_the_town(administrator: Person, town: Municipality) -> None:
    actions.change_municipality(administrator, town, seen_revision=0, name="千代田", population=67000)
    town.refresh_from_db()
    assert (town.name, town.population, town.revision) == ("千代田", 67000, 1)
    with pytest.raises(Stale):
        actions.change_municipality(administrator, town, seen_revision=0, name="x")
