"""What the sample says."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from kijun.gateway import local, sample, sample_forms
from kijun.inspection import Inspector
from tests.gateway.town import Running

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


ORDINARY = (
    *("hi", "hello", "こんにちは", "テスト", "ありがとう", "Thank you", "1+1は？", "誰ですか"),
    *("転入届の期限は？", "住民票の写しの取り方", "ごみの分別", "予算案の説明", "防災訓練の案内文"),
    *("メールの下書きを書いて", "会議の議事録を作って", "子育て支援の制度を教えて", "AIとは何ですか"),
    *("この文章を要約してください。会議は3月に開かれました。", "次の会議の日程を調整してください。"),
    *("翻訳して: Good morning", "What can you do?", "Explain inheritance tax", "When does the office open?"),
    *("Please write a short mail to a resident.", "Summarise this: the library is closed on Monday."),
    *("Please translate: the office is closed.", "Write an email to my landlord about the noise."),
    *("How do I register my address?", "Explain it in simple English", "Thank you for your help."),
    "⟦氏名1⟧さんへの通知を直してください。",
)


@pytest.mark.parametrize("asked", ORDINARY)
def test_nothing_is_found_in_what_it_says_of_itself(asked: str) -> None:
    """Whoever searches a sample town's records for attacks finds attacks."""
    assert list(Inspector().inspect(sample.reply([("user", asked)]))) == []


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
        assert json.loads(body_of(answer))["error"]["message"]
    assert sample.vector("", 8) == sample.vector("", 8)


def body_of(answer: local.LocalAnswer) -> bytes:
    async def read() -> bytes:
        return b"".join([part async for part in answer.chunks()])

    return asyncio.run(read())


def ids_of(value: Any) -> set[str]:
    """All ids in an answer."""
    if isinstance(value, list):
        return set().union(*map(ids_of, value))
    if not isinstance(value, dict):
        return set()
    own = {str(one) for name, one in value.items() if name in ("id", "item_id")}
    return own.union(*map(ids_of, value.values()))


@pytest.mark.parametrize("who", ["sample", "reference"])
@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("path", "shapes"),
    [("chat/completions", ["chatcmpl"]), ("completions", ["cmpl"]), ("responses", ["msg", "resp"])],
)
def test_the_same_answer_has_another_id_each_time(
    path: str, shapes: list[str], streams: bool, who: str
) -> None:
    """LangGraph takes messages with one id for one message."""

    def ids() -> set[str]:
        answer = body_of(local.said(path, "m", "はい、そうです。", b"x", streams=streams, who=who))
        lines = answer.splitlines() if streams else [answer]
        told = [one.removeprefix(b"data: ") for one in lines if not one.startswith(b"event:")]
        return ids_of([json.loads(one) for one in told if one.startswith(b"{")])

    once, again = ids(), ids()
    assert not once & again
    assert sorted(one.partition("-")[0] for one in once) == shapes
    assert all(re.fullmatch(rf"[a-z]+-{who}[0-9a-f]{{16}}", one) for one in once)


@pytest.mark.parametrize(("wanted", "given"), [(1, 1), (2, 2), (8, 8), (20, 8), (0, 1), (None, 1), (True, 1)])
def test_it_gives_as_many_choices_as_are_asked_for(wanted: Any, given: int) -> None:
    for path, more in (
        ("chat/completions", {"messages": [{"role": "user", "content": "期限は？"}]}),
        ("completions", {"prompt": "期限は？"}),
    ):
        request = json.dumps({"model": "m", "n": wanted, **more}).encode()
        said = json.loads(body_of(sample.answer(path, request, "application/json", streams=False)))
        assert [one["index"] for one in said["choices"]] == list(range(given))


@pytest.mark.parametrize("stream", [False, True])
def test_choices_are_each_restored(gateway: Running, stream: bool) -> None:
    answer: Any = gateway.client().chat.completions.create(
        model="sample",
        messages=[{"role": "user", "content": "山田太郎さんの転入届の期限は？"}],
        n=2,
        stream=stream,
    )
    said = {0: "", 1: ""}
    if stream:
        for one in answer:
            for choice in one.choices:
                said[choice.index] += choice.delta.content or ""
    else:
        said = {one.index: one.message.content for one in answer.choices}
    assert len(said) == 2
    assert all("山田太郎" in one for one in said.values())


class Reason(BaseModel):
    kind: Literal["期限", "窓口"]
    words: str


class Advice(BaseModel):
    answer: str
    certain: bool
    days: int = Field(ge=14)
    reasons: list[Reason]
    note: str | None


@pytest.mark.parametrize("stream", [False, True])
def test_it_answers_in_the_form_that_was_asked_for(gateway: Running, stream: bool) -> None:
    client = gateway.client()
    messages: Any = [{"role": "user", "content": "山田太郎さんの転入届の期限を教えてください。"}]
    if stream:
        with client.chat.completions.stream(
            model="sample", messages=messages, response_format=Advice
        ) as events:
            made = events.get_final_completion().choices[0].message.parsed
    else:
        asked = client.chat.completions.parse(model="sample", messages=messages, response_format=Advice)
        made = asked.choices[0].message.parsed
    assert made is not None
    assert "山田太郎" in made.answer
    assert (made.certain, made.days, made.reasons[0].kind) == (False, 14, "期限")
    assert "見本のAI" in made.reasons[0].words
    answer = client.responses.parse(model="sample", input="山田太郎さんの件です。", text_format=Advice)
    assert answer.output_parsed is not None
    assert "山田太郎" in answer.output_parsed.answer
    form: Any = {"type": "json_object"}
    free = client.chat.completions.create(model="sample", messages=messages, response_format=form)
    assert list(json.loads(str(free.choices[0].message.content))) == ["answer"]


@given(
    st.recursive(
        st.none() | st.integers() | st.sampled_from(["object", "array", "string", "#/$defs/a", "null"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "properties", "items", "$ref", "anyOf", "enum", "$defs", "a"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_a_form_that_is_none_harms_nobody(schema: Any) -> None:
    json.loads(sample_forms.filled(schema if isinstance(schema, dict) else {}, "はい"))
