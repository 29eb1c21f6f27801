"""The lexicon: all words of all groups in one pass, each with its place and what it means."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.lexicon import Lexicon, LexiconBuilder, lower
from kijun.inspection.scene import Hit


def lexicon(**groups: list[str]) -> Lexicon:
    builder = LexiconBuilder()
    for group, words in groups.items():
        builder.add(group, words)
    return builder.build()


def test_it_works() -> None:
    builder = LexiconBuilder()
    builder.add("label", ["電話", "携帯電話"], "PHONE")
    builder.add("office", ["市民課"])
    hits = builder.build().find("市民課の電話と携帯電話")
    assert hits == {
        "office": [Hit(0, 3, "市民課")],
        "label": [Hit(4, 6, "PHONE"), Hit(7, 11, "PHONE"), Hit(9, 11, "PHONE")],
    }


def test_of_words_with_one_end_the_longest_comes_first() -> None:
    hits = lexicon(a=["番号", "号", "郵便番号"]).find("郵便番号")["a"]
    assert [hit.value for hit in hits] == ["郵便番号", "番号", "号"]


def test_a_word_may_mean_two_things() -> None:
    builder = LexiconBuilder()
    builder.add("label", ["担当"], "PERSON")
    builder.add("label", ["担当"], "FACILITY")
    builder.add("office", ["担当"])
    hits = builder.build().find("担当")
    assert [hit.value for hit in hits["label"]] == ["PERSON", "FACILITY"]
    assert [hit.value for hit in hits["office"]] == ["担当"]


def test_a_word_that_is_added_twice_is_found_once() -> None:
    builder = LexiconBuilder()
    builder.add("label", ["電話", "電話"], "PHONE")
    builder.add("label", ["電話"], "PHONE")
    assert builder.build().find("電話") == {"label": [Hit(0, 2, "PHONE")]}


def test_capitals_do_not_matter_and_the_word_comes_back_as_it_was_added() -> None:
    hits = lexicon(a=["Date of Birth", "ＴＥＬ"]).find("DATE OF BIRTH ｔｅｌ")
    assert [hit.value for hit in hits["a"]] == ["Date of Birth", "ＴＥＬ"]


def test_places_stay_where_small_letters_are_longer() -> None:
    assert len("İ".lower()) == 2
    assert lower("İstanbul TEL") == "İstanbul tel"
    hits = lexicon(a=["tel"]).find("İİİ TEL 𠮷")
    assert hits["a"] == [Hit(4, 7, "tel")]


def test_nothing_is_found_in_nothing() -> None:
    assert lexicon(a=["電話"]).find("") == {}
    assert lexicon(a=["電話"]).find("書類") == {}
    assert lexicon().find("電話") == {}


@given(
    st.text("あいうABC", max_size=30),
    st.lists(st.text("あいうabc", min_size=1, max_size=4), unique=True, max_size=8),
)
def test_it_finds_what_a_plain_search_finds(text: str, words: list[str]) -> None:
    small = text.lower()
    plain = {
        (start, start + len(word), word)
        for word in words
        for start in range(len(text))
        if small.startswith(word, start)
    }
    hits = lexicon(a=words).find(text).get("a", [])
    assert set(hits) == plain
    assert len(hits) == len(plain)
    order = [(hit.end, hit.start) for hit in hits]
    assert order == sorted(order)  # by their ends, the longest first


@given(st.text())
def test_lower_never_changes_a_length(text: str) -> None:
    assert len(lower(text)) == len(text)


def test_threads_share_it() -> None:
    shared = lexicon(a=["電話", "住所"], b=["市"])
    text = "市の電話と住所" * 200
    alone = shared.find(text)
    with ThreadPoolExecutor(8) as pool:
        assert all(hits == alone for hits in pool.map(shared.find, [text] * 32))
