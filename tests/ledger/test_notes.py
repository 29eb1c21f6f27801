"""Checkpoints as signed notes."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from kijun.ledger.notes import BadNote, Signer, Verifier, parse
from kijun.ledger.standalone.kijun_verify import is_signed, open_note

#: The example of Go's package golang.org/x/mod/sumdb/note, the format's first implementation.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
GO_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
ROOT = bytes(range(32))


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.load(tmp_path / "signing-key", "kijun/0123456789abcdef")


def test_a_checkpoint_is_signed_and_read(signer: Signer) -> None:
    note = signer.sign(7, ROOT)
    assert note.startswith("kijun/0123456789abcdef\n7\n" + base64.b64encode(ROOT).decode() + "\n\n— kijun/")
    found = Verifier.parse(signer.verifier.vkey).open(note)
    assert (found.size, found.root) == (7, ROOT)
    assert open_note(note, signer.verifier.vkey) == (7, ROOT)


def test_a_restart_signs_with_the_same_key(signer: Signer, tmp_path: Path) -> None:
    again = Signer.load(tmp_path / "signing-key", signer.origin)
    assert again.verifier.vkey == signer.verifier.vkey
    assert (tmp_path / "signing-key").stat().st_mode & 0o777 == 0o600


def test_keys_of_the_first_implementation_are_read() -> None:
    verifier = Verifier.parse(GO_KEY)
    assert verifier.key_hash.hex() == "c74f20a3"
    assert verifier.vkey == GO_KEY
    raw = base64.b64decode(GO_SIGNATURE)
    assert raw[:4] == verifier.key_hash
    public = base64.b64decode(GO_KEY.split("+", 2)[2])[1:]
    assert is_signed(public, GO_TEXT.encode(), raw[4:])
    assert not is_signed(public, GO_TEXT.encode() + b" ", raw[4:])


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n7\n", "\n8\n"),
        lambda note: note.replace("kijun/0123456789abcdef\n", "kijun/other\n", 1),
        lambda note: note[: note.index("—")],
        lambda note: note.replace("— kijun", "— Kijun"),
        lambda note: note[:-10] + "AAAAAAAA=\n",
        lambda note: note.replace("\n7\n", "\n07\n"),
        lambda note: "",
        lambda note: "\n".join(note.split("\n")[1:]),
    ],
)
def test_anything_else_is_refused(signer: Signer, change) -> None:  # type: ignore[no-untyped-def]
    note = change(signer.sign(7, ROOT))
    with pytest.raises(BadNote):
        signer.verifier.open(note)
    with pytest.raises(ValueError):
        open_note(note, signer.verifier.vkey)


def test_another_ledgers_key_opens_nothing(signer: Signer, tmp_path: Path) -> None:
    other = Signer.load(tmp_path / "other-key", signer.origin)
    with pytest.raises(BadNote, match="not signed"):
        other.verifier.open(signer.sign(7, ROOT))


@pytest.mark.parametrize("vkey", ["", "a+b", "name+00000000+AQ==", GO_KEY.replace("c74f", "c74e"), "n+0+☃"])
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(BadNote):
        Verifier.parse(vkey)


def test_a_key_that_was_cut_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "signing-key").write_bytes(b"short")
    with pytest.raises(ValueError, match="back-up"):
        Signer.load(tmp_path / "signing-key", "kijun/x")


def test_openssl_agrees_with_the_signature(signer: Signer, tmp_path: Path) -> None:
    """The signature is plain Ed25519: whoever has OpenSSL needs nothing of ours."""
    note = signer.sign(7, ROOT)
    body, _, rest = note.partition("\n\n")
    public = base64.b64decode(signer.verifier.vkey.split("+", 2)[2])[1:]
    prefix = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo of Ed25519 (RFC 8410)
    (tmp_path / "key.der").write_bytes(prefix + public)
    (tmp_path / "body").write_bytes(body.encode() + b"\n")
    (tmp_path / "signature").write_bytes(base64.b64decode(rest.split(" ")[2])[4:])
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin", "-in", "body", "-sigfile", "signature"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert "Verified Successfully" in done.stdout, done.stderr


def test_parse_reads_without_believing() -> None:
    assert parse(f"a\n3\n{base64.b64encode(ROOT).decode()}\n").size == 3
