"""Durable appends beside a raw fsynced append in the same run; then sealing and verification of what was appended.

    python benchmarks/ledger/append.py [--folder FOLDER] [--records 100000] [--url postgresql://…]

Raw: the same bytes (packed and encrypted) written to a preallocated file with ``fdatasync`` after each, or after each 64. Ours packs, encrypts, hashes
and commits entries that were made before. Rounds are short and take turns, and the figures are medians of the ratios of a round.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from kijun.ledger.checking import verify
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.database import connect
from kijun.ledger.journal import Appending, Journal
from kijun.ledger.keys import RootKey
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Entry, Kind, Verdict, new_id
from kijun.ledger.packing import pack
from kijun.ledger.sealing import seal

GROUP = 64
QUESTION = (
    "次の問い合わせに対する回答の案を、丁寧で分かりやすい日本語で書いてください。本市では、窓口の手続きを順次オンライン化し、"
    "来庁しなくても申請できる仕組みを整えます。対象となる手続きは、住民票の写しの交付、課税証明書の交付など二十四種類です。"
)


def entry(number: int) -> Entry:
    return Entry(
        kind=Kind.INPUT, interaction=new_id(), municipality="131000", verdict=Verdict.MASKED, findings=("PERSON",),
        person=str(number % 500), purpose=str(number % 7), system="1",
        content={"request": {"messages": [{"role": "user", "content": f"（{number}）{QUESTION * 5}"}]}},
        masked={"⟦氏名1⟧": "見本太郎"},
    )  # fmt: skip


class Raw:
    """A preallocated file, as fast as this disk appends durably."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT)
        os.posix_fallocate(self._file, 0, 256 * 1024 * 1024)
        os.fsync(self._file)

    def append(self, blobs: list[bytes]) -> None:
        for blob in blobs:
            os.write(self._file, blob)
        os.fdatasync(self._file)


def rate(count: int, work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return count / (time.perf_counter() - began)


def _cpu() -> float:
    return sum(os.times()[:4])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=41)
    parser.add_argument("--url", default="")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="kijun-bench-"))
    database = connect(folder / "ledger", args.url)
    database.lock()
    journal = Journal(database, RootKey.load(folder / "ledger"))
    journal.open()
    raw = Raw(folder / "raw")
    packed = [pack(entry(number)) for number in range(2000)]
    blobs = [one.content for one in packed]

    def ours(size: int, entries: list[Entry]) -> None:
        for at in range(0, len(entries), size):
            group = [Appending([pack(one)]) for one in entries[at : at + size]]
            journal.append(group)
            assert not any(one.error for one in group)

    def theirs(size: int, count: int) -> None:
        for at in range(0, count, size):
            raw.append(blobs[at % 1900 : at % 1900 + size])

    for size, count in ((1, 200), (GROUP, GROUP * 20)):
        mine, plain = [], []
        for _ in range(args.rounds):
            entries = [entry(number) for number in range(count)]
            mine.append(rate(count, lambda size=size, entries=entries: ours(size, entries)))
            plain.append(rate(count, lambda size=size, count=count: theirs(size, count)))
        ratios = [one / two for one, two in zip(mine, plain, strict=True)]
        tenth = statistics.quantiles(ratios, n=10)
        print(
            f"groups of {size:3}: ours {statistics.median(mine):8,.0f}/s  raw {statistics.median(plain):8,.0f}/s  "
            f"ratio {statistics.median(ratios):.2f} (eight tenths from {tenth[0]:.2f} to {tenth[-1]:.2f})"
        )
    while journal.tiles.size < args.records:
        ours(256, [entry(number) for number in range(4096)])
    Checkpoints(folder / "ledger", database).make(journal.committed.size, journal.committed.root())
    database.close()
    with Ledger(folder / "ledger", args.url) as ledger:
        began = time.perf_counter()
        sealed = seal(ledger, force=True).records
        print(f"sealing   : {sealed / (time.perf_counter() - began):8,.0f} records/s")
        size = ledger.status()["bytes"]
        raw_size = sum(len(str(entry(number).content).encode()) for number in range(100)) / 100
        print(
            f"size      : {size / sealed:,.0f} bytes a record, data and index; {size / sealed / raw_size:.2f} of the content as JSON"
        )
        for workers in (1, 2):
            began = _cpu()
            report = verify(ledger, workers=workers)
            assert report.holds, report.faults
            print(
                f"verify    : {report.size / report.seconds:8,.0f} entries/s with {workers} processes, "
                f"{(_cpu() - began) / report.size * 1e6:.1f} µs of processor an entry"
            )


if __name__ == "__main__":
    main()
