"""Root key, data keys, escrow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kijun.ledger.keeping import LostKey
from kijun.ledger.keys import CONTENT, MASKED, BadEscrow, KeyRing, RootKey, Scope, WrongKey, decrypt, encrypt
from kijun.ledger.ledger import Ledger
from tests.ledger.conftest import append, entry

NOVEMBER = Scope(CONTENT, "131000", "2026-11", "y1")
PASSPHRASE = "正しい馬は電池をホチキスで"


def test_a_wrapped_key_opens_only_in_its_place() -> None:
    root = RootKey(b"r" * 32)
    wrapped = root.wrap(b"k" * 32, NOVEMBER)
    assert root.unwrap(wrapped, NOVEMBER) == b"k" * 32
    for other in (Scope(MASKED, "131000", "2026-11", "y1"), Scope(CONTENT, "142000", "2026-11", "y1")):
        with pytest.raises(WrongKey):
            root.unwrap(wrapped, other)
    with pytest.raises(WrongKey, match="restore"):
        RootKey(b"x" * 32).unwrap(wrapped, NOVEMBER)


def test_the_root_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = RootKey.load(tmp_path / "ledger")
    assert RootKey.load(tmp_path / "ledger").fingerprint == first.fingerprint
    assert (tmp_path / "ledger" / "root-key").stat().st_mode & 0o777 == 0o600
    assert first.fingerprint in repr(first)


def test_escrow_brings_the_key_back(tmp_path: Path) -> None:
    root = RootKey.load(tmp_path / "old")
    text = root.escrow(PASSPHRASE)
    assert (tmp_path / "old" / "root-key").read_bytes().hex() not in text
    back = RootKey.from_escrow(text, PASSPHRASE)
    assert back.fingerprint == root.fingerprint == json.loads(text)["fingerprint"]
    (tmp_path / "new").mkdir()
    back.store(tmp_path / "new")
    back.store(tmp_path / "new")  # twice does no harm
    assert RootKey.load(tmp_path / "new").fingerprint == root.fingerprint


def test_an_existing_other_key_is_never_overwritten(tmp_path: Path) -> None:
    RootKey.load(tmp_path)
    with pytest.raises(WrongKey, match="move it away"):
        RootKey(b"n" * 32).store(tmp_path)


def test_escrow_wants_a_long_passphrase() -> None:
    with pytest.raises(BadEscrow, match="12"):
        RootKey(b"r" * 32).escrow("short")


def test_a_wrong_passphrase_and_a_changed_file_say_so() -> None:
    text = RootKey(b"r" * 32).escrow(PASSPHRASE)
    with pytest.raises(BadEscrow, match="passphrase"):
        RootKey.from_escrow(text, PASSPHRASE + "!")
    told = json.loads(text)
    for broken in ("", "{}", "[]", "null", json.dumps({**told, "format": "other"})):
        with pytest.raises(BadEscrow, match="no escrow"):
            RootKey.from_escrow(broken, PASSPHRASE)
    greedy = json.dumps({**told, "scrypt": {**told["scrypt"], "n": 1 << 30}})
    with pytest.raises(BadEscrow):
        RootKey.from_escrow(greedy, PASSPHRASE)


def test_the_ring_opens_until_the_key_is_destroyed() -> None:
    root = RootKey(b"r" * 32)
    stored: dict[int, tuple[Scope, bytes | None]] = {1: (NOVEMBER, root.wrap(b"k" * 32, NOVEMBER))}
    ring = KeyRing(root, stored.get)
    cipher = ring.cipher(1)
    assert cipher is not None
    blob = encrypt(cipher, b"said", b"id")
    assert ring.decrypt(1, blob, b"id") == b"said"
    with pytest.raises(InvalidTag):
        ring.decrypt(1, blob, b"another id")
    with pytest.raises(InvalidTag):
        ring.decrypt(1, blob[:20], b"id")
    index = ring.derived(1, "index")
    assert index is not None
    assert len(index) == 32
    assert ring.derived(1, "other") != index
    stored[1] = (NOVEMBER, None)
    assert ring.decrypt(1, blob, b"id") == b"said"  # still in memory …
    ring.forget(1)
    assert ring.decrypt(1, blob, b"id") is None  # … until it is dropped there too
    assert ring.derived(1, "index") is None
    assert ring.cipher(7) is None


def test_the_same_text_never_looks_the_same() -> None:
    cipher = AESGCM(b"k" * 32)
    assert encrypt(cipher, b"x", b"") != encrypt(cipher, b"x", b"")
    assert decrypt(cipher, encrypt(cipher, b"", b""), b"") == b""


def test_a_key_that_was_lost_before_anything_was_recorded_is_made_anew(folder: Path) -> None:
    with Ledger(folder) as opened:
        before = opened.keys.fingerprint
    (folder / "root-key").unlink()
    with Ledger(folder) as opened:
        assert opened.keys.fingerprint != before
        append_one(opened)
    (folder / "root-key").unlink()
    with pytest.raises(LostKey, match="escrow restore"):
        Ledger(folder)
    assert not (folder / "root-key").exists()


def test_nothing_is_recorded_under_a_key_whose_file_was_lost_and_made_anew(folder: Path) -> None:
    """A writer that runs on with the old one would record what nobody can read after it ended."""
    with Ledger(folder) as running:
        (folder / "root-key").unlink()
        with Ledger(folder):
            pass
        with pytest.raises(WrongKey):
            append_one(running)


def append_one(ledger: Ledger) -> None:
    ledger.database.lock()
    append(ledger.journal, entry())
