"""Answers that are spoken: their words are read like others, their sound nobody can inspect."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.gateway.town import Running, policy, with_purpose
from tests.gateway.upstream import Upstream, answers, chunk, completion, event, streams

SAID = "山田様の個人番号は123456789018です"
SHOWN = "山田様の個人番号は■個人番号■です"
CHAT: dict[str, Any] = {"model": "model", "messages": [{"role": "user", "content": "はい"}]}


@pytest.fixture
def speaking(gateway: Running, upstream: Upstream) -> Running:
    """A gateway whose purpose allows sound."""
    gateway.publish(with_purpose(policy(upstream.url), uninspected=True))
    return gateway


def spoken(transcript: str) -> dict[str, Any]:
    audio = {"id": "audio_1", "data": "UklGRg==", "expires_at": 1, "transcript": transcript}
    return completion(None, audio=audio)


def test_what_is_spoken_is_recorded_and_its_sound_marked(speaking: Running, upstream: Upstream) -> None:
    upstream.script = answers(spoken("以上です。"))
    raw = speaking.client().chat.completions.with_raw_response.create(
        **CHAT, modalities=["text", "audio"], audio={"voice": "alloy", "format": "wav"}
    )
    audio = raw.parse().choices[0].message.audio
    assert audio is not None
    assert (audio.transcript, audio.data, audio.id) == ("以上です。", "UklGRg==", "audio_1")
    assert raw.headers["kijun-answer-uninspected"] == "audio"
    made = speaking.ledger.last()[1]
    assert made.content["texts"] == [{"where": "choices[0].message.audio.transcript", "text": "以上です。"}]
    assert made.content["uninspected"] == [{"where": "choices[0].message.audio.data", "what": "audio"}]


def test_what_is_hidden_is_not_heard(speaking: Running, upstream: Upstream) -> None:
    upstream.script = answers(spoken(SAID))
    audio = speaking.client().chat.completions.create(**CHAT).choices[0].message.audio
    assert audio is not None
    assert (audio.transcript, audio.data) == (SHOWN, "")
    made = speaking.ledger.last()[1]
    assert "123456789018" not in str(made.content)
    assert made.content["uninspected"][0]["why"] == "left out"


def test_sound_that_nobody_asked_for_does_not_pass(gateway: Running, upstream: Upstream) -> None:
    """A purpose that allows nothing which cannot be inspected."""
    upstream.script = answers(spoken("以上です。"))
    audio = gateway.client().chat.completions.create(**CHAT).choices[0].message.audio
    assert audio is not None
    assert (audio.transcript, audio.data) == ("以上です。", "")
    assert gateway.ledger.last()[1].content["uninspected"][0]["why"] == "left out"


def test_own_values_come_back_in_what_is_spoken(speaking: Running, upstream: Upstream) -> None:
    upstream.script = answers(spoken("⟦氏名1⟧様ですね"))
    asked = {**CHAT, "messages": [{"role": "user", "content": "氏名：山田太郎"}]}
    audio = speaking.client().chat.completions.create(**asked).choices[0].message.audio
    assert audio is not None
    assert (audio.transcript, audio.data) == ("山田太郎様ですね", "UklGRg==")


@pytest.mark.parametrize("allowed", [True, False])
def test_what_is_spoken_bit_by_bit(gateway: Running, upstream: Upstream, allowed: bool) -> None:
    gateway.publish(with_purpose(policy(upstream.url), uninspected=allowed))
    parts: list[dict[str, Any]] = [{"id": "audio_1"}, {"data": "UklG"}]
    parts += [{"transcript": one} for one in SAID]
    parts += [{"expires_at": 1}]
    said = [event(chunk({"audio": one})) for one in parts]
    upstream.script = streams(*said, event(chunk({}, "stop")), b"data: [DONE]\n\n")
    chunks = gateway.client().chat.completions.create(**CHAT, stream=True)
    deltas = [one.choices[0].delta.to_dict().get("audio") or {} for one in chunks]
    assert "".join(one.get("transcript", "") for one in deltas) == SHOWN
    assert "".join(one.get("data", "") for one in deltas) == ("UklG" if allowed else "")
    assert [one["id"] for one in deltas if "id" in one] == ["audio_1"]
    made = gateway.ledger.last()[1]
    (kept,) = [one for one in made.content["texts"] if "transcript" in one["where"]]
    assert kept["where"] == "choices[0].message.audio.transcript"
    assert "⟦個人番号1⟧" in kept["text"]
    assert made.content["uninspected"][0]["what"] == "audio"
    assert "123456789018" not in json.dumps(made.content)


def test_sound_behind_hidden_words_does_not_go_on(speaking: Running, upstream: Upstream) -> None:
    said = [
        event(chunk({"audio": one})) for one in ({"transcript": SAID + "。以上です。" * 60}, {"data": "UklG"})
    ]
    upstream.script = streams(*said, event(chunk({}, "stop")), b"data: [DONE]\n\n")
    told = list(speaking.client().chat.completions.create(**CHAT, stream=True))
    assert "UklG" not in str(told)
