"""XML as events."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kijun.inspection.files import DamagedFile, FileLimits, TookTooLong
from kijun.inspection.files.limits import Budget
from kijun.inspection.files.markup_events import Walker, walk


class Told(Walker):
    def __init__(self) -> None:
        self.events: list[object] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.events.append((tag, dict(attributes)))

    def end(self, tag: str) -> None:
        self.events.append(tag)

    def text(self, text: str) -> None:
        self.events.append(text)


def test_it_works() -> None:
    told = Told()
    walk([b"<w:a xmlns:w='w' w:x='1' id='2' r:id='3'>", "山田</w:a>".encode()], told, Budget(FileLimits()))
    assert told.events == [("a", {"w": "w", "x": "1", "id": "2", "r:id": "3"}), "山田", "a"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"\xff\xff",
        b"<a>&x;</a>",
        b"<?xml version='1.0' encoding='x-none'?><a/>",
        b"<?xml version='1.0' encoding='euc_jp'?><a/>",
    ],
)
def test_broken_documents(data: bytes) -> None:
    with pytest.raises(DamagedFile):
        walk([data], Told(), Budget(FileLimits()))


def test_time_is_asked_for_between_chunks() -> None:
    with pytest.raises(TookTooLong):
        walk([b"<a>"], Told(), Budget(FileLimits(seconds=0)))
