"""Last cycle's answer to a question that reads differently now: marked, shown beside the new words, never taken over by itself."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from kijun.catalog import Text, load
from kijun.governance.accounts.models import Person
from kijun.governance.assessments import actions, rewording
from kijun.governance.assessments.forms import initial_of
from kijun.governance.assessments.models import Answer, Assessment, Status
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from tests.governance.assessments.made import make_system, open_cycle
from tests.governance.assessments.test_own import own_control

ClientOf = Callable[[Person], Client]


@pytest.fixture
def system(
    town: Municipality, it_department: Department, care: Department, owner: Person, it_staff: Person
) -> AISystem:
    """Own controls are there from the first cycle on."""
    actions.import_own(
        it_staff, town, [own_control("L5.1.1"), own_control("L5.1.2", "席を離れるときは画面を閉じる。")]
    )
    return make_system(town, 1, provider=it_department, users=(care,), owner=owner)


@pytest.fixture
def following(
    town: Municipality, assessment: Assessment, it_staff: Person, settle: Callable[..., Assessment]
) -> Assessment:
    """The next cycle's, for which one own control was worded anew and another only retitled."""
    settle(assessment)
    new = own_control("L5.1.1", "すべての端末に目隠しを付ける。")
    other = own_control("L5.1.2", "席を離れるときは画面を閉じる。")
    actions.import_own(it_staff, town, [new, dataclasses.replace(other, title=Text("離席のとき"))])
    return open_cycle(it_staff, town, "2027年度 自己点検").assessments.get(system=assessment.system)


@pytest.fixture
def reworded(following: Assessment) -> Answer:
    return following.answers.get(control_id="L5.1.1")


def test_only_another_question_is_marked(following: Assessment, reworded: Answer) -> None:
    assert [one.control_id for one in following.answers.all() if one.is_reworded] == ["L5.1.1"]
    assert reworded.previous["status"] == Status.DONE
    assert reworded.previous["asked"]["statement"]["ja"] == "窓口の端末に目隠しを付ける。"
    assert "words" not in reworded.previous


def test_its_status_is_not_filled_in(following: Assessment, reworded: Answer) -> None:
    assert initial_of(reworded)["status"] == ""
    assert initial_of(following.answers.get(control_id="L5.1.2"))["status"] == Status.DONE


def test_the_old_words_stand_beside(client_of: ClientOf, staff: Person, following: Assessment) -> None:
    browser = client_of(staff)
    page = reverse("assessments:principle", args=[following.pk, "5"])
    for url in (page, reverse("assessments:control", args=[following.pk, "L5.1.1"])):
        soup = BeautifulSoup(browser.get(url).content, "html.parser")
        card = soup.find(id="c-L5.1.1")
        assert card is not None
        assert "前回から内容が変わった" in card.text
        assert "窓口の端末に目隠しを付ける。" in card.text
        assert "すべての端末に目隠しを付ける。" in card.text
        assert not card.select("input[name=status][checked]")
    other = BeautifulSoup(browser.get(page).content, "html.parser").find(id="c-L5.1.2")
    assert other is not None
    assert "前回の回答を確認" in other.text
    assert other.select("input[name=status][checked]")


def test_they_can_be_listed(client_of: ClientOf, staff: Person, following: Assessment) -> None:
    browser = client_of(staff)
    text = browser.get(reverse("assessments:assessment", args=[following.pk])).content.decode()
    assert "前回から内容が変わった対策が1件あります" in text
    page = reverse("assessments:principle", args=[following.pk, "5"]) + "?show=reworded"
    soup = BeautifulSoup(browser.get(page).content, "html.parser")
    assert [one["id"] for one in soup.select("article.control")] == ["c-L5.1.1"]


def test_in_english(client_of: ClientOf, staff: Person, following: Assessment) -> None:
    page = reverse("assessments:control", args=[following.pk, "L5.1.1"])
    text = client_of(staff).get(page, headers={"accept-language": "en"}).content.decode()
    assert "changed since last time" in text


def test_sending_the_form_as_it_is_saves_nothing(
    client_of: ClientOf, staff: Person, following: Assessment, reworded: Answer
) -> None:
    url = reverse("assessments:save_answer", args=[following.pk, "L5.1.1"])
    sent = client_of(staff).post(url, {"reason": "", "revision": reworded.revision, "next": "1"})
    assert sent.status_code == 422
    reworded.refresh_from_db()
    assert reworded.status == ""
    # once somebody chooses, nothing is marked any more
    assert (
        client_of(staff)
        .post(url, {"status": "not_done", "reason": "まだ", "revision": reworded.revision})
        .status_code
        == 302
    )
    reworded.refresh_from_db()
    assert not reworded.is_reworded


def test_the_sheet_marks_it_and_fills_in_nothing(
    client_of: ClientOf, staff: Person, following: Assessment
) -> None:
    content = client_of(staff).get(reverse("assessments:sheet", args=[following.pk])).content
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    (row,) = [one for one in rows if one[0] == "L5.1.1"]
    text = " ".join(str(cell) for cell in row if cell)
    assert "対策の内容が変わりました" in text
    assert "窓口の端末に目隠しを付ける。" in text
    status = [str(cell) for cell in rows[0]].index("実施状況")
    assert row[status] is None


def test_a_corrected_translation_is_no_other_question() -> None:
    control = load().controls[0]
    asked = rewording.words_of(control)
    again = dataclasses.replace(control, statement=Text(control.statement.ja + " ", "Better English."))
    assert "asked" not in rewording.remember({"status": "done"}, asked, again)
    other = dataclasses.replace(control, done_when=(Text("ひとつだけ"),))
    kept = rewording.remember({"status": "done"}, asked, other)
    assert [name for name, _old, _new in rewording.lines(kept, other, "ja")] == ["「実施済」と言える条件"]
    # worded as before: nothing is left to say
    assert "asked" not in rewording.remember(kept, kept["asked"], control)
