"""Whose telephone and address it is, told by the block or the table in which they stand."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector
from kijun.inspection.of_office import of_office
from tests.inspection.scenes import scene

INSPECTOR = Inspector()
REACHING = {"ADDRESS", "PHONE", "POSTAL_CODE"}


def found(text: str) -> set[str]:
    return {one.type for one in INSPECTOR.inspect(text).findings} & REACHING


SIGNATURE = "株式会社高橋システムサービス\n営業2部 瓜生 和馬\n〒380-0921 長野市栗田1010-5\nTEL 026-224-8800"
FACILITIES = "施設名\t郵便番号\t住所\t電話\n津図書館\t514-0004\t津市栄町1丁目\t059-233-0000\n青木子育てセンター\t514-1101\t津市久居明神町2276\t059-255-0002"


@pytest.mark.parametrize(
    "text",
    [
        SIGNATURE,
        "建設課 維持係\n〒999-5402 山形県最上郡金山町大字金山324-1\n電話 0233-52-2111",
        FACILITIES,
    ],
)
def test_what_is_an_offices_own_is_left_alone(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    ("text", "types"),
    [
        (
            "株式会社みらい\n営業部 瓜生 和馬\n\n〒380-0921 長野市栗田1010-5 矢口 仁様",
            {"ADDRESS", "POSTAL_CODE"},
        ),
        ("山田太郎様\n〒380-0921 長野市栗田1010-5", {"ADDRESS", "POSTAL_CODE"}),
        ("福祉課あて\n住所 長野市栗田1010-5\n氏名 矢口 仁", {"ADDRESS"}),
        (SIGNATURE + "\n携帯 090-6132-7740", {"PHONE"}),  # a mobile is somebody's
        ("氏名,住所,電話,勤務先\n矢口 仁,長野市栗田1010-5,026-224-8801,津図書館", {"ADDRESS", "PHONE"}),
    ],
)
def test_what_is_somebodys_is_found_beside_an_office(text: str, types: set[str]) -> None:
    assert found(text) >= types


@pytest.mark.parametrize(
    "text",
    [
        "山田太郎様\n〒380-0921 長野市栗田1010-5",
        "〒380-0921\n長野市栗田1010-5\n山田太郎 様",
    ],
)
def test_the_address_of_an_addressee_is_theirs(text: str) -> None:
    assert found(text) == {"ADDRESS", "POSTAL_CODE"}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "医師氏名：大野 亮\n医療機関：あおぞら内科（電話 0886-22-1000）",
            "委任先営業所の電話 0852-21-0000",
        ),
        *("主治医 大野 亮\nみなと小児科（TEL 0886-22-1000）", "調剤薬局（電話0852-21-0000）に確認"),
        *(
            "訪問看護ステーション（0852-21-0000）",
            "大野さんの通うさくら保育園（電話　０８５２－２１－００００）",
        ),
        *(
            "委任先支店の代表電話：0852-21-0000",
            "市民課の電話は0852-21-0000です",
            "司法書士 浅見 梢（電話 0493-72-0000）",
        ),
    ],
)
def test_the_office_right_before_a_number_is_whose_it_is(text: str) -> None:
    assert found(text) & {"PHONE"} == set()


@pytest.mark.parametrize(
    "text",
    [
        *("本人の自宅電話 0852-21-0000", "世帯主の電話 0852-21-0000", "保育園の保護者の携帯 090-2283-5510"),
        "鈴木病院長の自宅（電話 0852-21-0000）",
    ],
)
def test_a_number_of_somebody_at_an_office_is_theirs(text: str) -> None:
    assert found(text) >= {"PHONE"}


@pytest.mark.parametrize(
    "text",
    [
        '<help tel="0852-21-0000"/>',
        '{"helpdesk_tel": "0852-21-0000", "support_phone": "0852-21-0001"}',
        "ヘルプデスク電話=0852-21-0000",
        '{"id": 12, "facility": "若草児童館", "address": "若草町5丁目1番2号", "tel": "0852-21-1010"}',
        "本社移転のお知らせ 新住所 〒460-0008 名古屋市中区栄9丁目9番9号 株式会社東海ソリューション",
        "見本 住所：○○市△△町1-1 電話：0852-21-0000",
    ],
)
def test_keys_and_lines_of_an_office_say_whose_it_is(text: str) -> None:
    assert found(text) == set()


def test_a_person_in_an_object_keeps_theirs() -> None:
    of_somebody = scene('{"name": "高瀬 望", "school": "若草小学校", "tel": "0852-21-1010"}')
    assert not of_office(of_somebody, of_somebody.text.index("0852"))
    of_school = scene('{"school": "若草小学校", "tel": "0852-21-1010"}')
    assert of_office(of_school, of_school.text.index("0852"))
