"""Completions, embeddings and transcription: the smaller endpoints."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import math
import struct
import wave
from typing import Any

import httpx2
import openai
import pytest

from kijun.gateway import multipart
from kijun.ledger.model import Verdict
from tests.gateway.town import KEY, Running, policy, with_purpose
from tests.gateway.upstream import Call, Upstream, answers, begin, end, event, piece, plain

BEARER = {"authorization": f"Bearer {KEY}"}


def text_completion(text: str) -> dict[str, Any]:
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    return {
        "id": "c",
        "object": "text_completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": usage,
    }


def test_a_text_is_continued(gateway: Running, upstream: Upstream) -> None:
    upstream.script = answers(text_completion("⟦氏名1⟧様、こんにちは。"))
    client = gateway.client()
    assert (
        client.completions.create(model="model", prompt="山田太郎さんへ：").choices[0].text
        == "山田太郎様、こんにちは。"
    )
    assert upstream.calls[0].json["prompt"] == "⟦氏名1⟧さんへ："
    client.completions.create(model="model", prompt=["山田太郎さんへ：", "佐藤花子さんへ："])
    assert upstream.calls[1].json["prompt"][1] == "⟦氏名2⟧さんへ："
    with pytest.raises(openai.PermissionDeniedError):
        client.completions.create(model="model", prompt=[1, 2, 3])


def test_a_text_is_continued_bit_by_bit(gateway: Running, upstream: Upstream) -> None:
    async def script(call: Call, writer: asyncio.StreamWriter) -> None:
        begin(writer)
        for one in "⟦氏名1⟧様、こんにちは。":
            value = text_completion(one)
            value["choices"][0]["finish_reason"] = None
            piece(writer, event({**value, "usage": None}))
        piece(writer, event({**text_completion(""), "usage": None}) + b"data: [DONE]\n\n")
        end(writer)

    upstream.script = script
    stream = gateway.client().completions.create(model="model", prompt="山田太郎さんへ：", stream=True)
    assert "".join(one.choices[0].text for one in stream) == "山田太郎様、こんにちは。"
    assert "山田" not in str(gateway.ledger.last()[1].content)
    sample = gateway.client().completions.create(model="sample", prompt="山田太郎さんへ：", stream=True)
    assert "山田太郎" in "".join(one.choices[0].text for one in sample)


def test_embeddings_see_no_names(gateway: Running, upstream: Upstream) -> None:
    vector = base64.b64encode(struct.pack("<2f", 0.5, -0.5)).decode()
    body = {
        "object": "list",
        "model": "m",
        "data": [{"object": "embedding", "index": 0, "embedding": vector}],
        "usage": {"prompt_tokens": 4, "total_tokens": 4},
    }
    upstream.script = answers(body)
    client = gateway.client()
    found = client.embeddings.create(model="model", input="山田太郎さんの相談")
    assert found.data[0].embedding == [0.5, -0.5]
    assert upstream.calls[0].json["input"] == "⟦氏名1⟧さんの相談"
    made = gateway.ledger.last()[1]
    assert (made.tokens_in, made.content["vectors"]) == (4, 1)
    with pytest.raises(openai.PermissionDeniedError) as caught:
        client.embeddings.create(model="model", input=[[1, 2], [3]])
    body_: Any = caught.value.body
    assert body_["param"] == "input"


def test_the_samples_vectors_are_near_where_words_are_shared(gateway: Running) -> None:
    client = gateway.client()
    texts = ["転入届の期限と手続き", "転入届の手続きの期限", "ごみの収集日"]
    a, b, c = (one.embedding for one in client.embeddings.create(model="sample", input=texts).data)
    assert len(a) == 256
    assert math.isclose(sum(one * one for one in a), 1, rel_tol=1e-5)

    def near(x: list[float], y: list[float]) -> float:
        return sum(one * two for one, two in zip(x, y, strict=True))

    assert near(a, b) > 0.5 > near(a, c)
    again = client.embeddings.create(model="sample", input=texts[0], dimensions=64, encoding_format="float")
    assert len(again.data[0].embedding) == 64


def sound(seconds: float = 1.5) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(8000 * seconds))
    return held.getvalue()


def test_speech_becomes_text(gateway: Running, upstream: Upstream) -> None:
    client = gateway.client()
    with pytest.raises(openai.PermissionDeniedError) as caught:
        client.audio.transcriptions.create(model="model", file=("会議.wav", sound()))
    assert caught.value.code == "content_blocked"
    gateway.publish(with_purpose(policy(upstream.url), uninspected=True))
    said = {"text": "山田太郎です。個人番号は123456789018です。", "words": [{"word": "山田太郎"}]}
    upstream.script = answers(said)
    raw = client.audio.transcriptions.with_raw_response.create(
        model="model", file=("会議.wav", sound()), prompt="出席者：佐藤花子", language="ja"
    )
    assert raw.headers["kijun-uninspected"] == "audio"
    assert json.loads(raw.text) == {
        "text": "山田太郎です。個人番号は■個人番号■です。",
        "words": [{"word": "山田太郎"}],
    }
    call = upstream.calls[-1]
    sent = multipart.parse(call.body, call.headers["content-type"])
    assert (sent["model"], sent["language"], sent["prompt"]) == ("there", "ja", "出席者：⟦氏名1⟧")
    assert sent["file"].data == sound()
    assert sent["file"].filename == "file.wav"  # names of files name people
    given, made = gateway.ledger.last()
    assert given.content["request"]["file"]["bytes"]
    assert made.verdict is Verdict.MASKED


@pytest.mark.parametrize("form", ["text", "srt"])
def test_speech_becomes_plain_text(gateway: Running, upstream: Upstream, form: Any) -> None:
    gateway.publish(with_purpose(policy(upstream.url), uninspected=True))

    async def script(call: Call, writer: asyncio.StreamWriter) -> None:
        plain(writer, "1\n個人番号は123456789018です。".encode(), kind="text/plain")

    upstream.script = script
    said = gateway.client().audio.transcriptions.create(
        model="model", file=("a.wav", sound()), response_format=form
    )
    assert "■個人番号■" in str(said)


def test_speech_becomes_text_bit_by_bit(gateway: Running, upstream: Upstream) -> None:
    gateway.publish(with_purpose(policy(upstream.url), uninspected=True))
    text = "個人番号は123456789018です。以上です。"

    async def script(call: Call, writer: asyncio.StreamWriter) -> None:
        begin(writer)
        for one in text:
            piece(writer, event({"type": "transcript.text.delta", "delta": one}))
        piece(writer, event({"type": "transcript.text.done", "text": text}))
        end(writer)

    upstream.script = script
    stream = gateway.client().audio.transcriptions.create(model="model", file=("a.wav", sound()), stream=True)
    events = list(stream)
    assert "".join(one.delta for one in events[:-1]) == "個人番号は■個人番号■です。以上です。"  # type: ignore[union-attr]
    assert events[-1].text == "個人番号は■個人番号■です。以上です。"  # type: ignore[union-attr]


NUMBER = "個人番号は123456789018です。"


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [
        ("application/json", json.dumps({"text": NUMBER}), {"text": "個人番号は■個人番号■です。"}),
        ("application/json", '{"text":"以上です。"}', {"text": "以上です。"}),
        ("text/plain; charset=utf-8", NUMBER, "個人番号は■個人番号■です。"),
    ],
)
def test_speech_that_is_not_told_bit_by_bit_is_told_as_a_whole(
    gateway: Running, upstream: Upstream, kind: str, body: str, shown: Any
) -> None:
    """OpenAI's whisper-1 does not know ``stream``: a client that asks again would have the sound transcribed again."""
    gateway.publish(with_purpose(policy(upstream.url), uninspected=True))

    async def script(call: Call, writer: asyncio.StreamWriter) -> None:
        plain(writer, body.encode(), kind=kind)

    upstream.script = script
    fields = {"model": "model", "stream": "true"}
    told = httpx2.post(
        f"{gateway.url}/v1/audio/transcriptions",
        data=fields,
        files={"file": ("a.wav", sound())},
        headers=BEARER,
    )
    assert told.status_code == 200
    assert told.headers["content-type"].partition(";")[0] == kind.partition(";")[0]
    assert (told.json() if "json" in kind else told.text) == shown
    made = gateway.ledger.last()[1]
    assert made.verdict is (Verdict.MASKED if "■" in str(shown) else Verdict.ALLOWED)
    assert "123456789018" not in str(made.content)
    assert made.content["texts"]


