"""The list, one conversation, its name, its end, its export; and everybody whom it does not concern."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from kijun.governance.access import actions as access
from kijun.governance.access.models import Grant, Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry as Told
from kijun.governance.chat import actions, history, jobs
from kijun.governance.chat.actions.conversations import Said
from kijun.governance.chat.models import Conversation, Draft, Turn
from kijun.governance.interactions import ledger
from kijun.ledger.model import Verdict
from kijun.web.versions import Stale
from tests.governance.access.made import purpose_values
from tests.governance.interactions.made import exchange

ClientOf = Callable[[Person], Client]


@pytest.fixture
def say(staff: Person, grant: Grant) -> Callable[..., Turn]:
    """``say(question, answer, conversation)``: a turn of 介護 三郎's, in the ledger and as a row."""

    def put(
        question: str = "期限は？", answer: str = "十四日です。", conversation: Any = None, **how: Any
    ) -> Turn:
        entries = exchange(staff, question, answer, system=grant.system, purpose=grant.purpose, **how)
        ledger.record(entries)
        return actions.record_turn(staff, grant, conversation, entries[0].interaction, Said())

    return put


def test_it_works(say: Any, staff: Person, client_of: ClientOf) -> None:
    say("転入届の期限を教えて")
    page = client_of(staff).get("/staff/chat/").content.decode()
    assert "文書の下書き・要約" in page
    assert "転入届の期限を教えて" in page, "how its last question begins"
    assert "個人情報：入力しない" in page
    assert "責任 次郎" in page


def test_nobody_has_a_grant(neighbour: Person, client_of: ClientOf) -> None:
    assert "与えられた利用権はありません" in client_of(neighbour).get("/staff/chat/").content.decode()


def test_the_list_asks_no_more_for_more_rows(say: Any, staff: Person, client_of: ClientOf) -> None:
    client = client_of(staff)
    say()
    client.get("/staff/chat/")
    with CaptureQueriesContext(connection) as one:
        client.get("/staff/chat/")
    for _n in range(5):
        say()
    with CaptureQueriesContext(connection) as six:
        client.get("/staff/chat/")
    assert len(six) == len(one)


def test_pages_of_the_list(say: Any, staff: Person, client_of: ClientOf, grant: Grant) -> None:
    for n in range(35):
        row = actions.conversations.begin(staff, grant)
        Conversation.objects.filter(pk=row.pk).update(
            title=f"件{n:02}", touched_at=timezone.now() - datetime.timedelta(hours=n)
        )
    client = client_of(staff)
    first = client.get("/staff/chat/")
    assert [one.row.title for one in first.context["shown"].lines] == [f"件{n:02}" for n in range(30)]
    second = client.get("/staff/chat/", {"after": first.context["shown"].after})
    assert [one.row.title for one in second.context["shown"].lines] == [f"件{n:02}" for n in range(30, 35)]
    assert client.get("/staff/chat/", {"after": "nonsense"}).status_code == 200


def test_search_in_what_was_said(say: Any, staff: Person, client_of: ClientOf) -> None:
    found, _other = say("保育所の入所基準は？"), say("ごみの分別は？")
    shown = client_of(staff).get("/staff/chat/", {"q": "入所基準"}).context["shown"]
    assert [one.row.pk for one in shown.lines] == [found.conversation_id]


def test_a_conversation_is_its_persons_alone(
    say: Any, staff: Person, neighbour: Person, auditor: Person, outsider: Person, client_of: ClientOf
) -> None:
    turn = say()
    here = f"/staff/chat/{turn.conversation_id}/"
    for person in (neighbour, auditor, outsider):
        client = client_of(person)
        for path in (here, f"{here}rename/", f"{here}delete/", f"{here}export/md/"):
            assert client.get(path).status_code == 404
    answer = Client().get(here)
    assert (answer.status_code, "sign-in" in answer.url) == (302, True)
    assert client_of(staff).get(here).status_code == 200


def test_somebody_elses_interaction_in_ones_turn_is_not_shown(
    staff: Person, neighbour: Person, grant: Grant
) -> None:
    entries = exchange(neighbour, "よその質問", "よその答え", system=grant.system, purpose=grant.purpose)
    ledger.record(entries)
    turn = actions.record_turn(staff, grant, None, entries[0].interaction, Said())
    (shown,) = history.read(staff, [turn])
    assert (shown.state, shown.question, shown.answer) == ("missing", "", "")


