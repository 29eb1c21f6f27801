"""Events are the same wherever their bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.gateway.streams import Event, Events, Garbage

DATA = 'data: {"a": "あ"}\n\n: ping\n\nevent: x\ndata: 1\ndata: 2\n\n\n\ndata:3\n\ndata: [DONE]\n\n'.encode()
WANTED = [(b"", '{"a": "あ"}'.encode()), (b"", b""), (b"x", b"1\n2"), (b"", b"3"), (b"", b"[DONE]")]


def fed(data: bytes, places: list[int]) -> list[Event]:
    marks = sorted({0, len(data), *(place % len(data) for place in places)})
    events = Events()
    return [one for start, end in pairwise(marks) for one in events.feed(data[start:end])]


@given(st.lists(st.integers(0, 1000), max_size=40), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_any_cut_and_any_line_end(places: list[int], ends: bytes) -> None:
    found = fed(DATA.replace(b"\n", ends), places)
    if ends == b"\r":  # the last carriage return waits for a line feed
        found += [Event(b"", b"", b"[DONE]")] if len(found) == 4 else []
    assert [(one.name, one.data) for one in found] == WANTED


def test_what_goes_on_is_name_and_data_and_nothing_else_of_what_came() -> None:
    data = DATA.replace(b": ping", b": \xe5\xb1\xb1\xe7\x94\xb0").replace(
        b"event: x\n", b"id: 7\nevent: x\nretry: 9\n: \xe5\xb1\xb1\n"
    )
    wanted = 'data: {"a": "あ"}\n\n: ping\n\nevent: x\ndata: 1\ndata: 2\n\ndata: 3\n\ndata: [DONE]\n\n'
    assert b"".join(one.raw for one in fed(b"\xef\xbb\xbf" + data, [])) == wanted.encode()
    (odd,) = fed("event: 山田太郎\ndata: 1\n\n".encode(), [])
    assert (odd.name, odd.raw) == (b"", b"data: 1\n\n")


def test_an_event_without_end_is_garbage() -> None:
    events = Events()
    for _ in range(16):
        assert not events.feed(b"x" * 1_000_000)
    with pytest.raises(Garbage):
        events.feed(b"x")
