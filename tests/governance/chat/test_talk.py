"""Asking and being answered: by a plain form and streamed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kijun.governance.access import actions as access
from kijun.governance.access import publishing
from kijun.governance.access.models import Grant, Route
from kijun.governance.accounts.models import Person
from kijun.governance.chat import history, queries, talking
from kijun.governance.chat.models import Conversation, Draft, Turn
from tests.gateway.town import wait_for
from tests.gateway.upstream import Upstream, chat_events, says, streams
from tests.governance.access.made import purpose_values

ClientOf = Callable[[Person], Client]


def ask(client: Client, grant: Grant, text: str, **more: Any) -> Any:
    return client.post(f"/staff/chat/send/{grant.pk}/", {"text": text, **more})


def seen_in(answer: Any) -> str:
    return str(answer.context["check"].seen)


def test_it_works(gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream) -> None:
    client = client_of(staff)
    answer = ask(client, grant, "転入届の期限は？")
    turn = Turn.objects.get()
    assert answer.status_code == 302
    assert answer.url == f"/staff/chat/{turn.conversation_id}/#turn-1"
    page = client.get(answer.url).content.decode()
    assert "承りました：転入届の期限は？" in page
    assert "AIの回答は誤ることがあります" in page
    assert not Draft.objects.exists(), "what was sent is no draft any more"
    assert turn.conversation.department == staff.department
    assert turn.conversation.erases_on is not None


def test_the_next_question_takes_the_earlier_ones_along(
    gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream
) -> None:
    client = client_of(staff)
    ask(client, grant, "山田太郎さんへの案内文を書いて", seen="x")
    first = ask(client, grant, "山田太郎さんへの案内文を書いて")
    ask(client, grant, "山田太郎さんへの案内文を書いて", seen=seen_in(first))
    conversation = Conversation.objects.get()
    ask(client, grant, "もっと短く", conversation=str(conversation.pk))
    assert conversation.turns.count() == 2
    messages = upstream.calls[-1].json["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant", "user"]
    assert "⟦氏名1⟧" in messages[0]["content"], "the AI does not get the name the second time either"
    assert "山田" not in upstream.calls[-1].body.decode()
    page = client.get(f"/staff/chat/{conversation.pk}/").content.decode()
    assert "承りました：山田太郎さんへの案内文を書いて" in page, "the person reads their own values"
    assert "1か所を伏せてAIに渡しました" in page


def test_the_model_that_answered_last_is_asked_again(
    gateway: Any, grant: Grant, staff: Person, it_staff: Person, client_of: ClientOf
) -> None:
    way = access.Way(Route.objects.get().upstream, "another")
    access.save_model(
        it_staff, it_staff.municipality, None, name="another", system=grant.system, routes=[way]
    )
    version = publishing.publish_now("a model")
    wait_for(lambda: gateway.gateway.keeper.index.version == version)
    client = client_of(staff)
    answer = ask(client, grant, "こんにちは", model="another")
    page = client.get(answer.url)
    assert page.context["form"]["model"].initial == "another"


def test_what_would_be_masked_is_seen_before_it_is_sent(
    gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream
) -> None:
    answer = ask(client_of(staff), grant, "山田太郎さんへの案内文を書いて")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<mark class="mark-mask">山田太郎' in page
    assert upstream.calls == []
    assert not Conversation.objects.exists()
    assert queries.draft(staff, f"grant-{grant.pk}") == "山田太郎さんへの案内文を書いて"


def test_what_is_blocked_goes_by_a_click(
    gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream
) -> None:
    client = client_of(staff)
    text = "𠮷田さんの個人番号は123456789018です。"
    answer = ask(client, grant, text, seen="anything")
    assert "このままでは送れません" in answer.content.decode()
    found = next(one for one in answer.context["check"].found if one.type == "MY_NUMBER")
    act = f"mask:{found.start}:{found.end}:{found.type}"
    masked = ask(client, grant, text, act=act)
    assert masked.context["form"]["text"].value() == "𠮷田さんの個人番号は■個人番号■です。"
    dropped = ask(client, grant, text, act=act.replace("mask", "drop"))
    assert dropped.context["form"]["text"].value() == "𠮷田さんの個人番号はです。"
    assert upstream.calls == []


@pytest.mark.parametrize(
    "act", ["mask:5:2:X", "mask:0:99999:X", "drop:a:b:c", "mask", "other:0:1:X", "clean:x"]
)
def test_a_click_that_was_made_up_changes_nothing(
    gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, act: str
) -> None:
    answer = ask(client_of(staff), grant, "個人番号は123456789018です。", act=act)
    assert answer.context["form"]["text"].value() == "個人番号は123456789018です。"


def test_what_is_to_be_confirmed_is_confirmed_with_the_gateways_token(
    gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream
) -> None:
    client = client_of(staff)
    text = "【部外秘】計画の要点をまとめて"
    first = ask(client, grant, text)
    assert "送る前に確かめてください" in first.content.decode()
    second = ask(client, grant, text, seen=seen_in(first))
    token = second.context["confirmation"]
    assert token
    assert "確かめました。送信する" in second.content.decode()
    assert upstream.calls == []
    third = ask(client, grant, text, seen=seen_in(second), confirmation=token)
    assert third.status_code == 302
    assert upstream.calls[0].said == text
    assert Turn.objects.count() == 1, "the refused try is no turn"


def test_an_upstream_that_dies_leaves_what_came(
    gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream
) -> None:
    upstream.script = streams(*chat_events(["転入届は", "十四日以内"])[:-2], cut=True)
    client = client_of(staff)
    answer = ask(client, grant, "期限は？")
    assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert "途中で切れました" in page
    assert "転入届は" in page
    shown = history.read(staff, Turn.objects.all())
    assert shown[0].state == "cut"


def test_no_gateway_loses_no_text(grant: Grant, staff: Person, client_of: ClientOf, home: Any) -> None:
    (home / "gateway").mkdir(exist_ok=True)
    (home / "gateway" / "address").write_text("http://127.0.0.1:9\n", encoding="ascii")
    answer = ask(client_of(staff), grant, "転入届の期限は？")
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "AIゲートウェイにつながりません" in page
    assert "転入届の期限は？" in page


def test_a_stop_is_told(
    gateway: Any, grant: Grant, staff: Person, it_staff: Person, client_of: ClientOf
) -> None:
    access.stop(it_staff, it_staff.municipality, target=None, why="点検のため")
    version = publishing.publish_now("a stop")
    wait_for(lambda: gateway.gateway.keeper.index.version == version)
    client = client_of(staff)
    assert "点検のため" in client.get(f"/staff/chat/new/{grant.pk}/").content.decode()
    answer = ask(client, grant, "転入届の期限は？")
    assert answer.status_code == 422


def test_an_empty_question(gateway: Any, grant: Grant, staff: Person, client_of: ClientOf) -> None:
    answer = ask(client_of(staff), grant, "   ")
    assert answer.status_code == 422
    assert "AIに伝えることを入力してください" in answer.content.decode()


def test_a_strict_purpose_asks_where_the_input_comes_from(
    gateway: Any, grant_to: Any, owner: Person, it_staff: Person, staff: Person, client_of: ClientOf
) -> None:
    values = purpose_values(owner, name="審査の補助", review="strict")
    strict = access.save_purpose(it_staff, it_staff.municipality, None, values)
    grant = grant_to(staff, strict)
    wait_for(lambda: str(grant.pk) in gateway.gateway.keeper.index.grants)
    client = client_of(staff)
    assert ask(client, grant, "要件をまとめて").status_code == 422
    told = {"input_source": "条例の原文", "input_date": "令和8年4月1日"}
    assert ask(client, grant, "要件をまとめて", **told).status_code == 302
    turn = Turn.objects.get()
    assert (turn.input_source, turn.input_date.isoformat()) == ("条例の原文", "2026-04-01")
    assert ask(client, grant, "要件をまとめて", **{**told, "input_date": "2999-01-01"}).status_code == 422


def test_another_persons_grant_is_not_there(
    gateway: Any, grant: Grant, neighbour: Person, outsider: Person, client_of: ClientOf
) -> None:
    for person in (neighbour, outsider):
        for path in ("send", "stream", "look", "draft", "attach"):
            assert client_of(person).post(f"/staff/chat/{path}/{grant.pk}/", {"text": "a"}).status_code == 404
        assert client_of(person).get(f"/staff/chat/new/{grant.pk}/").status_code == 404


def test_a_text_that_was_sent_without_a_session_waits_for_the_same_person(
    gateway: Any, grant: Grant, staff: Person, neighbour: Person, client_of: ClientOf
) -> None:
    page = client_of(staff).get(f"/staff/chat/new/{grant.pk}/")
    writer = page.context["writer"]
    client = Client()
    answer = ask(client, grant, "長い文章", writer=writer)
    assert answer.status_code == 302
    assert "sign-in" in answer.url
    assert "長い文章" not in str(dict(client.session)), "it waits sealed"
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    back = client.get(f"/staff/chat/new/{grant.pk}/").content.decode()
    assert "長い文章" in back
    assert "入力していた文章を戻しました" in back


def test_nobody_else_gets_the_text_that_waits(
    gateway: Any, grant: Grant, grant_to: Any, staff: Person, neighbour: Person, client_of: ClientOf
) -> None:
    writer = client_of(staff).get(f"/staff/chat/new/{grant.pk}/").context["writer"]
    theirs = grant_to(neighbour)
    client = Client()
    ask(client, grant, "長い文章", writer=writer)
    client.force_login(neighbour, backend="django.contrib.auth.backends.ModelBackend")
    assert "長い文章" not in client.get(f"/staff/chat/new/{theirs.pk}/").content.decode()
    assert not Draft.objects.exists()


def test_drafts_are_kept_sealed(gateway: Any, grant: Grant, staff: Person, client_of: ClientOf) -> None:
    client = client_of(staff)
    assert client.post(f"/staff/chat/draft/{grant.pk}/", {"text": "書きかけ"}).status_code == 204
    assert "書きかけ" not in Draft.objects.get().text
    assert "書きかけ" in client.get(f"/staff/chat/new/{grant.pk}/").content.decode()
    client.post(f"/staff/chat/draft/{grant.pk}/", {"text": " "})
    assert not Draft.objects.exists()


def test_looking_from_the_page(gateway: Any, grant: Grant, staff: Person, client_of: ClientOf) -> None:
    client = client_of(staff)
    told = client.post(f"/staff/chat/look/{grant.pk}/", {"text": "山田太郎さんへ"}).json()
    assert told["verdict"] == "masked"
    assert "伏せる" in told["html"]
    assert client.post(f"/staff/chat/look/{grant.pk}/", {"text": "期限は？"}).json()["html"] == ""
    assert client.post(f"/staff/chat/look/{grant.pk}/", {"text": ""}).status_code == 422


# --- streamed ---------------------------------------------------------------------------------


def events_of(answer: Any) -> list[tuple[str, Any]]:
    """All server-sent events of a stream."""

    async def collect() -> bytes:
        raw = b"".join([part async for part in answer.streaming_content])
        async with talking.kept_session() as session:
            await session.close()
        return raw

    blocks = asyncio.run(collect()).decode().split("\n\n")[:-1]
    found = []
    for block in blocks:
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_streamed(
    transactional_db: None, gateway: Any, grant: Grant, staff: Person, client_of: ClientOf
) -> None:
    answer = client_of(staff).post(f"/staff/chat/stream/{grant.pk}/", {"text": "転入届の期限は？"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer)
    assert events[0][0] == "begun"
    assert "".join(data for kind, data in events if kind == "text") == "承りました：転入届の期限は？"
    turn = Turn.objects.get()
    assert ("saved", {"url": f"/staff/chat/{turn.conversation_id}/#turn-1"}) in events
    assert events[-1] == ("done", {"finish": "stop"})


@pytest.mark.django_db(transaction=True)
def test_a_refused_stream_says_why(
    transactional_db: None, gateway: Any, grant: Grant, staff: Person, client_of: ClientOf
) -> None:
    answer = client_of(staff).post(f"/staff/chat/stream/{grant.pk}/", {"text": "【部外秘】要点は？"})
    ((kind, told),) = events_of(answer)
    assert kind == "refused"
    assert "確認が必要" in told["why"]
    assert told["confirmation"]
    assert not Turn.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_stream_that_breaks_says_so(
    transactional_db: None, gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream
) -> None:
    upstream.script = streams(*chat_events(["転入届は", "十四日以内"])[:-2], cut=True)
    answer = client_of(staff).post(f"/staff/chat/stream/{grant.pk}/", {"text": "期限は？"})
    events = events_of(answer)
    assert events[-1][0] == "broken"
    assert "途中で切れました" in events[-1][1]["why"]
    assert Turn.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_questions_at_once_in_one_conversation_are_two_turns(
    transactional_db: None, gateway: Any, grant: Grant, staff: Person, client_of: ClientOf
) -> None:
    client = client_of(staff)
    ask(client, grant, "一つ目")
    row = Conversation.objects.get()
    two = [
        client.post(f"/staff/chat/stream/{grant.pk}/", {"text": f"質問{n}", "conversation": str(row.pk)})
        for n in range(2)
    ]

    async def both() -> None:
        async def drain(answer: Any) -> None:
            async for _part in answer.streaming_content:
                pass

        await asyncio.gather(*(drain(one) for one in two))
        async with talking.kept_session() as session:
            await session.close()

    asyncio.run(both())
    assert list(row.turns.values_list("order", flat=True)) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_whoever_leaves_stops_the_answer_and_keeps_the_turn(
    transactional_db: None, gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream
) -> None:
    upstream.script = streams(*chat_events(["あ"] * 200), pause=0.05)
    answer = client_of(staff).post(f"/staff/chat/stream/{grant.pk}/", {"text": "長い話を"})

    async def leave() -> None:
        heard = asyncio.Event()

        async def listen() -> None:
            async for part in answer.streaming_content:
                if part.startswith(b"event: text"):
                    heard.set()

        task = asyncio.create_task(listen())
        await heard.wait()
        task.cancel()  # as Django does when the browser hangs up
        await asyncio.sleep(0.3)
        async with talking.kept_session() as session:
            await session.close()

    asyncio.run(leave())
    assert upstream.left.wait(5), "the AI is told to stop"
    turn = Turn.objects.get()
    wait_for(lambda: history.read(staff, [turn])[0].state == "cut")
    assert history.read(staff, [turn])[0].answer.startswith("あ")


def test_an_answer_in_markdown_is_shown_as_it_is_meant_and_loads_nothing(
    gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream
) -> None:
    said = "**「期限」**は14日以内です。\n\n- 窓口\n- 郵送\n\n![x](https://evil.example/?q=1)<script>alert(1)</script>"
    upstream.script = says(said)
    client = client_of(staff)
    page = client.get(ask(client, grant, "転入届の期限は？").url).content.decode()
    assert "<strong>「期限」</strong>は14日以内です。" in page
    assert "<li>窓口</li>" in page
    assert "<img" not in page
    assert "<script>alert" not in page
    assert "https://evil.example/?q=1" in page, "where it would have gone is told"
