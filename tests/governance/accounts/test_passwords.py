"""Which passwords are refused, and what is said about it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils import translation

from kijun.governance.accounts.models import Person


def refusals(password: str, person: Person | None = None) -> str:
    try:
        validate_password(password, person)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


@pytest.fixture
def hanako() -> Person:
    return Person(
        username="131016-001234", staff_number="001234", name="山田　花子", kana="ヤマダ　ハナコ",
        email="hanako.yamada@example.lg.jp",
    )  # fmt: skip


@pytest.mark.parametrize(
    "password",
    [
        "山と川と海と空と雲と星",
        "correct horse battery",
        "青い鳥が3羽とまる木",
        "001234 の次は赤いりんご",
        "x7!kQz0#mW2p",
    ],
)
def test_it_works(hanako: Person, password: str) -> None:
    assert refusals(password + "もう一つ" if len(password) < 12 else password, hanako) == ""


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "今は5文字です"),
        ("password1234", "よく使われる"),
        ("aaaaaaaaaaaa", "繰り返し"),
        ("123123123123", "繰り返し"),
        ("001234001234", "繰り返し"),
        ("ああああああああああああ", "繰り返し"),
        ("131016-001234", "ほとんど同じ"),
        ("００１２３４-1-001234", "ほとんど同じ"),
        ("山田花子山田花子 001234", "ほとんど同じ"),
        ("やまだはなこ001234", ""),
        ("hanakoyamada123", "ほとんど同じ"),
        ("ヤマダハナコヤマダ001234", "ほとんど同じ"),
    ],
)
def test_weak(hanako: Person, password: str, said: str) -> None:
    assert said in refusals(password, hanako)


def test_said_in_english_too(hanako: Person) -> None:
    with translation.override("en"):
        said = (
            refusals("short", hanako) + refusals("001234001234", hanako) + refusals("131016-001234", hanako)
        )
        said += refusals("password1234") + " ".join(password_validators_help_texts())
    assert not re.search(r"[\u3040-\u9fff]", said), said


def test_what_is_too_short_is_told_that_alone(hanako: Person) -> None:
    assert refusals("001", hanako) == "12文字以上にしてください。今は3文字です。"
