"""What services that speak this API do differently: Ollama, vLLM, Azure, Gemini, Mistral, OpenRouter, LiteLLM."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest

from kijun.ledger.model import Verdict
from tests.gateway.town import Running, policy, with_upstream
from tests.gateway.upstream import USAGE, Upstream, answers, chunk, completion, event, streams

DONE = b"data: [DONE]\n\n"
NAME = "山田太郎"


def ask(gateway: Running, text: str = f"{NAME}さんへの手紙", **more: Any) -> Any:
    return gateway.client().chat.completions.create(
        model="model", messages=[{"role": "user", "content": text}], **more
    )


def said(stream: Any) -> str:
    return "".join(one.choices[0].delta.content or "" for one in stream if one.choices)


def bare(**more: Any) -> dict[str, Any]:
    """A chunk without choices."""
    return {**chunk({}), "choices": [], **more}


END = [event(chunk({}, "stop")), DONE]


@pytest.mark.parametrize(
    "events",
    [
        # Ollama: the role in every chunk, fields of its own, the usage with the last words, no [DONE]
        [
            event(chunk({"role": "assistant", "content": "⟦氏名1⟧様"}, done_reason=None)),
            event(chunk({"role": "assistant", "content": "。"}, "stop", usage=USAGE, done_reason="stop")),
        ],
        # vLLM: usage in every chunk, null in what is not there, a list of no calls
        [
            event(chunk({"role": "assistant", "content": "", "tool_calls": []}, usage=USAGE)),
            event(
                chunk({"content": "⟦氏名1⟧様。", "reasoning_content": None, "tool_calls": []}, usage=USAGE)
            ),
            event({**chunk({}, "stop"), "prompt_token_ids": None, "kv_transfer_params": None}),
            event(bare(usage=USAGE)),
            DONE,
        ],
        # Azure: a first chunk that judges the question, marks of its filter beside each piece
        [
            event(bare(prompt_filter_results=[{"prompt_index": 0, "content_filter_results": {}}])),
            event(
                chunk({"role": "assistant", "content": "⟦氏名1⟧様。"}, content_filter_offsets={"start": 1})
            ),
            *END,
        ],
        # OpenRouter, proxies: comments that keep the connection open, also between the halves of a placeholder
        [
            b": PROCESSING\n\n",
            event(chunk({"content": "⟦氏"})),
            b": ping\n\n",
            event(chunk({"content": "名1⟧様。"})),
            *END,
        ],
        # line ends of Windows, events with names, ids and times to come back after, no space behind the colon
        [
            b"id: 1\r\nevent: message\r\nretry: 3000\r\ndata:"
            + json.dumps(chunk({"content": "⟦氏名1⟧様。"})).encode()
            + b"\r\n\r\n",
            *END,
        ],
        # a mark of UTF-8 before everything
        [b"\xef\xbb\xbf" + event(chunk({"content": "⟦氏名1⟧様。"})), *END],
        # choices that are null beside the usage; a delta that is null at the end
        [
            event(chunk({"content": "⟦氏名1⟧様。"})),
            event({"id": "c", "choices": [{"index": 0, "delta": None, "finish_reason": "stop"}]}),
            event({**chunk({}), "choices": None, "usage": USAGE}),
            event({"id": "c", "object": "chat.completion.chunk", "usage": USAGE}),
            DONE,
        ],
        # choices without a number, a finish that is an empty text until there is one
        [
            event({"choices": [{"delta": {"content": "⟦氏名1⟧様。"}, "finish_reason": ""}]}),
            event({"choices": [{"delta": {}, "finish_reason": "stop"}]}),
            DONE,
        ],
        # nothing says that it ends but [DONE]
        [event(chunk({"content": "⟦氏名1⟧様。"})), DONE],
    ],
)
def test_streams_of_many_kinds_say_the_same(
    gateway: Running, upstream: Upstream, events: list[bytes]
) -> None:
    upstream.script = streams(*events)
    assert said(ask(gateway, stream=True)) == f"{NAME}様。"
    made = gateway.ledger.last()[1]
    assert made.verdict is Verdict.ALLOWED
    assert made.content["texts"][0]["text"] == "⟦氏名1⟧様。"


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking"])
def test_what_a_model_thinks_is_read_under_any_name(gateway: Running, upstream: Upstream, field: str) -> None:
    upstream.script = streams(
        event(chunk({"role": "assistant", field: "⟦氏名"})),
        event(chunk({field: "1⟧の番号は12345"})),
        event(chunk({field: "6789018だ。"})),
        event(chunk({"content": "はい。"})),
        *END,
    )
    chunks = list(ask(gateway, stream=True))
    thought = "".join(getattr(one.choices[0].delta, field, None) or "" for one in chunks if one.choices)
    assert thought == f"{NAME}の番号は■個人番号■だ。"
    assert said(chunks) == "はい。"
    upstream.script = answers(completion("はい。", **{field: "⟦氏名1⟧の番号は123456789018だ。"}))
    assert getattr(ask(gateway).choices[0].message, field) == f"{NAME}の番号は■個人番号■だ。"


def call(id: str | None, name: str | None, arguments: Any, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}, **more}


TOOLS: list[Any] = [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}]


@pytest.mark.parametrize(
    "deltas",
    [
        # as OpenAI: by number
        [[call("a", "find", '{"name":"⟦氏名1⟧"}', index=0)], [call("b", "find", '{"name":"市"}', index=1)]],
        # Ollama of some versions: every call whole, and all with the number 0
        [[call("a", "find", '{"name":"⟦氏名1⟧"}', index=0)], [call("b", "find", '{"name":"市"}', index=0)]],
        # Gemini: no numbers at all
        [[call("a", "find", '{"name":"⟦氏名1⟧"}'), call("b", "find", '{"name":"市"}')]],
        # pieces whose name and id are null after the first
        [
            [call("a", "find", '{"name":', index=0)],
            [call(None, None, '"⟦氏名1⟧"}', index=0)],
            [call("b", "find", None, index=1)],
            [call(None, None, '{"name":"市"}', index=1)],
        ],
        # an id that is repeated with each piece
        [
            [call("a", "find", '{"name":', index=0)],
            [call("a", None, '"⟦氏名1⟧"}', index=0)],
            [call("b", "find", '{"name":"市"}', index=1)],
        ],
    ],
)
def test_calls_of_tools_of_many_kinds(gateway: Running, upstream: Upstream, deltas: list[Any]) -> None:
    events = [event(chunk({"role": "assistant", "content": None, "tool_calls": one})) for one in deltas]
    upstream.script = streams(*events, event(chunk({"content": ""}, "tool_calls")), DONE)
    with gateway.client().chat.completions.stream(
        model="model", messages=[{"role": "user", "content": f"{NAME}さんを探して"}], tools=TOOLS
    ) as stream:
        calls = stream.get_final_completion().choices[0].message.tool_calls or []
    assert [(one.id, one.function.name, json.loads(one.function.arguments)) for one in calls] == [
        ("a", "find", {"name": NAME}),
        ("b", "find", {"name": "市"}),
    ]
    assert [one["id"] for one in gateway.ledger.last()[1].content["tool_calls"]] == ["a", "b"]


def test_whole_answers_of_many_kinds(gateway: Running, upstream: Upstream) -> None:
    body = completion("⟦氏名1⟧様", tool_calls=None, function_call=None, audio=None, reasoning_content=None)
    body |= {"prompt_logprobs": None, "kv_transfer_params": None, "service_tier": None, "usage": None}
    upstream.script = answers(body)
    assert ask(gateway).choices[0].message.content == f"{NAME}様"
    assert gateway.ledger.last()[1].content["estimated"] is True
    upstream.script = answers(completion(None, tool_calls=[call("a", "find", {"name": "⟦氏名1⟧"})]))
    raw: Any = ask(gateway, tools=TOOLS).choices[0].message.tool_calls[0]  # Ollama's own: an object
    assert json.loads(raw.function.arguments) == {"name": NAME}
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "⟦氏名1⟧の件"}]},
        {"type": "text", "text": "⟦氏名1⟧様"},
    ]
    message = completion("")
    message["choices"][0]["message"]["content"] = parts  # Mistral
    upstream.script = answers(message)
    content: Any = ask(gateway).choices[0].message.content
    assert content[1]["text"] == f"{NAME}様"
    assert content[0]["thinking"][0]["text"] == f"{NAME}の件"
    assert "山田" not in str(gateway.ledger.last()[1].content)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "the context is too long", "type": "x", "code": 400}},
        {"error": "the context is too long"},  # Ollama
        {
            "object": "error",
            "message": "the context is too long",
            "type": "BadRequestError",
            "code": 400,
        },  # vLLM
        {"detail": "the context is too long"},  # FastAPI
        {"detail": [{"loc": ["body"], "msg": "the context is too long"}]},
        {"message": "the context is too long"},  # Bedrock
        [
            {"error": {"code": 400, "message": "the context is too long", "status": "INVALID_ARGUMENT"}}
        ],  # Gemini
    ],
)
def test_refusals_in_many_forms_are_told_as_they_are(gateway: Running, upstream: Upstream, body: Any) -> None:
    upstream.script = answers(body, "400 Bad Request")
    gateway.publish(with_upstream(policy(upstream.url), retries=2))
    with pytest.raises(openai.BadRequestError, match="the context is too long") as caught:
        ask(gateway)
    assert caught.value.code == "upstream_refused"
    assert len(upstream.calls) == 1
    assert gateway.ledger.last()[1].content["upstream_error"] == "the context is too long"


@pytest.mark.parametrize(
    "data",
    [
        event({"error": {"message": "out of memory"}}),
        event({"error": "out of memory"}),
        event({"object": "error", "message": "out of memory"}),
        event({"message": "out of memory"}, "error"),
    ],
)
def test_errors_in_streams_in_many_forms(gateway: Running, upstream: Upstream, data: bytes) -> None:
    upstream.script = streams(event(chunk({"content": "はい、"})), data)
    with pytest.raises(openai.APIError) as caught:
        list(ask(gateway, stream=True))
    assert caught.value.code == "upstream_error"
    assert gateway.ledger.last()[1].content["upstream_error"] == "out of memory"


def test_azures_filter_ends_an_answer(gateway: Running, upstream: Upstream) -> None:
    filtered = {"hate": {"filtered": True, "severity": "high"}}
    upstream.script = streams(
        event(chunk({"content": "はい、"})),
        event(chunk({}, "content_filter", content_filter_results=filtered)),
        DONE,
    )
    chunks = list(ask(gateway, stream=True))
    assert chunks[-1].choices[0].finish_reason == "content_filter"
    assert said(chunks) == "はい、"
    refused = {
        "error": {
            "message": "The response was filtered",
            "code": "content_filter",
            "status": 400,
            "innererror": {"code": "ResponsibleAIPolicyViolation"},
        }
    }
    upstream.script = answers(refused, "400 Bad Request")
    with pytest.raises(openai.BadRequestError, match="The response was filtered"):
        ask(gateway)


@pytest.mark.parametrize("stream", [False, True])
def test_a_services_own_fields_of_a_call_are_read(gateway: Running, upstream: Upstream, stream: bool) -> None:
    made = {**call("a", "find", "{}", index=0), "extra_content": {"note": "番号は123456789018"}}
    made["function"]["summary"] = "⟦氏名1⟧を探す"
    if stream:
        upstream.script = streams(event(chunk({"tool_calls": [made]})), event(chunk({}, "tool_calls")), DONE)
        chunks = list(ask(gateway, stream=True))
        held = next(one for one in chunks if one.choices and one.choices[0].delta.tool_calls)
        found: Any = held.choices[0].delta.tool_calls[0]
    else:
        upstream.script = answers(completion(None, tool_calls=[made]))
        found = ask(gateway).choices[0].message.tool_calls[0]
    assert found.extra_content == {"note": "番号は■個人番号■"}
    assert found.function.summary == f"{NAME}を探す"
    assert "123456789018" not in str(gateway.ledger.last()[1].content)


def test_arguments_of_earlier_calls_that_are_objects_are_hidden(gateway: Running, upstream: Upstream) -> None:
    earlier: Any = {"role": "assistant", "content": None, "tool_calls": [call("a", "find", {"氏名": NAME})]}
    gateway.client().chat.completions.create(
        model="model", messages=[{"role": "user", "content": "はい"}, earlier]
    )
    sent = upstream.calls[0].json["messages"][1]["tool_calls"][0]["function"]["arguments"]
    assert sent == {"氏名": "⟦氏名1⟧"}
