"""How pieces are joined."""

from __future__ import annotations

from kijun.inspection.files import FileLimits, Part, Place
from kijun.inspection.files.collect import Collector, one_cell, shortened
from kijun.inspection.files.limits import Budget


def collector() -> Collector:
    return Collector(Budget(FileLimits()))


def test_pieces_lie_where_they_say() -> None:
    out = collector()
    out.add("山田", Place("line", 1))
    out.add(" ", Place("line", 2))
    out.row([(1, "a", Place("line", 3)), (3, "b", Place("line", 3))])
    document = out.document("text")
    assert document.text == "山田\na\t\tb"
    assert [document.text[piece.start : piece.end] for piece in document.pieces] == ["山田", "a", "b"]


def test_the_first_row_keeps_its_distance_from_the_left_like_the_others() -> None:
    out = collector()
    out.row([(2, "氏名", Place("line", 1))])
    out.row([(2, "山田", Place("line", 2))])
    assert out.document("csv").text == "\t氏名\n\t山田"


def test_lines_keep_one_blank_line_and_their_numbers() -> None:
    out = collector()
    out.lines("a\r\n\r\n\r\n\rb\n", Place("line"))
    document = out.document("text")
    assert document.text == "a\n\nb"
    assert [piece.place.number for piece in document.pieces] == [1, 5]


def test_what_is_inside_is_marked() -> None:
    out = collector()
    with out.inside("a\nb.docx"):
        out.add("x", Place("line", 1))
        out.note("注", "note")
    out.add("y", Place("line", 1))
    document = out.document("eml")
    assert [piece.place.within for piece in document.pieces] == [("a b.docx",), ()]
    assert document.notes[0].ja == "添付「a b.docx」: 注"


def test_an_author_is_named_once() -> None:
    out = collector()
    for _ in range(3):
        out.add("山田", Place("part", part=Part.AUTHOR))
    assert out.document("docx").text == "山田"


def test_notes_do_not_grow_without_end() -> None:
    out = collector()
    for number in range(200):
        out.note(str(number), str(number))
    assert len(out.document("eml").notes) == 50


def test_names_and_cells() -> None:
    assert len(shortened("あ" * 500)) == 120
    assert one_cell("山田\r\n太郎\n") == "山田 太郎"
    assert one_cell("a\tb") == "a b"
