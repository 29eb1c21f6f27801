"""How a service may be reached: each function gives what is wrong with a part of it, or None."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

from cryptography import x509
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kijun.gateway.nowhere import address_of, leads_nowhere

_HEADER_NAME: Final = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}$")
_RESERVED: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te"})


def wrong_address(url: str) -> ValidationError | None:
    """A service's URL: http or https, a host, and nothing secret in it, for it is kept and shown in the clear."""
    if not _has_host(url):
        return ValidationError(
            _("https:// か http:// で始まるURLを入力してください。例：https://api.example.jp/v1")
        )
    return _wrong_parts(url)


def wrong_way(url: str, gateway: str) -> ValidationError | None:
    """An address that is the gateway's own: each call would come back to it."""
    there, here = urlsplit(url), urlsplit(gateway)
    if not here.hostname or _where(there) != _where(here):
        return None
    path, own = (f"{one.path.rstrip('/')}/" for one in (there, here))
    if path != own and path != "/":  # another service behind the same front
        return None
    return ValidationError(
        _("AIゲートウェイ自身のURLです。呼び出しが戻ってくるため、AIサービスのURLを入力してください。")
    )


def _where(parts: SplitResult) -> tuple[str, int]:
    host = (parts.hostname or "").rstrip(".")
    number = address_of(host)
    here = host == "localhost" or (number is not None and (number.is_loopback or number.is_unspecified))
    return "localhost" if here else host, parts.port or (443 if parts.scheme == "https" else 80)


def wrong_proxy(url: str) -> ValidationError | None:
    """A proxy's URL, bounded alike."""
    if not _has_host(url):
        return ValidationError(_("プロキシは http://proxy.example.jp:8080 の形で入力してください。"))
    return _wrong_parts(url)


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        sound = parts.port is None or parts.port > 0
    except ValueError:
        return False
    spaced = any(letter.isspace() for letter in url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and sound and not spaced


def _wrong_parts(url: str) -> ValidationError | None:
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        return ValidationError(
            _(
                "URLに利用者名やパスワードを含めることはできません。接続先への鍵は「APIキー」か「追加のヘッダー」に入力してください。"
            )
        )
    if leads_nowhere(parts.hostname or ""):
        return ValidationError(
            _(
                "このアドレスには送れません（リンクローカル、クラウドのメタデータなど）。AIサービスのURLを入力してください。"
            )
        )
    if parts.query or parts.fragment:
        return ValidationError(_("URLの「?」や「#」から後ろは入力できません。取り除いてください。"))
    return None


def wrong_certificate(text: str) -> ValidationError | None:
    """Certificates as PEM."""
    try:
        if x509.load_pem_x509_certificates(text.encode()):
            return None
    except ValueError:
        pass
    return ValidationError(
        _("証明書を読めません。-----BEGIN CERTIFICATE----- で始まるPEMの文字を貼り付けてください。")
    )


def wrong_key(key: str) -> ValidationError | None:
    """An API key: what may stand in a header."""
    if all(33 <= ord(letter) <= 126 for letter in key):
        return None
    return ValidationError(_("APIキーに使えない文字があります。前後の空白や改行を除いて貼り付けてください。"))


def wrong_headers(headers: Mapping[str, str]) -> ValidationError | None:
    """Further headers: names that are not the gateway's own, and values that a header can hold."""
    for name, value in headers.items():
        if not _HEADER_NAME.match(name) or name.lower() in _RESERVED:
            return ValidationError(
                _("「%(name)s」という名前のヘッダーは使えません。"), params={"name": name[:40]}
            )
        if not value or not all(32 <= ord(letter) <= 126 for letter in value):
            return ValidationError(
                _("ヘッダー「%(name)s」の値に使えない文字があります。"), params={"name": name}
            )
    return None
