"""Telephone numbers of other countries."""

from __future__ import annotations

import pytest

from kijun.inspection.foreign_phones import abroad, is_of_english_office
from tests.inspection.scenes import scene


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Contact: Margaret Ellis, +1-503-555-0148, m.ellis@rosefield.example", "+1-503-555-0148"),
        ("海外の連絡先 +61 2 9876 5432（長男）", "+61 2 9876 5432"),
        ("Call my mother in Manila: +63 917 555 0142.", "+63 917 555 0142"),
        ("ワッツアップは+55 11 98765-4321です", "+55 11 98765-4321"),
        ("相続人代表 +82-10-5550-1234（ソウル）", "+82-10-5550-1234"),
        ("You can reach me at (503) 555-0177 during the day.", "(503) 555-0177"),
    ],
)
def test_a_number_of_another_country(text: str, number: str) -> None:
    assert [text[slice(*place)] for place in abroad(scene(text))] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+81-90-1234-5678",  # Japan's own are read elsewhere
        "Embassy: +1-202-555-0100",
        "サポート窓口 +1 (888) 555-0199",
        "US hotline (800) 555-0123",
        "大使館 +1-202-555-0100",
        "前年比 +12 345",
        "注文ID 250-1234567-7654321",
    ],
)
def test_no_number_of_somebody_abroad(text: str) -> None:
    assert list(abroad(scene(text))) == []


def test_an_office_in_english_is_told_by_the_words_beside_its_number() -> None:
    text = "Call +81-465-27-1111 (City Hall)."
    assert is_of_english_office(scene(text), 5, 20)
    text = "I left the office. My mobile: +81-90-8811-2233"
    assert not is_of_english_office(scene(text), text.index("+"), len(text))
