"""Reasoning that a service encrypted for itself: clients carry it back, and nobody has to keep it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import openai
import pytest

from kijun.gateway.carried import Carrier, key_of
from kijun.gateway.pieces import Texts, Uninspected
from kijun.gateway.snapshot import Route, Snapshot
from kijun.inspection import Placeholders
from tests.gateway.test_responses import PERSONAL, events_of, says, whole
from tests.gateway.town import KEY, OTHER_KEY, TOWN, Running, digest, policy, serving, with_purpose
from tests.gateway.upstream import Call, Script, Upstream, begin, end, event, piece, plain

CONTENT = "gAAAAABo.-_" + "Zm9v" * 40
STORELESS: Any = {"store": False, "include": ["reasoning.encrypted_content"]}
WHO: Any = {"role": "user", "content": "佐藤花子さんと田中一郎さんにも同じ案内を出します。"}


def reasons(text: str = "はい。", content: str = CONTENT, status: str = "completed") -> Script:
    """Answers with reasoning before its words, whole or as the service streams it."""
    thought = {
        "id": "rs_1",
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "⟦氏名1⟧への案内を考える。"}],
        "encrypted_content": content,
    }

    async def script(call: Call, writer: asyncio.StreamWriter) -> None:
        answer = whole(text, status=status)
        answer["output"] = [thought, *answer["output"]]
        if not call.json.get("stream"):
            plain(writer, json.dumps(answer).encode())
            return
        begin(writer)
        created, *events = [{**one, "output_index": 1} for one in events_of(text)]
        del created["output_index"]
        for one in (
            created,
            {
                "type": "response.output_item.added",
                "output_index": 0,
                "item": {**thought, "summary": [], "encrypted_content": content[:20]},
            },
            {"type": "response.output_item.done", "output_index": 0, "item": thought},
            *events[:-1],
            {"type": f"response.{status}", "response": answer},
        ):
            piece(writer, event(one, one["type"]))
        end(writer)

    return script


def ask(
    gateway: Running, conversation: list[Any], *, stream: bool = False, key: str = KEY, **more: Any
) -> Any:
    """The output's items, as a client sends them back."""
    request = {"model": "model", "input": conversation, "stream": stream, **STORELESS, **more}
    answer = gateway.client(key).responses.create(**request)
    if stream:
        events = list(answer)
        done = [one.item.to_dict() for one in events if one.type == "response.output_item.done"]
        assert events[-1].response.to_dict()["output"] == done
        added = next(one.item for one in events if one.type == "response.output_item.added")
        assert added.encrypted_content.startswith("kj1.")
        return done
    return answer.to_dict()["output"]


def refused(gateway: Running, conversation: list[Any], **more: Any) -> Any:
    with pytest.raises(openai.PermissionDeniedError) as caught:
        ask(gateway, conversation, **more)
    return caught.value.body


@pytest.mark.parametrize(
    ("stream", "status"), [(False, "completed"), (True, "completed"), (True, "incomplete")]
)
def test_reasoning_comes_back_to_its_service_as_it_was(
    gateway: Running, upstream: Upstream, stream: bool, status: str
) -> None:
    upstream.script = reasons(status=status)
    first: list[Any] = [{"role": "user", "content": PERSONAL}]
    thought, message = ask(gateway, first, stream=stream)
    assert thought["encrypted_content"].startswith("kj1.")
    assert thought["encrypted_content"].endswith(f".{CONTENT}")
    assert "山田太郎" in thought["summary"][0]["text"]
    assert CONTENT not in str(gateway.ledger.last()[1].content)
    raw = gateway.client().responses.with_raw_response.create(
        model="model", input=[*first, thought, message, WHO], **STORELESS
    )
    assert raw.headers["kijun-verdict"] == "masked"
    assert "kijun-uninspected" not in raw.headers
    sent = upstream.calls[1].json["input"]
    assert sent[1]["encrypted_content"] == CONTENT
    assert sent[1]["summary"][0]["text"] == "⟦氏名1⟧への案内を考える。"
    assert "kj1." not in upstream.calls[1].body.decode()
    asked = gateway.ledger.last()[0].content
    assert asked["uninspected"] == []
    kept = asked["request"]["input"][1]["encrypted_content"]
    assert (kept["uninspected"], kept["bytes"]) == ("returned", len(CONTENT))
    assert CONTENT not in str(asked)


