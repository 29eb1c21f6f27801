"""Telephone numbers, postal codes, mail addresses: their forms. Whose they are is for the weights."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection import Inspector
from kijun.inspection.contacts import Contacts, beside_address, phone_form
from kijun.inspection.scene import Candidate
from tests.inspection.scenes import candidates, features, rules, scene, values

CONTACTS = Contacts(rules("contacts", "email"))
INSPECTOR = Inspector()


def found(text: str, type_: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == type_]


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("090-1234-5678", "mobile"),
        ("08012345678", "mobile"),
        ("070 1234 5678", "mobile"),
        ("+81 90-1234-5678", "mobile"),
        ("+81-(0)90-1234-5678", "mobile"),
        ("0081 90 1234 5678", "mobile"),
        ("010-81-90-1234-5678", "mobile"),
        ("050-1234-5678", "ip"),
        ("0120-123-456", "free"),
        ("0570-000-000", "service"),
        ("0990-123-456", "service"),
        ("03-1234-5678", "fixed"),
        ("(03)1234-5678", "fixed"),
        ("0254-43-7716", "fixed"),
        ("+81 3-1234-5678", "fixed"),
        ("0312345678", "fixed-joined"),
        ("", ""),
        ("090-1234-56789", ""),
        ("020-1234-5678", ""),
        ("00-1234-5678", ""),
        ("1234567890", ""),
        ("0570-000-0000", ""),
    ],
)
def test_what_kind_of_number_it_is(written: str, form: str) -> None:
    assert phone_form(written) == form


@given(st.text())
def test_any_text_has_a_form_or_none(text: str) -> None:
    assert phone_form(text) in ("mobile", "ip", "free", "service", "fixed", "fixed-joined", "")


def test_it_works() -> None:
    text = "本人（090-1234-5678、taro.y@example.com）の自宅 〒640-8319 和歌山市手平2-8-15"
    assert values(CONTACTS, text) >= {
        ("PHONE", "090-1234-5678"),
        ("EMAIL", "taro.y@example.com"),
        ("POSTAL_CODE", "640-8319"),
    }
    assert found(text, "PHONE") == ["090-1234-5678"]


@pytest.mark.parametrize(
    "number",
    [
        "090-1234-5678",
        "０９０ー１２３４ー５６７８",
        "090‐1234–5678",
        "090 1234 5678",
        "090.1234.5678",
        "090の1234の5678",
        "090(1234)5678",
        "(090)1234-5678",
        "+81 90-1234-5678",
        "0 9 0 1 2 3 4 5 6 7 8",
        "0・9・0・1・2・3・4・5・6・7・8",
        "090-12\u200b34-5678",
        "090-1234-\n5678",
        "〇九〇-一二三四-五六七八",
        "O9O-l234-S678",
        "03-1234-5678",
        "0254-43-7716",
    ],
)
def test_a_number_is_seen_through_every_disguise(number: str) -> None:
    assert ("PHONE", number) in values(CONTACTS, f"電話は{number}です")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "注文番号 090123456789",
        "090-1234-56789",
        "X090-1234-5678",
        "12-090-1234-5678",
        "22-1234",
        "2024-10-01",
    ],
)
def test_what_is_no_telephone(text: str) -> None:
    assert not any(type_ == "PHONE" for type_, _ in values(CONTACTS, text))


def test_a_local_number_needs_its_label() -> None:
    assert ("PHONE", "22-1234") in values(CONTACTS, "電話 22-1234")
    assert values(CONTACTS, "番地は22-1234") == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("〒640-8319", "640-8319"),
        ("〒6408319", "6408319"),
        ("〒 ６４０−８３１９", "６４０−８３１９"),
        ("郵便番号 640-8319", "640-8319"),
        ("640-\n8319", "640-\n8319"),
    ],
)
def test_a_postal_code(text: str, code: str) -> None:
    assert ("POSTAL_CODE", code) in values(CONTACTS, text)


@pytest.mark.parametrize("text", ["6408319", "640-83190", "1640-8319", "640-8319-1", "A640-8319"])
def test_no_postal_code(text: str) -> None:
    assert not any(type_ == "POSTAL_CODE" for type_, _ in values(CONTACTS, text))


@pytest.mark.parametrize(
    "address",
    [
        "chihiro.y0814@gmail.com",
        "a@example.jp",
        "ｔａｎａｋａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "tanaka[at]example.com",
        "tanaka(at)example.com",
        "tanakaアットマークexample.com",
        "tanaka @ example.com",
        "tana\u200bka@example.com",
        "o'neil+x@sub.example.co.jp",
    ],
)
def test_a_mail_address_is_seen_through_every_disguise(address: str) -> None:
    assert ("EMAIL", address) in values(CONTACTS, f"連絡は{address}まで")


@pytest.mark.parametrize("text", ["@市民課の皆さん", "a@b", "@example.com", "a@", "山田@会議室", "a@.jp"])
def test_no_mail_address(text: str) -> None:
    assert not any(type_ == "EMAIL" for type_, _ in values(CONTACTS, text))


def test_what_a_mail_address_says_of_its_owner() -> None:
    desk = features(CONTACTS, "kaigo@city.example.lg.jp")
    person = features(CONTACTS, "chihiro.y0814@gmail.com")
    assert (desk["host"], desk["desk"], desk["top"]) == ("lg", "True", "jp")
    assert (person["host"], person["desk"], person["dotted"], person["figures"]) == (
        "free",
        "False",
        "True",
        "True",
    )


def test_whether_an_address_stands_beside() -> None:
    text = "札幌市中央区1-1 090-1234-5678、以下は別件\n080-1111-2222"
    seen = scene(text)
    seen.add([Candidate("ADDRESS", 0, 9, 0.9, "test")])
    assert beside_address(seen, 10, 23) == "beside"
    place = text.index("別件")
    assert beside_address(seen, place, place + 2) == "line"
    assert beside_address(seen, text.index("080"), len(text)) == "no"
    assert beside_address(scene(text), 10, 23) == "no"


def test_a_person_s_and_not_an_office_s() -> None:
    assert found("本人の携帯は090-1234-5678です。", "PHONE") == ["090-1234-5678"]
    assert found("お問い合わせ：市民課 03-1234-5678", "PHONE") == []
    assert found("連絡は chihiro.y0814@gmail.com まで", "EMAIL") == ["chihiro.y0814@gmail.com"]
    assert found("問い合わせは kaigo@city.example.lg.jp へ", "EMAIL") == []


def test_without_rules_nothing_is_proposed() -> None:
    assert candidates(Contacts([]), "090-1234-5678 〒640-8319 a@example.jp") == []


@pytest.mark.parametrize("text", ["電話（042）555-0198", "自宅（042）555-0198"])
def test_a_bracket_is_not_torn_from_its_other_half(text: str) -> None:
    assert found(text, "PHONE") == ["（042）555-0198"]


def test_a_bracket_around_the_whole_number_is_left_outside() -> None:
    assert found("ご本人（090-5555-0198）", "PHONE") == ["090-5555-0198"]


@pytest.mark.parametrize(
    "number", ["ゼロハチゼロ、5555、0199", "ゼロキュウゼロ、ゴーゴーゴーゴー、ゼロイチキュウキュウ"]
)
def test_a_number_as_it_is_said(number: str) -> None:
    assert found(f"けいたいは{number}", "PHONE") == [number]


@pytest.mark.parametrize(
    "text",
    [
        *("工事番号 第080-1234-5678号", "管理番号 090-5555-0123", "0570-783-578（全国共通ナビダイヤル）"),
        *("契約番号：090-5555-0123", "ゼロハチゼロ", "マルイチから始める"),
    ],
)
def test_numbers_of_things_and_services_are_nobodys(text: str) -> None:
    assert found(text, "PHONE") == []


def test_a_number_in_the_cell_behind_an_address_is_somebodys() -> None:
    assert found("住所\t青空市緑町3丁目4番5号\t042-555-0123", "PHONE") == ["042-555-0123"]
    assert found("会場\t青空市緑町3丁目4番5号\t042-555-0123", "PHONE") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("二百八の三ですはい電話は〇九〇の七七一二の三三〇八です", "〇九〇の七七一二の三三〇八"),
        ("電話　ゼロ二八の六五六の三三一七 です", "ゼロ二八の六五六の三三一七"),
        ("電話 まる二八の六五六の三三一七です", "まる二八の六五六の三三一七"),
        ("携帯がゼロ九ゼロの三三四四の一一二八です", "ゼロ九ゼロの三三四四の一一二八"),
        ("自宅はゼロ二八の六五六の三三一七にかけて", "ゼロ二八の六五六の三三一七"),
        ("連絡先 〇二四〇（三三）五l八七", "〇二四〇（三三）五l八七"),
        ("自宅 〇九七二（二二）三O九一", "〇九七二（二二）三O九一"),
        ("電話 〇九O-三三l四-五六七八", "〇九O-三三l四-五六七八"),
    ],
)
def test_a_number_in_kanji_as_it_is_said_or_misread(text: str, number: str) -> None:
    assert found(text, "PHONE") == [number]


@pytest.mark.parametrize(
    "number",
    ["０２４ー９５２‐６６１８", "０７６－２７２‐４４９０", "090-1234‐5678", "０２４（９５２）６６１８"],
)
def test_a_number_that_is_written_to_its_label(number: str) -> None:
    assert found(f"山田花子様 TEL{number}", "PHONE") == [number]


@pytest.mark.parametrize("text", ["MODEL090-1234-5678", "市民課 TEL０２４ー９５２‐６６１８"])
def test_letters_of_another_word_and_an_offices_label_are_none(text: str) -> None:
    assert found(text, "PHONE") == []


@pytest.mark.parametrize("number", ["027-322\n-8156", "027-322-8156", "０２７－３２２\n－８１５６"])
def test_the_number_at_which_somebody_is_called(number: str) -> None:
    told = f"大野明日香様より書類の提出がありましたので、電話（{number}）にて不足分を案内いたしました。"
    assert found(told, "PHONE") == [number]
    assert found(f"大野明日香様について児童相談所へ電話（{number}）で照会した。", "PHONE") == []
    assert found(f"総務課に電話（{number}）で問い合わせた。", "PHONE") == []


@pytest.mark.parametrize(
    "told", ["番号は〇二二の二六六の三一一九ですので", "はい〇三の三三四五の八八一二です"]
)
def test_somebody_tells_their_number(told: str) -> None:
    assert len(found(told, "PHONE")) == 1
    assert found(f"市民課の{told}", "PHONE") == []


@pytest.mark.parametrize("behind", [". Nadia", ".\nNadia Farouk", ". Thank you."])
def test_a_mail_address_ends_before_the_next_sentence(behind: str) -> None:
    assert found(f"Please write to nadia.farouk@example.org{behind}", "EMAIL") == ["nadia.farouk@example.org"]
    assert found("メール nadia.farouk@gmail. com", "EMAIL") == ["nadia.farouk@gmail. com"]


@pytest.mark.parametrize("number", ["0120-000-178", "0800-123-4567", "0120444555"])
def test_a_number_that_is_free_to_call_is_nobodys(number: str) -> None:
    assert found(f"高瀬 望さん 電話 {number}", "PHONE") == []


def test_a_mobile_number_may_begin_like_one() -> None:
    assert found("高瀬 望さんの携帯 080-0123-4567", "PHONE") == ["080-0123-4567"]


@pytest.mark.parametrize("number", ["0538-47-2290", "0538-47-\n2290"])
def test_a_number_behind_somebodys_address(number: str) -> None:
    text = f"申立人高瀬 望（住所：静岡県磐田市見付1丁目2番3号、電話{number}）あてに"
    assert found(text, "PHONE") == [number]
    assert found(f"青空株式会社（所在地：静岡県磐田市見付1丁目2番3号、電話{number}）", "PHONE") == []


def test_the_number_of_an_office_in_english() -> None:
    text = "Send it to the Board of Education, 3-1 Otemachi, Ueda City, Nagano. Phone: 0268-23-5101."
    assert found(text, "PHONE") == []


def test_a_number_of_something_else_is_no_telephone() -> None:
    assert found("納品書番号 080-2231-9087 検収日 5月20日", "PHONE") == []
    for label in ("電話番号", "携帯番号", "連絡先番号", "自宅番号", "旧番号"):
        assert found(f"高瀬 望さん {label} 080-2231-9087", "PHONE") == ["080-2231-9087"]
