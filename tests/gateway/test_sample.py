"""What the sample says."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kijun.gateway import sample

WORDS = st.lists(
    st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), st.text(max_size=300)), max_size=4
)


def test_it_answers_what_was_asked_and_says_what_it_is() -> None:
    text = "⟦氏名1⟧さんから相談がありました。転入の手続きについてです。期限を教えてください。"
    said = sample.reply([("user", text)])
    assert said.startswith("（見本のAIです。")
    assert "・期限を教えてください。" in said
    assert "⟦氏名1⟧" in said
    assert said == sample.reply([("user", text)])
    english = sample.reply([("user", "Our office is open on weekdays. When is it closed?")])
    assert english.startswith("(This is the sample AI")
    assert "- When is it closed?" in english


@given(WORDS)
def test_it_has_an_answer_to_everything(turns: list[tuple[str, str]]) -> None:
    said = sample.reply(turns)
    assert "見本" in said or "sample" in said


def test_long_texts_are_summarised_and_no_placeholder_is_cut() -> None:
    text = "。".join(
        f"{number}番目の議題は、道路の補修と⟦氏名{number}⟧さんの意見です" * 3 for number in range(1, 60)
    )
    said = sample.reply([("user", text + "。要約してください。")])
    assert len(said) < 1_000
    assert all("⟧" in part for part in said.split("⟦")[1:])


def test_whatever_it_is_sent_it_answers_in_the_apis_shape() -> None:
    async def body_of(answer: sample.SampleAnswer) -> Any:
        return json.loads(b"".join([part async for part in answer.chunks()]))

    for path, body in (
        ("chat/completions", b"{"),
        ("chat/completions", b"[]"),
        ("chat/completions", b'{"messages": 5}'),
        ("embeddings", b'{"input": [[1]]}'),
        ("embeddings", b'{"input": "a", "dimensions": 99999}'),
        ("audio/transcriptions", b"x"),
    ):
        answer = sample.answer(path, body, "application/json", streams=False)
        assert answer.status == 400
        assert asyncio.run(body_of(answer))["error"]["message"]
    assert sample.vector("", 8) == sample.vector("", 8)
