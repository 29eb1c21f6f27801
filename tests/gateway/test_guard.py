"""An answer that is cut anywhere comes out as if it had come at once."""

from __future__ import annotations

import gc
import json
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.gateway.dialects.choices import ChoicesReading
from kijun.gateway.guard import Channel, Guard, Unescape, values_of
from kijun.gateway.inspecting import Memory, Reader, standard
from kijun.gateway.pieces import Plain, Source, json_or_plain
from kijun.gateway.snapshot import Handling
from kijun.gateway.streams import Events
from kijun.inspection import Finding, Inspection, Inspector, Placeholders, Policy
from kijun.inspection import Kind as DataKind
from tests.gateway.upstream import chat_events, chunk, event

TEXTS = st.sampled_from(
    [
        "⟦氏名1⟧様、⟦電話番号1⟧へお電話します。",
        "担当は[[氏名1]]です。ご連絡は〚電話番号1〛まで。",
        "⟦氏名9⟧は知らない方です。⟦⟦氏名1⟧⟧、⟦氏名",
        "本日は⟦氏名1⟧さんの件で、⟦住所1⟧に伺います。よろしくお願いいたします。",
        "[1] 一つ目\n[2] 二つ目。[[リンク]]も見てください。",
    ]
)


def table() -> Placeholders:
    made = Placeholders()
    made.give("PERSON", "山田太郎")
    made.give("PHONE", "090-1234-5678")
    made.give("ADDRESS", '青空市中央1丁目2番3号\n"メゾン"101')
    return made


def guard() -> Guard:
    return Guard(standard(), Handling(groups={"personal": "allow"}), table())


def cut(text: str, places: list[int]) -> list[str]:
    marks = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(marks)]


PLACES = st.lists(st.integers(0, 10_000), max_size=30)


@given(TEXTS, PLACES, st.sampled_from([0.0, 0.1]))
def test_cuts_change_nothing(text: str, places: list[int], every: float) -> None:
    holder = {"text": text}
    shown, kept = guard().whole_now(Plain(holder, "text", "x", Source.ASSISTANT))
    channel = Channel(guard(), "x", every=every)
    pieces = [channel.feed(piece) for piece in cut(text, places)]
    assert "".join([*pieces, channel.close()]) == shown
    assert channel.kept == kept
    assert "山田" not in kept


@given(PLACES, st.sampled_from([0.0, 0.1]))
def test_json_stays_json_wherever_it_is_cut(places: list[int], every: float) -> None:
    for ascii_only in (False, True):
        said = json.dumps(
            {"to": "⟦住所1⟧", "say": "「⟦氏名1⟧様」\n𠮷野\t\\u", "n": 3}, ensure_ascii=ascii_only
        )
        channel = Channel(guard(), "x", in_json=True, every=every)
        shown = "".join([*(channel.feed(piece) for piece in cut(said, places)), channel.close()])
        assert json.loads(shown) == {
            "to": '青空市中央1丁目2番3号\n"メゾン"101',
            "say": "「山田太郎様」\n𠮷野\t\\u",
            "n": 3,
        }


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40), PLACES)
def test_unescaping_keeps_the_meaning(text: str, places: list[int]) -> None:
    said = json.dumps({"text": text})
    unescape = Unescape()
    out = "".join([*(unescape.feed(piece) for piece in cut(said, places)), unescape.close()])
    assert json.loads(out) == {"text": text}


@given(PLACES, PLACES)
def test_a_stream_is_the_same_however_its_bytes_and_its_words_are_cut(
    words: list[int], bytes_: list[int]
) -> None:
    text = "⟦氏名1⟧様の件です。個人番号は123456789018と伺いました。⟦電話番号1⟧へ。"
    data = b"".join(chat_events(cut(text, words)))
    marks = sorted({0, len(data), *(place % len(data) for place in bytes_)})
    events, reading, out = Events(), ChoicesReading(guard(), in_delta=True, hide_usage=True), b""
    for start, end in pairwise(marks):
        for one in events.feed(data[start:end]):
            out += reading.take(one)
    said = "".join(
        json.loads(one[6:])["choices"][0]["delta"].get("content") or ""
        for one in out.decode().split("\n\n")
        if one
    )
    assert said == "山田太郎様の件です。個人番号は■個人番号■と伺いました。090-1234-5678へ。"
    assert reading.terminal == b"data: [DONE]\n\n"
    assert reading.complete
    assert "12345" not in str(reading.kept())
    assert reading.outcome.usage is not None


def test_beside_many_others_a_stream_is_looked_at_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now = count(step=0.01)  # seconds from one piece to the next
    monkeypatch.setattr("kijun.gateway.guard.monotonic", lambda: next(now))
    monkeypatch.setattr("kijun.gateway.guard._under_way", set())

    def looks(others: int) -> int:
        held = [Channel(guard(), "y") for _ in range(others)]
        seen: list[str] = []
        own = guard()
        channel = Channel(own, "x")

        def inspect(text: str) -> Inspection:
            seen.append(text)
            return own.inspect(text)

        monkeypatch.setattr(channel._stream, "_inspect", inspect)
        said = "".join(channel.feed("本日の会議は定刻に始まりました。") for _ in range(100)) + channel.close()
        assert said == "本日の会議は定刻に始まりました。" * 100
        for one in held:
            one.close()
        return len(seen)

    alone, beside_ten, beside_many = looks(0), looks(10), looks(200)
    assert alone >= 9  # ten times a second
    assert alone / 2.5 < beside_ten < alone / 1.5
    assert beside_many >= 2  # however many there are, half a second is the longest


