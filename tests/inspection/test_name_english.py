"""Single names in English sentences, and the words with capitals that are nobody's."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector

INSPECTOR = Inspector()


def people(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "PERSON"]


def test_it_works() -> None:
    assert people("My daughters Priya and Anjali will start school in September.") == ["Priya", "Anjali"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # children, with what is told of each in brackets or behind a comma
        (
            "We have three kids: Lucas (born 3 May 2017), Amelia (born 9 October 2019) and Noah (8 months). May I ask about school?",
            ["Lucas", "Amelia", "Noah"],
        ),
        (
            "Children: Diego, born 4 July 2016; Valentina, born 30 January 2021.",
            ["Diego", "Valentina"],
        ),
        ("Our twins, Oliver and Charlotte, were vaccinated in Canada.", ["Oliver", "Charlotte"]),
        ("Emma (7) and Liam (5) need the health check form.", ["Emma", "Liam"]),
        ("Emergency contact: Rebecca (mother). Pick-up: Jonathan (uncle)", ["Rebecca", "Jonathan"]),
        # kin makes a name of what no list knows
        ("I am the mother of Aurelio and Yuna. Aurelio starts nursery.", ["Aurelio", "Yuna", "Aurelio"]),
        ("We tried to call him; his sister Ioana answered.", ["Ioana"]),
        ("My wife's name is Lucia and our son's name is Enzo.", ["Lucia", "Enzo"]),
        # whose, who does, with whom
        ("Carlos's father works nights.", ["Carlos"]),
        ("Yesterday Yusuf came to the counter. Yusuf has asthma.", ["Yusuf", "Yusuf"]),
        ("Fernanda and her two children live with Rodrigo.", ["Fernanda", "Rodrigo"]),
        ("As for Zainab, her visa expires in June.", ["Zainab"]),
        ("Student Farid was late three times.", ["Farid"]),
        # names that are words as well
        ("This is Grace from apartment 302.", ["Grace"]),
        ("My daughter April is six. In April she starts school.", ["April"]),
        # who signs
        ("Could you send both again?\nThank you,\nRenata", ["Renata"]),
        ("See you then.\nBest wishes,\nGraciela", ["Graciela"]),
    ],
)
def test_who_is_spoken_of(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        # months, pronouns and auxiliaries where sentences meet
        "We will be away until at least August. You may send the form by post. If we are late, please tell us.",
        "The deadline is 31 May. We apologise for the delay. April is a busy month.",
        "You can pay at any bank. If I cannot, whom do I call?",
        "Hello. My June bill is wrong. Why is that? Should I visit you?",
        "Will the office be open in August? May is fine too. Mark the date.",
        # bodies
        "Please transfer the fee to Aozora Shinkin Bank, Minami Branch, by 10 June.",
        "The Hara Clinic's opening hours changed. Fukuda Hospital's did not.",
        "The tenant, Midori Corporation, pays monthly. The applicant, Kita High School, withdrew.",
        "The Sato Foundation and Honda Prize support young researchers.",
        # towns, books, days, programs
        "Sofia is the capital of Bulgaria. Our sister city is San Jose, Costa Rica.",
        "Florence and Milan are in Italy. Santiago is the capital of Chile.",
        "Sofia the First is a cartoon. Emma is a novel.",
        "Our Children's Day event is on May 5. Mother's Day is May 10.",
        "Father's Day sale! Brother printers 20% off. Sister City Program.",
        "My daughter. She is six. My son, Japanese by birth, needs a passport.",
        "Docker's network and Maria DB settings are in the manual.",
        "See you.\nRegards,\nReception",
    ],
)
def test_what_is_nobody(text: str) -> None:
    assert people(text) == []
