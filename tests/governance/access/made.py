"""Ready-made values, for the tests of this app and of those above it."""

from __future__ import annotations

from typing import Any

from kijun.governance.accounts.models import Person


def purpose_values(owner: Person, **changes: Any) -> dict[str, Any]:
    return {
        "name": "文書の下書き・要約",
        "name_en": "Drafting",
        "description": "庁内の文書の下書きに使う。",
        "owner": owner,
        "data_classes": ["public", "internal"],
        **changes,
    }
