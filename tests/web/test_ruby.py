"""Readings over kanji on finished pages."""

from __future__ import annotations

import pytest

from kijun.web import ruby


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("<p>町《まち》のAI</p>", "<p><ruby>町<rt>まち</rt></ruby>のAI</p>"),
        (
            "<p>65歳《さい》以上《いじょう》</p>",
            "<p>65<ruby>歳<rt>さい</rt></ruby><ruby>以上<rt>いじょう</rt></ruby></p>",
        ),
        ('<a title="町《まち》">町</a>', '<a title="町">町</a>'),
        ("<title>町《まち》</title>", "<title>町</title>"),
        ("<option value=1>町《まち》（3）</option>", "<option value=1>町（3）</option>"),
        ("<textarea>町《まち》</textarea>", "<textarea>町</textarea>"),
        ("<p>《まち》</p>", "<p>《まち》</p>"),
        ("<p>町《&lt;b&gt;》</p>", "<p>町《&lt;b&gt;》</p>"),
        (
            "<p>2026年11月20日</p>",
            "<p>2026<ruby>年<rt>ねん</rt></ruby>11<ruby>月<rt>がつ</rt></ruby><ruby>20日<rt>はつか</rt></ruby></p>",
        ),
    ],
)
def test_annotate(page: str, wanted: str) -> None:
    assert ruby.annotate(page) == wanted


def test_without() -> None:
    assert ruby.without("町《まち》のAI《x》") == "町のAI《x》"
