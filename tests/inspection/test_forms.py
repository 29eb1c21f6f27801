"""Values with a form of their own, vehicle registrations, marks of confidentiality, and codes after labels."""

from __future__ import annotations

import pytest

from kijun.inspection.forms import Forms, Labelled, Marks, Vehicles
from tests.inspection.scenes import Recogniser, candidates, rules, values

FORMS = Forms(rules("pattern"))
VEHICLES = Vehicles(rules("vehicle"))
MARKS = Marks(rules("mark"))
LABELLED = Labelled(rules("labelled"))


def score(recognise: Recogniser, text: str) -> float:
    return max((one.score for one in candidates(recognise, text)), default=0.0)


# --- forms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("旅券番号 TR1234567", "PASSPORT", "TR1234567"),
        ("パスポート：ＭＺ７６５４３２１", "PASSPORT", "ＭＺ７６５４３２１"),
        ("パスポート TR 123 4567", "PASSPORT", "TR 123 4567"),
        ("在留カード UH48213075EA", "RESIDENCE_CARD", "UH48213075EA"),
        ("在留カード UH 48213075 EA", "RESIDENCE_CARD", "UH 48213075 EA"),
        ("在留カード UH482I3O75EA", "RESIDENCE_CARD", "UH482I3O75EA"),  # I and O for 1 and 0
        ("接続元 203.0.113.45", "IP_ADDRESS", "203.0.113.45"),
        ("１９２．１６８．１．１０から", "IP_ADDRESS", "１９２．１６８．１．１０"),
        ("送信元 2001:db8::8a2e:370:7334", "IP_ADDRESS", "2001:db8::8a2e:370:7334"),
        ("鍵はAKIAIOSFODNN7EXAMPLEです", "SECRET", "AKIAIOSFODNN7EXAMPLE"),
        ("xoxb-123456789012-abcdefABCDEF", "SECRET", "xoxb-123456789012-abcdefABCDEF"),
        ("Authorization: Bearer a1b2c3d4e5f6a7b8c9d0e1f2", "SECRET", "a1b2c3d4e5f6a7b8c9d0e1f2"),
        ("Server=db;Uid=app;Pwd=s3cr3t!x;", "SECRET", "s3cr3t!x"),
    ],
)
def test_what_has_a_form_of_its_own(text: str, type_: str, value: str) -> None:
    assert (type_, value) in values(FORMS, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TR12345",
        "XTR1234567",
        "TR1234567A",
        "UH4821307EA",
        "AB12345678CDという型番のプリンター",
        "型番：AB12345678CD",
        "256.1.1.1",
        "1.2.3",
        "12:30:45",
        "1:2:3:4",
        "AKIA は接頭辞です",
        "ghp_ で始まります",
        "xoxb-",
    ],
)
def test_what_has_not(text: str) -> None:
    assert values(FORMS, text) == set()


def test_a_label_of_its_own_makes_it_sure_and_a_number_of_another_kind_doubtful() -> None:
    own, alone, other = (score(FORMS, f"{before} TR1234567") for before in ("旅券番号", "", "型番"))
    assert own > 0.9 > alone > other


def test_versions_and_sections_look_like_addresses_of_machines() -> None:
    sure = score(FORMS, "203.0.113.45 から")
    assert sure > 0.8
    for text in ("ver.10.0.19045.3", "第1.2.3.4節", "chrome 120.0.6099.71"):
        assert score(FORMS, text) < 0.5, text


# --- vehicles ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("品川３００あ１２－３４が駐車", "品川３００あ１２－３４"),
        ("車（長崎 580 さ 41-07）", "長崎 580 さ 41-07"),
        ("つくば 501 す ・・12", "つくば 501 す ・・12"),
        ("横浜330な5", "横浜330な5"),
        ("練馬 3OO な l2-34", "練馬 3OO な l2-34"),
        ("品川300\nあ12-34", "品川300\nあ12-34"),
    ],
)
def test_a_vehicle(text: str, value: str) -> None:
    assert values(VEHICLES, text) == {("VEHICLE_NUMBER", value)}


@pytest.mark.parametrize(
    "text", ["", "横浜 300 人", "国道330号", "千葉 500 さんざん", "品川区3丁目", "品川300あ"]
)
def test_no_vehicle(text: str) -> None:
    assert values(VEHICLES, text) == set()


