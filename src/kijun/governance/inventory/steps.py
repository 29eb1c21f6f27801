"""The guided form of a system: one topic a step, and what must be filled in before it is registered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.inventory.models import AISystem, DataKind, Training


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form. ``required`` fields must be filled in when the system is registered."""

    number: int
    slug: str
    label: StrOrPromise
    fields: tuple[str, ...]
    required: frozenset[str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is missing or does not fit, and the step where it is mended."""

    step: Step
    field: str
    message: StrOrPromise


STEPS = (
    Step(
        1,
        "basics",
        _("基本"),
        ("name", "name_en", "summary", "field", "functions"),
        frozenset({"name", "summary", "field", "functions"}),
    ),
    Step(
        2,
        "purpose",
        _("目的と効果"),
        ("problem", "expected_effect", "alternatives"),
        frozenset({"problem", "expected_effect"}),
    ),
    Step(
        3,
        "people",
        _("部署と責任者"),
        ("provider_department", "user_departments", "owner", "support_contact"),
        frozenset({"provider_department"}),
    ),
    Step(
        4,
        "service",
        _("サービスと環境"),
        (
            "network",
            "external_service",
            "vendor_name",
            "service_name",
            "model_name",
            "shared_use",
            "procurement",
            "contract_yen",
        ),
        frozenset({"network", "external_service", "shared_use"}),
    ),
    Step(
        5,
        "data",
        _("情報"),
        (
            "data_kinds",
            "data_subjects",
            "data_source",
            "retention",
            "abroad",
            "training",
            "training_checked_on",
            "learns",
        ),
        frozenset({"data_kinds", "abroad", "training", "learns"}),
    ),
    Step(
        6,
        "residents",
        _("住民との関わり"),
        ("resident_facing", "affected", "human_check", "fallback", "legal_basis"),
        frozenset({"resident_facing", "affected", "human_check"}),
    ),
)
TYPED = frozenset({"name", "summary", "field", "problem", "expected_effect", "affected", "human_check"})
"""Required fields that are written; the others are chosen."""
CHECK = Step(7, "check", pgettext_lazy("step", "確認"), (), frozenset())
BY_SLUG = {step.slug: step for step in STEPS}
FIELDS = tuple(name for step in STEPS for name in step.fields)


def step_of(field: str) -> Step:
    """The step that asks for a field."""
    return next(step for step in STEPS if field in step.fields)


def label(field: str) -> StrOrPromise:
    """The field's name as people read it."""
    return AISystem._meta.get_field(field).verbose_name  # type: ignore[union-attr]  # a field of our own has a name to show


def value_of(system: AISystem, field: str) -> Any:
    """The stored value; departments that use the system as a list of rows."""
    if field == "user_departments":
        return list(system.user_departments.all()) if system.pk else []
    return getattr(system, field)


def check_together(values: Mapping[str, Any]) -> dict[str, StrOrPromise]:
    """Rules between fields, as {field: message}. ``values`` may hold one step's fields or all of them."""
    found: dict[str, StrOrPromise] = {}
    kinds = set(values.get("data_kinds") or ())
    if DataKind.NONE in kinds and kinds & {DataKind.PERSONAL, DataKind.SENSITIVE, DataKind.MY_NUMBER}:
        found["data_kinds"] = _(
            "「個人情報を扱わない」と個人情報の種類を、同時に選ぶことはできません。どちらかを外してください。"
        )
    personal = bool(kinds & {DataKind.PERSONAL, DataKind.SENSITIVE, DataKind.MY_NUMBER})
    if personal and not values.get("data_subjects"):
        found["data_subjects"] = _("個人情報を扱うときは、だれの情報かを入力してください。")
    if personal and not values.get("retention"):
        found["retention"] = _("個人情報を扱うときは、保存期間を入力してください。例：3年、年度末まで")
    if values.get("external_service") and not values.get("vendor_name"):
        found["vendor_name"] = _("庁外のサービスを使うときは、事業者を入力してください。")
    if values.get("training") == Training.OFF_CONFIRMED and not values.get("training_checked_on"):
        found["training_checked_on"] = _(
            "学習に使われないことを確認済みのときは、確かめた日を入力してください。まだなら「未確認」を選びます。"
        )
    return found


def problems(system: AISystem) -> list[Problem]:
    """All that stands in the way of registering, in the order of the steps."""
    return problems_in({name: value_of(system, name) for name in FIELDS}, answered(system))


def problems_in(values: Mapping[str, Any], answered: int | None = None) -> list[Problem]:
    """What is missing or does not fit in the values of all steps, of which ``answered`` were saved (all of them)."""
    answered = len(STEPS) if answered is None else answered
    found = []
    wrong = check_together(values)
    for step in STEPS:
        for name in step.fields:
            empty = values.get(name) in ("", None, []) or step.number > answered
            if name in step.required and empty:
                chosen = name not in TYPED
                words = (
                    _("「%(field)s」を選んでください。") if chosen else _("「%(field)s」を入力してください。")
                )
                message = words % {"field": label(name)}
                found.append(Problem(step, name, message))
            elif name in wrong:
                found.append(Problem(step, name, wrong[name]))
    return found


def answered(system: AISystem) -> int:
    """The last step that was saved; 0 for a new draft. ``system.step`` is the step to continue with."""
    return system.step - 1 if system.is_draft else len(STEPS)


def check_complete(system: AISystem) -> None:
    """Raise ValidationError with every problem, keyed by field."""
    found = problems(system)
    if found:
        raise ValidationError({problem.field: [str(problem.message)] for problem in found})
