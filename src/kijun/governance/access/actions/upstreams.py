"""Services that answer: connecting them, and recording that they do not train on what is sent."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.gateway import sealing
from kijun.governance.access import connection
from kijun.governance.access.actions.common import SECRET, allow_in, check_fields, reason, switch
from kijun.governance.access.models import Upstream
from kijun.governance.access.plain import check_names
from kijun.governance.access.publishing import base_url, publish
from kijun.governance.accounts.acting import Actor, allow, person_of
from kijun.governance.audit.actions import changes, record
from kijun.governance.organisation.models import Municipality

FIELDS: Final = (
    "name",
    "kind",
    "base_url",
    "api_version",
    "proxy",
    "ca",
    "connect_timeout",
    "first_byte_timeout",
    "idle_timeout",
    "total_timeout",
    "retries",
    "breaker_failures",
    "breaker_seconds",
)


TIMES: Final = tuple(name for name in FIELDS if name.endswith(("timeout", "seconds")))


@transaction.atomic
def save_upstream(
    actor: Actor,
    municipality: Municipality,
    upstream: Upstream | None,
    data: Mapping[str, Any],
    seen_revision: int | None = None,
    *,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Upstream:
    """Make a service (``upstream`` None) or change one.

    ``data`` holds any of `FIELDS`. ``key`` and ``headers`` are given in the clear and kept sealed; None leaves what is there,
    an empty value takes it away. Another address is another service: its opt-out is recorded anew.
    """
    if upstream is None:
        allow_in(actor, "access.change", municipality)
    else:
        allow(actor, "access.change", upstream)
    row = upstream or Upstream(municipality=municipality)
    values = {name: data[name] for name in FIELDS if name in data}
    before = {name: getattr(row, name) for name in values}
    if upstream is not None:
        row.claim(seen_revision)
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    _check(row)
    moved = upstream is not None and (before.get("base_url", row.base_url), before.get("kind", row.kind)) != (
        row.base_url,
        row.kind,
    )
    detail = changes({} if upstream is None else before, {name: getattr(row, name) for name in values})
    _seal(row, key, headers, detail)
    if moved and row.opted_out:
        row.opt_out_on, row.opt_out_by, row.opt_out_proof = None, None, ""
        detail["opt_out_ended"] = True
    row.save()
    if upstream is None or detail["after"]:
        action = "access.upstream_added" if upstream is None else "access.upstream_changed"
        record(municipality.chain, actor, action, row, detail)
    publish(f"upstream {row.pk} saved")
    return row


INSIDE: Final = (Upstream.Kind.SAMPLE, Upstream.Kind.REFERENCE)
"""Services that answer inside of the gateway: nothing leaves the machine."""


def _seal(row: Upstream, key: str | None, headers: Mapping[str, str] | None, detail: dict[str, Any]) -> None:
    """Keep what is secret sealed; the trail tells that it changed, never what it is."""
    if key is not None:
        key = key.strip()
        if wrong := connection.wrong_key(key):
            raise ValidationError({"key": [wrong]})
        row.key = sealing.seal(settings.SECRET_KEY, key)
        detail["after"]["key"] = SECRET if key else ""
    if headers is not None:
        if wrong := connection.wrong_headers(headers):
            raise ValidationError({"headers": [wrong]})
        row.headers = {name: sealing.seal(settings.SECRET_KEY, value) for name, value in headers.items()}
        detail["after"]["headers"] = sorted(headers)


def _check(row: Upstream) -> None:
    if row.kind in INSIDE:
        row.base_url = ""
    if odd := [name for name in TIMES if not math.isfinite(getattr(row, name))]:
        raise ValidationError({name: [_("数字で入力してください。")] for name in odd})
    check_fields(row, FIELDS)
    check_names({"name": row.name, "api_version": row.api_version})
    wrong: dict[str, list[Any]] = {}
    others = Upstream.objects.of(row.municipality).exclude(pk=row.pk)
    if others.filter(name=row.name).exists():
        wrong["name"] = [_("同じ名称の接続先があります。別の名称にしてください。")]
    given = {"base_url": row.base_url, "proxy": row.proxy, "ca": row.ca}
    wrong.update({name: [one] for name, one in wrong_connection(row.kind, given).items()})
    wrong.update(
        {name: [one] for name, one in wrong_times({one: getattr(row, one) for one in TIMES}).items()}
    )
    if wrong:
        raise ValidationError(wrong)


def wrong_times(given: Mapping[str, Any]) -> dict[str, ValidationError]:
    """Times that do not lie one inside of the other, by field: connecting in the first byte's, that in the total (docs/gateway.md)."""
    connect, first, total = (given.get(f"{name}_timeout") for name in ("connect", "first_byte", "total"))
    found = {}
    if connect is not None and first is not None and connect > first:
        found["connect_timeout"] = ValidationError(
            _("接続を待つ秒数は、応答の始まりを待つ秒数（%(n)s）以下にしてください。"),
            params={"n": f"{first:g}"},
        )
    if first is not None and total is not None and first > total:
        found["first_byte_timeout"] = ValidationError(
            _("応答の始まりを待つ秒数は、全体で待つ秒数（%(n)s）以下にしてください。"),
            params={"n": f"{total:g}"},
        )
    return found


