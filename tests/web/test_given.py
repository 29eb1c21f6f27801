"""What an action was given, beside what its form checked."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kijun.web.given import at_most, past, said


def test_it_works() -> None:
    assert said("  確かめた\0 ", "reason", 10) == "確かめた"
    assert at_most("", "reason", 10) == ""


@pytest.mark.parametrize("text", ["", "   ", "\0"])
def test_nothing_was_said(text: str) -> None:
    with pytest.raises(ValidationError) as error:
        said(text, "reason", 10)
    assert error.value.message_dict == {"reason": ["入力してください。"]}


def test_too_much_was_said() -> None:
    with pytest.raises(ValidationError) as error:
        said("あ" * 1001, "reason", 1000)
    assert error.value.message_dict == {"reason": ["1,000文字以内で入力してください。"]}


def test_a_day_that_was() -> None:
    today = timezone.localdate()
    assert past(today, "on") == today
    for day in (None, today + datetime.timedelta(days=1)):
        with pytest.raises(ValidationError):
            past(day, "on")
