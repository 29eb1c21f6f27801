"""Ids that come from what they name, so that what is sent twice is recorded once (`kijun.ledger.naming`).

UUIDs of version 8 (RFC 9562, 5.8): HMAC-SHA-256 under a key of the installation's, so that nobody can try out from the ledger's ids whether a
decision of some number was made.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from kijun.gateway.inspecting import Reader
from kijun.gateway.names import spelled
from kijun.gateway.sealing import derived

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}")
#: What may be a telephone among other figures.
_TELEPHONE: Final = re.compile(r"(?<![0-9])0(?:-?[0-9]){9,10}")
#: The rule that weighs whether a text looks like a password. Names do.
_BY_LOOKS: Final = "secret-judged"
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Names:
    """Makes ids. ``secret`` is the installation's."""

    def __init__(self, secret: str) -> None:
        self._key = derived(secret, "names")

    def __call__(self, *parts: str) -> str:
        """The id of these parts, 32 hexadecimal digits; their order counts, and where one ends and the next begins."""
        number = int.from_bytes(self._digest(parts)[:16])
        number = (number & ~(0xF << 76) & ~(0b11 << 62)) | (0x8 << 76) | (0b10 << 62)
        return f"{number:032x}"

    def hidden(self, *parts: str) -> str:
        """A text that stands for these parts and tells nothing of them."""
        return self._digest(parts).hex()[:32]

    def _digest(self, parts: tuple[str, ...]) -> bytes:
        said = b"".join(
            len(one).to_bytes(4) + one for one in (part.encode("utf-8", "surrogatepass") for part in parts)
        )
        return hmac.digest(self._key, said, "sha256")


def plain(name: str) -> str:
    """A model's name as it may stand in a clear column; empty for anything that is hardly one."""
    return name if _PLAIN.fullmatch(name) and any(map(str.isalpha, name)) and "@" not in name else ""


def clear(name: str, reader: Reader) -> str:
    """A name as it may stand beside what was inspected, unread itself; empty for one in which somebody's number is found."""
    words = spelled(name) if plain(name) else ""
    return "" if words and (_tells(words, reader) or _tells(name, reader)) else plain(name)


def clear_model(name: str, reader: Reader) -> str:
    """A model's name for its clear column; empty where inspection finds anything in it."""
    found = clear(name, reader)
    return "" if found and _tells(found, reader) else found


def _tells(text: str, reader: Reader) -> bool:
    return any(one.rule != _BY_LOOKS for one in reader.inspect(text))


def is_identifier(text: str) -> bool:
    """Whether a text is a number or pseudonym that programs give and no inspection need read: not one of a length that people's numbers have

    (telephones: 10 or 11 figures from 0; My Number and licences: 12; cards: 14 to 16).
    """
    if _UUID.fullmatch(text):
        return True
    if _PLAIN.fullmatch(text) is None or "@" in text or _TELEPHONE.search(text):
        return False
    figures = "".join(filter(str.isdigit, text))
    if len(figures) in (10, 11):
        return figures[0] != "0"
    return len(figures) != 12 and not 14 <= len(figures) <= 16
