"""Sentences and windows: together they are the text, and none is longer than asked."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.segments import PART, WHOLE, sentences, windows

TEXTS = st.text(st.one_of(st.sampled_from("あ。！？!?.\n a1"), st.characters()), max_size=120)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_it_works() -> None:
    assert cut("本日は晴れです。明日は雨？ はい\n以上です") == [
        "本日は晴れです。",
        "明日は雨？",
        " はい\n",
        "以上です",
    ]
    assert cut("It rains. It snows.") == ["It rains. ", "It snows."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("あ", ["あ"]),
        ("\n\n\n", ["\n\n\n"]),
        ("本当に！？すごい", ["本当に！？", "すごい"]),
        ("はい。え", ["はい。え"]),
        ("See models.CASCADE in a.b.c. Then go.", ["See models.CASCADE in a.b.c. ", "Then go."]),
    ],
)
def test_edges(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_a_text_without_an_end_is_cut() -> None:
    assert [end - start for start, end in sentences("あ" * 1_000)] == [400, 400, 200]


def test_a_short_text_is_one_window() -> None:
    assert windows("", WHOLE) == [(0, 0)]
    assert windows("あ" * WHOLE, WHOLE) == [(0, WHOLE)]


def test_windows_overlap_so_that_nothing_stands_only_at_an_edge() -> None:
    text = "これは二十文字ほどの長さの文であります。" * 100
    found = windows(text, PART)
    for left, right in pairwise(found):
        assert right[0] < left[1]
        assert right[0] > left[0]
    assert all(text[start - 1] == "。" for start, _ in found if start)


def test_a_sentence_longer_than_a_window_is_cut_with_overlap() -> None:
    assert windows("あ" * 20, 8)[0] == (0, 8)
    assert all(end - start <= 8 for start, end in windows("あ" * 20, 8))


@given(TEXTS)
def test_sentences_are_the_text(text: str) -> None:
    assert "".join(cut(text)) == text


@given(TEXTS, st.integers(4, 60))
def test_windows_cover_the_text_and_are_no_longer_than_asked(text: str, size: int) -> None:
    found = windows(text, size)
    assert found[0][0] == 0
    assert found[-1][1] == len(text)
    covered = 0
    for start, end in found:
        assert start <= covered
        assert end - start <= size
        covered = max(covered, end)
    assert covered == len(text)
    assert [start for start, _ in found] == sorted({start for start, _ in found})


@given(st.integers(1, 40))
def test_there_are_not_many_more_windows_than_the_text_is_long(times: int) -> None:
    text = "これは二十文字ほどの長さの文であります。" * times
    assert len(windows(text, PART)) <= 2 + 4 * len(text) // PART
