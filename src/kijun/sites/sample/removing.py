"""Taking the sample town away, whole: rows, files and its audit chain."""

from __future__ import annotations

import functools
import operator
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from kijun.governance.access.publishing import publish
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.security import end_all_sessions
from kijun.governance.audit.actions import remove_chain
from kijun.governance.organisation.models import Municipality
from kijun.sites.sample.content import CODE
from kijun.sites.sample.town import ACTOR

BATCH = 500


@transaction.atomic
def remove() -> bool:
    """True when there was a sample town. Every row that belongs to it goes; no row of another town can.

    Foreign keys are checked when the transaction ends, so the order does not matter, and PROTECT, which stands
    between people and their work, does not hold up a town that leaves as a whole.
    """
    town = Municipality.objects.filter(code=CODE, is_sample=True).first()
    if town is None:
        return False
    _end_sessions(town)
    doomed = [(model, _keys(model, town)) for model in apps.get_models(include_auto_created=True)]
    for model, keys in doomed:
        for batch in _batches(keys):
            model._base_manager.filter(pk__in=batch)._raw_delete(using="default")
    remove_chain(town.chain, ACTOR)
    Municipality.objects.filter(pk=town.pk)._raw_delete(using="default")
    _forget_sign_ins(town)
    publish("sample removed")
    for folder in (Path(settings.KIJUN_FILES) / town.code, Path(settings.HOME) / "reference" / town.code):
        transaction.on_commit(functools.partial(shutil.rmtree, folder, ignore_errors=True))
    return True


def _end_sessions(town: Municipality) -> None:
    """Whoever is signed in there is signed out; the store's own rows carry no key to a person."""
    for person in Person.objects.filter(municipality=town):
        end_all_sessions(person)


def _keys(model: type[models.Model], town: Municipality) -> list[object]:
    """Primary keys of the rows that belong to the town, or hang on one that does."""
    ways = [Q(**{way: town.pk}) for way in _ways(model)]
    if not ways or model is Municipality:
        return []
    rows = model._base_manager.filter(functools.reduce(operator.or_, ways))
    return list(rows.order_by().values_list("pk", flat=True).distinct())


def _ways(model: type[models.Model]) -> Iterator[str]:
    """Look-ups that lead from a row to its municipality: its own key, or that of a row it points to."""
    names = {field.name for field in model._meta.concrete_fields}
    if "municipality_id" in names:  # plain integer: the kit's staged imports know no municipality
        yield "municipality_id"
    for field in model._meta.concrete_fields:
        target = field.related_model
        if not isinstance(target, type):
            continue
        if target is Municipality:
            yield f"{field.name}_id"
        elif any(one.related_model is Municipality for one in target._meta.concrete_fields):
            yield f"{field.name}__municipality_id"


def _batches(keys: list[object]) -> Iterator[list[object]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _forget_sign_ins(town: Municipality) -> None:
    from axes.models import AccessAttempt, AccessFailureLog, AccessLog

    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(username__startswith=f"{town.code}-").delete()
