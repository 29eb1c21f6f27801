"""How fast is an index of 100,000 passages built and searched, and how large is it?

    PYTHONPATH=src python benchmarks/reference/speed.py [--passages 100000]

Passages of 240 to 400 characters are put together of sentences of the documents beside this file, with numbers and names of places that differ, so that
the words are as many as in a town's real documents. Questions are those of the quality set.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import quality

from kijun.gateway.reference import shelf
from kijun.gateway.reference.model import Passage, Source

_A_DOCUMENT = 100
_CHANGES = 7  # the document that changes
TOWN = "131000"
_KANJI = "山川田野原木林森島崎浜沢谷橋本村町里岡坂池沼水石松竹梅桜藤菊青赤白黒金銀東西南北上下大小高長新古"


def made(docs: dict[str, tuple[str, list[Passage]]], count: int) -> Iterator[tuple[Source, list[Passage]]]:
    """Documents of a hundred passages."""
    chance = random.Random(5)
    sentences = [
        f"{one}。" for _, found in docs.values() for p in found for one in p.text.split("。") if one.strip()
    ]
    headings = [p.headings for _, found in docs.values() for p in found]
    for document in range(count // _A_DOCUMENT):
        passages = []
        for number in range(1, _A_DOCUMENT + 1):
            text = ""
            while len(text) < 240 + number:
                place = "".join(chance.choices(_KANJI, k=2))
                text += f"{place}地区{chance.randrange(10_000)}番：{chance.choice(sentences)}"
            passages.append(Passage(number, chance.choice(headings), text, 0, len(text)))
        yield Source(str(document), f"文書{document}", "c"), passages


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--passages", type=int, default=100_000)
    count = arguments.parse_args().passages
    docs = quality.documents()
    documents = list(made(docs, count))
    before = _memory()
    with tempfile.TemporaryDirectory() as folder:
        began, work = time.perf_counter(), time.process_time()
        built = shelf.update(Path(folder), TOWN, wanted(documents, 0))
        took, work = time.perf_counter() - began, time.process_time() - work
        print(
            f"built {built.passages:,} passages in {took:.1f} s ({built.passages / took:,.0f} a second),"
            f" of one processor {work:.1f} s ({built.passages / work:,.0f} a second)"
        )
        size = sum(one.stat().st_size for one in Path(folder).rglob("*") if one.is_file())
        print(f"{size / 1e6:,.0f} MB on disk, memory {_memory() - before:,.0f} MB above the documents")
        change(Path(folder), documents)
        del documents
        began = time.perf_counter()
        index = shelf.Shelf(Path(folder)).index(TOWN)
        assert index is not None
        print(f"opened in {(time.perf_counter() - began) * 1000:.0f} ms")
        asked = [one for one, _ in quality.questions(docs, "questions")]
        times, work = [], time.process_time()
        for round_ in range(3):
            for one in asked:
                began = time.perf_counter()
                index.search(one, today=quality.TODAY)
                if round_:
                    times.append((time.perf_counter() - began) * 1000)
        work = (time.process_time() - work) / (3 * len(asked)) * 1000
        times.sort()
        print(
            f"{len(times)} searches: p50 {statistics.median(times):.1f} ms, p95 {times[len(times) * 95 // 100]:.1f} ms,"
            f" slowest {times[-1]:.1f} ms; of the processor {work:.1f} ms each"
        )


Documents = list[tuple[Source, list[Passage]]]


def wanted(documents: Documents, version: int) -> Iterator[tuple[Source, str, Callable[[], list[Passage]]]]:
    """All documents, one of them in a version."""
    for at, (source, passages) in enumerate(documents):
        yield source, f"{at}:{version if at == _CHANGES else 0}", partial(list, passages)


def change(folder: Path, documents: Documents) -> None:
    """What a change of one document takes where the others are in the index."""
    times = []
    for version in range(1, 21):
        began = time.perf_counter()
        assert shelf.update(folder, TOWN, wanted(documents, version)).read == 1
        times.append(time.perf_counter() - began)
    print(
        f"a document of {_A_DOCUMENT} passages changed, twenty times: median {statistics.median(times) * 1000:.0f} ms,"
        f" slowest {max(times) * 1000:.0f} ms (segments joined)"
    )
    began = time.perf_counter()
    shelf.update(folder, TOWN, wanted(documents, 20), tidy=True)
    print(f"all segments joined: {time.perf_counter() - began:.1f} s")


def _memory() -> float:
    """The most this process has used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
