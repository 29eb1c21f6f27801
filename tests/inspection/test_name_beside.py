"""Words before honorifics, titles and ages."""

from __future__ import annotations

import pytest

from kijun.inspection.name_beside import before_ages, before_honorifics
from kijun.inspection.name_lists import name_lists
from kijun.inspection.name_view import View
from tests.inspection.scenes import scene


def found(text: str) -> set[str]:
    seen = View(scene(text), name_lists())
    places = {*before_honorifics(seen, lambda view, start, end: False), *before_ages(seen)}
    return {seen.text[start:end] for start, end in places}


def test_it_works() -> None:
    assert found("轟木様より電話") == {"轟木"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("バルデス委員：住民への", "バルデス"),
        ("口頭メモ キャサリン（29歳）", "キャサリン"),
        ("番さんと番様", "番"),
        ("窓口は、すけがわさんです", "すけがわ"),
    ],
)
def test_words_of_no_list(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text",
    ["多様な意見", "このことから", "お客さん", "皆さん", "ケアマネさん", "システム委員", "鳴らす", "各様"],
)
def test_words_of_the_language(text: str) -> None:
    assert found(text) == set()
