"""Requests to vendors, from a report to the day on which it was tried again."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.feedback import actions, drafting
from kijun.governance.feedback.models import ImprovementRequest, Report
from kijun.web.versions import Stale
from tests.governance.feedback.conftest import VALUES


def _titles(person: Person) -> list[str]:
    return [str(one.title) for one in waiting.tasks(Person.objects.get(pk=person.pk))]


def _posted(**changes: Any) -> dict[str, Any]:
    return {**VALUES, "nobody_named": "on", **changes}


def test_it_works(client_of: Any, report: Any, staff: Person, owner: Person) -> None:
    one = report(staff)
    client = client_of(owner)
    begin = reverse("feedback:begin_request", args=[one.pk])
    assert "3割のはずです。" in client.get(begin).content.decode()
    response = client.post(begin, _posted())
    row = ImprovementRequest.objects.get()
    assert response["Location"] == row.get_absolute_url()
    today = timezone.localdate()
    client.post(reverse("feedback:ask", args=[row.pk]), {"asked_on": str(today), "revision": row.revision})
    row.refresh_from_db()
    assert (row.state, row.times, row.nobody_named_by) == ("asked", 1, owner)
    assert row.due_on is not None
    assert row.due_on > today + datetime.timedelta(days=20)
    assert f"改善要望 {row.code} の回答を事業者に確かめる" in _titles(owner)
    reply = {"reply": "mended", "answer": "版を上げた", "answered_on": str(today), "revision": row.revision}
    client.post(reverse("feedback:reply", args=[row.pk]), reply)
    row.refresh_from_db()
    assert row.state == "answered"
    tried = {"result": "no", "verification": "1問が違う", "verified_on": str(today), "revision": row.revision}
    client.post(reverse("feedback:verify", args=[row.pk]), tried)
    row.refresh_from_db()
    assert (row.state, row.times) == ("asked", 2)
    client.post(reverse("feedback:reply", args=[row.pk]), {**reply, "revision": row.revision})
    row.refresh_from_db()
    tried = {**tried, "result": "yes", "verification": "50問すべて正しい", "revision": row.revision}
    client.post(reverse("feedback:verify", args=[row.pk]), tried)
    row.refresh_from_db()
    assert (row.state, row.verified_by) == ("verified", owner)
    assert "50問すべて正しい" in client.get(row.get_absolute_url()).content.decode()
    assert Entry.objects.filter(action="feedback.request_asked_again").count() == 1


def test_several_reports_are_asked_about_once(
    client_of: Any, report: Any, staff: Person, neighbour: Person, owner: Person
) -> None:
    first, second = report(staff), report(neighbour, "outdated")
    row = actions.save_request(owner, first.system, None, VALUES, reports=[first])
    client = client_of(owner)
    assert second.code in client.get(row.get_absolute_url()).content.decode()
    client.post(reverse("feedback:join_request", args=[row.pk]), {"report": second.pk})
    assert row.reports.count() == 2
    client.post(reverse("feedback:leave_request", args=[row.pk]), {"report": second.pk})
    assert list(row.reports.all()) == [first]
    assert (
        row.get_absolute_url()
        in client.get(reverse("feedback:begin_request", args=[second.pk])).content.decode()
    )
    assert (
        client.get(reverse("feedback:begin_request", args=[first.pk]))["Location"] == row.get_absolute_url()
    )


def test_of_another_system_it_does_not_join(
    report: Any, staff: Person, owner: Person, it_staff: Person, care: Any
) -> None:
    from kijun.governance.feedback.answers import About
    from tests.governance.inventory.made import make_system

    row = actions.save_request(owner, report(staff).system, None, VALUES)
    other = make_system(it_staff, name="別のAI", owner=owner, user_departments=[care])
    elsewhere = actions.report(staff, About(system=other), ["drift"], "外れる")
    with pytest.raises(ValidationError):
        actions.attach(owner, row, elsewhere)


def test_it_is_not_sent_before_somebody_saw_that_nobody_is_named(
    report: Any, staff: Person, owner: Person
) -> None:
    row = actions.save_request(owner, report(staff).system, None, VALUES)
    with pytest.raises(ValidationError) as refused:
        actions.ask(owner, row, on=timezone.localdate())
    assert refused.value.code == "named"


def test_personal_data_is_shown_once(client_of: Any, report: Any, staff: Person, owner: Person) -> None:
    one = report(staff)
    client = client_of(owner)
    begin = reverse("feedback:begin_request", args=[one.pk])
    data = _posted(body="山田 太郎さん（電話 03-1234-5678）への案内が違う。")
    response = client.post(begin, data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "個人情報とみられるものがあります" in page
    assert not ImprovementRequest.objects.exists()
    shown = response.context["form"]["shown"].value()
    assert shown
    assert client.post(begin, {**data, "shown": shown}).status_code == 302


def test_the_letter_tells_what_is_asked_and_nothing_of_the_ledger(
    client_of: Any, report: Any, say: Any, staff: Person, owner: Person
) -> None:
    one = report(staff, interaction=say(staff, "秘密の質問", "特別な回答"))
    row = actions.save_request(
        owner, one.system, None, {**VALUES, "body": drafting.begin([one])}, reports=[one], nobody_named=True
    )
    text = drafting.letter(row)
    assert "株式会社さくらAI 御中" in text
    assert "事実と異なる疑い：3割のはずです。" in text
    for word in ("秘密", "特別", staff.name):
        assert word not in text
    response = client_of(owner).get(reverse("feedback:letter", args=[row.pk]))
    assert response.content.decode() == text
    assert "attachment" in response["Content-Disposition"]
    assert drafting.mail_link(row).startswith("mailto:help@example.co.jp?subject=")
    row.contact = "電話 03-0000-0000"
    assert drafting.mail_link(row) == ""
    row.contact, row.body = "help@example.co.jp", "あ" * 3000
    assert "&body=" not in drafting.mail_link(row)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"vendor": " "}, "vendor"),
        ({"title": ""}, "title"),
        ({"body": ""}, "body"),
        ({"meanwhile": "later"}, "meanwhile"),
        ({"body": "あ" * 4001}, "body"),
        ({"meanwhile_note": "あ" * 501}, "meanwhile_note"),
    ],
)
def test_bad_input(report: Any, staff: Person, owner: Person, changes: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        actions.save_request(owner, report(staff).system, None, {**VALUES, **changes})
    assert field in refused.value.message_dict


def test_days_that_cannot_be(asked: ImprovementRequest, owner: Person, report: Any, staff: Person) -> None:
    today = timezone.localdate()
    day = datetime.timedelta(days=1)
    with pytest.raises(ValidationError):
        actions.record_reply(owner, asked, reply="mended", text="直した", on=today + day)
    with pytest.raises(ValidationError):
        actions.record_reply(owner, asked, reply="mended", text="直した", on=today - day)
    with pytest.raises(ValidationError):
        actions.record_reply(owner, asked, reply="planned", text="直す", on=today)
    draft = actions.save_request(owner, asked.system, None, VALUES, nobody_named=True)
    with pytest.raises(ValidationError):
        actions.ask(owner, draft, on=None)
    with pytest.raises(ValidationError):
        actions.ask(owner, draft, on=today, due_on=today - day)


def test_refused(asked: ImprovementRequest, owner: Person) -> None:
    row = actions.record_reply(owner, asked, reply="refused", text="仕様です", on=timezone.localdate())
    assert row.state == "refused"
    with pytest.raises(ValidationError):
        actions.verify(owner, row, mended=True, text="試した", on=timezone.localdate())
    assert not any(row.code in title for title in _titles(owner))


def test_what_was_sent_stays(asked: ImprovementRequest, owner: Person) -> None:
    with pytest.raises(ValidationError):
        actions.save_request(owner, asked.system, asked, VALUES)
    report = asked.reports.get()
    with pytest.raises(ValidationError):
        actions.detach(owner, report)


def test_a_report_is_not_closed_before_the_vendor_is_done(asked: ImprovementRequest, owner: Person) -> None:
    report = asked.reports.get()
    actions.answer(owner, report, finding="confirmed", text="事業者に改善を求めました。")
    with pytest.raises(ValidationError):
        actions.close(owner, report)
    actions.record_reply(owner, asked, reply="refused", text="仕様です", on=timezone.localdate())
    assert actions.close(owner, Report.objects.get(pk=report.pk)).state == "closed"


def test_sent_once(report: Any, staff: Person, owner: Person, it_staff: Person) -> None:
    row = actions.save_request(owner, report(staff).system, None, VALUES, nobody_named=True)
    again = ImprovementRequest.objects.get(pk=row.pk)
    actions.ask(owner, row, on=timezone.localdate())
    with pytest.raises(Stale):
        actions.ask(it_staff, again, on=timezone.localdate())


def test_who_may(asked: ImprovementRequest, staff: Person, auditor: Person) -> None:
    for person in (staff, auditor):
        with pytest.raises(PermissionDenied):
            actions.record_reply(person, asked, reply="mended", text="直した", on=timezone.localdate())


@pytest.mark.parametrize("name", ["request", "edit_request", "letter", "ask", "reply", "verify"])
def test_outsiders(
    client_of: Any,
    client: Any,
    asked: ImprovementRequest,
    outsider: Person,
    staff: Person,
    auditor: Person,
    name: str,
) -> None:
    address = reverse(f"feedback:{name}", args=[asked.pk])
    assert client_of(outsider).get(address).status_code == 404
    assert client_of(staff).get(address).status_code == 403
    assert client.get(address).status_code == 302
    reads = name in ("request", "letter")
    assert client_of(auditor).get(address).status_code == (200 if reads else 403)


def test_late_is_told(client_of: Any, asked: ImprovementRequest, owner: Person, it_staff: Person) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    ImprovementRequest.objects.filter(pk=asked.pk).update(due_on=yesterday)
    assert any(asked.code in title for title in _titles(it_staff))
    page = client_of(it_staff).get(reverse("feedback:requests")).content.decode()
    assert "期限超過" in page
    assert client_of(it_staff).get(reverse("feedback:requests"), {"format": "xlsx"}).status_code == 200
