"""Finding an AI among the published ones as residents type: in any script, width or case, by words or readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kijun.governance.register.fields import spec
from kijun.web import ruby
from kijun.web.search import folded

CODES = ("field_of_work", "status", "functions", "personal_data")
"""Coded fields whose words are searched, in every language."""


def matches(fields: Mapping[str, Any], words: str, field: str) -> bool:
    """Whether an entry is in the field of work ``field`` (empty: any) and holds every one of ``words``."""
    if field and fields.get("field_of_work") != field:
        return False
    asked = words.split()
    if not asked:
        return True
    whole = folded("\n".join(_texts(fields)))
    return all(folded(word) in whole for word in asked)


def _texts(fields: Mapping[str, Any]) -> Iterable[str]:
    for value in fields.values():
        if isinstance(value, str):
            yield value
        for text in value.values() if isinstance(value, dict) else ():
            yield ruby.without(text)
            yield ruby.spoken(text)
    for key in CODES:
        one, value = spec().field(key), fields.get(key)
        for code in value if isinstance(value, list) else [value]:
            known = spec().codes[one.codes].get(str(code))
            for text in known.as_dict().values() if known else ():
                yield ruby.without(text)
                yield ruby.spoken(text)