def test_a_placeholder_stands_for_the_same_value_as_in_the_reasoning(
    gateway: Running, upstream: Upstream
) -> None:
    """Instructions that have changed come before the conversation, and tools that name somebody behind it."""
    upstream.script = reasons()
    tool = {
        "type": "function",
        "name": "call",
        "description": "担当の鈴木次郎さんに電話をつなぐ。",
        "parameters": {},
    }
    first: list[Any] = [{"role": "user", "content": PERSONAL}]
    output = ask(gateway, first, tools=[tool])
    before = upstream.calls[0].json
    assert "⟦氏名1⟧" in before["input"][0]["content"]
    assert "⟦氏名2⟧" in before["tools"][0]["description"]
    ask(gateway, [*first, *output, WHO], tools=[tool], instructions="高橋健太さんの代わりに答える。")
    then = upstream.calls[1].json
    assert "⟦氏名3⟧" in then["instructions"]
    assert then["input"][0] == before["input"][0]
    assert then["tools"] == before["tools"]
    assert "⟦氏名4⟧" in then["input"][3]["content"]
    assert "⟦氏名5⟧" in then["input"][3]["content"]
    ask(gateway, [output[0], WHO])  # where the first messages are gone, their values are not somebody else's
    then = upstream.calls[2].json
    assert then["input"][0]["summary"][0]["text"].startswith("⟦氏名1⟧")
    assert "⟦氏名3⟧" in then["input"][1]["content"]


def two_grants(url: str) -> Snapshot:
    snapshot = policy(url)
    other = replace(snapshot.grants[0], id="other", keys=(digest(OTHER_KEY),))
    return replace(snapshot, grants=(*snapshot.grants, other))


def test_what_has_no_good_seal_is_stored_as_before(gateway: Running, upstream: Upstream) -> None:
    gateway.publish(two_grants(upstream.url))
    upstream.script = reasons()
    first: list[Any] = [{"role": "user", "content": "案内文を書いてください。"}]
    thought, message = ask(gateway, first)
    thought["summary"] = []
    sealed = thought["encrypted_content"]
    flipped = "B" if sealed[20] == "A" else "A"
    seen = len(upstream.calls)
    for bad in (
        CONTENT,
        sealed[4:],
        f"kj1.{CONTENT}",
        f"kj1..{CONTENT}",
        f"kj1.AAAA.{CONTENT}",
        f"kj1.é.{CONTENT}",
        sealed[:20] + flipped + sealed[21:],
        sealed[:-1],
        f"{sealed}A",
        f"kj1.{sealed}",
    ):
        body = refused(gateway, [*first, {**thought, "encrypted_content": bad}, message, WHO])
        assert body["code"] == "content_blocked"
        assert body["param"] == "input[1].encrypted_content"
        assert "reasoning" in body["what_to_do"]["ja"]
    conversation = [*first, thought, message, WHO]
    assert refused(gateway, conversation, key=OTHER_KEY)["param"] == "input[1].encrypted_content"
    assert len(upstream.calls) == seen
    ask(gateway, conversation)
    snapshot = with_purpose(two_grants(upstream.url), uninspected=True)
    gateway.publish(snapshot)
    ask(gateway, [*first, thought, message], key=OTHER_KEY)  # marked, and without what the seal holds
    assert upstream.calls[-1].json["input"][1]["encrypted_content"] == CONTENT
    asked = gateway.ledger.last()[0].content
    assert asked["uninspected"] == [{"where": "input[1].encrypted_content", "what": "stored"}]
    assert CONTENT not in str(asked)
    body = refused(gateway, [*first, thought, message, WHO], key=OTHER_KEY)  # ⟦氏名1⟧ could be anybody in it
    assert body["param"] == "input[1].encrypted_content"


