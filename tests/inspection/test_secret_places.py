"""Where a secret may stand."""

from __future__ import annotations

import pytest

from kijun.inspection.secret_places import LONGEST, places


def values(text: str) -> list[str]:
    return [text[one.start : one.end] for one in places(text)]


def test_it_works() -> None:
    text = "解凍パスは nozomi17 です。金庫は4-1-7-9、合言葉は「おおけやき」。"
    assert {"nozomi17", "4-1-7-9", "おおけやき"} <= set(values(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PW=himawari_01", "himawari_01"),
        ("root:Kaede#2026", "Kaede#2026"),
        ("admin/sakura7731", "sakura7731"),
        ("sakura7731/admin", "sakura7731"),
        ("Server=db;Password=Kz!20ko;Encrypt=yes", "Kz!20ko"),
        ("<password>nx-Kura_no2</password>", "nx-Kura_no2"),
        ("a,b,Kz!20ko", "Kz!20ko"),
        ("(Kz!20ko)。", "Kz!20ko"),
        ("PIN ........730115", "730115"),
        ("914 207 が届いた", "914 207"),
        ("番号は三七一九です", "三七一九"),
        ("三、七、一、九と押す", "三、七、一、九"),
        ("パスはあけぼのです", "あけぼの"),
    ],
)
def test_a_value_is_cut_out_of_what_stands_around_it(text: str, value: str) -> None:
    assert value in values(text)


@pytest.mark.parametrize("text", ["", "、。", "三百円", "https://example.jp/a?b=c", "令和八年十二月"])
def test_nothing_to_look_at(text: str) -> None:
    assert values(text) == []


def test_places_stand_in_order_and_once() -> None:
    found = places("pw=a1b2c3 「a1b2c3」 pw: a1b2c3;x=y1,z2|w3 " * 40)
    spans = [(one.start, one.end) for one in found]
    assert spans == sorted(set(spans))
    assert all(2 <= end - start <= LONGEST for start, end in spans)


def test_a_long_value_is_no_place_and_costs_little() -> None:
    assert all(one.end - one.start <= LONGEST for one in places("a1=" * 200_000))
