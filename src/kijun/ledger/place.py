"""Where the sealed files of a ledger lie, as it is configured: nothing for the ledger's own folder, or the address of a bucket.

    s3://BUCKET/PREFIX?endpoint=https://s3.example.lg.jp:9000&region=…&ca=/etc/ssl/town.pem&style=path&proxy=…&tls=…&cache=…

Who may enter stands elsewhere, where S3's own tools look for it: ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``, the credentials file, the role
of the machine. So an address can be shown and logged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from kijun.ledger.model import LedgerError

#: Bytes that copies of a bucket's files take on this machine.
CACHE: Final = 10_000_000_000
_LEAST: Final = 100_000_000  # a segment of 16,000 records with its index, a few times over
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX: Final = re.compile(r"(?:[0-9A-Za-z_-][0-9A-Za-z._-]*(?:/[0-9A-Za-z_-][0-9A-Za-z._-]*)*)?")
_REGION: Final = re.compile(r"[0-9A-Za-z-]{1,40}")


class BadPlace(LedgerError):
    """The address of the ledger's files cannot be used."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(f"KIJUN_LEDGER_FILES：{ja}", f"KIJUN_LEDGER_FILES: {en}")


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of an S3-compatible service. ``endpoint`` is empty for AWS itself; ``cache`` is in bytes."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    ca: str = ""
    proxy: str = ""
    virtual: bool = False
    cache: int = CACHE

    @property
    def location(self) -> str:
        """``s3://bucket/prefix``, as engines that read the table name it."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def parse(address: str) -> Bucket | None:
    """The bucket of an address, None where it is empty; raises `BadPlace`."""
    if not address:
        return None
    parts = urlsplit(address)
    if parts.scheme != "s3":
        raise BadPlace("s3://バケット/接頭辞 の形で書いてください。", "write s3://BUCKET/PREFIX.")
    if "@" in parts.netloc:
        raise BadPlace(
            "鍵をアドレスに書かないでください。AWS_ACCESS_KEY_ID と AWS_SECRET_ACCESS_KEY に設定します。",
            "keys do not belong into the address: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        )
    told = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(told.keys() - {"endpoint", "region", "ca", "proxy", "style", "tls", "cache"}):
        raise BadPlace(f"「{unknown[0]}」という項目はありません。", f"there is no parameter {unknown[0]}.")
    prefix = parts.path.strip("/")
    if not _BUCKET.fullmatch(parts.netloc) or not _PREFIX.fullmatch(prefix) or parts.fragment:
        raise BadPlace(
            "バケット名は英小文字・数字・「.」・「-」、接頭辞は英数字と「.」「_」「-」「/」で書いてください。",
            "a bucket's name has a-z, 0-9, . and -, a prefix letters, digits, . _ - and /.",
        )
    return Bucket(
        parts.netloc,
        prefix,
        _endpoint(told.get("endpoint", ""), told.get("tls", "yes")),
        _matched("region", told.get("region", "us-east-1"), _REGION),
        _certificates(told.get("ca", "")),
        _proxy(told.get("proxy", "")),
        _choice("style", told.get("style", "path"), "path", "virtual") == "virtual",
        _cache(told.get("cache", "")),
    )


def _address(name: str, value: str) -> SplitResult:
    wrong = BadPlace(
        f"{name} は https://ホスト名:ポート の形で書いてください。", f"write {name} as https://HOST:PORT."
    )
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - asked for its ValueError
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise wrong
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise wrong
    return parts


def _endpoint(value: str, tls: str) -> str:
    _choice("tls", tls, "yes", "no")
    if not value:
        return ""
    parts = _address("endpoint", value)
    if parts.scheme == "http" and tls == "yes" and parts.hostname not in _LOOPBACK:
        raise BadPlace(
            "endpoint は https:// で始めてください。だれがいつAIを使ったかは暗号化されない列にあります。閉じた網で暗号化しないときは tls=no を付けます。",
            "the endpoint has to begin with https://: who used AI when stands in clear columns. In a closed network, tls=no allows http://.",
        )
    return f"{parts.scheme}://{parts.netloc}"


def _proxy(value: str) -> str:
    if not value:
        return ""
    parts = _address("proxy", value)
    return f"{parts.scheme}://{parts.netloc}"


def _certificates(value: str) -> str:
    if value and not (Path(value).is_absolute() and Path(value).is_file()):
        raise BadPlace(
            f"ca のファイルがありません（{value}）。証明書（PEM）の場所を / から書いてください。",
            f"there is no file {value}: write the path of the certificates (PEM) from / on.",
        )
    return value


def _cache(value: str) -> int:
    if not value:
        return CACHE
    if not value.isdecimal() or int(value) < _LEAST:
        raise BadPlace(f"cache は{_LEAST:,}以上のバイト数です。", f"cache is bytes, at least {_LEAST:,}.")
    return int(value)


def _matched(name: str, value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        raise BadPlace(f"{name} の値が正しくありません。", f"{name} cannot be read.")
    return value


def _choice(name: str, value: str, *choices: str) -> str:
    if value not in choices:
        raise BadPlace(
            f"{name} は {'・'.join(choices)} のどれかです。", f"{name} is one of {', '.join(choices)}."
        )
    return value
