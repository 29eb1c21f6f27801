"""Evidence that people add: files, links, attestations."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.evidence import controls, lapses, store
from kijun.governance.evidence.controls import Book
from kijun.governance.evidence.models import Item, StoredFile, Verdict
from kijun.governance.evidence.proofs import Scope
from kijun.web.uploads import CheckedUpload


@transaction.atomic
def add_item(
    actor: Person,
    scope: Scope,
    control_ids: Sequence[str],
    *,
    kind: str,
    title: str,
    note: str = "",
    verdict: str = Verdict.UNKNOWN,
    url: str = "",
    upload: CheckedUpload | None = None,
    effective_on: datetime.date | None = None,
    expires_on: datetime.date | None = None,
    replaces: Item | None = None,
) -> list[Item]:
    """Add a file, a link or an attestation to one or several controls; one row for each control.

    ``replaces`` is older evidence by hand of one of the controls, which is no longer in force from now on. ``upload`` has been through ``web.uploads.check_upload``; ``url`` must be http or https. Raises PermissionDenied and
    ValidationError (by field).
    """
    if not actor.has_perm("evidence.add", _thing(scope)):
        raise PermissionDenied
    _check(kind, control_ids, url, upload, effective_on, expires_on)
    stored = _keep(actor, scope, upload) if upload is not None else None
    return _write(
        actor,
        scope,
        {control_id: {} for control_id in control_ids},
        kind=kind,
        title=title,
        note=note,
        verdict=verdict,
        url=url,
        replaces=replaces,
        file=stored,
        effective_on=effective_on,
        expires_on=expires_on,
    )


@transaction.atomic
def attest(
    actor: Person,
    scope: Scope,
    checked: Mapping[str, Sequence[int]],
    *,
    note: str,
    verdict: str,
    effective_on: datetime.date,
    expires_on: datetime.date,
    replaces: Item | None = None,
    book: Book | None = None,
) -> list[Item]:
    """申告: this person states for each control which of its check items (places in ``done_when``) are so.

    満たしている needs every item; the items ticked are kept as they read today, so that a later catalogue changes nothing.
    ``book`` is how the person read the controls (None: as they count today). It takes the place of what the same person stated for the control before, and of ``replaces``.
    """
    if not actor.has_perm("evidence.add", _thing(scope)):
        raise PermissionDenied
    _check(Item.Kind.ATTESTATION, list(checked), "", None, effective_on, expires_on)
    figures: dict[str, dict[str, object]] = {}
    book = book or controls.of(scope.municipality)
    for control_id, places in checked.items():
        found = book.control(control_id)
        items = [text.ja for text in found.done_when] if found else []
        if any(not 0 <= place < len(items) for place in places):
            raise ValidationError(_("確認した項目の指定が正しくありません。画面を開き直してください。"))
        if verdict == Verdict.MET and len(set(places)) < len(items):
            raise ValidationError(
                {
                    "verdict": _(
                        "「満たしている」とするには、%(control)sの確認する項目すべてに印を付けてください。"
                        "そうでなければ「一部満たしている」を選んでください。"
                    )
                    % {"control": control_id}
                }
            )
        ticked = sorted(set(places))
        figures[control_id] = {
            "checked": [items[place] for place in ticked],
            "unchecked": [item for place, item in enumerate(items) if place not in ticked],
        }
    return _write(
        actor,
        scope,
        figures,
        kind=Item.Kind.ATTESTATION,
        title=_statement_of(actor, "ja"),
        title_en=_statement_of(actor, "en"),
        replaces=replaces,
        note=note,
        verdict=verdict,
        url="",
        file=None,
        effective_on=effective_on,
        expires_on=expires_on,
    )


def _statement_of(person: Person, lang: str) -> str:
    with translation.override(lang):
        return _("%(name)sさんの申告") % {"name": person.name}


@transaction.atomic
def withdraw_item(actor: Person, item: Item, reason: str) -> Item:
    """Take back what a person added by mistake. The row stays, with the reason; what was collected cannot be withdrawn."""
    item = Item.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    if not actor.has_perm("evidence.withdraw", item):
        raise PermissionDenied
    if item.kind == Item.Kind.AUTOMATIC:
        raise ValidationError(_("自動で集めた証跡は取り下げられません。元の画面で内容を直してください。"))
    if not item.is_current:
        raise ValidationError(_("この証跡はすでに取り下げられています。"))
    if not reason.strip():
        raise ValidationError({"reason": _("取り下げる理由を入力してください。")})
    item.superseded_at, item.withdrawn_reason = timezone.now(), reason.strip()[:300]
    item.save(update_fields=["superseded_at", "withdrawn_reason"])
    record(
        item.municipality.chain,
        actor,
        "evidence.withdrawn",
        item,
        {"control": item.control_id, "reason": item.withdrawn_reason},
    )
    lapses.follow(item.municipality, item.scope_kind, item.scope_id)
    return item


def _thing(scope: Scope) -> Item:
    """An unsaved item of the scope, for asking who may add one."""
    return Item(municipality=scope.municipality, scope_kind=scope.kind, scope_id=scope.id)


def _check(
    kind: str,
    control_ids: Sequence[str],
    url: str,
    upload: CheckedUpload | None,
    effective_on: datetime.date | None,
    expires_on: datetime.date | None,
) -> None:
    if kind not in {Item.Kind.FILE, Item.Kind.LINK, Item.Kind.ATTESTATION}:
        raise ValidationError({"kind": _("証跡の種類を選んでください。")})
    if not control_ids:
        raise ValidationError({"controls": _("対策を1つ以上選んでください。")})
    if kind == Item.Kind.LINK:
        check_link(url)
    if kind == Item.Kind.FILE and upload is None:
        raise ValidationError({"upload": _("ファイルを選んでください。")})
    if effective_on and effective_on > timezone.localdate():
        raise ValidationError({"effective_on": _("基準日に先の日付は使えません。")})
    if effective_on and expires_on and expires_on < effective_on:
        raise ValidationError({"expires_on": _("有効期限は、基準日より後の日にしてください。")})


def check_link(url: str) -> str:
    """The host of an http or https address. Raises ValidationError (field ``url``) for anything else."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _port = parts.port  # raises for a port that is none
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme.lower() not in {"http", "https"} or not host or "@" in parts.netloc:
        raise ValidationError(
            {
                "url": _(
                    "http:// か https:// で始まるアドレスを入力してください。例：https://www.example.lg.jp/ai/"
                )
            }
        )
    return host


