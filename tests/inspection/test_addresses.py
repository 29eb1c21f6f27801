"""Addresses: from the first word of a place to the last number or the flat."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector
from kijun.inspection.addresses import PREFECTURES, Addresses
from tests.inspection.scenes import candidates, features, rules, values

ADDRESSES = Addresses(rules("addresses"))
INSPECTOR = Inspector()


def found(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "ADDRESS"]


def test_it_works() -> None:
    text = "住所：岐阜県多治見市音羽町3丁目41番地2"
    assert values(ADDRESSES, text) == {("ADDRESS", "岐阜県多治見市音羽町3丁目41番地2")}


@pytest.mark.parametrize(
    "address",
    [
        "岐阜県多治見市音羽町3丁目41番地2",
        "東京都新宿区西新宿2-8-1",
        "東京都新宿区西新宿２−８−１",
        "東京都新宿区西新宿2ー8ー1",
        "東京都新宿区西新宿二丁目八番一号",
        "東京都 新宿区 西新宿 2-8-1",
        "神戸市中央区\n加納町6-5-1",
        "北海道札幌市中央区北一条西二丁目",
        "和歌山市手平2-8-15 コーポみかさ203",
        "和歌山市手平2-8-15-203",
        "福岡市博多区",
        "東京\u200b都新宿区西新宿2-8-1",
        "大字長瀬一二三番地",
        "東京都新宿区西新宿2の8の1",
        "豊田市保見ケ丘6-1-54-302",  # 豊田 is a surname to the dictionary
    ],
)
def test_an_address_to_its_end(address: str) -> None:
    assert ("ADDRESS", address) in values(ADDRESSES, f"住所：{address}。以上")


@pytest.mark.parametrize("prefecture", PREFECTURES)
def test_every_prefecture_begins_one(prefecture: str) -> None:
    address = f"{prefecture}中央市本町1-2-3"
    assert ("ADDRESS", address) in values(ADDRESSES, f"{address}に住む")


def test_there_are_all_prefectures() -> None:
    assert len(set(PREFECTURES)) == 47


def test_with_and_without_the_building() -> None:
    first, second = candidates(ADDRESSES, "自宅は和歌山市手平2-8-15 コーポみかさ203です")
    assert (first.start, first.end - second.end) == (second.start, len(" コーポみかさ203"))
    assert "building=yes" in first.features
    assert "building=left" in second.features


def test_housing_and_latin_letters() -> None:
    assert ("ADDRESS", "県営第二団地3-204") in values(ADDRESSES, "県営第二団地3-204に入居")
    latin = "1-2-3 Nishi-Shinjuku, Shinjuku-ku, Tokyo"
    assert ("ADDRESS", latin) in values(ADDRESSES, f"Address: {latin}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "住所：",
        "2024年",
        "住所は３丁目",
        "令和6年4月1日",
        "会議は10時から",
        "1-2-3",
        "長崎ちゃんぽん3人前",
    ],
)
def test_no_address(text: str) -> None:
    assert not any(len(value) > 4 for _, value in values(ADDRESSES, text))


def test_amounts_after_a_town_are_no_house_numbers() -> None:
    for text in ("岐阜県の人口は190万人", "東京都で3件", "千葉市に5年"):
        assert all("number=yes" not in one.features for one in candidates(ADDRESSES, text)), text


def test_what_is_told_of_an_address() -> None:
    told = features(ADDRESSES, "岐阜県多治見市音羽町3丁目41番地2")
    assert (told["head"], told["number"], told["unit"], told["building"]) == (
        "prefecture",
        "yes",
        "丁目",
        "no",
    )
    told = features(ADDRESSES, "本籍：福岡市博多区")
    assert (told["head"], told["number"]) == ("municipality", "no")


def test_a_person_s_and_no_office_s() -> None:
    assert found("住所：岐阜県多治見市音羽町3丁目41番地2") == ["岐阜県多治見市音羽町3丁目41番地2"]
    for text in ("岐阜県の人口", "会場：市役所本庁舎（中央1丁目1番1号）", "横浜市の制度を参考にする"):
        assert found(text) == [], text


def test_without_its_rule_nothing_is_proposed() -> None:
    assert candidates(Addresses([]), "東京都新宿区西新宿2-8-1") == []


def test_the_label_of_the_next_line_is_no_building() -> None:
    text = "本人の住所 〒761-8071 香川県高松市伏石町2094番地7\n整理番号 60-118274"
    assert found(text) == ["香川県高松市伏石町2094番地7"]


def test_a_word_before_a_town_counts_only_with_a_number() -> None:
    assert found("豊田市の計画を読む") == []
