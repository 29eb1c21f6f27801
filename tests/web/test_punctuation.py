"""Marks between words follow the reader's language."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation

from kijun.web.punctuation import bracketed, labelled, listed, mark


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ja", "職員、上長|福祉課（03）|期限：3月|）："),
        ("ja-easy", "職員、上長|福祉課（03）|期限：3月|）："),
        ("en", "職員, 上長|福祉課 (03)|期限: 3月|): "),
    ],
)
def test_marks_follow_the_language(language: str, expected: str) -> None:
    with translation.override(language):
        words = [
            listed(["職員", "上長"]),
            bracketed("福祉課", "03"),
            labelled("期限", "3月"),
            mark("）："),
        ]
        assert "|".join(words) == expected


def test_templates_write_the_same_marks() -> None:
    page = Template('{{ names|listed }}{% mark "（" %}{{ inside }}{% mark "）" %}')
    with translation.override("en"):
        assert page.render(Context({"names": ["a", "<b>"], "inside": "&"})) == "a, &lt;b&gt; (&amp;)"
