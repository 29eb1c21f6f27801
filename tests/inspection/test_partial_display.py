import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.partial_display import HIDDEN, partial_display
from kijun.inspection.vocabulary import DataType


@pytest.mark.parametrize(
    ("type_", "value", "shown"),
    [
        ("PERSON", "山田太郎", "山●●●"),
        ("PERSON", "Taro Yamada", "T●●●"),
        ("PHONE", "090-1234-5678", "090-****-5678"),
        ("PHONE", "０９０１２３４５６７８", "090-****-5678"),
        ("PHONE", "〇三（一二三四）五六七八", "03-****-5678"),
        ("PHONE", "+81 90-1234-5678", "090-****-5678"),
        ("EMAIL", "taro.yamada@example.jp", "t***@example.jp"),
        ("EMAIL", "ab@example.jp", "***@example.jp"),
        ("POSTAL_CODE", "160-0023", "160-****"),
        ("ADDRESS", "東京都新宿区西新宿2-8-1", "東京都新宿区●●●"),
        ("ADDRESS", "神奈川県 横浜市中区日本大通1", "神奈川県横浜市●●●"),
        ("ADDRESS", "町田市森野2-2-22", "町田市●●●"),
        ("BIRTH_DATE", "昭和55年1月2日", "昭和55年●●●"),
        ("BIRTH_DATE", "1980年1月2日", "1980年●●●"),
        ("BIRTH_DATE", "19800102", "1980●●●"),
        ("BIRTH_DATE", "S55.1.2", "S55●●●"),
        ("BIRTH_DATE", "January 2, 1980", "1980●●●"),
        ("BIRTH_DATE", "一九八〇年一月二日", "一九八〇年●●●"),
        ("AGE", "32歳", "30代"),
        ("IP_ADDRESS", "192.0.2.1", "192.0.●●●"),
        ("CREDIT_CARD", "4111 1111 1111 1234", "****1234"),
        ("PASSPORT", "TR1234567", "****567"),
        ("BANK_ACCOUNT", "1234567", "****67"),
        ("VEHICLE_NUMBER", "品川 300 あ 12-34", "****34"),
    ],
)
def test_it_works(type_, value, shown):
    assert partial_display(type_, value) == shown


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("PERSON", "山田"),
        ("PERSON", "林"),
        ("PHONE", "1234"),
        ("EMAIL", "taro"),
        ("EMAIL", "@example.jp"),
        ("POSTAL_CODE", "160"),
        ("ADDRESS", "西新宿2-8-1"),
        ("BIRTH_DATE", "1980年"),
        ("BIRTH_DATE", "1月2日"),
        ("AGE", "5歳"),
        ("AGE", "102歳"),
        ("IP_ADDRESS", "2001:db8::1"),
        ("BANK_ACCOUNT", "12345"),
        ("MY_NUMBER", "123456789018"),
        ("RESIDENT_CODE", "24727059608"),
        ("SECRET", "a-very-long-secret-key-of-many-letters"),
        ("URL_TOKEN", "https://example.jp/?token=abcdefgh"),
        ("SENSITIVE", "糖尿病で通院中"),
        ("PERSON", ""),
    ],
)
def test_what_is_short_or_opens_something_shows_nothing(type_, value):
    assert partial_display(type_, value) == HIDDEN


@given(st.sampled_from(list(DataType)), st.text(min_size=1, max_size=30))
def test_no_value_is_ever_shown_as_a_whole(type_, value):
    shown = partial_display(type_, value)
    letters = [char for char in value if char.isalnum()]
    assert value not in shown or not letters
    assert len(shown) <= len(value) + 10
