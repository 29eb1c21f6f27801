"""Refusals say what happened and what to do next."""

from __future__ import annotations

import pytest

from kijun.inspection import files
from kijun.inspection.files import FileError, FileTooLarge, LimitMet
from kijun.inspection.model import InspectionError

REFUSALS = [
    one
    for one in vars(files).values()
    if isinstance(one, type) and issubclass(one, FileError) and one not in (FileError, LimitMet)
]
NUMBERS = {
    "bytes": 1_000,
    "characters": 2_000,
    "pages": 3,
    "cells": 4_000,
    "entries": 5,
    "depth": 6,
    "seconds": 0.5,
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_each_has_words_of_its_own_in_both_languages(refusal: type[FileError]) -> None:
    message = refusal(**NUMBERS).message
    assert issubclass(refusal, InspectionError)
    assert "ください" in message.ja
    assert message.en.endswith(".")
    assert "{" not in message.ja + message.en
    assert message != FileError().message


def test_numbers_are_written_as_people_write_them() -> None:
    assert "50,000,000 バイト" in FileTooLarge(bytes=50_000_000).message.ja
