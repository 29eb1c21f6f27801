"""Does the reference search find the passage that answers? Against plain BM25 on pairs of characters, in one run.

    PYTHONPATH=src python benchmarks/reference/quality.py [--missed]

Documents and questions of an invented town are ours, in the style of what towns publish; questions are in the words of those who ask. A question counts
as found when a passage that answers stands among the first k. ``questions.tsv`` was there when the list of words was written, ``second.tsv`` was written
after it, and the list was not touched again for it.
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
from kijun.gateway.reference.model import Passage, Source
from kijun.gateway.reference.splitting import split

HERE = Path(__file__).parent
TODAY = "2026-11-29"
Place = tuple[str, int]


def documents() -> dict[str, tuple[str, list[Passage]]]:
    """Name → title and passages."""
    found = {}
    for path in sorted((HERE / "documents").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        found[path.stem] = (text.partition("\n")[0].lstrip("# "), split(text))
    return found


def questions(docs: dict[str, tuple[str, list[Passage]]], name: str) -> list[tuple[str, set[Place]]]:
    """Questions with the passages that answer them. An answer that stands nowhere is a fault of the set."""
    found = []
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
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


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--missed", action="store_true", help="name the questions that are not found")
    chosen = arguments.parse_args()
    docs = documents()
    first, second = questions(docs, "questions.tsv"), questions(docs, "second.tsv")
    asked, cut = first + second, len(first)
    with tempfile.TemporaryDirectory() as folder:
        built = shelf.publish(
            Path(folder),
            "131000",
            [(Source(name, title, "c"), found) for name, (title, found) in docs.items()],
        )
        index = shelf.Shelf(Path(folder)).index("131000")
        assert index is not None
        print(f"{built.sources} documents, {built.passages} passages, {len(asked)} questions")

        def ours(question: str, most: int = 10, fits: float = 0.0) -> list[Place]:
            hits = index.search(question, today=TODAY, most=most, fits=fits).hits
            return [(one.source.id, one.passage.number) for one in hits]

        plain = Bigrams(docs)
        by_ours = [rank(ours(one), wanted) for one, wanted in asked]
        by_plain = [rank(plain.search(one, 10), wanted) for one, wanted in asked]
        known = synonyms.table
        index_module.table = dict
        without = [rank(ours(one), wanted) for one, wanted in asked]
        index_module.table = known
        print(f"\n{'recall at':34} 1      3      5      10     MRR")
        for name, ranks in (
            ("pairs of characters, BM25", by_plain),
            ("Kijun without the list of words", without),
            ("Kijun", by_ours),
        ):
            table(name, ranks)
            table("  questions.tsv", ranks[:cut])
            table("  second.tsv", ranks[cut:])
        silent = [
            one for one in (HERE / "unanswerable.tsv").read_text(encoding="utf-8").splitlines() if one.strip()
        ]
        print(
            "\nshare that covers   answered, right among 5   said nothing, without an answer in the documents"
        )
        for fits in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6):
            right = sum(rank(ours(one, 5, fits), wanted) > 0 for one, wanted in asked) / len(asked)
            quiet = sum(not ours(one, 5, fits) for one in silent) / len(silent)
            print(f"{fits:17}   {right:.3f}                     {quiet:.3f}")
        if chosen.missed:
            for (one, _), place, plain_place in zip(asked, by_ours, by_plain, strict=True):
                if not 0 < place <= 5:
                    print(place, plain_place, one, "→", ours(one, 3))
            for one in silent:
                if found := index.search(one, today=TODAY, most=1, fits=0.3).hits:
                    print(
                        "not silent:",
                        round(found[0].covers, 2),
                        one,
                        "→",
                        found[0].source.id,
                        found[0].passage.where,
                    )


if __name__ == "__main__":
    main()
