"""The writer as a process: many clients, groups, kill -9, a database that dies, orphans."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.ledger import frames, orphans
from kijun.ledger.client import AsyncClient, Client, is_running
from kijun.ledger.journal import Journal
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Entry, Kind, Limits, Receipt, Spent, Unavailable, Verdict, new_id
from kijun.ledger.orphans import Orphans
from tests.ledger.conftest import TOWN, append, entry

CODE = "import sys; from pathlib import Path; from kijun.ledger.writer import run; run(Path(sys.argv[1]), sys.argv[2])"


class Writing:
    """A writer that is started, killed and started again. ``code`` is run before it begins."""

    def __init__(self, home: Path, url: str, code: str = "") -> None:
        self.home, self.url, self.code = home, url, code
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        code = f"{self.code}\n{CODE}"
        self.process = subprocess.Popen([sys.executable, "-c", code, str(self.home / "ledger"), self.url])

    def wait_until_it_answers(self) -> None:
        end = time.monotonic() + 20
        while not is_running(self.home):
            assert time.monotonic() < end
            time.sleep(0.02)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(20)


@pytest.fixture
def writing(folder: Path, url: str) -> Iterator[Writing]:
    made = Writing(folder.parent, url)
    made.wait_until_it_answers()
    yield made
    made.stop()


@pytest.fixture
def writing_sqlite(folder: Path) -> Iterator[Writing]:
    made = Writing(folder.parent, "")
    made.wait_until_it_answers()
    yield made
    made.stop()


def asked(work: Callable[[AsyncClient], Coroutine[Any, Any, Any]], home: Path) -> Any:
    async def run() -> Any:
        client = AsyncClient(home)
        try:
            return await work(client)
        finally:
            await client.close()

    return asyncio.run(run())


def test_an_append_is_answered_when_it_is_on_disk(writing: Writing, url: str) -> None:
    async def work(client: AsyncClient) -> list[Receipt]:
        return await client.append([entry("介護の相談")])

    receipts = asked(work, writing.home)
    writing.kill()
    with Ledger(writing.home / "ledger", url) as ledger:
        (record,) = ledger.interaction(ledger_interaction(ledger), TOWN)
        assert record.seq == receipts[0].seq == 0
        ledger.journal.reload()
        assert ledger.journal.tiles.leaf(0).hex() == receipts[0].leaf


def ledger_interaction(ledger: Ledger) -> str:
    with ledger.database.reading() as link:
        return str(link.execute("SELECT interaction FROM entries")[0][0])


def test_many_at_once_share_commits_and_none_is_lost_over_kill(writing: Writing, url: str) -> None:
    """kill -9 in the middle of the load, twice: every acknowledged entry is there, none twice."""

    async def work(client: AsyncClient) -> list[Receipt]:
        async def some() -> list[Receipt]:
            found = []
            for number in range(60):
                found += await client.append([entry(f"質問{number}")])
            return found

        load = asyncio.gather(*[some() for _ in range(16)])
        for _ in range(2):
            await asyncio.sleep(0.15)
            writing.kill()
            writing.start()
            await asyncio.to_thread(writing.wait_until_it_answers)
        return [receipt for found in await load for receipt in found]

    receipts = asked(work, writing.home)
    assert len(receipts) == 960
    assert writing.stop() == 0
    with Ledger(writing.home / "ledger", url) as ledger:
        with ledger.database.reading() as link:
            stored = dict(link.execute("SELECT seq, id FROM entries"))
        ledger.journal.reload()
        assert len(stored) == 960 == len(set(stored.values()))
        assert all(stored[one.seq] == one.id for one in receipts)
        assert all(ledger.journal.tiles.leaf(one.seq).hex() == one.leaf for one in receipts)
        assert next(iter(reversed(list(ledger.checkpoints()))))[0] == 960


def test_errors_arrive_as_they_were(writing_sqlite: Writing) -> None:
    client = Client(writing_sqlite.home)
    limits = Limits(account="g", period="p", requests=1)
    client.append([entry()], limits)
    with pytest.raises(Spent, match="1/1") as found:
        client.append([entry()], limits)
    assert found.value.what == "requests"
    assert client.command("tell")["size"] == 1
    assert "\n1\n" in client.command("checkpoint")
    client.close()


def test_without_a_writer_nothing_is_pretended(folder: Path) -> None:
    started = time.monotonic()
    client = Client(folder.parent, patience=0.3)
    with pytest.raises(Unavailable, match="nothing was sent"):
        client.append([entry()])

    async def work(client: AsyncClient) -> None:
        client._patience = 0.3
        with pytest.raises(Unavailable):
            await client.append([entry()])

    asked(work, folder.parent)
    assert time.monotonic() - started < 5


def test_a_second_writer_waits_its_turn(writing_sqlite: Writing) -> None:
    second = subprocess.run(
        [sys.executable, "-c", CODE, str(writing_sqlite.home / "ledger"), ""], capture_output=True, text=True
    )
    assert second.returncode == 1
    assert "Running" in second.stderr
    assert is_running(writing_sqlite.home), "the first one's socket was not touched"


@pytest.mark.parametrize(
    "bytes_",
    [
        b"\xff\xff\xff\xff",
        b"\0\0\0\0",
        b"\0\0\0\x08\0\0\0\x63{}ab",
        frames.frame({"n": 1, "do": "rm"}),
        frames.frame({"n": 1, "do": "append", "limits": None, "entries": [[[], 5, 5]]}),
        frames.frame({"do": "append"}),
        bytes(range(256)) * 2,
    ],
)
def test_garbage_harms_nobody(writing_sqlite: Writing, bytes_: bytes) -> None:
    with frames.connected(writing_sqlite.home / "ledger") as rude:
        rude.sendall(bytes_)
        rude.shutdown(socket.SHUT_WR)
        rude.settimeout(5)
        assert rude.recv(100) == b""
    client = Client(writing_sqlite.home)
    assert client.append([entry()])[0].seq == 0
    client.close()


@given(st.lists(st.binary(max_size=300), max_size=8), st.lists(st.integers(0, 2500), max_size=12))
def test_frames_arrive_whole_however_their_bytes_do(blobs: list[bytes], cuts: list[int]) -> None:
    sent = b"".join(frames.frame({"n": number}, [blob]) for number, blob in enumerate(blobs))
    incoming, found = frames.Incoming(), []
    for start, end in pairwise([0, *sorted(cuts), len(sent)]):
        found += [bytes(frames.opened(body)[1]) for body in incoming.feed(sent[start : max(start, end)])]
    assert found == blobs


def test_a_length_that_no_frame_has_is_refused_before_its_bytes_come() -> None:
    for length in (3, frames.LARGEST + 1):
        with pytest.raises(frames.BadFrame):
            list(frames.Incoming().feed(frames.PREFIX.pack(length)))


def test_the_socket_is_for_this_user_alone(writing_sqlite: Writing) -> None:
    assert (writing_sqlite.home / "ledger").stat().st_mode & 0o077 == 0


def test_sigterm_records_what_was_handed_over_and_signs(writing_sqlite: Writing) -> None:
    async def work(client: AsyncClient) -> list[Receipt]:
        waiting = asyncio.gather(*[client.append([entry()]) for _ in range(200)])
        await asyncio.sleep(0.01)
        assert writing_sqlite.process is not None
        writing_sqlite.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(writing_sqlite.process.wait)
        writing_sqlite.start()  # as the supervisor does
        return [one for found in await waiting for one in found]

    assert {one.seq for one in asked(work, writing_sqlite.home)} == set(range(200))


def test_a_process_that_waits_for_an_answer_lives_though_the_writer_was_started_again(folder: Path) -> None:
    """It has nothing to hand over meanwhile, as where an answer streams for a minute."""
    writing = Writing(
        folder.parent, "", "from kijun.ledger import orphans, writer; orphans.GRACE = 1.0; writer.TICK = 0.1"
    )
    question = entry()

    async def work(client: AsyncClient) -> None:
        await client.append([question])
        assert writing.stop() == 0
        await asyncio.sleep(0.6)
        writing.start()
        await asyncio.to_thread(writing.wait_until_it_answers)
        await asyncio.sleep(2.5)
        answer = replace(question, id=new_id(), kind=Kind.OUTPUT, content={"texts": ["本当の答え"]})
        await client.append([answer])

    writing.wait_until_it_answers()
    try:
        asked(work, writing.home)
    finally:
        writing.stop()
    with Ledger(folder) as ledger:
        found = [(one.kind, one.verdict) for one in ledger.interaction(question.interaction, TOWN)]
    assert found == [("input", "allowed"), ("output", "allowed")]


ONCE = Limits(account="g", period="p", requests=9, once=("confirmation:x",), once_until=1 << 45)


def given_up(writing: Writing, question: Entry, meanwhile: Callable[[], None], patience: float) -> None:
    """Hand a question over with that much patience, which ends; then wait until the writer was told of it."""

    async def work() -> None:
        client = AsyncClient(writing.home)
        await client.tell()
        client._patience = patience
        with pytest.raises(Unavailable, match="nothing was sent"):
            await client.append([question], ONCE)
        await asyncio.to_thread(meanwhile)
        client._patience = 5
        end = time.monotonic() + 20
        while client._withdrawn:
            assert time.monotonic() < end
            await asyncio.sleep(0.02)
        await client.close()

    asyncio.run(work())


def test_what_is_taken_up_too_late_is_not_recorded(writing_sqlite: Writing) -> None:
    """The disk stalls: who asked was told that nothing is recorded, so no budget and no confirmation is spent on it."""
    process = writing_sqlite.process
    assert process is not None
    question = entry()
    process.send_signal(signal.SIGSTOP)

    async def work() -> None:
        client = AsyncClient(writing_sqlite.home, patience=0.5)
        with pytest.raises(Unavailable):
            await client.append([question], ONCE)
        process.send_signal(signal.SIGCONT)
        client._patience = 5
        while client._withdrawn:
            await asyncio.sleep(0.02)
        assert (await client.tell())["size"] == 0
        await client.append([entry()], ONCE)  # the token counts still
        await client.close()

    asyncio.run(work())
    with Ledger(writing_sqlite.home / "ledger") as ledger:
        assert ledger.interaction(question.interaction, TOWN) == []
        assert ledger.journal.used("g", "p")[0] == 1


SLOW = """
from kijun.ledger.journal import Journal
append = Journal.append
def slowly(self, group):
    append(self, group)
    {}
