import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kijun.inspection.masking import Treatment, mask, partial, redact, treat
from kijun.inspection.model import Finding, Inspection, RuleError
from kijun.inspection.placeholders import Placeholders
from kijun.inspection.restoring import restore
from kijun.inspection.vocabulary import DataType, Kind
from tests.inspection.fakes import found, inspect

LETTER = found(
    "山田太郎様（090-1234-5678）より。山田太郎様は東京都新宿区西新宿2-8-1にお住まい。",
    ("PERSON", "山田太郎"),
    ("PHONE", "090-1234-5678"),
    ("PERSON", "山田太郎"),
    ("ADDRESS", "東京都新宿区西新宿2-8-1"),
)


def test_it_works():
    table = Placeholders()
    masked = mask(LETTER, table)
    assert masked == "⟦氏名1⟧様（⟦電話番号1⟧）より。⟦氏名1⟧様は⟦住所1⟧にお住まい。"
    assert restore(masked, table) == LETTER.text


def test_a_conversation_goes_on_with_the_same_names():
    table = Placeholders()
    mask(LETTER, table)
    assert (
        mask(found("佐藤花子と山田 太郎", ("PERSON", "佐藤花子"), ("PERSON", "山田 太郎")), table)
        == "⟦氏名2⟧と⟦氏名1別表記2⟧"
    )


def test_redaction_says_what_was_there_and_nothing_of_it():
    assert redact(LETTER) == "■氏名■様（■電話番号■）より。■氏名■様は■住所■にお住まい。"


def test_partial_display_is_for_those_who_know_it():
    assert partial(LETTER) == "山●●●様（090-****-5678）より。山●●●様は東京都新宿区●●●にお住まい。"


def test_only_some_types():
    assert mask(LETTER, Placeholders(), only={DataType.PHONE}) == LETTER.text.replace(
        "090-1234-5678", "⟦電話番号1⟧"
    )
    assert redact(LETTER, only=["PHONE"]) == LETTER.text.replace("090-1234-5678", "■電話番号■")
    assert partial(LETTER, only=["AGE"]) == LETTER.text


def test_one_type_may_be_named_alone():
    assert redact(LETTER, only="PHONE") == redact(LETTER, only=["PHONE"])
    assert mask(LETTER, Placeholders(), only="PHONE") == LETTER.text.replace("090-1234-5678", "⟦電話番号1⟧")


@pytest.mark.parametrize("only", ["PERSN", ["PERSN"], {"PERSON", "name"}, ""])
@pytest.mark.parametrize("how", [redact, partial, lambda text, only: mask(text, Placeholders(), only)])
def test_a_type_that_is_not_there_hides_nothing_silently(how, only):
    with pytest.raises(RuleError) as caught:
        how(LETTER, only)
    assert "no type" in caught.value.message.en
    assert "ありません" in caught.value.message.ja


def test_a_treatment_may_be_said_by_its_name_and_none_that_is_not_there():
    assert treat(LETTER, lambda one: "redact", Placeholders()) == redact(LETTER)
    with pytest.raises(ValueError, match="hide"):
        treat(LETTER, lambda one: "hide", Placeholders())


def test_attacks_and_expressions_are_masked_where_they_are_asked_for():
    inspection = inspect("この役立たず。山田太郎です。")
    assert mask(inspection, Placeholders()) == "この役立たず。⟦氏名1⟧です。"
    assert mask(inspection, Placeholders(), only={"abuse"}) == "この⟦攻撃的・侮辱的な表現1⟧。山田太郎です。"


def test_each_type_has_its_treatment():
    ways = {"PERSON": Treatment.MASK, "PHONE": Treatment.PARTIAL, "ADDRESS": Treatment.REDACT}
    treated = treat(LETTER, lambda one: ways.get(one.type), Placeholders())
    assert treated == "⟦氏名1⟧様（090-****-5678）より。⟦氏名1⟧様は■住所■にお住まい。"


def test_what_somebody_typed_is_never_taken_for_a_value():
    table = Placeholders()
    mask(LETTER, table)
    for typed in (
        "⟦氏名1⟧",
        "⟦ 氏名１ ⟧",
        "[[氏名1]]",
        "⟦氏名99⟧",
        "⟦文字列1⟧",
        "⟦⟦氏名1⟧⟧",
        "⟦氏名",
        "⟦氏名⟦氏名1⟧1⟧",
    ):
        masked = mask(Inspection(f"{typed}とは", ()), table)
        assert restore(masked, table) == f"{typed}とは"
        assert "山田" not in restore(masked, table)
    assert mask(Inspection("⟦氏名1⟧と⟦ 氏名１ ⟧", ()), table) == "⟦文字列1⟧と⟦文字列2⟧"


