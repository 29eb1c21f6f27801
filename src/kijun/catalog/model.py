"""What the catalogue consists of: principles, topics, risks, controls, and the frameworks that they map to.

Everything here is immutable and knows nothing of files. An element's `place` is where the guideline
(自治体向けAIガバナンスガイドライン) says it, for example ``5-1 6-1``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from kijun.catalog.vocabulary import Evidence, Frequency, Level, Relation, Role, Tier, Trait


def natural_key(id: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts P2.1.1 before P10.1.1: runs of digits count as numbers."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in re.findall(r"[0-9]+|[^0-9.]+", id)
    )


class UnknownId(KeyError):
    """Nothing in the catalogue has this id. `kind` says what was looked for, `id` is the id asked for."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(id)
        self.kind = kind
        self.id = id

    def __str__(self) -> str:
        return f"no {self.kind} {self.id!r} in the catalogue"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Japanese and English. The Japanese binds; the English may be empty in own controls."""

    ja: str
    en: str = ""

    def get(self, lang: str = "ja") -> str:
        """The text in `lang` (``ja``, ``en``, also ``en-GB``); Japanese where the language is not there."""
        return (self.en if lang.partition("-")[0] == "en" else self.ja) or self.ja


@dataclass(frozen=True, slots=True)
class Principle:
    """One of the ten principles. `topics` are ids, in the guideline's order."""

    id: str
    name: Text
    summary: Text
    place: str
    topics: tuple[str, ...]

    @property
    def urn(self) -> str:
        return f"urn:kijun:principle:{self.id}"


@dataclass(frozen=True, slots=True)
class Applies:
    """Which systems a risk concerns: all of them, or those with any of some traits."""

    always: bool = True
    any_of: tuple[Trait, ...] = ()

    def holds(self, traits: Collection[str]) -> bool:
        """Whether the risk concerns a system that has these traits."""
        return self.always or any(trait in traits for trait in self.any_of)


@dataclass(frozen=True, slots=True)
class Risk:
    """What can happen and whom it harms. `places` pairs each role with the place that names the risk."""

    id: str
    topic: str
    name: Text
    statement: Text
    roles: tuple[Role, ...]
    places: tuple[tuple[Role, str], ...]
    applies: Applies
    harm_hint: Text
    likelihood_hint: Text

    @property
    def urn(self) -> str:
        return f"urn:kijun:risk:{self.id}"

    def place(self, role: str) -> str:
        """Where the guideline names this risk for a role; empty where it does not."""
        return dict(self.places).get(Role(role), "")


@dataclass(frozen=True, slots=True)
class Control:
    """One measure (対策) of the guideline, or one that a municipality added for itself.

    `done_when` are facts that an auditor can see; `tiers` the tiers that require the control, upward closed;
    `evidence` the kinds of evidence that can prove it; `risks` and `related` are ids.
    """

    id: str
    topic: str
    role: Role
    level: Level
    title: Text
    statement: Text
    done_when: tuple[Text, ...]
    place: str
    frequency: Frequency
    tiers: tuple[Tier, ...]
    evidence: tuple[Evidence, ...]
    capability: Text = Text("")
    automatic: Text = Text("")
    risks: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    @property
    def urn(self) -> str:
        return f"urn:kijun:control:{self.id}"

    @property
    def principle(self) -> str:
        """Id of the principle: ``6`` for P6.1.1, ``G`` for the organisation's controls."""
        return self.topic.partition(".")[0]

    @property
    def is_own(self) -> bool:
        """Whether a municipality added this control for itself."""
        return self.id.startswith("L")

    def required_by(self, tier: str) -> bool:
        """Whether a system of this tier has to do it."""
        return Tier(tier) in self.tiers


@dataclass(frozen=True, slots=True)
class Topic:
    """One of the nineteen topics, or G for what concerns the whole organisation."""

    id: str
    principle: str
    name: Text
    summary: Text
    place: str
    risks: tuple[Risk, ...]
    controls: tuple[Control, ...]

    @property
    def urn(self) -> str:
        return f"urn:kijun:topic:{self.id}"


@dataclass(frozen=True, slots=True)
class Item:
    """An identifier of another framework with our own short label; never that framework's text."""

    id: str
    framework: str
    name: Text

    @property
    def urn(self) -> str:
        return f"urn:kijun:item:{self.framework}:{quote(self.id, safe='.-()')}"


@dataclass(frozen=True, slots=True)
class Edge:
    """One line of the crosswalk: how a control stands to an item, why, who says so, when (ISO date)."""

    control: str
    framework: str
    item: str
    relation: Relation
    rationale: Text
    reviewer: str
    date: str


