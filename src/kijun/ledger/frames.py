"""How processes speak with the writer: frames over a Unix socket.

frame    length (4 bytes) ‖ length of the head (4 bytes) ‖ head (JSON) ‖ blobs, one after another
append   {"n", "do": "append", "limits", "until", "entries": [[clear, bytes of content, of masked, fingerprint where there is one]…]} and the blobs;
         after ``until``, seconds of the machine's clock that nobody can set, who sent it waits no more, and nothing is recorded
withdraw {"n", "do": "withdraw", "interactions": […]}: their questions were given up, and were sent to nobody
answer   {"n", "receipts": [[id, seq, leaf]…]} or {"n", "error": {…}} or {"n", "told": …}
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from kijun.ledger import model
from kijun.ledger.model import LedgerError, Limits, Receipt
from kijun.ledger.packing import Packed

if TYPE_CHECKING:
    from kijun.ledger.journal import Appending

NAME: Final = "writer.sock"
LARGEST: Final = 256 * 1024 * 1024  # bytes of a frame
PREFIX: Final = struct.Struct(">I")
_COMMITMENT: Final = 32


class BadFrame(ValueError):
    """Bytes that no process of ours sends."""


def frame(head: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> bytes:
    """One frame."""
    told = orjson.dumps(head)
    length = 4 + len(told) + sum(map(len, blobs))
    return b"".join((PREFIX.pack(length), PREFIX.pack(len(told)), told, *blobs))


def opened(body: bytes) -> tuple[dict[str, Any], memoryview]:
    """Head and blobs of a frame's body (what follows its length); raises `BadFrame`."""
    try:
        (size,) = PREFIX.unpack_from(body)
        head = orjson.loads(body[4 : 4 + size])
    except (struct.error, orjson.JSONDecodeError) as error:
        raise BadFrame(str(error)) from error
    if not isinstance(head, dict):
        raise BadFrame("no head")
    return head, memoryview(body)[4 + size :]


class Incoming:
    """Bytes as they arrive, cut into the bodies of frames."""

    def __init__(self) -> None:
        self._held = b""
        self._pieces: list[bytes] = []  # behind what is held, of a frame that is long
        self._missing = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What came; gives each body that is whole now. Raises `BadFrame` for a length that no frame has."""
        if len(data) < self._missing:
            self._pieces.append(data)
            self._missing -= len(data)
            return
        if self._held:
            data = b"".join((self._held, *self._pieces, data))
            self._pieces = []
        at, size = 0, len(data)
        while size - at >= PREFIX.size:
            (length,) = PREFIX.unpack_from(data, at)
            if not PREFIX.size <= length <= LARGEST:
                raise BadFrame(f"{length} bytes")
            end = at + PREFIX.size + length
            if end > size:
                break
            yield data[at + PREFIX.size : end]
            at = end
        self._held = data[at:]
        self._missing = self._lacks()

    def _lacks(self) -> int:
        """How many bytes what is held lacks at least."""
        if len(self._held) < PREFIX.size:
            return 0
        (length,) = PREFIX.unpack_from(self._held)
        return int(length) + PREFIX.size - len(self._held)


def append_frame(
    number: int, entries: Sequence[Packed], limits: Limits | None, until: float | None = None
) -> bytes:
    """A wish to append. ``until`` is of `time.monotonic`, which all processes of a machine share; None waits for ever."""
    blobs: list[bytes] = []
    told = []
    for one in entries:
        more = (one.fingerprint.hex(),) if one.fingerprint else ()
        told.append((one.clear, len(one.content), len(one.masked), *more))
        blobs += [one.commitment, one.content, one.masked]
    head = {"n": number, "do": "append", "limits": limits and asdict(limits), "until": until, "entries": told}
    return frame(head, blobs)


def appending(head: Mapping[str, Any], blobs: memoryview, worker: str) -> Appending:
    """The wish as the journal takes it; raises `BadFrame`."""
    from kijun.ledger.journal import Appending  # the writer has it; a client has no database to load

    entries, at = [], 0
    try:
        for clear, content, masked, *more in head["entries"]:
            first, second = at + _COMMITMENT, at + _COMMITMENT + content
            entries.append(
                Packed(
                    tuple(clear),
                    bytes(blobs[first:second]),
                    bytes(blobs[second : second + masked]),
                    bytes(blobs[at:first]),
                    bytes.fromhex(more[0]) if more else b"",
                )
            )
            at = second + masked
        limits = Limits(**head["limits"]) if head["limits"] else None
    except (KeyError, TypeError, ValueError) as error:
        raise BadFrame(str(error)) from error
    if at != len(blobs):
        raise BadFrame("blobs do not fit their head")
    return Appending(entries, limits, worker)


def answer(number: int, done: Appending) -> bytes:
    """What became of an append."""
    if done.error is not None:
        return failed(number, done.error)
    return frame({"n": number, "receipts": [(one.id, one.seq, one.leaf) for one in done.receipts]})


def failed(number: int, error: LedgerError) -> bytes:
    """An error, to be raised on the other side."""
    told: dict[str, Any] = {"type": type(error).__name__, "ja": error.ja, "en": error.en}
    if isinstance(error, model.Spent):
        told |= {"what": error.what, "retry_after": error.retry_after}
    if isinstance(error, model.Differs):
        told["ids"] = error.ids
    return frame({"n": number, "error": told})


def receipts(head: Mapping[str, Any]) -> list[Receipt]:
    """The receipts in an answer; raises the error that it tells of."""
    told = head.get("error")
    if told is None:
        return [Receipt(*one) for one in head["receipts"]]
    raise error_of(told)


def error_of(told: Mapping[str, Any]) -> LedgerError:
    """The error as it was on the other side."""
    if told["type"] == "Spent":
        return model.Spent(told["ja"], told["en"], what=told["what"], retry_after=told["retry_after"])
    if told["type"] == "Differs":
        return model.Differs(tuple(told["ids"]))
    kind = {"Busy": model.Busy, "UsedUp": model.UsedUp, "Unavailable": model.Unavailable}.get(
        told["type"], LedgerError
    )
    return kind(told["ja"], told["en"])


@contextmanager
def socket_path(folder: Path) -> Iterator[str]:
    """A path of the writer's socket that is short enough for the kernel (108 bytes), however long the folder's is."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{held}/{NAME}"
    finally:
        os.close(held)


def connected(folder: Path, timeout: float | None = None) -> socket.socket:
    """A connection to the writer; raises OSError when none answers."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.settimeout(timeout)
        with socket_path(folder) as path:
            made.connect(path)
    except BaseException:
        made.close()
        raise
    return made
