"""人事異動 from the first line to the day on which it takes effect."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kijun.governance.accounts import actions, belongings, jobs, transfers, waiting
from kijun.governance.accounts.belongings import Belonging, Keeper
from kijun.governance.accounts.models import Person, Posting, RoleGrant, Transfer
from kijun.governance.accounts.roles import Role
from kijun.governance.accounts.transfer_links import closing_with_people
from kijun.governance.accounts.transfers import Choice
from kijun.governance.audit.models import Entry
from kijun.governance.organisation import actions as organisation
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.versions import Stale
from tests.conftest import START, make_department, make_person

TODAY = timezone.localdate()
DAY = TODAY + datetime.timedelta(days=30)
BEFORE = DAY - datetime.timedelta(days=1)


def on_day(monkeypatch: pytest.MonkeyPatch, day: datetime.date) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: day)


def posts(person: Person) -> list[tuple[str, datetime.date, datetime.date | None]]:
    rows = Posting.objects.filter(person=person).order_by("valid_from", "pk")
    return [(one.department.name, one.valid_from, one.valid_to) for one in rows]


def roles(person: Person, day: datetime.date) -> set[tuple[str, str | None]]:
    rows = RoleGrant.objects.on(day).filter(person=person)
    return {(one.role, one.department.name if one.department else None) for one in rows}


@pytest.fixture
def draft(administrator: Person, town: Municipality) -> Transfer:
    return transfers.draft_transfer(administrator, town, name="4月の異動", effective_on=DAY)


@pytest.fixture
def things() -> Iterator[dict[str, int]]:
    """Things by name with the person's key whose they are; registered as belongings."""
    kept: dict[str, int] = {}

    def find_many(people: Any) -> Iterator[tuple[int, Belonging]]:
        keys = {person.pk for person in people}
        for name, pk in kept.items():
            if pk in keys:
                yield pk, Belonging("test.thing", name, name, "責任者", "owner", "")

    def give(name: str, old: Person, new: Person, actor: Person) -> None:
        if kept[name] != old.pk:
            raise ValidationError("別の人が持っています")
        kept[name] = new.pk

    def find(person: Person) -> list[Belonging]:
        return [one for _pk, one in find_many([person])]

    before = dict(belongings._keepers)
    belongings.register(Keeper("test.thing:owner", find, give, find_many))
    yield kept
    belongings._keepers.clear()
    belongings._keepers.update(before)


