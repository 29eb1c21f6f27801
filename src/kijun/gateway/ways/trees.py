"""Attributes with numbers in their names, which stand for a structure: ``gen_ai.prompt.0.content``, ``llm.input_messages.1.message.role``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_DEEPEST: Final = 24
_LONGEST_NUMBER: Final = 6


def tree(attributes: Mapping[str, Any], prefix: str) -> Any:
    """What the attributes below a prefix stand for: lists where names are numbers, dictionaries else. None without any."""
    root: dict[str, Any] = {}
    start = f"{prefix}."
    for name, value in attributes.items():
        if name.startswith(start):
            _put(root, name[len(start) :].split(".", _DEEPEST), value)
    return _listed(root) if root else None


def _put(node: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        inner = node.get(step)
        if not isinstance(inner, dict):
            inner = node[step] = {} if inner is None else {"content": inner}
        node = inner
    held = node.get(path[-1])
    if isinstance(held, dict):
        held.setdefault("content", value)
    else:
        node[path[-1]] = value


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    made = {name: _listed(inner) for name, inner in node.items()}
    if made and all(name.isascii() and name.isdigit() and len(name) <= _LONGEST_NUMBER for name in made):
        return [made[name] for name in sorted(made, key=int)]
    return made