def test_several_choices_and_their_calls_do_not_mix() -> None:
    reading = ChoicesReading(guard(), in_delta=True, hide_usage=True)
    out = b""
    for number in (0, 1):
        first = chunk({"role": "assistant", "content": f"{number}番：⟦氏名"})
        first["choices"][0]["index"] = number
        out += reading.take(Events().feed(event(first))[0])
    for number in (1, 0):
        last = chunk({"content": "1⟧です"}, "stop")
        last["choices"][0]["index"] = number
        out += reading.take(Events().feed(event(last))[0])
    said = {0: "", 1: ""}
    for one in out.decode().strip().split("\n\n"):
        choice = json.loads(one[6:])["choices"][0]
        said[choice["index"]] += choice["delta"].get("content") or ""
    assert said == {0: "0番：山田太郎です", 1: "1番：山田太郎です"}


def test_words_of_the_last_chunk_come_in_their_order() -> None:
    reading = ChoicesReading(guard(), in_delta=True, hide_usage=True)
    out = reading.take(Events().feed(event(chunk({"role": "assistant", "content": "一つ目の文"})))[0])
    last = chunk({"content": "です。二つ目の文は⟦氏名1⟧さん"}, "stop")
    out += reading.take(Events().feed(event(last))[0])
    parts = [json.loads(one[6:])["choices"][0] for one in out.decode().strip().split("\n\n")]
    said = "".join(one["delta"].get("content") or "" for one in parts)
    assert said == "一つ目の文です。二つ目の文は山田太郎さん"
    assert [one["finish_reason"] for one in parts][-1] == "stop"


def test_arguments_that_are_no_json_are_a_text() -> None:
    holder = {"arguments": '{"name": "⟦氏名1⟧'}
    shown, kept = guard().whole_now(json_or_plain(holder, "arguments", "x", Source.ASSISTANT))
    assert shown == '{"name": "山田太郎'
    assert kept == '{"name": "⟦氏名1⟧'


def test_values_of_an_answer_are_those_it_added() -> None:
    made = table()
    before = len(made)
    made.give("MY_NUMBER", "123456789018")
    assert values_of(made, before) == {"⟦個人番号1⟧": "123456789018"}
    assert len(values_of(made)) == 4
    assert values_of(made, 4) == {}


def test_words_of_the_town_and_names_hidden_before_are_hidden_however_slowly_they_come() -> None:
    words = {"id": "own", "type": "CONFIDENTIALITY_MARK", "by": "words", "words": ["山を動かす会"]}
    inspector = Inspector(Policy.read({"rules": [words]}))
    hidden = Handling(groups={"personal": "mask", "confidential": "mask"})
    channel = Channel(Guard(Reader(inspector, "own", Memory(1)), hidden, Placeholders()), "x", every=0.0)
    said = f"氏名：小川　凛\n資料は山を動かす会のものです。\n{'予約の仕組みを見直します。' * 40}\n小川凛と面談する。"
    shown = "".join(channel.feed(char) for char in said) + channel.close()
    assert "動かす" not in shown + channel.kept
    assert "小川" not in shown + channel.kept


SLOW = "転入届は引っ越した日から14日以内に新しい住所の市区町村の窓口へ届け出てください、"


def longest_wait(monkeypatch: pytest.MonkeyPatch, seconds: float, others: int) -> int:
    """The characters that waited at once at most, one coming every so many seconds beside other answers under way."""
    gc.collect()  # answers of other tests are under way until they are taken away
    clock = count()
    monkeypatch.setattr("kijun.gateway.guard.monotonic", lambda: next(clock) * seconds)
    beside = [Channel(guard(), "y") for _ in range(others)]
    channel = Channel(guard(), "x")
    shown, most = 0, 0
    for number, char in enumerate(SLOW, 1):
        shown += len(channel.feed(char))
        most = max(most, number - shown)
    assert shown + len(channel.close()) == len(SLOW)
    assert len(beside) == others
    return most


def test_of_a_slow_answer_hardly_a_word_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert longest_wait(monkeypatch, 0.2, others=0) < 24


def test_beside_many_others_more_is_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    assert longest_wait(monkeypatch, 0.2, others=60) > longest_wait(monkeypatch, 0.2, others=0)


def test_a_name_that_only_a_later_sentence_gives_away_is_noted_with_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def speakers(text: str) -> Inspection:
        places = (place for place, char in enumerate(text) if char == "森" and "森さん" in text)
        return Inspection(
            text, tuple(Finding(DataKind.DATA, "PERSON", at, at + 1, 0.9, "x") for at in places)
        )

    the_guard = Guard(standard(), Handling(groups={"personal": "mask"}), table())
    monkeypatch.setattr(the_guard, "inspect", speakers)
    channel = Channel(the_guard, "answer", every=0)
    said = "司会　始めますか。\n森　はい。件数は230件ありました。\n司会　森さん、どうぞ。\n森　では。\n"
    shown = (
        "".join(channel.feed(said[place : place + 3]) for place in range(0, len(said), 3)) + channel.close()
    )
    assert shown == said.replace("森さん", "■氏名■さん").replace("森　では", "■氏名■　では")
    assert sorted((place, one.type, one.start) for place, one, _ in the_guard.findings) == [
        ("answer", "PERSON", place) for place, char in enumerate(said) if char == "森"
    ]
    assert the_guard.count == 3
