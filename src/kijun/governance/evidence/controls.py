"""What the catalogue and a municipality's own controls say, for pages and forms.

Own controls are kept by an app above this one, which registers here how to read them; evidence asks the registry.

>>> book = controls.of(town)
>>> book.label("P6.1.2")
'P6.1.2 利用者の認証と権限の付与'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import get_language

from kijun.catalog import Catalog, Control, UnknownId, load
from kijun.governance.organisation.models import Municipality

Choices = list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where own controls stand, by the municipality's primary key.

    ``current`` gives the catalogue with those that count today; ``past`` those that no longer do, by id, as they read last.
    """

    current: Callable[[int], Catalog]
    past: Callable[[int], Mapping[str, Control]]


_sources: list[Source] = []


def register(source: Source) -> None:
    """Tell evidence where own controls stand; the last one counts."""
    _sources[:] = [source]


def is_own(control_id: str) -> bool:
    """Whether the id is one that only a municipality gives."""
    return control_id.startswith("L")


class Book:
    """The controls of one municipality. Own ones are read when one is first asked for, once; two queries at most.

    Names stay known after a control is no longer asked, for evidence and findings stay.
    """

    def __init__(self, town: int | None, catalog: Catalog | None = None) -> None:
        self._town = town
        self._base = catalog or load()

    @cached_property
    def catalog(self) -> Catalog:
        """The current catalogue with the own controls that count today."""
        if self._town is None or not _sources:
            return self._base
        return _sources[0].current(self._town)

    @cached_property
    def _past(self) -> Mapping[str, Control]:
        return _sources[0].past(self._town) if self._town is not None and _sources else {}

    def asked(self, control_id: str) -> Control | None:
        """The control as it counts today; None for one that is unknown or no longer asked."""
        catalog = self.catalog if is_own(control_id) else self._base
        try:
            return catalog.control(control_id)
        except UnknownId:
            return None

    def control(self, control_id: str) -> Control | None:
        """The control, an own one that is no longer asked included; None for one that nobody knows."""
        return self.asked(control_id) or (self._past.get(control_id) if is_own(control_id) else None)

    def title(self, control_id: str, lang: str | None = None) -> str:
        """The control's title in the reader's language; the id where nothing is known."""
        found = self.control(control_id)
        return found.title.get(lang or get_language() or "ja") if found else control_id

    def label(self, control_id: str) -> str:
        """Id and title: P6.1.2 利用者の認証と権限の付与."""
        found = self.title(control_id)
        return control_id if found == control_id else f"{control_id} {found}"

    def grouped(self) -> Choices:
        """All controls that are asked by topic, as grouped choices in the reader's language."""
        lang = get_language() or "ja"
        return [
            (
                f"{topic.id} {topic.name.get(lang)}",
                [(one.id, f"{one.id} {one.title.get(lang)}") for one in topic.controls],
            )
            for topic in self.catalog.topics
        ]


def of(town: Municipality | int | None) -> Book:
    """The controls of a municipality (or its primary key); of None the catalogue alone."""
    return Book(town.pk if isinstance(town, Municipality) else town)


def worded(catalog: Catalog) -> Book:
    """The controls as one catalogue words them, for example the one that an assessment pins."""
    return Book(None, catalog)
