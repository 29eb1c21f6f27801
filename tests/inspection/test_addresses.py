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


HOUSE = "青空市緑町3丁目4番5号"


@pytest.mark.parametrize("gap", [" ", "\u3000", "\n"])
@pytest.mark.parametrize(
    "following",
    [
        *(
            "三浦 健",
            "三上 健",
            "三宅 健",
            "十河 健",
            "二階堂 健",
            "九鬼 健",
            "千田 健",
            "四宮 健",
            "一ノ瀬 健",
        ),
        *("五十嵐健", "四方健", "九条健", "三好健", "五味健", "七瀬健", "一条 健", "棟方 健", "番場 健"),
        *("090-5555-0123", "042-555-0123", "41歳", "1985/4/2生", "2026年4月1日転入", "10時訪問", "3人世帯"),
        *(
            "384729105662（個人番号）",
            "3847 2910 5662",
            "997-0035",
            "2 木下 健",
            "1 申請の理由",
            "12.5ha",
            "号外",
        ),
    ],
)
def test_a_house_number_ends_before_the_next_value(gap: str, following: str) -> None:
    for house in (HOUSE, "青空市緑町1234番地", "青空市緑町三丁目四番五号"):
        assert f"{house}" in found(f"住所 {house}{gap}{following}")


@pytest.mark.parametrize(
    "address",
    [
        f"{HOUSE} 302",
        f"{HOUSE}\u3000302号室",
        f"{HOUSE}\n302号室",
        f"{HOUSE} A-101",
        f"{HOUSE} 3-204",
        f"{HOUSE} 三〇二号室",
        f"{HOUSE} メゾン青空 302号室",
        "青空市緑町3-4-5 302",
        "青空市緑町3-4-5 303号",
        "青空市緑町3-4-5 6号棟910",
        "青空市緑町３－４－５　２Ｆ",
        "青空市緑町三丁目四番五号二〇三号室",
        "青空市緑町3丁目 4番 5号",
        "青空市緑町3丁目\n4番5号",
        "青空市緑町3-4-\n5",
        "青空市緑町2 - 8 - 1",
        "青空市緑町1234番地の3",
        "青空市緑町1234番地\n6",
        "青空市緑町3丁目 15-9-1102",
        "青空市緑町二百番地三百六十一",
    ],
)
def test_the_flat_and_the_rest_of_a_house_number_belong_to_it(address: str) -> None:
    assert ("ADDRESS", address) in values(ADDRESSES, f"住所：{address}\n以上")


@pytest.mark.parametrize("following", ["3 木下 健", "090-5555-0123", "12人", "1985/4/2生", "三好 健", "41歳"])
def test_figures_behind_a_house_number_of_hyphens_are_not_always_a_flat(following: str) -> None:
    assert found(f"住所 青空市緑町3-4-5 {following}") == ["青空市緑町3-4-5"]


def test_rows_of_a_list_and_of_a_table_are_addresses_of_their_own() -> None:
    rows = [f"{number} 大下 健 青空市緑町3丁目4番{number + 4}号" for number in (1, 2, 3)]
    assert found("\n".join(rows)) == [f"青空市緑町3丁目4番{number}号" for number in (5, 6, 7)]
    table = "氏名\t住所\n" + "\n".join(
        f"{name} 健\t青空市緑町3丁目4番{number}号"
        for name, number in (("三浦", 5), ("五十嵐", 6), ("三好", 7))
    )
    assert found(table) == [f"青空市緑町3丁目4番{number}号" for number in (5, 6, 7)]
    column = "1\n大下 健\n青空市緑町1234番地\n2\n木下 健\n青空市緑町1235番地\n"
    assert found(column) == ["青空市緑町1234番地", "青空市緑町1235番地"]


@pytest.mark.parametrize(
    "address",
    [
        "盛岡市上田第3地割12番地3",
        "岩手県久慈市川崎町第2地割7番地",
        "岩手県滝沢市鵜飼第10地割5-7",
        "岩手県岩手郡雫石町上野第5地割8番地2",
    ],
)
def test_a_parcel_of_iwate_is_a_house_number(address: str) -> None:
    assert found(f"住所：{address}") == [address]
    assert found(f"{address}の及川さん") == [address]


