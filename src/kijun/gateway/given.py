"""The sources that a service gives with its answer, in the shapes that services use.

| shape | who |
|---|---|
| ``annotations`` with ``url_citation``, ``file_citation`` | OpenAI (chat and responses), OpenRouter, LiteLLM |
| ``citations`` (addresses, or objects), ``search_results`` | Perplexity and others |
| ``context.citations`` | Azure OpenAI on your data; its texts say ``[doc1]`` |
| ``grounding_metadata`` with ``groundingChunks`` | Google |

What is kept went through inspection before, so it holds placeholders where values were hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MOST: Final = 50
"""Sources of one answer."""
_TITLE, _ADDRESS, _TEXT = 300, 2_000, 1_000
_LISTS: Final = ("annotations", "citations", "search_results")
_GROUNDS: Final = ("grounding_metadata", "groundingMetadata", "vertex_ai_grounding_metadata")


@dataclass(slots=True)
class Given:
    """What one answer's service named. ``found``: ``{"n", "title", "url", "text", "date"}`` each, numbered from 1 as they came."""

    found: list[dict[str, Any]] = field(default_factory=list)

    def take(self, place: str, kept: Any) -> None:
        """Look at a part of an answer. ``place`` is where it stood (``choices[0].message.annotations``), ``kept`` what the ledger keeps of it."""
        for one in _sources(place.rpartition(".")[2], kept):
            same = (one["url"] or one["title"]) in ((old["url"] or old["title"]) for old in self.found)
            if not same and len(self.found) < MOST:
                self.found.append({"n": len(self.found) + 1, **one})


def _sources(name: str, value: Any) -> Iterator[dict[str, str]]:
    if name == "added" and isinstance(value, Mapping):  # one at a time, as responses stream them
        yield from _listed([value.get("annotation")])
    elif name in _LISTS:
        yield from _listed(value)
    elif name == "context" and isinstance(value, Mapping):
        yield from _listed(value.get("citations"))
    elif name in _GROUNDS:
        for ground in value if isinstance(value, list) else [value]:
            chunks = ground.get("groundingChunks") if isinstance(ground, Mapping) else None
            yield from _listed(
                [_first(one, "web", "retrievedContext") for one in _objects(chunks)],
            )


def _objects(value: Any) -> Iterable[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _listed(value: Any) -> Iterator[dict[str, str]]:
    for one in value if isinstance(value, list) else []:
        if isinstance(one, str):
            made = {"title": "", "url": one[:_ADDRESS], "text": "", "date": ""}
        elif isinstance(one, Mapping):
            inner = _first(one, "url_citation", "file_citation")
            held = inner if isinstance(inner, Mapping) else one
            made = {
                "title": _text(held, _TITLE, "title", "name", "filename", "filepath", "file_id"),
                "url": _text(held, _ADDRESS, "url", "uri", "link"),
                "text": _text(held, _TEXT, "content", "snippet", "quote", "text"),
                "date": _text(held, 40, "date", "last_updated"),
            }
        else:
            continue
        if made["title"] or made["url"]:
            yield made


def _first(held: Mapping[str, Any], *names: str) -> Any:
    return next((held[name] for name in names if held.get(name)), None)


def _text(held: Mapping[str, Any], most: int, *names: str) -> str:
    found = next((held[name] for name in names if isinstance(held.get(name), str) and held[name]), "")
    return str(found)[:most]
