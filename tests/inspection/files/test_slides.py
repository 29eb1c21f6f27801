"""Slides in the order people see them."""

from __future__ import annotations

from kijun.inspection.files import extract
from tests.inspection.files.making import pptx, relations, shown, slide

TABLE = (
    "<a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>氏名</a:t></a:r></a:p></a:txBody></a:tc>"
    "<a:tc><a:txBody><a:p><a:r><a:t>住所</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl>"
)


def test_it_works() -> None:
    document = extract(
        pptx(slide("最初", "山田太郎"), slide("次", extra=TABLE), slide("隠れた", show="0")), "a.pptx"
    )
    assert document.kind == "pptx"
    assert document.text == "最初\n山田太郎\n次\n氏名\t住所\n隠れた"
    assert [place for place, _ in shown(document)] == [
        "スライド1",
        "スライド1",
        "スライド2",
        "スライド2",
        "スライド2",
        "スライド3",
    ]
    assert "非表示のスライドが1枚" in document.notes[0].ja


def test_notes_comments_masters_and_slides_that_nothing_leads_to() -> None:
    body = '<a:p xmlns:a="a"><a:r><a:t>{}</a:t></a:r></a:p>'
    document = extract(
        pptx(
            slide("表紙"),
            more={
                "ppt/slides/_rels/slide1.xml.rels": relations(
                    ("notesSlide", "../notesSlides/notesSlide1.xml"),
                    ("comments", "../comments/comment1.xml"),
                    ("slideLayout", "../slideLayouts/slideLayout1.xml"),
                ),
                "ppt/notesSlides/notesSlide1.xml": f"<n>{body.format('読み上げる')}</n>",
                "ppt/comments/comment1.xml": "<cmLst><cm><text>直して</text></cm></cmLst>",
                "ppt/slideLayouts/slideLayout1.xml": f"<l><sp><ph/>{body.format('タイトルを入力')}</sp><sp>{body.format('部外秘')}</sp></l>",
                "ppt/slideLayouts/_rels/slideLayout1.xml.rels": relations(
                    ("slideMaster", "../slideMasters/m.xml")
                ),
                "ppt/slideMasters/m.xml": f"<l><sp>{body.format('みちしるべ市')}</sp></l>",
                "ppt/slides/slide9.xml": slide("消したつもり"),
            },
        ),
        "",
    )
    assert shown(document) == [
        ("スライド1", "表紙"),
        ("スライド1のノート", "読み上げる"),
        ("スライド1のコメント", "直して"),
        ("スライドマスター", "部外秘"),
        ("スライドマスター", "みちしるべ市"),
        ("画面に出ないデータ", "消したつもり"),
    ]
