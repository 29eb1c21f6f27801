"""A service that does not know ``stream``: its whole answer comes as the events that were asked for, inspected whole."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
import pytest

from tests.gateway.test_app import BEARER
from tests.gateway.town import Running, handling, policy, with_purpose
from tests.gateway.upstream import Upstream, answers, completion

ASKED: Any = {"model": "model", "messages": [{"role": "user", "content": "氏名：山田太郎"}]}
SAID = "⟦氏名1⟧様の個人番号は123456789018です"
SHOWN = "山田太郎様の個人番号は■個人番号■です"


def test_it_works(gateway: Running, upstream: Upstream) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    upstream.script = answers(completion(SAID, tool_calls=[call]))
    with gateway.client().chat.completions.stream(**ASKED, stream_options={"include_usage": True}) as stream:
        done = stream.get_final_completion()
    message = done.choices[0].message
    assert message.content == SHOWN
    assert [(one.id, one.function.arguments) for one in message.tool_calls or []] == [("call_1", '{"a":1}')]
    assert done.choices[0].finish_reason == "tool_calls"
    assert done.usage is not None
    assert done.usage.total_tokens == 18
    made = gateway.ledger.last()[1]
    assert "123456789018" not in str(made.content)
    assert made.content["tool_calls"] == [{"name": "f", "id": "call_1"}]


def test_it_is_a_stream_with_an_end(gateway: Running, upstream: Upstream) -> None:
    upstream.script = answers(completion("はい"))
    told = httpx2.post(f"{gateway.url}/v1/chat/completions", json={**ASKED, "stream": True}, headers=BEARER)
    assert told.headers["content-type"].startswith("text/event-stream")
    assert told.text.endswith("data: [DONE]\n\n")
    events = [json.loads(one[6:]) for one in told.text.split("\n\n") if one.startswith("data: {")]
    assert {one["object"] for one in events} == {"chat.completion.chunk"}
    assert all("usage" not in one for one in events), "nobody asked for it"


def test_text_completions(gateway: Running, upstream: Upstream) -> None:
    said = {"id": "c", "object": "text_completion", "created": 1, "model": "there"}
    upstream.script = answers({**said, "choices": [{"index": 0, "text": SAID, "finish_reason": "stop"}]})
    asked: Any = {"model": "model", "prompt": "氏名：山田太郎", "stream": True}
    told = list(gateway.client().completions.create(**asked))
    assert "".join(one.choices[0].text for one in told) == SHOWN
    assert told[-1].choices[0].finish_reason == "stop"


def test_responses(gateway: Running, upstream: Upstream) -> None:
    text = {"type": "output_text", "text": SAID, "annotations": []}
    message = {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
    call = {
        "id": "fc",
        "type": "function_call",
        "call_id": "c",
        "name": "f",
        "arguments": '{"a":1}',
        "status": "completed",
    }
    said = {"id": "r", "object": "response", "created_at": 1, "model": "there", "status": "completed"}
    said |= {"output": [message, call], "parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    upstream.script = answers(said)
    asked: Any = {"model": "model", "input": "氏名：山田太郎"}
    with gateway.client().responses.stream(**asked) as stream:
        kinds = [one.type for one in stream]
        done = stream.get_final_response()
    assert done.output_text == SHOWN
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert "response.output_text.delta" in kinds
    assert "response.function_call_arguments.done" in kinds


def test_what_may_not_be_shown_is_refused(gateway: Running, upstream: Upstream) -> None:
    gateway.publish(with_purpose(policy(upstream.url), output=handling(personal="block")))
    upstream.script = answers(completion("担当者の氏名：佐藤花子"))
    with pytest.raises(openai.PermissionDeniedError):
        gateway.client().chat.completions.create(**ASKED, stream=True)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("body", [{"choices": []}, {"no": "choices"}, b"no JSON"])
def test_what_is_no_answer_is_garbage(gateway: Running, upstream: Upstream, stream: bool, body: Any) -> None:
    """An answer without a choice went on, and clients fell over it."""
    upstream.script = answers(body)
    with pytest.raises(openai.InternalServerError) as caught:
        gateway.client().chat.completions.create(**ASKED, stream=stream)
    assert caught.value.code == "upstream_garbage"
