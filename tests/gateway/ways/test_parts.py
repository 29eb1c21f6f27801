"""Parts of messages and calls of tools: what is known of them, and what they hold beside."""

from __future__ import annotations

import json

from kijun.gateway.ways.messages import messages
from kijun.gateway.ways.parts import calls


def test_parts_of_no_known_kind_are_their_json() -> None:
    parts = [{"type": "file_search", "text": "一", "q": "二"}, {"text": "三"}, {"text": "四", "record": "五"}]
    [made] = messages([{"role": "user", "parts": parts}], "user")
    assert [one["text"] for one in made["content"]] == [
        '{"type":"file_search","text":"一","q":"二"}',
        "三",
        '{"text":"四","record":"五"}',
    ]


def test_a_file_of_words_is_words_and_data_is_told_by_its_length() -> None:
    data = "data:image/png;base64," + "A" * 80
    parts = [
        {"type": "file", "content": "回答", "note": "備考"},
        {"type": "document", "source": {"type": "text", "data": "本文"}, "title": "要綱"},
        {"type": "image_url", "image_url": {"url": data, "detail": "窓口"}},
        {"type": "blob", "content": "Q" * 400, "filename": "a.png"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,山田太郎"}},
    ]
    [made] = messages([{"role": "user", "parts": parts}], "user")
    words, document, picture, blob, false = made["content"]
    assert json.loads(words["text"]) == parts[0]
    assert document["more"] == {"source": {"type": "text", "data": "本文"}, "title": "要綱"}
    assert (picture["characters"], picture["more"]) == (len(data), {"image_url": {"detail": "窓口"}})
    assert (blob["characters"], blob["filename"], "more" in blob) == (400, "a.png", False)
    assert "山田太郎" in str(false["more"])  # no base64


def test_calls_keep_what_they_hold() -> None:
    assert calls([{"toolCallId": "t1", "toolName": "find", "args": '{"q":1}', "dry": "甲"}]) == [
        {
            "id": "t1",
            "type": "function",
            "function": {"name": "find", "arguments": '{"q":1}'},
            "more": {"dry": "甲"},
        }
    ]
    assert calls(["乙"])[0]["function"]["arguments"] == "乙"
    [openai] = calls(
        {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}", "x": "丙"}}
    )
    assert openai["more"] == {"x": "丙"}


def test_results_and_thoughts_keep_what_they_hold() -> None:
    parts = [
        {"type": "tool_result", "tool_use_id": "t1", "content": "雨", "note": "甲"},
        {"type": "tool-result", "toolCallId": "t2", "output": {"value": "晴"}},
        {"type": "thinking", "thinking": "考える", "signature": "A" * 300},
        {"type": "reasoning", "summary": [{"text": "要旨"}]},
    ]
    first, second, made = messages([{"role": "user", "parts": parts}], "user")
    assert first == {"role": "tool", "content": "雨", "tool_call_id": "t1", "more": {"note": "甲"}}
    assert second == {"role": "tool", "content": '{"value":"晴"}', "tool_call_id": "t2"}
    assert made["content"][0] == {"type": "reasoning_text", "reasoning_text": "考える"}
    assert "要旨" in made["content"][1]["text"]
