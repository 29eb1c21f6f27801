"""Inspectors by municipality, and what they remember: a conversation repeats its history with every turn.

Long texts are inspected in a thread, so that the requests of others go on meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import Any, Final, ParamSpec, TypeVar

from kijun.gateway.jsons import canonical
from kijun.inspection import Inspection, Inspector, Policy, RuleError, TextTooLong

log = logging.getLogger(__name__)

#: From this many characters on, all texts of a request together are inspected in a thread.
IN_THREAD: Final = 8_000
_PER_TEXT: Final = 200  # bytes that an entry costs beside its text
_PER_FINDING: Final = 400

#: Apart from asyncio's own threads, which load policies and resolve names: these must not wait for somebody's book.
_threads = ThreadPoolExecutor(4, "inspection")
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


async def in_thread(work: Callable[_Given, _Made], *given: _Given.args, **named: _Given.kwargs) -> _Made:
    """Do a long piece of work without keeping others waiting."""
    return await asyncio.get_running_loop().run_in_executor(_threads, partial(work, *given, **named))


class UnusablePolicy(Exception):
    """A municipality's own inspection policy cannot be used: nothing of this municipality passes."""


class Memory:
    """Inspections that were made, least recently used out first. Threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._entries: OrderedDict[tuple[str, str], tuple[Inspection, int]] = OrderedDict()
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self._entries)} entries, {self._held} bytes>"

    def get(self, rules: str, text: str) -> Inspection | None:
        """What was found in a text under these rules."""
        with self._lock:
            found = self._entries.get((rules, text))
            if found is None:
                return None
            self._entries.move_to_end((rules, text))
            return found[0]

    def put(self, rules: str, inspection: Inspection) -> None:
        """Remember; nothing that would take more than an eighth of the room."""
        text = inspection.text
        width = 1 if text.isascii() else 2
        size = len(text) * width + _PER_TEXT + _PER_FINDING * len(inspection.findings)
        if size > self._most // 8:
            return
        with self._lock:
            if (rules, text) not in self._entries:
                self._held += size
                self._entries[rules, text] = (inspection, size)
            while self._held > self._most:
                self._held -= self._entries.popitem(last=False)[1][1]


class Reader:
    """One inspector and its memory."""

    def __init__(self, inspector: Inspector, name: str, memory: Memory) -> None:
        self.inspector, self._name, self._memory = inspector, name, memory

    @property
    def rules(self) -> str:
        """The version of the rules."""
        return self.inspector.rules.version

    def inspect(self, text: str) -> Inspection:
        """What a text holds; from memory where it was seen before. Raises `TextTooLong`."""
        found = self._memory.get(self._name, text)
        if found is None:
            found = self.inspector.inspect(text)
            self._memory.put(self._name, found)
        return found

    async def inspect_all(self, texts: Sequence[str]) -> list[Inspection]:
        """The inspections of several texts, in order; raises `TextTooLong`."""
        if sum(map(len, texts)) < IN_THREAD:
            return [self.inspect(text) for text in texts]
        known = [self._memory.get(self._name, text) for text in texts]
        fresh = [text for text, one in zip(texts, known, strict=True) if one is None]
        if any(len(text) > (most := self.inspector.policy.longest) for text in fresh):
            raise TextTooLong(
                f"文章が長すぎます（1つの文章は{most:,}文字まで）。",
                f"A text is too long: one may have {most:,} characters.",
            )
        if sum(map(len, fresh)) < IN_THREAD:
            return [one or self.inspect(text) for text, one in zip(texts, known, strict=True)]
        made = iter([await in_thread(self.inspect, text) for text in fresh])
        return [next(made) if one is None else one for one in known]


_memory = Memory(24_000_000)
_standard: Reader | None = None
_making = Lock()


def set_memory(most: int) -> None:
    """How many bytes this process remembers from now on."""
    _memory._most = most


def standard() -> Reader:
    """The reader of the default policy, made once in a process."""
    global _standard
    with _making:
        if _standard is None:
            _standard = Reader(Inspector(), "", _memory)
        return _standard


class Readers:
    """The reader of each municipality. One with rules of its own is made when it is first needed.

    ``before``: of the last snapshot; what did not change is taken over.
    """

    def __init__(self, policies: Mapping[str, Mapping[str, Any]], before: Readers | None = None) -> None:
        self._policies = {town: policy for town, policy in policies.items() if policy}
        self._names = {town: canonical(policy).decode() for town, policy in self._policies.items()}
        self._made: dict[str, Reader] = {}
        self._lock = Lock()
        if before is not None:
            wanted = set(self._names.values())
            self._made = {name: one for name, one in before._made.items() if name in wanted}

    def warm(self, before: Readers) -> None:
        """Make those readers anew that were in use and have changed."""
        for town in self._names:
            if before._names.get(town) in before._made:
                try:
                    self._make(town)
                except UnusablePolicy:
                    log.error("the inspection policy of municipality %s cannot be used", town)

    async def of(self, municipality: str) -> Reader:
        """The reader of a municipality; raises `UnusablePolicy`."""
        name = self._names.get(municipality)
        if name is None:
            return standard() if _standard is not None else await asyncio.to_thread(standard)
        made = self._made.get(name)
        return made if made is not None else await asyncio.to_thread(self._make, municipality)

    def _make(self, municipality: str) -> Reader:
        name = self._names[municipality]
        with self._lock:
            if name not in self._made:
                try:
                    policy = Policy.read(self._policies[municipality])
                    self._made[name] = Reader(Inspector(policy), name, _memory)
                except (RuleError, ValueError, TypeError) as error:
                    raise UnusablePolicy(municipality) from error
            return self._made[name]
