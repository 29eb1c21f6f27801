"""A report on its way: read, opened, answered, handed on, raised, closed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts import belongings, departures, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.feedback import actions, escalations, queries
from kijun.governance.feedback.models import Escalation, Report
from kijun.governance.interactions.looks import looks
from kijun.web.versions import Stale


def _titles(person: Person) -> list[str]:
    return [str(one.title) for one in waiting.tasks(Person.objects.get(pk=person.pk))]


def _columns(report: Report) -> dict[str, Any]:
    """A report as it was read before."""
    return {one.attname: getattr(report, one.attname) for one in report._meta.concrete_fields}


def _answered(owner: Person, report: Report) -> Report:
    return actions.answer(owner, report, finding="confirmed", text="要綱を差し替えました。直っています。")


def test_it_works(client_of: Any, report: Any, staff: Person, owner: Person) -> None:
    """From the owner's home page to the reporter's, and done."""
    one = report(staff)
    assert f"報告 {one.code} に回答する" in _titles(owner)
    client = client_of(owner)
    page = client.get(one.get_absolute_url())
    assert "3割のはずです。" in page.content.decode()
    client.post(reverse("feedback:acknowledge", args=[one.pk]), {"revision": one.revision})
    one.refresh_from_db()
    assert one.state == "acknowledged"
    data = {"finding": "confirmed", "answer": "要綱を差し替えました。", "revision": one.revision}
    response = client.post(reverse("feedback:answer", args=[one.pk]), data)
    assert response["Location"] == one.get_absolute_url()
    assert f"報告 {one.code} への回答を読む" in _titles(staff)
    assert f"報告 {one.code} に回答する" not in _titles(owner)
    read = client_of(staff).get(one.get_absolute_url()).content.decode()
    assert "要綱を差し替えました。" in read
    assert f"報告 {one.code} への回答を読む" not in _titles(staff)
    one.refresh_from_db()
    client.post(reverse("feedback:close", args=[one.pk]), {"revision": one.revision})
    one.refresh_from_db()
    assert one.state == "closed"
    told = set(Entry.objects.filter(thing_id=str(one.pk)).values_list("action", flat=True))
    assert told >= {"feedback.reported", "feedback.acknowledged", "feedback.answered", "feedback.closed"}


def test_a_look_is_recorded_before_it_is_shown(
    client_of: Any, report: Any, say: Any, staff: Person, owner: Person
) -> None:
    told = say(staff, "負担割合は", "2割です。")
    one = report(staff, interaction=told)
    page = client_of(owner).get(reverse("feedback:material", args=[one.pk])).content.decode()
    assert "2割です。" in page
    [look] = looks(owner.municipality).rows
    assert (look.person, look.interaction, look.why) == (
        str(owner.pk),
        told,
        f"回答への報告のため：{one.code}",
    )
    assert client_of(staff).get(reverse("feedback:material", args=[one.pk])).status_code == 200
    assert len(looks(owner.municipality).rows) == 1


def test_nothing_is_shown_where_the_look_cannot_be_recorded(
    client_of: Any, report: Any, staff: Person, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kijun.governance.interactions import ledger
    from kijun.ledger.model import Unavailable

    one = report(staff)

    def full(entries: Any) -> None:
        raise Unavailable("書けません。", "full")

    monkeypatch.setattr(ledger, "record", full)
    response = client_of(owner).get(reverse("feedback:material", args=[one.pk]))
    assert response.status_code == 503
    assert "案です。" not in response.content.decode()


def test_a_report_on_a_system_has_no_material(
    client_of: Any, staff: Person, owner: Person, system: Any
) -> None:
    from kijun.governance.feedback.answers import About

    one = actions.report(staff, About(system=system), ["drift"], "外れが増えた")
    assert client_of(owner).get(reverse("feedback:material", args=[one.pk])).status_code == 404


PAGES = ("report", "material", "acknowledge", "answer", "close", "withdraw", "handler", "escalate", "settle")


@pytest.mark.parametrize("name", PAGES)
def test_outsiders(
    client_of: Any, client: Any, report: Any, staff: Person, neighbour: Person, outsider: Person, name: str
) -> None:
    """Another town and another department: not there. Signed out: to the sign-in page."""
    one = report(staff)
    address = reverse(f"feedback:{name}", args=[one.pk])
    for person in (outsider, neighbour):
        for send in (client_of(person).get, client_of(person).post):
            assert send(address).status_code in (404, 403, 405)
    assert client.get(address).status_code in (302, 405)
    if client.get(address).status_code == 405:
        assert client.post(address).status_code == 302
    one.refresh_from_db()
    assert one.state == "received"


@pytest.mark.parametrize("name", ["acknowledge", "close", "answer", "handler", "escalate"])
def test_reading_is_not_answering(
    client_of: Any, report: Any, staff: Person, auditor: Person, name: str
) -> None:
    one = report(staff)
    for person in (staff, auditor):
        address = reverse(f"feedback:{name}", args=[one.pk])
        assert client_of(person).post(address, {"revision": 0}).status_code == 403


@pytest.mark.parametrize(
    "data", [{}, {"finding": "confirmed"}, {"finding": "x", "answer": "直しました"}, {"answer": "直しました"}]
)
def test_an_answer_says_something(
    client_of: Any, report: Any, staff: Person, owner: Person, data: dict[str, str]
) -> None:
    one = report(staff)
    response = client_of(owner).post(reverse("feedback:answer", args=[one.pk]), data)
    assert response.status_code == 422
    one.refresh_from_db()
    assert one.state == "received"


def test_drift_needs_what_was_measured(report: Any, staff: Person, owner: Person) -> None:
    with pytest.raises(ValidationError) as refused:
        actions.answer(owner, report(staff, "drift"), finding="unfounded", text="大丈夫です")
    assert "answer" in refused.value.message_dict


def test_two_at_once(report: Any, staff: Person, owner: Person, it_staff: Person) -> None:
    one = report(staff)
    first, second = Report.objects.get(pk=one.pk), Report.objects.get(pk=one.pk)
    actions.acknowledge(owner, first)
    with pytest.raises(Stale):
        actions.acknowledge(it_staff, second)
    with pytest.raises(Stale):
        _answered(it_staff, second)
    with pytest.raises(Stale):
        actions.withdraw(staff, Report(**{**_columns(one), "revision": 0}))
    assert Entry.objects.filter(action="feedback.acknowledged").count() == 1


def test_a_stale_form_keeps_what_was_written(
    client_of: Any, report: Any, staff: Person, owner: Person
) -> None:
    one = report(staff)
    actions.acknowledge(owner, Report.objects.get(pk=one.pk))
    data = {"finding": "confirmed", "answer": "長い回答を書いた。", "revision": one.revision}
    response = client_of(owner).post(reverse("feedback:answer", args=[one.pk]), data)
    assert response.status_code == 422
    assert "長い回答を書いた。" in response.content.decode()


def test_taken_back_only_before_it_is_taken_up(report: Any, staff: Person, owner: Person) -> None:
    one = report(staff)
    with pytest.raises(PermissionDenied):
        actions.withdraw(owner, one)
    actions.acknowledge(owner, one)
    with pytest.raises(ValidationError):
        actions.withdraw(staff, one)


def test_late_is_told_to_the_owner_and_to_it_staff(
    client_of: Any, report: Any, staff: Person, owner: Person, it_staff: Person
) -> None:
    one = report(staff)
    Report.objects.filter(pk=one.pk).update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    assert any("期限を過ぎた報告1件" in one for one in _titles(it_staff))
    page = client_of(it_staff).get(reverse("feedback:reports"), {"late": "yes"}).content.decode()
    assert one.code in page
    assert "期限超過" in page


# --- who answers ----------------------------------------------------------------------------


def test_a_successor_takes_over(report: Any, staff: Person, owner: Person, it_staff: Person) -> None:
    one = report(staff)
    [kept] = [each for each in belongings.belongings(owner) if each.thing_kind == "feedback.report"]
    assert belongings.belongings_of([owner, it_staff])[owner.pk]
    belongings.hand_over(kept.thing_kind, kept.role_key, kept.thing_id, owner, it_staff, it_staff)
    one.refresh_from_db()
    assert one.handler == it_staff
    assert Entry.objects.filter(action="feedback.handler_set").exists()


def test_what_waits_for_somebody_who_left_goes_back(
    report: Any, staff: Person, owner: Person, neighbour: Person
) -> None:
    one = report(staff)
    actions.set_handler(owner, one, neighbour)
    departures.tell([neighbour])
    one.refresh_from_db()
    assert one.handler == neighbour  # still here
    Person.objects.filter(pk=neighbour.pk).update(is_active=False)
    departures.tell([neighbour])
    one.refresh_from_db()
    assert one.handler == owner
    Person.objects.filter(pk=owner.pk).update(is_active=False)
    departures.tell([owner])
    one.refresh_from_db()
    assert one.handler is None


def test_somebody_else_answers(
    client_of: Any, report: Any, staff: Person, owner: Person, neighbour: Person
) -> None:
    one = report(staff)
    data = {"handler": neighbour.pk, "revision": one.revision}
    client_of(owner).post(reverse("feedback:handler", args=[one.pk]), data)
    assert queries.to_answer(neighbour).get() == one
    client = client_of(neighbour)
    assert one.code in client.get(reverse("feedback:reports")).content.decode()
    assert client.get(reverse("feedback:material", args=[one.pk])).status_code == 200


def test_nobody_of_another_town_answers(report: Any, staff: Person, owner: Person, outsider: Person) -> None:
    with pytest.raises(ValidationError):
        actions.set_handler(owner, report(staff), outsider)


# --- what is serious ------------------------------------------------------------------------


@pytest.fixture
def nobody_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the app of incidents."""
    monkeypatch.setattr(escalations, "_takers", [])


