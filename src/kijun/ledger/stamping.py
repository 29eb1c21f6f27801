"""RFC 3161 timestamps of checkpoints: somebody else says that the tree was so at a time, whoever holds our keys later.

What is stamped is the SHA-512 of the checkpoint's note; the authority learns nothing else. The answer, as it came (DER), stands beside the checkpoint.
"""

from __future__ import annotations

import datetime
import logging
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha512
from pathlib import Path
from typing import Any, Final

from kijun.ledger.files import write_whole
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import LedgerError

log = logging.getLogger("kijun.ledger")
PATIENCE: Final = 20  # seconds
MOST: Final = 200_000  # bytes of an answer


class NotStamped(LedgerError):
    """The authority gave no stamp that can be used; the checkpoint stays without one until the next try."""


class BadStamp(LedgerError):
    """A stamp does not stand for this checkpoint, or nobody who is trusted gave it."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a stamp says. ``trusted`` is True where its signature was followed to a root that was given."""

    at: datetime.datetime
    authority: str
    trusted: bool


def stamp(ledger: Ledger, url: str, elsewhere: Iterable[Path] = ()) -> int | None:
    """Have the newest checkpoint stamped; gives its size, None where there is none or it has a stamp. Raises `NotStamped`.

    Each folder of ``elsewhere`` gets ``stamps/SIZE.txt``, what was stamped, and ``stamps/SIZE.tsr``, the answer, as ``openssl ts -verify`` reads them.
    """
    newest = ledger.newest_checkpoint()
    if newest is None or newest[3] is not None:
        return None
    size, _at, note, _stamp = newest
    answer = ask(url, note)
    with ledger.database.writing() as link:
        link.execute("UPDATE checkpoints SET stamp = ? WHERE size = ? AND stamp IS NULL", (answer, size))
    for folder in elsewhere:
        _hand_out(folder / "stamps", size, note, answer)
    return size


def _hand_out(folder: Path, size: int, note: str, answer: bytes) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(folder / f"{size}.txt", note.encode())
        write_whole(folder / f"{size}.tsr", answer)
    except OSError as error:
        log.warning("a timestamp could not be handed out to %s (%s)", folder, type(error).__name__)


def ask(url: str, note: str) -> bytes:
    """An authority's answer about a note, held against what was asked. Raises `NotStamped`."""
    from rfc3161_client import TimestampRequestBuilder, decode_timestamp_response

    if not url.startswith(("http://", "https://")):
        raise _not_stamped("the address is neither http nor https")
    asked = TimestampRequestBuilder().data(note.encode()).build()
    try:
        request = urllib.request.Request(  # noqa: S310  the scheme was looked at
            url, asked.as_bytes(), {"Content-Type": "application/timestamp-query"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as found:  # noqa: S310  as above
            answer: bytes = found.read(MOST + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise _not_stamped(type(error).__name__) from error
    if len(answer) > MOST:
        raise _not_stamped("the answer is too long")
    try:
        told = decode_timestamp_response(answer)
        nonce = told.tst_info.nonce
    except ValueError as error:
        raise _not_stamped("the answer holds no timestamp") from error
    if nonce != asked.nonce:
        raise _not_stamped("the answer is to another request")
    try:
        verify_stamp(note, answer)
    except BadStamp as error:
        raise _not_stamped(error.en) from error
    return answer


def verify_stamp(note: str, answer: bytes, roots: Iterable[Path] = ()) -> Stamp:
    """What a stamp says of a note; raises `BadStamp`.

    ``roots`` are PEM files of certificates that are trusted, of the authority or above it; without any, only what the stamp says is read.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        told = decode_timestamp_response(answer)
        info = told.tst_info
        imprint = bytes(info.message_imprint.message)
    except ValueError as error:
        raise BadStamp("タイムスタンプとして読めません。", "This is no timestamp.") from error
    if imprint != sha512(note.encode()).digest():
        raise BadStamp(
            "タイムスタンプは、この検査点のものではありません。", "The timestamp is not of this checkpoint."
        )
    certificates = [one for path in roots for one in _certificates(path)]
    if certificates:
        builder = VerifierBuilder()
        for one in certificates:
            builder = builder.add_root_certificate(one)
        try:
            builder.build().verify_message(told, note.encode())
        except (VerificationError, ValueError) as error:
            raise BadStamp(
                "タイムスタンプの署名を、信頼する認証局まで確かめられません。",
                f"The timestamp's signature does not lead to a trusted root: {error}",
            ) from error
    return Stamp(info.gen_time, _name(info), bool(certificates))


def _name(info: Any) -> str:
    value: Any = getattr(getattr(info, "name", None), "value", None)
    return str(value.rfc4514_string()) if hasattr(value, "rfc4514_string") else ""


def _certificates(path: Path) -> list[Any]:
    from cryptography import x509

    return x509.load_pem_x509_certificates(path.read_bytes())


def _not_stamped(why: str) -> NotStamped:
    return NotStamped(
        "タイムスタンプを取得できませんでした。1時間後に、もう一度試します。",
        f"No timestamp was given ({why}); it is tried again in an hour.",
    )
