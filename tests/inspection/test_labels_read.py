"""Labels as they are read: in step with labels.yaml, and written as people write them."""

from __future__ import annotations

import pytest

from tools.inspection_labels import RULES, as_read, romaji, written


def test_the_file_is_in_step_with_the_labels() -> None:
    assert (RULES / "labels_read.yaml").read_text(encoding="utf-8") == written(), (
        "run tools/inspection_labels.py"
    )


def test_a_label_is_read_in_kana_and_romaji() -> None:
    assert as_read(["ネンキン", "バンゴウ"]) == [
        "ネンキンバンゴウ", "ねんきんばんごう", "nenkinbangou", "nenkinbango", "nenkin bangou", "nenkin bango",
    ]  # fmt: skip
    assert as_read(["セイ"]) == []  # stands in other words
    assert as_read(["キゴウ", "、"]) == []


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("ジュウショ", "juusho"),
        ("セッチバショ", "setchibasho"),
        ("ヒョウシキ", "hyoushiki"),
        ("コード", "kodo"),
        ("チャ", "cha"),
        ("ッ", ""),
    ],
)
def test_romaji(kana: str, latin: str) -> None:
    assert romaji(kana) == latin
