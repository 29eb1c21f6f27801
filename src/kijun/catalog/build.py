"""From plain documents to the model, saying the file and the path of whatever does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from kijun.catalog.model import (
    Applies,
    Catalog,
    Control,
    Edge,
    Framework,
    Item,
    Principle,
    Risk,
    Text,
    Topic,
    natural_key,
)
from kijun.catalog.sources import CatalogError, Sources
from kijun.catalog.vocabulary import (
    ORGANISATION_TOPIC,
    Evidence,
    Frequency,
    Level,
    Relation,
    Role,
    Tier,
    Trait,
)

W = TypeVar("W", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document and its place. All readers raise CatalogError where the value does not fit."""

    value: Any
    place: str

    def at(self, key: str, default: Any = None) -> Node:
        """The value under a key; `default` where the key is not there and a default is given."""
        if not isinstance(self.value, dict):
            raise CatalogError(self.place, "a mapping is expected")
        if key not in self.value and default is None:
            raise CatalogError(self.place, f"{key} is missing")
        joint = "" if self.place.endswith(": ") else "."
        return Node(self.value.get(key, default), f"{self.place}{joint}{key}")

    def string(self) -> str:
        if not isinstance(self.value, str):
            raise CatalogError(self.place, f"a text is expected, not {self.value!r}")
        return self.value.strip()

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            raise CatalogError(self.place, f"true or false is expected, not {self.value!r}")
        return self.value

    def nodes(self) -> Iterator[Node]:
        if not isinstance(self.value, list):
            raise CatalogError(self.place, "a list is expected")
        for number, value in enumerate(self.value):
            yield Node(value, f"{self.place.removesuffix(': ')}[{number}]")

    def strings(self) -> tuple[str, ...]:
        return tuple(node.string() for node in self.nodes())

    def text(self) -> Text:
        return Text(self.at("ja").string(), self.at("en").string())

    def texts(self) -> tuple[Text, ...]:
        """A list in each language, read side by side."""
        ja, en = self.at("ja").strings(), self.at("en").strings()
        if len(ja) != len(en):
            raise CatalogError(self.place, f"{len(ja)} in Japanese but {len(en)} in English")
        return tuple(Text(*pair) for pair in zip(ja, en, strict=True))

    def word(self, words: type[W]) -> W:
        try:
            return words(self.value)
        except ValueError:
            raise CatalogError(self.place, f"{self.value!r} is not one of {', '.join(words)}") from None

    def words(self, words: type[W]) -> tuple[W, ...]:
        """Words of a closed list, in the order of that list."""
        found = [node.word(words) for node in self.nodes()]
        return tuple(word for word in words if word in found)


def build(sources: Sources) -> Catalog:
    """The catalogue of these sources. Raises CatalogError at the first value that does not fit."""
    version = Node(sources.version, "version.yaml: ")
    topics = [_topic(Node(document, f"{place}: ")) for place, document in sources.topics.items()]
    return Catalog(
        version=version.at("version").string(),
        date=version.at("date").string(),
        guideline=version.at("guideline").text(),
        changes=version.at("changes").texts(),
        principles=tuple(_principle(node) for node in Node(sources.principles, "principles.yaml: ").nodes()),
        topics=tuple(
            sorted(topics, key=lambda topic: (topic.id != ORGANISATION_TOPIC, natural_key(topic.id)))
        ),
        frameworks=tuple(
            _framework(Node(document, f"{place}: ")) for place, document in sources.crosswalk.items()
        ),
    )


def _principle(node: Node) -> Principle:
    return Principle(
        id=node.at("id").string(),
        name=node.at("name").text(),
        summary=node.at("summary").text(),
        place=node.at("place").string(),
        topics=node.at("topics").strings(),
    )


def _topic(node: Node) -> Topic:
    id = node.at("id").string()
    return Topic(
        id=id,
        principle=node.at("principle").string(),
        name=node.at("name").text(),
        summary=node.at("summary").text(),
        place=node.at("place").string(),
        risks=tuple(_risk(risk, id) for risk in node.at("risks").nodes()),
        controls=tuple(_control(control, id) for control in node.at("controls").nodes()),
    )


def _risk(node: Node, topic: str) -> Risk:
    places = node.at("places")
    applies = node.at("applies")
    roles = node.at("roles").words(Role)
    return Risk(
        id=node.at("id").string(),
        topic=topic,
        name=node.at("name").text(),
        statement=node.at("statement").text(),
        roles=roles,
        places=tuple((role, places.at(role).string()) for role in roles),
        applies=Applies(applies.at("always", False).boolean(), applies.at("any_of", []).words(Trait)),
        harm_hint=node.at("harm_hint").text(),
        likelihood_hint=node.at("likelihood_hint").text(),
    )


def _control(node: Node, topic: str) -> Control:
    return Control(
        id=node.at("id").string(),
        topic=topic,
        role=node.at("role").word(Role),
        level=node.at("level").word(Level),
        title=node.at("title").text(),
        statement=node.at("statement").text(),
        done_when=node.at("done_when").texts(),
        place=node.at("place").string(),
        frequency=node.at("frequency").word(Frequency),
        tiers=node.at("tiers").words(Tier),
        evidence=node.at("evidence").words(Evidence),
        capability=node.at("capability").text(),
        automatic=node.at("automatic").text(),
        risks=node.at("risks", []).strings(),
        related=node.at("related", []).strings(),
    )


def _framework(node: Node) -> Framework:
    id = node.at("framework").string()
    return Framework(
        id=id,
        name=node.at("name").text(),
        version=node.at("version").string(),
        publisher=node.at("publisher").text(),
        status=node.at("status").string(),
        items=tuple(
            Item(item.at("id").string(), id, item.at("name").text()) for item in node.at("items").nodes()
        ),
        edges=tuple(_edge(edge, id) for edge in node.at("edges").nodes()),
    )


def _edge(node: Node, framework: str) -> Edge:
    return Edge(
        control=node.at("control").string(),
        framework=framework,
        item=node.at("item").string(),
        relation=node.at("relation").word(Relation),
        rationale=node.at("rationale").text(),
        reviewer=node.at("reviewer").string(),
        date=node.at("date").string(),
    )