def test_it_counts_after_a_restart(gateway: Running, upstream: Upstream, tmp_path: Any) -> None:
    upstream.script = reasons()
    first: list[Any] = [{"role": "user", "content": PERSONAL}]
    output = ask(gateway, first)
    with serving(tmp_path / "again", policy(upstream.url)) as again:
        ask(again, [*first, *output, WHO])
    assert upstream.calls[1].json["input"][1]["encrypted_content"] == CONTENT


def test_it_goes_to_no_other_service_than_the_one_that_wrote_it(gateway: Running, upstream: Upstream) -> None:
    other = Upstream(reasons("別の所から。"))
    try:
        snapshot = policy(upstream.url)
        there, sample = snapshot.upstreams
        elsewhere = replace(there, id="u2", base_url=other.url)
        model, *more = snapshot.models
        both = (Route("u2", "there", order=1), Route("u1", "there", order=2))
        snapshot = replace(
            snapshot,
            upstreams=(there, elsewhere, sample),
            models=(replace(model, routes=(Route("u1", "there"),)), *more),
        )
        gateway.publish(snapshot)
        upstream.script = reasons()
        first: list[Any] = [{"role": "user", "content": "案内文を書いてください。"}]
        output = ask(gateway, first)
        gateway.publish(replace(snapshot, models=(replace(model, routes=both), *more)))
        ask(gateway, first)
        assert len(other.calls) == 1
        ask(gateway, [*first, *output, WHO])
        assert (len(upstream.calls), len(other.calls)) == (2, 1)
        gateway.publish(replace(snapshot, models=(replace(model, routes=both[:1]), *more)))
        assert refused(gateway, [*first, *output, WHO])["param"] == "input[1].encrypted_content"
    finally:
        other.close()


def test_a_service_without_it_is_untouched(gateway: Running, upstream: Upstream) -> None:
    upstream.script = says(lambda _: "はい。")
    raw: Any = gateway.client().responses.with_raw_response.create(
        model="model", input="案内文を", **STORELESS
    )
    assert raw.http_response.text == json.dumps(whole("はい。", instructions=None))


def kept(*people: str) -> Placeholders:
    table = Placeholders()
    for one in people:
        table.give("PERSON", one)
    return table


def taken(carrier: Carrier, *items: dict[str, Any]) -> tuple[Any, list[Uninspected]]:
    texts = Texts(uninspected=[Uninspected("here", "stored", one, "encrypted_content") for one in items])
    return carrier.take(texts, ["u1", "u2"]), texts.uninspected


def test_seals_that_contradict_each_other_do_not_both_count() -> None:
    carrier = Carrier(key_of("s" * 50), TOWN, "grant", "7")

    def item(table: Placeholders, upstream: str = "u1") -> dict[str, Any]:
        made = {"type": "reasoning", "encrypted_content": "text"}
        assert carrier.giving(table, lambda: upstream)(made)
        return made

    carried, rest = taken(carrier, item(kept("山田太郎")), item(kept("山田太郎", "佐藤花子")))
    assert not rest
    assert carried.table.to_dict()["entries"] == kept("山田太郎", "佐藤花子").to_dict()["entries"]
    _, rest = taken(carrier, item(kept("山田太郎")), item(kept("佐藤花子")))
    assert len(rest) == 1
    _, rest = taken(carrier, item(kept()), item(kept(), "u2"))
    assert len(rest) == 1
    assert rest[0].container["encrypted_content"] == "text"
    for other in (
        Carrier(key_of("x" * 50), TOWN, "grant", "7"),
        replace(carrier, person="8"),
        replace(carrier, person=""),
        replace(carrier, municipality="1", grant="31000grant"),
    ):
        assert len(taken(other, item(kept()))[1]) == 1
    carry = carrier.giving(kept(), lambda: "u1")
    for nothing in ({"type": "message", "encrypted_content": "text"}, {"type": "reasoning"}, "text"):
        assert not carry(nothing)
