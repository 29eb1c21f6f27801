"""Founding a municipality, and what residents read about it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kijun.governance.audit.actions import changes, open_chain, record
from kijun.governance.audit.refs import Ref
from kijun.governance.organisation.actions._may import Actor, check
from kijun.governance.organisation.models import Municipality
from kijun.web import codes

FIELDS = ("name", "kana", "name_en", "population", "contact", "contact_en", "contact_easy")


@transaction.atomic
def found_municipality(
    actor: Ref,
    *,
    code: str,
    name: str,
    kana: str = "",
    name_en: str = "",
    population: int | None = None,
    contact: str = "",
    contact_en: str = "",
    contact_easy: str = "",
    is_sample: bool = False,
) -> Municipality:
    """Make a municipality and open its audit chain. Only set-up, commands and jobs may: ``actor`` is a ``Ref``.

    ValidationError for a wrong code, or one that is taken.
    """
    if not isinstance(actor, Ref):
        raise PermissionDenied
    try:
        code = codes.check_municipality_code(code)
    except codes.CodeError as error:
        raise ValidationError({"code": str(error)}) from error
    if Municipality.objects.filter(code=code).exists():
        raise ValidationError({"code": _("この団体コードはすでに登録されています。")})
    town = Municipality(
        code=code,
        name=name.strip(),
        kana=kana,
        name_en=name_en,
        population=population,
        contact=contact,
        contact_en=contact_en,
        contact_easy=contact_easy,
        is_sample=is_sample,
    )
    town.full_clean()
    town.save(force_insert=True)
    open_chain(town.chain, town.name, removable=is_sample)
    record(town.chain, actor, "organisation.municipality_founded", town, {"code": code})
    return town


@transaction.atomic
def change_municipality(
    actor: Actor, municipality: Municipality, *, seen_revision: int | None, **fields: Any
) -> Municipality:
    """Change what is known of the town: any of :data:`FIELDS`. Stale or ValidationError as forms show them."""
    check(actor, municipality)
    if set(fields) - set(FIELDS):
        raise TypeError(f"no such fields: {sorted(set(fields) - set(FIELDS))}")
    municipality = Municipality.objects.get(pk=municipality.pk)
    before = {name: getattr(municipality, name) for name in fields}
    for name, value in fields.items():
        setattr(municipality, name, value)
    municipality.full_clean()
    detail = changes(before, fields)
    if detail["after"]:
        municipality.claim(seen_revision)
        municipality.save()
        record(municipality.chain, actor, "organisation.municipality_changed", municipality, detail)
    return municipality
