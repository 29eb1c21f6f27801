"""Speech that is told more than once: nothing stands in one telling that is hidden in another."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest

from kijun.gateway.guard import Guard
from kijun.gateway.inspecting import standard
from kijun.gateway.snapshot import Handling
from kijun.gateway.tellings import Heard, Telling
from kijun.inspection import Placeholders
from tests.gateway.test_app import BEARER
from tests.gateway.test_endpoints import sound
from tests.gateway.town import Running, policy, with_purpose
from tests.gateway.upstream import Call, Upstream, answers, plain

CUT = ("個人番号は123456", "789018です")
HIDDEN = ["個人番号は■個人番号■", "です"]


@pytest.fixture
def listening(gateway: Running, upstream: Upstream) -> Running:
    """A gateway whose purpose allows sound."""
    gateway.publish(with_purpose(policy(upstream.url), uninspected=True))
    return gateway


def segment(number: int, text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "seek": 0,
        "start": number,
        "end": number + 1.5,
        "text": text,
        "tokens": [1, 2],
        "temperature": 0.0,
        "avg_logprob": -0.2,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.0,
        **more,
    }


def test_segments_and_words_hide_what_the_text_hides(listening: Running, upstream: Upstream) -> None:
    words = ("個人", "番号", "は", "123456", "789", "018", "です")
    said = {
        "task": "transcribe",
        "language": "japanese",
        "duration": 3.0,
        "text": "".join(CUT),
        "segments": [segment(at, text) for at, text in enumerate(CUT)],
        "words": [{"word": one, "start": at, "end": at + 1} for at, one in enumerate(words)],
    }
    upstream.script = answers(said)
    told = listening.client().audio.transcriptions.create(
        model="model", file=("a.wav", sound()), response_format="verbose_json"
    )
    assert told.text == "個人番号は■個人番号■です"
    segments = told.segments or []
    assert [one.text for one in segments] == HIDDEN
    assert [(one.start, one.end) for one in segments] == [(0, 1.5), (1, 2.5)]
    assert [one.word for one in told.words or []] == ["個人", "番号", "は", "■個人番号■", "", "", "です"]
    assert [one.start for one in told.words or []] == [0, 1, 2, 3, 4, 5, 6]
    assert told.language == "japanese"
    made = listening.ledger.last()[1]
    kept = json.dumps(made.content, ensure_ascii=False)
    assert "123456" not in kept
    assert "789018" not in kept
    assert made.content["texts"][0] == {"where": "text", "text": "個人番号は⟦個人番号1⟧です"}


def test_segments_stay_as_they_are_where_nothing_is_found(listening: Running, upstream: Upstream) -> None:
    body = json.dumps({"text": "以上です。", "segments": [segment(0, "以上"), segment(1, "です。")]}).encode()
    upstream.script = answers(body)
    raw = listening.client().audio.transcriptions.with_raw_response.create(
        model="model", file=("a.wav", sound()), response_format="verbose_json"
    )
    assert raw.content == body


@pytest.mark.parametrize(
    "said",
    [
        {"language": "個人番号123456789018"},
        {"speakers": [{"n": "個人番号123456789018"}]},
        {"segments": [{"text": "はい", "speaker": "個人番号123456789018"}]},
        {"segments": [{"text": "はい", "words": [{"word": "個人番号123456"}, {"word": "789018"}]}]},
        {"segments": [{"text": "はい", "more": {"note": "個人番号123456789018"}}]},
        {"segments": ["個人番号123456789018"]},
        {"個人番号123456789018": 1},
        {"usage": {"note": "個人番号123456789018"}},
    ],
)
def test_nothing_else_goes_out_unread(listening: Running, upstream: Upstream, said: dict[str, Any]) -> None:
    upstream.script = answers({"text": "はい", **said})
    told = listening.client().audio.transcriptions.with_raw_response.create(
        model="model", file=("a.wav", sound()), response_format="verbose_json"
    )
    text = json.dumps(told.http_response.json(), ensure_ascii=False)
    assert "■個人番号■" in text
    kept = json.dumps(listening.ledger.last()[1].content, ensure_ascii=False)
    for some in ("123456", "789018"):
        assert some not in text
        assert some not in kept


SRT = "1\r\n00:00:00,000 --> 00:00:02,000\r\n個人番号は123456\r\n\r\n2\r\n00:00:02,000 --> 00:00:04,000\r\n789018です\r\n"
VTT = (
    "WEBVTT\n\n00:00.000 --> 00:02.000 align:start\n<v 山田太郎>個人番号は123456\n\n"
    "00:02.000 --> 00:04.000\n<v 個人番号123456789018>789018です\n"
)


@pytest.mark.parametrize(
    ("form", "said", "shown"),
    [
        ("srt", SRT, SRT.replace("123456", "■個人番号■").replace("789018", "")),
        (
            "vtt",
            VTT,
            VTT.replace("123456789018", "■個人番号■").replace("123456", "■個人番号■").replace("789018", ""),
        ),
        ("srt", SRT.replace("123456", "三").replace("789018", "四"), ""),
    ],
)
def test_a_number_cut_between_two_cues(
    listening: Running, upstream: Upstream, form: str, said: str, shown: str
) -> None:
    async def script(call: Call, writer: asyncio.StreamWriter) -> None:
        plain(writer, said.encode(), kind="text/plain; charset=utf-8")

    upstream.script = script
    told = httpx2.post(
        f"{listening.url}/v1/audio/transcriptions",
        data={"model": "model", "response_format": form},
        files={"file": ("a.wav", sound())},
        headers=BEARER,
    )
    assert told.content.decode() == (shown or said)
    assert "789018" not in json.dumps(listening.ledger.last()[1].content)


def test_numbers_of_cues_that_do_not_count_are_read(listening: Running, upstream: Upstream) -> None:
    """Who cuts a number into the lines that count the cues hides nothing."""
    times = "00:00:00,000 --> 00:00:02,000"
    said = "".join(f"{one}\n{times}\n\n" for one in ("1234", "5678", "9018"))

    async def script(call: Call, writer: asyncio.StreamWriter) -> None:
        plain(writer, said.encode(), kind="text/plain")

    upstream.script = script
    listening.client().audio.transcriptions.create(
        model="model", file=("a.wav", sound()), response_format="srt"
    )
    assert "5678" in json.dumps(listening.ledger.last()[1].content["texts"])


# --- the parts ------------------------------------------------------------------------------------------------------


def guarded(*parts: str, heard: Heard | None = None, apart: bool = False, **actions: str) -> list[str]:
    held = list(parts)
    guard = Guard(standard(), Handling(types=actions), Placeholders())
    piece = Telling([(held, at) for at in range(len(held))], "x", heard or Heard(), apart=apart)
    piece.put(guard.whole_now(piece)[0])
    return held


def test_latin_words_are_read_with_spaces() -> None:
    assert guarded("my", "number", "is", "1234", "5678", "9018", "thanks") == [
        "my",
        "number",
        "is",
        "■個人番号■",
        "",
        "",
        "thanks",
    ]


def test_what_is_allowed_stays_in_its_parts() -> None:
    assert guarded("1234", "5678", "9018", MY_NUMBER="allow") == ["1234", "5678", "9018"]


def test_parts_on_lines_of_their_own() -> None:
    assert guarded("A", "B", "個人番号123456789018", apart=True) == ["A", "B", "個人番号■個人番号■"]


def test_what_one_telling_hides_all_hide() -> None:
    heard = Heard()
    assert guarded("口座番号：1234567", heard=heard, BANK_ACCOUNT="mask")[0].startswith("口座番号：■")
    hidden = guarded("番号", "1234", "567", "です", heard=heard, BANK_ACCOUNT="mask")
    assert hidden[0] == "番号"
    assert hidden[1].startswith("■")
    assert hidden[2:] == ["", "です"]


def test_a_placeholder_in_two_parts_comes_back() -> None:
    table = Placeholders()
    given = table.give("PERSON", "山田太郎")
    held = [f"では{given[:3]}", f"{given[3:]}さん"]
    guard = Guard(standard(), Handling(), table)
    piece = Telling([(held, 0), (held, 1)], "x", Heard())
    piece.put(guard.whole_now(piece)[0])
    assert held == ["では山田太郎", "さん"]
