import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.beginnings import context_start, sentence_ends, unfinished


@pytest.mark.parametrize(
    ("certain", "open_"),
    [
        ("お問い合わせありがとうございます。担当は", "山"),
        ("新しい住所の市区町村の窓口へ届け出てください", ""),
        ("転入届を", "窓口"),
        ("申請書を提出した", "日から"),
        ("千代田区の窓口は", "霞が関"),
        ("", "住所はさいたま市みどり"),
        ("担当は", "松の木町のまこと"),
        ("please tell me how ", "many people"),
        ("担当は、", "山田 太"),
        ("担当は「", "山田"),
        ("電話番号は、", "090-12"),
        ("番号は、", "0 9 0 1 2 3 4 5 6"),
        ("番号は、", "| 4 | 5 | 5 | 6 | 7 | 3 | 7 | 5 | 8 | 6"),
        ("名義は、", "ツ｜ジ｜モ｜ト｜　｜キ｜ヌ"),
        ("番号は、", "1 0 . 3 1 . 7 . 4"),
        ("番号は、", "0 9 0 － 1 2 3 4 －"),
        ("開いてください。", "https://example.jp/?token=ab"),
        ("鍵は、", "abc!def?ghi;jkl"),
        ("一つ。", "二つ\n"),
        ("一つ\n\n", "二つ"),
        ("はい！", "次"),
        ("", "はい！"),  # a full-width letter may follow, in a URL written full width
        ("It is open on Monday and closed on Tuesday if it ", "is"),
        ("He lives at ", "3-1-2 Chuo, City of Yokohama, Kanagawa"),
        ("Is it?", " Yes"),
        ("終わりです。", ""),
        ("", ""),
    ],
)
def test_it_works(certain, open_):
    assert unfinished(certain + open_, 240) == len(certain)


def test_a_run_without_an_end_is_open_only_as_far_as_it_reaches():
    assert unfinished("山" * 1000, 240) == 760


@given(st.text(alphabet="山a1 。、?!\n", max_size=60), st.integers(1, 50))
def test_no_more_than_the_reach_is_ever_open(text, reach):
    assert max(0, len(text) - reach) <= unfinished(text, reach) <= len(text)


def test_where_a_sentence_ends():
    assert sentence_ends("死ねと言われた。", 2)
    assert not sentence_ends("終わり。死ねと", 6)
    assert sentence_ends("You are useless. And", 8)
    assert not sentence_ends("version 1.5", 3)


def test_the_context_begins_with_a_line_or_a_word():
    lines = "一行目は長い\n" + "氏名 住所 " * 10
    assert context_start(lines, len(lines), 400) == 0
    assert context_start(lines, len(lines), 64) == 7
    assert context_start(lines, len(lines), 50) % 3 == 1
    assert context_start("山" * 100, 100, 40) == 60
