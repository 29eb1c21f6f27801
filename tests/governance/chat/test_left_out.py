"""A file whose text is gone before its question is sent, and what was said before that is erased: told, recorded, shown."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kijun.governance.access.models import Grant
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry as Told
from kijun.governance.chat import history, holding, jobs
from kijun.governance.chat.actions.attachments import MOST_FILES
from kijun.governance.chat.evidence import files_have_provenance
from kijun.governance.chat.models import Attachment, Conversation, Turn
from kijun.governance.evidence.models import ScopeKind
from kijun.governance.evidence.proofs import Scope
from kijun.governance.reviews import remarks, subject
from kijun.governance.reviews.models import Review
from tests.gateway.upstream import Upstream
from tests.governance.chat.test_attachments import attach
from tests.governance.chat.test_talk import ask, events_of

ClientOf = Callable[[Person], Client]
TOLD = "添付したファイルの文章が残っていません"


@pytest.fixture
def client(gateway: Any, staff: Person, client_of: ClientOf) -> Client:
    return client_of(staff)


@pytest.fixture
def lost(client: Client, grant: Grant) -> Attachment:
    """Attached yesterday; the night took its text."""
    attach(client, grant, "a.pdf.txt", "転入は十四日以内".encode())
    row: Attachment = Attachment.objects.get()
    assert jobs.tidy(timezone.now() + datetime.timedelta(hours=25)) == 1
    return row


@pytest.fixture
def erased(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger has destroyed the key of what was said: nothing of it is found any more."""
    monkeypatch.setattr(history, "_entries", lambda person, id: [])


def test_it_works(client: Client, grant: Grant, staff: Person, lost: Attachment, upstream: Upstream) -> None:
    page = client.get(f"/staff/chat/new/{grant.pk}/").content.decode()
    assert "文章が残っていません" in page, "it is told where the file is listed"
    first = ask(client, grant, "要約して")
    page = first.content.decode()
    assert first.status_code == 200
    assert TOLD in page
    assert "添付せずに送信する" in page
    assert "もう一度添付してください" in page
    assert upstream.calls == [], "nothing goes before it was said"
    check = first.context["check"]
    assert ask(client, grant, "要約して", seen=check.seen).status_code == 200, "the files must be named, too"
    second = ask(client, grant, "要約して", seen=check.seen, without=check.without)
    assert second.status_code == 302
    assert upstream.calls[0].said == "要約して"
    lost.refresh_from_db()
    turn = Turn.objects.get()
    assert lost.turn == turn
    assert lost.left_out_at == turn.at
    assert Told.objects.filter(action="chat.sent_without").count() == 1
    page = client.get(f"/staff/chat/{turn.conversation_id}/").content.decode()
    assert "添付せずに送りました" in page
    assert page.count("文章が残っていません") == 0, "nothing waits any more"
    exported = client.get(f"/staff/chat/{turn.conversation_id}/export/md/").content.decode()
    assert "添付せずに送りました" in exported
    [remark] = remarks.of(staff, turn.interaction)
    assert "添付せずに質問しています" in remark
    proof = files_have_provenance(Scope(staff.municipality, ScopeKind.ORGANISATION, ""))
    assert proof is None, "what never went is no file that went"


def test_who_confirms_and_who_approves_are_told(
    client: Client, grant: Grant, staff: Person, lost: Attachment
) -> None:
    check = ask(client, grant, "要約して").context["check"]
    ask(client, grant, "要約して", seen=check.seen, without=check.without)
    turn = Turn.objects.get()
    page = client.get(f"/staff/reviews/use/{turn.interaction}/").content.decode()
    assert "添付せずに質問しています" in page
    review = Review(
        municipality=staff.municipality,
        person=staff,
        interaction=turn.interaction,
        title="要約",
        destination="inside",
        level="light",
        decision="adopt",
        confirmed_at=timezone.now(),
    )
    assert "添付せずに質問しています" in str(subject.frozen(review)["remarks"])


def test_attached_again_it_goes_along(
    client: Client, grant: Grant, lost: Attachment, upstream: Upstream
) -> None:
    attach(client, grant, "a.pdf.txt", "転入は十四日以内".encode())
    lost.refresh_from_db()
    assert lost.removed_at is not None, "the fresh one takes its place"
    assert ask(client, grant, "要約して").status_code == 302
    assert "転入は十四日以内" in upstream.calls[0].body.decode()
    assert not Attachment.objects.exclude(left_out_at=None).exists()


