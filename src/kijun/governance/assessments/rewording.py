"""An answer of last time to a question that reads differently by now. Pure, no database.

A suggestion (:attr:`Answer.previous`) of that kind keeps how the question read, under ``asked``; it is shown beside the new
words, and its status is never filled in beforehand: somebody has to choose it again.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kijun.catalog import Control, Text, binding


def words_of(control: Control) -> dict[str, Any]:
    """The question as a frozen copy keeps it too: {statement, done_when}."""
    return {"statement": _json(control.statement), "done_when": [_json(one) for one in control.done_when]}


def _json(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en or text.ja}


def remember(suggestion: dict[str, Any], asked: dict[str, Any], control: Control) -> dict[str, Any]:
    """The suggestion, with ``asked`` (how the question read when it was answered) where it reads differently now.

    The Japanese text binds: another English wording, or white space, makes no other question.
    """
    kept = {key: value for key, value in suggestion.items() if key != "asked"}
    if _binding(asked) == (binding(control.statement), binding(control.done_when)):
        return kept
    return kept | {"asked": {"statement": asked["statement"], "done_when": asked["done_when"]}}


def _binding(asked: dict[str, Any]) -> tuple[Any, Any]:
    return binding(_text(asked["statement"])), binding(tuple(_text(one) for one in asked["done_when"]))


def _text(kept: dict[str, str]) -> Text:
    return Text(kept["ja"], kept.get("en", ""))


def lines(suggestion: dict[str, Any], control: Control, lang: str) -> list[tuple[str, str, str]]:
    """What of the question reads differently: name, words of last time, words of today; [] where only the other language does."""
    asked = suggestion["asked"]
    pairs = [
        (_("対策"), _text(asked["statement"]).get(lang), control.statement.get(lang)),
        (
            _("「実施済」と言える条件"),
            "\n".join(_text(one).get(lang) for one in asked["done_when"]),
            "\n".join(one.get(lang) for one in control.done_when),
        ),
    ]
    return [(name, old, new) for name, old, new in pairs if old != new]
