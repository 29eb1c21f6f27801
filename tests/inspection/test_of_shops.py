"""Lines that begin with a shop, and lists of them: what they hold is the shop's own; and their neighbours that are people's."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector
from kijun.inspection.of_shops import of_shop
from tests.inspection.scenes import scene

INSPECTOR = Inspector()
REACHING = {"ADDRESS", "PHONE", "POSTAL_CODE"}

SHOPS = """柳町通り商店会
・喫茶 ポプラ 柳町1-2 電話 0538-31-1290
・北島書店 柳町1-5-2 電話 0538-31-2218
・(株)長尾モータース 新道8-3 電話 0538-31-7311
・美容室 リエ 柳町2-11 電話 0538-31-3345
・ジュリエット 新道2-5 電話 0538-31-4111
・花むら 新道2-9 電話 0538-31-4115"""


def found(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text).data if one.type in REACHING]


def is_shops(text: str, value: str) -> bool:
    seen = scene(text)
    return of_shop(seen, seen.text.index(value))


def test_it_works() -> None:
    assert is_shops("・北島書店 柳町1-5-2 電話 0538-31-2218", "0538")
    assert found(SHOPS) == []


@pytest.mark.parametrize(
    "line",
    [
        "みどり薬局 柳町2-14 電話 0538-31-9090",
        "松井整形外科　城北3-5-1　0538-31-8872",
        "スナック さゆり 仲見世横丁 電話 0538-31-9081",
        "1 有限会社ニシダ 中町9-1 0538-31-3333",
        "そば処 やまびこ TEL 0538-31-9191",
        "山崎酒店（旭町3-2-1、TEL 0538-31-2211）",
        "若葉町自治会 集会所 0538-31-2212",
    ],
)
def test_what_shops_are_called(line: str) -> None:
    assert is_shops(line, "0538")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("土屋 浩二 旭町3-2-1 0538-31-2211", "0538"),  # surnames that end like a shop
        ("守屋 久美子 旭町5-9 0538-31-6613", "0538"),
        ("被災家屋 石川県珠洲市宝立町鵜飼ワ部52番地", "石川"),
        ("部屋 磐田市見付1-2-3", "磐田"),
        ("面会 磐田市見付1-2-3", "磐田"),
        ("ﾈﾝｷﾝ照会 島根県出雲市大社町杵築西1948", "島根"),
        ("北島書店 北島さんの自宅 0538-31-2218", "0538"),
        ("みどり薬局に勤める母へは 0538-31-2219", "0538"),
        ("", ""),
    ],
)
def test_what_is_no_shop(line: str, value: str) -> None:
    assert not is_shops(line, value)


def test_people_in_a_list_keep_theirs() -> None:
    text = "組合員名簿\n・北島 宏 柳町1-5-2 電話 0538-31-2218\n・長尾 志保 新道8-3 電話 0538-31-7311"
    assert found(text) == ["柳町1-5-2", "0538-31-2218", "新道8-3", "0538-31-7311"]
    assert "090-1234-5678" in found(SHOPS + "\n世話人 北島 宏 携帯 090-1234-5678")


def test_a_heading_says_that_lines_are_shops() -> None:
    lines = "・花むら 新道2-9 電話 0538-31-4115\n・ひより 新道3-1 電話 0538-31-4116"
    assert is_shops(f"協賛店のご案内\n{lines}", "0538-31-4116")
    assert not is_shops(f"お世話になった人\n{lines}", "0538-31-4116")