def test_it_works(
    administrator: Person, draft: Transfer, staff: Person, approver: Person, tax: Department,
    neighbour: Person, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    transfers.add_line(
        administrator, draft, person=staff, to_department=tax, title="係長", roles=["approver", "staff"]
    )
    transfers.stage_transfer(administrator, draft)
    assert jobs.apply_transfers() == 0
    assert posts(staff) == [("介護保険課", START, None)]
    on_day(monkeypatch, DAY)
    assert jobs.apply_transfers() == 1
    assert jobs.apply_transfers() == 0
    assert posts(staff) == [("介護保険課", START, BEFORE), ("税務課", DAY, None)]
    assert roles(staff, BEFORE) == {("staff", "介護保険課")}
    assert roles(staff, DAY) == {("staff", "税務課"), ("approver", "税務課")}
    draft.refresh_from_db()
    assert (draft.state, draft.blocked) == ("effective", "")
    entry = Entry.objects.get(action="accounts.transferred")
    assert entry.thing_id == str(staff.pk)
    assert entry.detail["from"] == ["介護保険課"]
    assert Entry.objects.get(action="accounts.transfer_applied").actor_kind == "system"


def test_taking_it_back_leaves_nothing(
    administrator: Person, draft: Transfer, staff: Person, tax: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfers.add_line(administrator, draft, person=staff, to_department=tax, roles=["staff"])
    transfers.stage_transfer(administrator, draft)
    transfers.cancel_transfer(administrator, draft, reason="延期")
    on_day(monkeypatch, DAY)
    assert jobs.apply_transfers() == 0
    assert posts(staff) == [("介護保険課", START, None)]
    assert roles(staff, DAY) == {("staff", "介護保険課")}
    for action in (
        lambda: transfers.stage_transfer(administrator, draft),
        lambda: transfers.reopen_transfer(administrator, draft),
        lambda: transfers.apply_transfer(administrator, draft),
        lambda: transfers.cancel_transfer(administrator, draft, reason="x"),
    ):
        with pytest.raises(ValidationError, match="取消"):
            action()


def test_who_leaves_can_no_longer_sign_in(
    administrator: Person, town: Municipality, owner: Person, it_staff: Person
) -> None:
    gone = transfers.draft_transfer(administrator, town, name="退職", effective_on=TODAY)
    transfers.add_line(administrator, gone, person=owner, to_department=None, roles=["owner"])
    transfers.stage_transfer(administrator, gone)
    transfers.apply_transfer(administrator, gone)
    owner.refresh_from_db()
    assert not owner.is_active
    assert roles(owner, TODAY) == set()
    assert posts(owner)[0][2] == TODAY - datetime.timedelta(days=1)


def test_roles_for_the_whole_town(
    administrator: Person, draft: Transfer, it_staff: Person, owner: Person, tax: Department,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    transfers.add_line(
        administrator, draft, person=it_staff, to_department=tax, roles=["staff", "auditor", "it_staff"]
    )
    transfers.add_line(administrator, draft, person=owner, to_department=tax, roles=["staff"], end_wide=True)
    transfers.stage_transfer(administrator, draft)
    on_day(monkeypatch, DAY)
    jobs.apply_transfers()
    assert roles(it_staff, DAY) == {("staff", "税務課"), ("auditor", None), ("it_staff", None)}
    assert RoleGrant.objects.filter(person=it_staff, role=Role.IT_STAFF).count() == 1  # not doubled
    assert roles(owner, DAY) == {("staff", "税務課")}


def test_the_last_administrator_stays(administrator: Person, town: Municipality) -> None:
    gone = transfers.draft_transfer(administrator, town, name="退職", effective_on=TODAY)
    transfers.add_line(administrator, gone, person=administrator, to_department=None)
    transfers.stage_transfer(administrator, gone)
    assert jobs.apply_transfers() == 0
    gone.refresh_from_db()
    assert gone.state == "staged"
    assert "システム管理者が一人もいなくなります" in gone.blocked
    administrator.refresh_from_db()
    assert administrator.is_active
    assert len(posts(administrator)) == 1
    assert jobs.apply_transfers() == 0
    assert Entry.objects.filter(action="accounts.transfer_blocked").count() == 1  # told once
    assert any(str(task.title) == "発効できない「退職」を直す" for task in waiting.tasks(administrator))


def test_the_server_was_down_on_that_day(
    administrator: Person, draft: Transfer, staff: Person, tax: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfers.add_line(administrator, draft, person=staff, to_department=tax, roles=["staff"])
    transfers.stage_transfer(administrator, draft)
    on_day(monkeypatch, DAY + datetime.timedelta(days=3))
    assert jobs.apply_transfers() == 1
    assert posts(staff) == [("介護保険課", START, BEFORE), ("税務課", DAY, None)]
    assert roles(staff, DAY) == {("staff", "税務課")}


def test_a_post_that_begins_later_stands(
    administrator: Person, draft: Transfer, staff: Person, welfare: Department, tax: Department,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Nobody has two main posts on one day."""
    later = DAY + datetime.timedelta(days=90)
    actions.post_person(administrator, staff, welfare, valid_from=later)
    transfers.add_line(administrator, draft, person=staff, to_department=tax, roles=["staff"])
    transfers.stage_transfer(administrator, draft)
    on_day(monkeypatch, DAY)
    jobs.apply_transfers()
    assert posts(staff) == [
        ("介護保険課", START, BEFORE),
        ("税務課", DAY, later - datetime.timedelta(days=1)),
        ("福祉部", later, None),
    ]


def test_one_that_fails_holds_no_other_up(
    administrator: Person, town: Municipality, draft: Transfer, staff: Person, neighbour: Person,
    tax: Department, welfare: Department, things: dict[str, int], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    things["議事録AI"] = staff.pk
    line = transfers.add_line(administrator, draft, person=staff, to_department=tax, roles=["staff"])
    choice = Choice(line, "test.thing", "owner", "議事録AI", "議事録AI", successor=neighbour)
    transfers.choose_handovers(administrator, draft, [choice])
    transfers.stage_transfer(administrator, draft)
    other = transfers.draft_transfer(administrator, town, name="別", effective_on=DAY)
    transfers.add_line(administrator, other, person=neighbour, to_department=welfare, roles=["staff"])
    transfers.stage_transfer(administrator, other)

    def fail(*_: object) -> None:
        raise RuntimeError("an app below is broken")

    monkeypatch.setattr(belongings, "hand_over", fail)
    on_day(monkeypatch, DAY)
    assert jobs.apply_transfers() == 1
    draft.refresh_from_db()
    assert "思わぬ誤り" in draft.blocked
    assert posts(staff) == [("介護保険課", START, None)], "nothing half done"
    assert posts(neighbour)[-1][:2] == ("福祉部", DAY)


# --- 組織改正 on the same day ---------------------------------------------------------------------


def test_a_department_closes_on_the_day_on_which_its_people_move(
    administrator: Person, draft: Transfer, staff: Person, care: Department, tax: Department,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    transfers.add_line(administrator, draft, person=staff, to_department=tax, roles=["staff"])
    with pytest.raises(ValidationError, match="介護 三郎"):  # only a draft
        organisation.close_department(administrator, care, closed_on=DAY, reason="統合")
    transfers.stage_transfer(administrator, draft)
    with pytest.raises(ValidationError, match="介護 三郎"):  # the day before, people are still there
        organisation.close_department(administrator, care, closed_on=BEFORE, reason="統合")
    organisation.close_department(administrator, care, closed_on=DAY, reason="統合")
    on_day(monkeypatch, DAY)
    assert jobs.apply_transfers() == 1
    assert posts(staff) == [("介護保険課", START, BEFORE), ("税務課", DAY, None)]
    assert list(closing_with_people(administrator)) == []


def test_who_is_left_in_a_closing_department_waits_for_the_administrator(
    administrator: Person, draft: Transfer, staff: Person, care: Department, tax: Department,
    outsider: Person, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    transfers.add_line(administrator, draft, person=staff, to_department=tax, roles=["staff"])
    transfers.stage_transfer(administrator, draft)
    organisation.close_department(administrator, care, closed_on=DAY, reason="統合")

    def waits(person: Person) -> list[str]:
        return [str(task.title) for task in closing_with_people(person)]

    transfers.cancel_transfer(administrator, draft, reason="延期")
    assert waits(administrator) == [], "it is too early to say"
    on_day(monkeypatch, DAY - datetime.timedelta(days=7))
    assert waits(administrator) == ["廃止する「介護保険課」に残る職員と役割を移す"]
    assert waits(staff) == waits(outsider) == []
    again = transfers.draft_transfer(administrator, care.municipality, name="やり直し", effective_on=DAY)
    transfers.add_line(administrator, again, person=staff, to_department=tax, roles=["staff"])
    transfers.stage_transfer(administrator, again)
    assert waits(administrator) == []


# --- what would be left ---------------------------------------------------------------------------


def test_things_must_be_handed_over(
    administrator: Person, draft: Transfer, staff: Person, neighbour: Person, tax: Department,
    things: dict[str, int], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    things.update({"議事録AI": staff.pk, "税務AI": neighbour.pk})
    line = transfers.add_line(administrator, draft, person=staff, to_department=tax, roles=["staff"])
    found = transfers.review(draft)
    assert [one.belonging.label for one in found.unsettled] == ["議事録AI"]
    with pytest.raises(ValidationError, match="1件あります"):
        transfers.stage_transfer(administrator, draft)
    choice = Choice(line, "test.thing", "owner", "議事録AI", "議事録AI", successor=neighbour)
    transfers.choose_handovers(administrator, draft, [choice])
    assert transfers.review(draft).open == 0
    transfers.stage_transfer(administrator, draft)
    on_day(monkeypatch, DAY)
    jobs.apply_transfers()
    assert things["議事録AI"] == neighbour.pk
    assert Entry.objects.get(action="accounts.transfer_applied").detail["handed_over"] == 1


def test_the_person_may_go_on_with_it(
    administrator: Person, draft: Transfer, staff: Person, tax: Department, things: dict[str, int]
) -> None:
    things["議事録AI"] = staff.pk
    line = transfers.add_line(administrator, draft, person=staff, to_department=tax, roles=["staff"])
    choice = Choice(line, "test.thing", "owner", "議事録AI", "議事録AI", keeps=True)
    transfers.choose_handovers(administrator, draft, [choice])
    assert transfers.review(draft).open == 0
    line.to_department = None  # who leaves cannot
    line.save()
    assert transfers.review(draft).open == 1
    undecided = Choice(line, "test.thing", "owner", "議事録AI", "議事録AI")
    transfers.choose_handovers(administrator, draft, [undecided])
    assert transfers.review(draft).left[0].handover is None


def test_a_reason_lets_it_go_on(
    administrator: Person, town: Municipality, staff: Person, tax: Department, things: dict[str, int]
) -> None:
    things["議事録AI"] = staff.pk
    now = transfers.draft_transfer(administrator, town, name="異動", effective_on=TODAY)
    transfers.add_line(administrator, now, person=staff, to_department=tax, roles=["staff"])
    with pytest.raises(ValidationError):
        transfers.stage_transfer(administrator, now, leftover_reason="　 ")
    transfers.stage_transfer(administrator, now, leftover_reason="後任は来週決まる")
    transfers.apply_transfer(administrator, now)
    told = Entry.objects.get(action="accounts.transfer_applied").detail
    assert told["left"] == ["議事録AI（責任者）"]
    assert told["reason"] == "後任は来週決まる"


def test_what_came_after_staging_holds_the_job_up(
    administrator: Person, draft: Transfer, staff: Person, tax: Department, things: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    transfers.add_line(administrator, draft, person=staff, to_department=tax, roles=["staff"])
    transfers.stage_transfer(administrator, draft)
    things["新しいAI"] = staff.pk
    on_day(monkeypatch, DAY)
    assert jobs.apply_transfers() == 0
    draft.refresh_from_db()
    assert "1件あります" in draft.blocked
    transfers.apply_transfer(administrator, draft, leftover_reason="本人が兼ねる")
    draft.refresh_from_db()
    assert (draft.state, draft.blocked) == ("effective", "")


def test_a_department_that_loses_its_only_approver(
    administrator: Person, draft: Transfer, staff: Person, approver: Person, neighbour: Person,
    welfare: Department, tax: Department,
) -> None:  # fmt: skip
    line = transfers.add_line(
        administrator, draft, person=approver, to_department=tax, roles=["staff", "approver"]
    )
    assert [one.name for one in transfers.review(draft).uncovered] == ["介護保険課"]
    transfers.add_line(
        administrator, draft, person=neighbour, to_department=welfare, roles=["approver"]
    )  # above the section: covers it
    assert transfers.review(draft).uncovered == []
    transfers.remove_line(administrator, line)
    assert transfers.review(draft).uncovered == []


def test_a_successor_who_leaves_too(
    administrator: Person, draft: Transfer, staff: Person, neighbour: Person, tax: Department,
    things: dict[str, int],
) -> None:  # fmt: skip
    things["議事録AI"] = staff.pk
    line = transfers.add_line(administrator, draft, person=staff, to_department=tax, roles=["staff"])
    transfers.add_line(administrator, draft, person=neighbour, to_department=None)
    choice = Choice(line, "test.thing", "owner", "議事録AI", "議事録AI", successor=neighbour)
    transfers.choose_handovers(administrator, draft, [choice])
    with pytest.raises(ValidationError, match="発令日にはいません"):
        transfers.stage_transfer(administrator, draft)
    own = Choice(line, "test.thing", "owner", "議事録AI", "議事録AI", successor=staff)
    with pytest.raises(ValidationError, match="本人"):
        transfers.choose_handovers(administrator, draft, [own])


# --- what is refused ------------------------------------------------------------------------------


def test_an_empty_transfer_and_one_before_its_day(
    administrator: Person, draft: Transfer, staff: Person, tax: Department
) -> None:
    with pytest.raises(ValidationError, match="対象の職員がいません"):
        transfers.stage_transfer(administrator, draft)
    transfers.add_line(administrator, draft, person=staff, to_department=tax)
    with pytest.raises(ValidationError, match="準備中"):
        transfers.apply_transfer(administrator, draft)
    with pytest.raises(Stale):
        transfers.stage_transfer(administrator, draft, seen_revision=99)
    transfers.stage_transfer(administrator, draft, seen_revision=0)
    with pytest.raises(ValidationError, match="発令日になっていません"):
        transfers.apply_transfer(administrator, draft)
    with pytest.raises(ValidationError, match="発効待ち"):
        transfers.add_line(administrator, draft, person=administrator, to_department=tax)


def test_a_person_moves_once(
    administrator: Person, town: Municipality, draft: Transfer, staff: Person, tax: Department
) -> None:
    transfers.add_line(administrator, draft, person=staff, to_department=tax)
    with pytest.raises(ValidationError, match="すでに入っています"):
        transfers.add_line(administrator, draft, person=staff, to_department=tax)
    transfers.stage_transfer(administrator, draft)
    other = transfers.draft_transfer(administrator, town, name="別", effective_on=DAY)
    transfers.add_line(administrator, other, person=staff, to_department=tax)
    with pytest.raises(ValidationError, match="4月の異動"):
        transfers.stage_transfer(administrator, other)


def test_a_department_that_is_gone_by_then(
    administrator: Person, town: Municipality, draft: Transfer, staff: Person
) -> None:
    closing = make_department(town, "90", "臨時課")
    transfers.add_line(administrator, draft, person=staff, to_department=closing)
    organisation.close_department(administrator, closing, closed_on=DAY, reason="終了")
    with pytest.raises(ValidationError, match="存在しない部署"):
        transfers.stage_transfer(administrator, draft)


def test_a_department_with_people_is_not_closed(
    administrator: Person, staff: Person, care: Department
) -> None:
    with pytest.raises(ValidationError, match="介護 三郎"):
        organisation.close_department(administrator, care, closed_on=DAY, reason="x")


def test_who_may_not(
    it_staff: Person, outsider: Person, administrator: Person, draft: Transfer, staff: Person,
    tax: Department, town: Municipality,
) -> None:  # fmt: skip
    for actor in (it_staff, outsider):
        with pytest.raises(PermissionDenied):
            transfers.draft_transfer(actor, town, name="x", effective_on=DAY)
        with pytest.raises(PermissionDenied):
            transfers.add_line(actor, draft, person=staff, to_department=tax)
        with pytest.raises(PermissionDenied):
            transfers.stage_transfer(actor, draft)
        with pytest.raises(PermissionDenied):
            transfers.cancel_transfer(actor, draft, reason="x")
    with pytest.raises(PermissionDenied):
        transfers.add_line(administrator, draft, person=outsider, to_department=tax)
    foreign = Department.objects.get(municipality=outsider.municipality)
    with pytest.raises(PermissionDenied):
        transfers.add_line(administrator, draft, person=staff, to_department=foreign)


# --- a third of the staff at once -----------------------------------------------------------------


def _many(town: Municipality, transfer: Transfer, count: int, old: Department, new: Department) -> None:
    from kijun.governance.accounts.models import TransferLine

    start = Person.objects.count()
    people = [make_person(town, f"9{start + n:04}", f"職員{n}", old, Role.STAFF) for n in range(count)]
    TransferLine.objects.bulk_create(
        TransferLine(municipality=town, transfer=transfer, person=one, to_department=new, roles=["staff"])
        for one in people
    )


def test_queries_do_not_grow_with_people(
    administrator: Person, town: Municipality, care: Department, tax: Department, things: dict[str, int]
) -> None:
    counts = []
    for count in (3, 30):
        transfer = transfers.draft_transfer(administrator, town, name=f"{count}", effective_on=TODAY)
        _many(town, transfer, count, care, tax)
        with CaptureQueriesContext(connection) as queries:
            transfers.stage_transfer(administrator, transfer)
            transfers.apply_transfer(administrator, transfer)
        counts.append(len(queries))
        assert Posting.objects.filter(department=tax).count() >= count
    assert counts[0] == counts[1]


def test_a_third_of_the_staff(
    administrator: Person, town: Municipality, care: Department, tax: Department
) -> None:
    transfer = transfers.draft_transfer(administrator, town, name="定期", effective_on=TODAY)
    _many(town, transfer, 400, care, tax)
    transfers.stage_transfer(administrator, transfer)
    transfers.apply_transfer(administrator, transfer)
    assert Posting.objects.on(TODAY).filter(department=tax).count() == 400
    assert Posting.objects.on(TODAY).filter(department=care).count() == 0
    assert Entry.objects.filter(action="accounts.transferred").count() == 400
