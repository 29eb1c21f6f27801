"""The score that a value has at least, whatever the weights say: what stands right beside it tells what it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from kijun.inspection.names import is_addressed, is_colleague, is_full_name
from kijun.inspection.of_office import of_addressee
from kijun.inspection.scene import Candidate, Scene
from kijun.inspection.sensitive import is_of_kin

_SENT_TO: Final = frozenset({"ADDRESS", "POSTAL_CODE"})
_TOLD: Final = "told="
_BESIDE: Final = 3  # characters between a label and its value


def least(scene: Scene, one: Candidate, settings: Mapping[str, Any]) -> tuple[float, float]:
    """By a rule's settings ``told``, ``addressed``, ``of_kin``, ``labelled``, ``full``: the least score, and how much of it does not depend on what else
    the text holds (its floor); 0 where none holds.

    A floor have ``told``, which its recogniser saw beside a value, and a usual full name before 様 or さん.
    """
    told = _told(one, settings.get("told"))
    if told and one.type == "ADDRESS" and "told=field" not in one.features:
        told = told if _speaks_of_somebody(scene, one.start) else 0.0
        return told, told
    addressed = one.type == "PERSON" and is_addressed(one.features)
    if addressed and "full=True" in one.features:
        told = max(told, float(settings.get("labelled", 0.0)))
    return max(told, _beside(scene, one, settings, addressed=addressed)), told


def _beside(scene: Scene, one: Candidate, settings: Mapping[str, Any], *, addressed: bool) -> float:
    if one.type in _SENT_TO and "number=no" not in one.features and of_addressee(scene, one.start):
        return float(settings["addressed"])
    if "of_kin" in settings and is_of_kin(scene, one):
        return float(settings["of_kin"])
    labelled = float(settings.get("labelled", 0.0))
    if not labelled:
        return 0.0
    if addressed or (one.type == "PERSON" and is_colleague(scene, one)):
        return labelled
    if "full" in settings and is_full_name(scene, one):
        return float(settings["full"])
    return labelled if _is_labelled(scene, one, settings) else 0.0


def _told(one: Candidate, scores: Mapping[str, Any] | None) -> float:
    if scores is None or _features_of(tuple(scores)).isdisjoint(one.features):
        return 0.0
    return max(
        float(scores.get(each.removeprefix(_TOLD), 0.0)) for each in one.features if each.startswith(_TOLD)
    )


@lru_cache(maxsize=256)
def _features_of(told: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"{_TOLD}{each}" for each in told)


def _speaks_of_somebody(scene: Scene, place: int) -> bool:
    line = scene.line(place)
    return bool(scene.count("individual", *line) or scene.found_within("PERSON", *line))


def _is_labelled(scene: Scene, one: Candidate, settings: Mapping[str, Any]) -> bool:
    """Whether its own label stands right before it, and it is not an office's own."""
    label = scene.label(one.start)
    if label is None or label.type != one.type or label.strength <= 0.8:
        return False
    if settings.get("labelled_if", one.features[0]) not in one.features:
        return False
    start, end = scene.line(one.start)
    offices = [
        hit
        for hit in scene.near("office", start, end)
        if not one.start - _BESIDE <= hit.end <= one.start  # the label itself: 送付先
    ]
    return not offices or bool(scene.count("personal", start, end))
