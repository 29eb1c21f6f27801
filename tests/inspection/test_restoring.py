from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kijun.inspection.placeholders import Placeholders
from kijun.inspection.restoring import Restorer, restore, unknown_placeholders


def conversation() -> Placeholders:
    table = Placeholders()
    table.give("PERSON", "山田太郎")
    table.give("PERSON", "山田 太郎")
    table.give("PHONE", "090-1234-5678")
    table.protect("⟦氏名1⟧")
    table.give("IP_ADDRESS", "192.0.2.1")
    return table


def in_pieces(text: str, cuts: list[int], table: Placeholders) -> tuple[str, Restorer]:
    restorer = Restorer(table)
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    parts = [restorer.feed(text[start:end]) for start, end in pairwise(places)]
    return "".join(parts) + restorer.close(), restorer


def test_it_works():
    answer = "⟦氏名1⟧様（⟦電話番号1⟧）へのご案内です。"
    assert restore(answer, conversation()) == "山田太郎様（090-1234-5678）へのご案内です。"


@pytest.mark.parametrize(
    ("answer", "restored"),
    [
        ("⟦ 氏名１ ⟧様", "山田太郎様"),
        ("〚氏名1〛様", "山田太郎様"),
        ("[[氏名1]]様", "山田太郎様"),
        ("**⟦ＩＰアドレス１⟧**", "**192.0.2.1**"),
        ("⟦氏名1別表記2⟧様", "山田 太郎様"),
        ("⟦氏名1（別表記2）⟧様", "山田 太郎様"),
        ("⟦氏名1(別表記１)⟧様", "山田太郎様"),
        ("⟦氏名1さん⟧の件", "山田太郎さんの件"),
        ("⟦氏名 No.1⟧様", "山田太郎様"),
        ("⟦氏名番号1⟧様", "山田太郎様"),
        ("⟦IP アドレス1⟧", "192.0.2.1"),
        ("⟦氏名1\u200d⟧様", "山田太郎様"),
        ("\\[\\[氏名1\\]\\]様", "山田太郎様"),
        ("⟦氏名01⟧様", "山田太郎様"),
        ("⟦**氏名1**⟧様", "山田太郎様"),
        ("⟦氏名①⟧様", "山田太郎様"),
        ("⟦氏名一⟧様", "山田太郎様"),
        ("⟦氏名1\n⟧様", "山田太郎様"),
        ("〖氏名1〗様", "山田太郎様"),
        ('{"name": "\\u27e6氏名1\\u27e7"}', '{"name": "山田太郎"}'),
        ("&#10214;氏名1&#10215;様", "山田太郎様"),
        ("⟦文字列1⟧と入力されました", "⟦氏名1⟧と入力されました"),
        ("[氏名1]〔氏名1〕【氏名1】氏名1", "[氏名1]〔氏名1〕【氏名1】氏名1"),
        ("⟦⟦氏名1⟧⟧", "⟦山田太郎⟧"),
    ],
)
def test_what_an_ai_makes_of_a_placeholder(answer, restored):
    assert restore(answer, conversation()) == restored


def test_a_placeholder_that_was_never_given_stays_and_is_reported():
    answer = "⟦氏名9⟧様、⟦氏名1⟧様、⟦ 氏名9 ⟧様、⟦氏名9⟧様"
    assert restore(answer, conversation()) == "⟦氏名9⟧様、山田太郎様、⟦ 氏名9 ⟧様、⟦氏名9⟧様"
    assert unknown_placeholders(answer, conversation()) == ("⟦氏名9⟧", "⟦ 氏名9 ⟧")


