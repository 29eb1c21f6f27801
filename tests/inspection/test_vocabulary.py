"""The public names, and their words in both languages."""

from __future__ import annotations

import re

import pytest

from kijun.inspection.vocabulary import LABELS, TARGETS, Attack, DataType, Expression, Kind, Target, Words

#: Other programs and records hold these: one may be added, none changed.
DATA = [
    "PERSON",
    "ADDRESS",
    "PHONE",
    "EMAIL",
    "POSTAL_CODE",
    "BIRTH_DATE",
    "AGE",
    "MY_NUMBER",
    "RESIDENT_CODE",
    "CORPORATE_NUMBER",
    "PENSION_NUMBER",
    "DRIVER_LICENSE",
    "PASSPORT",
    "RESIDENCE_CARD",
    "HEALTH_INSURANCE",
    "BANK_ACCOUNT",
    "CREDIT_CARD",
    "VEHICLE_NUMBER",
    "IP_ADDRESS",
    "LOCAL_ID",
    "SENSITIVE",
    "URL_TOKEN",
    "SECRET",
    "CONFIDENTIALITY_MARK",
    "FORBIDDEN_WORD",
]
ATTACKS = [
    "instruction_override",
    "role_play",
    "prompt_extraction",
    "data_exfiltration",
    "encoded",
    "indirect",
]
EXPRESSIONS = [
    "discrimination",
    "abuse",
    "sexual",
    "self_harm",
    "violence",
    "illegal_advice",
    "manipulation_dependence",
    "overclaim",
    "forbidden_word",
]


def test_it_works() -> None:
    assert [str(one) for one in Kind] == ["data", "attack", "expression"]
    assert [str(one) for one in DataType] == DATA
    assert [str(one) for one in Attack] == ATTACKS
    assert [str(one) for one in Expression] == EXPRESSIONS


def test_a_name_says_which_kind_it_is() -> None:
    names = [*DataType, *Attack, *Expression]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", [*DataType, *Attack, *Expression])
def test_every_type_has_words_in_both_languages(name: str) -> None:
    words = LABELS[name]
    assert re.search("[ぁ-んァ-ン一-龥]", words.ja)
    assert words.en.isascii()


def test_every_target_has_words_in_both_languages() -> None:
    assert set(TARGETS) == set(Target)
    assert all(words.ja and words.en.isascii() for words in TARGETS.values())


def test_japanese_is_what_there_is_for_other_languages() -> None:
    words = Words("氏名", "name")
    assert [words.in_(language) for language in ("ja", "en", "fr")] == ["氏名", "name", "氏名"]
