"""The buttons below an answer, and what is reported of a system."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.feedback import actions, queries
from kijun.governance.feedback.answers import About, about
from kijun.governance.feedback.models import Opinion, Report
from kijun.governance.interactions import ledger
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.calendar import due_date
from kijun.governance.organisation.models import ClosingDay, Municipality
from kijun.ledger.model import Kind, new_id
from tests.governance.interactions.made import exchange
from tests.governance.inventory.made import make_system

GIVE = "/staff/feedback/give/"


def test_it_works(client_of: Any, say: Any, staff: Person) -> None:
    told = say(staff)
    response = client_of(staff).post(GIVE, {"interaction": told, "verdict": "useful", "next": "/staff/chat/"})
    assert (response.status_code, response["Location"]) == (302, "/staff/chat/")
    made = Opinion.objects.get()
    assert (made.verdict, made.person, made.department) == ("useful", staff, staff.department)
    assert made.system is not None
    assert made.purpose is not None


def test_the_last_click_counts(client_of: Any, say: Any, staff: Person) -> None:
    told = say(staff)
    for verdict in ("useful", "useless", "useless"):
        client_of(staff).post(GIVE, {"interaction": told, "verdict": verdict})
    assert Opinion.objects.get().verdict == "useless"


def test_a_script_gets_the_buttons_alone(client_of: Any, say: Any, staff: Person) -> None:
    told = say(staff)
    client = client_of(staff)
    response = client.post(GIVE, {"interaction": told, "verdict": "useful"}, headers={"HX-Request": "true"})
    page = response.content.decode()
    assert "<html" not in page
    assert 'value="useful" aria-pressed="true"' in page
    assert 'role="status"' in page
    wrong = client.post(GIVE, {"interaction": told, "verdict": "best"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.content.decode()


def test_a_doubt_becomes_a_report_to_the_owner(
    client_of: Any, say: Any, staff: Person, owner: Person, town: Municipality
) -> None:
    ClosingDay.objects.create(municipality=town, day=due_date(town, 1, timezone.localdate()))
    told = say(staff)
    client_of(staff).post(GIVE, {"interaction": told, "kinds": "untrue", "text": "3割のはず"})
    report = Report.objects.get()
    assert (report.handler, report.reporter, report.interaction) == (owner, staff, told)
    assert report.kind_list == ["untrue"]
    assert report.due_on == due_date(town, 5, timezone.localdate())
    assert report.due_on >= timezone.localdate() + datetime.timedelta(days=6)
    assert Opinion.objects.count() == 0
    entry = Entry.objects.get(action="feedback.reported")
    assert (entry.actor_id, entry.detail["kinds"]) == (str(staff.pk), ["untrue"])


def test_more_of_the_same_answer_joins_the_report(report: Any, say: Any, staff: Person) -> None:
    told = say(staff)
    first = report(staff, "untrue", interaction=told)
    again = report(staff, "unfair", text="高齢者だけ違う", interaction=told)
    assert again.pk == first.pk
    assert again.kind_list == ["untrue", "unfair"]
    assert again.text == "3割のはずです。\n高齢者だけ違う"
    assert report(staff, "unfair", text="高齢者だけ違う", interaction=told).text == again.text
    assert Report.objects.count() == 1


def test_what_was_taken_up_is_left_alone(report: Any, say: Any, staff: Person, owner: Person) -> None:
    told = say(staff)
    first = report(staff, interaction=told)
    actions.acknowledge(owner, first)
    assert report(staff, "drift", interaction=told).pk != first.pk


def test_taken_up_at_the_same_moment(
    report: Any, say: Any, staff: Person, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reporter adds while the owner takes it up: a report of its own, nothing is lost."""
    told = say(staff)
    first = report(staff, interaction=told)
    stale = Report.objects.get(pk=first.pk)
    actions.acknowledge(owner, first)
    monkeypatch.setattr(queries, "received", lambda person, interaction: stale)
    second = report(staff, "drift", interaction=told)
    assert second.pk != first.pk
    first.refresh_from_db()
    assert first.kind_list == ["untrue"]


