import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.placeholder_grammar import Body, body_of, grammar, parse_body

GRAMMAR = grammar(["氏名", "住所", "IPアドレス"])
FORMS = [
    "⟦氏名1⟧",
    "⟦ 氏名１ ⟧",
    "⟦氏名 12⟧",
    "⟦　氏名　1　⟧",
    "〚氏名1〛",
    "[[氏名1]]",
    "［［住所１］］",
    "⟦ＩＰアドレス1⟧",
    "⟦氏名1別表記2⟧",
    "⟦ 氏名 1 別表記 ２ ]]",
    "⟦氏名１（別表記2）⟧",
    "⟦氏名1さん⟧",
    "⟦氏名 No. 1⟧",
    "⟦IP アドレス1⟧",
    "⟦氏名1\u200d⟧",
    "\\[\\[氏名1\\]\\]",
    "⟦氏名01⟧",
    "〚 IP アドレス 番号 1 （ 別表記 2 ） 先生 〛",
    "〖氏名1〗",
    "⟦**氏名1**⟧",
    "⟦`氏名1`⟧",
    "⟦氏名①⟧",
    "⟦氏名⑫⟧",
    "⟦氏名一⟧",
    "⟦氏名二十一⟧",
    "⟦氏名十⟧",
    "⟦氏名一〇⟧",
    "⟦氏名1\n⟧",
    "⟦\n氏名\n1⟧",
    "\\u27e6氏名1\\u27E7",
    "&#10214;氏名1&#10215;",
    "&#x27E6;氏名1さん&#x27e7;",
]


@pytest.mark.parametrize("text", FORMS)
def test_what_counts_as_a_placeholder(text):
    assert GRAMMAR.whole.fullmatch(text)


@pytest.mark.parametrize(
    "text",
    [
        "[氏名1]",
        "〔氏名1〕",
        "【氏名1】",
        "［氏名1］",
        "氏名1",
        "⟦氏名⟧",
        "⟦氏名1",
        "氏名1⟧",
        "⟦電話1⟧",
        "⟦氏名1234567⟧",
        "⟦氏名壱⟧",
        "⟦氏\n名1⟧",
        "⟦Name1⟧",
        "%E2%9F%A6氏名1%E2%9F%A7",
        "⟦     氏名1⟧",
        "⟦⟦氏名⟧1⟧",
        "⟦氏名1別表記⟧",
    ],
)
def test_what_does_not(text):
    assert not GRAMMAR.whole.search(text)


def test_every_form_has_one_name():
    names = [body_of(match) for text in FORMS if (match := GRAMMAR.whole.fullmatch(text))]
    assert names == [
        "氏名1", "氏名1", "氏名12", "氏名1", "氏名1", "氏名1", "住所1", "IPアドレス1", "氏名1別表記2", "氏名1別表記2",
        "氏名1別表記2", "氏名1", "氏名1", "IPアドレス1", "氏名1", "氏名1", "氏名1", "IPアドレス1別表記2",
        "氏名1", "氏名1", "氏名1", "氏名1", "氏名12", "氏名1", "氏名21", "氏名10", "氏名10", "氏名1", "氏名1", "氏名1", "氏名1", "氏名1",
    ]  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_every_beginning_of_one_is_held_and_the_whole_is_not(text):
    for end in range(1, len(text)):
        assert GRAMMAR.held_from(f"前{text[:end]}") == 1
    assert GRAMMAR.held_from(text) == len(text)


@pytest.mark.parametrize(
    "text",
    ["⟦山", "⟦氏1", "⟦氏名⟧", "[[1, 2", "[0", "⟦氏名1234567", "⟦氏名1⟦x", "⟦氏名1]x", "⟦     ", "⟦氏名1別2"],
)
def test_what_can_no_longer_become_one_is_not_held(text):
    assert GRAMMAR.held_from(text) == len(text)


def test_the_last_of_several_openings_is_held():
    assert GRAMMAR.held_from("⟦氏名⟦氏") == 3
    assert GRAMMAR.held_from("[[[") == 1


@given(
    st.text(alphabet="⟦⟧[]［］〚〛\\氏名住所IPＩアドレス1２別表記（）No.さん様 　x", max_size=40),
    st.integers(0, 40),
)
def test_a_placeholder_is_held_wherever_it_is_cut(text, at):
    at = min(at, len(text))
    cut_through = [m.start() for m in GRAMMAR.whole.finditer(text) if m.start() < at < m.end()]
    assert GRAMMAR.held_from(text[:at]) <= min(cut_through, default=at)


@pytest.mark.parametrize("body", [Body("氏名", 1), Body("氏名", 10, 2), Body("A1B", 3)])
def test_a_body_is_read_as_it_is_written(body):
    assert parse_body(str(body)) == body


@pytest.mark.parametrize(
    "text", ["", "氏名", "1", "氏名01", "氏名1別表記1", "氏 名1", "⟦氏名1⟧", "氏名1234567"]
)
def test_what_is_no_body(text):
    assert parse_body(text) is None