def test_it_gets_a_name(say: Any, staff: Person, client_of: ClientOf) -> None:
    row = say().conversation
    client = client_of(staff)
    assert client.post(f"/staff/chat/{row.pk}/rename/", {"title": " 転入の  案内 "}).status_code == 302
    row.refresh_from_db()
    assert row.title == "転入の 案内"
    assert client.post(f"/staff/chat/{row.pk}/rename/", {"title": "長" * 81}).status_code == 422
    with pytest.raises(Stale):
        actions.rename(staff, row, "また", seen_revision=0)


def test_it_is_deleted_and_the_record_stays(say: Any, staff: Person, client_of: ClientOf) -> None:
    turn = say()
    actions.save_draft(staff, str(turn.conversation_id), "書きかけ")
    client = client_of(staff)
    assert client.get(f"/staff/chat/{turn.conversation_id}/delete/").status_code == 200
    assert client.post(f"/staff/chat/{turn.conversation_id}/delete/").status_code == 302
    assert not Conversation.objects.exists()
    assert not Draft.objects.exists()
    with ledger.reading() as book:
        assert len(book.interaction(turn.interaction, staff.municipality.code)) == 2
    assert Told.objects.filter(action="chat.deleted").exists()


def test_a_grant_that_ended_leaves_the_conversation_to_be_read(
    say: Any, staff: Person, it_staff: Person, grant: Grant, client_of: ClientOf
) -> None:
    turn = say()
    access.revoke_grant(it_staff, grant, why="異動のため")
    client = client_of(staff)
    page = client.get(f"/staff/chat/{turn.conversation_id}/").content.decode()
    assert "十四日です。" in page
    assert "今は使えません" in page
    assert client.get(f"/staff/chat/new/{grant.pk}/").status_code == 404


@pytest.mark.parametrize("form", ["md", "html", "json"])
def test_it_is_exported(say: Any, staff: Person, client_of: ClientOf, form: str) -> None:
    turn = say("山田太郎さんへの案内は？", "<b>山田太郎様</b>")
    answer = client_of(staff).get(f"/staff/chat/{turn.conversation_id}/export/{form}/")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    text = answer.content.decode()
    assert "山田太郎さんへの案内は？" in text
    assert ("<b>" in text) is (form != "html"), "what an AI wrote is no markup of a page"
    if form == "json":
        assert orjson.loads(text)["turns"][0]["interaction"] == turn.interaction
    assert Told.objects.filter(action="chat.exported").exists()
    assert client_of(staff).get(f"/staff/chat/{turn.conversation_id}/export/exe/").status_code == 404


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_it_is_exported_as_a_document(say: Any, staff: Person, client_of: ClientOf, form: str) -> None:
    """The question as it was typed; the answer's Markdown as headings and tables."""
    turn = say(
        "# 1番窓口の案内は？\n* 急ぎ",
        "# 案内\n\n**期限**は3月です。\n\n| 階 | 時 |\n|---|---|\n| 一 | 十八 |",
    )
    answer = client_of(staff).get(f"/staff/chat/{turn.conversation_id}/export/{form}/")
    assert answer.status_code == 200
    assert f".{form}" in answer.headers["content-disposition"]
    if form == "docx":
        made = Document(io.BytesIO(answer.content))
        text = "\n".join(one.text for one in made.paragraphs)
        assert [one.text for one in made.paragraphs if one.style.name == "Heading 4"] == ["案内"]
        assert [cell.text for cell in made.tables[0].rows[1].cells] == ["一", "十八"]
    else:
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    text = text.replace(" ", "")
    assert "#1番窓口の案内は？" in text
    assert "*急ぎ" in text
    assert "期限は3月です。" in text
    assert "**" not in text
    assert Told.objects.filter(action="chat.exported").exists()


def test_an_export_waits_for_the_confirmation_that_the_purpose_wants(
    staff: Person, owner: Person, it_staff: Person, grant_to: Any, client_of: ClientOf
) -> None:
    values = purpose_values(owner, name="審査の補助", review=Purpose.Review.NORMAL)
    grant = grant_to(staff, access.save_purpose(it_staff, it_staff.municipality, None, values))
    entries = exchange(staff, "基準は？", "基準です。", system=grant.system, purpose=grant.purpose)
    ledger.record(entries)
    turn = actions.record_turn(staff, grant, None, entries[0].interaction, Said())
    answer = client_of(staff).get(f"/staff/chat/{turn.conversation_id}/export/md/")
    assert answer.status_code == 409
    assert "基準は？" in answer.content.decode()
    assert not Told.objects.filter(action="chat.exported").exists()


