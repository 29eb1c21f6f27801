"""Sealed records: how fast they are sealed, how much room they take, how fast they are found and counted.

    python benchmarks/ledger/sealed.py --records 100000 [--folder FOLDER] [--json FILE]

A record is one interaction of about 600 characters in and 400 out (see `town_records`), its content packed with a trained zstd
dictionary and encrypted, as the ledger does. One large town has four fifths of them, six small ones the rest. Raw is one line of
JSON a record, in UTF-8. Questions are pieces of two to eight characters drawn from sentences of the records' own kind, and three
of ten have words that are nowhere; each is asked once, after all files were compared with their digests and all indexes opened.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from town_records import Town, packed_json

from kijun.ledger.model import COLUMNS, Query, month_of
from kijun.ledger.segments import ROW, Reader, Segment, fold, searchable, write
from kijun.ledger.segments.aggregating import aggregate

KEY = hashlib.sha256(b"benchmark").digest()
LARGE, SMALL = "131000", tuple(f"13{number}000" for number in range(2, 8))
START = 1_790_780_400_000  # 2026-10-01 in Japan


class Sealer:
    """Makes rows month by month and seals them in segments of one town each."""

    def __init__(self, folder: Path, records: int, per_segment: int) -> None:
        self.folder, self.records, self.per_segment = folder, records, per_segment
        self.town = Town()
        samples = [packed_json(self.town.content()) for _ in range(4000)]
        self.dictionary = zstandard.train_dictionary(112_640, samples)
        self.dictionary.precompute_compress(level=9)
        self.packer = zstandard.ZstdCompressor(dict_data=self.dictionary, level=9)
        self.unpacker = zstandard.ZstdDecompressor(dict_data=self.dictionary)
        self.cipher = AESGCM(KEY)
        self.raw = self.content_bytes = self.plain_packed = self.sealed_rows = 0
        self.seconds = self.cpu = 0.0

    def decrypt(self, key: int, entry: str, blob: bytes) -> bytes | None:
        plain = self.cipher.decrypt(blob[:12], blob[12:], entry.encode())
        return self.unpacker.decompress(plain[32:])

    def run(self) -> list[Segment]:
        towns = random.Random(2)
        waiting: dict[tuple[str, str], tuple[list[tuple[object, ...]], list[str]]] = {}
        step = 183 * 86_400_000 // self.records
        segments: list[Segment] = []
        for seq in range(self.records):
            municipality = LARGE if towns.random() < 0.8 else towns.choice(SMALL)
            clear = self.town.clear(municipality, START + seq * step)
            content = self.town.content()
            plain = packed_json(content)
            self.raw += len(json.dumps({**clear, "content": content}, ensure_ascii=False).encode()) + 1
            nonce = os.urandom(12)
            blob = nonce + self.cipher.encrypt(
                nonce, os.urandom(32) + self.packer.compress(plain), str(clear["id"]).encode()
            )
            self.content_bytes += len(blob)
            if seq % 16 == 0:
                self.plain_packed += 16 * (60 + len(zstandard.compress(plain, 9)))
            rows, texts = waiting.setdefault((municipality, month_of(START + seq * step)), ([], []))
            rows.append((seq, *(clear[column] for column in COLUMNS), 1, blob, None, None))
            texts.append(searchable(plain))
            if len(rows) >= self.per_segment:
                segments.append(self.seal(*waiting.pop((municipality, month_of(START + seq * step)))))
        segments += [self.seal(rows, texts) for rows, texts in waiting.values()]
        return segments

    def seal(self, rows: list[tuple[object, ...]], texts: list[str]) -> Segment:
        started, cpu = time.perf_counter(), time.process_time()
        segment = write(
            self.folder, rows, texts, KEY, f"{rows[0][ROW.index('municipality')]}-{rows[0][0]:09d}"
        )
        self.seconds += time.perf_counter() - started
        self.cpu += time.process_time() - cpu
        self.sealed_rows += len(rows)
        return segment


def questions(town: Town, count: int) -> list[str]:
    rng, found = random.Random(3), []
    for sentence in town.sentences(count):
        length = rng.randint(2, 8)
        at = rng.randrange(max(1, len(sentence) - length))
        piece = sentence[at : at + length]
        found.append(piece if rng.random() < 0.7 or len(piece) < 3 else piece[:2] + "鷲" + piece[2:])
    return [piece for piece in found if len(fold(piece)) >= 2]


def percentiles(milliseconds: list[float]) -> dict[str, float]:
    ordered = sorted(milliseconds)
    return {
        "p50": statistics.median(ordered),
        "p99": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        "max": ordered[-1],
    }


def asked(reader: Reader, segments: list[Segment], queries: list[Query]) -> dict[str, float]:
    """Milliseconds until the answer, and of processor time: what the machine does besides is in the first alone."""
    taken, worked = [], []
    for query in queries:
        started, cpu = time.perf_counter(), time.process_time()
        hits = reader.search(query, segments)
        taken.append((time.perf_counter() - started) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
        assert not hits.faults, hits.faults[0]
    return percentiles(taken) | {f"processor {name}": value for name, value in percentiles(worked).items()}


def measure(records: int, folder: Path, per_segment: int, count: int) -> dict[str, object]:
    sealer = Sealer(folder, records, per_segment)
    listed = folder / "segments.json"
    sealed = listed.exists()
    if sealed:
        segments = [Segment(**values) for values in json.loads(listed.read_text())]
    else:
        segments = sealer.run()
        listed.write_text(json.dumps([segment.as_dict() for segment in segments]))
    data, index = sum(s.bytes_data for s in segments), sum(s.bytes_index for s in segments)
    figures: dict[str, object] = {
        "records": sum(s.rows for s in segments),
        "segments": len(segments),
        "segments of the large town": sum(s.municipality == LARGE for s in segments),
    }
    figures |= {} if sealed else {
        "sealed records/s": sealer.sealed_rows / sealer.seconds,
        "CPU ms per sealed record": sealer.cpu / sealer.sealed_rows * 1000,
        "raw JSON bytes/record": sealer.raw / records,
        "content bytes/record": sealer.content_bytes / records,
        "content bytes/record without dictionary": sealer.plain_packed / records,
        "data bytes/record": data / records,
        "index bytes/record": index / records,
        "(data + index) / raw": (data + index) / sealer.raw,
    }  # fmt: skip
    texts = questions(sealer.town, count)
    with Reader(folder, lambda key: KEY, sealer.decrypt, folder / "private") as reader:
        started = time.perf_counter()
        with reader.files.held(segments):
            reader.search(Query(municipality=None, text="鷲鷲鷲"), segments)
        figures["cold: all checked and opened, s"] = time.perf_counter() - started
        for label, town in (("one town", LARGE), ("all", None)):
            kinds = {
                "text": [Query(municipality=town, text=text) for text in texts],
                "text + person": [
                    Query(municipality=town, text=text, person=f"person-{n % 2000:05d}")
                    for n, text in enumerate(texts)
                ],
                "one character": [Query(municipality=town, text=text[0]) for text in texts[: count // 4]],
                "person": [
                    Query(municipality=town, person=f"person-{n * 37 % 2000:05d}") for n in range(count // 4)
                ],
                "newest": [Query(municipality=town)] * (count // 4),
            }
            for kind, queries in kinds.items():
                reader.search(queries[0], segments)
                figures[f"{label}: {kind}, ms"] = asked(reader, segments, queries)
        figures["rows of an interaction, ms"] = interactions(reader, segments, count // 4)
        figures.update(aggregates(reader, segments))
    figures["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def interactions(reader: Reader, segments: list[Segment], count: int) -> dict[str, float]:
    known = [
        row["interaction"] for row in reader.search(Query(municipality=None, limit=count), segments).rows
    ]
    taken = []
    for interaction in known:
        started = time.perf_counter()
        assert len(reader.rows_of(interaction, segments).rows) == 1
        taken.append((time.perf_counter() - started) * 1000)
    return percentiles(taken)


def aggregates(reader: Reader, segments: list[Segment]) -> dict[str, dict[str, float]]:
    figures = {}
    everything = ("count", "tokens_in", "tokens_out", "duration_avg", "duration_p50", "duration_p95")
    for by in (("month",), ("month", "department"), ("day",), ("purpose", "finding")):
        taken, worked = [], []
        for _ in range(9):
            started, cpu = time.perf_counter(), time.process_time()
            aggregate(
                reader.files.store, segments, [], by=by, where=Query(municipality=None), values=everything,
                files=reader.files, cursor=reader.cursor(),
            )  # fmt: skip
            taken.append(time.perf_counter() - started)
            worked.append(time.process_time() - cpu)
        figures[f"aggregate by {', '.join(by)}, ms"] = {
            "p50": statistics.median(taken) * 1000,
            "processor p50": statistics.median(worked) * 1000,
        }
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--per-segment", type=int, default=16_384)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument(
        "--folder",
        type=Path,
        help="kept, and where it holds segments already only asked; without it a temporary one",
    )
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="kijun-sealed-"))
    try:
        figures = measure(options.records, folder, options.per_segment, options.questions)
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    for name, value in figures.items():
        shown = (
            "  ".join(f"{k} {v:.1f}" for k, v in value.items())
            if isinstance(value, dict)
            else f"{value:,.3f}"
        )
        print(f"{name:36} {shown}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