def _keep(actor: Person, scope: Scope, upload: CheckedUpload) -> StoredFile:
    sha256 = store.write(scope.municipality, upload.content)
    stored: StoredFile = StoredFile.objects.create(
        municipality=scope.municipality,
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.content),
        sha256=sha256,
        uploaded_by=actor,
    )
    return stored


def _write(
    actor: Person,
    scope: Scope,
    figures: Mapping[str, dict[str, object]],
    *,
    replaces: Item | None = None,
    **values: object,
) -> list[Item]:
    made = []
    for control_id in figures:
        item = Item.objects.create(
            municipality=scope.municipality,
            scope_kind=scope.kind,
            scope_id=scope.id,
            control_id=control_id,
            figures=figures[control_id],
            as_of=timezone.now(),
            made_by=actor,
            **values,
        )
        old = _replace(item, replaces)
        record(
            scope.municipality.chain,
            actor,
            "evidence.added",
            item,
            {"control": control_id, "scope": scope.key, "kind": item.kind, "verdict": item.verdict}
            | ({"sha256": item.file.sha256} if item.file else {})
            | ({"replaces": old} if old else {}),
        )
        made.append(item)
    lapses.follow(scope.municipality, scope.kind, scope.id, made)
    return made


def _replace(item: Item, replaces: Item | None) -> list[int]:
    """Take out of force what the new item stands for now; the keys of these."""
    same = Item.objects.filter(
        municipality=item.municipality,
        scope_kind=item.scope_kind,
        scope_id=item.scope_id,
        control_id=item.control_id,
        superseded_at=None,
    ).exclude(pk=item.pk)
    older = Q(pk=replaces.pk) & ~Q(kind=Item.Kind.AUTOMATIC) if replaces is not None else Q(pk__in=[])
    if item.kind == Item.Kind.ATTESTATION:
        older |= Q(kind=Item.Kind.ATTESTATION, made_by=item.made_by)
    keys = list(same.filter(older).values_list("pk", flat=True))
    Item.objects.filter(pk__in=keys).update(superseded_at=item.as_of, replaced_by=item)
    return keys
