"""A clock that leaps while the gateway and the writer run: a month ahead, then back to a day before. Done by libfaketime to real processes."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kijun.ledger.ledger import Ledger
from kijun.ledger.model import JAPAN, Query, month_of, now_ms
from tests.gateway.house import House
from tests.gateway.town import TOWN, handling, policy, wait_for, with_grant, with_purpose
from tests.gateway.upstream import Upstream, says

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clock")]
DAY = 86_400


class Clock:
    """The time of a house, set against ours."""

    def __init__(self, file: Path) -> None:
        self._file = file
        found = sorted(
            one for root in ("/usr/lib", "/usr/lib64") for one in Path(root).glob("**/libfaketimeMT.so.1")
        )
        if not found:
            pytest.skip("libfaketime is not installed")
        self.environment = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }
        self.set(0)

    def set(self, seconds: int) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n", encoding="ascii")
        fresh.replace(self._file)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "time")


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    made = Upstream(says("はい。"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, clock: Clock, upstream: Upstream) -> Iterator[House]:
    """One for all: each test has a grant of its own."""
    home = tmp_path_factory.mktemp("town") / "home"
    made = House(home, policy(upstream.url), environment=clock.environment, every=0.5)
    try:
        made.wait()
        yield made
    finally:
        made.stop()


@pytest.fixture(autouse=True)
def right(clock: Clock) -> None:
    clock.set(0)


def code(answer: Any) -> str:
    return str(answer.json()["error"]["code"]) if answer.status_code != 200 else "ok"


def checkpoints(ledger: Ledger) -> list[tuple[int, int]]:
    return [(size, at) for size, at, *_ in ledger.checkpoints()]


def test_records_checkpoints_and_budgets_over_leaps(house: House, clock: Clock, upstream: Upstream) -> None:
    budget = with_grant(policy(upstream.url), id="budget", requests=2)
    house.publish(budget)
    leaps = (0, 32 * DAY, -DAY)
    heard: dict[int, list[str]] = {}
    for leap in leaps:
        clock.set(leap)
        heard[leap] = [code(house.post(f"{leap}の{number}番目")) for number in range(3)]
        time.sleep(1.6)  # a checkpoint is made, or would be
    this, before = month_of(now_ms()), month_of(now_ms() - DAY * 1000)
    spent = ["ok", "ok", "insufficient_quota"]
    assert heard[0] == spent
    assert heard[32 * DAY] == spent, "another month has its own budget"
    assert heard[-DAY] == (["insufficient_quota"] * 3 if this == before else spent)
    house.publish(with_grant(budget, requests=None))
    assert code(house.post("さいごに")) == "ok"
    found = house.check([], [one.said for one in upstream.calls])
    assert len({one.id for one in found}) == len(found)
    for leap, text in ((0, "0の0番目"), (32 * DAY, f"{32 * DAY}の0番目"), (-DAY, "さいごに")):
        at = next(one.at for one in found if f"'{text}'" in str(one.content))
        assert abs(at - (now_ms() + leap * 1000)) < 60_000
    assert all(0 <= one.duration_ms < 30_000 for one in found), "durations know no leaps"
    with house.looking() as ledger:
        wait_for(lambda: checkpoints(ledger)[-1][0] == len(found))
        signed = checkpoints(ledger)
        assert len(signed) >= 3
        assert signed == sorted(signed), "none is smaller than the one before it"
        assert [at for _, at in signed] == sorted(at for _, at in signed), (
            "none is older than the one before it"
        )
        rows = ledger.aggregate(("month",), Query(municipality=TOWN), ("count",))
    counts = {row["month"]: row["count"] for row in rows}
    assert sum(counts.values()) == len(found)
    assert month_of(now_ms() + 32 * DAY * 1000) in counts


def test_rates_hours_and_periods_over_leaps(house: House, clock: Clock, upstream: Upstream) -> None:
    town = with_grant(policy(upstream.url), id="rate")
    house.publish(with_grant(town, per_minute=2))
    assert [code(house.post("はい")) for _ in range(2)] == ["ok", "ok"]
    for leap in (32 * DAY, -DAY):
        clock.set(leap)
        answer = house.post("はい")
        assert code(answer) == "rate_limit_exceeded", "a minute is a minute"
        assert 0 < int(answer.headers["retry-after"]) <= 60
    clock.set(0)
    today = datetime.datetime.now(JAPAN).weekday()
    house.publish(with_purpose(town, hours=((today, 0, 1440), ((today + 1) % 7, 0, 1440))))
    assert code(house.post("はい")) == "ok"
    clock.set(3 * DAY)
    assert code(house.post("はい")) == "not_allowed_now"
    clock.set(0)
    house.publish(
        with_grant(policy(upstream.url), starts=now_ms() - 3_600_000, expires=now_ms() + DAY * 1000)
    )
    assert code(house.post("はい")) == "ok"
    for leap in (32 * DAY, -DAY):
        clock.set(leap)
        assert code(house.post("はい")) == "grant_expired"
    clock.set(0)
    assert code(house.post("はい")) == "ok"


def test_a_confirmation_counts_once_whatever_the_clock_does(
    house: House, clock: Clock, upstream: Upstream
) -> None:
    house.publish(with_purpose(policy(upstream.url), input=handling(personal="confirm")))
    text = "山田太郎さんへの手紙"

    def asked(token: str = "") -> Any:
        return house.post(text, headers={"kijun-confirmation": token} if token else {})

    token = asked().json()["error"]["confirmation"]
    assert code(asked(token)) == "ok"
    clock.set(32 * DAY)
    ahead = asked(token).json()["error"]
    assert ahead["code"] == "confirmation_required", "it is too old by now"
    for number in range(3):
        house.post(f"{number}")  # the writer signs, and forgets what is over
        time.sleep(0.7)
    clock.set(0)
    assert code(asked(token)) == "confirmation_used", "though its time seems not to be over again"
    assert code(asked(ahead["confirmation"])) == "confirmation_required", "it would count for a month"
    assert code(asked(asked().json()["error"]["confirmation"])) == "ok"
    assert len([one for one in upstream.calls if "手紙" in one.said]) == 2
