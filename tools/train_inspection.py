"""Learn the weights of kijun.inspection from the texts of tools/inspection_texts/.

    .venv/bin/python tools/train_inspection.py [context] [texts] [attack] [expression] [planted] [asked]

``context`` learns what around a value speaks for each type (data/weights.json.gz), ``texts`` the models of attacks and
expression (data/models.npz), ``attack`` or ``expression`` only one of them: the file keeps the other; ``planted`` only what reads
the sentences of documents, ``asked`` only what tells short attacks from plain requests. Everything is logistic
regression with an L2 penalty, full batches, and no chance in it: the same texts give the same weights. The evaluation texts of
benchmarks/ are never read here.
"""

from __future__ import annotations

import gzip
import json
import sys
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kijun.inspection.context import around
from kijun.inspection.inspector import Inspector
from kijun.inspection.names import around_name
from kijun.inspection.rule import bundled, unmarked
from kijun.inspection.scene import Candidate, Scene
from kijun.inspection.second_look import Sure
from kijun.inspection.vocabulary import Kind
from kijun.inspection.weights import Weights

ROOT = Path(__file__).parent.parent
TEXTS = ROOT / "tools/inspection_texts"
DATA = ROOT / "src/kijun/inspection/data"

PENALTY = {"PERSON": 1.5}
AGAIN = 8  # how often the rules' examples are read: each stands for many short texts
RARE = 3  # a feature that fewer candidates have is left out: it would remember a text instead of learning
Gold = dict[str, list[tuple[int, int]]]


def main(arguments: list[str]) -> None:
    wanted = set(arguments) or {"context", "texts"}
    if wanted - {"context"}:  # first, for an inspector is made of what it learns
        from tools import train_inspection_models as models

        if "texts" in wanted:
            models.main()
        for word, head in (("attack", "attack"), ("expression", "harmful")):
            if word in wanted:
                models.main(head)
        if "planted" in wanted:
            models.only_planted()
        if "asked" in wanted:
            models.only_asked()
    if "context" in wanted:
        train_context()


def rows(pattern: str) -> Iterator[dict[str, str]]:
    """All rows of the files of a name."""
    for number, file in enumerate(sorted(TEXTS.glob(pattern))):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield {**json.loads(line), "file": str(number)}


def train_context() -> None:
    """Collect candidates of all texts, learn one table a type, write them."""
    inspector = Inspector(weights=Weights({}))
    examples: dict[str, list[tuple[tuple[str, ...], float]]] = defaultdict(list)
    for row in rows("personal_*.jsonl"):
        text, spans = unmarked(row["marked"])
        collect(inspector, text, spans, examples)
    for _ in range(AGAIN):
        for text, spans in rule_examples():
            collect(inspector, text, spans, examples)
    tables = {}
    for type in sorted(examples):
        tables[type] = learn(type, examples[type])
    known = json.loads(gzip.decompress((DATA / "weights.json.gz").read_bytes()))["weights"]
    tables |= {name: table for name, table in known.items() if ":" in name}  # of train_inspection_secrets.py
    packed = json.dumps({"weights": tables}, ensure_ascii=False, sort_keys=True).encode()
    with gzip.GzipFile(DATA / "weights.json.gz", "wb", mtime=0) as out:
        out.write(packed)


def rule_examples() -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """The examples of the rules of data: short texts in which little is said around a value."""
    for rule in bundled().rules:
        if rule.kind is Kind.DATA:
            for example in (*rule.match, *rule.no_match):
                text, spans = unmarked(example)
                yield text, [(type or rule.type, start, end) for type, start, end in spans]


def collect(
    inspector: Inspector,
    text: str,
    spans: list[tuple[str, int, int]],
    examples: dict[str, list[tuple[tuple[str, ...], float]]],
) -> None:
    """The candidates of one text with whether each is right; later stages see the true findings of earlier ones."""
    scene = Scene(text, inspector._lexicon)
    gold: Gold = defaultdict(list)
    for type, start, end in spans:
        gold[type].append(forward(scene, start, end))
    sure = Sure(scene, (Candidate("PERSON", *span, 1.0, "") for span in gold["PERSON"]))
    for _, recognise in inspector._stages:
        proposed = list(recognise(scene))
        for type in {one.type for one in proposed if one.features}:
            mine = list(dict.fromkeys(one for one in proposed if one.type == type))
            right = targets(mine, gold[type])
            for one in mine:
                if any(
                    other.type != type
                    and one.start < other.end
                    and other.start < one.end
                    and other.score >= 0.85
                    for other in scene.found
                ):
                    continue
                beside = around_name if type == "PERSON" else around
                features = [*one.features, *beside(scene, one.start, one.end, scene.label(one.start))]
                if type == "PERSON":
                    features += sure.features(one, (one.start, one.end) in right)
                examples[type].append((tuple(dict.fromkeys(features)), right.get((one.start, one.end), 0.0)))
        scene.add(
            [
                Candidate(type, *span, 1.0, "")
                for type in {one.type for one in proposed}
                for span in gold[type]
            ]
        )


