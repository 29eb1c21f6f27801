"""The conventions of the field: today's, those of before, OpenInference, OpenLLMetry, LangChain, the Vercel AI SDK."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kijun.gateway.ways.calls import Call, call_of, call_of_log
from kijun.gateway.ways.messages import messages
from kijun.gateway.ways.spans import Happening, Log, Span
from kijun.gateway.ways.trees import tree

ASKED = [{"role": "user", "content": "税金の相談"}]
ANSWERED = [{"role": "assistant", "content": "窓口へどうぞ"}]


def read(events: Any = (), **attributes: Any) -> Call:
    held = {name.replace("__", "."): value for name, value in attributes.items()}
    happenings = tuple(Happening(name, told) for name, told in events)
    call = call_of(Span("1" * 32, "2" * 16, attributes=held, events=happenings))
    assert call is not None
    return call


def test_the_conventions_of_today() -> None:
    call = read(
        **{
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "aws.bedrock",
            "gen_ai.request.model": "asked",
            "gen_ai.response.model": "answered",
            "gen_ai.conversation.id": "c-1",
            "gen_ai.usage.input_tokens": 3,
            "gen_ai.usage.output_tokens": 4,
            "gen_ai.response.finish_reasons": ["tool_calls"],
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "案内係です"}]),
            "gen_ai.input.messages": json.dumps(
                [
                    {"role": "user", "parts": [{"type": "text", "content": "天気は"}]},
                    {
                        "role": "assistant",
                        "parts": [
                            {"type": "tool_call", "id": "t1", "name": "weather", "arguments": {"city": "津"}}
                        ],
                    },
                    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "雨"}]},
                ]
            ),
            "gen_ai.output.messages": json.dumps(
                [
                    {
                        "role": "assistant",
                        "parts": [
                            {"type": "reasoning", "content": "考える"},
                            {"type": "text", "content": "雨です"},
                        ],
                        "finish_reason": "stop",
                    }
                ]
            ),
            "gen_ai.request.temperature": 0.2,
        }
    )
    assert (call.operation, call.provider, call.model, call.tokens) == (
        "chat",
        "aws.bedrock",
        "answered",
        (3, 4),
    )
    assert (call.conversation, call.finish) == ("c-1", ["tool_calls"])
    assert [one["role"] for one in call.said] == ["system", "user", "assistant", "tool"]
    assert call.said[2]["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"city":"津"}'}
    assert call.said[3] == {"role": "tool", "content": "雨", "tool_call_id": "t1"}
    assert call.answers[0]["content"] == [
        {"type": "reasoning_text", "reasoning_text": "考える"},
        {"type": "text", "text": "雨です"},
    ]
    assert call.other["gen_ai.request.temperature"] == 0.2
    assert not any("messages" in name for name in call.other)


def test_attributes_that_are_structures_and_not_json() -> None:
    parts = [{"role": "user", "parts": [{"type": "text", "content": "税金の相談"}]}]
    assert read(**{"gen_ai.operation.name": "chat", "gen_ai.input.messages": parts}).said == ASKED


def test_contents_in_an_event_of_the_span() -> None:
    held = {"gen_ai.input.messages": json.dumps(ASKED), "gen_ai.output.messages": json.dumps(ANSWERED)}
    call = read([("gen_ai.client.inference.operation.details", held)], gen_ai__operation__name="chat")
    assert (call.said, call.answers) == (ASKED, ANSWERED)


def test_events_of_before() -> None:
    events = [
        ("gen_ai.system.message", {"content": "案内係です"}),
        ("gen_ai.user.message", {"content": "税金の相談"}),
        ("gen_ai.tool.message", {"content": "結果", "id": "t1"}),
        (
            "gen_ai.choice",
            {"index": 0, "finish_reason": "stop", "message": json.dumps({"content": "窓口へどうぞ"})},
        ),
    ]
    call = read(events, gen_ai__system="openai", gen_ai__request__model="m", gen_ai__usage__prompt_tokens=2)
    assert (call.operation, call.provider, call.tokens) == ("chat", "openai", (2, 0))
    assert [one["content"] for one in call.said] == ["案内係です", "税金の相談", "結果"]
    assert call.said[2]["tool_call_id"] == "t1"
    assert call.answers[0]["content"] == "窓口へどうぞ"
    assert call.finish == ["stop"]


def test_the_first_events_of_all() -> None:
    events = [
        ("gen_ai.content.prompt", {"gen_ai.prompt": json.dumps(ASKED)}),
        ("gen_ai.content.completion", {"gen_ai.completion": json.dumps(ANSWERED)}),
    ]
    call = read(events, gen_ai__system="openai")
    assert (call.said, call.answers) == (ASKED, ANSWERED)


def test_openllmetry() -> None:
    call = read(
        **{
            "gen_ai.system": "OpenAI",
            "llm.request.type": "chat",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": "税金の相談",
            "gen_ai.prompt.1.role": "assistant",
            "gen_ai.prompt.1.tool_calls.0.name": "find",
            "gen_ai.prompt.1.tool_calls.0.arguments": '{"a": 1}',
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "窓口へどうぞ",
            "gen_ai.completion.0.finish_reason": "stop",
            "llm.usage.total_tokens": 9,
        }
    )
    assert call.said[0] == ASKED[0]
    assert call.said[1]["tool_calls"][0]["function"]["name"] == "find"
    assert call.answers[0]["content"] == "窓口へどうぞ"
    assert call.finish == ["stop"]
    assert call.other["llm.usage.total_tokens"] == 9


def test_openinference() -> None:
    call = read(
        **{
            "openinference.span.kind": "LLM",
            "llm.model_name": "gpt-4o",
            "llm.provider": "azure",
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.contents.0.message_content.type": "text",
            "llm.input_messages.0.message.contents.0.message_content.text": "税金の相談",
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": "窓口へどうぞ",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "find",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{}",
            "llm.token_count.prompt": 5,
            "llm.token_count.completion": 6,
            "input.value": "…",
        }
    )
    assert (call.operation, call.provider, call.model, call.tokens) == ("chat", "azure", "gpt-4o", (5, 6))
    assert call.said == ASKED
    assert call.answers[0]["content"] == "窓口へどうぞ"
    assert call.answers[0]["tool_calls"][0]["function"]["name"] == "find"


def test_openinference_with_nothing_but_values() -> None:
    call = read(
        **{"openinference.span.kind": "AGENT", "input.value": "税金の相談", "output.value": "窓口へどうぞ"}
    )
    assert (call.operation, call.said, call.answers) == ("invoke_agent", ASKED, ANSWERED)


def test_embeddings() -> None:
    call = read(
        **{
            "openinference.span.kind": "EMBEDDING",
            "embedding.model_name": "e5",
            "embedding.embeddings.0.embedding.text": "税金の相談",
            "embedding.embeddings.0.embedding.vector": "[0.1]",
        }
    )
    assert (call.operation, call.model, call.said, call.answers) == ("embeddings", "e5", ASKED, [])


def test_a_tool() -> None:
    call = read(
        **{
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "resident",
            "gen_ai.tool.call.arguments": {"name": "山田"},
            "gen_ai.tool.call.result": "一件",
        }
    )
    assert call.said[0]["tool_calls"][0]["function"] == {"name": "resident", "arguments": '{"name":"山田"}'}
    assert call.answers == [{"role": "tool", "content": "一件"}]


def test_a_search_in_documents() -> None:
    call = read(
        **{
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": "転入届",
            "gen_ai.retrieval.documents": [{"id": "d1", "content": "14日以内"}],
        }
    )
    assert call.said == [{"role": "user", "content": "転入届"}]
    assert "14日以内" in call.answers[0]["content"]
    assert not any(name.startswith("gen_ai.retrieval.") for name in call.other)


def test_a_span_that_only_its_events_tell_of() -> None:
    call = read([("gen_ai.user.message", {"content": "問い", "gen_ai.system": "openai"})])
    assert (call.operation, call.provider, call.said) == (
        "chat",
        "openai",
        [{"role": "user", "content": "問い"}],
    )
    nothing = Span("1" * 32, "2" * 16, events=(Happening("gen_ai.evaluation.result", {"score": 1}),))
    assert call_of(nothing) is None


def test_langchains_serialised_messages() -> None:
    told = [
        [
            {"id": ["langchain", "schema", "HumanMessage"], "kwargs": {"content": "税金の相談"}},
            {"type": "ai", "content": "はい"},
        ]
    ]
    assert messages(told, "user") == [ASKED[0], {"role": "assistant", "content": "はい"}]


def test_the_vercel_ai_sdk() -> None:
    call = read(
        **{
            "gen_ai.system": "openai",
            "ai.prompt.messages": json.dumps(
                [{"role": "user", "content": [{"type": "text", "text": "税金の相談"}]}]
            ),
            "ai.response.text": "窓口へどうぞ",
        }
    )
    assert (call.said, call.answers) == (ASKED, ANSWERED)


def test_pictures_and_files_are_told_and_not_kept() -> None:
    parts = [
        {"type": "blob", "mime_type": "image/png", "modality": "image", "content": "A" * 5000},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUFB"}},
    ]
    [made] = messages([{"role": "user", "parts": parts}], "user")
    assert made["content"][0] == {
        "type": "unread",
        "what": "blob",
        "modality": "image",
        "mime_type": "image/png",
        "characters": 5000,
    }
    assert "QUFB" not in str(made)


@pytest.mark.parametrize("kind", ["CHAIN", "RETRIEVER", "GUARDRAIL"])
def test_steps_that_are_no_calls(kind: str) -> None:
    held = {"openinference.span.kind": kind, "input.value": "x"}
    assert call_of(Span("1" * 32, "2" * 16, attributes=held)) is None


def test_what_is_not_of_ai_is_not_kept() -> None:
    call = read(
        **{"gen_ai.operation.name": "chat", "db.statement": "SELECT 秘密", "url.full": "http://x/?token=1"}
    )
    assert call.other == {"gen_ai.operation.name": "chat"}


def test_tools_that_nest_without_end_become_a_text() -> None:
    deep: Any = {}
    for _ in range(300):
        deep = {"a": deep}
    call = read(**{"gen_ai.operation.name": "chat", "gen_ai.tool.definitions": json.dumps(deep)})
    assert isinstance(call.tools, str)


def test_a_log_that_says_nothing_is_no_call() -> None:
    assert call_of_log(Log("", "", "gen_ai.evaluation.result", 0)) is None


def test_trees_of_numbered_names() -> None:
    held = {"p.0.a": 1, "p.1.a": 2, "p.0": "both", "p.x1": 3, "q.0": 4, "p.99999999.a": 5}
    assert tree(held, "nothing") is None
    found = tree(held, "p")
    assert found["0"] == {"a": 1, "content": "both"}
    assert tree({"p.1": "b", "p.0": "a", "p.10": "c"}, "p") == ["a", "b", "c"]
