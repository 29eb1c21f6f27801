"""What must hold across the files of a catalogue. The place of each problem is an element's id."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from kijun.catalog.model import Catalog, Control, Element, Text
from kijun.catalog.sources import Problem
from kijun.catalog.vocabulary import ORGANISATION_TOPIC, ROLE_PREFIX, Evidence, Level, Role

_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々〆]")


def check(catalog: Catalog) -> list[Problem]:
    """Every problem that shows only when the whole catalogue is read."""
    checks = (
        _ids,
        _structure,
        _numbers,
        _controls,
        _references,
        _risks,
        _duplicates,
        _languages,
        _crosswalk,
    )
    return [problem for one in checks for problem in one(catalog)]


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _ids(catalog: Catalog) -> Iterator[Problem]:
    kinds = {
        "principle": [principle.id for principle in catalog.principles],
        "topic": [topic.id for topic in catalog.topics],
        "risk": [risk.id for topic in catalog.topics for risk in topic.risks],
        "control": [control.id for topic in catalog.topics for control in topic.controls],
        "framework": [framework.id for framework in catalog.frameworks],
    }
    for framework in catalog.frameworks:
        kinds[f"item of {framework.id}"] = [item.id for item in framework.items]
    for kind, ids in kinds.items():
        yield from (Problem(id, f"the {kind} stands twice") for id in _repeated(ids))


def _structure(catalog: Catalog) -> Iterator[Problem]:
    """Principles list exactly their topics, and an element's id starts with the id of what it belongs to."""
    topics = {topic.id: topic for topic in catalog.topics}
    for principle in catalog.principles:
        listed = set(principle.topics)
        found = {topic.id for topic in catalog.topics if topic.principle == principle.id}
        for id in sorted(listed ^ found):
            fault = "is listed but has no file" if id in listed else "has a file but is not listed"
            yield Problem(f"principle {principle.id}", f"topic {id} {fault}")
    if ORGANISATION_TOPIC not in topics:
        yield Problem("topics", "the topic G of the organisation is missing")
    for topic in catalog.topics:
        if topic.id.partition(".")[0] != topic.principle:
            yield Problem(f"topic {topic.id}", f"belongs to principle {topic.principle}")
        for id in (*(risk.id for risk in topic.risks), *(control.id for control in topic.controls)):
            home = id.lstrip("RPUL").rpartition(".")[0]
            if home != topic.id:
                yield Problem(id, f"stands in the file of topic {topic.id}")
        if topic.id != ORGANISATION_TOPIC:
            missing = {Role.PROVIDER, Role.USER} - {control.role for control in topic.controls}
            yield from (
                Problem(f"topic {topic.id}", f"has no control for the {role}") for role in sorted(missing)
            )
            if not topic.risks:
                yield Problem(f"topic {topic.id}", "has no risk")


def _numbers(catalog: Catalog) -> Iterator[Problem]:
    """Running numbers start at 1 and leave none out, within a topic and a letter."""
    runs: dict[str, set[int]] = {}
    for control in catalog.controls:
        head, _, number = control.id.rpartition(".")
        if not control.is_own:
            runs.setdefault(head, set()).add(int(number))
    for head, numbers in runs.items():
        missing = set(range(1, max(numbers) + 1)) - numbers
        yield from (Problem(f"{head}.{number}", "the number is left out") for number in sorted(missing))


def _controls(catalog: Catalog) -> Iterator[Problem]:
    for control in catalog.controls:
        role = ROLE_PREFIX.get(control.id[0])
        if role and control.role != role:
            yield Problem(control.id, f"role is {control.role}, the id says {role}")
        if control.role == Role.ORGANISATION and control.level != Level.ORGANISATION:
            yield Problem(control.id, "a control of the organisation is answered at level organisation")
        if not control.tiers or control.tiers != control.tiers[0].upward:
            yield Problem(control.id, "tiers: a higher tier must not require less")
        if not {Evidence.AUTOMATIC, Evidence.ATTESTATION} & set(control.evidence):
            yield Problem(control.id, "evidence: neither automatic nor attestation")
        if not control.done_when:
            yield Problem(control.id, "done_when is empty")


