"""What is searched and found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that stands by itself. ``start`` and ``end`` are its place in the document's text.

    ``headings`` lead to it, outermost first; ``place`` is a page or sheet in words, empty where there is none. ``guarded``: it holds
    personal or secret data and is put before no model.
    """

    number: int
    headings: tuple[str, ...]
    text: str
    start: int
    end: int
    place: str = ""
    guarded: bool = False

    @property
    def where(self) -> str:
        """Its headings and its page, for people."""
        return " ".join(filter(None, (" › ".join(self.headings), f"（{self.place}）" if self.place else "")))


@dataclass(frozen=True, slots=True)
class Source:
    """An approved document. Days are ISO dates, empty where there is none: ``dated`` of its content, ``review_by`` until when it counts.

    ``open``: everybody of the municipality may read it; else only purposes that name its collection. ``link`` is its page in the web.
    """

    id: str
    title: str
    collection: str
    department: str = ""
    version: int = 1
    dated: str = ""
    review_by: str = ""
    link: str = ""
    open: bool = True

    def overdue(self, today: str) -> bool:
        """Whether its review is due and was not made. ``today`` is an ISO date."""
        return bool(self.review_by) and self.review_by < today


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found. ``covers``: which share of the question's weight stands in it, 0–1."""

    source: Source
    passage: Passage
    score: float
    covers: float
    overdue: bool = False

    def told(self, number: int) -> dict[str, Any]:
        """For records and clients: where it stands, never its text."""
        return {
            "n": number,
            "document": self.source.id,
            "version": self.source.version,
            "passage": self.passage.number,
            "title": self.source.title,
            "where": self.passage.where,
            "department": self.source.department,
            "dated": self.source.dated,
            "review_by": self.source.review_by,
            "overdue": self.overdue,
            "link": f"{self.source.link}{self.passage.number}/" if self.source.link else "",
        }


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of a search: the hits, best first. ``left_out``: how many better ones are past their review date."""

    hits: tuple[Hit, ...] = ()
    left_out: int = 0
    ready: bool = True
    """False where the municipality has no index."""
