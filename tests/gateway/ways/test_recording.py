"""Whatever a sender calls a message becomes a record, and nothing of it breaks the batch."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kijun.gateway.authentication import Caller
from kijun.gateway.authorisation import authorise
from kijun.gateway.inspecting import standard
from kijun.gateway.jsons import dump
from kijun.gateway.policy import index
from kijun.gateway.ways.calls import call_of
from kijun.gateway.ways.naming import Names
from kijun.gateway.ways.otlp import _origin_of_span
from kijun.gateway.ways.permits import Leave
from kijun.gateway.ways.recording import Recorder
from kijun.gateway.ways.spans import Happening, Span
from kijun.ledger.model import Entry, Kind, now_ms
from kijun.ledger.packing import pack
from tests.gateway.town import SECRET, policy

_KEYS = st.sampled_from(
    [
        "role",
        "content",
        "parts",
        "type",
        "text",
        "message",
        "messages",
        "tool_calls",
        "tool_call",
        "function",
        "name",
        "arguments",
        "id",
        "kwargs",
        "contents",
        "message_content",
        "finish_reason",
        "response",
        "result",
        "image_url",
        "data",
        "toolName",
        "input",
        "more",
        "x",
    ]
)
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 1 << 70),
    st.floats(),
    st.sampled_from(
        [
            "user",
            "ai",
            "tool_call",
            "tool_call_response",
            "reasoning",
            "blob",
            "file",
            "text",
            "山田太郎さん",
            "\ud800",
            "[{",
        ]
    ),
)
_ANYTHING: Any = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=15,
)
_NAMES = st.sampled_from(
    [
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.tool.definitions",
        "gen_ai.tool.call.arguments",
        "gen_ai.prompt.0.content",
        "gen_ai.completion.0.tool_calls.0.arguments",
        "gen_ai.response.finish_reasons",
        "llm.input_messages.0.message.content",
        "input.value",
        "output.value",
        "error.type",
        "gen_ai.request.model",
        "gen_ai.conversation.id",
        "metadata",
        "user.id",
        "tool.parameters",
        "traceloop.entity.input",
        "traceloop.entity.output",
        "ai.response.object",
        "ai.response.toolCalls",
        "ai.prompt.tools",
        "ai.values",
        "gen_ai.usage.input_tokens",
    ]
)


@pytest.fixture(scope="module")
def recorder() -> Recorder:
    snapshot = policy()
    made = index(snapshot, SECRET)
    leave = Leave(authorise(made, Caller(snapshot.grants[0], "7"), "127.0.0.1"))
    return Recorder(leave, standard(), Names(SECRET))


def recorded(recorder: Recorder, attributes: dict[str, Any], events: Any = ()) -> list[Entry]:
    span = Span("1" * 32, "2" * 16, attributes=attributes, events=tuple(events))
    call = call_of(span)
    assert call is not None
    return recorder.entries(call, _origin_of_span(span, recorder.leave, now_ms()))


def test_the_type_of_a_tool_that_is_no_word_of_the_api_is_not_told(recorder: Recorder) -> None:
    """What a service's own tool is called stands in the record of what nobody read; a sentence in its place does not."""
    tools = [{"type": "web_search"}, {"type": "山田太郎さん", "role": None}]
    question, _ = recorded(recorder, {"gen_ai.operation.name": "chat", "gen_ai.tool.definitions": tools})
    assert [one["why"] for one in question.content["uninspected"]] == ["web_search", "unknown"]
    assert "山田太郎" not in str(question.content)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    attributes=st.dictionaries(_NAMES, _ANYTHING | _ANYTHING.map(lambda one: dump(one).decode()), max_size=5),
    operation=st.sampled_from(["chat", "execute_tool", "embeddings"]),
    body=st.dictionaries(_KEYS, _ANYTHING, max_size=3),
)
def test_anything_becomes_a_record(
    recorder: Recorder, attributes: dict[str, Any], operation: str, body: dict[str, Any]
) -> None:
    events = [Happening("gen_ai.user.message", body), Happening("gen_ai.choice", body)]
    made = recorded(recorder, {**attributes, "gen_ai.operation.name": operation}, events)
    assert [one.kind for one in made] == [Kind.INPUT, Kind.OUTPUT]
    for one in made:
        pack(one)
        assert "山田太郎" not in str(one.content)


def test_poison_in_every_field_that_is_kept(recorder: Recorder) -> None:
    poison = "山田太郎さん 090-1234-5678"
    names = (
        "gen_ai.request.model",
        "gen_ai.provider.name",
        "gen_ai.response.id",
        "gen_ai.conversation.id",
        "error.type",
        "session.id",
    )
    held: dict[str, Any] = dict.fromkeys(names, poison)
    held |= {
        "gen_ai.operation.name": poison,
        "gen_ai.response.finish_reasons": [poison],
        "user.id": poison,
        "gen_ai.agent.name": poison,
    }
    message = {
        "role": poison,
        "name": poison,
        "tool_call_id": poison,
        "content": poison,
        "tool_calls": [{"id": poison, "name": poison, "arguments": poison}],
    }
    held |= {
        "gen_ai.input.messages": [message],
        "gen_ai.output.messages": [{**message, "finish_reason": poison}],
    }
    made = recorded(recorder, held)
    for one in made:
        assert "山田太郎" not in str(one.content)
        assert "090-1234" not in str(one.content)
        assert one.model == ""


