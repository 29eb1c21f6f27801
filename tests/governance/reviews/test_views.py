"""The pages of confirmations: an ordinary day, bad input, others, two at once."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from django.test import Client

from kijun.governance.access import actions as access
from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.reviews import actions, jobs
from kijun.governance.reviews.models import Label, Review, Taking
from tests.governance.reviews.made import posted


def use(told: str) -> str:
    return f"/staff/reviews/use/{told}/"


def test_it_works(say: Any, staff: Person, client_of: Any) -> None:
    told = say(staff)
    client = client_of(staff)
    page = client.get(use(told)).content.decode()
    assert "案です。" in page
    assert "広報の案を考えて" in page
    answer = client.post(use(told), posted(), follow=True)
    text = answer.content.decode()
    assert "確認を記録しました" in text
    assert "コピーする" in text
    assert Review.objects.get().person == staff


def test_ten_seconds_for_a_light_one(
    say: Any, purpose: Purpose, it_staff: Person, staff: Person, client_of: Any
) -> None:
    access.save_purpose(it_staff, purpose.municipality, purpose, {"review": "light"})
    told = say(staff)
    page = client_of(staff).get(use(told)).content.decode()
    assert page.count('type="checkbox"') == 3
    assert " checked" not in page, "nothing is decided for the person"
    assert client_of(staff).post(use(told), posted("light", reason="", title="")).status_code == 302
    assert Review.objects.get().title == "AIの回答"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "「使う文章」を入力してください"),
        ({"text": " \n "}, "使う文章が空です"),
        ({"check-will": ""}, "住民の意向と食い違っていない"),
        ({"check-will": "maybe"}, "候補から選んでください"),
        ({"ground": ""}, "「どう確かめましたか」を選んでください"),
        ({"reason": ""}, "「そう判断した理由」を入力してください"),
        ({"use": ""}, "あなたの判断"),
        ({"text": "長" * 100_001}, "100000"),
        ({"title": "長" * 200}, "120"),
        ({"revision": "-5"}, ""),
        ({"text": "\0案"}, ""),
    ],
)
def test_bad_input_stays_on_the_page(
    say: Any, staff: Person, client_of: Any, changes: dict[str, str], words: str
) -> None:
    told = say(staff)
    answer = client_of(staff).post(use(told), posted(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Review.objects.exists()


def test_a_forged_destination_is_none(say: Any, staff: Person, client_of: Any) -> None:
    answer = client_of(staff).post(
        use(say(staff)), posted(destination="moon") if False else {**posted(), "destination": "moon"}
    )
    assert answer.status_code == 302  # as if nothing had been chosen
    assert Review.objects.get().destination == "inside"


def test_markup_is_text(say: Any, staff: Person, client_of: Any) -> None:
    told = say(staff, "<b>q</b>", "<script>alert(1)</script>案")
    assert "<script>alert(1)" not in client_of(staff).get(use(told)).content.decode()


def test_others_see_nothing(
    say: Any, staff: Person, approver: Person, outsider: Person, client_of: Any
) -> None:
    told = say(staff)
    for person in (approver, outsider):
        assert client_of(person).get(use(told)).status_code == 404
        assert client_of(person).post(use(told), posted()).status_code == 404
    assert Client().get(use(told)).status_code == 302
    assert client_of(staff).get(use("nobody")).status_code == 404
    assert client_of(staff).get(use("x" * 500)).status_code == 404


def test_a_question_without_an_answer(say: Any, staff: Person, client_of: Any) -> None:
    assert client_of(staff).get(use(say(staff, "止まる問い", ""))).status_code == 404


def test_a_page_of_somebody_elses_review(
    confirm: Any, staff: Person, approver: Person, neighbour: Person, outsider: Person, client_of: Any
) -> None:
    review = confirm(staff, text="ひみつの文章。")
    url = review.get_absolute_url()
    assert "ひみつの文章" in client_of(staff).get(url).content.decode()
    seen = client_of(approver).get(url)
    assert seen.status_code == 200
    assert "ひみつの文章" not in seen.content.decode()
    assert client_of(neighbour).get(url).status_code == 404
    assert client_of(outsider).get(url).status_code == 404


def test_copying_out_comes_after(confirm: Any, staff: Person, approver: Person, client_of: Any) -> None:
    review = confirm(staff, text="直した。")
    answer = client_of(staff).post(f"{review.get_absolute_url()}take/", {"kind": "copy"})
    assert "直した。" in answer.content.decode()
    assert Taking.objects.get().kind == "copy"
    assert Entry.objects.filter(action="reviews.taken").count() == 1
    for person in (approver,):
        assert (
            client_of(person).post(f"{review.get_absolute_url()}take/", {"kind": "copy"}).status_code == 404
        )


@pytest.mark.parametrize("kind", ["txt", "html", "docx", "pdf"])
def test_files(confirm: Any, staff: Person, client_of: Any, kind: str) -> None:
    review = confirm(staff, text="一つ目。\n二つ目。\n\n𠮷野家で<b>会う</b>。", title='件/名"<>')
    answer = client_of(staff).post(f"{review.get_absolute_url()}take/", {"kind": kind})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert "吉" not in read(kind, answer.content)
    assert "𠮷野家で<b>会う</b>" in read(kind, answer.content)


def read(kind: str, content: bytes) -> str:
    """The text of a file, as other programs read it."""
    if kind == "txt":
        return content.decode("utf-8-sig")
    if kind == "html":
        from bs4 import BeautifulSoup

        return BeautifulSoup(content, "html.parser").get_text()
    if kind == "docx":
        from docx import Document

        return "\n".join(one.text for one in Document(io.BytesIO(content)).paragraphs)
    from pypdf import PdfReader

    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).replace("\n", "")


MARKED = "# 節電のお知らせ\n\n**期限**は3月です。\n\n- 消灯\n\n| 階 | 時 |\n|---|---|\n| 1 | 18 |"


@pytest.mark.parametrize("kind", ["txt", "html", "docx", "pdf", "copy"])
def test_an_answer_leaves_as_the_document_that_it_is(
    say: Any, confirm: Any, staff: Person, client_of: Any, kind: str
) -> None:
    """What is recorded is the exact text; marks of it become headings, lists and tables."""
    review = confirm(staff, say(staff, answer=MARKED))
    page = client_of(staff).get(review.get_absolute_url()).content.decode()
    assert "<strong>期限</strong>" in page
    assert "**期限**は3月です。" in page, "the exact text stands below it"
    content = client_of(staff).post(f"{review.get_absolute_url()}take/", {"kind": kind}).content
    text = content.decode() if kind == "copy" else read(kind, content)
    assert "期限は3月です。" in text.replace(" ", "")
    assert "**期限" not in text
    assert "# 節電" not in text
    assert Taking.objects.get().digest == hashlib.sha256(MARKED.encode()).hexdigest()
    assert Entry.objects.get(action="reviews.taken").detail["shape"] == "document"


def test_an_answer_leaves_with_its_marks_where_that_is_asked(
    say: Any, confirm: Any, staff: Person, client_of: Any
) -> None:
    review = confirm(staff, say(staff, answer=MARKED))
    take = f"{review.get_absolute_url()}take/"
    content = client_of(staff).post(take, {"kind": "txt", "shape": "typed"}).content
    assert MARKED in read("txt", content).replace("\r\n", "\n")
    assert client_of(staff).post(take, {"kind": "txt", "shape": "x"}).status_code == 404
    assert Taking.objects.count() == 1


def test_who_decides_sees_the_document_and_the_exact_text(
    say: Any, confirm: Any, staff: Person, approver: Person, client_of: Any
) -> None:
    review = confirm(
        staff, say(staff, answer=MARKED), destination="outside", text=MARKED.replace("3月", "4月")
    )
    actions.submit(staff, review)
    page = client_of(approver).get(f"{review.get_absolute_url()}material/").content.decode()
    assert "<strong>期限</strong>は4月です。" in page
    assert "**期限**は4月です。" in page


def test_nothing_leaves_before_the_approval(submitted: Review, staff: Person, client_of: Any) -> None:
    answer = client_of(staff).post(f"{submitted.get_absolute_url()}take/", {"kind": "txt"}, follow=True)
    assert "決裁を受けてから使えます" in answer.content.decode()
    assert not Taking.objects.exists()


def test_a_forged_kind(confirm: Any, staff: Person, client_of: Any) -> None:
    review = confirm(staff)
    assert client_of(staff).post(f"{review.get_absolute_url()}take/", {"kind": "exe"}).status_code == 404
    assert client_of(staff).get(f"{review.get_absolute_url()}take/").status_code == 405


def test_put_forward_by_the_page(confirm: Any, staff: Person, approver: Person, client_of: Any) -> None:
    review = confirm(staff, destination="outside")
    url = f"{review.get_absolute_url()}submit/"
    assert client_of(staff).get(url).status_code == 200
    answer = client_of(staff).post(
        url, {"comment": "11月号", "document_number": "", "revision": review.revision}, follow=True
    )
    assert "決裁に出しました" in answer.content.decode()
    twice = client_of(staff).post(url, {"comment": "", "document_number": ""})
    assert twice.status_code == 422
    assert client_of(approver).get(url).status_code == 404


def test_a_stale_form(say: Any, staff: Person, client_of: Any) -> None:
    told = say(staff)
    client = client_of(staff)
    client.post(use(told), posted())
    assert client.post(use(told), posted(revision="0", text="直した一。")).status_code == 302
    late = client.post(use(told), posted(revision="0", text="直した二。"))
    assert late.status_code == 422
    assert Review.objects.get().text == "直した一。"
    assert "直した二。" in late.content.decode()


def test_while_it_is_decided_on_the_form_leads_to_the_review(
    submitted: Review, staff: Person, client_of: Any
) -> None:
    answer = client_of(staff).get(use(submitted.interaction), follow=True)
    assert "引き戻してから" in answer.content.decode()


def test_lists(
    confirm: Any, staff: Person, approver: Person, neighbour: Person, outsider: Person, client_of: Any
) -> None:
    confirm(staff, title="節電")
    assert "節電" in client_of(staff).get("/staff/reviews/").content.decode()
    assert "節電" in client_of(approver).get("/staff/reviews/all/").content.decode()
    assert "節電" not in client_of(outsider).get("/staff/reviews/all/").content.decode()
    assert client_of(neighbour).get("/staff/reviews/all/").status_code == 403
    excel = client_of(approver).get("/staff/reviews/all/?format=xlsx")
    assert excel["Content-Type"].startswith("application/vnd.openxml")


def test_a_long_list_asks_the_same_number_of_questions(
    confirm: Any, staff: Person, approver: Person, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        confirm(staff)
    client = client_of(approver)
    client.get("/staff/reviews/all/")
    with django_assert_max_num_queries(30):
        client.get("/staff/reviews/all/")


def test_english(confirm: Any, say: Any, staff: Person, client_of: Any) -> None:
    client = client_of(staff)
    review = confirm(staff)
    client.cookies["django_language"] = "en"
    staff.language = "en"
    staff.save(update_fields=["language"])
    assert "Before you use this answer" in client.get(use(say(staff))).content.decode()
    assert "Take the text out" in client.get(review.get_absolute_url()).content.decode()


def test_approved_texts_wait_until_they_are_taken_out(
    approved: Review, staff: Person, client_of: Any
) -> None:
    home = client_of(staff).get("/staff/").content.decode()
    assert "承認された「節電のお知らせ」を使う" in home
    client_of(staff).post(f"{approved.get_absolute_url()}take/", {"kind": "txt"})
    assert "承認された「節電のお知らせ」を使う" not in client_of(staff).get("/staff/").content.decode()


def test_the_systems_page_tells(
    confirm: Any, staff: Person, owner: Person, system: Any, client_of: Any
) -> None:
    confirm(staff)
    text = client_of(owner).get(f"/staff/systems/{system.pk}/reviews/").content.decode()
    assert "30日間に確認した回答" in text


def test_texts_go_with_their_records(confirm: Any, staff: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime

    from kijun.governance.reviews import answers

    review = confirm(staff, text="直した文章。")
    kept = confirm(staff, text="まだ記録がある。")
    Review.objects.all().update(confirmed_at=review.confirmed_at - datetime.timedelta(days=400))
    real = answers.answer_of
    monkeypatch.setattr(
        answers, "answer_of",
        lambda town, id, masked: None if id == review.interaction else real(town, id, masked=masked),
    )  # fmt: skip
    assert jobs.forget() == 1
    assert jobs.forget() == 0
    assert Review.objects.get(pk=review.pk).text == ""
    assert Review.objects.get(pk=kept.pk).text == "まだ記録がある。"


def test_what_was_approved_and_labelled_leaves_with_its_label(
    approved: Review, staff: Person, client_of: Any
) -> None:
    made = actions.make_label(staff, approved, kind="text", parts=["draft"])
    for kind in ("txt", "html", "docx", "pdf"):
        content = client_of(staff).post(f"{approved.get_absolute_url()}take/", {"kind": kind}).content
        assert str(made) in read(kind, content), kind
        assert "AIを使いました" in read(kind, content).replace(" ", ""), kind
    assert Label.objects.count() == 1


def test_what_is_not_used_needs_no_ticks(say: Any, staff: Person, client_of: Any) -> None:
    told = say(staff)
    answer = client_of(staff).post(
        use(told), {"destination": "inside", "use": "reject", "reason": "誤りが多い。"}
    )
    assert answer.status_code == 302
    assert Review.objects.get().decision == "reject"


def test_why_it_came_back_is_told(submitted: Review, staff: Person, approver: Person, client_of: Any) -> None:
    from kijun.governance.approvals import actions as approvals
    from tests.governance.reviews.conftest import step_of

    approvals.return_(approver, step_of(submitted), comment="日付を直してください。")
    assert "日付を直してください。" in client_of(staff).get(submitted.get_absolute_url()).content.decode()


def test_from_ones_own_record_to_the_confirmation(
    say: Any, staff: Person, approver: Person, client_of: Any
) -> None:
    told = say(staff)
    assert use(told) in client_of(staff).get(f"/staff/records/one/{told}/").content.decode()
