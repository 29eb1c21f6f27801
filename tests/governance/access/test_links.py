"""What access tells the other apps: belongings, tasks, search, what remains of a system."""

from __future__ import annotations

import datetime

from django.test import RequestFactory
from django.utils import timezone

from kijun.governance.access import actions, links
from kijun.governance.access.models import Grant, Model, Purpose
from kijun.governance.accounts import belongings
from kijun.governance.accounts.models import Person, Transfer, TransferLine
from kijun.governance.accounts.transfers import apply_transfer
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.inventory import remains
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department

TODAY = timezone.localdate()


def test_applications_and_purposes_are_handed_over(
    administrator: Person, owner: Person, it_staff: Person, application: actions.Made
) -> None:
    found = {(one.thing_kind, one.role_key): one for one in belongings.belongings(owner)}
    assert {("access.grant", "responsible"), ("access.purpose", "owner")} <= set(found)
    for (kind, role), one in found.items():
        if kind.startswith("access."):
            belongings.hand_over(kind, role, one.thing_id, owner, it_staff, administrator)
    assert Grant.objects.get(pk=application.grant.pk).responsible == it_staff
    assert Purpose.objects.get().owner == it_staff


def test_ones_own_grant_is_nothing_to_hand_over(staff: Person, grant: Grant) -> None:
    assert not [one for one in belongings.belongings(staff) if one.thing_kind.startswith("access.")]


def test_a_transfer_ends_the_grants_of_who_moves(
    administrator: Person, staff: Person, neighbour: Person, grant: Grant, tax: Department, care: Department
) -> None:
    kept = actions.create_grant(
        SYSTEM,
        grant.municipality,
        system=grant.system,
        purpose=grant.purpose,
        person=neighbour,
        expires_on=TODAY + datetime.timedelta(days=9),
    ).grant
    transfer = Transfer.objects.create(
        municipality=staff.municipality,
        name="定期異動",
        effective_on=TODAY,
        made_by=administrator,
        state=Transfer.State.STAGED,
    )
    for person in (staff, neighbour):  # both lines lead to 税務課, where the neighbour works already
        TransferLine.objects.create(
            municipality=staff.municipality, transfer=transfer, person=person, to_department=tax
        )
    apply_transfer(SYSTEM, transfer, leftover_reason="試験")
    assert Grant.objects.get(pk=grant.pk).revoked_at is not None
    assert Grant.objects.get(pk=kept.pk).revoked_at is None


def test_what_remains_of_a_retired_system(model: Model, system: AISystem) -> None:
    assert [str(one.label) for one in remains.remaining(system) if "モデル" in str(one.label)] == [
        "モデル「assistant」の設定が残っています。"
    ]


def test_what_waits(
    it_staff: Person, staff: Person, owner: Person, grant: Grant, application: actions.Made
) -> None:
    assert not list(links.tasks(staff))
    assert not list(links.tasks(it_staff))
    Grant.objects.update(expires_on=TODAY + datetime.timedelta(days=5))
    assert [str(task.title) for task in links.tasks(staff)] == [f"「{grant}」の期限を確かめる"]
    Person.objects.filter(pk=owner.pk).update(is_active=False)
    assert [str(task.title) for task in links.tasks(it_staff)] == ["「Open WebUI」のキーの管理者を決める"]


def test_the_search_finds_what_the_person_may_open(
    it_staff: Person, staff: Person, neighbour: Person, grant: Grant, application: actions.Made
) -> None:
    def hits(person: Person, words: str) -> list[str]:
        request = RequestFactory().get("/")
        request.user = person
        found = [*links.find_purposes(request, words), *links.find_grants(request, words)]
        return [hit.label for hit in found]

    assert hits(it_staff, "下書き") == ["文書の下書き・要約"]
    assert hits(it_staff, application.key[:7]) == ["Open WebUI（文書の下書き・要約）"]
    assert hits(staff, "介護") == ["介護 三郎（文書の下書き・要約）"]
    assert hits(neighbour, "介護") == hits(neighbour, "下書き") == []
