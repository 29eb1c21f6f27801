"""What stands around a value, as short features that can never give the value away."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.inspection.context import around, char_class, cues
from kijun.inspection.scene import Candidate
from tests.inspection.scenes import scene


def told(text: str, value: str, people: str = "") -> set[str]:
    seen = scene(text)
    if people:
        start = seen.text.index(people)
        seen.add([Candidate("PERSON", start, start + len(people), 0.9, "test")])
    start = seen.text.index(value)
    return set(around(seen, start, start + len(value), seen.label(start)))


def test_it_works() -> None:
    assert told("本人の携帯は090-1234-5678です", "090-1234-5678") >= {
        "b",
        "l1=は",
        "l3=携帯は",
        "r1=で",
        "L=hira",
        "R=hira",
        "label=PHONE",
        "tight=PHONE",
        "personal<=携帯",
        "personal<0",
        "office#0",
        "people#0",
    }


def test_labels_are_tight_loose_or_heads() -> None:
    number = "090-1234-5678"
    assert "tight=PHONE" in told(f"電話：{number}", number)
    assert "loose=PHONE" in told(f"電話番号は変更のため{number}", number)
    assert "head=PHONE" in told(f"氏名,電話番号,備考\n山田,{number},なし\n", number)
    assert "label=" in told(f"書類{number}", number)


def test_whose_it_seems_to_be() -> None:
    number = "03-1234-5678"
    office = told(f"市民課の窓口は{number}", number)
    assert "office<=窓口" in office
    assert "personal#0" in office
    assert "office>係" in told(f"{number}係", number)


def test_people_in_the_line_and_right_before() -> None:
    number = "090-1234-5678"
    assert told(f"山田（{number}）", number, "山田") >= {"people#1", "people/1", "after=beside"}
    assert told(f"山田の家は北、{number}", number, "山田") >= {"people#1", "after=line"}
    assert told(f"山田\n{number}", number, "山田") >= {"people#0", "people/1", "after=beside"}
    assert told(f"山田{'あ' * 90}{number}", number, "山田") >= {"after=far"}
    assert told(f"{number} 山田", number, "山田") >= {"people#1", "after=no"}


@pytest.mark.parametrize(
    ("char", "kind"),
    [
        ("", "edge"),
        (" ", "space"),
        ("\n", "space"),
        ("5", "digit"),
        ("a", "letter"),
        ("(", "("),
        ("あ", "hira"),
        ("ア", "kata"),
        ("ー", "kata"),
        ("山", "kanji"),
        ("々", "kanji"),
        ("𠀀", "kanji"),
        ("、", "mark"),
        ("�", "mark"),
    ],
)
def test_kinds_of_characters(char: str, kind: str) -> None:
    assert char_class(char) == kind


@settings(max_examples=60)
@given(st.text(max_size=30), st.text("0123456789-", min_size=8, max_size=12), st.text(max_size=30))
def test_no_feature_holds_the_value(before: str, value: str, after: str) -> None:
    seen = scene(f"{before}、{value}、{after}")
    start = seen.text.index("、" + value) + 1
    features = around(seen, start, start + len(value), seen.label(start))
    assert not any(value in feature for feature in features)
    assert all(len(feature.partition("=")[2]) <= 20 for feature in features)
    line = seen.line(start)
    assert set(cues(seen, start, start + len(value), *line)) <= set(features)
