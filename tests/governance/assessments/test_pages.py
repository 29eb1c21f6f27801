"""Every page: it works, the outsider does not get in, nothing typed is lost."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from kijun.governance.accounts.models import Person
from kijun.governance.approvals.actions import return_
from kijun.governance.approvals.models import Approval, Route
from kijun.governance.assessments import actions
from kijun.governance.assessments.forms import AnswerForm
from kijun.governance.assessments.models import Answer, AskedRole, Assessment, Cycle, Status
from kijun.governance.assessments.open_form import OpenAnswerForm, Words
from kijun.governance.evidence.models import Item
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import dates
from tests.governance.assessments.made import answer_data, fill, make_risk, make_system, prove, save_url

ClientOf = Callable[[Person], Client]


def url(name: str, *args: object) -> str:
    return reverse(f"assessments:{name}", args=args)


def pages_of(assessment: Assessment) -> list[str]:
    answer = assessment.answers.order_by("pk")[0]
    return [
        url("assessment", assessment.pk),
        url("principle", assessment.pk, answer.principle),
        url("control", assessment.pk, answer.control_id),
        url("work", assessment.pk),
        url("results", assessment.pk),
        url("sheet", assessment.pk),
        url("import", assessment.pk),
    ]


def managed_pages(assessment: Assessment) -> list[str]:
    work = assessment.assignments.all()[0]
    return [
        url("submit", assessment.pk),
        url("tier", assessment.pk),
        url("drop", assessment.pk),
        url("end_cycle", assessment.cycle_id),
        url("upgrade", assessment.pk),
        url("edit_work", work.pk),
        url("new_cycle"),
        url("own_controls"),
        url("own_template"),
    ]


OPEN_PAGES = ["cycles", "catalog", "catalog_excel", "crosswalk"]


def test_every_page_opens_for_it_staff(
    client_of: ClientOf, it_staff: Person, assessment: Assessment, whole: Assessment
) -> None:
    client = client_of(it_staff)
    paths = [url(name) for name in OPEN_PAGES] + [url("cycle", assessment.cycle_id)]
    paths += pages_of(assessment) + pages_of(whole) + managed_pages(assessment)
    paths += [
        url("framework", "iso42001"),
        url("catalog_control", "P6.1.1"),
        url("system", assessment.system_id),
    ]
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        if "html" in response["Content-Type"]:
            page = BeautifulSoup(response.content, "html.parser")
            assert len(page.find_all("h1")) == 1, path
            assert not page.find_all(style=True), path
            ids = [tag["id"] for tag in page.find_all(id=True)]
            assert len(ids) == len(set(ids)), path


def test_pages_open_in_english(client_of: ClientOf, it_staff: Person, assessment: Assessment) -> None:
    client = client_of(it_staff)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    pages = [
        *pages_of(assessment),
        *managed_pages(assessment),
        url("cycles"),
        url("cycle", assessment.cycle_id),
    ]
    for path in [*pages, url("catalog"), url("catalog_control", "G.1")]:
        response = client.get(path)
        assert response.status_code == 200
        if "html" in response["Content-Type"]:
            assert '<html lang="en">' in response.content.decode(), path


@pytest.mark.parametrize("who", ["outsider"])
def test_another_town_sees_nothing(
    client_of: ClientOf, outsider: Person, assessment: Assessment, who: str
) -> None:
    client = client_of(outsider)
    work = assessment.assignments.all()[0]
    answer = assessment.answers.all()[0]
    gets = [*pages_of(assessment), url("cycle", assessment.cycle_id), url("submit", assessment.pk)]
    gets += [url("upgrade", assessment.pk), url("edit_work", work.pk), url("system", assessment.system_id)]
    for path in gets:
        assert client.get(path).status_code == 404, path
    posts = [url("close", assessment.pk), url("finish", work.pk), url("reopen", work.pk), save_url(answer)]
    posts += [url("remove_work", work.pk), url("add_missing", assessment.cycle_id)]
    posts += [url("ask_department", assessment.pk, answer.control_id), url("submit", assessment.pk)]
    for path in posts:
        assert client.post(path, answer_data(answer)).status_code == 404, path
    answer.refresh_from_db()
    assert answer.status == ""


def test_another_department_does_not_get_in(
    client_of: ClientOf, neighbour: Person, assessment: Assessment
) -> None:
    client = client_of(neighbour)
    answer = assessment.answers.filter(role=AskedRole.USER)[0]
    for path in pages_of(assessment):
        assert client.get(path).status_code == 403, path
    assert client.post(save_url(answer), answer_data(answer)).status_code == 403
    for path in managed_pages(assessment):
        assert client.get(path).status_code == 403, path


def test_the_auditor_reads_and_changes_nothing(
    client_of: ClientOf, auditor: Person, assessment: Assessment
) -> None:
    client = client_of(auditor)
    for path in pages_of(assessment):
        response = client.get(path)
        assert response.status_code == 200, path
        assert b"/save/" not in response.content
    answer = assessment.answers.all()[0]
    assert client.post(save_url(answer), answer_data(answer)).status_code == 403
    for path in managed_pages(assessment):
        assert client.get(path).status_code == 403, path
    for name in ("close", "submit", "upgrade", "work"):
        assert client.post(url(name, assessment.pk)).status_code == 403


def test_signed_out_goes_to_sign_in(client: Client, assessment: Assessment) -> None:
    for path in [*pages_of(assessment), *managed_pages(assessment), *[url(name) for name in OPEN_PAGES]]:
        response = client.get(path)
        assert response.status_code == 302, path
        assert "next=" in response["Location"]


# --- answering -------------------------------------------------------------------------------


def test_an_answer_is_saved_and_the_place_kept(
    client_of: ClientOf, staff: Person, user_answer: Answer
) -> None:
    response = client_of(staff).post(save_url(user_answer) + "?show=mine", answer_data(user_answer))
    assert response.status_code == 302
    assert response["Location"].endswith(
        f"?show=mine&saved={user_answer.control_id}#c-{user_answer.control_id}"
    )
    user_answer.refresh_from_db()
    assert user_answer.status == Status.NOT_DONE
    assert "保存しました。" in client_of(staff).get(response["Location"]).content.decode()


def test_save_and_go_on_leads_to_the_next_open_control(
    client_of: ClientOf, staff: Person, user_answer: Answer, assessment: Assessment
) -> None:
    response = client_of(staff).post(save_url(user_answer), answer_data(user_answer, next="1"))
    following = response["Location"].rpartition("#c-")[2]
    assert following != user_answer.control_id
    assert assessment.answers.get(control_id=following).role == AskedRole.USER
    assessment.answers.exclude(pk=user_answer.pk).update(status=Status.DONE)
    user_answer.refresh_from_db()
    response = client_of(staff).post(save_url(user_answer), answer_data(user_answer, next="1"))
    assert response["Location"] == url("assessment", assessment.pk)


def test_going_on_stays_within_the_filter_as_long_as_it_can(
    client_of: ClientOf, it_staff: Person, assessment: Assessment
) -> None:
    """A filter that would hide the next open control is left behind, so that the page shows where one was led."""
    answers = list(assessment.answers.filter(role=AskedRole.PROVIDER).order_by("pk"))
    client = client_of(it_staff)
    kept = client.post(save_url(answers[0]) + "?role=provider", answer_data(answers[0], next="1"))["Location"]
    assert "role=provider" in kept
    hidden = client.post(save_url(answers[1]) + "?show=gaps", answer_data(answers[1], next="1"))["Location"]
    assert "show=" not in hidden
    page = client.get(hidden.partition("#")[0]).content.decode()
    assert f'id="{hidden.partition("#")[2]}"' in page


def test_evidence_leads_back_to_the_same_place(
    client_of: ClientOf, staff: Person, user_answer: Answer
) -> None:
    client = client_of(staff)
    address = url("principle", user_answer.assessment_id, user_answer.principle) + "?role=user"
    page = BeautifulSoup(client.get(address).content, "html.parser")
    card = page.find(id=f"c-{user_answer.control_id}")
    assert card is not None
    link = next(str(one["href"]) for one in card.select("a") if "証跡を追加する" in one.text)
    form = BeautifulSoup(client.get(link).content, "html.parser")
    back = form.select_one('form[data-keep] input[name="next"]')
    assert back is not None
    assert back["value"] == f"{address}#c-{user_answer.control_id}"


def test_a_yes_against_what_is_collected_needs_a_reason(
    client_of: ClientOf, staff: Person, user_answer: Answer
) -> None:
    prove(user_answer.assessment, user_answer.control_id, verdict="unmet")
    client = client_of(staff)
    data = {"status": "done", "revision": user_answer.revision, "attestation": "全員が毎朝確認している"}
    refused = client.post(save_url(user_answer), data)
    assert refused.status_code == 422
    assert "自動で集めた証跡は「満たしていない」としています" in refused.content.decode()
    assert client.post(save_url(user_answer), data | {"reason": "記入が済んでいないだけ"}).status_code == 302
    user_answer.refresh_from_db()
    assert user_answer.status == Status.DONE


def test_a_mistake_keeps_what_was_typed(client_of: ClientOf, staff: Person, user_answer: Answer) -> None:
    data = answer_data(
        user_answer, status="planned", reason="研修を計画している", planned_on="令和8年13月1日"
    )
    response = client_of(staff).post(save_url(user_answer), data)
    assert response.status_code == 422
    text = response.content.decode()
    assert "研修を計画している" in text
    assert "令和8年13月1日" in text
    assert f'href="#id_{user_answer.pk}_planned_on"' in text


def test_a_stale_form_says_so_and_can_be_saved_again(
    client_of: ClientOf, staff: Person, approver: Person, user_answer: Answer
) -> None:
    seen = answer_data(user_answer, reason="私の理由")
    client_of(approver).post(save_url(user_answer), answer_data(user_answer, reason="上長の理由"))
    for page in ({}, {"page": "control"}):
        response = client_of(staff).post(save_url(user_answer), {**seen, **page})
        assert response.status_code == 422
        text = response.content.decode()
        assert "別の人が先に保存しました" in text
        assert "上長 四郎" in text
        assert "上長の理由" in text
        assert "私の理由" in text
    user_answer.refresh_from_db()
    assert user_answer.reason == "上長の理由"
    form = BeautifulSoup(text, "html.parser").find("form", action=lambda a: a and "/save/" in a)
    again = {**seen, "revision": form.find("input", {"name": "revision"})["value"], "page": "control"}  # type: ignore[union-attr,index]
    assert client_of(staff).post(save_url(user_answer), again).status_code == 302
    user_answer.refresh_from_db()
    assert user_answer.reason == "私の理由"


def test_after_submission_nothing_is_lost_either(
    client_of: ClientOf, staff: Person, user_answer: Answer, assessment: Assessment
) -> None:
    Assessment.objects.filter(pk=assessment.pk).update(state="submitted")
    response = client_of(staff).post(save_url(user_answer), answer_data(user_answer, reason="書きかけの理由"))
    assert response.status_code == 422
    assert "書きかけの理由" in response.content.decode()
    assert "もう提出されている" in response.content.decode()


def test_evidence_stands_beside_the_question(
    client_of: ClientOf, staff: Person, user_answer: Answer, assessment: Assessment
) -> None:
    prove(assessment, user_answer.control_id)
    path = url("principle", assessment.pk, user_answer.principle)
    page = BeautifulSoup(client_of(staff).get(path).content, "html.parser")
    card = page.find(id=f"c-{user_answer.control_id}")
    assert card is not None
    assert "12件" in card.text
    assert "満たしている" in card.text
    assert card.find("textarea", {"name": "attestation"}) is None
    more = card.find("a", href=lambda href: href and href.startswith(reverse("evidence:add", args=["file"])))
    assert more is not None
    assert user_answer.control_id in str(more)


def test_the_filters(client_of: ClientOf, staff: Person, user_answer: Answer, assessment: Assessment) -> None:
    client = client_of(staff)
    client.post(save_url(user_answer), answer_data(user_answer))
    path = url("principle", assessment.pk, user_answer.principle)

    def shown(query: str) -> set[str]:
        page = BeautifulSoup(client.get(path + query).content, "html.parser")
        return {str(card["id"]).removeprefix("c-") for card in page.find_all("article")}

    rows = assessment.answers.filter(principle=user_answer.principle)
    assert shown("") == {one.control_id for one in rows}
    assert shown("?show=gaps") == {user_answer.control_id}
    assert shown("?show=open") == {one.control_id for one in rows} - {user_answer.control_id}
    assert shown("?show=mine") == {one.control_id for one in rows if one.role == AskedRole.USER}
    assert shown("?role=provider") == {one.control_id for one in rows if one.role == AskedRole.PROVIDER}
    assert shown("?show=nonsense&role=nonsense") == shown("")
    assert client.get(url("principle", assessment.pk, "99")).status_code == 404


def test_the_organisations_answers_are_shown_as_inherited(
    client_of: ClientOf, staff: Person, it_staff: Person, assessment: Assessment, whole: Assessment
) -> None:
    answer = whole.answers.filter(role=AskedRole.PROVIDER).order_by("pk")[0]
    actions.answer(it_staff, answer, status=Status.PARTLY, reason="半分の部署で実施", seen_revision=0)
    if not assessment.answers.filter(principle=answer.principle).exists():
        pytest.skip("no question of this principle")
    page = client_of(staff).get(url("principle", assessment.pk, answer.principle)).content.decode()
    assert "組織全体で答える対策" in page
    assert "半分の部署で実施" in page


def test_the_last_answer_stands_in_the_form_to_be_confirmed(
    client_of: ClientOf, staff: Person, user_answer: Answer
) -> None:
    user_answer.previous = {
        "status": "partly", "reason": "去年の理由", "planned_on": None, "answered_by": "前任", "source": "2025年度"
    }  # fmt: skip
    user_answer.save()
    page = (
        client_of(staff)
        .get(url("principle", user_answer.assessment_id, user_answer.principle))
        .content.decode()
    )
    assert "前回の回答を確認" in page
    assert "去年の理由" in page
    assert "前任" in page


# --- managing --------------------------------------------------------------------------------


def test_a_cycle_is_confirmed_before_it_is_made(
    client_of: ClientOf, it_staff: Person, town: Municipality, system: AISystem
) -> None:
    waiting = make_system(town, 2, tier="")
    client = client_of(it_staff)
    today = timezone.localdate()
    data = {
        "name": "2026年度 自己点検",
        "fiscal_year": str(dates.fiscal_year(today)),
        "starts_on": "R8.4.1",
        "due_on": "令和9年3月31日",
    }
    first = client.post(url("new_cycle"), data)
    assert first.status_code == 200
    assert not Cycle.objects.exists()
    text = first.content.decode()
    assert system.name in text
    assert waiting.name in text
    assert "リスク評価待ち" in text
    page = BeautifulSoup(text, "html.parser")
    form = next(one for one in page.find_all("form") if one.find("button", {"name": "confirmed"}))
    sent = {str(one["name"]): str(one["value"]) for one in form.find_all("input")}
    back = client.post(url("new_cycle"), {**sent, "back": "1"})
    assert back.status_code == 200
    assert "2026年度 自己点検" in back.content.decode()
    assert not Cycle.objects.exists()
    done = client.post(url("new_cycle"), {**sent, "confirmed": "1"})
    cycle = Cycle.objects.get()
    assert done["Location"] == url("cycle", cycle.pk)
    assert cycle.assessments.count() == 2
    again = client.post(url("new_cycle"), {**sent, "confirmed": "1"})
    assert again.status_code == 422
    assert "同じ名称" in again.content.decode()
    make_risk(waiting, "low")
    assert "この自己点検に加える" in client.get(url("cycle", cycle.pk)).content.decode()
    client.post(url("add_missing", cycle.pk))
    assert cycle.assessments.count() == 3


def test_work_is_given_on_its_page(
    client_of: ClientOf,
    it_staff: Person,
    staff: Person,
    outsider: Person,
    assessment: Assessment,
    tax: Department,
) -> None:
    client = client_of(it_staff)
    data = {"role": "user", "department": tax.pk, "due_on": dates.format_wareki(assessment.due_on)}
    assert client.post(url("work", assessment.pk), data).status_code == 302
    bad = client.post(url("work", assessment.pk), data)
    assert bad.status_code == 422
    made = assessment.assignments.get(department=tax)
    assert "介護 三郎（0004）" in client.get(url("edit_work", made.pk)).content.decode()
    stranger = client.post(url("edit_work", made.pk), {**data, "revision": 0, "person": outsider.pk})
    assert stranger.status_code == 422
    edit = client.post(url("edit_work", made.pk), {**data, "revision": 0, "person": ""})
    assert edit.status_code == 302
    stale = client.post(url("edit_work", made.pk), {**data, "revision": 0})
    assert stale.status_code == 422
    assert "別の人が更新しました" in stale.content.decode()
    assert client.post(url("remove_work", made.pk)).status_code == 302
    work = assessment.assignments.get(role=AskedRole.USER)
    assessment.answers.filter(role=AskedRole.USER).update(status=Status.DONE)
    client_of(staff).post(url("finish", work.pk), {"revision": work.revision})
    work.refresh_from_db()
    assert work.finished_at is not None
    client.post(url("reopen", work.pk), {"revision": work.revision})
    work.refresh_from_db()
    assert work.finished_at is None
    assert client_of(staff).post(url("work", assessment.pk), data).status_code == 403


def test_submission_lists_what_is_missing_then_goes(
    client_of: ClientOf, it_staff: Person, assessment: Assessment, one_step_route: Route
) -> None:
    client = client_of(it_staff)
    text = client.get(url("submit", assessment.pk)).content.decode()
    assert "提出の前にすること" in text
    assert "提出する</button>" not in text
    assert client.post(url("submit", assessment.pk), {"revision": 0}).status_code == 422
    fill(assessment, it_staff, gaps=1)
    text = client.get(url("submit", assessment.pk)).content.decode()
    assert "承認されると指摘になる対策" in text
    done = client.post(
        url("submit", assessment.pk), {"revision": assessment.revision, "comment": "お願いします"}
    )
    approval = Approval.objects.get()
    assert done["Location"] == reverse("approvals:detail", args=[approval.pk])
    detail = client.get(done["Location"])
    assert detail.status_code == 200
    assert "半分の部署で実施" in detail.content.decode()
    assert client.get(url("assessment", assessment.pk)).status_code == 200


def test_results_show_what_was_approved(
    client_of: ClientOf, it_staff: Person, assessment: Assessment, settle: Callable[..., Assessment]
) -> None:
    settle(assessment, gaps=2)
    Answer.objects.filter(assessment=assessment).update(status=Status.NOT_APPLICABLE)
    client = client_of(it_staff)
    page = BeautifulSoup(client.get(url("results", assessment.pk)).content, "html.parser")
    assert "F-0001" in page.text
    assert "要約値を確かめました" in page.text
    assert "半分の部署で実施" in page.text
    assert page.find("svg") is not None
    form = page.find("form", action=url("close", assessment.pk))
    assert form is not None
    assert form.find_next("h2").text == "原則ごと", "what is left to do stands before the long tables"
    first = client.get(url("assessment", assessment.pk)).content.decode()
    assert "結果を確かめて完了にする" in first
    assert client.post(url("close", assessment.pk)).status_code == 302
    assessment.refresh_from_db()
    assert assessment.state == Assessment.State.CLOSED
    assert client.get(url("import", assessment.pk)).status_code == 302


def test_results_say_when_the_copy_was_tampered_with(
    client_of: ClientOf, it_staff: Person, assessment: Assessment, settle: Callable[..., Assessment]
) -> None:
    settle(assessment)
    assessment.frozen["controls"][0]["status"] = "not_done"
    assessment.save(update_fields=["frozen"])
    assert (
        "写しが書き換えられています"
        in client_of(it_staff).get(url("results", assessment.pk)).content.decode()
    )


def test_what_was_approved_shows_its_own_words_and_days(
    client_of: ClientOf, it_staff: Person, assessment: Assessment, settle: Callable[..., Assessment]
) -> None:
    """A moment late in the evening of Greenwich is the next day in Japan; English readers read English."""
    item_of = assessment.answers.order_by("pk")[0].control_id
    prove(assessment, item_of)
    Item.objects.update(title_en="Evidence by itself", value_en="12 cases")
    Item.objects.update(as_of=datetime.datetime(2026, 11, 22, 15, 30, tzinfo=datetime.UTC))
    settle(assessment)
    text = client_of(it_staff).get(url("results", assessment.pk)).content.decode()
    assert "2026/11/23" in text
    assert "2026-11-22" not in BeautifulSoup(text, "html.parser").text
    client = client_of(it_staff)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get(url("results", assessment.pk)).content.decode()
    assert "Evidence by itself" in english
    assert "12 cases" in english


def test_a_returned_assessment_says_so(
    client_of: ClientOf, it_staff: Person, executive: Person, assessment: Assessment, one_step_route: Route
) -> None:
    fill(assessment, it_staff)
    approval = actions.submit(it_staff, assessment)
    return_(executive, approval.steps.get(), comment="証跡が足りない")
    text = client_of(it_staff).get(url("assessment", assessment.pk)).content.decode()
    assert "差し戻されました" in text
    assert "証跡が足りない" in text


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("proven", [True, False])
def test_a_form_drawn_in_one_piece_is_the_same_form(user_answer: Answer, lang: str, proven: bool) -> None:
    """The quick way of drawing an answer's form says what the form says."""
    empty = Answer(pk=8, revision=0)
    user_answer.status, user_answer.reason = Status.PLANNED, 'a < b\n"c"'
    user_answer.planned_on = datetime.date(2027, 3, 31)
    with translation.override(lang):
        for one in (user_answer, empty):
            quick, full = OpenAnswerForm(one, Words(), proven=proven), AnswerForm(one, proven=proven)
            assert _plain(str(quick)) == _plain(str(full))


def _plain(html: str) -> list[tuple[str, object]]:
    """Every element in order with its attributes, and every text."""
    found: list[tuple[str, object]] = []
    for node in BeautifulSoup(html, "html.parser").descendants:
        if isinstance(node, Tag):
            found.append((node.name, sorted((key, str(value)) for key, value in node.attrs.items())))
        elif str(node).strip():
            found.append(("", str(node).strip()))
    return found