@pytest.mark.parametrize(
    "address",
    [
        *("さくら市氏家1234", "みどり市大間々町桐原88", "たつの市龍野町富永123", "つくば市天王台1-1"),
        *("いわき市平字梅本21", "かすみがうら市土浦461", "ひたちなか市東石川2-10-1", "あきる野市二宮350"),
        *("うるま市みどり町1-1-1", "にかほ市象潟町字浜ノ田1", "みなかみ町後閑318", "つがる市木造千年128番"),
    ],
)
def test_municipalities_in_kana_are_found_from_their_first_letter(address: str) -> None:
    assert found(f"大下さんは{address}に転居した") == [address]


def test_a_home_is_told_without_a_number_too() -> None:
    assert found("現住所は青空市栄町です") == ["青空市栄町"]
    assert found("会場は青空市栄町です") == []


def test_a_parcel_is_found_before_its_division() -> None:
    parcel = "青空市大字東山字西谷1234番5"
    assert found(f"地番：{parcel}の分筆登記") == [parcel]


def test_a_block_apart_from_its_housing_belongs_to_it() -> None:
    assert ("ADDRESS", "緑ヶ丘団地 5号棟302") in values(ADDRESSES, "緑ヶ丘団地 5号棟302")


@pytest.mark.parametrize(
    "text",
    ["火災現場：青空市緑町４丁目５番地内", "場所：青空市緑町1204番地先", "場所：青空市緑町85番1地先の市道"],
)
def test_where_something_is_about_is_nobodys_address(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        *("発生場所 市民体育館2階", "集合場所：中央公民館 3階", "場所　総合福祉センター１Ｆ 会議室"),
        *("現場：青空市文化会館4階", "場所 市役所本庁舎二階", "倒れた場所 駅前ビル5階"),
    ],
)
def test_a_floor_of_a_public_house_is_nobodys_address(text: str) -> None:
    assert found(text) == []


def test_a_floor_of_somebodys_house_is_a_part_of_their_address() -> None:
    home = "青森市新町1丁目2-3 コーポ青空2階"
    assert found(f"住所 {home}") == [home]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("岐阜県郡上市八幡町那比字宮ノ洞1473番2", "同字1475番"),
        ("青空市大字東山字西谷１２３４番５", "同字１２３６番"),
        ("青空市大字東山字西谷1234番5", "同所1236番"),
        ("青空市大字東山字西谷1234番5", "同字南谷88番1"),
    ],
)
def test_a_parcel_that_goes_on_from_the_address_before(first: str, second: str) -> None:
    assert found(f"{first}の土地（山林）の所有者は大野様。隣接地{second}は和田様の所有") == [first, second]


@pytest.mark.parametrize(
    "text",
    [
        *("同字1475番", "青空市緑町3丁目4番5号の大野さん 同地区3番目", "同所で2回目"),
        "会場：中央公民館（青空市緑町3丁目4番5号）、駐車場：同町2丁目1番3号",
    ],
)
def test_the_same_place_without_an_address_or_an_offices_is_none(text: str) -> None:
    assert [one for one in found(text) if one.startswith("同")] == []


@pytest.mark.parametrize("address", ["前橋市下増田町二百八の三", "宇都宮市 屋板町 千二十二の 四"])
def test_a_house_number_as_it_is_said(address: str) -> None:
    assert found(f"住所は　{address} です　電話　〇九〇の七七一二の三三〇八 です") == [address]


@pytest.mark.parametrize(
    "address",
    [
        *("小田原市 早川 5 - 1 8 - 3", "茨城県土浦市乙戸南 2 - 1 9 - 8", "青空市緑町 1 2 - 3 4"),
        "三重県鈴鹿市桜島町5-17-2 第2ハイツ308号",
    ],
)
def test_figures_one_by_one_and_the_second_of_several_houses(address: str) -> None:
    assert found(f"住所：{address}") == [address]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("住所マスタに一致しません：桐野市港町7-14-3", True),
        ("住所相違あり。正：桐野市港町7-14-3", True),
        ("会場の住所は桐野市港町7-14-3", False),  # an office's
        ("該当なし　桐野市港町7-14-3", False),
    ],
)
def test_a_line_that_speaks_of_addresses_and_of_no_office(text: str, told: bool) -> None:
    found = [one for one in candidates(ADDRESSES, text) if "number=yes" in one.features]
    assert found
    assert ("told=field" in found[0].features) is told


@pytest.mark.parametrize("number", ["0465-27-1180", "090ー6631ー7402", "080-3319-5526"])
def test_a_telephone_in_a_list_by_towns_is_no_house_number(number: str) -> None:
    text = f"町内会長名簿の更新です\n南町　外山 清　{number}\n本町　米倉 登　{number}"
    assert not any(number in one for one in found(text))
    assert [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "PHONE"] == [number] * 2
