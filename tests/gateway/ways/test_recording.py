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
