"""Does the reference search find the passage that answers? Against plain BM25 on pairs of characters, in one run.

    PYTHONPATH=src python benchmarks/reference/quality.py [--missed SET]

Documents and questions of an invented town are ours, in the style of what towns publish; questions are in the words of those who ask. A question counts
as found when a passage that answers stands among the first k. All documents are searched for every question.

The list of words was written and mended with ``questions``, ``second`` and ``fourth`` in view. ``third`` was written before the list was broadened, by
who broadened it; what is not found of it was never looked at. ``fifth`` was written when the list was done, and the list was not touched for it: that is the
figure to expect elsewhere. ``seventh`` was written by somebody who had seen neither the list nor how passages are ranked, over documents of another town, and never run
before it was done: 40 questions of residents in their own words, 40 of clerks in shorthand, 40 ordinary ones, in this order.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import unicodedata
from collections import Counter
from pathlib import Path

from kijun.gateway.reference import index as index_module
from kijun.gateway.reference import shelf, synonyms
from kijun.gateway.reference.asking import worth_quoting
from kijun.gateway.reference.model import Passage, Source
from kijun.gateway.reference.quoting import QUOTED
from kijun.gateway.reference.splitting import split

HERE = Path(__file__).parent
TODAY = "2026-11-29"
Place = tuple[str, int]
Asked = list[tuple[str, set[Place]]]
SETS = ("questions", "second", "third", "fourth", "fifth", "sixth", "seventh")
FOLDERS = ("documents", "third", "fourth", "fifth", "seventh")


def documents() -> dict[str, tuple[str, list[Passage]]]:
    """Name → title and passages."""
    found = {}
    for path in sorted(path for folder in FOLDERS for path in (HERE / folder).glob("*.md")):
        text = path.read_text(encoding="utf-8")
        found[path.stem] = (text.partition("\n")[0].lstrip("# "), split(text))
    return found


def lines(name: str) -> list[str]:
    return [one for one in (HERE / name).read_text(encoding="utf-8").splitlines() if one.strip()]


def questions(docs: dict[str, tuple[str, list[Passage]]], name: str) -> Asked:
    """Questions with the passages that answer them. An answer that stands nowhere is a fault of the set."""
    found = []
    for line in lines(f"{name}.tsv"):
        asked, _, answers = line.partition("\t")
        places: set[Place] = set()
        for one in answers.split(";"):
            name, _, key = one.partition(":")
            here = {
                (name, passage.number)
                for passage in docs[name][1]
                if key in passage.text or key in " ".join(passage.headings[-1:])
            }
            assert here, line
            places |= here
        found.append((asked, places))
    return found


class Bigrams:
    """BM25 (k1 1.2, b 0.75) on pairs of characters of title, headings and text: what one writes first."""

    def __init__(self, docs: dict[str, tuple[str, list[Passage]]]) -> None:
        self.places = [(name, one.number) for name, (_, passages) in docs.items() for one in passages]
        texts = [
            f"{title}\n{' '.join(one.headings)}\n{one.text}"
            for title, passages in docs.values()
            for one in passages
        ]
        self.counts = [Counter(self.pairs(text)) for text in texts]
        self.lengths = [sum(one.values()) for one in self.counts]
        self.mean = sum(self.lengths) / len(self.lengths)
        self.holds = Counter(pair for one in self.counts for pair in one)

    @staticmethod
    def pairs(text: str) -> list[str]:
        text = "".join(unicodedata.normalize("NFKC", text).lower().split())
        return [text[at : at + 2] for at in range(len(text) - 1)]

    def search(self, asked: str, most: int) -> list[Place]:
        total = len(self.counts)
        scores = [0.0] * total
        for pair in set(self.pairs(asked)):
            if not self.holds[pair]:
                continue
            rarity = math.log(1 + (total - self.holds[pair] + 0.5) / (self.holds[pair] + 0.5))
            for at, counts in enumerate(self.counts):
                if count := counts[pair]:
                    scores[at] += (
                        rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * self.lengths[at] / self.mean))
                    )
        return [self.places[at] for at in sorted(range(total), key=lambda at: -scores[at])[:most]]


def table(name: str, ranks: list[int]) -> None:
    """A line of the table; rank 0 is not found."""
    shares = [sum(0 < one <= k for one in ranks) / len(ranks) for k in (1, 3, 5, 10)]
    mrr = sum(1 / one for one in ranks if one) / len(ranks)
    print(f"{name:34} " + "  ".join(f"{share:.3f}" for share in shares) + f"  {mrr:.3f}")


def rank(found: list[Place], wanted: set[Place]) -> int:
    return next((at for at, one in enumerate(found, 1) if one in wanted), 0)


class Ours:
    """The search of the product, over an index that is built as it is built there."""

    def __init__(self, docs: dict[str, tuple[str, list[Passage]]], folder: Path) -> None:
        self.built = shelf.publish(
            folder, "131000", [(Source(name, title, "c"), found) for name, (title, found) in docs.items()]
        )
        index = shelf.Shelf(folder).index("131000")
        assert index is not None
        self.index = index

    def search(self, asked: str, most: int = 10, fits: float = 0.0) -> list[Place]:
        hits = self.index.search(asked, today=TODAY, most=most, fits=fits).hits
        return [(one.source.id, one.passage.number) for one in hits]

    def quoted(self, asked: str) -> list[Place]:
        """What the upstream ``reference`` quotes."""
        found = worth_quoting(self.index.search(asked, today=TODAY, most=QUOTED))
        return [(one.source.id, one.passage.number) for one in found.hits]


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--missed", choices=SETS, help="name the questions of a set that are not found")
    chosen = arguments.parse_args()
    docs = documents()
    sets = {name: questions(docs, name) for name in SETS}
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(docs, Path(folder))
        count = sum(map(len, sets.values()))
        print(f"{ours.built.sources} documents, {ours.built.passages} passages, {count} questions")
        recall(ours, Bigrams(docs), sets)
        silence(ours, sets)
        if chosen.missed:
            for asked, wanted in sets[chosen.missed]:
                if not 0 < (place := rank(ours.search(asked), wanted)) <= 5:
                    print(place, asked, "→", ours.search(asked, 3))


def recall(ours: Ours, plain: Bigrams, sets: dict[str, Asked]) -> None:
    known = synonyms.table
    print(f"\n{'recall at':34} 1      3      5      10     MRR")
    for name, search, list_ in (
        ("pairs of characters, BM25", lambda asked: plain.search(asked, 10), known),
        ("Kijun without the list of words", ours.search, dict),
        ("Kijun", ours.search, known),
    ):
        index_module.table = list_
        ranks = {one: [rank(search(asked), wanted) for asked, wanted in sets[one]] for one in SETS}
        index_module.table = known
        table(name, [one for each in ranks.values() for one in each])
        for one, found in ranks.items():
            table(f"  {one} ({len(found)})", found)


def silence(ours: Ours, sets: dict[str, Asked]) -> None:
    """How often nothing is said where nothing answers, and what that costs where something does."""
    silent = [lines("unanswerable.tsv"), lines("offtopic.tsv")]
    print(f"\ncovers   {'right among 5: ' + ', '.join(SETS):60} said nothing: unanswerable, offtopic")
    for fits in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5):
        right = [
            sum(rank(ours.search(one, 5, fits), wanted) > 0 for one, wanted in sets[name]) / len(sets[name])
            for name in SETS
        ]
        quiet = [sum(not ours.search(one, 5, fits) for one in each) / len(each) for each in silent]
        print(f"{fits:6}   {'  '.join(f'{one:.3f}' for one in right):60} {quiet[0]:.3f}  {quiet[1]:.3f}")
    for name in SETS:
        quoted = [(ours.quoted(one), wanted) for one, wanted in sets[name]]
        right = sum(rank(found, wanted) > 0 for found, wanted in quoted) / len(quoted)
        many = sum(len(found) for found, _ in quoted) / max(1, sum(bool(found) for found, _ in quoted))
        print(f"quoted, {name}: an answer among them {right:.3f}; {many:.1f} passages where any")


if __name__ == "__main__":
    main()