def test_one_placeholder_of_two_entries_hides_both_values(
    staff: Person, system: AISystem, record: Any
) -> None:
    (made,) = exchange(staff, "x", system=system)
    decided = replace(made, kind=Kind.DECISION, content={"a": "⟦氏名1⟧"}, masked={"⟦氏名1⟧": "山田太郎"})
    became = replace(decided, id=new_id(), kind=Kind.OUTCOME, masked={"⟦氏名1⟧": "鈴木一郎"})
    record([decided, became])
    one = about(staff, made.interaction)
    assert one is not None
    assert one.hidden("山田太郎と鈴木一郎") == "⟦氏名1⟧と⟦氏名1⟧"


def test_values_that_the_ledger_guards_are_not_kept_here(
    record: Any, staff: Person, system: AISystem, purpose: Any
) -> None:
    from tests.governance.interactions.made import exchange

    entries = exchange(staff, "差出人は氏名：山本 和子です。", "⟦氏名1⟧様", system=system, purpose=purpose)
    record(entries)
    one = about(staff, entries[0].interaction)
    assert one is not None
    made = actions.report(staff, one, ["untrue"], "山本 和子は住民ではない")
    assert "山本" not in made.text
    assert "⟦氏名1⟧" in made.text


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"verdict": "best"},
        {"kinds": "nonsense"},
        {"kinds": "changed"},
        {"kinds": "untrue", "text": "あ" * 501},
    ],
)
def test_bad_input(client_of: Any, say: Any, staff: Person, data: dict[str, str]) -> None:
    response = client_of(staff).post(GIVE, {"interaction": say(staff), **data}, follow=True)
    assert 'class="message message-error"' in response.content.decode()
    assert not Opinion.objects.exists()
    assert not Report.objects.exists()


@pytest.mark.parametrize("interaction", ["", "nothing", "a" * 300, "\0"])
def test_no_such_answer(client_of: Any, system: AISystem, staff: Person, interaction: str) -> None:
    data = {"interaction": interaction, "verdict": "useful"}
    assert client_of(staff).post(GIVE, data).status_code == 404


def test_others_answers(client_of: Any, say: Any, staff: Person, neighbour: Person, outsider: Person) -> None:
    told = say(staff)
    for person in (neighbour, outsider):
        client = client_of(person)
        assert client.post(GIVE, {"interaction": told, "verdict": "useful"}).status_code == 404
        assert client.get(reverse("feedback:report_answer", args=[told])).status_code == 404
    assert not Opinion.objects.exists()


def test_signed_out(client: Any, db: None) -> None:
    response = client.post(GIVE, {"verdict": "useful"})
    assert response.status_code == 302
    assert "sign-in" in response["Location"]


def test_it_leads_nowhere_else(client_of: Any, say: Any, staff: Person) -> None:
    told = say(staff)
    for away in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        data = {"interaction": told, "verdict": "useful", "next": away}
        assert client_of(staff).post(GIVE, data)["Location"] == reverse("interactions:record", args=[told])