@dataclass(frozen=True, slots=True)
class Framework:
    """Another framework that the catalogue maps to."""

    id: str
    name: Text
    version: str
    publisher: Text
    status: str
    items: tuple[Item, ...]
    edges: tuple[Edge, ...]

    @property
    def urn(self) -> str:
        return f"urn:kijun:framework:{self.id}"

    def item(self, id: str) -> Item:
        """The item with this id. Raises UnknownId."""
        return _find("item", {item.id: item for item in self.items}, id)


class Element(Protocol):
    """Anything in the catalogue that has an id."""

    @property
    def id(self) -> str: ...


E = TypeVar("E", bound=Element)


def _find(kind: str, elements: dict[str, E], id: str) -> E:
    try:
        return elements[id]
    except KeyError:
        raise UnknownId(kind, id) from None


def _index(elements: Iterable[E]) -> dict[str, E]:
    return {element.id: element for element in sorted(elements, key=lambda element: natural_key(element.id))}


@dataclass(frozen=True, slots=True)
class Catalog:
    """One version of the catalogue, with a municipality's own controls if it was loaded with them.

    `version` is like ``2026.11.0``, `date` an ISO date, `changes` what is new in this version. `topics`
    includes G, which stands first; `principles` are the ten.
    """

    version: str
    date: str
    guideline: Text
    changes: tuple[Text, ...]
    principles: tuple[Principle, ...]
    topics: tuple[Topic, ...]
    frameworks: tuple[Framework, ...] = ()
    _principles: dict[str, Principle] = field(init=False, repr=False, compare=False)
    _topics: dict[str, Topic] = field(init=False, repr=False, compare=False)
    _risks: dict[str, Risk] = field(init=False, repr=False, compare=False)
    _controls: dict[str, Control] = field(init=False, repr=False, compare=False)
    _frameworks: dict[str, Framework] = field(init=False, repr=False, compare=False)
    _digest: str = field(init=False, repr=False, compare=False, default="")  # once it was asked for

    def __post_init__(self) -> None:
        controls = [control for topic in self.topics for control in topic.controls]
        risks = [risk for topic in self.topics for risk in topic.risks]
        object.__setattr__(self, "_principles", _index(self.principles))
        object.__setattr__(self, "_topics", _index(self.topics))
        object.__setattr__(self, "_risks", _index(risks))
        object.__setattr__(self, "_controls", _index(controls))
        object.__setattr__(self, "_frameworks", _index(self.frameworks))

    def __hash__(self) -> int:
        return hash((self.version, tuple(self._controls)))

    @property
    def urn(self) -> str:
        return f"urn:kijun:catalog:{self.version}"

    @property
    def controls(self) -> tuple[Control, ...]:
        """Every control, in natural order of the ids."""
        return tuple(self._controls.values())

    @property
    def risks(self) -> tuple[Risk, ...]:
        """Every risk, in natural order of the ids."""
        return tuple(self._risks.values())

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Every line of the crosswalk, framework by framework."""
        return tuple(edge for framework in self.frameworks for edge in framework.edges)

    @property
    def digest(self) -> str:
        """``sha256:`` and 64 hex digits over principles, topics (own controls included) and frameworks."""
        if not self._digest:
            content = [
                [_plain(part) for part in parts] for parts in (self.principles, self.topics, self.frameworks)
            ]
            text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            object.__setattr__(self, "_digest", "sha256:" + hashlib.sha256(text.encode()).hexdigest())
        return self._digest

    def control(self, id: str) -> Control:
        """The control with this id. Raises UnknownId, as the other look-ups do."""
        return _find("control", self._controls, id)

    def risk(self, id: str) -> Risk:
        return _find("risk", self._risks, id)

    def topic(self, id: str) -> Topic:
        return _find("topic", self._topics, id)

    def principle(self, id: str) -> Principle:
        return _find("principle", self._principles, id)

    def framework(self, id: str) -> Framework:
        return _find("framework", self._frameworks, id)

    def edges_of(self, control: str) -> tuple[Edge, ...]:
        """The lines of the crosswalk that start at a control; empty where there are none."""
        return tuple(edge for edge in self.edges if edge.control == control)

    def with_own(self, own: Iterable[Control]) -> Catalog:
        """This catalogue with a municipality's own controls in place of those it had.

        Raises UnknownId where a control names a topic that does not exist, ValueError where an id is not an
        own one.
        """
        extra: dict[str, list[Control]] = {}
        for control in own:
            if not control.is_own:
                raise ValueError(f"{control.id} is not the id of an own control")
            extra.setdefault(self.topic(control.topic).id, []).append(control)
        topics = tuple(
            dataclasses.replace(
                topic,
                controls=tuple(control for control in topic.controls if not control.is_own)
                + tuple(sorted(extra.get(topic.id, ()), key=lambda control: natural_key(control.id))),
            )
            for topic in self.topics
        )
        return dataclasses.replace(self, topics=topics)


def _plain(value: Any) -> Any:
    """A dataclass of this module as dicts and lists, for the digest."""
    if dataclasses.is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value
