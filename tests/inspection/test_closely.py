"""Which sentences are cut into words: those with house numbers, towns, prefectures, labels of addresses, surnames."""

from __future__ import annotations

import pytest

from kijun.inspection.closely import reasons
from tests.inspection.scenes import scene


def test_it_works() -> None:
    assert reasons(scene("本町1-2-3に住んでいる"), ())
    assert reasons(scene("書類を出してください。"), {4}) == {4}


@pytest.mark.parametrize(
    "text",
    [
        "光明台一丁目24番",
        "東2条です",
        "釧路市の方",
        "北海道から",
        "住所：上",
        "住: 下",
        "佐藤が来た",
        "鳴海町に引っ越す",
    ],
)
def test_reasons(text: str) -> None:
    assert reasons(scene(text), ())


@pytest.mark.parametrize(
    "text",
    [
        "電話 0172-35-8817",
        "2026-04-01 受付",
        "第2条の規定",
        "住民の意見",
        "市町村の役割",
        "本市の方針",
        "(03-1234)",
    ],
)
def test_telephones_days_and_talk_of_towns_are_no_reason(text: str) -> None:
    assert not reasons(scene(text), ())
