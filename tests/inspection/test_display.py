"""Findings as people see them: marks that nest, whatever overlaps, and a summary."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection import Finding, Inspection, Kind, Target, Words
from kijun.inspection.display import marked, safe, summary
from kijun.inspection.files import Document, Piece, Place
from kijun.inspection.sources import Seen

TEXT = "申請者は山田太郎さんです"


def finding(type: str, start: int, end: int, kind: Kind = Kind.DATA) -> Finding:
    return Finding(kind, type, start, end, 0.9, "rule", why=Words("だから。", "because."))


def seen(*findings: Finding, text: str = TEXT) -> Seen:
    document = Document(text, (Piece(0, len(text), Place("line", 1)),), "text")
    return Seen("a.txt", document, Inspection(text, findings))


PERSON = finding("PERSON", 4, 8)
WHOLE = finding("instruction_override", 0, 12, Kind.ATTACK)


@pytest.mark.parametrize(
    ("findings", "shown"),
    [
        ((), TEXT),
        ((PERSON,), "申請者は[氏名:山田太郎]さんです"),
        ((PERSON, WHOLE), "[指示の上書き:申請者は[氏名:山田太郎]さんです]"),
        (
            (PERSON, finding("abuse", 6, 10, Kind.EXPRESSION)),
            "申請者は[氏名:山田[攻撃的・侮辱的な表現:太郎]][攻撃的・侮辱的な表現:さん]です",
        ),
        ((PERSON, finding("PHONE", 8, 12)), "申請者は[氏名:山田太郎][電話番号:さんです]"),
        ((finding("PERSON", 4, 4),), TEXT),
        ((finding("OTHER", 0, 3),), "[OTHER:申請者]は山田太郎さんです"),
    ],
)
def test_marks_nest(findings: tuple[Finding, ...], shown: str) -> None:
    assert marked(Inspection(TEXT, findings), "ja", colour=False) == shown


def test_the_innermost_finding_gives_the_colour_line_by_line() -> None:
    text = "申請者は山田\n太郎さんです"
    shown = marked(Inspection(text, (WHOLE, finding("PERSON", 4, 9))), "en", colour=True)
    assert shown == (
        "\x1b[97;41m申請者は\x1b[0m\x1b[36m山田\x1b[0m\n\x1b[36m太郎\x1b[0m\x1b[97;41mさんで\x1b[0mす"
    )


PLACES = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(sorted)


@given(st.lists(PLACES, max_size=6))
def test_without_its_marks_the_text_is_the_text(places: list[list[int]]) -> None:
    findings = tuple(finding("PERSON", start, end) for start, end in places)
    shown = marked(Inspection(TEXT, findings), "ja", colour=False)
    assert shown.replace("[氏名:", "").replace("]", "") == TEXT
    assert shown.count("[") == shown.count("]")


def test_a_text_is_shown_safely() -> None:
    assert safe("a\r\nb\rc\td\x1b[0m\x9b\u202e") == "a\nb␍c\td␛[0m��"


def test_the_summary_counts_by_type_and_says_where_and_why() -> None:
    about = replace(
        finding("discrimination", 0, 3, Kind.EXPRESSION), target=Target.DISABILITY, refs=("LLM01:2025",)
    )
    lines = list(summary(seen(PERSON, about), "ja", colour=False))
    assert lines == [
        "見つかったもの：2件",
        "  氏名 1件（1行目）",
        "  差別的な表現 1件（1行目）",
        "  差別的な表現［対象：障害］（1行目）：だから。",
        "    規則 rule LLM01:2025",
    ]
    assert list(summary(seen(about), "en", colour=False))[2:] == [
        "  Discriminatory expression [about: disability] (line 1): because.",
        "    rule rule LLM01:2025",
    ]
    assert list(summary(seen(), "en", colour=False)) == ["Nothing was found."]


def test_many_places_are_not_all_listed() -> None:
    text = "山田\n" * 12
    pieces = tuple(Piece(at * 3, at * 3 + 2, Place("line", at + 1)) for at in range(12))
    findings = tuple(finding("PERSON", piece.start, piece.end) for piece in pieces)
    many = Seen("a", Document(text, pieces, "text"), Inspection(text, findings))
    line = list(summary(many, "ja", colour=False))[1]
    assert line.startswith("  氏名 12件（1行目、2行目、")
    assert line.endswith("8行目、ほか4か所）")


def test_what_could_not_be_read_is_told() -> None:
    document = Document(TEXT, (), "docx", (Words("図があります。\x1b", "a picture"),), 2)
    lines = list(summary(Seen("a", document, Inspection(TEXT, ())), "ja", colour=False))
    assert lines[1:] == ["  読み取れなかった部分：2か所", "  図があります。␛"]
