"""Upstream keys, sealed."""

from __future__ import annotations

import pytest

from kijun.gateway.sealing import Unsealable, derived, seal, unseal


def test_a_value_comes_back_and_tells_nothing() -> None:
    sealed = seal("the secret", "sk-絶対秘密")
    assert "sk-" not in sealed
    assert unseal("the secret", sealed) == "sk-絶対秘密"
    assert seal("the secret", "sk-絶対秘密") != sealed


def test_empty_stays_empty() -> None:
    assert seal("s", "") == ""
    assert unseal("s", "") == ""


@pytest.mark.parametrize("other", ["plain", "sealed1:", "sealed1:AAAA", "sealed1:☃"])
def test_what_was_not_sealed_here_is_refused(other: str) -> None:
    with pytest.raises(Unsealable):
        unseal("s", other)


def test_another_secret_or_a_changed_byte_opens_nothing() -> None:
    sealed = seal("one", "value")
    with pytest.raises(Unsealable):
        unseal("two", sealed)
    with pytest.raises(Unsealable):
        unseal("one", sealed[:-8] + ("AAAAAAA=" if not sealed.endswith("AAAAAAA=") else "BBBBBBB="))


def test_each_use_has_a_key_of_its_own() -> None:
    assert derived("s", "sealing") != derived("s", "assertions")
    assert len(derived("s", "x")) == 32