def test_executives_decide(
    nobody_takes: None, client_of: Any, report: Any, staff: Person, owner: Person, executive: Person
) -> None:
    one = report(staff, "unsuitable")
    data = {"why": "通知に使われた恐れがある。", "revision": one.revision}
    client_of(owner).post(reverse("feedback:escalate", args=[one.pk]), data)
    assert f"報告 {one.code} について判断する" in _titles(executive)
    one.refresh_from_db()
    _answered(owner, one)
    with pytest.raises(ValidationError):
        actions.close(owner, one)
    address = reverse("feedback:settle", args=[one.pk])
    assert client_of(owner).post(address, {"decision": "止める"}).status_code == 403
    client_of(executive).post(address, {"decision": "利用を止め、通知を点検する。", "revision": 0})
    raised = Escalation.objects.get()
    assert (raised.state, raised.settled_by) == ("settled", executive)
    assert actions.close(owner, one).state == "closed"


def test_raised_once(report: Any, staff: Person, owner: Person, it_staff: Person) -> None:
    one = report(staff)
    actions.escalate(owner, one, "重大")
    with pytest.raises(ValidationError):
        actions.escalate(it_staff, Report.objects.get(pk=one.pk), "重大")
    assert Escalation.objects.count() == 1


def test_settled_once(
    nobody_takes: None, report: Any, staff: Person, owner: Person, executive: Person
) -> None:
    raised = actions.escalate(owner, report(staff), "重大")
    again = Escalation.objects.get(pk=raised.pk)
    actions.settle(executive, raised, "止める")
    with pytest.raises(Stale):
        actions.settle(executive, again, "止めない")


