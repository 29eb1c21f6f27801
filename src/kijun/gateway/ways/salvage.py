"""What can be read of a message in Protocol Buffers that cannot be read as a whole: one text in it is no UTF-8, or nests too deeply.

Clients drop a batch that is refused. So only the span or event with such a text is left out, and not even that where nobody would have read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # its stubs are no dependency of ours

from kijun.gateway.ways.spans import AI_ATTRIBUTES, AI_EVENTS, READ, Unreadable

#: Numbers of fields (opentelemetry/proto/trace/v1/trace.proto, logs.proto, common.proto).
_OUTER, _RESOURCE, _SCOPES, _ITEMS = 1, 1, 2, 2
_OF_RESOURCE: Final = 1
_ATTRIBUTES: Final = {"Span": 9, "LogRecord": 6}
_EVENTS: Final = {"Span": 11}
_WORDS: Final = {"Span": 15, "LogRecord": 5}  # a status, a body
_KEY: Final = 1
_NAME: Final = {"Span": 2, "LogRecord": 12}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT: Final = 10
_Field = tuple[int, memoryview, memoryview]


def salvaged(kind: Any, data: bytes, concerns: Callable[[Any], bool]) -> tuple[Any, int, int]:
    """A request without what cannot be read, how many spans or events that cost, and how many that nobody would have read.

    ``concerns`` tells whether one is of AI. Raises `Unreadable` for what is no message at all.
    """
    request, rejected, ignored = kind(), 0, 0
    for number, _, group in _fields(memoryview(data)):
        if number != _OUTER:
            continue
        (outer,) = kind.DESCRIPTOR.fields
        made = getattr(request, outer.name).add()
        named = {field.number: field.name for field in made.DESCRIPTOR.fields}
        is_known = _take_resource(made, [inner for at, _, inner in _fields(group) if at == _RESOURCE])
        scope = getattr(made, named[_SCOPES]).add()
        items = getattr(scope, {field.number: field.name for field in scope.DESCRIPTOR.fields}[_ITEMS])
        one = type(items.add())
        del items[:]
        for item in _items(group):
            found, is_ais = _mended(one, item, concerns)
            if found is None or not is_known:
                rejected, ignored = rejected + is_ais, ignored + (not is_ais)
            else:
                items.append(found)
    return request, rejected, ignored


def _items(group: memoryview) -> Iterator[memoryview]:
    for number, _, scope in _fields(group):
        if number == _SCOPES:
            yield from (item for at, _, item in _fields(scope) if at == _ITEMS)


def _take_resource(made: Any, told: list[memoryview]) -> bool:
    """Put in who reports; False where it cannot be read for whom."""
    for one in told:
        for number, raw, pair in _fields(one):
            try:
                made.resource.MergeFrom(type(made.resource).FromString(bytes(raw)))
            except DecodeError:
                if number == _OF_RESOURCE and _begins(pair, _KEY, ("kijun.",)):
                    return False
    return True


def _mended(kind: Any, data: memoryview, concerns: Callable[[Any], bool]) -> tuple[Any, bool]:
    """A span or event without what nobody reads of it, or None; and whether it is of AI."""
    try:
        found = kind.FromString(bytes(data))
    except DecodeError:
        pass
    else:
        return found, concerns(found)
    try:
        good, is_lost, is_ais = _sorted(kind, data)
        found = kind.FromString(b"".join(good))
    except (DecodeError, Unreadable):
        return None, True
    is_ais = is_ais or concerns(found)
    return (None if is_lost else found), is_ais


def _sorted(kind: Any, data: memoryview) -> tuple[list[bytes], bool, bool]:
    """The fields that can be read, whether one that is read cannot be, and whether that shows that it is of AI."""
    name, good = kind.DESCRIPTOR.name, list[bytes]()
    is_lost = is_ais = False
    for number, raw, inner in _fields(data):
        try:
            kind.FromString(bytes(raw))
            good.append(bytes(raw))
            continue
        except DecodeError:
            pass
        if number == _ATTRIBUTES[name]:
            is_lost = is_lost or _begins(inner, _KEY, READ)
            is_ais = is_ais or (name == "Span" and _begins(inner, _KEY, AI_ATTRIBUTES))
        elif number == _EVENTS.get(name):
            is_own = _begins(inner, _NAME[name], (AI_EVENTS,))
            is_lost, is_ais = is_lost or is_own, is_ais or is_own
        elif number == _WORDS[name]:
            is_lost = True
        elif name == "LogRecord" and number == _NAME[name] and _is_own(bytes(inner), (AI_EVENTS,)):
            is_lost = is_ais = True
    return good, is_lost, is_ais


def _begins(data: memoryview, number: int, beginnings: tuple[str, ...]) -> bool:
    """Whether a text of a message begins with one of these."""
    return any(at == number and _is_own(bytes(inner), beginnings) for at, _, inner in _fields(data))


def _is_own(name: bytes, beginnings: tuple[str, ...]) -> bool:
    return name.startswith(tuple(one.encode() for one in beginnings))


def _fields(data: memoryview) -> Iterator[_Field]:
    """The fields of a message: number, all their bytes, and what they hold where that is bytes. Raises `Unreadable`."""
    at = 0
    while at < len(data):
        start = at
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        begin = at
        if kind == _VARINT:
            _, at = _varint(data, at)
        elif kind == _BYTES:
            size, begin = _varint(data, at)
            at = begin + size
        elif kind in (_FIXED64, _FIXED32):
            at += 8 if kind == _FIXED64 else 4
        else:
            raise Unreadable("no OTLP message")
        if at > len(data) or not number:
            raise Unreadable("no OTLP message")
        yield number, data[start:at], data[begin:at] if kind == _BYTES else data[:0]


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    number = 0
    for place in range(_LONGEST_VARINT):
        if at + place >= len(data):
            break
        byte = data[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, at + place + 1
    raise Unreadable("no OTLP message")
