"""JSON that people ask with and AI answers with stays what it is; only messages and typed parts are opened."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kijun.gateway.ways.messages import messages

STRUCTURED = [
    {"text": "回答", "phone": "理由"},
    {"type": "file", "content": "回答"},
    {"type": "text", "text": "回答", "level": 3},
    {"content": "回答", "reason": "理由"},
    {"message": "回答", "status": "ok"},
    {"messages": ["承認", "却下"]},
    {"role": "課長", "content": "回答"},
    {"role": "assistant", "steps": ["一", "二"]},
    {"output": "回答", "kwargs": {"name": "x"}},
    {"answer": {"name": "x", "arguments": "y"}},
    [{"text": "回答", "phone": "理由"}],
    [{"content": "回答", "title": "理由"}],
    [[1, 2], [3, 4]],
    ["承認", "却下"],
    [{"type": "text", "text": "回答"}, {"label": "理由"}],
]


def in_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("value", STRUCTURED)
def test_json_that_is_no_message_is_kept_as_it_came(value: Any) -> None:
    assert messages(in_json(value), "assistant") == [{"role": "assistant", "content": in_json(value)}]


@pytest.mark.parametrize("value", STRUCTURED)
@pytest.mark.parametrize("name", ["content", "message"])
def test_and_so_it_is_as_what_a_message_says(value: Any, name: str) -> None:
    told = [{"role": "assistant", name: in_json(value)}]
    assert messages(told, "assistant") == [{"role": "assistant", "content": in_json(value)}]
    wrapped = [{"message": {"role": "assistant", "content": in_json(value)}}]
    assert messages(wrapped, "user") == [{"role": "assistant", "content": in_json(value)}]


def test_messages_and_parts_in_a_string_are_opened() -> None:
    parts = [{"type": "text", "text": "一"}, {"type": "output_text", "text": "二"}]
    both = [{"type": "text", "text": "一"}, {"type": "text", "text": "二"}]
    assert messages(in_json(parts), "user") == [{"role": "user", "content": both}]
    assert messages([{"role": "user", "content": in_json(parts)}], "user") == [
        {"role": "user", "content": both}
    ]
    asked = {"messages": [{"role": "user", "content": "質問"}]}
    assert messages(in_json(asked), "user") == asked["messages"]
    chain = [[{"lc": 1, "id": ["langchain", "schema", "AIMessage"], "kwargs": {"content": "はい"}}]]
    assert messages(in_json(chain), "user") == [{"role": "assistant", "content": "はい"}]


def test_what_stands_beside_is_kept() -> None:
    told: dict[str, Any] = {
        "role": "user",
        "content": [{"type": "text", "text": "質問", "record": "甲"}],
        "parts": [],
        "record": {"case": "乙"},
        "empty": None,
    }
    assert messages([told], "user") == [
        {
            "role": "user",
            "content": [{"type": "text", "text": "質問", "more": {"record": "甲"}}],
            "more": {"record": {"case": "乙"}},
        }
    ]
    state = {"messages": [{"role": "user", "content": "質問"}], "context": "丙"}
    assert messages(in_json(state), "user")[1] == {"role": "user", "content": '{"context":"丙"}'}
    both = {"role": "user", "parts": [{"type": "text", "content": "一"}], "content": "二"}
    assert messages([both], "user") == [{"role": "user", "content": "一", "more": {"content": "二"}}]
    generation = {"message": {"role": "assistant", "content": "はい"}, "index": 0, "note": "丁"}
    assert messages([generation], "assistant")[0]["more"] == {"note": "丁"}


def test_what_nests_deeply_becomes_a_text() -> None:
    deep: Any = "底"
    for _ in range(90):
        deep = {"a": deep}
    [made] = messages([{"role": "user", "content": "x", "record": deep}], "user")
    assert isinstance(made["more"], str)
    assert "底" in made["more"]
    assert "底" in messages([deep], "user")[0]["content"]
