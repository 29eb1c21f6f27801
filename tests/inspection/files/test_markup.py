"""HTML: what people and programs see of it, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.files import extract
from tests.inspection.files.making import shown

PAGE = """<!DOCTYPE html>
<html><head><title>お知らせ</title><style>p { color: red }</style></head>
<body>
<p>山<b>田</b>太郎 &amp; &#x4F50;藤<br>次の行</p>
<!-- 担当は鈴木 -->
<table><tr><th>氏名</th><th>住所</th></tr>
<tr><td>佐藤<br>花子</td><td></td><td>大阪</td></tr></table>
<a href="mailto:yamada@example.jp">連絡</a><script>var key = "abc";</script>
"""


def test_it_works() -> None:
    document = extract(PAGE.encode(), "a.html")
    assert document.kind == "html"
    assert shown(document) == [
        ("2行目", "お知らせ"),
        ("4行目", "山田太郎 & 佐藤"),
        ("4行目", "次の行"),
        ("5行目", "担当は鈴木"),
        ("6行目", "氏名"),
        ("6行目", "住所"),
        ("7行目", "佐藤 花子"),
        ("7行目", "大阪"),
        ("8行目", "mailto:yamada@example.jp"),
        ("8行目", "連絡"),
        ("8行目", 'var key = "abc";'),
    ]
    assert "佐藤 花子\t\t大阪" in document.text


def test_the_content_is_html_whatever_the_name() -> None:
    document = extract(b"<html><table><tr><td>1<td>2</table>", "\u540d\u7c3f.xls")
    assert document.kind == "html"
    assert document.text == "1\t2"
    assert "HTML" in document.notes[0].ja


@pytest.mark.parametrize(
    "data",
    [b"<!--" * 400_000, b"<a " * 600_000, b'<a href="' * 200_000, b"<a " + b'href=" ' * 200_000 + b">",
     b"<a href" + b" " * 1_500_000 + b">", b"<script>" * 200_000, b"&#" + b"9" * 1_500_000, b"<" * 1_900_000],
)  # fmt: skip
def test_hostile_html_takes_no_longer(data: bytes) -> None:
    start = time.process_time()
    extract(b"<html>" + data, "a.html")
    assert time.process_time() - start < 8


@given(st.text(alphabet="<>/!-ab td\"'=&#;\n\u5c71", max_size=200))
def test_any_markup(text: str) -> None:
    extract(b"<html>" + text.encode(), "a.html")
