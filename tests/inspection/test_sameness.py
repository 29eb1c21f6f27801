import pytest

from kijun.inspection.sameness import same_key


@pytest.mark.parametrize(
    ("type_", "one", "other"),
    [
        ("PERSON", "山田太郎", "山田　太郎"),
        ("PERSON", "髙橋", "高橋"),
        ("PERSON", "ヤマダ タロウ", "ﾔﾏﾀﾞﾀﾛｳ"),
        ("PERSON", "John Smith", "JOHN SMITH"),
        ("PHONE", "090-1234-5678", "０９０ー１２３４ー５６７８"),
        ("PHONE", "〇九〇-一二三四-五六七八", "090 1234 5678"),
        ("MY_NUMBER", "1234 5678 9018", "1234-5678-9018"),
        ("ADDRESS", "新宿区西新宿2丁目8番1号", "新宿区西新宿２－８－１"),
        ("BIRTH_DATE", "1980年1月2日", "1980/1/2"),
        ("EMAIL", "Taro@example.jp", "taro＠example.jp"),
        ("AGE", "32 歳", "３２歳"),
    ],
)
def test_two_spellings_of_one_thing(type_, one, other):
    assert same_key(type_, one) == same_key(type_, other)


@pytest.mark.parametrize(
    ("type_", "one", "other"),
    [
        ("PERSON", "山田太郎", "山田次郎"),
        ("PERSON", "サトー", "サト"),
        ("ADDRESS", "西新宿1-23", "西新宿12-3"),
        ("BIRTH_DATE", "1980-1-12", "1980-11-2"),
        ("EMAIL", "a.b@example.jp", "ab@example.jp"),
        ("SECRET", "aBc", "abc"),
        ("PERSON", "・", "-"),
    ],
)
def test_two_things(type_, one, other):
    assert same_key(type_, one) != same_key(type_, other)