Journal.append = slowly
"""


@pytest.mark.parametrize("then", ["import time; time.sleep(2.5)", "import os; os._exit(1)"])
def test_a_question_that_was_recorded_too_late_is_told_to_be_sent_to_nobody(folder: Path, then: str) -> None:
    """The commit itself hung, or the writer died behind it and its answer with it."""
    writing = Writing(folder.parent, "", SLOW.format(then))
    question = entry(person="12")

    def again() -> None:
        assert writing.process is not None
        if "exit" in then:
            writing.process.wait(20)
            writing.code = ""
            writing.start()

    writing.wait_until_it_answers()
    try:
        given_up(writing, question, again, 1.5)
    finally:
        writing.stop()
    with Ledger(folder) as ledger:
        first, end = ledger.interaction(question.interaction, TOWN)
        assert (first.kind, end.kind, end.verdict, end.person) == ("input", "output", "failed", "12")
        assert end.content is not None
        assert end.content["error"]["code"] == "not_sent"
        assert ledger.journal.unanswered() == []


def test_only_questions_of_ones_own_are_withdrawn(journal: Journal) -> None:
    mine, other = entry(), entry()
    append(journal, mine, worker="w")
    append(journal, other, worker="another")
    watch = Orphans(journal)
    assert watch.withdrawn("w", {other.interaction, "unknown"}) == []
    (end,) = watch.withdrawn("w", {mine.interaction})
    journal.append([end])
    assert journal.unanswered() == [("another", 1)]
    assert watch.withdrawn("w", {mine.interaction}) == [], "once"


def test_a_question_whose_process_died_is_marked(journal: Journal) -> None:
    now = [0.0]
    watch = Orphans(journal, lambda: now[0])
    question = entry(person="12", purpose="3", masked={"⟦氏名1⟧": "山田"})
    append(journal, question, worker="dead")
    append(journal, entry(), worker="alive")
    assert watch.look({"alive"}) == []
    now[0] = orphans.GRACE - 1
    assert watch.look({"alive"}) == []
    now[0] = orphans.GRACE
    lost = watch.look({"alive"})
    journal.append(lost)
    assert [one.error for one in lost] == [None]
    assert journal.unanswered() == [("alive", 1)]
    with journal.database.reading() as link:
        row = link.execute("SELECT kind, interaction, verdict, person, purpose FROM entries WHERE seq = 2")[0]
    assert row == (Kind.OUTPUT, question.interaction, Verdict.INCOMPLETE, "12", "3")


def test_a_question_that_nobody_answers_is_marked_though_its_process_lives(journal: Journal) -> None:
    """As where the process was told that nothing could be recorded, and the disk had it all the same."""
    now = [0.0]
    watch = Orphans(journal, lambda: now[0])
    append(journal, entry(), worker="alive")
    assert watch.look({"alive"}) == []
    now[0] = orphans.LONGEST - 1
    assert watch.look({"alive"}) == []
    now[0] = orphans.LONGEST
    journal.append(watch.look({"alive"}))
    assert journal.unanswered() == []


def test_a_process_that_comes_back_in_time_answers_itself(journal: Journal) -> None:
    now = [0.0]
    watch = Orphans(journal, lambda: now[0])
    append(journal, entry(), worker="w")
    assert watch.look(set()) == []
    now[0] = 5.0
    assert watch.look({"w"}) == []
    now[0] = 12.0
    assert watch.look(set()) == [], "counted anew from when it left"


def test_a_question_that_is_gone_is_waited_for_no_more(journal: Journal) -> None:
    now = [0.0]
    watch = Orphans(journal, lambda: now[0])
    append(journal, entry(), worker="dead")
    with journal.database.writing() as link:
        link.execute("INSERT INTO unanswered (interaction, worker, seq) VALUES ('gone', 'dead', 999)")
    assert watch.look(set()) == []
    now[0] = orphans.GRACE
    (end,) = watch.look(set())
    journal.append([end])
    assert (end.error, journal.unanswered()) == (None, [])


BROKEN = """
from kijun.ledger import writer
def broken(*_):
    raise IndexError
writer.TICK, writer.run.__defaults__ = 0.1, ("", (), 0.3)
{} = broken
"""


@pytest.mark.parametrize(
    ("broken", "signs"), [("writer.Orphans.look", True), ("writer.Checkpoints.make", False)]
)
def test_what_cannot_be_looked_after_holds_up_no_checkpoint_and_a_late_one_is_told(
    folder: Path, broken: str, signs: bool
) -> None:
    writing = Writing(folder.parent, "", BROKEN.format(broken))
    writing.wait_until_it_answers()
    client = Client(writing.home)
    try:
        client.append([entry()])
        time.sleep(2)
        assert client.command("tell")["signs"] is signs
        with Ledger(folder) as ledger:
            assert len(list(ledger.checkpoints())) == signs
    finally:
        client.close()
        writing.stop()
