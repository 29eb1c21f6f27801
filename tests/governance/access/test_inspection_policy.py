"""The policy of inspection as people write it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from kijun.governance.access import inspection_policy


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("", {}),
        (" \n", {}),
        ("# nothing\n", {}),
        ("forbidden_words:\n  - 禁句\n", {"forbidden_words": ["禁句"]}),
    ],
)
def test_it_works(text: str, policy: dict[str, object]) -> None:
    if text.startswith("#"):
        with pytest.raises(ValidationError):
            inspection_policy.read(text)
        return
    assert inspection_policy.read(text) == policy
    assert inspection_policy.read(inspection_policy.written(policy)) == policy


def test_the_line_is_named() -> None:
    with pytest.raises(ValidationError, match="3行目"):
        inspection_policy.read("a: 1\nb: 2\n c: [")


@pytest.mark.parametrize(
    "text", ["- a list", "a: &x [1]\nb: *x", "a: [", "\x00", "[" * 3000, "a: 2026-99-99"]
)
def test_what_is_no_policy(text: str) -> None:
    with pytest.raises(ValidationError):
        inspection_policy.read(text)
