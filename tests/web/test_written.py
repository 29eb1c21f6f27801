"""What an AI wrote in Markdown becomes headings, lists and tables of a document; what a person typed comes out as typed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.web import papers, written
from kijun.web.written import Span, Written, answer, read, under, words

ANSWER = """# 手続のご案内

**期限**は[1]までです。くわしくは[市の案内](https://example.jp/a)へ。
　字下げの行

1. 申請書
   - 印鑑
2. 本人確認書類

| 区分 | 日数 |
|---|---:|
| 新規 | 14日 |

> 引用です

```
x  = 1
```
"""


def word(one: Written) -> Any:
    """The Word document as another program opens it."""
    from docx import Document

    made = papers.new_word("件名", "市")
    made.add_heading("件名", level=1)
    papers.add_blocks(made, under(one.blocks, 2))
    return Document(io.BytesIO(papers.bytes_of(made)))


def pdf(one: Written) -> str:
    """The words of the PDF, without line ends and blanks."""
    from pypdf import PdfReader

    data = {
        "title": "件名",
        "town": "市",
        "language": "ja",
        "text": written.as_data(under(one.blocks, 2)),
        "blocks": [],
    }
    template = papers.ROOT / "governance" / "reviews" / "exports" / "text.typ"
    content = papers.typeset(template, data)
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).translate(
        {ord(one): None for one in "\n "}
    )


def test_it_works() -> None:
    made = answer(ANSWER).blocks
    assert [one.kind for one in made] == ["heading", "paragraph", "numbers", "table", "quote", "code"]
    assert words(made[0].spans) == "手続のご案内"
    assert made[1].spans[0] == Span("期限", bold=True)
    assert Span("https://example.jp/a", address="https://example.jp/a") in made[1].spans
    assert "　字下げの行" in words(made[1].spans)
    assert [[one.kind for one in item] for item in made[2].items] == [["paragraph", "items"], ["paragraph"]]
    assert [[words(cell) for cell in row] for row in made[3].rows] == [["区分", "日数"], ["新規", "14日"]]
    assert made[3].right == (False, True)
    assert made[5].spans == (Span("x  = 1"),)


def test_word() -> None:
    made = word(answer(ANSWER))
    styles = {one.text: one.style.name for one in made.paragraphs}
    assert styles["手続のご案内"] == "Heading 2"
    assert styles["申請書"] == "List Number"
    assert styles["印鑑"] == "List Bullet 2"
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [
        ["区分", "日数"],
        ["新規", "14日"],
    ]
    bold = [run.text for one in made.paragraphs for run in one.runs if run.bold]
    assert bold == ["期限"]
    text = "\n".join(one.text for one in made.paragraphs)
    assert "市の案内（https://example.jp/a）" in text
    assert "[1]" in text
    assert not set("#*|`>") & set(text)


def test_every_list_in_word_counts_for_itself() -> None:
    made = word(answer("1. あ\n2. い\n\n段落\n\n1. う\n\n段落\n\n5. え"))
    numbers = [one._p.pPr.numPr.numId.val for one in made.paragraphs if one.style.name == "List Number"]
    assert len(numbers) == 4
    assert len(set(numbers)) == 3
    numbering = made.part.numbering_part.element
    starts = [
        numbering.num_having_numId(one).lvlOverride_lst[0].startOverride.val for one in dict.fromkeys(numbers)
    ]
    assert starts == [1, 1, 5]


def test_pdf() -> None:
    text = pdf(answer(ANSWER))
    for one in ("手続のご案内", "期限は[1]までです。", "申請書", "印鑑", "新規", "14", "引用です", "x  = 1"):
        assert one.replace(" ", "") in text, one
    assert not set("#*|`>") & set(text)


def test_plain_text_is_without_marks() -> None:
    assert answer(ANSWER).plain == (
        "手続のご案内\n\n期限は[1]までです。くわしくは市の案内（https://example.jp/a）へ。\n　字下げの行\n\n"
        "1. 申請書\n　・印鑑\n2. 本人確認書類\n\n区分\t日数\n新規\t14日\n\n> 引用です\n\nx  = 1"
    )


def test_a_page_has_it_too() -> None:
    page = BeautifulSoup(answer(ANSWER).html_under(2), "html.parser")
    assert [one.get_text() for one in page.find_all("h2")] == ["手続のご案内"]


# --- what a person typed -----------------------------------------------------------------------

TYPED = """1. 序論
 本文です。
* 注記
# 3番窓口
2026. 4月から | 5月まで
C:\\_temp &amp; 2 * 3 * 4 = 24

　字下げの段落
- 以上"""


def test_what_was_typed_stays_as_typed() -> None:
    made = read(TYPED, "AIの回答に記号はありません。")
    assert made.marks == frozenset()
    assert made.plain == TYPED
    assert "\n\n".join(words(one.spans) for one in made.blocks) == TYPED
    assert "\n\n".join(one.text for one in word(made).paragraphs[1:]) == TYPED
    assert BeautifulSoup(made.html, "html.parser").get_text("\n").replace("\n\n\n", "\n\n") == TYPED


def test_only_marks_count_that_the_answer_has() -> None:
    source = "**期限**は3月です。\n\n- 印鑑\n- 申請書"
    made = read("**期限**は4月です。\n\n- 印鑑\n- 申請書\n\n1. 序論\n\n# 3番窓口\n\n* 注記 _x_ `y`", source)
    assert [one.kind for one in made.blocks] == ["paragraph", "items", "paragraph", "paragraph", "paragraph"]
    assert [words(one.spans) for one in made.blocks[2:]] == ["1. 序論", "# 3番窓口", "* 注記 _x_ `y`"]
    assert made.blocks[0].spans[0] == Span("期限", bold=True)


def test_who_takes_the_marks_out_gets_what_they_typed() -> None:
    text = "期限は4月です。\n  二行目\n\n\n三行目"
    assert read(text, "**期限**は3月です。").marks == frozenset()
    assert read(text, "**期限**は3月です。").plain == text


def test_an_answer_that_is_gone_leaves_marks_that_nobody_types_by_chance() -> None:
    made = read("## 案内\n\n**期限**\n\n- 印鑑\n\n1. 序論", None)
    assert [one.kind for one in made.blocks] == ["heading", "paragraph", "paragraph", "paragraph"]
    assert read("- 印鑑\n1. 序論", None).plain == "- 印鑑\n1. 序論"


# --- hostile -----------------------------------------------------------------------------------

HOSTILE = {
    "nesting": "> " * 60 + "本文",
    "lists": "\n".join("  " * n + f"- 項目{n}" for n in range(30)),
    "shallower": "\n".join("  " * n + f"- 項目{n}" for n in range(8)),
    "rows": "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 4_000 + "| 末 | 尾 |",
    "columns": f"|{'あ|' * 40}\n|{'---|' * 40}\n|{'い|' * 40}",
    "typst": '# #import "x"\n\n- #read("/etc/passwd") $x$ \\@label\n\n**#eval("1")** `#{1+1}` [a](http://x.jp/")',
    "xml": "# a\x00b\x0b\n\n- <w:p> &amp; ]]>\n\n**\ufffe**x",
    "empty": "#\n\n-\n\n>\n\n|a|\n|-|\n\n## \u200b\n\n末尾",
    "number": "999999999. あ",
    "levels": "###### 低い\n\n# 高い\n\n#### 飛ばす",
    "inside": "- # 見出し\n\n> ## 見出し",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_becomes_a_file(name: str) -> None:
    made = answer(HOSTILE[name])
    assert word(made).paragraphs
    assert pdf(made)


def test_nothing_is_read_as_code_of_the_typesetter() -> None:
    text = pdf(answer(HOSTILE["typst"]))
    assert '#read("/etc/passwd")' in text
    assert "#{1+1}" in text
    assert "root:" not in text


@pytest.mark.parametrize(("name", "last"), [("nesting", "本文"), ("lists", "項目29"), ("shallower", "項目7")])
def test_what_lies_deep_is_not_lost(name: str, last: str) -> None:
    made = answer(HOSTILE[name])
    assert last in made.plain
    assert last in made.html
    assert last in "".join(one.text for one in word(made).paragraphs)
    assert last in pdf(made)


def test_a_table_that_no_page_holds_is_set_as_lines() -> None:
    assert [one.kind for one in answer(HOSTILE["columns"]).blocks] == ["paragraph"]
    assert answer(HOSTILE["rows"]).plain.endswith("末　尾")


def test_no_heading_leaves_out_a_level() -> None:
    made = under(answer(HOSTILE["levels"]).blocks, 2)
    assert [one.level for one in made] == [2, 2, 3]
    inside = under(answer(HOSTILE["inside"]).blocks, 2)
    assert {one.kind for block in inside for item in block.items for one in item} == {"paragraph"}


def test_a_long_list_takes_no_minutes() -> None:
    """Each paragraph is appended, not looked for: ten thousand once took a minute and grew with the square."""
    made = papers.new_word("件名", "市")
    papers.add_blocks(made, answer("- あ\n" * 3_000).blocks)
    assert len(made.paragraphs) == 3_000


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="*_[]!<>#-\\\n 　「」あa1.:/\"'&", max_size=200))
def test_no_word_is_lost(text: str) -> None:
    """Without fences, links and tables (whose language, title and surplus cells a page does not show either)."""
    made = answer(text)
    in_word = "".join(one.text for one in word(made).paragraphs[1:])
    for one in "「」あa":
        assert made.plain.count(one) == text.count(one)
        assert in_word.count(one) == text.count(one)
