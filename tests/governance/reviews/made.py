"""What a person says of an answer, ready-made."""

from __future__ import annotations

from typing import Any

from kijun.governance.reviews import checklist
from kijun.governance.reviews.actions import Confirmation
from kijun.governance.reviews.answers import Answer


def confirmation(answer: Answer, level: str = "normal", **changes: Any) -> Confirmation:
    """Everything that is asked at a level is answered; the text stays as it is unless it is given."""
    destination = changes.get("destination", "inside")
    if destination == "outside" and level == "light":
        level = "normal"
    values: dict[str, Any] = {
        "destination": destination,
        "use": True,
        "title": "広報の案",
        "text": answer.shown,
        "ground": "knowledge",
        "reason": "要綱と合っている。",
        "checks": {one.key: ("yes", "見た。") for one in checklist.items(level, destination)},
        **changes,
    }
    return Confirmation(**values)


def posted(level: str = "normal", destination: str = "inside", **changes: Any) -> dict[str, Any]:
    """The same as a browser sends it."""
    data: dict[str, Any] = {
        "destination": destination,
        "use": "use",
        "title": "広報の案",
        "text": "案です。",
        "ground": "knowledge",
        "reason": "要綱と合っている。",
    }
    for one in checklist.items(level, destination):
        data[f"check-{one.key}"] = "on" if level == "light" else "yes"
        if level == "strict":
            data[f"word-{one.key}"] = "見た。"
    return data | changes
