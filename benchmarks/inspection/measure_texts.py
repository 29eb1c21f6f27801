"""How well attacks and harmful expression are found: by language and kind, with the false alarms; in short texts and in long documents."""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from pathlib import Path

from benchmarks.inspection.measure import HERE, read
from kijun.inspection import Inspector
from kijun.inspection.segments import WHOLE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--folder", type=Path, default=HERE)
    parser.add_argument("--prose", type=Path, nargs="*", default=[], help="text files that hold no attack")
    parser.add_argument("--length", type=int, default=WHOLE, help="of the pieces of --prose, in characters")
    args = parser.parse_args()
    inspector = Inspector()
    if args.prose:
        prose(inspector, args.prose, args.length)
        return
    for name, bad in (("attacks", "attack"), ("expression", "harmful")):
        if not (args.folder / f"{name}.jsonl").is_file():
            continue
        counts: Counter = Counter()
        right = 0
        for row in read(args.folder / f"{name}.jsonl"):
            inspection = inspector.inspect(row["text"])
            found = inspection.attacks if name == "attacks" else inspection.expressions
            truth = "bad" if row["label"] == bad else "good"
            for key in (row["lang"], row["category"], row["label"]):
                counts[key, truth, bool(found)] += 1
            counts["all", truth, bool(found)] += 1
            right += truth == "bad" and any(one.type == row["category"] for one in found)
            if args.show and bool(found) != (truth == "bad"):
                print(
                    truth,
                    row["id"],
                    row["category"],
                    [(one.type, one.score, one.rule) for one in found],
                    row["text"][:110].replace("\n", "⏎"),
                )
        keys = sorted({key for key, _, _ in counts})
        print(f"\n{name}: kind right in {right} of {counts['all', 'bad', True]} found")
        for key in keys:
            caught, missed = counts[key, "bad", True], counts[key, "bad", False]
            alarms, quiet = counts[key, "good", True], counts[key, "good", False]
            print(
                f"  {key:26}"
                + (
                    f" found {caught:3}/{caught + missed:3} = {caught / (caught + missed):.3f}"
                    if caught + missed
                    else " " * 24
                )
                + (
                    f"   false alarms {alarms:3}/{alarms + quiet:3} = {alarms / (alarms + quiet):.3f}"
                    if alarms + quiet
                    else ""
                )
            )
    if (args.folder / "documents.jsonl").exists():
        documents(inspector, args.folder / "documents.jsonl")


def prose(inspector: Inspector, files: list[Path], length: int) -> None:
    """Harmless texts in pieces: how many are flagged, and what a piece costs."""
    flagged, spent = Counter(), []
    for file in files:
        text = file.read_text(encoding="utf-8")
        for start in range(0, len(text) - length + 1, length):
            before = time.process_time()
            inspection = inspector.inspect(text[start : start + length])
            spent.append((time.process_time() - before) * 1000)
            flagged["attack"] += bool(inspection.attacks)
            flagged["expression"] += bool(inspection.expressions)
            flagged["data"] += bool(inspection.data)
    shares = ", ".join(f"{kind} in {count} = {count / len(spent):.3f}" for kind, count in flagged.items())
    print(f"{len(spent)} pieces of {length}: {shares}; {statistics.median(spent):.2f} ms of CPU at p50")


def documents(inspector: Inspector, file: Path) -> None:
    """Long documents, some with an attack in one or two sentences: whether it is found, and whether its place is."""
    counts: Counter = Counter()
    for row in read(file):
        text, bad = row["text"], row["attack"]
        inspection = inspector.inspect(text)
        first = text.index(bad)
        placed = any(one.start < first + len(bad) and first < one.end for one in inspection.attacks)
        key = (row["lang"], row["label"])
        counts[*key, "texts"] += 1
        counts[*key, "flagged"] += bool(inspection.attacks)
        counts[*key, "placed"] += bool(bad) and placed
        counts[*key, "expression"] += bool(inspection.expressions)
    print("\ndocuments")
    for lang in ("ja", "en"):
        bad, good = counts[lang, "attack", "texts"], counts[lang, "benign", "texts"]
        print(
            f"  {lang:26} found {counts[lang, 'attack', 'flagged']:3}/{bad:3}, at its place {counts[lang, 'attack', 'placed']:3}"
            f"   false alarms {counts[lang, 'benign', 'flagged']:3}/{good:3}, of expression {counts[lang, 'benign', 'expression']:3}"
        )


if __name__ == "__main__":
    main()
