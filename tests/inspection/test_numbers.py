"""Numbers: their shapes, their check digits, the label before them, and what goes on past them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.check_digits import my_number
from kijun.inspection.numbers import NumberRule, Numbers
from tests.inspection.scenes import candidates, rules, values

RULES = rules("number")
NUMBERS = Numbers(RULES)


def score(text: str, type_: str) -> float:
    """The best score that a type has in a text; 0 where it is not proposed."""
    return max((one.score for one in candidates(NUMBERS, text) if one.type == type_), default=0.0)


def test_it_works() -> None:
    assert values(NUMBERS, "個人番号：1234-5678-9018") == {("MY_NUMBER", "1234-5678-9018")}


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("マイナンバー 123456789018", "MY_NUMBER", "123456789018"),
        ("マイナンバーは１２３４ ５６７８ ９０１８です", "MY_NUMBER", "１２３４ ５６７８ ９０１８"),
        ("個人番号 1 2 3 4 5 6 7 8 9 0 1 8", "MY_NUMBER", "1 2 3 4 5 6 7 8 9 0 1 8"),
        ("個人番号 1・2・3・4・5・6・7・8・9・0・1・8", "MY_NUMBER", "1・2・3・4・5・6・7・8・9・0・1・8"),
        ("個人番号 一二三四-五六七八-九〇一八", "MY_NUMBER", "一二三四-五六七八-九〇一八"),
        ("個人番号 1234‐5678−9018", "MY_NUMBER", "1234‐5678−9018"),
        ("個人番号 1234ー5678ー9018", "MY_NUMBER", "1234ー5678ー9018"),
        ("個人番号 12\u200b34-56\u200b78-9018", "MY_NUMBER", "12\u200b34-56\u200b78-9018"),
        ("個人番号 1234-56\n78-9018", "MY_NUMBER", "1234-56\n78-9018"),
        ("個人番号 l234-S678-9Ol8", "MY_NUMBER", "l234-S678-9Ol8"),
        ("住民票コード 24727059608", "RESIDENT_CODE", "24727059608"),
        ("法人番号 7-0000-1205-0002", "CORPORATE_NUMBER", "7-0000-1205-0002"),
        ("登録番号 T7123456789012", "CORPORATE_NUMBER", "7123456789012"),
        ("基礎年金番号 1234-567890", "PENSION_NUMBER", "1234-567890"),
        ("免許証番号 第309012345620号", "DRIVER_LICENSE", "309012345620"),
        ("口座番号：0123456", "BANK_ACCOUNT", "0123456"),
        ("カード番号 4111 1111 1111 1111", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("AMEX 3782-822463-10005", "CREDIT_CARD", "3782-822463-10005"),
    ],
)
def test_every_way_of_writing_a_number_is_seen_through(text: str, type_: str, value: str) -> None:
    assert (type_, value) in values(NUMBERS, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "個人番号：1234-5678-9012",  # wrong check digit
        "個人番号：1111-1111-1111",
        "カード番号 4111-1111-1111-1112",
        "カード番号 0000 0000 0000 0000",
        "A123456789018",
        "123456789018C",
        "¥123456789018",
        "1234567890181",
        "4111-1234-5678-9018",  # its last twelve digits would do
        "1-2",
    ],
)
def test_what_is_no_number_of_ours(text: str) -> None:
    assert values(NUMBERS, text) == set()


def test_its_own_label_makes_a_number_sure_and_another_one_doubtful() -> None:
    number = "123456789018"
    own, alone, other = (
        score(f"{before}{number}", "MY_NUMBER") for before in ("マイナンバー：", "", "注文番号：")
    )
    assert own > 0.95
    assert own > alone >= 0.5 > other > 0


def test_groups_of_four_say_more_than_one_piece() -> None:
    assert score("1234 5678 9018", "MY_NUMBER") > score("123456789018", "MY_NUMBER")


def test_a_number_without_a_check_digit_needs_its_label() -> None:
    assert score("1234567", "BANK_ACCOUNT") == 0
    assert score("普通 1234567", "BANK_ACCOUNT") > 0.9
    assert score("受付番号 1234567", "BANK_ACCOUNT") == 0


def test_a_text_that_speaks_of_such_numbers_makes_them_likelier() -> None:
    text = "マイナンバーの確認をお願いした。後日届いたのは次の番号である。{}"
    assert score(text.format("123456789018"), "MY_NUMBER") > score("123456789018", "MY_NUMBER")


def test_two_types_may_claim_one_number() -> None:
    assert {type_ for type_, _ in values(NUMBERS, "免許証番号かマイナンバー 309012345620")} <= {
        "DRIVER_LICENSE",
        "MY_NUMBER",
    }
    assert score("運転免許証 309012345620", "DRIVER_LICENSE") > 0.95


def test_service_numbers_are_no_pension_numbers() -> None:
    assert score("0570-123456", "PENSION_NUMBER") == 0
    assert score("4192-630857", "PENSION_NUMBER") > 0.5


def test_a_rule_made_ready() -> None:
    one = NumberRule.of(next(rule for rule in RULES if rule.id == "my-number"))
    assert (4, 4, 4) in one.shapes
    assert one.lengths == {12}
    assert one.alone[(12,)] < one.alone[(4, 4, 4)]


def test_without_rules_nothing_is_proposed() -> None:
    assert candidates(Numbers([]), "個人番号：1234-5678-9018") == []


@given(
    st.text("0123456789", min_size=11, max_size=11).filter(lambda begun: len(set(begun)) > 1),
    st.sampled_from(["", "-", " ", "−", "・", "ー", "\u200b", "　"]),
)
def test_every_individual_number_is_found_after_its_label(begun: str, mark: str) -> None:
    number = next(begun + last for last in "0123456789" if my_number(begun + last))
    written = mark.join((number[:4], number[4:8], number[8:]))
    assert ("MY_NUMBER", written) in values(NUMBERS, f"個人番号：{written}を確認")


@given(st.text(st.sampled_from("0123456789-ー ・.\n番号個人年金A"), max_size=80))
def test_what_is_proposed_begins_and_ends_with_a_figure(text: str) -> None:
    for _, value in values(NUMBERS, text):
        assert value[0].isdigit()
        assert value[-1].isdigit()


@pytest.mark.parametrize(
    ("text", "type_", "found"),
    [
        ("登録番号はT7123456789012です", "CORPORATE_NUMBER", True),
        ("登録番号はT7123456789013です", "CORPORATE_NUMBER", False),  # its check digit is wrong
        ("7123456789013 T", "CORPORATE_NUMBER", False),
        ("番号 第 309012345620 号", "DRIVER_LICENSE", True),
        ("番号 第 309012345630 号", "DRIVER_LICENSE", False),
        ("第309012345620回", "DRIVER_LICENSE", False),
        ("住民票に載っているコードは24727059608です", "RESIDENT_CODE", True),
        ("住民票の件、携帯は08012345675です", "RESIDENT_CODE", False),
        ("給与の件、コードは24727059608です", "RESIDENT_CODE", False),
        ("介護給付の件 0001203345", "HEALTH_INSURANCE", True),
        ("介護給付の件 1001203345", "HEALTH_INSURANCE", False),
        ("道路の件 0001203345", "HEALTH_INSURANCE", False),
        ("JCB3530111333300000で払った", "CREDIT_CARD", True),
        ("ABC3530111333300000", "CREDIT_CARD", False),
        ("年金番号 1234の567890", "PENSION_NUMBER", True),
        ("旅券 307714882", "PASSPORT", True),
    ],
)
def test_what_stands_around_a_number_says_what_it_is(text: str, type_: str, found: bool) -> None:
    assert (score(text, type_) >= 0.5) is found


@pytest.mark.parametrize("goods", ["荷物は佐川の", "ヤマトの", "品番は", "the parcel "])
def test_a_number_of_a_parcel_is_hardly_a_persons(goods: str) -> None:
    assert score(f"{goods}1234-5678-9018", "MY_NUMBER") < 0.5 <= score("1234-5678-9018", "MY_NUMBER")


def test_a_parcel_in_the_sentence_before_does_not_matter() -> None:
    assert score("荷物が届いた。1234-5678-9018を控えた", "MY_NUMBER") >= 0.5


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("2740304が口座番号です", "BANK_ACCOUNT"),
        ("9691761510が基礎年金番号", "PENSION_NUMBER"),
        ("2740304が届いた口座番号", ""),
        ("2740304が受付番号です", ""),
    ],
)
def test_a_label_may_stand_behind_its_number(text: str, type_: str) -> None:
    likely = {one.type for one in candidates(NUMBERS, text) if one.score >= 0.5}
    assert likely == ({type_} if type_ else set())


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("口座番号 1928374 3月末振込", "BANK_ACCOUNT", "1928374"),
        ("口座番号 1928374\n2 名義 大下 健", "BANK_ACCOUNT", "1928374"),
        ("口座番号 1928374\n2. 名義 大下 健", "BANK_ACCOUNT", "1928374"),
        ("口座番号 1928374 5人分", "BANK_ACCOUNT", "1928374"),
        ("口座番号 1928374 2,000円", "BANK_ACCOUNT", "1928374"),
        ("個人番号 3847 2910 5662 2026年", "MY_NUMBER", "3847 2910 5662"),
        ("口座番号 192 8374", "BANK_ACCOUNT", "192 8374"),
        ("カード番号の上4桁は4532、次が1100", "CREDIT_CARD", "4532、次が1100"),
    ],
)
def test_a_number_ends_before_what_is_counted_or_listed(text: str, type_: str, value: str) -> None:
    assert {found for found in values(NUMBERS, text) if found[0] == type_} == {(type_, value)}


@pytest.mark.parametrize(
    "text", ["普通交付税 1234567 千円", "普通交付税 1234567", "一般会計 普通 1234567 千円", "普通 1234567円"]
)
def test_an_amount_is_no_account(text: str) -> None:
    assert score(text, "BANK_ACCOUNT") == 0.0


def test_the_first_half_of_a_card_needs_more_than_four_figures() -> None:
    assert score("カード番号の上4桁は4532です", "CREDIT_CARD") == 0.0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("運転免許証の両面コピーをいただいた方　坂井 洋様　309012345633", "309012345633"),
        ("309012345633（運転免許証）で本人確認済", "309012345633"),
        ("免許の種類 普通\n番号 309012345620", "309012345620"),
    ],
)
def test_a_licence_is_known_by_what_is_said_farther_before_it_or_behind_it(text: str, value: str) -> None:
    assert ("DRIVER_LICENSE", value) in sure(text)


@pytest.mark.parametrize(
    "text",
    [
        "免許更新の案内を送る。受付番号 309012345633",
        "免許更新者数の統計 009012345633",
        "取引ID 123456789018 完了",
    ],
)
def test_a_number_of_some_other_thing_is_nobodys(text: str) -> None:
    assert sure(text) == set()


def test_an_insurer_is_known_by_its_check_digit_where_insurance_is_spoken_of() -> None:
    assert sure("レセプト返戻\n保険者 06132013") == {("HEALTH_INSURANCE", "06132013")}
    assert sure("レセプト返戻\n保険者 06132014") == set()
    assert sure("伝票 06132013") == set()


def sure(text: str) -> set[tuple[str, str]]:
    return {(one.type, text[one.start : one.end]) for one in candidates(NUMBERS, text) if one.score >= 0.5}
