"""Each half of a call is told by the first convention that tells it; JSON of any shape is said, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kijun.gateway.ways.calls import call_of
from kijun.gateway.ways.spans import Happening, Span
from tests.gateway.ways.sending import said
from tests.gateway.ways.test_calls import read

LLM = {"openinference.span.kind": "LLM", "llm.model_name": "m"}
CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
CHOICE = ("gen_ai.choice", {"message": json.dumps({"content": "回答"}), "finish_reason": "stop"})
QUESTION, ANSWER = json.dumps({"q": "質問"}), json.dumps({"a": "回答"})


def contents(messages: list[dict[str, Any]]) -> list[Any]:
    return [one["content"] for one in messages]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("input.value", "output.value"), ("traceloop.entity.input", "traceloop.entity.output")],
)
@pytest.mark.parametrize("kind", [{"openinference.span.kind": "AGENT"}, {"traceloop.span.kind": "agent"}])
def test_json_of_an_agent(asked: str, answered: str, kind: dict[str, str]) -> None:
    call = read(**kind, **{asked: QUESTION, answered: ANSWER})
    assert (contents(call.said), contents(call.answers)) == ([QUESTION], [ANSWER])


def test_json_under_the_names_of_before() -> None:
    call = read(**CHAT, **{"gen_ai.prompt": QUESTION, "gen_ai.completion": ANSWER})
    assert (contents(call.said), contents(call.answers)) == ([QUESTION], [ANSWER])


@pytest.mark.parametrize(
    "held",
    [
        {
            "traceloop.span.kind": "tool",
            "traceloop.entity.name": "find",
            "traceloop.entity.input": json.dumps({"inputs": {"q": 1}, "kwargs": {"name": "x"}}),
            "traceloop.entity.output": json.dumps({"output": "結果", "kwargs": {}}),
        },
        {
            "openinference.span.kind": "TOOL",
            "tool.name": "find",
            "tool.parameters": json.dumps({"q": {"type": "string"}}),
            "input.value": json.dumps({"inputs": {"q": 1}, "kwargs": {"name": "x"}}),
            "output.value": json.dumps({"output": "結果", "kwargs": {}}),
        },
    ],
)
def test_a_tool_by_what_frameworks_put_beside_any_step(held: dict[str, Any]) -> None:
    call = read(**held)
    [function] = [one["function"] for one in call.said[0]["tool_calls"]]
    assert function["name"] == "find"
    assert json.loads(function["arguments"]) == {"inputs": {"q": 1}, "kwargs": {"name": "x"}}
    assert json.loads(call.answers[0]["content"]) == {"output": "結果", "kwargs": {}}
    if "tool.parameters" in held:
        assert call.other["tool.parameters"] == held["tool.parameters"]


def test_a_tool_that_has_only_parameters() -> None:
    call = read(**{"openinference.span.kind": "TOOL", "tool.name": "find", "tool.parameters": '{"q": 1}'})
    assert call.said[0]["tool_calls"][0]["function"]["arguments"] == '{"q": 1}'


def test_a_tool_whose_messages_are_told_too_keeps_both() -> None:
    held = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.arguments": '{"q":1}'}
    call = read(**held, **{"gen_ai.input.messages": said("質問"), "input.value": "x"})
    assert call.said[0]["content"] == "質問"
    assert call.said[1]["tool_calls"][0]["function"]["arguments"] == '{"q":1}'


def test_a_question_by_attributes_and_an_answer_by_an_event() -> None:
    call = read([CHOICE], **CHAT, **{"gen_ai.input.messages": said("質問")})
    assert (contents(call.said), contents(call.answers), call.finish) == (["質問"], ["回答"], ["stop"])


def test_instructions_by_an_attribute_and_the_rest_by_events() -> None:
    instructions = json.dumps([{"type": "text", "content": "案内係です"}])
    events = [("gen_ai.user.message", {"content": "質問"}), CHOICE]
    call = read(events, **CHAT, **{"gen_ai.system_instructions": instructions})
    assert [(one["role"], one["content"]) for one in call.said] == [
        ("system", "案内係です"),
        ("user", "質問"),
    ]
    assert contents(call.answers) == ["回答"]


@pytest.mark.parametrize("told", ['{"rule": "敬語"}', '[["敬語"]]', "敬語"])
def test_instructions_of_any_shape(told: str) -> None:
    call = read(**CHAT, **{"gen_ai.system_instructions": told})
    assert contents(call.said) == [told]


def test_messages_and_a_value_beside_them() -> None:
    asked = {"llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "質問"}
    call = read(**LLM, **asked, **{"input.value": "別", "output.value": "回答"})
    assert (contents(call.said), contents(call.answers)) == (["質問"], ["回答"])
    answered = {"llm.output_messages.0.message.content": "回答"}
    call = read(**LLM, **answered, **{"input.value": "質問", "output.value": "別"})
    assert (contents(call.said), contents(call.answers)) == (["質問"], ["回答"])


def test_events_come_before_values() -> None:
    call = read([CHOICE], **CHAT, **{"input.value": "質問", "output.value": "別"})
    assert (contents(call.said), contents(call.answers)) == (["質問"], ["回答"])


def test_vectors_are_no_answer() -> None:
    held = {"openinference.span.kind": "EMBEDDING", "output.value": "[0.1, 0.2]"}
    call = read(
        **held, **{"embedding.embeddings.0.embedding.text": "文", "embedding.embeddings.0.1.text": ""}
    )
    assert (contents(call.said), call.answers) == (["文"], [])


def test_an_object_that_the_vercel_ai_sdk_makes() -> None:
    held = {
        "ai.operationId": "ai.generateObject.doGenerate",
        "ai.model.id": "gpt-4o",
        "ai.model.provider": "openai.chat",
        "ai.prompt.messages": json.dumps([{"role": "user", "content": [{"type": "text", "text": "質問"}]}]),
        "ai.prompt.tools": [json.dumps({"type": "function", "name": "find"})],
        "ai.response.object": ANSWER,
        "ai.usage.inputTokens": 5,
        "ai.usage.outputTokens": 7,
    }
    call = read(**held)
    assert (call.operation, call.model, call.provider, call.tokens) == (
        "chat",
        "gpt-4o",
        "openai.chat",
        (5, 7),
    )
    assert (contents(call.said), contents(call.answers)) == (["質問"], [ANSWER])
    assert call.tools == [{"type": "function", "name": "find"}]
    assert not any(name.startswith("ai.response") for name in call.other)


def test_thoughts_words_and_calls_of_the_vercel_ai_sdk() -> None:
    held = {
        "ai.operationId": "ai.streamText.doStream",
        "ai.response.reasoning": "考える",
        "ai.response.text": "回答",
        "ai.response.toolCalls": json.dumps([{"toolCallId": "t", "toolName": "find", "input": '{"q":1}'}]),
    }
    [made] = read(**held).answers
    assert made["content"] == [
        {"type": "reasoning_text", "reasoning_text": "考える"},
        {"type": "text", "text": "回答"},
    ]
    assert made["tool_calls"][0]["function"] == {"name": "find", "arguments": '{"q":1}'}


@pytest.mark.parametrize(
    ("id", "held"),
    [
        ("ai.embed.doEmbed", {"ai.values": ['"文一"']}),
        ("ai.embed.doEmbed", {"ai.value": '"文一"'}),
        ("ai.embedMany.doEmbed", {"ai.values": ['"文一"', '{"q": "文二"}', '"文三']}),
        ("ai.embedMany.doEmbedMany", {"ai.values": ['"文一"']}),
    ],
)
def test_what_the_vercel_ai_sdk_embeds(id: str, held: dict[str, Any]) -> None:
    more = {
        "ai.model.id": "e5",
        "ai.model.provider": "openai",
        "ai.usage.tokens": 4,
        "ai.embeddings": ["[1]"],
    }
    call = read(**{"ai.operationId": id}, **held, **more)
    assert (call.operation, call.model, call.tokens) == ("embeddings", "e5", (4, 0))
    expected = ["文一", '{"q": "文二"}', '"文三'][: len(held.get("ai.values", "x"))]
    assert (contents(call.said), call.answers) == (expected, [])
    assert not any(name.startswith(("ai.value", "ai.embedding")) for name in call.other)


@pytest.mark.parametrize("id", ["ai.embed", "ai.generateText", "ai.generateObject", 5, ["x"]])
def test_spans_around_a_call_of_the_vercel_ai_sdk_are_none(id: Any) -> None:
    assert call_of(Span("1" * 32, "2" * 16, attributes={"ai.operationId": id, "ai.value": '"文"'})) is None


def test_attributes_beside_numbered_ones_are_told() -> None:
    call = read(
        **CHAT, **{"gen_ai.prompt.0.content": "質問", "gen_ai.prompt.name": "案内", "ai.prompt.x": "y"}
    )
    assert contents(call.said) == ["質問"]
    assert (call.other["gen_ai.prompt.name"], call.other["ai.prompt.x"]) == ("案内", "y")
    assert "gen_ai.prompt.0.content" not in call.other


def test_a_number_without_end_in_a_name_is_one() -> None:
    call = read(**CHAT, **{f"gen_ai.prompt.{'1' * 5_000}.content": "二", "gen_ai.prompt.0.content": "一"})
    assert contents(call.said) == ["一", "二"]


def test_azures_events_hold_their_message_as_json() -> None:
    events = [
        ("gen_ai.user.message", {"gen_ai.event.content": json.dumps({"role": "user", "content": "質問"})}),
        (
            "gen_ai.choice",
            {"gen_ai.event.content": json.dumps({"message": {"content": "回答"}, "finish_reason": "stop"})},
        ),
    ]
    call = read(events, **CHAT)
    assert (contents(call.said), contents(call.answers), call.finish) == (["質問"], ["回答"], ["stop"])


def test_an_event_whose_message_is_json_of_the_ais() -> None:
    held = {"message": json.dumps({"answer": "回答", "reason": "理由"}), "index": 0}
    call = call_of(Span("1" * 32, "2" * 16, attributes=CHAT, events=(Happening("gen_ai.choice", held),)))
    assert call is not None
    assert contents(call.answers) == [held["message"]]
