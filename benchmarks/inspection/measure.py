"""How well inspection finds things: precision, recall and F1 by type and disguise over the texts of this folder."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from kijun.inspection.rule import unmarked

HERE = Path(__file__).parent
Span = tuple[str, int, int]


def read(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


class Score:
    """Counts of one type: right, wrong and missed, by overlap and by exact place."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter] = defaultdict(Counter)
        self.exact: dict[str, Counter] = defaultdict(Counter)

    def add(self, gold: list[Span], found: list[Span]) -> None:
        for counts, same in ((self.counts, overlaps), (self.exact, equal)):
            free = list(found)
            for one in gold:
                hit = next((other for other in free if same(one, other)), None)
                if hit is None:
                    counts[one[0]]["missed"] += 1
                else:
                    free.remove(hit)
                    counts[one[0]]["right"] += 1
            for other in free:
                # a second piece of a span that was found is not counted against us by overlap
                if counts is self.counts and any(same(one, other) for one in gold):
                    continue
                counts[other[0]]["wrong"] += 1

    @staticmethod
    def f1(counter: Counter) -> tuple[float, float, float]:
        right, wrong, missed = counter["right"], counter["wrong"], counter["missed"]
        precision = right / (right + wrong) if right + wrong else 0.0
        recall = right / (right + missed) if right + missed else 0.0
        return precision, recall, 2 * right / (2 * right + wrong + missed) if right else 0.0


def overlaps(one: Span, other: Span) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def equal(one: Span, other: Span) -> bool:
    return one == other


def measure(rows: Iterable[dict], find: Callable[[str], list[Span]], show: int = 0, only: str = "") -> Score:
    score = Score()
    disguises: dict[str, Score] = defaultdict(Score)
    flagged = clean = uncovered = dirty = 0
    shown: Counter = Counter()
    for row in rows:
        text, gold = unmarked(row["marked"])
        found = find(text)
        score.add(gold, found)
        disguises[row.get("disguise", "none")].add(gold, found)
        if gold:
            dirty += 1
            covered = {place for _, start, end in found for place in range(start, end)}
            uncovered += any(
                not any(place in covered for place in range(start, end)) for _, start, end in gold
            )
        else:
            clean += 1
            flagged += bool(found)
        for kind, ones, others in (("missed", gold, found), ("wrong", found, gold)):
            for one in ones:
                wanted = show and (not only or one[0] == only) and shown[kind, one[0]] < show
                if wanted and not any(overlaps(one, other) for other in others):
                    shown[kind, one[0]] += 1
                    print(
                        f"{kind:6} {one[0]:16} {row['id']:6} {text[max(0, one[1] - 16) : one[1]]!r} [{text[one[1] : one[2]]!r}] {text[one[2] : one[2] + 12]!r}"
                    )
    total, exact = Counter(), Counter()
    for counts, sums in ((score.counts, total), (score.exact, exact)):
        for counter in counts.values():
            sums.update(counter)
    types = sorted(type for type, counter in score.counts.items() if counter["right"] + counter["missed"])
    print(f"{'type':22} {'P':>6} {'R':>6} {'F1':>6} {'exact':>6}   n")
    for type in types:
        p, r, f = score.f1(score.counts[type])
        print(
            f"{type:22} {p:6.3f} {r:6.3f} {f:6.3f} {score.f1(score.exact[type])[2]:6.3f} {score.counts[type]['right'] + score.counts[type]['missed']:4}"
        )
    macro = sum(score.f1(score.counts[type])[2] for type in types) / max(1, len(types))
    print(
        f"micro overlap {score.f1(total)[2]:.3f}  exact {score.f1(exact)[2]:.3f}  macro {macro:.3f}  harmless flagged {flagged}/{clean} = {flagged / max(1, clean):.3f}  nothing uncovered {1 - uncovered / max(1, dirty):.3f}"
    )
    for name in sorted(disguises):
        sums: Counter = Counter()
        for counter in disguises[name].counts.values():
            sums.update(counter)
        p, r, f = score.f1(sums)
        print(f"   {name:12} P {p:.3f} R {r:.3f} F1 {f:.3f}")
    return score


def main() -> None:
    from kijun.inspection import DataType, Inspector, Policy

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, default=HERE / "personal.jsonl")
    parser.add_argument("--half", choices=("a", "b"), help="every other text")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--floor", type=float, help="another threshold for all types")
    args = parser.parse_args()
    rows = read(args.file)
    if args.half:
        rows = rows[0 if args.half == "a" else 1 :: 2]
    floor = {} if args.floor is None else dict.fromkeys(DataType, args.floor)
    inspector = Inspector(Policy(thresholds=floor))

    def find(text: str) -> list[Span]:
        return [(one.type, one.start, one.end) for one in inspector.inspect(text).data]

    start = time.process_time()
    measure(rows, find, args.show, args.only)
    print(f"{(time.process_time() - start) / len(rows) * 1000:.2f} ms a text")


if __name__ == "__main__":
    main()
