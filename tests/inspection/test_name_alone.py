"""Names that the dictionary takes for other words: alone between marks, in quotes, as readings, in chats, of half width."""

from __future__ import annotations

import pytest

from kijun.inspection.name_alone import readings, standing_alone
from kijun.inspection.name_lists import name_lists
from kijun.inspection.name_places import places
from kijun.inspection.name_view import View
from tests.inspection.scenes import scene


def view(text: str) -> View:
    return View(scene(text), name_lists())


def found(text: str) -> set[str]:
    seen = view(text)
    return {seen.text[start:end] for start, end in standing_alone(seen)}


def test_it_works() -> None:
    assert {"馬場", "筒井"} <= found("馬場が説明。出席：筒井、ほか")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("本人は「たかなし」と主張", "たかなし"),
        ("nao: 了解です", "nao"),
        ("例の件です\n<mori> はい", "mori"),
        ("ｼｷｼｬ ｵｵﾆｼ", "オオニシ"),
    ],
)
def test_every_way_to_stand_alone(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text", ["", "馬場町の公園", "大馬場", "「こんにちは」と言う", "title: 新着", "シキシャ オオニシ"]
)
def test_inside_of_longer_words_no_name_stands(text: str) -> None:
    assert found(text) <= {"馬場町"}


def test_readings_stand_behind_what_may_be_a_name() -> None:
    seen = view("児　二階堂 蒼空（そら）は手続（てつづき）に来た")
    given = set(places(seen))
    assert "そら" in {seen.text[start:end] for start, end in readings(seen, given)}
    assert list(readings(seen, [])) == []
