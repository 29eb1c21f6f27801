"""Keys hold 256 bits and are known by their hash alone."""

from __future__ import annotations

import re

from kijun.governance.access import actions, keys
from kijun.governance.access.models import GrantKey
from kijun.governance.audit.models import Entry


def test_the_form_of_a_key() -> None:
    made = {keys.new_key() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"kj-[A-Za-z0-9_-]{43}", key) for key in made)


def test_only_the_hash_and_the_beginning_are_kept(application: actions.Made) -> None:
    row = GrantKey.objects.get()
    assert row.digest == keys.digest(application.key)
    assert row.prefix == application.key[:7]
    kept = [str(value) for value in GrantKey.objects.values_list().get()]
    told = [str(entry.detail) for entry in Entry.objects.all()]
    assert not [text for text in [*kept, *told] if application.key[7:] in text]
