"""What a dataset must say, whether it comes from the form or from a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.inventory.models import PERSONAL_KINDS, DataKind, Dataset

FIELDS = (
    "name",
    "systems",
    "use",
    "owner_department",
    "owner",
    "data_kinds",
    "records",
    "collected_from",
    "collected_to",
    "collected_where",
    "collected_why",
    "region",
    "accuracy_checked_on",
    "accuracy_note",
    "representation_checked_on",
    "representation_note",
    "review_on",
)
REQUIRED = {"name": True, "use": False, "data_kinds": False, "owner_department": False, "review_on": True}
"""What is always there; True where it is written, False where it is chosen."""


def problems(values: Mapping[str, Any]) -> dict[str, StrOrPromise]:
    """What is missing or does not fit, as {field: message}."""
    found: dict[str, StrOrPromise] = {}
    for name, written in REQUIRED.items():
        if values.get(name) in (None, "", []):
            words = (
                _("「%(field)s」を入力してください。") if written else _("「%(field)s」を選んでください。")
            )
            found[name] = words % {"field": Dataset._meta.get_field(name).verbose_name}  # type: ignore[union-attr]  # fields of our own have a name
    kinds = set(values.get("data_kinds") or ())
    if DataKind.NONE in kinds and kinds & PERSONAL_KINDS:
        found["data_kinds"] = _(
            "「個人情報を扱わない」と個人情報の種類を、同時に選ぶことはできません。どちらかを外してください。"
        )
    start, end = values.get("collected_from"), values.get("collected_to")
    if start and end and end < start:
        found["collected_to"] = _("終了日は、開始日以降の日付にしてください。")
    for name in ("accuracy_checked_on", "representation_checked_on"):
        if values.get(name) and values[name] > timezone.localdate():
            found[name] = _("今日までの日付を入力してください。")
    return found
