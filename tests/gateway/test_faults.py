"""What the gateway must survive, done for real to real processes: kill -9 under load, a full disk, a burst, clocks that jump."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from kijun.ledger.model import Verdict
from tests.gateway.house import House, Load, Told
from tests.gateway.town import KEY, policy, wait_for
from tests.gateway.upstream import Upstream, says
from tests.ledger.test_database_dies import Server
from tests.ledger.test_database_dies import server as server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


def soon() -> float:
    """Five seconds to be back in, on a machine that does nothing else; more where others want its processors too."""
    return 5 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """It thinks for a moment, so that a question is on its way when something fails."""
    says_so = says("議案の要点は次のとおりです。費用、期間、体制の三つです。")

    async def script(call: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4)
        await says_so(call, writer)

    made = Upstream(script)
    yield made
    made.close()


def is_whole(told: Told) -> bool:
    return told.whole


def under_load(house: House, fault: Callable[[], Any]) -> list[Told]:
    """Do something to a house while it is asked, see that it comes back in time and goes on; gives what callers heard."""
    load = Load(house)
    try:
        wait_for(lambda: sum(one.whole for one in load.told) > 20, 30)
        fault()
        assert house.wait() < soon()
        before = len(load.told)
        wait_for(lambda: sum(one.whole for one in load.told[before:]) > 20, 30)
    finally:
        told = load.stop()
    return told


def sent(upstream: Upstream) -> list[str]:
    return [one.said for one in upstream.calls]


@pytest.mark.parametrize("name", ["gateway", "writer"])
def test_a_process_that_is_killed_loses_nothing(tmp_path: Path, upstream: Upstream, name: str) -> None:
    house = House(tmp_path / "home", policy(upstream.url))

    def fault() -> None:
        asked = len(upstream.calls)
        wait_for(
            lambda: len(upstream.calls) > asked, 30
        )  # callers go in step: between two rounds nothing is on its way
        house.kill(name)
        time.sleep(0.2)
        house.start(name)

    try:
        house.wait()
        told = under_load(house, fault)
        wait_for(
            house.is_answered, 60
        )  # what died halfway is marked ten seconds after; others may want the processors too
    finally:
        house.stop()
    found = house.check(told, sent(upstream))
    inputs, outputs = ({one.interaction for one in found if one.kind == kind} for kind in ("input", "output"))
    assert inputs == outputs, "each question has its end"
    if name == "gateway":
        assert any(one.verdict == Verdict.INCOMPLETE for one in found)


def test_a_database_that_is_killed_loses_nothing(tmp_path: Path, server: Server, upstream: Upstream) -> None:
    house = House(tmp_path / "home", policy(upstream.url), url=server.url)

    def fault() -> None:
        server.kill()
        time.sleep(0.2)
        server.start()

    try:
        house.wait()
        told = under_load(house, fault)
    finally:
        house.stop()
    house.check(told, sent(upstream))


def test_a_burst_is_turned_away_and_nothing_of_it_is_lost(tmp_path: Path, upstream: Upstream) -> None:
    """Two thousand at once before a service that takes its time."""

    async def slow(call: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)
        await says("はい。")(call, writer)

    upstream.script = slow
    house = House(tmp_path / "home", policy(upstream.url))

    async def burst() -> list[Told]:
        connector = aiohttp.TCPConnector(limit=0)
        headers = {"authorization": f"Bearer {KEY}"}
        async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
            return await asyncio.gather(
                *(house.ask(session, f"{number}番目の質問", stream=number % 2 == 0) for number in range(2000))
            )

    try:
        house.wait()
        told = asyncio.run(burst())
    finally:
        house.stop()
    assert {one.status for one in told} <= {200, 429}
    whole = [one for one in told if one.whole]
    turned = [one for one in told if one.status == 429]
    assert len(whole) >= 256
    assert len(whole) + len(turned) == 2000
    assert all(one.retry_after == "1" and one.error["code"] == "too_many_requests" for one in turned)
    assert len(sent(upstream)) == len(whole)
    assert len(house.check(told, sent(upstream))) == 2 * len(whole)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of sixteen megabytes where the ledger lies."""
    folder = tmp_path / "home" / "ledger"
    folder.mkdir(parents=True, mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a small filesystem")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_stops_everything_and_loses_nothing(small_disk: Path, upstream: Upstream) -> None:
    house = House(small_disk.parent, policy(upstream.url))

    def cannot(told: Told) -> bool:
        return told.error.get("code") == "ledger_unavailable"

    try:
        house.wait()
        load = Load(house)
        try:
            wait_for(lambda: load.heard(is_whole), 30)
            ballast = small_disk / "ballast"
            with ballast.open("wb") as file, contextlib.suppress(OSError):
                while file.write(b"x" * 65536):
                    file.flush()
            wait_for(lambda: load.heard(cannot), 60)
            full = len(load.told)
            time.sleep(2)
            calls = len(upstream.calls)
            time.sleep(1)
            assert len(upstream.calls) - calls <= 8, "nothing is sent but what was recorded before"
            assert house.health()["ledger"] == "unavailable"
            ballast.unlink()
            assert house.wait() < soon()
            wait_for(lambda: load.heard(is_whole, since=full + 100), soon())
        finally:
            told = load.stop()
        wait_for(house.is_answered, 10)  # also those whose answers could not be recorded when they came
        assert all(one.poll() is None for one in house.processes.values()), "nobody died of it"
    finally:
        house.stop()
    refused = [one for one in told if cannot(one)]
    assert len(refused) > 50
    assert {(one.status, one.retry_after) for one in refused if one.retry_after} == {(503, "5")}
    reason = refused[0].error["reason"]
    assert "記録" in reason["ja"]
    assert "Records cannot be kept" in reason["en"]
    house.check(told, sent(upstream))