def wrong_connection(kind: str, given: Mapping[str, str]) -> dict[str, ValidationError]:
    """What is wrong with ``base_url``, ``proxy`` and ``ca`` of a service of this kind, by field; empty when they may stand."""
    found = {
        "base_url": None
        if kind in INSIDE
        else connection.wrong_address(given["base_url"])
        or connection.wrong_way(given["base_url"], base_url()),
        "proxy": connection.wrong_proxy(given["proxy"]) if given["proxy"] else None,
        "ca": connection.wrong_certificate(given["ca"]) if given["ca"] else None,
    }
    return {name: wrong for name, wrong in found.items() if wrong is not None}


def switch_upstream(
    actor: Actor, upstream: Upstream, enabled: bool, seen_revision: int | None = None, *, why: str = ""
) -> Upstream:
    """Use the service, or use it no longer; a reason is asked for where it is switched off."""
    switch(actor, upstream, enabled, seen_revision, why)
    return upstream


@transaction.atomic
def record_opt_out(
    actor: Actor,
    upstream: Upstream,
    *,
    on: datetime.date,
    proof: str,
    seen_revision: int | None = None,
) -> Upstream:
    """Somebody made sure that the service does not train on what is sent, and how (P5.1.2)."""
    allow(actor, "access.change", upstream)
    if on > timezone.localdate():
        raise ValidationError({"on": [_("今日までの日付を入力してください。")]})
    if len(proof.strip()) < 5:
        raise ValidationError(
            {"proof": [_("何で確かめたかを、5文字以上で入力してください。例：契約書第12条、管理画面の設定")]}
        )
    before = {"opt_out_on": upstream.opt_out_on, "opt_out_proof": upstream.opt_out_proof}
    upstream.claim(seen_revision)
    upstream.opt_out_on, upstream.opt_out_proof = on, proof.strip()
    upstream.opt_out_by = person_of(actor)
    upstream.save(update_fields=["opt_out_on", "opt_out_proof", "opt_out_by"])
    after = {"opt_out_on": on, "opt_out_proof": proof.strip()}
    record(upstream.municipality.chain, actor, "access.opt_out_recorded", upstream, changes(before, after))
    publish(f"opt-out of upstream {upstream.pk} recorded")
    return upstream


@transaction.atomic
def withdraw_opt_out(
    actor: Actor, upstream: Upstream, *, why: str, seen_revision: int | None = None
) -> Upstream:
    """The service may train on what is sent after all: the gateway sends nothing personal there from now on."""
    allow(actor, "access.change", upstream)
    why = reason(why)
    if not upstream.opted_out:
        raise ValidationError(_("学習に使われないという記録は、まだありません。"))
    upstream.claim(seen_revision)
    upstream.opt_out_on, upstream.opt_out_by, upstream.opt_out_proof = None, None, ""
    upstream.save(update_fields=["opt_out_on", "opt_out_proof", "opt_out_by"])
    record(upstream.municipality.chain, actor, "access.opt_out_withdrawn", upstream, {"reason": why})
    publish(f"opt-out of upstream {upstream.pk} withdrawn")
    return upstream