def test_ends_are_told(say: Any, staff: Person, client_of: ClientOf) -> None:
    turn = say("途中", "ここまで", verdict=None)
    say("止められた", "", conversation=turn.conversation_id, verdict=Verdict.BLOCKED)
    page = client_of(staff).get(f"/staff/chat/{turn.conversation_id}/").content.decode()
    assert "回答の記録がまだ終わっていません" in page


def test_long_conversations_have_pages(say: Any, staff: Person, client_of: ClientOf) -> None:
    row = say("問い1").conversation
    for n in range(2, 24):
        say(f"問い{n}", conversation=row.pk)
    client = client_of(staff)
    page = client.get(f"/staff/chat/{row.pk}/")
    assert len(page.context["turns"]) == 20
    older = client.get(page.context["older"])
    assert [one.said.question for one in older.context["turns"]] == ["問い1", "問い2", "問い3"]


# --- erased with the ledger -------------------------------------------------------------------


def test_conversations_go_when_the_ledger_has_erased_them(
    say: Any, staff: Person, client_of: ClientOf
) -> None:
    from kijun.governance.interactions import jobs as records

    fresh = say("今の質問")
    records.keep()  # a night in which nothing is due
    long_ago = int((timezone.now() - datetime.timedelta(days=900)).timestamp() * 1000)
    old = say("昔の質問", at=long_ago)
    Conversation.objects.update(erases_on=timezone.localdate())
    assert jobs.erase() == 0, "nothing is erased yet"
    records.keep()
    (shown,) = history.read(staff, [old])
    assert shown.state == "erased"
    page = client_of(staff).get(f"/staff/chat/{old.conversation_id}/").content.decode()
    assert "消去しました" in page
    assert "昔の質問" not in page
    assert jobs.erase() == 1
    assert [one.pk for one in Conversation.objects.all()] == [fresh.conversation_id]
    assert jobs.erase() == 0


def test_what_was_erased_goes_along_no_more(say: Any, staff: Person) -> None:
    from kijun.governance.interactions import jobs as records

    say("今の質問")
    records.keep()  # a night in which nothing is due
    long_ago = int((timezone.now() - datetime.timedelta(days=900)).timestamp() * 1000)
    turn = say("昔の質問", at=long_ago)
    records.keep()
    earlier = history.before(staff, turn.conversation)
    assert (earlier.messages, earlier.left_out) == ([], True)


def test_only_so_much_goes_along(say: Any, staff: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    turn = say("問い" * 50, "答え" * 50)
    monkeypatch.setattr(history, "MOST_HISTORY", 150)
    earlier = history.before(staff, turn.conversation)
    assert earlier.left_out
    assert earlier.messages == [], "a conversation never begins with an answer"


def test_old_drafts_go(staff: Person, grant: Grant) -> None:
    actions.save_draft(staff, f"grant-{grant.pk}", "書きかけ")
    assert jobs.tidy() == 0
    assert jobs.tidy(timezone.now() + datetime.timedelta(days=31)) == 1


def test_nobody_begins_under_anothers_grant(grant: Grant, neighbour: Person) -> None:
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        actions.record_turn(neighbour, grant, None, "x" * 32, Said())


def test_the_home_page_leads_to_what_one_may_use(
    grant: Grant, staff: Person, neighbour: Person, it_staff: Person, client_of: ClientOf
) -> None:
    actions.save_notice(it_staff, {"text": "数字は原本で確かめる。", "text_en": "", "url": ""})
    page = client_of(staff).get("/staff/").content.decode()
    assert f"/staff/chat/new/{grant.pk}/" in page
    assert "数字は原本で確かめる。" in page
    assert "/staff/chat/new/" not in client_of(neighbour).get("/staff/").content.decode()
    access.stop(it_staff, it_staff.municipality, target=grant.purpose, why="点検")
    assert "/staff/chat/new/" not in client_of(staff).get("/staff/").content.decode()
