"""A department's prompts: written, read by its approver, filled in. And what the town says beside the input."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from kijun.governance.access.models import Grant
from kijun.governance.accounts import belongings, departures, waiting
from kijun.governance.accounts.models import Person, Posting, RoleGrant
from kijun.governance.audit.models import Entry as Told
from kijun.governance.chat import actions, jobs, queries
from kijun.governance.chat.forms import places
from kijun.governance.chat.models import Notice, Prompt
from kijun.governance.organisation import dependents
from kijun.governance.organisation.models import Department
from kijun.web.versions import Stale

ClientOf = Callable[[Person], Client]


@pytest.fixture
def prompt(staff: Person, care: Department) -> Prompt:
    values = {
        "title": "会議録の要約",
        "department": care,
        "purpose": None,
        "text": "〔会議〕を〔字数〕字で要約",
    }
    return actions.save_prompt(staff, None, values)


def share(prompt: Prompt, staff: Person, approver: Person) -> Prompt:
    actions.send_prompt(staff, prompt)
    return actions.decide_prompt(approver, prompt, share=True, comment="")


def test_it_works(prompt: Prompt, staff: Person, approver: Person, grant: Grant, client_of: ClientOf) -> None:
    client = client_of(staff)
    assert client.post(f"/staff/chat/prompts/{prompt.pk}/send/").status_code == 302
    assert "会議録の要約" in str([one.title for one in waiting.tasks(approver)])
    page = client_of(approver).get(f"/staff/chat/prompts/{prompt.pk}/").content.decode()
    assert "部署で共有する" in page
    client_of(approver).post(f"/staff/chat/prompts/{prompt.pk}/decide/", {"share": "yes"})
    prompt.refresh_from_db()
    assert (prompt.state, prompt.decided_by) == (Prompt.State.SHARED, approver)
    assert "会議録の要約" in client.get(f"/staff/chat/new/{grant.pk}/").content.decode()
    url = f"/staff/chat/prompts/{prompt.pk}/use/?grant={grant.pk}"
    assert "字数" in client.get(url).content.decode()
    assert client.post(url, {"place_0": "部長会議", "place_1": "200"}).status_code == 302
    assert queries.draft(staff, f"grant-{grant.pk}") == "部長会議を200字で要約"


def test_it_is_written_on_a_page(staff: Person, care: Department, client_of: ClientOf) -> None:
    client = client_of(staff)
    assert client.get("/staff/chat/prompts/new/").status_code == 200
    told = {"title": "案内文", "department": care.pk, "text": "〔相手〕への案内"}
    assert client.post("/staff/chat/prompts/new/", told).status_code == 302
    row = Prompt.objects.get()
    assert client.post(f"/staff/chat/prompts/{row.pk}/change/", {**told, "title": ""}).status_code == 422
    assert client.get("/staff/chat/prompts/").content.decode().count("案内文") == 1


def test_it_comes_back_with_words(prompt: Prompt, staff: Person, approver: Person) -> None:
    actions.send_prompt(staff, prompt)
    with pytest.raises(ValidationError):
        actions.decide_prompt(approver, prompt, share=False, comment=" ")
    actions.decide_prompt(approver, prompt, share=False, comment="字数を決めない")
    assert prompt.state == Prompt.State.RETURNED
    assert "直す" in str([one.title for one in waiting.tasks(staff)])
    actions.send_prompt(staff, prompt)
    assert prompt.state == Prompt.State.REVIEW


def test_two_approvers_at_once_decide_once(prompt: Prompt, staff: Person, approver: Person) -> None:
    actions.send_prompt(staff, prompt)
    twice = Prompt.objects.get(pk=prompt.pk)
    seen = prompt.revision
    actions.decide_prompt(approver, prompt, share=True, comment="", seen_revision=seen)
    with pytest.raises(Stale):
        actions.decide_prompt(approver, twice, share=False, comment="いや", seen_revision=seen)


def test_who_may_not(
    prompt: Prompt, staff: Person, neighbour: Person, outsider: Person, approver: Person, client_of: ClientOf
) -> None:
    for person in (neighbour, outsider):
        assert client_of(person).get(f"/staff/chat/prompts/{prompt.pk}/").status_code == 404
        with pytest.raises(PermissionDenied):
            actions.send_prompt(person, prompt)
    assert client_of(approver).get(f"/staff/chat/prompts/{prompt.pk}/").status_code == 404, (
        "a draft is its author's"
    )
    actions.send_prompt(staff, prompt)
    with pytest.raises(PermissionDenied):
        actions.decide_prompt(staff, prompt, share=True, comment="")
    assert (
        client_of(staff).post(f"/staff/chat/prompts/{prompt.pk}/decide/", {"share": "yes"}).status_code == 403
    )


def test_a_shared_one_is_not_changed_but_withdrawn(
    prompt: Prompt, staff: Person, approver: Person, grant: Grant, client_of: ClientOf
) -> None:
    share(prompt, staff, approver)
    assert client_of(staff).get(f"/staff/chat/prompts/{prompt.pk}/change/").status_code == 404
    assert client_of(staff).post(f"/staff/chat/prompts/{prompt.pk}/withdraw/").status_code == 302
    assert queries.usable_prompts(staff, grant) == []


def test_another_department_is_not_offered_it(
    prompt: Prompt, staff: Person, approver: Person, neighbour: Person, grant_to: Any
) -> None:
    share(prompt, staff, approver)
    assert queries.usable_prompts(neighbour, grant_to(neighbour)) == []


def test_places() -> None:
    assert places("〔a〕と〔b〕と〔a〕、〔〕、〔閉じない") == ["a", "b"]


def test_the_notice_stands_beside_the_input(
    it_staff: Person, staff: Person, grant: Grant, client_of: ClientOf
) -> None:
    client = client_of(it_staff)
    told = {"text": "数字は原本で確かめる。", "text_en": "Check figures.", "url": "https://example.jp/rules"}
    assert client.post("/staff/chat/notice/", told).status_code == 302
    page = client_of(staff).get(f"/staff/chat/new/{grant.pk}/").content.decode()
    assert "数字は原本で確かめる。" in page
    assert "https://example.jp/rules" in page
    assert client.post("/staff/chat/notice/", {**told, "revision": 0}).status_code == 422, "seen too long ago"
    assert client.post("/staff/chat/notice/", {"url": "javascript:alert(1)"}).status_code == 422
    assert Notice.objects.get().text == "数字は原本で確かめる。"
    assert client_of(staff).get("/staff/chat/notice/").status_code == 403


# --- when its department or its author goes ------------------------------------------------------


def close(department: Department, days: int = 0) -> None:
    Department.objects.filter(pk=department.pk).update(
        closed_on=timezone.localdate() + datetime.timedelta(days=days)
    )


def test_a_department_is_not_closed_at_once_while_it_shares(
    prompt: Prompt, staff: Person, approver: Person, care: Department
) -> None:
    assert dependents.work([care]) == {}, "a draft keeps nothing open"
    share(prompt, staff, approver)
    assert dependents.work([care]) == {care.pk: ["ひな形「会議録の要約」"]}


def test_what_a_closed_department_shared_is_offered_to_nobody(
    prompt: Prompt,
    staff: Person,
    approver: Person,
    it_staff: Person,
    neighbour: Person,
    care: Department,
    grant: Grant,
    client_of: ClientOf,
) -> None:
    share(prompt, staff, approver)
    close(care, 1)
    assert queries.usable_prompts(staff, grant) == [prompt], "not before the day"
    assert jobs.archive_prompts() == 0
    close(care)
    assert queries.usable_prompts(staff, grant) == [], "on the day itself, before any job ran"
    client = client_of(staff)
    assert client.get(f"/staff/chat/prompts/{prompt.pk}/use/?grant={grant.pk}").status_code == 404
    assert (jobs.archive_prompts(), jobs.archive_prompts()) == (1, 0)
    prompt.refresh_from_db()
    assert prompt.state == Prompt.State.ARCHIVED
    assert Told.objects.get(action="chat.prompt_archived").actor_kind == "system"
    listed = client_of(it_staff).get("/staff/chat/prompts/").content.decode()
    assert "会議録の要約" in listed
    assert "廃止された部署" in listed
    assert "保管" in listed
    assert "会議録の要約" not in client_of(neighbour).get("/staff/chat/prompts/").content.decode()


def test_it_is_moved_to_the_successor_and_read_there_before_anybody_uses_it(
    prompt: Prompt,
    staff: Person,
    approver: Person,
    it_staff: Person,
    care: Department,
    welfare: Department,
    grant: Grant,
    client_of: ClientOf,
) -> None:
    share(prompt, staff, approver)
    close(care)
    jobs.archive_prompts()
    client = client_of(it_staff)
    url = f"/staff/chat/prompts/{prompt.pk}/move/"
    assert "別の部署に移す" in client.get(f"/staff/chat/prompts/{prompt.pk}/").content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url, {"department": ""}).status_code == 422
    assert client.post(url, {"department": care.pk, "revision": ""}).status_code == 422, "it is gone"
    assert client.post(url, {"department": welfare.pk}).status_code == 302
    prompt.refresh_from_db()
    assert (prompt.state, prompt.department) == (Prompt.State.REVIEW, welfare)
    assert queries.usable_prompts(staff, grant) == []
    with pytest.raises(PermissionDenied):
        actions.decide_prompt(approver, prompt, share=True, comment="")  # not of that department
    Posting.objects.filter(person=approver).update(department=welfare)
    RoleGrant.objects.filter(person=approver).update(department=welfare)
    actions.decide_prompt(Person.objects.get(pk=approver.pk), prompt, share=True, comment="")
    assert prompt.state == Prompt.State.SHARED


def test_who_may_not_move_it(
    prompt: Prompt,
    staff: Person,
    approver: Person,
    neighbour: Person,
    outsider: Person,
    it_staff: Person,
    tax: Department,
    client_of: ClientOf,
) -> None:
    share(prompt, staff, approver)
    with pytest.raises(PermissionDenied):
        actions.move_prompt(neighbour, prompt, tax)
    with pytest.raises(PermissionDenied):
        actions.move_prompt(outsider, prompt, tax)
    with pytest.raises(ValidationError):
        actions.move_prompt(it_staff, prompt, outsider.department)
    with pytest.raises(ValidationError):
        actions.move_prompt(staff, prompt, prompt.department)
    assert client_of(outsider).get(f"/staff/chat/prompts/{prompt.pk}/move/").status_code == 404
    assert client_of(neighbour).get(f"/staff/chat/prompts/{prompt.pk}/move/").status_code == 404
    seen = prompt.revision
    actions.move_prompt(staff, Prompt.objects.get(pk=prompt.pk), tax, seen)
    with pytest.raises(Stale):
        actions.move_prompt(it_staff, Prompt.objects.get(pk=prompt.pk), prompt.department, seen)


def test_what_a_departed_person_shared_is_read_again(
    prompt: Prompt, staff: Person, approver: Person, grant: Grant, care: Department, client_of: ClientOf
) -> None:
    share(prompt, staff, approver)
    values = {"title": "書きかけ", "department": care, "purpose": None, "text": "x"}
    draft = actions.save_prompt(staff, None, values)
    departures.tell([staff])
    prompt.refresh_from_db()
    assert prompt.state == Prompt.State.SHARED, "who only moves takes nothing away"
    Person.objects.filter(pk=staff.pk).update(is_active=False)
    departures.tell([staff])
    departures.tell([staff])
    prompt.refresh_from_db()
    draft.refresh_from_db()
    assert (prompt.state, draft.state) == (Prompt.State.REVIEW, Prompt.State.ARCHIVED)
    assert Told.objects.filter(action="chat.prompt_reread").count() == 1
    assert "会議録の要約" in str([one.title for one in waiting.tasks(approver)])
    page = client_of(approver).get(f"/staff/chat/prompts/{prompt.pk}/").content.decode()
    assert "作った人が去ったため、共有を止めています" in page
    assert "今は在職していません" in client_of(approver).get("/staff/chat/prompts/").content.decode()
    actions.decide_prompt(approver, Prompt.objects.get(pk=prompt.pk), share=False, comment="古い")
    prompt.refresh_from_db()
    assert prompt.state == Prompt.State.ARCHIVED, "nobody is there to mend it"


def test_a_successor_takes_it_over(
    prompt: Prompt, staff: Person, approver: Person, neighbour: Person, administrator: Person
) -> None:
    share(prompt, staff, approver)
    [one] = [each for each in belongings.belongings(staff) if each.thing_kind == "chat.prompt"]
    assert belongings.belongings_of([staff])[staff.pk]
    belongings.hand_over("chat.prompt", "author", one.thing_id, staff, neighbour, administrator)
    Person.objects.filter(pk=staff.pk).update(is_active=False)
    departures.tell([staff])
    prompt.refresh_from_db()
    assert (prompt.author, prompt.state) == (neighbour, Prompt.State.SHARED)
    belongings.hand_over("chat.prompt", "author", one.thing_id, staff, approver, administrator)
    prompt.refresh_from_db()
    assert prompt.author == neighbour, "it was no longer theirs to give"
