"""Examples, questions of anybody and what is made up, and their neighbours that are taken from life."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector
from kijun.inspection.examples import in_example, in_question, is_made_up, is_of_a_work
from tests.inspection.scenes import scene

INSPECTOR = Inspector()


def types(text: str) -> set[str]:
    return {one.type for one in INSPECTOR.inspect(text).data}


def test_it_works() -> None:
    assert in_example(scene("記入例 氏名：住民 太郎　住所：○○市△△町1-1"), 20)
    assert in_question(scene("Q. 母が認知症です。\nA. 委任状があればできます。"), 4)
    assert is_made_up(scene("（訓練）設定：70歳女性"), 8)


def test_an_example_may_be_taken_from_life() -> None:
    assert "BIRTH_DATE" not in types("記入例 氏名：住民 太郎　生年月日：昭和60年1月1日　住所：○○市△△町1-1")
    assert "BIRTH_DATE" in types("記入例 氏名：佐久間 望　生年月日：昭和60年1月1日")
    assert not in_example(scene("氏名 佐久間 望\n住所 ○○町"), 3)


def test_a_question_of_anybody_is_nobodys() -> None:
    question = "Q. 母が認知症で窓口に行けません。"
    assert types(f"{question}\nA. 委任状があればできます。") == set()
    assert types(question.removeprefix("Q. ")) == {"SENSITIVE"}  # somebody asks
    assert not in_question(scene(question), 4)  # nobody answered


@pytest.mark.parametrize(
    "text",
    [
        "（訓練）設定：70歳女性、階段から転落、右大腿骨骨折の疑い。",
        "事例検討（架空） Aさん、82歳、要介護2、独居。",
    ],
)
def test_what_is_made_up_is_nobodys(text: str) -> None:
    assert types(text) == set()
    assert types(text.replace("訓練", "通報").replace("架空", "10月分"))


def test_who_is_ill_in_a_film_is_nobody() -> None:
    film = "映画「雨の人」は自閉症の兄と弟の旅を描く。"
    assert is_of_a_work(scene(film), film.index("自閉症"))
    assert types(film) == set()
    assert "SENSITIVE" in types("佐久間 望さんは自閉症で、映画「雨の人」を好む。")