def test_an_app_of_incidents_takes_it(
    client_of: Any,
    report: Any,
    staff: Person,
    owner: Person,
    executive: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[str] = []

    def take(actor: Person, one: Report, why: str) -> str:
        taken.append(why)
        return "/staff/incidents/1/"

    monkeypatch.setattr(escalations, "_takers", [])
    escalations.register(take)
    one = report(staff)
    data = {"why": "重大", "revision": one.revision}
    response = client_of(owner).post(reverse("feedback:escalate", args=[one.pk]), data)
    assert response["Location"] == "/staff/incidents/1/"
    assert taken == ["重大"]
    assert not any("判断する" in title for title in _titles(executive))


# --- lists ----------------------------------------------------------------------------------


def test_lists_narrow_and_are_taken_along(
    client_of: Any, report: Any, staff: Person, neighbour: Person, owner: Person
) -> None:
    mine = report(staff, "untrue", "drift")
    other = report(neighbour, "outdated")
    client = client_of(owner)
    address = reverse("feedback:reports")
    page = client.get(address, {"kind": "drift"}).content.decode()
    assert mine.code in page
    assert other.code not in page
    page = client.get(address, {"system": str(mine.system_id), "state": "received"}).content.decode()
    assert mine.code in page
    own = client_of(staff).get(reverse("feedback:mine")).content.decode()
    assert mine.code in own
    assert other.code not in own
    sheet = client.get(address, {"format": "xlsx"})
    assert sheet["Content-Type"].endswith("sheet")
    assert client_of(neighbour).get(address).status_code == 403


def test_a_long_list_asks_no_more(
    client_of: Any, report: Any, staff: Person, owner: Person, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        report(staff)
    client = client_of(owner)
    with django_assert_max_num_queries(60):
        assert client.get(reverse("feedback:reports")).status_code == 200
