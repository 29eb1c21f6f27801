"""Places of names by their form alone."""

from __future__ import annotations

import pytest

from kijun.inspection.name_forms import form_places
from kijun.inspection.name_lists import name_lists
from kijun.inspection.name_view import View
from tests.inspection.scenes import scene


def found(text: str) -> set[str]:
    seen = View(scene(text), name_lists())
    return {seen.text[start:end] for start, end in form_places(seen)}


def test_it_works() -> None:
    assert {"山田 太郎", "ヤマダ タロウ"} <= found("山田 太郎（ヤマダ タロウ）")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("亡くなった方 入来院 重子", "入来院 重子"),  # the word before it looks like a surname too
        ("申請した安居院 香苗です", "安居院 香苗"),  # without what follows
        ("2．ハリス 莉子　感音性難聴", "ハリス 莉子"),
        ("届出人鯖江 明美、本人", "鯖江 明美"),
        ("被相続人百目鬼 源三郎の遺言", "百目鬼 源三郎"),
        ("控えを人事課滝口へ。", "滝口"),
        ("以上です。\n　　畑", "畑"),
        ("特定記録で送ること。（甲斐）", "甲斐"),
        ("関 根です", "関 根"),
        ("受験番号07　別 府 　 匠 海　論文 72", "別 府   匠 海"),  # a wider gap before the given name
        ("開票立会人\n黒 田  実  届出", "黒 田  実"),  # not into the next column
        ("市民「わたなべいいます」", "わたなべ"),
        ("畑：了解です\n菅：はい", "菅"),
        ("チャン・ティ・ミンアイン", "ティ・ミンアイン"),
    ],
)
def test_every_form(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "会議は10時からです。", "総務課で受け付けます。", "（案）", "資料のとおり"]
)
def test_most_texts_have_none(text: str) -> None:
    assert found(text) == set()
