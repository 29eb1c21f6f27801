"""One spelling for many: every place of the folded text leads back to the place that was given."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.fold import HYPHENS, fold

#: Texts in which everything that is removed or put together is frequent.
DISGUISED = st.text(
    st.one_of(
        st.sampled_from(
            "カハウｶﾊｳガパﾞﾟ\u3099\u309a゛゜\u200b\u200d\ufeff\u00ad\U000e0041ーｰ-−髙𠮷①㈱\r\n 　\ud800"
        ),
        st.characters(),
    ),
    max_size=60,
)


def test_it_works() -> None:
    folded = fold("ＴＥＬ：０９０−１２３４−５６７８（ﾔﾏﾀﾞ\u200b様）")
    assert folded.text == "TEL:090-1234-5678(ヤマダ様)"
    assert folded.back(4, 17) == (4, 17)


@pytest.mark.parametrize(
    ("given_text", "plain"),
    [
        ("ＡＢＣ　ａｂｃ　０１２", "ABC abc 012"),
        ("（１）［２］｛３｝〔４〕", "(1)[2]{3}(4)"),
        ("“あ” ‘い’", "\"あ\" 'い'"),
        ("10時〜12時～13時∼", "10時~12時~13時~"),
        ("①⑳Ⓐ", "1⑳A"),  # ⑳ would be two characters
        ("㈱㌔½", "㈱㌔½"),  # and so would these
        ("𝟎𝟗𝟎", "090"),
        ("髙橋 﨑山 𠮷田 渡邉 齋藤", "高橋 崎山 吉田 渡辺 斎藤"),
        ("神⼈", "神人"),  # a compatibility ideograph and a radical
        ("a\u00a0b\u2003c\u3000d", "a b c d"),
        ("一\r二\u2028三\x85四", "一\n二\n三\n四"),
        ("a\r\nb\x0bc\x0cd", "a\n\nb\nc\nd"),
        ("データ", "データ"),  # the long vowel is a letter
    ],
)
def test_spellings_become_one_character_for_one(given_text: str, plain: str) -> None:
    folded = fold(given_text)
    assert folded.text == plain
    assert len(folded.text) == len(given_text)
    assert folded.offsets is None


@pytest.mark.parametrize("hyphen", [one for one in HYPHENS if one != "ｰ"])
def test_every_hyphen_is_one(hyphen: str) -> None:
    assert fold(f"03{hyphen}1234").text == "03-1234"


def test_the_half_width_long_vowel_stays_one() -> None:
    assert fold("ﾃﾞｰﾀ ｰ").text == "データ ー"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ｶﾞｷﾞｸﾞ", "ガギグ"),
        ("ﾊﾟﾋﾟﾌﾟ", "パピプ"),
        ("ﾊﾞﾊﾟﾊ", "バパハ"),
        ("ｳﾞｧ", "ヴァ"),
        ("カ\u3099", "ガ"),  # as NFD has it
        ("ハ゜", "パ"),
        ("ｱﾞ", "アﾞ"),  # no such sound
        ("ｶﾟ", "カﾟ"),
        ("ﾞﾟ", "ﾞﾟ"),
    ],
)
def test_a_kana_and_its_mark_are_one(written: str, plain: str) -> None:
    assert fold(written).text == plain


def test_a_mark_belongs_to_its_kana() -> None:
    text = "ﾌﾘｶﾞﾅ:ﾔﾏﾀﾞ ﾊﾅｺ"
    folded = fold(text)
    start = folded.text.index("ヤマダ")
    assert text[slice(*folded.back(start, start + 3))] == "ﾔﾏﾀﾞ"
    start = folded.text.index("リガ")
    assert text[slice(*folded.back(start, start + 2))] == "ﾘｶﾞ"


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\u202e", "\U000e0041"]
)
def test_what_has_no_width_is_removed_and_belongs_to_what_is_around_it(hidden: str) -> None:
    text = f"氏名{hidden}：山{hidden}{hidden}田{hidden} 太郎{hidden}様"
    folded = fold(text)
    assert folded.text == "氏名:山田 太郎様"
    assert text[slice(*folded.back(3, 8))] == f"山{hidden}{hidden}田{hidden} 太郎"
    assert text[slice(*folded.back(8, 9))] == "様"


def test_nothing_has_a_place_too() -> None:
    folded = fold("あ\u200bい\u200b")
    assert [folded.back(place, place) for place in range(3)] == [(0, 0), (2, 2), (4, 4)]
    assert fold("").text == ""
    assert fold("").back(0, 0) == (0, 0)
    assert fold("\u200b\u200b").text == ""


def test_half_of_a_character_is_replaced() -> None:
    assert fold("山\ud800田\udfff").text == "山�田�"
    fold("山\ud800\u200b田").text.encode()


@given(st.text(st.characters(max_codepoint=127, exclude_characters="\r\x0b\x0c")))
def test_ascii_but_for_line_breaks_is_itself(text: str) -> None:
    folded = fold(text)
    assert folded.text == text
    assert folded.offsets is None


@given(DISGUISED)
def test_every_span_lies_within_the_given_text_and_in_order(text: str) -> None:
    folded = fold(text)
    size = len(folded.text)
    starts = [folded.back(place, place)[0] for place in range(size + 1)]
    assert starts == sorted(set(starts))
    assert all(0 <= start <= len(text) for start in starts)
    ends = [folded.back(0, place)[1] for place in range(1, size + 1)]
    assert ends == sorted(set(ends))
    assert all(start < end <= len(text) for start, end in zip(starts, ends, strict=False))
    # neighbours never share a character
    for place in range(1, size):
        assert folded.back(place - 1, place)[1] <= folded.back(place, place + 1)[0]


@given(DISGUISED)
def test_what_a_span_leads_back_to_folds_to_the_same(text: str) -> None:
    folded = fold(text)
    for start in range(0, len(folded.text), 3):
        end = min(len(folded.text), start + 4)
        piece = fold(text[slice(*folded.back(start, end))]).text
        # a mark at the very beginning has lost the kana before it; nothing else changes
        assert unicodedata.normalize("NFC", piece) == unicodedata.normalize("NFC", folded.text[start:end])


@given(DISGUISED)
def test_a_folded_text_has_a_code_in_utf8_and_no_return(text: str) -> None:
    folded = fold(text).text
    folded.encode()
    assert "\r" not in folded
    assert len(folded) <= len(text)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("山 田 太 郎", "山田太郎"),
        ("年　金　番　号", "年金番号"),
        ("ﾔ ﾏ ﾀﾞ", "ヤマダ"),
        ("高 野 誠 一様", "高野誠一様"),
        ("「勅 使 河 原　崇」", "「勅使河原 崇」"),
        (
            "納 税 義 務 者　香 月 　 敬 介",
            "納税義務者 香 月   敬 介",
        ),  # the wider gap stays, and what is short with it
        ("氏　　名　山田", "氏名 山田"),
        ("住 所：札幌市", "住所:札幌市"),
        ("こ れ ま で の 指 示", "これまでの指示"),
        ("氏　名　山 田 太 郎", "氏名 山田太郎"),  # 山 belongs to the longer run
        ("年　金　番　号 1 2 3 4 5 6", "年金番号 1 2 3 4 5 6"),
        ("1 2 3 4", "1 2 3 4"),  # a row of a table
        ("A B C", "A B C"),
        ("山田 太郎 様", "山田 太郎 様"),
        ("住 民 票", "住民票"),
        ("氏 名簿", "氏 名簿"),
        ("林 さん", "林 さん"),
    ],
)
def test_what_is_only_stretched_is_closed_up(given: str, text: str) -> None:
    folded = fold(given)
    assert folded.text == text
    assert folded.back(0, len(text)) == (0, len(given))


def test_a_span_of_what_was_closed_up_holds_its_spaces() -> None:
    folded = fold("氏　名　山 田 太 郎　様")
    start = folded.text.index("山田")
    assert folded.back(start, start + 4) == (4, 11)
