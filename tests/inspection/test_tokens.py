"""Words as the dictionary cuts them: places in the whole text, what each is, however long the text is."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.inspection.fold import fold
from kijun.inspection.tokens import GIVEN, NOUN, OTHER, PARTICLE, PLACE, SUFFIX, SURNAME, Tokens, is_place


def cut(text: str, offset: int = 0) -> Tokens:
    tokens = Tokens()
    tokens.add(text, offset)
    return tokens


def test_it_works() -> None:
    text = "山田太郎さんが千葉で書類を出した"
    tokens = cut(text)
    words = {
        text[start:end]: kind
        for start, end, kind in zip(tokens.starts, tokens.ends, tokens.kinds, strict=True)
    }
    assert words["山田"] == SURNAME
    assert words["太郎"] == GIVEN
    assert words["さん"] == SUFFIX
    assert words["が"] == PARTICLE
    assert words["千葉"] == PLACE
    assert words["書類"] == NOUN
    assert words["出し"] == OTHER
    assert len(tokens) == len(tokens.starts) == len(tokens.ends) == len(tokens.kinds)


def test_places_are_those_of_the_whole_text() -> None:
    tokens = cut("山田さん", 100)
    tokens.add("鈴木さん", 200)
    assert tokens.starts == [100, 102, 200, 202]
    assert tokens.ends == [102, 104, 202, 204]
    assert tokens.at[200] == 2
    assert tokens.until[204] == 3
    assert 101 not in tokens.at


def test_characters_outside_the_basic_plane_count_once() -> None:
    tokens = cut("𠮷田さん😀様")
    assert tokens.ends[-1] == 6


def test_nothing_is_no_word() -> None:
    assert len(cut("")) == 0
    assert cut("").at == {}
    assert len(Tokens()) == 0


#: Characters that stand for several: eras, months, companies, units, marks, an Arabic wish.
LIGATURES = [
    chr(code)
    for code in range(0x80, 0x20000)
    if not 0xD800 <= code < 0xE000 and len(unicodedata.normalize("NFKC", chr(code))) > 1
]


def test_a_word_that_ends_inside_a_ligature_leaves_no_empty_one() -> None:
    assert len(LIGATURES) > 1_000
    for ligature in LIGATURES:
        for text in (
            f"大{ligature}元年",
            f"川{ligature}々1丁目",
            f"山田{ligature}和",
            f"{ligature}〒",
            ligature,
        ):
            tokens = cut(text)
            assert tokens.starts[0] == 0
            assert tokens.ends[-1] == len(text)
            assert tokens.starts[1:] == tokens.ends[:-1]
            assert all(start < end for start, end in zip(tokens.starts, tokens.ends, strict=True)), text


def test_a_text_longer_than_the_dictionary_takes_is_cut_between_words() -> None:
    text = "山田さんが来た。" * 6_000
    tokens = cut(text)
    assert tokens.starts[0] == 0
    assert tokens.ends[-1] == len(text)
    assert tokens.starts[1:] == tokens.ends[:-1]
    assert tokens.kinds.count(SURNAME) == 6_000


def test_a_long_text_without_an_end_is_cut_too() -> None:
    tokens = cut("々" * 40_000)
    assert tokens.ends[-1] == 40_000
    assert tokens.starts[1:] == tokens.ends[:-1]


@settings(max_examples=60)
@given(st.text())
def test_words_cover_any_text_in_order(text: str) -> None:
    folded = fold(text).text
    tokens = cut(folded)
    assert "".join(folded[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)) == folded
    assert tokens.starts[1:] == tokens.ends[:-1]
    assert all(SURNAME <= kind <= OTHER for kind in tokens.kinds)


def test_each_thread_has_its_own_tokenizer() -> None:
    texts = [f"山田{number}さんが千葉へ引っ越した。" * 50 for number in range(8)]
    alone = [(one.starts, one.kinds) for one in map(cut, texts)]
    with ThreadPoolExecutor(8) as pool:
        together = [(one.starts, one.kinds) for one in pool.map(cut, texts)]
    assert together == alone


def test_a_place_by_itself() -> None:
    assert is_place("余市")
    assert not is_place("学校")
