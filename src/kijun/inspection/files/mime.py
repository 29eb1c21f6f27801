"""A mail cut into its parts (RFC 5322, 2045, 2046, 2047, 2231), in time that grows with its length.

Python's own parser asks every line about every open multipart and knows no deadline; a hostile mail of a few
megabytes keeps it for minutes. Here a boundary is searched for once a level, and levels are few.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from kijun.inspection.files.declared import decode_as
from kijun.inspection.files.decoding import decode
from kijun.inspection.files.errors import NestedTooDeep, TooManyEntries, UnknownFile, UnsafeFile
from kijun.inspection.files.limits import Budget

_DEEPEST: Final = 20  # multiparts in multiparts; real mails have three
_LONGEST_HEADER: Final = 65_536  # characters that are looked at
_LARGEST_HEAD: Final = 1_000_000  # bytes; real ones have some ten thousand
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_HEADER: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_PARAMETER: Final = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*+"|[^;]*)')
_ENCODED_WORD: Final = re.compile(r"=\?([^?\s*]{1,75})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_COMMENT: Final = re.compile(r"\([^()]{0,200}\)")
_TECHNICAL: Final = ("received", "content-type", "content-disposition", "content-transfer-encoding")
_UUENCODED: Final = ("x-uuencode", "uuencode", "x-uue", "uue")
_UU_BEGIN: Final = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?$", re.MULTILINE)
_NOT_BASE64: Final = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of a mail: its headers in small letters (the first of each name), what stands in further ones, and its body."""

    headers: dict[str, str]
    body: bytes
    more: tuple[tuple[str, str], ...] = ()

    def all_of(self, name: str) -> list[str]:
        """Each header of a name; a mail that was sent on has several."""
        first = [self.headers[name]] if name in self.headers else []
        return first + [value for given, value in self.more if given == name]

    @property
    def content_type(self) -> str:
        """The declared type, ``text/plain`` where there is none."""
        return (
            self.headers.get("content-type", "text/plain").partition(";")[0].strip().lower() or "text/plain"
        )

    @property
    def charset(self) -> str:
        """The declared character set, or an empty text."""
        return parameters(self.headers.get("content-type", "")).get("charset", "")

    @property
    def smime_type(self) -> str:
        """What S/MIME did to the body (RFC 8551), or an empty text."""
        return parameters(self.headers.get("content-type", "")).get("smime-type", "").strip().lower()

    @property
    def file_name(self) -> str:
        """The name of an attached file, or an empty text."""
        name = parameters(self.headers.get("content-disposition", "")).get("filename", "")
        return name or parameters(self.headers.get("content-type", "")).get("name", "")

    @property
    def is_attached(self) -> bool:
        """Whether the mail gives it as a file rather than as something to read."""
        return bool(self.file_name) or self.headers.get("content-disposition", "").strip().lower().startswith(
            "attachment"
        )

    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        named = _COMMENT.sub(" ", self.headers.get("content-transfer-encoding", "")).strip().lower()
        encoding = (named.split(maxsplit=1) or ("",))[0].rstrip(";")
        if encoding == "base64":
            return from_base64(self.body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        if encoding in _UUENCODED:
            return from_uuencoded(self.body)
        return self.body


def leaves(data: bytes, budget: Budget) -> Iterator[tuple[int, Part]]:
    """The mail's own headers as a part with depth 0 and no body, then each leaf with its depth from 1."""
    count = 0
    start = 0
    if data.startswith(b"From "):  # the line that mailboxes put before a mail
        start = data.find(b"\n") + 1
    todo = [(start, len(data), 0, False)]
    while todo:
        budget.check_time()
        start, end, depth, is_bare = todo.pop()
        headers, more, body = ({}, (), start) if is_bare else _headers(data, start, end)
        count += 1
        if count > budget.limits.entries:
            raise TooManyEntries(entries=budget.limits.entries)
        if depth == 0:
            yield 0, Part(headers, b"", more)
        sections = _sections(data, body, end, headers.get("content-type", ""), budget)
        if not sections:
            yield depth + 1, Part(headers, data[body:end])
            continue
        if depth >= _DEEPEST:
            raise NestedTooDeep(depth=_DEEPEST)
        todo.extend((first, last, depth + 1, bare) for first, last, bare in reversed(sections))


def _sections(
    data: bytes, start: int, end: int, content_type: str, budget: Budget
) -> list[tuple[int, int, bool]]:
    """Where the parts of a multipart begin and end; none where it is not one, or its boundary never comes.

    What stands before the first boundary and after the last has no headers; some programs show it, so it is a part.
    """
    boundary = parameters(content_type).get("boundary", "")
    if not content_type.strip().lower().startswith("multipart/") or not boundary:
        return []
    sign = re.escape(boundary.encode("utf-8", "replace"))
    mark = re.compile(rb"(?:\A|\n)--" + sign + rb"(--)?[ \t]*\r?(?=\n|\Z)")
    sections: list[tuple[int, int, bool]] = []
    before, is_bare = start, True
    for found in mark.finditer(data, max(0, start - 1), end):
        sections.append((before, found.start(), is_bare))
        before, is_bare = found.end() + 1, bool(found[1])
        if len(sections) > budget.limits.entries:
            raise TooManyEntries(entries=budget.limits.entries)
    if not sections:
        return []
    sections.append((before, end, is_bare))
    return [section for section in sections if data[section[0] : section[1]].strip()]


def _headers(data: bytes, start: int, end: int) -> tuple[dict[str, str], tuple[tuple[str, str], ...], int]:
    """The headers that begin at `start`, the first of each name and all others, and where the body begins."""
    if data[start : start + 2] == b"\r\n" or data[start : start + 1] == b"\n":
        return {}, (), data.index(b"\n", start) + 1
    blank = _BLANK_LINE.search(data, start, end)
    head_end, body = (blank.start() + 1, blank.end()) if blank else (end, end)
    if _HEADER.match(data, start, head_end) is None:
        return {}, (), start
    if head_end - start > _LARGEST_HEAD:
        raise UnsafeFile()
    headers: dict[str, list[bytes]] = {}
    more: list[tuple[str, list[bytes]]] = []
    lines: list[bytes] = []
    for line in data[start:head_end].split(b"\n"):
        line = line.rstrip(b"\r")
        if line[:1] in (b" ", b"\t"):
            lines.append(line)
            continue
        found = _HEADER.match(line)
        if found is None:
            lines = []
            continue
        lines = [line[found.end() :]]
        name = found[1].decode("ascii").lower()
        if name not in headers:
            headers[name] = lines
        elif name not in _TECHNICAL:
            more.append((name, lines))
    return (
        {name: _joined_lines(value) for name, value in headers.items()},
        tuple((name, _joined_lines(value)) for name, value in more),
        body,
    )


def _joined_lines(lines: list[bytes]) -> str:
    return _text(b"".join(lines)[:_LONGEST_HEADER])


def _text(raw: bytes) -> str:
    try:
        return raw.decode("ascii").strip()
    except UnicodeDecodeError:
        pass
    try:
        return decode(raw).text.strip()
    except UnknownFile:
        return raw.decode("ascii", "replace").strip()


def decode_words(value: str) -> str:
    """A header as people read it; words that an old mailer cut inside a character are joined first."""
    if "=?" not in value:
        return decode_iso_header(value)
    text: list[str] = []
    held = b""
    charset = ""
    at = 0
    for found in _ENCODED_WORD.finditer(value):
        between = value[at : found.start()]
        at = found.end()
        content = from_base64(found[3].encode("ascii", "ignore"))
        if found[2] in "qQ":
            content = binascii.a2b_qp(found[3].encode("ascii", "ignore"), header=True)
        if charset and (between.strip() or charset != found[1].lower()):
            text.append(decode_as(held, charset))
            held = b""
        if between.strip() or not charset:
            text.append(between)
        held += content
        charset = found[1].lower()
    if charset:
        text.append(decode_as(held, charset))
    text.append(value[at:])
    return "".join(text)


def decode_iso_header(value: str) -> str:
    """ISO-2022-JP that stands in a header as it is."""
    return decode_as(value.encode("ascii", "ignore"), "iso-2022-jp") if "\x1b" in value else value


def parameters(value: str) -> dict[str, str]:
    """The parameters of a header, those in pieces and in other character sets (RFC 2231) put together."""
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, given in _PARAMETER.findall(value):
        text = given.strip()
        if text.startswith('"'):
            text = re.sub(r"\\(.)", r"\1", text[1:-1] if text.endswith('"') and len(text) > 1 else text[1:])
        base, _, rest = name.lower().partition("*")
        if not rest and "*" not in name:
            plain.setdefault(base, decode_words(text))
            continue
        number = rest.rstrip("*")
        at = int(number) if number.isdecimal() and len(number) < 4 else 0
        pieces.setdefault(base, {}).setdefault(at, (name.endswith("*"), text))
    for base, found in pieces.items():
        plain[base] = _joined([found[at] for at in sorted(found)])
    return plain


def _joined(pieces: list[tuple[bool, str]]) -> str:
    charset = "utf-8"
    content = b""
    for at, (is_encoded, text) in enumerate(pieces):
        if not is_encoded:
            content += text.encode("utf-8", "replace")
            continue
        if at == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        content += unquote_to_bytes(text)
    return decode_as(content, charset or "utf-8")


def from_base64(data: bytes) -> bytes:
    """Base64 as mailers read it: what is no base64 is skipped, a cut end is no error."""
    clean = data.translate(None, _NOT_BASE64)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def from_uuencoded(data: bytes) -> bytes:
    """What stands between ``begin`` and ``end``; a line that is broken is passed over."""
    content = bytearray()
    for line in data.splitlines():
        if line.startswith(b"begin ") or line.strip() in (b"", b"end", b"`"):
            continue
        try:
            content += binascii.a2b_uu(line)
        except binascii.Error:
            continue
    return bytes(content)


class Block(NamedTuple):
    """A file that an old mailer wrote into the text, and where."""

    start: int
    end: int
    name: str
    content: bytes


def uuencoded_blocks(data: bytes) -> Iterator[Block]:
    """The files between ``begin 644 name`` and ``end`` in a text; every line between must be one of a file."""
    after = 0
    for found in _UU_BEGIN.finditer(data):
        if found.start() < after:
            continue
        here, lines = found.end() + 1, 0
        while here < len(data):
            stop = data.find(b"\n", here)
            stop = stop if stop >= 0 else len(data)
            line = data[here:stop].rstrip(b"\r")
            if line.rstrip() == b"end" and lines:
                content = from_uuencoded(data[found.end() + 1 : here])
                yield Block(found.start(), stop, decode_words(_text(found[1])), content)
                after = stop
                break
            if not _is_uuencoded(line):
                break
            here, lines = stop + 1, lines + 1


def _is_uuencoded(line: bytes) -> bool:
    """Whether the first character tells the length of the line; spaces at its end may be lost."""
    if line.strip() in (b"", b"`"):
        return True
    count = line[0] - 32
    length = 1 + (count + 2) // 3 * 4
    body = line.rstrip(b" ")
    return 0 < count <= 45 and len(body) <= length + 1 and len(line) >= length - 4 and max(body) <= 0x60 and min(body) >= 0x20  # fmt: skip


def blanked(data: bytes, blocks: Iterable[Block]) -> bytes:
    """A text without such files; its lines keep their numbers."""
    parts: list[bytes] = []
    at = 0
    for block in blocks:
        parts += (data[at : block.start], b"\n" * data.count(b"\n", block.start, block.end))
        at = block.end
    return b"".join((*parts, data[at:]))