def forward(scene: Scene, start: int, end: int) -> tuple[int, int]:
    """Where a span of the given text stands in the folded one."""
    offsets = scene.folded.offsets
    if offsets is None:
        return start, end
    return bisect_left(offsets, start), bisect_left(offsets, end)


def targets(mine: list[Candidate], gold: list[tuple[int, int]]) -> dict[tuple[int, int], float]:
    """The right candidates: the same place, or where none has it the one that covers it best."""
    right: dict[tuple[int, int], float] = {}
    places = {(one.start, one.end) for one in mine}
    for span in gold:
        if span in places:
            right[span] = 1.0
            continue
        best, most = None, 0.5
        for place in places:
            shared = min(span[1], place[1]) - max(span[0], place[0])
            ratio = shared / (max(span[1], place[1]) - min(span[0], place[0]))
            if ratio >= most:
                best, most = place, ratio
        if best:
            right[best] = 1.0
    return right


def learn(type: str, examples: list[tuple[tuple[str, ...], float]]) -> dict[str, float]:
    """Weights of one type."""
    counts = Counter(feature for features, _ in examples for feature in features)
    names = sorted(feature for feature, count in counts.items() if count >= RARE)
    number = {feature: place for place, feature in enumerate(names)}
    indices, pointers = [], [0]
    for features, _ in examples:
        indices += [number[feature] for feature in features if feature in number]
        pointers.append(len(indices))
    goal = np.array([right for _, right in examples])
    weights = logistic(
        np.array(indices), np.array(pointers), goal, len(names), PENALTY.get(type, 1.0), free=number.get("b")
    )
    margins = np.add.reduceat(weights[np.array(indices)], np.array(pointers[:-1]))
    right = ((margins > 0) == (goal > 0.5)).mean()
    print(
        f"{type:22} {len(examples):6} candidates, {int(goal.sum()):5} right, {len(names):5} features, {right:.3f} on these",
        flush=True,
    )
    return {
        name: round(float(weight), 3)
        for name, weight in zip(names, weights, strict=True)
        if abs(weight) >= 0.02
    }


def logistic(
    indices: np.ndarray,
    pointers: np.ndarray,
    goal: np.ndarray,
    size: int,
    penalty: float,
    free: int | None = None,
    weight: np.ndarray | None = None,
    values: np.ndarray | None = None,
    rounds: int = 600,
) -> np.ndarray:
    """L2-penalised logistic regression over sparse rows by L-BFGS (Liu and Nocedal 1989), float64, until it stands still or for so many rounds."""
    starts = pointers[:-1]
    lengths = np.diff(pointers)
    assert (lengths > 0).all()
    row = np.repeat(np.arange(len(goal)), lengths)
    weight = np.ones(len(goal)) if weight is None else weight
    values = np.ones(len(indices)) if values is None else values
    shrink = np.full(size, penalty)
    if free is not None:
        shrink[free] = 1e-3

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        margins = np.add.reduceat(at[indices] * values, starts)
        cost = np.logaddexp(0, margins) - goal * margins
        error = weight * (1 / (1 + np.exp(-np.clip(margins, -35, 35))) - goal)
        slope = np.bincount(indices, weights=error[row] * values, minlength=size) + shrink * at
        return float(weight @ cost + 0.5 * shrink @ (at * at)), slope

    at = np.zeros(size)
    cost, slope = loss(at)
    steps: deque[tuple[np.ndarray, np.ndarray, float]] = deque(maxlen=10)
    for _ in range(rounds):
        way = _descent(slope, steps)
        downhill = float(way @ slope)
        length = 1.0 if steps else 1.0 / max(1.0, float(np.linalg.norm(slope)))
        for _ in range(30):
            following = at + length * way
            lower, steeper = loss(following)
            if lower <= cost + 1e-4 * length * downhill:
                break
            length /= 2
        else:
            break  # no way down that float64 can see
        moved, turned = following - at, steeper - slope
        if float(moved @ turned) > 1e-12:
            steps.append((moved, turned, float(moved @ turned)))
        gained, at, cost, slope = cost - lower, following, lower, steeper
        if gained < 1e-7 * max(1.0, cost):
            break
    return at


def _descent(slope: np.ndarray, steps: deque[tuple[np.ndarray, np.ndarray, float]]) -> np.ndarray:
    """Where to go: down the slope as the curvature of the last steps bends it."""
    way = -slope
    shares = []
    for moved, turned, both in reversed(steps):
        share = float(moved @ way) / both
        way -= share * turned
        shares.append(share)
    if steps:
        _, turned, both = steps[-1]
        way *= both / float(turned @ turned)
    for (moved, turned, both), share in zip(steps, reversed(shares), strict=True):
        way += (share - float(turned @ way) / both) * moved
    return way


if __name__ == "__main__":
    main(sys.argv[1:])
