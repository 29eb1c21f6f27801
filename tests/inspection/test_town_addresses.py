"""Towns without a number, where somebody is said to live there."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector

INSPECTOR = Inspector()


def addresses(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text).data if one.type == "ADDRESS"]


def test_it_works() -> None:
    assert addresses("本庄 力（37）の住所は川口市芝富士、車は白。") == ["川口市芝富士"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("姉の住所は春日井市味美白山町、通勤は車。", "春日井市味美白山町"),
        ("本人の住所は越谷市蒲生旭町。勤務先は不明。", "越谷市蒲生旭町"),
        ("現住所は川口市芝富士です。", "川口市芝富士"),
    ],
)
def test_where_somebody_lives(text: str, address: str) -> None:
    assert addresses(text) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "浅利 徹さんの住所は川越市、勤務先は所沢市である。",  # a municipality alone
        "店の住所は川口市芝富士、母は休み。",
        "会場の住所は川口市芝富士、本人は欠席。",
        "申請先の住所は市のページで調べる。",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert addresses(text) == []
