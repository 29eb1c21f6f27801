"""A frozen copy as people read it: nested dicts and lists become facts, tables and lists with labels.

A label is taken from ``frozen["_labels"][key]`` (a text, or {"ja": …, "en": …}), else from the field of that name
when the subject's kind is a model, else it is the key. Keys that start with "_" are not shown. A dict of languages
({"ja": …, "en": …}) is one text; ISO dates and truth values are written as people write them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kijun.web import dates

LANGUAGES = {"ja", "en", "ja-easy"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*")


@dataclass(frozen=True, slots=True)
class Node:
    """One piece of the drawing. ``kind``: text, facts (``pairs``), table (``head``, ``rows`` of label and node) or list (``nodes``)."""

    kind: str
    text: str = ""
    pairs: tuple[tuple[str, Node], ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[tuple[str, Node], ...], ...] = ()
    nodes: tuple[Node, ...] = ()


class Labels:
    """The words for the keys of one frozen copy."""

    def __init__(self, kind: str, frozen: Any) -> None:
        self.given = frozen.get("_labels", {}) if isinstance(frozen, Mapping) else {}
        try:
            self.model: Any = apps.get_model(kind)
        except (LookupError, ValueError):
            self.model = None

    def of(self, key: str) -> str:
        given = self.given.get(key) if isinstance(self.given, Mapping) else None
        if given:
            return _in_language(given) if isinstance(given, Mapping) else str(given)
        if self.model is not None:
            try:
                name = self.model._meta.get_field(key).verbose_name
            except (FieldDoesNotExist, AttributeError):
                return key
            return str(name) if not str(name).isascii() else key
        return key


def draw(kind: str, frozen: Any) -> Node:
    """The drawing of a frozen copy of a subject of ``kind``, in the reader's language."""
    return _node(frozen, Labels(kind, frozen))


def _node(value: Any, labels: Labels) -> Node:
    if isinstance(value, Mapping):
        if value and set(value) <= LANGUAGES:
            return Node("text", text=_in_language(value))
        pairs = [(key, one) for key, one in value.items() if not str(key).startswith("_")]
        if not pairs:
            return Node("text", text="―")
        return Node("facts", pairs=tuple((labels.of(str(key)), _node(one, labels)) for key, one in pairs))
    if isinstance(value, list):
        return _list(value, labels)
    return Node("text", text=_text(value))


def _list(values: list[Any], labels: Labels) -> Node:
    if not values:
        return Node("text", text="―")
    if all(isinstance(one, Mapping) and one and not set(one) <= LANGUAGES for one in values):
        keys = list(dict.fromkeys(key for one in values for key in one if not str(key).startswith("_")))
        if 0 < len(keys) <= 7:
            head = [labels.of(str(key)) for key in keys]
            rows = [
                tuple((label, _node(one.get(key), labels)) for label, key in zip(head, keys, strict=True))
                for one in values
            ]
            return Node("table", head=tuple(head), rows=tuple(rows))
    return Node("list", nodes=tuple(_node(one, labels) for one in values))


def _text(value: Any) -> str:
    if value is None or value == "":
        return "―"
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, str):
        return _date(value)
    return str(value)


def _date(value: str) -> str:
    try:
        if _DAY.fullmatch(value):
            return dates.format_date(datetime.date.fromisoformat(value), get_language() or "ja")
        if _MOMENT.fullmatch(value):
            at = datetime.datetime.fromisoformat(value)
            return f"{timezone.localtime(at) if timezone.is_aware(at) else at:%Y/%m/%d %H:%M}"
    except ValueError:
        return value
    return value


def _in_language(texts: Mapping[str, Any]) -> str:
    return str(texts.get(get_language() or "ja") or texts.get("ja") or next(iter(texts.values()), ""))
