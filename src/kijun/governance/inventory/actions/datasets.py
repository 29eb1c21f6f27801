"""Datasets: provenance, owner, checks, review."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.acting import Actor, allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.inventory import dataset_rules
from kijun.governance.inventory.actions.common import same_town
from kijun.governance.inventory.models import Dataset
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.organisation.numbering import next_number


@transaction.atomic
def save_dataset(
    actor: Actor,
    municipality: Municipality,
    dataset: Dataset | None,
    data: dict[str, Any],
    seen_revision: int | None = None,
) -> Dataset:
    """Make a dataset (``dataset`` None) or change one. ``data``: cleaned values, ``systems`` as a list of rows."""
    if isinstance(actor, Person) and actor.municipality_id != municipality.pk:
        raise PermissionDenied
    allow(actor, "inventory.change_dataset" if dataset else "inventory.add_dataset", dataset)
    made = dataset is None
    systems = data.get("systems")
    same_town(municipality.pk, {**data, "systems": list(systems or [])})
    wrong = dataset_rules.problems({**(_values(dataset) if dataset else {}), **data})
    if wrong:
        raise ValidationError({name: [str(message)] for name, message in wrong.items()})
    plain = {name: value for name, value in data.items() if name != "systems"}
    row = dataset or Dataset(municipality=municipality, number=next_number(Dataset, municipality))
    if row.retired_on is not None:
        raise ValidationError(_("使用をやめたデータセットは変更できません。"))
    before = {} if made else {name: getattr(row, name) for name in plain}
    before_systems = [] if made else sorted(one.code for one in row.systems.all())
    if not made:
        row.claim(seen_revision)
    for name, value in plain.items():
        setattr(row, name, value)
    row.save()
    after: dict[str, Any] = dict(plain)
    if systems is not None:
        row.systems.set(systems)
        before["systems"], after["systems"] = before_systems, sorted(one.code for one in systems)
    detail = changes(before, after)
    if made or detail["after"]:
        action = "inventory.dataset_added" if made else "inventory.dataset_changed"
        record(municipality.chain, actor, action, row, detail)
    return row


def _values(dataset: Dataset) -> dict[str, Any]:
    return {name: getattr(dataset, name) for name in dataset_rules.FIELDS if name != "systems"}


@transaction.atomic
def retire_dataset(
    actor: Actor, dataset: Dataset, on: datetime.date, seen_revision: int | None = None
) -> Dataset:
    """The dataset is no longer used; it stays in the list for those who ask later."""
    allow(actor, "inventory.change_dataset", dataset)
    if dataset.retired_on is not None:
        raise ValidationError(_("すでに使用をやめています。"))
    if on > timezone.localdate():
        raise ValidationError({"on": [_("今日までの日付を入力してください。")]})
    dataset.claim(seen_revision)
    dataset.retired_on = on
    dataset.save(update_fields=["retired_on"])
    record(dataset.municipality.chain, actor, "inventory.dataset_retired", dataset, {"on": str(on)})
    return dataset


@transaction.atomic
def set_dataset_owner(actor: Actor, dataset: Dataset, person: Person) -> Dataset:
    """Name the person who answers for the data (G.19)."""
    allow(actor, "inventory.change_dataset", dataset)
    return _set_owner(actor, dataset, person)


def hand_over_dataset(actor: Person, dataset: Dataset, old: Person, new: Person) -> None:
    """Give a dataset to the successor of a person who moves; accounts checked that ``actor`` may."""
    if dataset.owner_id == old.pk:
        _set_owner(actor, dataset, new)


def pass_on_dataset(actor: Person, dataset: Dataset, old: Department, new: Department) -> None:
    """To the successor of a closed department; organisation checked that ``actor`` may and where to."""
    dataset.claim(None)
    dataset.owner_department = new
    dataset.save(update_fields=["owner_department"])
    detail = changes({"owner_department": old}, {"owner_department": new})
    record(dataset.municipality.chain, actor, "inventory.departments_handed_on", dataset, detail)


def _set_owner(actor: Actor, dataset: Dataset, person: Person) -> Dataset:
    same_town(dataset.municipality_id, {"owner": person})
    if not person.is_active:
        raise ValidationError({"owner": [_("有効な職員から選んでください。")]})
    before = dataset.owner
    dataset.claim(None)
    dataset.owner = person
    dataset.save(update_fields=["owner"])
    detail = changes({"owner": before}, {"owner": person})
    record(dataset.municipality.chain, actor, "inventory.dataset_owner_set", dataset, detail)
    return dataset