def _references(catalog: Catalog) -> Iterator[Problem]:
    controls = {control.id for control in catalog.controls}
    risks = {risk.id for risk in catalog.risks}
    for control in catalog.controls:
        yield from (
            Problem(control.id, f"risks: there is no {id}") for id in control.risks if id not in risks
        )
        yield from (
            Problem(control.id, f"related: there is no {id}") for id in control.related if id not in controls
        )
        if control.id in control.related:
            yield Problem(control.id, "related: names itself")
        yield from (Problem(control.id, f"related: {id} stands twice") for id in _repeated(control.related))


def _risks(catalog: Catalog) -> Iterator[Problem]:
    lowered = {id for control in catalog.controls for id in control.risks}
    for risk in catalog.risks:
        if risk.id not in lowered:
            yield Problem(risk.id, "no control lowers it")
        if not risk.roles or any(not risk.place(role) for role in risk.roles):
            yield Problem(risk.id, "places: every role of the risk needs one")
        if risk.applies.always == bool(risk.applies.any_of):
            yield Problem(risk.id, "applies: either always, or any of some traits")


def _duplicates(catalog: Catalog) -> Iterator[Problem]:
    """Two controls with the same sentence, or with the same title for the same role."""
    own = [control for control in catalog.controls if not control.is_own]
    for lang in ("ja", "en"):
        yield from _same(own, f"statement.{lang}", lambda control, lang=lang: control.statement.get(lang))
        yield from _same(
            own, f"title.{lang}", lambda control, lang=lang: control.role + control.title.get(lang)
        )


def _same(controls: Iterable[Control], what: str, read: Any) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for control in controls:
        key = re.sub(r"\s+", "", read(control)).casefold()
        if key in first:
            yield Problem(control.id, f"{what} is the same as in {first[key]}")
        first.setdefault(key, control.id)


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, Text]]:
    """Every text below an element with its path, not going into elements that have an id of their own."""
    if isinstance(value, Text):
        yield path, value
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            if not hasattr(part, "id"):
                yield from _texts(part, f"{path}[{number}]")
    elif dataclasses.is_dataclass(value):
        for part in dataclasses.fields(value):
            yield from _texts(getattr(value, part.name), f"{path}.{part.name}".lstrip("."))


def _languages(catalog: Catalog) -> Iterator[Problem]:
    """Both languages everywhere, each in its own script; other frameworks' names may be the same in both."""
    ours: list[Element] = [*catalog.principles, *catalog.topics, *catalog.risks]
    ours += [control for control in catalog.controls if not control.is_own]
    theirs: list[Element] = [*catalog.frameworks]
    theirs += [item for framework in catalog.frameworks for item in framework.items]
    for element in ours + theirs:
        for path, text in _texts(element):
            if not text.ja or not text.en:
                yield Problem(element.id, f"{path} lacks {'en' if text.ja else 'ja'}")
    for element in ours:
        for path, text in _texts(element):
            if text.ja and not _JAPANESE.search(text.ja):
                yield Problem(element.id, f"{path}.ja is not Japanese")
            if _JAPANESE.search(text.en) and not re.search(r"[A-Za-z]{3}", text.en):
                yield Problem(element.id, f"{path}.en is not English")


def _crosswalk(catalog: Catalog) -> Iterator[Problem]:
    controls = {control.id for control in catalog.controls}
    for framework in catalog.frameworks:
        items = {item.id for item in framework.items}
        if not framework.edges:
            yield Problem(framework.id, "no control maps to it")
        for edge in framework.edges:
            if edge.control not in controls:
                yield Problem(framework.id, f"edges: there is no control {edge.control}")
            if edge.item not in items:
                yield Problem(
                    framework.id, f"edges: {edge.control} maps to {edge.item}, which is not an item"
                )
        for pair in _repeated(f"{edge.control} → {edge.item}" for edge in framework.edges):
            yield Problem(framework.id, f"edges: {pair} stands twice")
