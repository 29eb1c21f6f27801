"""``multipart/form-data`` (RFC 7578), as transcription requests come and go. Small, bounded, and strict about what it does not know."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

_MOST_PARTS: Final = 100
_BOUNDARY: Final = re.compile(r'boundary="?([^";\s]{1,200})"?', re.IGNORECASE)
_PARAMETER: Final = re.compile(r';\s*(name|filename)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))', re.IGNORECASE)


class BadForm(ValueError):
    """Bytes that are no form."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form."""

    filename: str = field(repr=False)
    content_type: str
    data: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of its name and content."""
        return sha256(self.filename.encode("utf-8", "replace") + b"\0" + self.data).hexdigest()


def parse(body: bytes, content_type: str) -> dict[str, Any]:
    """The fields of a form: texts, `Upload`s, lists where a name comes again. Raises `BadForm`."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise BadForm("no boundary")
    mark = b"--" + found[1].encode("latin-1", "replace")
    blocks = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(blocks) < 3 or not blocks[-1].startswith(b"--") or len(blocks) > _MOST_PARTS:
        raise BadForm("no whole form")
    fields: dict[str, Any] = {}
    for block in blocks[1:-1]:
        name, value = _part(block)
        if name in fields:
            held = fields[name]
            fields[name] = [*held, value] if isinstance(held, list) else [held, value]
        else:
            fields[name] = value
    return fields


def _part(block: bytes) -> tuple[str, str | Upload]:
    head, gap, data = block.lstrip(b" \t").partition(b"\r\n\r\n")
    if not gap:
        raise BadForm("a part without a head")
    name, filename, kind = None, None, "application/octet-stream"
    for line in head.decode("utf-8", "replace").split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-disposition":
            for which, quoted, bare in _PARAMETER.findall(value):
                text = re.sub(r"\\(.)", r"\1", quoted) or bare
                if which.lower() == "name":
                    name = text
                else:
                    filename = text
        elif key.strip().lower() == "content-type":
            kind = value.strip()
    if not name:
        raise BadForm("a part without a name")
    if filename is None:
        return name, data.decode("utf-8", "replace")
    return name, Upload(filename, kind, data)


def build(fields: dict[str, Any]) -> tuple[bytes, str]:
    """A form as bytes, and its content type."""
    boundary = secrets.token_hex(16)
    out: list[bytes] = []
    for name, held in fields.items():
        for value in held if isinstance(held, list) else [held]:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_safe(name)}"'
            if isinstance(value, Upload):
                kind = value.content_type.replace("\r", "").replace("\n", "")
                head += f'; filename="{_safe(value.filename)}"\r\nContent-Type: {kind}'
                data = value.data
            else:
                data = str(value).encode("utf-8", "replace")
            out += (head.encode("utf-8", "replace"), b"\r\n\r\n", data, b"\r\n")
    out.append(f"--{boundary}--\r\n".encode())
    return b"".join(out), f"multipart/form-data; boundary={boundary}"


def _safe(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ").replace('"', "%22")