@pytest.mark.parametrize(
    "near",
    [
        "⟦氏名1、氏名3⟧",
        "⟦氏名1と2⟧",
        "⟦氏名1の住所⟧",
        "⟦氏名：1⟧",
        "⟦氏名0⟧",
        "[[氏名 1/2]]",
        "⟦氏名1234567⟧",
        "⟦Name1⟧",
        "⟦Phone 1⟧",
        "⟦1⟧",
        "⟦氏名⟧",
        "⟦氏\n名1⟧",
        "〖氏名9〗",
        "⟦氏名⑨⟧",
        "⟦氏名9\n⟧",
        "[[氏名九]]",
        "\\u27e6氏名9\\u27e7",
        "\\u27e6\\u6c0f\\u540d1\\u27e7",
        "&#10214;Name1&#10215;",
        "%E2%9F%A6%E6%B0%8F%E5%90%8D1%E2%9F%A7",
        "%e2%9f%a6Name1%e2%9f%a7",
    ],
)
def test_what_was_plainly_meant_to_be_one_is_told(near):
    answer = f"担当は{near}です。"
    assert restore(answer, conversation()) == answer
    assert unknown_placeholders(answer, conversation()) == (near,)
    restored, restorer = in_pieces(answer, list(range(len(answer))), conversation())
    assert (restored, restorer.unknown) == (answer, (near,))


@pytest.mark.parametrize(
    "other", ["[[住所録]]", "[[注1]]", "［氏名1］", "[[氏名]]", "〖注1〗", "⟦⟧", "&#10214;", "【氏名1】"]
)
def test_what_is_something_else_is_not_told(other):
    assert unknown_placeholders(other, conversation()) == ()


def test_a_stream_holds_back_the_beginning_of_a_placeholder_and_only_that():
    restorer = Restorer(conversation())
    assert restorer.feed("担当は⟦氏") == "担当は"
    assert restorer.feed("名") == ""
    assert restorer.feed("1") == ""
    assert restorer.feed("⟧様。配列は[") == "山田太郎様。配列は"
    assert restorer.feed("0]です⟦注") == "[0]です⟦注"
    assert restorer.feed("⟦氏名9⟧⟦氏名") == "⟦氏名9⟧"
    assert restorer.close() == "⟦氏名"
    assert restorer.close() == ""
    assert restorer.unknown == ("⟦氏名9⟧",)


def test_it_shows_no_text():
    restorer = Restorer(conversation())
    restorer.feed("山田⟦氏名")
    assert repr(restorer) == "<Restorer: 3 characters held>"


def test_an_opening_without_an_end_does_not_hold_the_stream():
    restorer = Restorer(conversation())
    held = [len(restorer.feed(char)) for char in "⟦氏名 " + " " * 100]
    assert sum(held) == 104


PIECES = st.one_of(
    st.sampled_from(
        [
            "⟦氏名1⟧",
            "⟦ 氏名 １ ⟧",
            "[[電話番号1]]",
            "⟦氏名1別表記2⟧",
            "⟦氏名9⟧",
            "⟦文字列1⟧",
            "⟦氏名1（別表記2）⟧",
            "\\[\\[氏名01さん\\]\\]",
            "⟦IP アドレス No.1⟧",
            "⟦氏名1、氏名3⟧",
            "⟦Name1⟧",
            "⟦**氏名①**⟧",
            "⟦氏名十二\n⟧",
            "\\u27e6",
            "\\u27e7",
            "&#10214;",
            "&#10215;",
            "&#x27e",
            "%E2%9F%A6",
            "%E2%9F%A7",
            "〖",
            "〗",
            "*",
            "\n",
            "\\",
            "さん",
            "⟦",
            "⟧",
            "[",
            "]",
            "氏名",
            "1",
            "別表記",
            " ",
        ]
    ),
    st.text(max_size=5),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@given(TEXTS, st.lists(st.integers(0, 200), max_size=30))
@example("⟦氏名⟦氏名1⟧1⟧", [3, 5, 6])
@example("[[[氏名1]]]", [1, 2, 3, 8, 9])
def test_where_a_stream_is_cut_makes_no_difference(text, cuts):
    restored, restorer = in_pieces(text, cuts, conversation())
    assert restored == restore(text, conversation())
    assert restorer.unknown == unknown_placeholders(text, conversation())


@given(TEXTS)
def test_one_character_at_a_time_makes_none_either_and_little_is_held(text):
    restorer = Restorer(conversation())
    given_, longest = "", restorer._placeholders.grammar.longest
    for place, char in enumerate(text, 1):
        given_ += restorer.feed(char)
        assert len(restorer._held) <= longest
        assert restore(text[:place], conversation()).startswith(given_)
    assert given_ + restorer.close() == restore(text, conversation())