def test_garbage_for_a_transcript_bit_by_bit(gateway: Running, upstream: Upstream) -> None:
    gateway.publish(with_purpose(policy(upstream.url), uninspected=True))
    upstream.script = answers({"no": "text"})
    with pytest.raises(openai.InternalServerError) as caught:
        gateway.client().audio.transcriptions.create(model="model", file=("a.wav", sound()), stream=True)
    assert caught.value.code == "upstream_garbage"


def test_the_sample_has_no_ears_and_says_so(gateway: Running, upstream: Upstream) -> None:
    gateway.publish(with_purpose(policy(upstream.url), uninspected=True))
    client = gateway.client()
    assert "1.5 秒" in client.audio.transcriptions.create(model="sample", file=("a.wav", sound())).text
    told = client.audio.transcriptions.create(
        model="sample", file=("a.wav", sound()), response_format="verbose_json"
    )
    assert (told.language, told.duration) == ("japanese", 1.5)
    (segment,) = told.segments or []
    assert (segment.start, segment.end, segment.text) == (0, 1.5, told.text)
    streamed = client.audio.transcriptions.with_raw_response.create(
        model="sample", file=("a.wav", sound()), stream=True
    )
    assert "1.5 秒" in json.loads(streamed.http_response.read())["text"]
    with pytest.raises(openai.APIStatusError) as caught:
        client.audio.transcriptions.create(model="sample", file=("a.mp3", b"ID3"))
    assert caught.value.status_code == 501
    assert "見本のAI" in caught.value.message


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--', "application/json"),
        (
            b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nmodel\r\n--x--',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_forms_that_are_none(gateway: Running, body: bytes, kind: str) -> None:
    told = httpx2.post(
        f"{gateway.url}/v1/audio/transcriptions", content=body, headers={**BEARER, "content-type": kind}
    )
    assert told.status_code == 400


def test_a_form_comes_back_as_it_was() -> None:
    fields = {
        "model": "m",
        "a[]": ["1", "二"],
        "file": multipart.Upload('議"事.wav', "audio/wav", b"\r\n--x\r\n\0"),
    }
    body, kind = multipart.build(fields)
    found = multipart.parse(body, kind)
    assert found["a[]"] == ["1", "二"]
    assert found["file"].data == b"\r\n--x\r\n\0"
    assert found["file"].content_type == "audio/wav"
