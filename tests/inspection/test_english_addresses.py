"""Addresses in Latin letters, of Japan and of other countries."""

from __future__ import annotations

import pytest

from kijun.inspection.addresses import Addresses
from tests.inspection.scenes import rules, values

ADDRESSES = Addresses(rules("addresses"))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "We live at Room 301, 1-14-6 Nishihama, Kirino City, postal code 259-0318.",
            "Room 301, 1-14-6 Nishihama, Kirino City",
        ),
        (
            "3 長男　Unit 12, 48 Harbour Street, Sydney NSW　satoshi@example.com",
            "Unit 12, 48 Harbour Street, Sydney NSW",
        ),
        ("長男の住所：1420 Maple Avenue, Portland, OR 97201", "1420 Maple Avenue, Portland, OR 97201"),
        ("Forwarding address: 221B Baker Street, London", "221B Baker Street, London"),
        ("He stays with his aunt at 15 Queen Street, Auckland 1010.", "15 Queen Street, Auckland 1010"),
        (
            "We moved to 4-8-16 Nakamachi, Kanomi City, Tochigi last week.",
            "4-8-16 Nakamachi, Kanomi City, Tochigi",
        ),
        (
            "Yamada lives at 1-20-4-301 Tsukimino, Yamato-shi, Kanagawa",
            "1-20-4-301 Tsukimino, Yamato-shi, Kanagawa",
        ),
    ],
)
def test_an_address_in_latin_letters(text: str, address: str) -> None:
    assert ("ADDRESS", address) in values(ADDRESSES, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "City Hall, 1-1-1 Honmachi, Kirino City",
        "Kirino City Library, 5-3 Sakae-cho, Kirino-shi (Tel 0465-27-3000)",
        "The office is at 100 Main Street, Springfield.",
        "Head Office: 48 Harbour Street, Sydney NSW",
        "The main street of the city is closed on 12 May.",
    ],
)
def test_the_address_of_an_office_is_none(text: str) -> None:
    assert values(ADDRESSES, text) == set()


def test_a_prefecture_ends_an_address() -> None:
    asked = "The holder asked us to send a copy to 5-11-2 Sakaecho, Kitakami, Iwate (postal code 024-0063)."
    assert ("ADDRESS", "5-11-2 Sakaecho, Kitakami, Iwate") in values(ADDRESSES, asked)
    for office in (
        "The library is at 5-11-2 Sakaecho, Kitakami, Iwate.",
        "Resident Affairs Division, 5-11-2 Sakaecho, Kitakami, Iwate, tel. 0197-64-0000",
    ):
        assert values(ADDRESSES, office) == set()
