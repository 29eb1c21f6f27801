"""People, posts, roles: what actions allow, refuse, and tell the trail."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kijun.governance.accounts import actions
from kijun.governance.accounts.actions import people
from kijun.governance.accounts.models import Person, Posting, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.audit.models import Entry
from kijun.governance.audit.refs import CONSOLE
from kijun.governance.organisation import actions as organisation
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.versions import Stale

TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


def add(actor: Any, town: Municipality, department: Department, **more: Any) -> Person:
    values = {
        "staff_number": "00123",
        "name": "山田 花子",
        "kana": "やまだ ﾊﾅｺ",
        "department": department,
    } | more
    return actions.add_person(actor, town, **values)


def refusal(error: pytest.ExceptionInfo[ValidationError]) -> dict[str, Any]:
    return dict(error.value.message_dict)


def test_add_person(administrator: Person, town: Municipality, care: Department) -> None:
    person = add(administrator, town, care, title="主事", email="a@example.jp")
    assert (person.username, person.kana) == ("131016-00123", "ヤマダ　ハナコ")
    assert person.department == care
    assert not person.has_usable_password()
    entry = Entry.objects.get()
    assert (entry.action, entry.actor_id) == ("accounts.added", str(administrator.pk))
    assert entry.detail["after"]["staff_number"] == "00123"


@pytest.mark.parametrize(
    ("number", "kept"), [("００１２", "0012"), (" 12 3 ", "123"), ("ab-1", "AB-1"), ("0", "0")]
)
def test_numbers_are_normalised(
    administrator: Person, town: Municipality, care: Department, number: str, kept: str
) -> None:
    assert add(administrator, town, care, staff_number=number).staff_number == kept


@pytest.mark.parametrize("number", ["", "-1", "1/2", "あ", "1" * 21])
def test_poor_numbers(administrator: Person, town: Municipality, care: Department, number: str) -> None:
    with pytest.raises(ValidationError) as error:
        add(administrator, town, care, staff_number=number)
    assert "staff_number" in refusal(error)


def test_a_number_is_given_once_in_a_town(
    administrator: Person, town: Municipality, care: Department, staff: Person, outsider: Person
) -> None:
    with pytest.raises(ValidationError) as error:
        add(administrator, town, care, staff_number="０００４")
    assert "staff_number" in refusal(error)
    assert outsider.staff_number == "0002"


def test_sorted_by_kana(administrator: Person, town: Municipality, care: Department) -> None:
    names = ["ワダ　イチ", "アオキ　ニ", "ガモウ　サン", "カモ　ヨン", "", "カー　ゴ"]
    for place, kana in enumerate(names):
        add(administrator, town, care, staff_number=f"9{place}", name=f"名{place}", kana=kana)
    found = Person.objects.filter(staff_number__startswith="9").order_by("kana_sort")
    assert [person.kana for person in found] == [
        "アオキ　ニ",
        "カー　ゴ",
        "カモ　ヨン",
        "ガモウ　サン",
        "ワダ　イチ",
        "",
    ]


@pytest.mark.parametrize("who", ["it_staff", "staff", "outsider", "auditor"])
def test_only_administrators_of_the_town(
    request: Any, who: str, town: Municipality, care: Department, neighbour: Person
) -> None:
    actor = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        add(actor, town, care)
    with pytest.raises(PermissionDenied):
        actions.grant_role(actor, neighbour, Role.STAFF, valid_from=TODAY)
    with pytest.raises(PermissionDenied):
        actions.deactivate(actor, neighbour)
    assert not Entry.objects.exists()


def test_department_of_another_town(
    administrator: Person, outsider: Person, town: Municipality, staff: Person
) -> None:
    theirs = outsider.department
    assert theirs
    for act in (
        lambda: add(administrator, town, theirs),
        lambda: actions.grant_role(administrator, staff, Role.STAFF, department=theirs, valid_from=TODAY),
        lambda: actions.post_person(administrator, staff, theirs, valid_from=TODAY),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_update_person(administrator: Person, staff: Person) -> None:
    actions.update_person(
        administrator,
        staff,
        staff.revision,
        name="介護 花子",
        kana="カイゴ　ハナコ",
        email="",
        staff_number="77",
    )
    staff.refresh_from_db()
    assert (staff.name, staff.username) == ("介護 花子", "131016-77")
    assert Entry.objects.get().detail["before"]["name"] == "介護 三郎"


def test_stale_update(administrator: Person, staff: Person) -> None:
    seen = staff.revision
    actions.update_person(administrator, staff, seen, name="一", kana="", email="")
    with pytest.raises(Stale):
        actions.update_person(
            administrator, Person.objects.get(pk=staff.pk), seen, name="二", kana="", email=""
        )
    assert Person.objects.get(pk=staff.pk).name == "一"


def test_grant_and_end(administrator: Person, staff: Person, care: Department) -> None:
    grant = actions.grant_role(
        administrator, staff, "owner", department=care, valid_from=TODAY, valid_to=TODAY + DAY
    )
    assert Role.OWNER in staff.roles_today()
    actions.end_grant(administrator, grant, TODAY - DAY)
    assert Role.OWNER not in Person.objects.get(pk=staff.pk).roles_today()
    assert not RoleGrant.objects.filter(pk=grant.pk).exists(), "it never held"
    assert [entry.action for entry in Entry.objects.all()] == ["accounts.role_granted", "accounts.role_ended"]


def test_ended_grants_stay_as_history(administrator: Person, staff: Person) -> None:
    grant = staff.grants.get()
    actions.end_grant(administrator, grant, TODAY)
    assert Role.STAFF in staff.roles_today(), "the last day counts"
    grant.refresh_from_db()
    assert grant.valid_to == TODAY
    with pytest.raises(ValidationError):
        actions.end_grant(administrator, grant, TODAY + DAY)


def test_future_role_does_not_hold_yet(administrator: Person, staff: Person) -> None:
    actions.grant_role(administrator, staff, Role.AUDITOR, valid_from=TODAY + DAY)
    assert Role.AUDITOR not in Person.objects.get(pk=staff.pk).roles_today()


@pytest.mark.parametrize(
    ("role", "scoped", "first", "last", "field"),
    [
        (Role.AUDITOR, True, TODAY, None, "department"),
        (Role.OWNER, True, TODAY, TODAY - DAY, "valid_to"),
        (Role.STAFF, True, TODAY, None, "role"),
    ],
)
def test_refused_grants(
    administrator: Person,
    staff: Person,
    care: Department,
    role: Role,
    scoped: bool,
    first: Any,
    last: Any,
    field: str,
) -> None:
    with pytest.raises(ValidationError) as error:
        actions.grant_role(
            administrator, staff, role, department=care if scoped else None, valid_from=first, valid_to=last
        )
    assert field in refusal(error)


def test_granting_oneself_is_told(administrator: Person) -> None:
    actions.grant_role(administrator, administrator, Role.AUDITOR, valid_from=TODAY)
    assert Entry.objects.get().detail["to_oneself"] == "true"


def test_last_administrator_stays(administrator: Person, staff: Person) -> None:
    with pytest.raises(ValidationError, match="最後のシステム管理者"):
        actions.end_grant(administrator, administrator.grants.get(), TODAY)
    with pytest.raises(ValidationError, match="最後のシステム管理者"):
        actions.deactivate(administrator, administrator)
    with pytest.raises(ValidationError):
        actions.deactivate(CONSOLE, administrator)
    administrator.refresh_from_db()
    assert administrator.is_active


def test_a_limited_administrator_does_not_stand_in(administrator: Person, staff: Person) -> None:
    limited = actions.grant_role(
        administrator, staff, Role.ADMINISTRATOR, valid_from=TODAY, valid_to=TODAY + 30 * DAY
    )
    later = actions.grant_role(administrator, staff, Role.ADMINISTRATOR, valid_from=TODAY + 60 * DAY)
    with pytest.raises(ValidationError):
        actions.end_grant(administrator, administrator.grants.get(), TODAY)
    actions.end_grant(administrator, later, TODAY + 61 * DAY)
    actions.end_grant(administrator, limited, TODAY)


def test_administrator_of_another_town_does_not_stand_in(administrator: Person, outsider: Person) -> None:
    with pytest.raises(ValidationError):
        actions.deactivate(administrator, administrator)


def test_second_administrator_lets_the_first_go(administrator: Person, staff: Person) -> None:
    actions.grant_role(administrator, staff, Role.ADMINISTRATOR, valid_from=TODAY)
    actions.deactivate(staff, administrator, reason="退職")
    administrator.refresh_from_db()
    assert not administrator.is_active
    assert not administrator.has_perm("accounts.manage_people")
    actions.reactivate(staff, administrator)
    administrator.refresh_from_db()
    assert administrator.is_active


def test_deactivating_twice_is_told_once(administrator: Person, staff: Person) -> None:
    for _ in range(2):
        actions.deactivate(administrator, staff)
    assert Entry.objects.filter(action="accounts.deactivated").count() == 1


def test_main_post_ends_the_one_before(
    administrator: Person, staff: Person, tax: Department, care: Department
) -> None:
    actions.post_person(administrator, staff, tax, title="係長", valid_from=TODAY)
    assert staff.department == tax
    assert Posting.objects.get(person=staff, department=care).valid_to == TODAY - DAY
    actions.post_person(administrator, staff, care, concurrent=True, valid_from=TODAY)
    assert [post.department for post in staff.postings_today()] == [tax, care]
    with pytest.raises(ValidationError):
        actions.post_person(administrator, staff, care, concurrent=True, valid_from=TODAY)


def test_post_before_a_later_post(
    administrator: Person, staff: Person, tax: Department, care: Department
) -> None:
    actions.post_person(administrator, staff, tax, valid_from=TODAY + 5 * DAY)
    with pytest.raises(ValidationError):
        actions.post_person(administrator, staff, tax, valid_from=TODAY)


def test_closed_department(administrator: Person, staff: Person, tax: Department) -> None:
    tax.closed_on = TODAY
    tax.save()
    with pytest.raises(ValidationError):
        actions.post_person(administrator, staff, tax, valid_from=TODAY)


def test_a_department_that_has_not_begun(administrator: Person, town: Municipality, staff: Person) -> None:
    soon = TODAY + 30 * DAY
    later = organisation.add_department(administrator, town, code="90", name="新設課", valid_from=soon)
    for act in (
        lambda: actions.post_person(administrator, staff, later, valid_from=TODAY),
        lambda: actions.grant_role(administrator, staff, Role.STAFF, department=later, valid_from=TODAY),
        lambda: add(administrator, town, later),
    ):
        with pytest.raises(ValidationError) as error:
            act()
        assert "この部署はありません" in refusal(error)["department"][0]
    actions.post_person(administrator, staff, later, valid_from=soon)
    actions.grant_role(administrator, staff, Role.STAFF, department=later, valid_from=soon)


def test_a_number_that_somebody_takes_at_the_same_moment(
    administrator: Person, staff: Person, neighbour: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "_free_number", lambda _town, text, _person=None: text)
    with pytest.raises(ValidationError, match="ほかの職員に使われています"):
        actions.update_person(
            administrator, staff, None, name="x", kana="", email="", staff_number=neighbour.staff_number
        )


def test_end_posting(administrator: Person, staff: Person) -> None:
    actions.end_posting(administrator, staff.postings.get(), TODAY - DAY)
    assert staff.department is None


def test_unknown_language(staff: Person) -> None:
    with pytest.raises(ValidationError):
        actions.set_language(staff, "xx")