def test_a_ledger_that_cannot_be_read(client_of: Any, staff: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("disk")

    monkeypatch.setattr(ledger, "opened", lambda: broken())
    response = client_of(staff).post(GIVE, {"interaction": "x", "verdict": "useful"})
    assert response.status_code == 503


def test_the_record_page_has_the_buttons(client_of: Any, say: Any, staff: Person, auditor: Person) -> None:
    told = say(staff)
    page = client_of(staff).get(reverse("interactions:record", args=[told])).content.decode()
    assert "役に立った" in page
    assert 'name="kinds" value="unfair"' in page
    assert page.count("feedback.js") == 1
    client = client_of(auditor)
    client.post(reverse("interactions:reason") + "?next=/staff/", {"reason": "確認のため"})
    other = client.get(reverse("interactions:record", args=[told])).content.decode()
    assert 'value="useful"' not in other
    assert reverse("feedback:report_answer", args=[told]) in other


def test_told_at_length(client_of: Any, say: Any, staff: Person) -> None:
    told = say(staff)
    data = {"kinds": ["unfair"], "text": "外れが多い", "people": "75歳以上"}
    response = client_of(staff).post(reverse("feedback:report_answer", args=[told]), data)
    report = Report.objects.get()
    assert response["Location"] == report.get_absolute_url()
    assert report.people == "75歳以上"


# --- of a system ----------------------------------------------------------------------------


def test_work_has_changed(client_of: Any, staff: Person, owner: Person, system: AISystem) -> None:
    data = {"kinds": ["changed"], "text": "4月から対象が18歳以上になる"}
    page = reverse("feedback:report_system", args=[system.pk])
    assert client_of(staff).get(page).status_code == 200
    client_of(staff).post(page, data)
    report = Report.objects.get()
    assert (report.system, report.handler, report.interaction) == (system, owner, "")
    assert report.department == staff.department


def test_without_a_name(client_of: Any, staff: Person, owner: Person, system: AISystem) -> None:
    data = {"kinds": ["unfair"], "text": "特定の国の人にだけ厳しい", "anonymous": "on"}
    client_of(staff).post(reverse("feedback:report_system", args=[system.pk]), data)
    report = Report.objects.get()
    for address in (report.get_absolute_url(), reverse("feedback:reports")):
        page = client_of(owner).get(address).content.decode()
        assert staff.name not in page
        assert "名前を出さない" in page
    entry = Entry.objects.get(action="feedback.reported")
    assert staff.name not in entry.actor_label
    assert entry.actor_id == ""
    client_of(staff).post(reverse("feedback:withdraw", args=[report.pk]), {"revision": report.revision})
    assert Entry.objects.get(action="feedback.withdrawn").actor_id == ""


def test_two_reports_on_a_system_are_two(staff: Person, system: AISystem) -> None:
    for text in ("一つ目", "二つ目"):
        actions.report(staff, About(system=system), ["drift"], text)
    assert Report.objects.count() == 2


@pytest.mark.parametrize("data", [{"kinds": ["changed"]}, {"text": "何か"}, {"kinds": ["x"], "text": "何か"}])
def test_something_is_missing(client_of: Any, staff: Person, system: AISystem, data: dict[str, Any]) -> None:
    response = client_of(staff).post(reverse("feedback:report_system", args=[system.pk]), data)
    assert response.status_code == 422
    assert "error-summary" in response.content.decode()
    assert not Report.objects.exists()


def test_a_system_that_one_does_not_see(
    client_of: Any, neighbour: Person, outsider: Person, system: AISystem
) -> None:
    for person in (neighbour, outsider):
        page = reverse("feedback:report_system", args=[system.pk])
        assert client_of(person).get(page).status_code == 404


def test_nobody_answers_for_it(it_staff: Person, care: Any, staff: Person) -> None:
    """A vacant post: IT staff answers."""
    vacant = make_system(it_staff, name="別のAI", owner=None, user_departments=[care])
    report = actions.report(staff, About(system=vacant), ["other"], "遅い")
    assert report.handler is None
    assert list(queries.to_answer(it_staff)) == [report]


def test_a_report_needs_a_system(staff: Person) -> None:
    with pytest.raises(ValidationError):
        actions.report(staff, About(), ["other"], "どれとは言えない")


def test_given_asks_twice_however_many(
    report: Any, say: Any, staff: Person, django_assert_num_queries: Any
) -> None:
    told = [say(staff) for _ in range(3)]
    report(staff, interaction=told[0])
    one = about(staff, told[1])
    assert one is not None
    actions.give(staff, one, "useless")
    with django_assert_num_queries(2):
        found = queries.given(staff, told)
    assert found[told[0]].report is not None
    assert found[told[0]].verdict == ""
    assert found[told[1]].verdict == "useless"
    assert found[told[2]] == queries.Given(told[2])
