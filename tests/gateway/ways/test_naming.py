"""Ids that come from what they name."""

from __future__ import annotations

import pytest

from kijun.gateway.inspecting import standard
from kijun.gateway.ways.naming import Names, clear, clear_model, is_identifier, plain
from kijun.ledger.naming import is_named

NAMES = Names("s" * 50)


def test_the_same_parts_have_the_same_id_and_others_another() -> None:
    made = NAMES("decision", "131000", "system", "A-1")
    assert made == NAMES("decision", "131000", "system", "A-1")
    assert is_named(made)
    assert made[16] in "89ab"  # RFC 9562's variant
    others = {
        NAMES("decision", "131000", "systemA", "-1"),
        NAMES("decision", "131000", "system", "A-2"),
        made,
    }
    assert len(others) == 3


def test_nobody_computes_them_without_the_secret() -> None:
    assert Names("t" * 50)("decision", "1") != NAMES("decision", "1")
    assert NAMES.hidden("山田") != Names("t" * 50).hidden("山田")


def test_lone_surrogates_have_names_too() -> None:
    assert NAMES("\ud800") != NAMES("\ud801")


@pytest.mark.parametrize("name", ["gpt-4o-2024-08-06", "anthropic/claude-3", "us.amazon.nova:0", "a"])
def test_names_of_models(name: str) -> None:
    assert plain(name) == name


@pytest.mark.parametrize(
    "name", ["", "090-1234-5678", "123456789018", "taro@example.jp", "山田太郎", "a b", "a\n", "x" * 129]
)
def test_what_is_no_name_of_a_model(name: str) -> None:
    assert plain(name) == ""


@pytest.mark.parametrize("name", ["gpt-4o-2024-08-06", "claude-3-7-sonnet-20250219", "thread_abc1234567"])
def test_names_in_which_nothing_is_found(name: str) -> None:
    assert clear(name, standard()) == clear_model(name, standard()) == name


@pytest.mark.parametrize("name", ["tel:090-1234-5678", "yamada-090-1234-5678", "n123456789018", "山田太郎"])
def test_names_in_which_somebodys_number_is_found(name: str) -> None:
    assert clear(name, standard()) == clear_model(name, standard()) == ""


@pytest.mark.parametrize(
    "text", ["A-1", "2026-000123", "s-8812", "1", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"]
)
def test_numbers_that_programs_give(text: str) -> None:
    assert is_identifier(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "090-1234-5678",
        "0312345678",
        "123456789018",
        "1234-5678-9018",
        "4111111111111111",
        "090-1234-5678-20240101",
        "x09012345678-123456789",
        "山田太郎",
        "a@b.jp",
        "a b",
    ],
)
def test_numbers_that_may_be_a_persons(text: str) -> None:
    assert not is_identifier(text)
