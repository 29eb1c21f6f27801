from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection import Finding, Inspection, Inspector, Kind
from kijun.inspection.again import found_again, found_everywhere
from kijun.inspection.masking import redact

INSPECTOR = Inspector()


def finding(start: int, end: int, type: str) -> Finding:
    return Finding(Kind.DATA, type, start, end, 0.9, "test")


def values(inspection: Inspection, type: str = "PERSON") -> list[str]:
    return [one.of(inspection.text) for one in inspection.data if one.type == type]


def again(*texts: str) -> list[Inspection]:
    return found_again([INSPECTOR.inspect(text) for text in texts])


def test_a_name_that_was_found_in_one_message_is_found_in_the_next() -> None:
    first, second = again("佐野さんから電話がありました。", "佐野の住所を調べて、佐野へ返信する。")
    assert values(first) == ["佐野"]
    assert values(second) == ["佐野", "佐野"]


def test_a_number_that_its_label_gave_away_is_found_without_it() -> None:
    _, second = again("口座番号は7654321です。", "7654321で合っていますか。")
    assert values(second, "BANK_ACCOUNT") == ["7654321"]


def test_what_nothing_comes_to_is_given_back_as_it_is() -> None:
    given_ = [INSPECTOR.inspect("佐野さんから電話がありました。"), INSPECTOR.inspect("ごみの分別を教えて。")]
    assert found_again(given_)[1] is given_[1]
    assert found_again([]) == []


@pytest.mark.parametrize(
    ("told", "other"),
    [
        ("佐野さんから電話", "佐野市の人口"),  # a part of a longer word
        ("佐野さんから電話", "小佐野の件"),
        ("山田さんは35歳です", "35歳以上の方へ"),  # an age is not one person's
        ("Dear Mei, thank you.", "Mei 3, 2026"),  # a short name is a word as well
        ("田中さんは糖尿病です", "糖尿病の予防"),
        ("口座番号は7654321です。", "受付番号987654321"),
        ("パスワードはhunter2024です", "hunter20245"),
    ],
)
def test_the_same_characters_elsewhere_may_be_nobodys(told: str, other: str) -> None:
    before = INSPECTOR.inspect(other)
    assert again(told, other)[1] == before


def test_a_full_name_is_found_inside_a_run_of_kanji() -> None:
    text = "昨日鈴木一郎宅"
    second = found_again([Inspection("鈴木一郎", (finding(0, 4, "PERSON"),)), Inspection(text, ())])[1]
    assert values(second) == ["鈴木一郎"]


@given(
    st.lists(st.text(alphabet="山田太郎1a ", max_size=20), max_size=4), st.integers(0, 10), st.integers(2, 9)
)
def test_findings_never_overlap_and_are_in_order(texts: list[str], start: int, length: int) -> None:
    whole = "山田太郎1a山田太郎1a山田"
    one = finding(start, min(len(whole), start + length), "PERSON")
    for inspection in found_again([Inspection(whole, (one,)), *(Inspection(text, ()) for text in texts)]):
        places = [(each.start, each.end) for each in inspection.data]
        assert places == sorted(places)
        assert all(first[1] <= second[0] for first, second in pairwise(places))


def test_lone_surrogates_do_no_harm() -> None:
    _, second = again("佐野さんから電話", "佐野\ud800の住所、\udc00佐野")
    assert [(one.start, one.end) for one in second.data if one.type == "PERSON"] == [(0, 2), (8, 10)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("別表山田　太郎山田太郎さん", ["山田　太郎", "山田太郎"]),
        ("別表山田 太郎山田太郎さん", ["山田 太郎", "山田太郎"]),
        ("ﾔﾏﾀﾞ ﾀﾛｳﾔﾏﾀﾞ ﾀﾛｳ", ["ﾔﾏﾀﾞ ﾀﾛｳ", "ﾔﾏﾀﾞ ﾀﾛｳ"]),
        ("山田　太郎山田　太郎", ["山田　太郎", "山田　太郎"]),
    ],
)
def test_a_full_name_that_is_hidden_in_one_place_of_a_text_is_hidden_in_all(
    text: str, names: list[str]
) -> None:
    inspection = INSPECTOR.inspect(text)
    assert values(inspection) == names
    hidden = redact(inspection)
    assert redact(INSPECTOR.inspect(hidden)) == hidden


def test_in_one_text_a_short_name_says_nothing_of_the_same_characters_elsewhere() -> None:
    text = "国立さんが来た。国立の図書館。"
    short = Inspection(text, (finding(0, 2, "PERSON"),))
    assert found_everywhere(short) is short
    for word in ("April", "ローズマリー"):
        one = Inspection(f"{word}さん、{word}の香り。", (finding(0, len(word), "PERSON"),))
        assert found_everywhere(one) is one
    assert found_everywhere(Inspection(text, ())).findings == ()


def test_a_number_that_its_label_gives_away_is_found_without_it_in_the_same_text() -> None:
    text = "宛名番号は0004172935です。受付番号 0004172935 とは別に管理する。"
    whole = found_everywhere(Inspection(text, (finding(5, 15, "LOCAL_ID"),)))
    assert values(whole, "LOCAL_ID") == ["0004172935", "0004172935"]