def test_another_file_does_not_take_its_place(client: Client, grant: Grant, lost: Attachment) -> None:
    attach(client, grant, "b.txt", b"something else")
    lost.refresh_from_db()
    assert lost.removed_at is None
    answer = ask(client, grant, "要約して")
    assert [one.pk for one in answer.context["check"].gone] == [lost.pk]


def test_taken_away_nothing_is_said(client: Client, grant: Grant, lost: Attachment) -> None:
    client.post(f"/staff/chat/attachments/{lost.pk}/remove/")
    assert ask(client, grant, "要約して").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_from_the_page_with_script(
    client: Client, grant: Grant, lost: Attachment, upstream: Upstream
) -> None:
    told = client.post(f"/staff/chat/look/{grant.pk}/", {"text": "要約して"}).json()
    assert TOLD in told["html"]
    assert f'name="without" value="{lost.pk}"' in told["html"]
    assert told["verdict"] == "to_confirm"
    refused = client.post(f"/staff/chat/stream/{grant.pk}/", {"text": "要約して"})
    assert refused.status_code == 422
    assert "もう一度送信" in refused.json()["errors"]["files"][0]
    assert upstream.calls == []
    answer = client.post(f"/staff/chat/stream/{grant.pk}/", {"text": "要約して", "without": str(lost.pk)})
    assert events_of(answer)[-1][0] == "done"
    lost.refresh_from_db()
    assert lost.left_out_at is not None


def test_what_stops_the_text_is_told_together_with_it(
    client: Client, grant: Grant, lost: Attachment, upstream: Upstream
) -> None:
    answer = ask(client, grant, "個人番号は123456789018です。", without=str(lost.pk))
    page = answer.content.decode()
    assert "このままでは送れません" in page
    assert "もう一度添付してください" in page
    assert upstream.calls == []


def test_a_key_that_was_changed_is_as_if_it_were_gone(
    client: Client, grant: Grant, staff: Person, settings: Any
) -> None:
    attach(client, grant, "a.txt", b"abc")
    row = Attachment.objects.get()
    place = holding._path(staff.municipality.code, row.pk)
    place.write_bytes(b"x" * 40)
    assert TOLD in ask(client, grant, "要約して").content.decode()


def test_lost_files_leave_room_for_others(client: Client, grant: Grant, staff: Person) -> None:
    for number in range(MOST_FILES):
        assert attach(client, grant, "a.txt", f"文書{number}".encode()).status_code == 302
    assert attach(client, grant, "a.txt", b"one more").status_code == 422
    jobs.tidy(timezone.now() + datetime.timedelta(hours=25))
    assert attach(client, grant, "a.txt", b"one more").status_code == 302


def test_rows_of_lost_files_go_after_thirty_days(lost: Attachment) -> None:
    assert jobs.tidy(timezone.now() + datetime.timedelta(hours=26)) == 0, "its text is counted once"
    jobs.tidy(timezone.now() + datetime.timedelta(days=31))
    assert not Attachment.objects.exists()


def test_an_erased_conversation_says_what_does_not_go_along(
    client: Client, grant: Grant, staff: Person, upstream: Upstream, erased: None
) -> None:
    attach(client, grant, "a.txt", "転入は十四日以内".encode())
    ask(client, grant, "要約して")
    conversation = Conversation.objects.get()
    page = client.get(f"/staff/chat/{conversation.pk}/").content.decode()
    assert "次の質問には添えられません" in page
    assert ask(client, grant, "もっと短く", conversation=str(conversation.pk)).status_code == 302
    assert len(upstream.calls[-1].json["messages"]) == 1
    last = conversation.turns.get(order=2)
    assert last.without_earlier
    assert not conversation.turns.get(order=1).without_earlier
    assert "前のやり取りが消去されていた" in str(remarks.of(staff, last.interaction))
    page = client.get(f"/staff/chat/{conversation.pk}/").content.decode()
    assert "添えずに送りました" in page


def test_a_conversation_that_is_kept_says_nothing(client: Client, grant: Grant) -> None:
    ask(client, grant, "こんにちは")
    conversation = Conversation.objects.get()
    assert "次の質問には添えられません" not in client.get(f"/staff/chat/{conversation.pk}/").content.decode()
    ask(client, grant, "もっと", conversation=str(conversation.pk))
    assert not Turn.objects.filter(without_earlier=True).exists()


def test_others_files_are_no_way_around(
    client: Client, grant: Grant, neighbour: Person, client_of: ClientOf, lost: Attachment
) -> None:
    assert (
        client_of(neighbour)
        .post(f"/staff/chat/send/{grant.pk}/", {"text": "x", "without": str(lost.pk)})
        .status_code
        == 404
    )
    assert list(remarks.of(neighbour, "unknown")) == []