def test_a_value_that_looks_like_a_placeholder_comes_back_as_it_was():
    table = Placeholders()
    inspection = found("鍵は⟦氏名1⟧です。⟦氏名1⟧", ("SECRET", "⟦氏名1⟧"))
    assert mask(inspection, table) == "鍵は⟦認証情報1⟧です。⟦文字列1⟧"
    assert restore(mask(inspection, table), table) == inspection.text


def test_in_an_answer_placeholders_stand_for_what_they_were_given_for():
    table = Placeholders()
    mask(LETTER, table)
    answer = found("⟦氏名1⟧様、担当の鈴木です。⟦氏名9⟧様は不明です。", ("PERSON", "鈴木"))
    masked = mask(answer, table, answer=True)
    assert masked == "⟦氏名1⟧様、担当の⟦氏名2⟧です。⟦文字列1⟧様は不明です。"
    assert restore(masked, table) == "山田太郎様、担当の鈴木です。⟦氏名9⟧様は不明です。"


def test_a_finding_never_cuts_a_placeholder_of_an_answer():
    table = Placeholders()
    mask(LETTER, table)
    answer = found("住所は⟦住所1⟧ 3号室、氏名は⟦氏名1⟧。", ("ADDRESS", "1⟧ 3号室"), ("PERSON", "氏名1"))
    masked = mask(answer, table, answer=True)
    assert masked == "住所は⟦住所2⟧、氏名は⟦氏名1⟧。"
    assert restore(masked, table) == "住所は東京都新宿区西新宿2-8-1 3号室、氏名は山田太郎。"


def test_findings_that_overlap_hide_all_that_either_covers():
    spans = [(Kind.ATTACK, "indirect", 0, 6), (Kind.DATA, "PERSON", 4, 8), (Kind.DATA, "AGE", 1, 3)]
    inspection = Inspection(
        "あいうえおかきくけ", tuple(Finding(k, t, s, e, 1, "test") for k, t, s, e in spans)
    )
    assert redact(inspection, only={"indirect", "PERSON", "AGE"}) == "■文書に埋め込まれた指示■■氏名■け"


@pytest.mark.parametrize("text", ["", "山", "\ud800", "𠮷" * 3, "\x00"])
def test_any_text_without_findings_stays_as_it_is(text):
    empty = Inspection(text, ())
    assert mask(empty, Placeholders()) == redact(empty) == partial(empty) == text


TYPED = [
    "⟦氏名1⟧",
    "⟦ 氏名１ ⟧",
    "[[氏名2]]",
    "⟦文字列1⟧",
    "⟦氏名1別表記2⟧",
    "⟦",
    "⟧",
    "[",
    "]",
    "氏名1",
    "山田太郎",
    "山田 太郎",
    "03-1234-5678",
]
TEXTS = st.lists(st.one_of(st.sampled_from(TYPED), st.text(max_size=6)), max_size=10).map("".join)


@st.composite
def inspections(draw: st.DrawFn) -> Inspection:
    """Any text with any spans that do not overlap."""
    text = draw(TEXTS)
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    types = st.sampled_from(["PERSON", "PHONE", "SECRET", "OTHER"])
    pairs = zip(places[::2], places[1::2], strict=False)
    return Inspection(
        text, tuple(Finding(Kind.DATA, draw(types), start, end, 1, "test") for start, end in pairs)
    )


@given(st.lists(inspections(), min_size=1, max_size=4))
@example([found("⟦氏名1⟧", ("PERSON", "氏名")), Inspection("⟦氏名1⟧", ())])
def test_what_was_masked_comes_back_exactly_whatever_it_was(conversation):
    table = Placeholders()
    masked = [mask(one, table) for one in conversation]
    again = Placeholders.from_dict(table.to_dict())
    assert [restore(one, again) for one in masked] == [one.text for one in conversation]


@given(inspections(), inspections())
def test_an_answer_reads_the_same_masked_or_not(question, answer):
    table = Placeholders()
    mask(question, table)
    expected = restore(answer.text, table)
    assert restore(mask(answer, table, answer=True), table) == expected


@given(inspections())
def test_no_value_is_left_in_what_was_redacted(inspection):
    values = "".join(one.of(inspection.text) for one in inspection)
    left = redact(inspection)
    assert len(left) - sum(len(f"■{one.label.ja}■") for one in inspection) == len(inspection.text) - len(
        values
    )
