"""Numbers that are cut into several short pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kijun.gateway.dialects.chat import Chat
from kijun.gateway.dialects.responses import Responses
from kijun.gateway.runs import runs_of
from kijun.gateway.snapshot import Action
from tests.gateway.request import outcome


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": text}


def called(arguments: Any) -> dict[str, Any]:
    function = {"name": "find", "arguments": json.dumps(arguments, ensure_ascii=False)}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
    }


def tool(text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": "call_1", "content": text}


def chat(*messages: Any) -> dict[str, Any]:
    return {"model": "model", "messages": list(messages)}


ORDINARY = [
    [user("合計は？"), called({"a": 1250, "b": 2500}), tool("3750"), said("assistant", "3750円です。")],
    [user("1"), said("assistant", "次は？"), user("2"), said("assistant", "次は？"), user("3")],
    [user("予算は123456"), said("assistant", "789018円の見込みです。")],
    [said("system", "版は2024"), user("2025年度の予定は？")],
    [user("x"), called({"year": 2024, "month": 12, "day": 31, "code": "1310"})],
    [user("x"), called({"rows": [{"y": 2020 + at, "n": 1000 + at} for at in range(40)]})],
]


@pytest.mark.parametrize("messages", ORDINARY)
def test_ordinary_numbers_stand_for_themselves(messages: list[Any]) -> None:
    assert outcome(Chat(), chat(*messages)).action is Action.ALLOW


CUT = [
    [user("個人番号は1234"), user("5678"), user("9018")],
    [user("1234"), user("5678"), user("9018")],
    [user("12"), user("34"), user("56"), user("78"), user("90"), user("18")],
    [user("個人番号は1234"), said("assistant", "続きは？"), user("5678"), said("assistant", "はい"), user("9018です")],
    [said("system", "個人番号は123456"), user("789018")],
    [user("個人番号は123456"), said("assistant", "789018")],
    [user("個人番号は123456"), tool("789018")],
    [user("個人番号は1234"), said("assistant", "5678"), tool("9018")],
    [user("調べて"), said("assistant", "個人番号は123456"), tool("789018")],
    [user("調べて"), called({"q": "個人番号は123456"}), tool("789018")],
    [user("調べて"), called({"個人番号": {"a": "1234", "b": "5678", "c": "9018"}})],
    [user("調べて"), called({"個人番号": {"a": 1234, "b": 5678, "c": 9018}, "x": "y"})],
]  # fmt: skip


@pytest.mark.parametrize("messages", CUT)
def test_a_number_that_is_cut_is_found(messages: list[Any]) -> None:
    found = outcome(Chat(), chat(*messages))
    assert found.action is Action.BLOCK
    assert len(set(found.places)) > 1 or "arguments" in found.places[0]


def test_instructions_and_what_follows_them() -> None:
    body = {"model": "model", "instructions": "個人番号は123456", "input": "789018"}
    assert outcome(Responses(), body).action is Action.BLOCK
    body = {"model": "model", "instructions": "短く答える。", "input": "届出の期限は？"}
    assert outcome(Responses(), body).action is Action.ALLOW


def test_each_part_is_hidden_where_it_stands() -> None:
    found = outcome(Chat(), chat(user("個人番号は1234"), user("5678"), user("9018")), numbers="mask")
    assert found.action is Action.MASK
    said = [one["content"] for one in found.sent["messages"]]
    assert said[0].startswith("個人番号は⟦")
    assert not any(part in "".join(said) for part in ("1234", "5678", "9018"))


def test_an_ordinary_conversation_costs_no_look_more() -> None:
    messages = [said("system", "短く。"), *[user("届出は？"), said("assistant", "14日以内です。")] * 20]
    assert not list(runs_of(Chat().texts(chat(*messages))))


def test_the_time_is_bounded() -> None:
    texts = Chat().texts(chat(*[user("1234")] * 2_000))
    runs = list(runs_of(texts))
    assert len(runs) < 200
    assert all(len(one.text) < 200 for one in runs)
