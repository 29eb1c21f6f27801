"""Places in words, and from a span to its place."""

from __future__ import annotations

import pytest

from kijun.inspection.files import Document, Part, Piece, Place


@pytest.mark.parametrize(
    ("place", "ja", "en"),
    [
        (Place("line", 12), "12行目", "line 12"),
        (Place("line", 4, column=2), "4行目 2列目", "line 4, column 2"),
        (Place("cell", name="名簿", cell="B3"), "シート「名簿」のB3", "sheet 名簿, B3"),
        (Place("cell", 2, line=3, column=1), "表2の3行目 1列目", "table 2, row 3, column 1"),
        (Place("page", 3, line=12), "3ページ 12行目", "page 3, line 12"),
        (Place("page", 3, part=Part.ANNOTATION), "3ページの注釈", "page 3, annotation"),
        (Place("slide", 2, part=Part.NOTES), "スライド2のノート", "slide 2, notes"),
        (Place("paragraph", 5), "段落5", "paragraph 5"),
        (Place("part", 2, part=Part.FOOTNOTE), "脚注2", "footnote 2"),
        (Place("part", line=3, part=Part.BODY), "本文 3行目", "body, line 3"),
        (Place("line", 4, within=("名簿.csv",)), "添付「名簿.csv」の4行目", "attachment 名簿.csv, line 4"),
        (
            Place("part", part=Part.SUBJECT, within=("a.eml", "b.eml")),
            "添付「a.eml」の添付「b.eml」の件名",
            "attachment a.eml, attachment b.eml, subject",
        ),
    ],
)
def test_words(place: Place, ja: str, en: str) -> None:
    assert place.words.ja == ja
    assert place.words.en == en


def test_every_part_has_words() -> None:
    for part in Part:
        words = Place("part", part=part).words
        assert words.ja
        assert words.en


@pytest.fixture
def document() -> Document:
    pieces = (Piece(0, 2, Place("line", 1)), Piece(4, 6, Place("line", 3)), Piece(6, 8, Place("line", 4)))
    return Document("山田\n\n佐藤鈴木", pieces, "text")


@pytest.mark.parametrize(
    ("start", "end", "line"),
    [(0, 2, 1), (1, 5, 1), (2, 3, 1), (3, 5, 3), (4, 4, 3), (5, 8, 3), (6, 8, 4), (99, 100, 4)],
)
def test_the_place_of_a_span_is_that_of_its_first_character(
    document: Document, start: int, end: int, line: int
) -> None:
    assert document.place_of(start, end).number == line


def test_a_file_without_text_still_has_a_place() -> None:
    assert Document("", (), "text").place_of(0, 0).words.ja == "ファイル"


def test_content_is_not_shown_when_a_document_is_printed() -> None:
    place = Place("cell", name="秘密の名簿", cell="A1", within=("秘密.eml",))
    assert "秘密" not in repr(Document("秘密", (Piece(0, 2, place),), "xlsx"))
    assert "秘密" not in repr(place)