def test_poison_in_names_and_numbers(recorder: Recorder) -> None:
    """What looks like a name or a number that programs give is read where it may be somebody's."""
    held: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "tel090-1234-5678",
        "gen_ai.provider.name": "tel:090-1234-5678",
        "gen_ai.conversation.id": "yamada-090-1234-5678",
        "gen_ai.agent.name": "tel:090-1234-5678",
        "gen_ai.agent.id": "n123456789018",
        "gen_ai.request.my_number": 123456789018,
        "gen_ai.request.phone": 9012345678,
        "gen_ai.user.09012345678": True,
        "user.id": 123456789018,
        "session.id": "123456789018a",
        "error.type": "tel:090-1234-5678",
        "gen_ai.response.finish_reasons": ["tel:090-1234-5678"],
        "gen_ai.output.messages": [
            {
                "role": "assistant",
                "name": "tel:090-1234-5678",
                "tool_calls": [{"name": "tel:090-1234-5678", "arguments": ""}],
            }
        ],
    }
    made = recorded(recorder, held)
    for one in made:
        told = f"{one.content} {one.model}"
        for poison in ("090-1234", "123456789018", "9012345678"):
            assert poison not in told
    assert "MY_NUMBER" in made[0].findings
    assert "PHONE" in made[0].findings
    assert made[1].content["finish_reasons"] == ["other"]


def test_names_and_numbers_that_are_nobodys_stay(recorder: Recorder) -> None:
    held = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
        "gen_ai.conversation.id": "thread_20241022-1234567",
        "gen_ai.response.id": "chatcmpl-AbC1234567890123dEf",
        "gen_ai.request.seed": 1234567890,
        "gen_ai.request.temperature": 0.25,
        "session.id": 20_241_022_123_456,
    }
    given, _ = recorded(recorder, dict(held))
    assert given.model == held["gen_ai.request.model"]
    assert given.content["conversation"] == held["gen_ai.conversation.id"]
    assert given.content["attributes"] == held
    assert given.findings == ()


def test_all_of_an_answer_is_recorded_and_read(recorder: Recorder) -> None:
    answer = '{"text":"回答","氏名":"山田太郎","phone":"090-1234-5678"}'
    message = {
        "role": "assistant",
        "content": [
            {"type": "text", "text": answer, "note": "山田太郎さん"},
            {"type": "uri", "uri": "https://x.example/?tel=090-1234-5678", "modality": "image"},
            {"type": "blob", "content": "A" * 400, "modality": "image", "mime_type": "image/png"},
        ],
        "reason": {"電話": "090-1234-5678", "理由": "窓口へ"},
        "tool_calls": [{"name": "find", "arguments": "{}", "dry": "佐藤花子さん"}],
    }
    _, made = recorded(recorder, {"gen_ai.operation.name": "chat", "gen_ai.output.messages": [message]})
    for hidden in ("山田太郎", "090-1234", "佐藤花子"):
        assert hidden not in str(made.content)
    for kept in ("回答", "phone", "x.example", "窓口へ"):
        assert kept in str(made.content["texts"])
    assert [one["where"] for one in made.content["texts"]] == [
        "choices[0].message.content[0]",
        "choices[0].message.content[0].more",
        "choices[0].message.content[1].more",
        "choices[0].message.tool_calls[0].function.arguments",
        "choices[0].message.tool_calls[0].more",
        "choices[0].message.more",
    ]


def test_all_of_a_question_is_recorded_and_read(recorder: Recorder) -> None:
    """The outsider's: of an object's fields all but one were lost."""
    asked = '{"text":"要約して","record":"申請者は山田太郎さん"}'
    held = {"gen_ai.operation.name": "chat", "llm.input_messages.0.message.content": asked}
    given, made = recorded(recorder, {**held, "output.value": '{"content":"はい","phone":"090-1234-5678"}'})
    assert "要約して" in given.content["request"]["messages"][0]["content"]
    assert "PERSON" in given.findings
    assert "山田太郎" not in str(given.content)
    assert "PHONE" in made.findings
    assert "090-1234" not in str(made.content)
    assert "without_content" not in {**given.content, **made.content}
    more = {"role": "user", "content": "x", "record": {"電話": "090-1234-5678", "山田太郎さん": 1}}
    given, _ = recorded(recorder, {"gen_ai.operation.name": "chat", "gen_ai.input.messages": [more]})
    assert "090-1234" not in str(given.content)
    assert "山田太郎" not in str(given.content)
    assert "⟦電話番号1⟧" in str(given.content["request"]["messages"][0]["more"])
