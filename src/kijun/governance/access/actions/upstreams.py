"""Services that answer: connecting them, and recording that they do not train on what is sent."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.gateway import sealing
from kijun.governance.access.actions.common import (
    SECRET,
    Actor,
    allow,
    allow_in,
    check_fields,
    person_of,
    reason,
    switch,
)
from kijun.governance.access.models import Upstream
from kijun.governance.access.publishing import publish
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
_HEADER_NAME: Final = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}$")
_RESERVED: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te"})


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


def _seal(row: Upstream, key: str | None, headers: Mapping[str, str] | None, detail: dict[str, Any]) -> None:
    """Keep what is secret sealed; the trail tells that it changed, never what it is."""
    if key is not None:
        key = key.strip()
        if any(ord(letter) < 33 or ord(letter) > 126 for letter in key):
            raise ValidationError(
                {"key": [_("APIキーに使えない文字があります。前後の空白や改行を除いて貼り付けてください。")]}
            )
        row.key = sealing.seal(settings.SECRET_KEY, key)
        detail["after"]["key"] = SECRET if key else ""
    if headers is not None:
        for name, value in headers.items():
            if not _HEADER_NAME.match(name) or name.lower() in _RESERVED:
                raise ValidationError(
                    {
                        "headers": [
                            ValidationError(
                                _("「%(name)s」という名前のヘッダーは使えません。"),
                                params={"name": name[:40]},
                            )
                        ]
                    }
                )
            if not value or any(ord(letter) < 32 or ord(letter) > 126 for letter in value):
                raise ValidationError(
                    {
                        "headers": [
                            ValidationError(
                                _("ヘッダー「%(name)s」の値に使えない文字があります。"), params={"name": name}
                            )
                        ]
                    }
                )
        row.headers = {name: sealing.seal(settings.SECRET_KEY, value) for name, value in headers.items()}
        detail["after"]["headers"] = sorted(headers)


def _check(row: Upstream) -> None:
    if row.kind == Upstream.Kind.SAMPLE:
        row.base_url = ""
    check_fields(row, FIELDS)
    wrong: dict[str, list[Any]] = {}
    others = Upstream.objects.of(row.municipality).exclude(pk=row.pk)
    if others.filter(name=row.name).exists():
        wrong["name"] = [_("同じ名称の接続先があります。別の名称にしてください。")]
    if row.kind != Upstream.Kind.SAMPLE and not _is_web(row.base_url):
        wrong["base_url"] = [
            _("https:// か http:// で始まるURLを入力してください。例：https://api.example.jp/v1")
        ]
    if row.proxy and not _is_web(row.proxy):
        wrong["proxy"] = [_("プロキシは http://proxy.example.jp:8080 の形で入力してください。")]
    if row.ca and not _is_pem(row.ca):
        wrong["ca"] = [
            _("証明書を読めません。-----BEGIN CERTIFICATE----- で始まるPEMの文字を貼り付けてください。")
        ]
    if wrong:
        raise ValidationError(wrong)


def _is_web(url: str) -> bool:
    """http or https, a host, nothing secret in it: user and password would lie in the clear."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.username is None
            and parts.password is None
            and not parts.query
            and not parts.fragment
            and (parts.port is None or parts.port > 0)
            and not any(letter.isspace() for letter in url)
        )
    except ValueError:
        return False


def _is_pem(text: str) -> bool:
    try:
        return bool(x509.load_pem_x509_certificates(text.encode()))
    except ValueError:
        return False


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
            {"proof": [_("何で確かめたかを入力してください。例：契約書第12条、管理画面の設定")]}
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
