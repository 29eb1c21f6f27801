"""An incident is reported: from the menu, from an answer, from a doubt; and who sees it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.feedback import actions as feedback
from kijun.governance.feedback.models import Escalation, Report
from kijun.governance.incidents import actions, jobs, queries
from kijun.governance.incidents.models import Event, Incident, Tied
from kijun.governance.interactions import ledger
from kijun.governance.interactions.actions import release_for_case
from kijun.governance.interactions.looks import looks
from kijun.governance.inventory.models import AISystem
from kijun.ledger.holding import holds_of
from kijun.ledger.model import Unavailable
from kijun.web.excel import read_raw
from tests.governance.incidents.conftest import SAID, anew, contained


def titles(person: Person) -> list[str]:
    return [str(one.title) for one in waiting.tasks(Person.objects.get(pk=person.pk))]


def sent(**values: Any) -> dict[str, Any]:
    now = timezone.localtime()
    return SAID | {"noticed_at": f"{now:%Y/%m/%d %H:%M}", "source": "staff", **values}


def held(town: Any) -> list[str]:
    with ledger.reading() as book:
        return [one.interaction for one in holds_of(book, town.code) if one.released_at is None]


def test_it_works(client_of: Any, staff: Person, owner: Person, system: AISystem) -> None:
    """From the menu's page to the owner's home."""
    client = client_of(staff)
    assert client.get(reverse("incidents:report")).status_code == 200
    response = client.post(reverse("incidents:report"), sent(system=system.pk))
    row = Incident.objects.get()
    assert response["Location"] == row.get_absolute_url()
    assert (row.code, row.leader, row.reporter, row.state) == ("IN-001", owner, staff, "received")
    assert row.department == staff.department
    assert f"インシデント {row.code} の対応を始める" in titles(owner)
    assert not any(row.code in one for one in titles(staff))
    assert SAID["what"] in client.get(row.get_absolute_url()).content.decode()
    assert Entry.objects.filter(action="incidents.opened", thing_id=str(row.pk)).count() == 1
    assert SAID["what"] not in str(Entry.objects.get(action="incidents.opened").detail)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"what": ""}, "what"),
        ({"harms": []}, "harms"),
        ({"harms": ["nonsense"]}, "harms"),
        ({"harms": ["near", "leak"]}, "harms"),
        ({"severity": "9"}, "severity"),
        ({"residents": ""}, "residents"),
        ({"noticed_at": "2999/01/01 10:00"}, "noticed_at"),
        ({"noticed_at": "きのう"}, "noticed_at"),
        ({"noticed_at": "2026/11/01"}, "noticed_at"),
        ({"noticed_at": "1990/01/01 10:00"}, "noticed_at"),
        ({"began_at": "2999/01/01"}, "began_at"),
        ({"affected_count": "-1"}, "affected_count"),
        ({"system": "99999999999999999999"}, "system"),
        ({"source": "feedback"}, "source"),
        ({"title": "x" * 121}, "title"),
    ],
)
def test_bad_input_is_told_beside_its_field(
    client_of: Any, staff: Person, values: dict[str, Any], field: str
) -> None:
    response = client_of(staff).post(reverse("incidents:report"), sent(**values))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Incident.objects.exists()


def test_what_inspection_finds_is_shown_once(client_of: Any, staff: Person) -> None:
    data = sent(what="090-1234-5678 の方に誤って案内した。")
    response = client_of(staff).post(reverse("incidents:report"), data)
    assert response.status_code == 422
    shown = response.context["form"].data["shown"]
    assert "090" not in shown
    response = client_of(staff).post(reverse("incidents:report"), data | {"shown": shown})
    assert response.status_code == 302


def test_a_vacant_post_leaves_it_to_it_staff(incident: Any, it_staff: Person) -> None:
    row = incident(system=None)
    assert row.leader is None
    assert f"インシデント {row.code} の対応を始める" in titles(it_staff)


def test_numbers_are_each_towns_own(incident: Any, outsider: Person) -> None:
    assert [incident().code, incident().code] == ["IN-001", "IN-002"]
    assert incident(outsider, system=None).code == "IN-001"


def test_another_towns_things_are_refused(incident: Any, outsider: Person, system: AISystem) -> None:
    with pytest.raises(PermissionDenied):
        incident(outsider)
    assert not Incident.objects.exists()


# --- an answer ------------------------------------------------------------------------------


def test_of_an_answer_it_is_kept(
    client_of: Any, say: Any, staff: Person, owner: Person, system: AISystem
) -> None:
    """The id alone stands here; the record is on hold until it is over."""
    told = say(staff, "対象は", "65歳以上です。")
    address = reverse("incidents:report_answer", args=[told])
    assert client_of(staff).get(address).status_code == 200
    assert (
        reverse("incidents:report_answer", args=[told])
        in client_of(staff).get(reverse("interactions:record", args=[told])).content.decode()
    )
    client_of(staff).post(address, sent(system=system.pk))
    row = Incident.objects.get()
    assert row.purpose is not None
    assert [one.interaction for one in row.tied.all()] == [told]
    assert held(staff.municipality) == [told]
    page = client_of(owner).get(reverse("incidents:material", args=[row.pk, row.tied.get().pk]))
    assert "65歳以上です。" in page.content.decode()
    [look] = looks(owner.municipality).rows
    assert (look.interaction, look.why) == (told, "インシデント対応のため：IN-001")
    assert "65歳以上です。" not in str(list(Incident.objects.values())) + str(list(Event.objects.values()))


def test_what_the_ledger_guards_stays_there(client_of: Any, say: Any, staff: Person) -> None:
    told = say(staff, "山田太郎さん 090-1234-5678 の件", "案です。")
    data = sent(what="090-1234-5678 に電話してしまった。")
    shown = client_of(staff).post(reverse("incidents:report_answer", args=[told]), data).context["form"].data
    client_of(staff).post(reverse("incidents:report_answer", args=[told]), data | {"shown": shown["shown"]})
    assert "090-1234-5678" not in Incident.objects.get().what
    assert "⟦" in Incident.objects.get().what


def test_nobody_reports_anothers_answer(client_of: Any, say: Any, staff: Person, neighbour: Person) -> None:
    address = reverse("incidents:report_answer", args=[say(staff)])
    for method in ("get", "post"):
        assert getattr(client_of(neighbour), method)(address).status_code == 404


def test_a_ledger_that_is_away_refuses_no_report(
    say: Any, incident: Any, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = say(staff)
    with monkeypatch.context() as patch:

        def away() -> Any:
            raise Unavailable("書けません。", "full")

        patch.setattr(ledger, "reading", away)
        row = incident(interaction=told)
    assert Tied.objects.get().hold == ""
    assert jobs.mend_holds() == 1
    assert jobs.mend_holds() == 0
    assert held(staff.municipality) == [told]
    assert anew(row).state == "received"


def test_what_is_gone_is_tried_again_and_said(incident: Any) -> None:
    incident(interaction="nothing-of-that-name")
    assert Tied.objects.get().hold == ""
    assert jobs.mend_holds() == 0


def test_the_hold_ends_with_the_incident(
    say: Any, incident: Any, staff: Person, owner: Person, executive: Person
) -> None:
    one, two, three = say(staff), say(staff), say(staff)
    actions.close(executive, contained(owner, incident(interaction=one)), "済んだ")
    actions.withdraw(owner, incident(interaction=two), "誤報")
    kept = incident(interaction=three)
    assert held(staff.municipality) == [three]
    actions.close(executive, contained(owner, kept), "済んだが争いがある", keep_holds=True)
    assert held(staff.municipality) == [three]
    assert jobs.mend_holds() == 0, "what was to stay on hold stays"
    assert held(staff.municipality) == [three]


def test_a_ledger_that_is_away_at_the_end_is_asked_again(
    say: Any, incident: Any, staff: Person, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = say(staff)
    row = incident(interaction=told)
    with monkeypatch.context() as patch:

        def away() -> Any:
            raise Unavailable("書けません。", "full")

        patch.setattr(ledger, "reading", away)
        actions.withdraw(owner, row, "誤報")
        assert jobs.mend_holds() == 0
    assert held(staff.municipality) == [told]
    assert jobs.mend_holds() == 1
    assert held(staff.municipality) == []
    assert jobs.mend_holds() == 0


def test_a_hold_that_somebody_released_by_hand_is_over(
    say: Any, incident: Any, staff: Person, owner: Person
) -> None:
    row = incident(interaction=say(staff))
    release_for_case(staff.municipality, owner, Tied.objects.get().hold, "争いがない")
    actions.withdraw(owner, row, "誤報")
    assert Tied.objects.get().released_at is not None
    assert jobs.mend_holds() == 0


# --- a doubt --------------------------------------------------------------------------------


def test_an_escalated_report_becomes_an_incident(
    client_of: Any, report: Any, staff: Person, owner: Person, executive: Person
) -> None:
    one: Report = report(staff, "untrue", "unfair")
    client = client_of(owner)
    page = client.get(one.get_absolute_url()).content.decode()
    assert "インシデントとして扱う" in page
    assert "首長・CDOに上げる" not in page
    data = {"why": "通知に使われた恐れがある。", "revision": one.revision}
    response = client.post(reverse("feedback:escalate", args=[one.pk]), data)
    row = Incident.objects.get()
    assert response["Location"] == row.get_absolute_url()
    assert (row.report, row.source, row.system, row.leader) == (one, "feedback", one.system, owner)
    assert row.harm_list == ["rights", "wrong"]
    assert row.reported_at == one.reported_at
    assert [tied.interaction for tied in row.tied.all()] == [one.interaction]
    assert held(owner.municipality) == [one.interaction]
    for person in (owner, staff):
        shown = client_of(person).get(one.get_absolute_url()).content.decode()
        assert row.get_absolute_url() in shown
        assert client_of(person).get(row.get_absolute_url()).status_code == 200
    assert one.code in client.get(row.get_absolute_url()).content.decode()
    assert Escalation.objects.get().state == "settled"
    assert not any("判断する" in title for title in titles(executive))


def test_a_report_on_a_system_holds_nothing(staff: Person, owner: Person, system: AISystem) -> None:
    from kijun.governance.feedback.answers import About

    one = feedback.report(staff, About(system=system), ["other"], "止まった", anonymous=True)
    feedback.escalate(owner, one, "業務が止まった")
    row = Incident.objects.get()
    assert not row.tied.exists()
    assert row.harm_list == ["other"]
    assert row.department is None
    assert row.reporter == owner


# --- who sees what --------------------------------------------------------------------------

PAGES = (
    "incident", "take_up", "measure", "stop", "course", "reassess", "leader", "contain", "resume", "withdraw",
    "cause", "add_notice", "add_prevention", "close", "write_lesson",
)  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_outsiders(
    client_of: Any, client: Any, incident: Any, neighbour: Person, outsider: Person, name: str
) -> None:
    """Another town and another department: not there. Signed out: to the sign-in page."""
    row = incident()
    address = reverse(f"incidents:{name}", args=[row.pk])
    for person in (outsider, neighbour):
        for send in (client_of(person).get, client_of(person).post):
            assert send(address).status_code in (404, 405)
    signed_out = client.post(address) if client.get(address).status_code == 405 else client.get(address)
    assert signed_out.status_code == 302
    assert anew(row).revision == row.revision


@pytest.mark.parametrize("name", [one for one in PAGES if one not in ("incident", "withdraw")])
def test_who_reported_changes_nothing(client_of: Any, incident: Any, staff: Person, name: str) -> None:
    row = incident()
    response = client_of(staff).post(reverse(f"incidents:{name}", args=[row.pk]), {})
    assert response.status_code == 403


def test_who_reported_sees_the_summary(
    client_of: Any, incident: Any, staff: Person, owner: Person, auditor: Person, executive: Person
) -> None:
    row = incident()
    actions.measure(owner, row, "端末を外した")
    assert "端末を外した" not in client_of(staff).get(row.get_absolute_url()).content.decode()
    for person in (owner, auditor, executive):
        page = client_of(person).get(row.get_absolute_url()).content.decode()
        assert "端末を外した" in page
    for person in (auditor, executive):
        assert client_of(person).post(reverse("incidents:measure", args=[row.pk])).status_code == 403


def test_the_list(client_of: Any, incident: Any, staff: Person, owner: Person, neighbour: Person) -> None:
    mine = incident(title="給付の案内", harms=["leak"], severity="3serious")
    other = incident(neighbour, title="会議録の停止", harms=["service"], system=None)
    actions.withdraw(neighbour, other, "誤報")
    client, address = client_of(owner), reverse("incidents:incidents")
    page = client.get(address).content.decode()
    assert mine.title in page
    assert other.title not in page
    page = client_of(neighbour).get(address).content.decode()
    assert other.title in page
    assert mine.title not in page
    it = client_of(Person.objects.get(staff_number="0002", municipality=owner.municipality))
    for query, there in (
        ("state=open", mine), ("state=withdrawn", other), ("severity=3serious", mine), ("harm=service", other),
        ("q=IN-002", other), (f"system={mine.system_id}", mine), ("sort=-title", mine), ("q=給付", mine),
    ):  # fmt: skip
        shown = it.get(f"{address}?{query}").content.decode()
        assert there.title in shown, query
    narrowed = it.get(f"{address}?severity=3serious").content.decode()
    assert other.title not in narrowed
    assert "?late=yes" not in client.get(address).content.decode()
    mine.steps.create(
        municipality=mine.municipality, text="遅い", due_at=timezone.now() - datetime.timedelta(hours=1)
    )
    assert mine.title in client.get(f"{address}?late=yes").content.decode()
    sheet = read_raw(it.get(f"{address}?format=xlsx").content, "a.xlsx")
    assert "給付の案内" in str(sheet)
    assert "会議録の停止" in str(sheet)


def test_it_is_found(client_of: Any, incident: Any, owner: Person, neighbour: Person) -> None:
    row = incident(title="給付の案内の誤り")
    for words in ("給付の案内", "ＩＮ－００１"):
        page = client_of(owner).get(reverse("search"), {"q": words}).content.decode()
        assert row.get_absolute_url() in page
    assert (
        row.get_absolute_url()
        not in client_of(neighbour).get(reverse("search"), {"q": "給付"}).content.decode()
    )


def test_a_long_list_asks_no_more(
    client_of: Any, incident: Any, it_staff: Person, django_assert_max_num_queries: Any
) -> None:
    for _number in range(6):
        incident()
    client = client_of(it_staff)
    with django_assert_max_num_queries(60):
        assert client.get(reverse("incidents:incidents")).status_code == 200


def test_on_the_systems_page(client_of: Any, incident: Any, owner: Person, system: AISystem) -> None:
    row = incident()
    page = client_of(owner).get(reverse("inventory:section", args=[system.pk, "incidents"])).content.decode()
    assert row.get_absolute_url() in page
    assert f"{reverse('incidents:report')}?system={system.pk}" in page
    form = client_of(owner).get(f"{reverse('incidents:report')}?system={system.pk}").context["form"]
    assert form["system"].value() == str(system.pk)


def test_in_english(client_of: Any, incident: Any, owner: Person) -> None:
    """No page of an incident keeps Japanese of ours."""
    row = contained(owner, incident())
    owner.language = "en"
    owner.save()
    page = client_of(owner).get(row.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    assert "Checklist" in page
    for words in ("チェックリスト", "時系列", "再発防止"):
        assert words not in page


def test_times(incident: Any) -> None:
    with translation.override("ja"):
        row = incident(noticed_at=timezone.now() - datetime.timedelta(hours=3))
    assert 2.9 < row.until_report.total_seconds() / 3600 < 3.1
    assert row.until_action is None
    assert queries.figures(queries.incidents(row.municipality)).first_action is None


def test_a_forged_time_is_refused(incident: Any) -> None:
    with pytest.raises(ValidationError):
        incident(noticed_at=None)
    with pytest.raises(ValidationError):
        incident(began_at=timezone.now() + datetime.timedelta(days=1))