# --- marks of confidentiality --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("【部外秘】人事異動案", "部外秘"),
        ("取扱注意\n入所待機者一覧", "取扱注意"),
        ("※庁内限り", "庁内限り"),
        ("CONFIDENTIAL draft", "CONFIDENTIAL"),
        ("STRICTLY CONFIDENTIAL", "STRICTLY CONFIDENTIAL"),
        ("この資料は関係者限りです。", "関係者限り"),
        ("機密性３情報　住民税課税台帳", "機密性３情報"),
        ("部\u200b外秘", "部\u200b外秘"),
    ],
)
def test_a_mark_is_sure(text: str, mark: str) -> None:
    assert values(MARKS, text) == {("CONFIDENTIALITY_MARK", mark)}
    assert score(MARKS, text) >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "秘書課",
        "取扱注意事項を読む",
        "「部外秘」と書かれた文書",
        "機密性3情報とは何ですか",
        "confidential information",
        "UNCONFIDENTIAL",
        "CONFIDENTIALITY",
        "Confidential Computing",
        "部外秘資料の管理方法を定める",
        "取扱注意のシール100枚",
    ],
)
def test_talk_of_a_mark_is_none(text: str) -> None:
    assert score(MARKS, text) < 0.5


# --- codes after labels --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("宛名番号0004172935", {("LOCAL_ID", "0004172935")}),
        ("整理番号　60-118274", {("LOCAL_ID", "60-118274")}),
        ("整理番号 60-118274 と 60-118275", {("LOCAL_ID", "60-118274"), ("LOCAL_ID", "60-118275")}),
        ("ケース番号 H30-0412", {("LOCAL_ID", "H30-0412")}),
        ("世帯番号は３３００５１７", {("LOCAL_ID", "３３００５１７")}),
        ("宛名番号,世帯番号,備考\n12345,67890,なし\n", {("LOCAL_ID", "12345"), ("LOCAL_ID", "67890")}),
        ("被保険者番号 12345678", {("HEALTH_INSURANCE", "12345678")}),
        ("保険者番号：33120015", {("HEALTH_INSURANCE", "33120015")}),
    ],
)
def test_a_code_is_known_by_its_label(text: str, found: set[tuple[str, str]]) -> None:
    assert values(LABELLED, text) >= found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "文書番号 5財第118号",
        "受付番号 20817",
        "宛名番号 0",
        "宛名番号は別紙",
        "0004172935",
        "宛名番号 090-1234-5678",
    ],
)
def test_other_numbers_and_none(text: str) -> None:
    assert values(LABELLED, text) == set()


def test_without_rules_nothing_is_proposed() -> None:
    text = "【部外秘】品川300あ12-34 旅券番号 TR1234567 宛名番号 12345"
    for recognise in (Forms([]), Marks([]), Labelled([])):
        assert candidates(recognise, text) == []


@pytest.mark.parametrize("text", ["原付 みどり市 あ 1234 の廃車手続", "原付 いわき市 い 12-34"])
def test_a_towns_plate_whose_name_is_in_kana(text: str) -> None:
    assert [one.type for one in candidates(VEHICLES, text)] == ["VEHICLE_NUMBER"]


def test_the_branch_number_is_no_part_of_a_cards_number() -> None:
    assert ("HEALTH_INSURANCE", "12-345") in values(LABELLED, "保険証 12-345-01")
    assert ("HEALTH_INSURANCE", "12-34567") in values(LABELLED, "記号番号 12-34567")


@pytest.mark.parametrize("text", ["第2.10.3.1版", "ルータ 10.0.0.0/8 を拒否", "12.34.56.78版"])
def test_versions_and_networks_are_no_addresses(text: str) -> None:
    assert candidates(FORMS, text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("IPアドレス:fe80::1", "fe80::1"),
        ("IPv6アドレス：2001:db8::1", "2001:db8::1"),
        ("src:2001:db8::1", "2001:db8::1"),
        ("10.1.2.3/24", "10.1.2.3"),
    ],
)
def test_an_address_right_behind_a_colon(text: str, value: str) -> None:
    assert ("IP_ADDRESS", value) in values(FORMS, text)


def test_a_fingerprint_is_no_address() -> None:
    assert candidates(FORMS, "SHA1 " + ":".join(["fd", "ab", "01"] * 7)) == []


