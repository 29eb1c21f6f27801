"""Files and folders that are given to ``kijun ledger``: what cannot be used is refused with words, before anything is done."""

from __future__ import annotations

from pathlib import Path

from kijun.ledger.model import LedgerError


def check_folder(folder: Path) -> None:
    """Refuse a place at which no folder can be made."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not there.is_dir():
        raise LedgerError(
            f"{there} はフォルダーではないため、書き出せません。空のフォルダーか、これから作るフォルダーを指定してください。",
            f"{there} is no folder, so nothing was written. Name an empty folder, or one to be made.",
        )


def check_key(path: Path) -> None:
    """Refuse a file that holds no verifier key."""
    from kijun.ledger.notes import BadNote, Verifier

    try:
        Verifier.parse(text_of(path))
    except BadNote as error:
        raise LedgerError(
            f"{path} に検証鍵がありません。kijun ledger head の最後の行（検証鍵）を書いたファイルを、--key で指定してください。",
            f"The verifier key cannot be read: {path} holds none. Name with --key the file that holds the last line of kijun ledger head.",
        ) from error


def check_certificates(path: Path) -> None:
    """Refuse a file that holds no certificate, also where nothing is stamped yet: who names one believes that it was looked at."""
    from cryptography import x509

    try:
        x509.load_pem_x509_certificates(_read(path))
    except ValueError as error:
        raise LedgerError(
            f"{path} に証明書がありません。認証局の証明書（PEM）のファイルを、--timestamp-root で指定してください。",
            f"{path} holds no certificate. Name with --timestamp-root a file that holds the authority's (PEM).",
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LedgerError(
            f"{path} を読み取れません。ファイルの場所と、読む権限を確かめてください。",
            f"{path} cannot be read ({error.strerror}). See that the file is there and that you may read it.",
        ) from error


def text_of(path: Path) -> str:
    """What a file says."""
    try:
        return _read(path).decode()
    except UnicodeDecodeError as error:
        raise LedgerError(
            f"{path} は文字のファイル（UTF-8）ではありません。ファイルの場所を確かめてください。",
            f"{path} is no text in UTF-8. See that it is the right file.",
        ) from error
