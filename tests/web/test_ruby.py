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
    """Brackets for browsers without ruby; a screen reader says each word once."""
    wanted = wanted.replace("<rt>", '<rp>（</rp><rt aria-hidden="true">').replace("</rt>", "</rt><rp>）</rp>")
    assert ruby.annotate(page) == wanted


def test_without() -> None:
    assert ruby.without("町《まち》のAI《x》") == "町のAI《x》"


def test_spoken() -> None:
    assert ruby.spoken("町《まち》のAI、介護《かいご》") == "まちのAI、かいご"


@pytest.mark.parametrize(
    ("name", "kana", "wanted"),
    [
        ("みちしるべ市", "ミチシルベシ", "みちしるべ市《し》"),
        ("横浜市", "ヨコハマシ", "横浜市《よこはまし》"),
        ("デジタル戦略室", "デジタルセンリャクシツ", "デジタル戦略室《せんりゃくしつ》"),
        ("いの町", "イノチョウ", "いの町《ちょう》"),
        ("横浜市", "", "横浜市"),
        ("みちしるべ市", "ベツノナマエ", "みちしるべ市"),
        ("みなと", "ミナト", "みなと"),
        ("", "", ""),
    ],
)
def test_with_reading(name: str, kana: str, wanted: str) -> None:
    assert ruby.with_reading(name, kana) == wanted
