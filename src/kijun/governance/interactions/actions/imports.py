"""Imports of other products' logs: a template, a file looked at, a confirmation. Nothing is recorded before that."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.plain import check_names
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.interactions import importing
from kijun.governance.interactions.importing_files import forget, keep
from kijun.governance.interactions.models import ImportRun, ImportTemplate
from kijun.ledger.model import RETENTIONS
from kijun.web.uploads import safe_name

_FIELDS = ("name", "form", "mapping", "system", "purpose", "retention")


def _allow(person: Person) -> None:
    if not person.has_perm("interactions.import"):
        raise PermissionDenied


@transaction.atomic
def save_template(
    person: Person, template: ImportTemplate | None, values: dict[str, Any], seen_revision: int | None = None
) -> ImportTemplate:
    """Make or change a template. ``values``: name, form, mapping, system, purpose, retention."""
    _allow(person)
    row = template or ImportTemplate(municipality=person.municipality)
    if row.municipality_id != person.municipality_id:
        raise PermissionDenied
    for key in ("system", "purpose"):
        if values.get(key) is not None and values[key].municipality_id != person.municipality_id:
            raise ValidationError({key: [_("この自治体のものから選んでください。")]})
    if values.get("retention", row.retention) not in RETENTIONS:
        raise ValidationError({"retention": [_("保存期間を選んでください。")]})
    if not str(values.get("name", row.name)).strip():
        raise ValidationError({"name": [_("読み方の名称を入力してください。")]})
    check_names({"name": str(values.get("name", row.name))})
    _check_mapping(values)
    before = {key: getattr(row, key, None) for key in _FIELDS} if row.pk else {}
    if row.pk:
        row.claim(seen_revision)
    for key, value in values.items():
        setattr(row, key, value)
    row.full_clean(exclude=["municipality"])
    row.save()
    verb = "template_changed" if before else "template_made"
    after = {key: getattr(row, key) for key in _FIELDS}
    record(person.municipality.chain, person, f"interactions.{verb}", row, changes(before, after))
    return row


def _check_mapping(values: dict[str, Any]) -> None:
    if values.get("form") != ImportTemplate.Form.TABLE:
        return
    columns = dict(values.get("mapping", {}).get("columns", {}))
    missing = [key for key in importing.REQUIRED if not columns.get(key)]
    if missing:
        words, label = _("「%(label)s」の列を選んでください。"), importing.FIELDS[missing[0]]
        raise ValidationError({missing[0]: [ValidationError(words, params={"label": label})]})
    used = [heading for heading in columns.values() if heading]
    doubles = [heading for heading in used if used.count(heading) > 1]
    if doubles:
        words = _("列「%(heading)s」を2か所で選んでいます。")
        raise ValidationError(words, params={"heading": doubles[0]})


@transaction.atomic
def remove_template(person: Person, template: ImportTemplate) -> None:
    """Take away a template that was never used: of one that was, the record of what is imported stays."""
    _allow(person)
    if template.municipality_id != person.municipality_id:
        raise PermissionDenied
    try:
        record(person.municipality.chain, person, "interactions.template_removed", template, {})
        template.delete()
    except ProtectedError as error:
        raise ValidationError(_("この読み方で取り込んだ記録があるため、削除できません。")) from error


def stage_import(
    person: Person, *, filename: str, content: bytes, form: str, template: ImportTemplate | None
) -> ImportRun:
    """Put a file aside to be looked at; it is forgotten after two hours without a confirmation."""
    _allow(person)
    if template is not None and template.municipality_id != person.municipality_id:
        raise PermissionDenied
    with transaction.atomic():
        run = ImportRun.objects.create(
            municipality=person.municipality,
            template=template,
            form=template.form if template is not None else form,
            filename=safe_name(filename)[:200],
            sha256=hashlib.sha256(content).hexdigest(),
            made_by=person,
        )
        keep(run, content)
    return run


@transaction.atomic
def confirm_import(person: Person, run: ImportRun, *, rows: int) -> ImportRun:
    """Let the job record what the preview showed. ValidationError where it was confirmed, or waited too long."""
    _allow(person)
    if run.municipality_id != person.municipality_id:
        raise PermissionDenied
    if run.is_expired:
        raise ValidationError(_("確認までに時間がたちすぎました。ファイルをもう一度選んでください。"))
    if run.template is None:
        raise ValidationError(_("先に、どの列が何かを決めてください。"))
    waiting = ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.PREVIEW)
    if not waiting.update(state=ImportRun.State.WAITING, rows=rows):
        raise ValidationError(_("この取り込みは、すでに始まっています。"))
    run.refresh_from_db()
    detail = {"filename": run.filename, "sha256": run.sha256, "rows": rows}
    record(person.municipality.chain, person, "interactions.import_confirmed", run, detail)
    return run


@transaction.atomic
def discard_import(person: Person, run: ImportRun) -> None:
    """Take a file away that was not confirmed."""
    _allow(person)
    if run.municipality_id != person.municipality_id:
        raise PermissionDenied
    if run.state == ImportRun.State.PREVIEW:
        forget(run)
        run.delete()
