"""Sealed files in a bucket of an S3-compatible service, read through copies on this machine (`cache`).

What was uploaded is read back and compared before it counts, for the journal forgets its rows then. An object ``kijun-ledger.json`` tells whose place it
is and how far that ledger had come, so that neither another ledger nor a restored copy sweeps files away that it does not know.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from kijun.ledger.place import Bucket
from kijun.ledger.segments.cache import Cache
from kijun.ledger.segments.salvage import LARGER
from kijun.ledger.segments.segment import File
from kijun.ledger.segments.store import NotAsSealed, StoreFault

if TYPE_CHECKING:
    from pyarrow.fs import S3FileSystem

CLAIM: Final = "kijun-ledger.json"
_PIECE: Final = 8 << 20
_CONNECT: Final = 3.0  # seconds
_SILENCE: Final = 5.0  # seconds without a byte
_TRIES: Final = 3
_DENIED: Final = frozenset(
    (
        "ACCESS_DENIED",
        "SIGNATURE_DOES_NOT_MATCH",
        "INVALID_ACCESS_KEY_ID",
        "INVALID_CLIENT_TOKEN_ID",
        "INVALID_SIGNATURE",
        "MISSING_AUTHENTICATION_TOKEN",
        "UNRECOGNIZED_CLIENT",
        "REQUEST_TIME_TOO_SKEWED",
        "REQUEST_EXPIRED",
        "401",
        "403",
    )
)
_SERVERS: Final = ("429", "500", "502", "503", "504")
_BUSY: Final = frozenset(
    ("SLOW_DOWN", "SERVICE_UNAVAILABLE", "INTERNAL_FAILURE", "THROTTLING", "REQUEST_TIMEOUT", *_SERVERS)
)
_ELSEWHERE: Final = frozenset(("301", "307", "308", "400"))
_TLS: Final = frozenset({"35", "58", "60", "77", "83"})  # curl's: handshake, certificates


class S3:
    """A bucket, or a part of one below a prefix."""

    remote = True

    def __init__(self, folder: Path, bucket: Bucket) -> None:
        self.folder, self.bucket = folder, bucket
        self.below = folder / "cache"
        self.place = self.location = bucket.location
        self.key: Hashable = (str(folder.absolute()), bucket)
        self.cache = Cache(self.below, bucket.cache)
        self._root = self.location.removeprefix("s3://")
        self._filesystem: S3FileSystem | None = None
        self._claimed = False

    @property
    def filesystem(self) -> S3FileSystem:
        """Arrow's; made when it is first needed, for it takes a moment and threads."""
        if self._filesystem is None:
            self._filesystem = filesystem_of(self.bucket)
        return self._filesystem

    def _key(self, name: str) -> str:
        return f"{self._root}/{name}"

    # --- writing ----------------------------------------------------------------------------

    def draft(self, name: str) -> Path:
        """See `Store`."""
        return self.cache.draft(name)

    def put(self, file: File) -> None:
        """See `Store`. The draft becomes the first copy."""
        self._write(file.name, _read(self.cache.draft(file.name)))
        try:
            self._compare(file)
        except NotAsSealed as error:
            raise StoreFault(
                f"置き場所（{self.place}）に書いたファイルが、書いたとおりに読めません。記録は手元に残っています。ストレージを確かめてください。",
                f"What was written to {self.place} is not what is read there ({error}). Nothing was lost; look at the storage.",
            ) from error
        self.cache.adopt(file)

    def _write(self, name: str, pieces: Iterable[bytes]) -> None:
        if not self._claimed:
            raise RuntimeError("nothing is written to a place before it was claimed")
        with self._speaking(), self.filesystem.open_output_stream(self._key(name)) as out:
            for piece in pieces:
                out.write(piece)

    def _compare(self, file: File) -> None:
        for _piece in self._sealed(file):
            pass

    def _sealed(self, file: File) -> Iterator[bytes]:
        """The pieces of a file; raises `NotAsSealed`, at the latest at its end."""
        size, digest = 0, hashlib.sha256()
        try:
            for piece in self._read(file.name):
                size += len(piece)
                if size > file.bytes:  # whoever changed it shall not fill the disk
                    raise NotAsSealed(file, f"more than the {file.bytes} bytes that were sealed")
                digest.update(piece)
                yield piece
        except FileNotFoundError:
            raise NotAsSealed(file, "missing") from None
        if size != file.bytes:
            raise NotAsSealed(file, f"{size} bytes, {file.bytes} were sealed")
        if digest.hexdigest() != file.sha256:
            raise NotAsSealed(file, "its content changed")

    def delete(self, names: Iterable[str]) -> int:
        """See `Store`."""
        if not self._claimed:
            raise RuntimeError("nothing is deleted from a place before it was claimed")
        deleted = 0
        for name in names:
            try:
                with self._speaking():
                    self.filesystem.delete_file(self._key(name))
                deleted += 1
            except FileNotFoundError:
                continue
        return deleted

    # --- reading ----------------------------------------------------------------------------

    def held(self, files: Sequence[File]) -> AbstractContextManager[list[Path]]:
        """See `Store`."""
        return self.cache.held(files, self._fetch)

    def _fetch(self, file: File, into: Path) -> None:
        with into.open("xb") as out:
            for piece in self._sealed(file):
                out.write(piece)

    def _read(self, name: str) -> Iterator[bytes]:
        try:
            with self._speaking():
                stream = self.filesystem.open_input_stream(self._key(name))
        except FileNotFoundError:
            self._check_bucket()
            raise
        with stream:
            while True:
                with self._speaking():
                    piece = stream.read(_PIECE)
                if not piece:
                    return
                yield piece

    def _check_bucket(self) -> None:
        """Arrow says the same of an object and of a bucket that is not there."""
        from pyarrow.fs import FileType

        with self._speaking():
            found = self.filesystem.get_file_info(self.bucket.bucket)
        if found.type == FileType.NotFound:
            raise self._no_bucket()

    def names(self, below: str) -> list[str]:
        """See `Store`."""
        from pyarrow.fs import FileSelector

        with self._speaking():
            found = self.filesystem.get_file_info(
                FileSelector(self._key(below), allow_not_found=True, recursive=True)
            )
        if not found:
            self._check_bucket()
        return sorted(one.path.removeprefix(f"{self._root}/") for one in found if one.is_file)

    @contextmanager
    def as_it_lies(self, file: File) -> Iterator[Path]:
        """See `Store`: a copy of its own, for that of the cache is what was sealed."""
        path = self.cache.draft(f"{file.name}.{secrets.token_hex(4)}")
        left = LARGER * file.bytes + (1 << 20)
        try:
            with path.open("xb") as out:
                for piece in self._read(file.name):
                    left -= out.write(piece)
                    if left < 0:
                        raise NotAsSealed(file, "far larger than what was sealed")
            yield path
        except FileNotFoundError:
            raise NotAsSealed(file, "missing") from None
        finally:
            path.unlink(missing_ok=True)

    def refresh(self, file: File) -> bool:
        """See `Store`."""
        self.cache.refresh(file, self._fetch)
        return True

    def forget(self, segments: Iterable[str]) -> None:
        """See `Store`."""
        self.cache.forget(segments)

    # --- whose place it is ------------------------------------------------------------------

    def claim(self, ledger: str, entries: int) -> None:
        """See `Store`."""
        told = self._claim()
        if told is not None and told["ledger"] != ledger:
            raise StoreFault(
                f"置き場所（{self.place}）は、別の台帳のものです。KIJUN_LEDGER_FILES に、この台帳だけの接頭辞を設定してください。",
                f"{self.place} belongs to another ledger: give this one a prefix of its own in KIJUN_LEDGER_FILES.",
            )
        if told is not None and told["entries"] > entries:
            raise StoreFault(
                f"置き場所（{self.place}）は、この台帳の先の状態（{told['entries']:,}件）を知っています（ここには{entries:,}件）。復元の試しなら、"
                f"別の置き場所を設定してください。本当に戻したときは、バケットの控えを取ってから {CLAIM} を消してください。",
                f"{self.place} knows a later state of this ledger ({told['entries']:,} entries; here are {entries:,}). To try a restore, give the copy a "
                f"place of its own. If it was restored for good, copy the bucket, then delete {CLAIM} there.",
            )
        self._claimed = True
        if told is None or told["entries"] < entries:
            self._write(CLAIM, [orjson.dumps({"ledger": ledger, "entries": entries})])

    def _claim(self) -> dict[str, Any] | None:
        try:
            told = orjson.loads(b"".join(self._read(CLAIM)))
            return {"ledger": str(told["ledger"]), "entries": int(told["entries"])}
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise StoreFault(
                f"置き場所（{self.place}）の {CLAIM} が読めません。この台帳だけの場所か確かめ、そうであれば消してください。",
                f"{CLAIM} in {self.place} cannot be read: see that the place is this ledger's alone, then delete it.",
            ) from error

    # --- words ------------------------------------------------------------------------------

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """What the service says becomes a `StoreFault`; FileNotFoundError stays."""
        try:
            yield
        except OSError as error:
            fault = self.fault_of(error)
            if fault is None and (error.errno is not None or isinstance(error, FileNotFoundError)):
                raise
            raise fault or self._unknown(
                type(error).__name__
            ) from None  # what it says may quote a key's name

    def fault_of(self, error: OSError) -> StoreFault | None:
        """See `Store`. Only codes are repeated, never a service's own words."""
        text = str(error)
        curl = re.search(r"curlCode: (\d+)", text)
        said = re.search(r"AWS Error (?:UNKNOWN \(HTTP status (\d+)\)|([A-Z_0-9]+))", text)
        if not said or isinstance(error, FileNotFoundError):  # a file's fault, or this machine's
            return None
        code = str(said[1] or said[2])
        if curl and curl[1] in _TLS:
            return self._fault(
                "接続先の証明書を確かめられません。KIJUN_LEDGER_FILES の ca に、庁内の認証局の証明書を設定してください。",
                "the certificate of the service cannot be checked; name the authority's certificate with ca in KIJUN_LEDGER_FILES",
                f"TLS {curl[1]}",
            )
        if curl or code == "NETWORK_CONNECTION":
            return self._fault(
                "接続できません。endpoint、ネットワーク、サービスが動いているかを確かめてください。",
                "it cannot be reached; look at the endpoint, the network and whether the service runs",
                f"curl {curl[1]}" if curl else code,
            )
        if code == "NO_SUCH_BUCKET":
            return self._no_bucket()
        if code in _DENIED:
            return self._fault(
                "拒否されました。AWS_ACCESS_KEY_ID と AWS_SECRET_ACCESS_KEY、その鍵に許された操作（一覧・読み・書き・削除）、この機械の時計を確かめてください。",
                "it refuses; look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, at what they may do (list, read, write, delete) and at this machine's clock",
                code,
            )
        if code in _BUSY:
            return self._fault(
                "混み合っているか、止まっています。あとで自動でやり直します。続くときは、サービスの管理者に確かめてください。",
                "it is busy or down; it is tried again by itself. If it goes on, ask whoever runs the service",
                code,
            )
        if code in _ELSEWHERE:
            return self._fault(
                "この地域やアドレスでは受け付けられません。region、endpoint、style を確かめてください。",
                "it does not answer there; look at region, endpoint and style",
                code,
            )
        return self._unknown(code)

    def _fault(self, ja: str, en: str, code: str) -> StoreFault:
        return StoreFault(
            f"台帳のファイルの置き場所（{self.place}）：{ja}（{code}）",
            f"The ledger's files in {self.place}: {en} ({code}).",
        )

    def _unknown(self, code: str) -> StoreFault:
        return self._fault(
            "読み書きできません。サービスの空き容量と状態を確かめてください。",
            "it cannot be read or written; look at the free space and the state of the service",
            code,
        )

    def _no_bucket(self) -> StoreFault:
        return self._fault(
            "バケットがありません。名前を確かめるか、作ってください。",
            "there is no such bucket; check its name, or make it",
            "NO_SUCH_BUCKET",
        )


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def filesystem_of(bucket: Bucket) -> S3FileSystem:
    """Arrow's view of a bucket. Who enters is found as S3's own tools do: environment, credentials file, role of the machine."""
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    scheme, _, host = bucket.endpoint.rpartition("://")
    return S3FileSystem(
        region=bucket.region,
        scheme=scheme or "https",
        endpoint_override=host or None,
        force_virtual_addressing=bucket.virtual,
        tls_ca_file_path=bucket.ca or None,
        proxy_options=bucket.proxy or None,
        connect_timeout=_CONNECT,
        request_timeout=_SILENCE,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=_TRIES),
        allow_delayed_open=True,  # a file of one piece is one request, whole or not at all
    )
