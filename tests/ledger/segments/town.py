"""A small town's records for these tests: sealed as the ledger seals them, with real keys and real ciphertext."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kijun.ledger.model import COLUMNS, Query
from kijun.ledger.segments import ROW, Reader, Segment, searchable, write
from kijun.ledger.segments.store import Folder, Store

NOVEMBER = 1_793_674_800_000  # 2026-11-03 12:00 in Japan
DAY = 86_400_000


def digest(key: int) -> bytes:
    return bytes([key]) * 32


@dataclass
class Town:
    """Keys of content by number; taking one away is erasing. ``rows`` are all that were made, in order."""

    folder: Path
    keys: set[int] = field(default_factory=lambda: {1, 2, 3})
    rows: list[dict[str, Any]] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    store: Store = field(kw_only=True, default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.store = self.store or Folder(self.folder)

    def row(self, text: str, **given: Any) -> dict[str, Any]:
        seq = given.pop("seq", len(self.rows))
        key = given.pop("content_key", 1)
        values: dict[str, Any] = dict.fromkeys(COLUMNS, "")
        values |= {
            "id": f"{seq:032x}", "interaction": f"interaction-{seq // 2}", "kind": "input" if seq % 2 == 0 else "output",
            "municipality": "131000", "at": NOVEMBER + seq * 1000, "retention": "y1", "source": "gateway", "verdict": "allowed",
            "tokens_in": 10, "tokens_out": 0, "duration_ms": 0,
        }  # fmt: skip
        values |= given
        packed = zstandard.compress(orjson.dumps({"messages": [{"role": "user", "content": text}]}))
        nonce = os.urandom(12)
        blob = nonce + AESGCM(digest(key)).encrypt(nonce, os.urandom(32) + packed, values["id"].encode())
        made = {"seq": seq, **values, "content_key": key, "content": blob, "masked_key": None, "masked": None}
        assert tuple(made) == ROW
        self.rows.append(made)
        self.texts[seq] = text
        return made

    def decrypt(self, key: int, entry: str, blob: bytes) -> bytes | None:
        if key not in self.keys:
            return None
        return zstandard.decompress(AESGCM(digest(key)).decrypt(blob[:12], blob[12:], entry.encode())[32:])

    def segment_key(self, key: int) -> bytes | None:
        return digest(100 + key) if key in self.keys else None

    def seal(self, name: str, rows: Iterable[dict[str, Any]]) -> Segment:
        chosen = list(rows)
        plains = [self.decrypt(row["content_key"], row["id"], row["content"]) for row in chosen]
        texts = [searchable(plain) for plain in plains if plain is not None]
        return write(self.store, chosen, texts, digest(100 + chosen[0]["content_key"]), name)

    def say(self, name: str, *texts: str, **given: Any) -> Segment:
        """A segment in which these were said, one a row."""
        return self.seal(name, [self.row(text, **given) for text in texts])

    def reader(self, **given: Any) -> Reader:
        return Reader(self.store, self.segment_key, self.decrypt, self.folder / "private", **given)


def seqs(rows: Iterable[dict[str, Any]]) -> list[int]:
    return [row["seq"] for row in rows]


def ask(text: str = "", **given: Any) -> Query:
    return Query(**{"municipality": "131000", "text": text, **given})
