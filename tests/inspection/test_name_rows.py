"""Surnames side by side and one below the other, and what looks like them: towns, firms, districts, the surnames themselves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.inspection import Inspector
from kijun.inspection.name_lists import name_lists
from kijun.inspection.name_rows import rows
from kijun.inspection.name_view import View
from tests.inspection.scenes import scene

INSPECTOR = Inspector()


def found(text: str) -> list[str]:
    view = View(scene(text), name_lists())
    return [view.text[start:end] for start, end in sorted(rows(view))]


def people(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "PERSON"]


def test_it_works() -> None:
    assert found("山田・田中・中村の3名") == ["山田", "田中", "中村"]
    assert people("山田・田中・中村の3名") == ["山田", "田中", "中村"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("山田・田中で対応", "山田 田中"),
        ("鈴木・佐藤両名", "鈴木 佐藤"),
        ("山本・井上の両名が現地を確認", "山本 井上"),
        ("松本・大野（欠席）", "松本 大野"),
        ("山田＆田中ペア", "山田 田中"),
        ("佐藤・鈴木・高橋（欠席）", "佐藤 鈴木 高橋"),
        ("鈴木・佐藤・伊藤が欠席", "鈴木 佐藤 伊藤"),
        ("出席者：鈴木・佐藤・伊藤", "鈴木 佐藤 伊藤"),
        ("山田／田中／中村", "山田 田中 中村"),
        ("鈴木/佐藤/伊藤 出席", "鈴木 佐藤 伊藤"),
        ("髙橋・渡邉・齋藤が出席", "髙橋 渡邉 齋藤"),
        ("参加者は山田・田中・中村です", "山田 田中 中村"),
        ("今日の当番は木村・林です", "木村 林"),
        ("佐藤と鈴木が欠席", "佐藤 鈴木"),
        ("佐々木・五十嵐・我妻の3人", "佐々木 五十嵐 我妻"),
        ("出席\n大下\n三浦\n五十嵐", "大下 三浦 五十嵐"),
        ("山本\n佐藤\n渡辺", "山本 佐藤 渡辺"),
    ],
)
def test_rows_of_persons(text: str, names: str) -> None:
    assert people(text) == names.split()


@pytest.mark.parametrize(
    "text",
    [
        "石川・富山・福井の3県",
        "石川・富山・福井に出張",
        "千葉・山口から出荷",
        "中村・大野町の境",
        "鈴木・山田法律事務所に相談",
        "山田・田中建設の工事",
        "山本建設・伊藤組共同企業体",
        "長野・松本・上田を結ぶ鉄道",
        "高橋・中村地区の側溝清掃",
        "田中・鈴木地区の説明会",
        "渡辺・山田線の踏切",
        "松本・長野間の高速バス",
        "豊田・岡崎・安城の3市",
        "小松・金沢間の特急",
        "福島・宮城が被災",
        "原・森・林の面積",
        "東・西・南・北",
        "本町・山田・田中の側溝",
        "苗字のはなし。佐藤・鈴木・高橋はなぜ多いのか",
        "異体字の対応：渡邊／渡辺、斎藤／齋藤",
        "Aブロック 岩本・須藤・黒田",
        "千葉\n埼玉\n東京",
        "出席\n総務課\n福祉課\n税務課",
        "",
        "・・・",
    ],
)
def test_no_rows_of_persons(text: str) -> None:
    assert found(text) == []


@settings(max_examples=60)
@given(st.text(st.sampled_from("山田中村佐藤・/、と\n（）欠席の3名 ●a"), max_size=40))
def test_rows_lie_within_any_text_and_do_not_overlap(text: str) -> None:
    view = View(scene(text), name_lists())
    places = sorted(set(rows(view)))
    assert all(0 <= start < end <= len(view.text) for start, end in places)