def test_a_local_number_ends_before_what_is_counted() -> None:
    for text in ("宛名番号 1234567 3月末", "宛名番号 1234567 2026年", "宛名番号 1234567 5人分"):
        assert values(LABELLED, text) == {("LOCAL_ID", "1234567")}
    assert values(LABELLED, "宛名番号 123 4567") == {("LOCAL_ID", "123 4567")}


# --- plates of offices that no list knows, networks, single figures --------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("勝又 哲　桐野 300 さ 12-34　090-9903-1147", "桐野 300 さ 12-34"),
        (
            "公用駐車場の長時間駐車：桐野　３３０　は　２２－１９、",
            "桐野　３３０　は　２２－１９",
        ),  # は is a word as well
        ("桐野 480 り ・3-61", "桐野 480 り ・3-61"),
        ("水尾５８０あ５５－０１ を確認", "水尾５８０あ５５－０１"),
        ("目撃されたのは鹿見 58 ぬ 3021のワゴン", "鹿見 58 ぬ 3021"),
        ("事故相手の車両（桐野300て・・55）", "桐野300て・・55"),
        ("ﾅﾝﾊﾞｰ ｷﾘﾉ 300 ｻ 12-34", "ｷﾘﾉ 300 ｻ 12-34"),
        ("ナンバーは桐野で、桐野 3OO な l2-34", "桐野 3OO な l2-34"),
    ],
)
def test_a_vehicle_of_an_office_that_no_list_knows(text: str, value: str) -> None:
    assert values(VEHICLES, text) == {("VEHICLE_NUMBER", value)}


@pytest.mark.parametrize(
    "text",
    [
        "会議室 300 は 12-34 番の鍵",
        "部屋 501 と 12-10 の鍵",
        "議席 30 の 12-34",
        "国道 330 す 22-19",
        "書架 580 い 12 の本",
        "対象 300 の 12-34歳",
        "定員 300 名 さくらホール 12-34席",
    ],
)
def test_figures_with_a_particle_between_are_no_vehicle(text: str) -> None:
    assert values(VEHICLES, text) == set()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ip address 10.41.20.1 255.255.255.0", "10.41.20.1"),
        ("access-list 7 permit 10.62.3.0 0.0.0.255", "10.62.3.0"),
        ("ip addr add 10.3.4.5/24 dev eth0", "10.3.4.5"),
        ("proxy 10.1.2.3:8080", "10.1.2.3"),
        ("IPアドレス 1 0.4 1.2 0.9", "1 0.4 1.2 0.9"),
    ],
)
def test_an_address_is_found_in_settings_and_its_mask_is_none(text: str, address: str) -> None:
    found = [one for one in candidates(FORMS, text) if one.type == "IP_ADDRESS" and one.score > 0.5]
    assert [text[one.start : one.end] for one in found] == [address]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("健康保険証　記号 100 番号 5 本人", "5"),
        ("国保　記号 5 番号 1203", "5"),
        ("国保　記号桐野　番号0012345　世帯主 佐久間", "0012345"),
    ],
)
def test_a_symbol_or_number_of_an_insurance_card(text: str, value: str) -> None:
    assert ("HEALTH_INSURANCE", value) in values(LABELLED, text)


@pytest.mark.parametrize(
    "text",
    [
        "国保加入者数 12,045人",
        "健保 300 人",
        "後期高齢者医療特別会計 12,345千円",
        "確認書類：免許／記号番号等 309012345620",
    ],
)
def test_what_is_counted_or_is_a_licence_is_no_insurance_card(text: str) -> None:
    assert values(LABELLED, text) == set()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("共済組合 記号 公立ひ 番号 09-22618", "公立ひ"),
        ("保険証 記号 県教は、番号 552208", "県教は"),
    ],
)
def test_a_symbol_that_holds_no_figure(text: str, value: str) -> None:
    assert ("HEALTH_INSURANCE", value) in values(LABELLED, text)
    assert not any(found == "別紙" for _, found in values(LABELLED, "地図記号 別紙、番号 別紙"))


@pytest.mark.parametrize("text", ["救命講習の修了証番号は第2026-0117号から", "宛名番号 0000000 は記入例です"])
def test_other_certificates_and_what_stands_for_any(text: str) -> None:
    assert values(LABELLED, text) == set()
