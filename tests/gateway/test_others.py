"""What an answer holds beside its words: nothing that is text goes out unread or unrecorded."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from kijun.gateway.guard import Guard
from kijun.gateway.inspecting import standard
from kijun.gateway.others import counts, other_pieces, silent, word
from kijun.gateway.snapshot import Handling
from kijun.inspection import Placeholders
from tests.gateway.test_app import BEARER
from tests.gateway.town import Running, handling, policy, with_purpose
from tests.gateway.upstream import Upstream, answers, chunk, completion, event, streams

NUMBER = "個人番号123456789018"
HIDDEN = "個人番号■個人番号■"
CHAT = {"model": "model", "messages": [{"role": "user", "content": "はい"}]}


def choice(**more: Any) -> dict[str, Any]:
    return {"index": 0, "message": {"role": "assistant", "content": "はい"}, "finish_reason": "stop", **more}


def message(**more: Any) -> dict[str, Any]:
    return {"choices": [choice(message={"role": "assistant", "content": "はい", **more})]}


def call(**more: Any) -> dict[str, Any]:
    one = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}, **more}
    return message(tool_calls=[one])


WHOLE: list[tuple[str, dict[str, Any]]] = [
    *(
        ("chat/completions", {"choices": [choice()], **more})
        for more in (
            {"id": NUMBER},
            {"model": NUMBER},
            {"object": NUMBER},
            {"system_fingerprint": NUMBER},
            {"service_tier": NUMBER},
            {"usage": {"note": NUMBER}},
            {"usage": NUMBER},
            {"metadata": {"note": [NUMBER]}},
            {NUMBER: 1},
        )
    ),
    *(
        ("chat/completions", {"choices": [choice(**more)]})
        for more in (
            {"finish_reason": NUMBER},
            {"text": NUMBER},
            {"delta": {"content": NUMBER}},
            {NUMBER: None},
        )
    ),
    *(
        ("chat/completions", message(**more))
        for more in (
            {"role": NUMBER},
            {"name": NUMBER},
            {NUMBER: True},
            {"note": {NUMBER: 1}},
            {"tool_calls": NUMBER},
            {"tool_calls": [NUMBER]},
            {"function_call": NUMBER},
            {"function_call": {"name": NUMBER, "arguments": "{}"}},
            {"audio": NUMBER},
            {"audio": {"id": NUMBER, "data": "", "transcript": "", "expires_at": 1}},
            {"content": [{"type": "text", "text": NUMBER}]},
        )
    ),
    *(
        ("chat/completions", call(**more))
        for more in (
            {"id": NUMBER},
            {"type": NUMBER},
            {"function": {"name": NUMBER, "arguments": "{}"}},
            {"function": {"name": "f", "arguments": "{}", "note": NUMBER}},
            {"function": {"name": "f", "arguments": {"x": NUMBER}}},
            {"custom": {"name": "f", "input": NUMBER}},
            {NUMBER: 1},
        )
    ),
    *(
        ("completions", one)
        for one in (
            {"choices": [{"index": 0, "text": "はい", "finish_reason": NUMBER}]},
            {"choices": [{"index": 0, "text": {"said": NUMBER}, "finish_reason": "stop"}]},
            {"choices": [{"index": 0, "text": "はい", "finish_reason": "stop"}], "id": NUMBER},
        )
    ),
    *(
        ("embeddings", one)
        for one in (
            {"data": [{"object": "embedding", "index": 0, "embedding": [0.5], "note": NUMBER}]},
            {"data": [{"object": "embedding", "index": 0, "embedding": [NUMBER]}]},
            {"data": [{"object": "embedding", "index": 0, "embedding": "123456789018"}]},
            {"data": [NUMBER]},
            {"data": [], "model": NUMBER},
            {"data": [], "usage": {"note": NUMBER}},
        )
    ),
]


def response(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    text = {"type": "output_text", "text": "はい", "annotations": []}
    said = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
    return {"id": "resp_1", "object": "response", "status": "completed", "output": [*items, said], **more}


def item(**more: Any) -> dict[str, Any]:
    return {
        "id": "msg_2",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [],
        **more,
    }


FUNCTION = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
RESPONSES: list[dict[str, Any]] = [
    *(
        response(**more)
        for more in (
            {"metadata": {"note": NUMBER}},
            {"error": {"code": "server_error", "message": NUMBER}},
            {"incomplete_details": {"reason": NUMBER}},
            {"usage": {"note": NUMBER}},
            {"model": NUMBER},
            {"instructions": NUMBER},
            {"tools": [{"type": "function", "name": "f", "description": NUMBER}]},
            {NUMBER: 1},
        )
    ),
    response(item(note=NUMBER)),
    response(item(id=NUMBER)),
    response(item(content=NUMBER)),
    response(item(content=[NUMBER])),
    response(item(content=[{"type": "output_text", "text": "はい", "note": {NUMBER: 1}}])),
    response(item(content=[{"type": "output_audio", "data": "UklGRg==", "transcript": NUMBER}])),
    response(item(type="reasoning", summary=NUMBER)),
    *(
        response({**FUNCTION, **more})
        for more in (
            {"note": NUMBER},
            {"name": NUMBER},
            {"call_id": NUMBER},
            {"arguments": [NUMBER]},
            {NUMBER: 1},
        )
    ),
    response({"type": "web_search_call", "id": "ws_1", "action": {"query": NUMBER}}),
]
WHOLE += [("responses", one) for one in RESPONSES]


@pytest.mark.parametrize(("path", "said"), WHOLE, ids=lambda one: json.dumps(one)[:60])
def test_a_whole_answer_holds_no_text_that_nobody_read(
    gateway: Running, upstream: Upstream, path: str, said: dict[str, Any]
) -> None:
    upstream.script = answers(said)
    asked = CHAT if path == "chat/completions" else {"model": "model", "input": "はい"}
    if path == "completions":
        asked = {"model": "model", "prompt": "はい"}
    told = httpx2.post(f"{gateway.url}/v1/{path}", json=asked, headers=BEARER)
    assert told.status_code == 200
    assert "■個人番号■" in json.dumps(told.json(), ensure_ascii=False)
    assert "123456789018" not in told.text
    kept = json.dumps(gateway.ledger.last()[1].content, ensure_ascii=False)
    assert "⟦個人番号1⟧" in kept
    assert "123456789018" not in kept


@pytest.mark.parametrize("said", RESPONSES, ids=lambda one: json.dumps(one)[60:120])
def test_a_stream_of_a_response_holds_no_text_that_nobody_read(
    gateway: Running, upstream: Upstream, said: dict[str, Any]
) -> None:
    created = {"type": "response.created", "response": {**said, "status": "in_progress", "output": []}}
    first = {"type": "response.output_item.done", "output_index": 0, "item": said["output"][0]}
    parts = said["output"][0].get("content")
    added = [
        {
            "type": "response.content_part.done",
            "item_id": "msg_1",
            "output_index": 0,
            "content_index": 0,
            "part": one,
        }
        for one in (parts if isinstance(parts, list) else [])
        if isinstance(one, dict)
    ]
    last = {"type": "response.completed", "response": said}
    told = stream_of(gateway, upstream, created, *added, first, last)
    assert "response.completed" in told
    assert "■個人番号■" in told
    assert "123456789018" not in told
    kept = json.dumps(gateway.ledger.last()[1].content, ensure_ascii=False)
    assert "⟦個人番号1⟧" in kept
    assert "123456789018" not in kept


def stream_of(gateway: Running, upstream: Upstream, *events: dict[str, Any]) -> str:
    """What a client gets of these events."""
    numbered = [event({**one, "sequence_number": at}, one["type"]) for at, one in enumerate(events)]
    upstream.script = streams(*numbered)
    asked = {"model": "model", "input": "はい", "stream": True}
    return httpx2.post(f"{gateway.url}/v1/responses", json=asked, headers=BEARER).text


@pytest.mark.parametrize(
    "family", ["response.output_text", "response.audio.transcript", "response.something_new"]
)
def test_pieces_of_a_text_are_read_together_whatever_they_are_called(
    gateway: Running, upstream: Upstream, family: str
) -> None:
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    deltas = [{"type": f"{family}.delta", "delta": one, "obfuscation": "aB3", **at} for one in NUMBER]
    done = {"type": f"{family}.done", **at}
    if family == "response.output_text":
        done["text"] = NUMBER
    told = stream_of(gateway, upstream, *deltas, done, {"type": "response.completed", "response": response()})
    said = [json.loads(line[6:]) for line in told.splitlines() if line.startswith("data: ")]
    assert "".join(one["delta"] for one in said if one["type"] == f"{family}.delta") == HIDDEN
    assert said[-1]["type"] == "response.completed"
    made = gateway.ledger.last()[1]
    assert [one["text"] for one in made.content["texts"]] == ["個人番号⟦個人番号1⟧", "はい"]


@pytest.mark.parametrize("field", [{"item_id": NUMBER}, {"note": NUMBER}, {NUMBER: 1}])
def test_what_stands_beside_a_piece_is_read(
    gateway: Running, upstream: Upstream, field: dict[str, Any]
) -> None:
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0, **field}
    family = "response.output_text"
    events = [
        {"type": f"{family}.delta", "delta": "はい", **at},
        {"type": f"{family}.done", "text": "はい", **at},
        {"type": "response.function_call_arguments.delta", "delta": "{}", **at},
        {"type": "response.function_call_arguments.done", "arguments": "{}", **at},
        {"type": "response.queued", **at},
    ]
    told = stream_of(gateway, upstream, *events, {"type": "response.completed", "response": response()})
    assert "123456789018" not in told
    assert told.count("■個人番号■") >= 4
    assert "123456789018" not in str(gateway.ledger.last()[1].content)


def test_an_echo_of_the_request_is_no_answer(gateway: Running, upstream: Upstream) -> None:
    """What the application said in its instructions is neither recorded again nor judged as an answer."""
    said = response(
        instructions="窓口の担当です。",
        metadata={"case": "十二番"},
        text={"format": {"type": "text"}},
    )
    upstream.script = answers(said)
    asked = {
        "model": "model",
        "input": "はい",
        "instructions": said["instructions"],
        "metadata": said["metadata"],
    }
    told = httpx2.post(f"{gateway.url}/v1/responses", json=asked, headers=BEARER)
    made = gateway.ledger.last()[1]
    assert [one["where"] for one in made.content["texts"]] == ["output[0].content[0].text"]
    assert told.json()["metadata"] == {"case": "十二番"}


def test_an_answer_that_holds_nothing_goes_on_byte_for_byte(gateway: Running, upstream: Upstream) -> None:
    said = completion(
        "はい",
        tool_calls=[
            {
                "id": "call_1",
                "type": "function",
                "index": 0,
                "function": {"name": "find_it", "arguments": "{}"},
            }
        ],
    )
    said |= {"system_fingerprint": "fp_44709d6fcb", "service_tier": "default"}
    body = json.dumps(said).encode()
    upstream.script = answers(body)
    told = httpx2.post(f"{gateway.url}/v1/chat/completions", json=CHAT, headers=BEARER)
    assert told.content == body
    made = gateway.ledger.last()[1]
    assert made.content["tool_calls"] == [{"name": "find_it", "id": "call_1"}]
    assert [one["where"] for one in made.content["texts"]] == [
        "choices[0].message.content",
        "choices[0].message.tool_calls[0].function.arguments",
    ]


def delta_call(**more: Any) -> dict[str, Any]:
    one = {
        "index": 0,
        "id": "call_1",
        "type": "function",
        "function": {"name": "f", "arguments": "{}"},
        **more,
    }
    return chunk({"tool_calls": [one]})


STREAMED: list[dict[str, Any]] = [
    *(
        chunk({"content": "はい"}, **more)
        for more in (
            {"id": NUMBER},
            {"model": NUMBER},
            {"system_fingerprint": NUMBER},
            {"usage": {"note": NUMBER}},
            {NUMBER: 1},
        )
    ),
    *(
        chunk(more)
        for more in (
            {"role": NUMBER},
            {"name": NUMBER},
            {NUMBER: "はい"},
            {NUMBER: 1},
            {"function_call": {"name": NUMBER, "arguments": "{}"}},
            {"function_call": NUMBER},
            {"audio": NUMBER},
            {"audio": {"id": NUMBER}},
        )
    ),
    chunk({"content": "はい"}, NUMBER),
    {**chunk({}), "choices": [choice(delta={}, message=None, text=NUMBER)]},
    {**chunk({}), "choices": [{"index": 0, "delta": {"content": "はい"}, "message": {"content": NUMBER}}]},
    delta_call(id=NUMBER),
    delta_call(type=NUMBER),
    delta_call(function={"name": NUMBER, "arguments": "{}"}),
    delta_call(function={"name": "f", "arguments": "{}", "note": NUMBER}),
    delta_call(custom={"name": "f", "input": "x"}, function={"name": "g", "arguments": NUMBER}),
]


@pytest.mark.parametrize("said", STREAMED, ids=lambda one: json.dumps(one["choices"])[:60])
def test_a_stream_holds_no_text_that_nobody_read(
    gateway: Running, upstream: Upstream, said: dict[str, Any]
) -> None:
    upstream.script = streams(event(said), event(said), event(chunk({}, "stop")), b"data: [DONE]\n\n")
    told = httpx2.post(f"{gateway.url}/v1/chat/completions", json={**CHAT, "stream": True}, headers=BEARER)
    assert told.text.endswith("data: [DONE]\n\n"), told.text
    assert "■個人番号■" in told.text
    assert "123456789018" not in told.text
    kept = json.dumps(gateway.ledger.last()[1].content, ensure_ascii=False)
    assert "⟦個人番号1⟧" in kept
    assert "123456789018" not in kept


def test_a_name_of_a_function_that_comes_in_pieces(gateway: Running, upstream: Upstream) -> None:
    pieces = [{"name": "find_", "arguments": ""}, {"name": "7", "arguments": '{"x":'}, {"arguments": "1}"}]
    first = {"index": 0, "id": "call_1", "type": "function", "function": pieces[0]}
    rest = [{"index": 0, "function": one} for one in pieces[1:]]
    said = [event(chunk({"tool_calls": [one]})) for one in (first, *rest)]
    upstream.script = streams(*said, event(chunk({}, "tool_calls")), b"data: [DONE]\n\n")
    with gateway.client().chat.completions.stream(**CHAT) as stream:
        done = stream.get_final_completion()
    (made,) = done.choices[0].message.tool_calls or []
    assert (made.function.name, made.function.arguments) == ("find_7", '{"x":1}')
    assert gateway.ledger.last()[1].content["tool_calls"] == [{"name": "find_7", "id": "call_1"}]


def test_a_name_that_is_a_placeholder_is_put_back_and_not_recorded_as_a_name(
    gateway: Running, upstream: Upstream
) -> None:
    """The function's name stood in clear in the record, beside the texts."""
    upstream.script = answers(call(function={"name": "⟦氏名1⟧", "arguments": "{}"}))
    asked = {**CHAT, "messages": [{"role": "user", "content": "氏名：山田太郎"}]}
    told = httpx2.post(f"{gateway.url}/v1/chat/completions", json=asked, headers=BEARER).json()
    assert told["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "山田太郎"
    made = gateway.ledger.last()[1]
    assert made.content["tool_calls"] == [{"name": "?", "id": "call_1"}]
    assert {"where": "choices[0].message.tool_calls[0].function.name", "text": "⟦氏名1⟧"} in made.content[
        "texts"
    ]


def test_what_stops_a_stream_takes_the_rest_of_its_event_along(gateway: Running, upstream: Upstream) -> None:
    """The calls of tools that stood in the event whose words ended the stream went out as they were."""
    gateway.publish(with_purpose(policy(upstream.url), output=handling(personal="block")))
    asked = {"name": "f", "arguments": '{"n":"123456789018"}'}
    one = {"index": 0, "id": "c", "type": "function", "function": asked}
    said = chunk(
        {"content": "氏名：山田太郎。電話は090-1234-5678です。" * 40, "tool_calls": [one], "more": NUMBER}
    )
    said["choices"][0]["note"] = NUMBER
    upstream.script = streams(event(said), event(chunk({}, "stop")), b"data: [DONE]\n\n")
    told = httpx2.post(f"{gateway.url}/v1/chat/completions", json={**CHAT, "stream": True}, headers=BEARER)
    assert "content_filter" in told.text
    assert "123456789018" not in told.text
    assert "山田" not in told.text


# --- the parts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, 1, 0.5, True, "", [], {}, [1, [2.5]], {"a": {"b": [None, 1]}}])
def test_what_holds_no_text(value: Any) -> None:
    assert silent(value)


@pytest.mark.parametrize("value", ["あ", ["a"], {"あ": 1}, {"a": [{"b": "c"}]}])
def test_what_holds_text(value: Any) -> None:
    assert not silent(value)


def test_words_of_the_api_stay_and_are_not_read() -> None:
    said = {"id": "chatcmpl-1", "object": "chat.completion", "model": "org/model:7b", "finish_reason": "stop"}
    assert other_pieces(said, (), "") == []
    assert [one.place for one in other_pieces({**said, "note": "stop"}, (), "x.")] == ["x.note"]


def test_names_of_fields_are_rewritten_with_what_stands_under_them() -> None:
    held = {"id": "a", NUMBER: {"x": NUMBER}, "b": 1}
    guard = Guard(standard(), Handling(), Placeholders())
    for piece in other_pieces(held, (), ""):
        piece.put(guard.whole_now(piece)[0])
    assert held == {"id": "a", "b": 1, HIDDEN: {"x": HIDDEN}}


def test_what_is_recorded_of_usage_and_ends() -> None:
    assert counts({"a": 1, "b": {"c": 2, "d": "x"}, "あ": 3, "e": [1]}) == {"a": 1, "b": {"c": 2}}
    assert [word(one) for one in ("stop", None, NUMBER, "")] == ["stop", "None", "?", "?"]
