"""Learn the models of attacks and expression (data/models.npz); called by train_inspection.py, which says how."""

from __future__ import annotations

from collections import Counter

import numpy as np

from kijun.inspection.fold import fold
from kijun.inspection.linear import SIZE, gram_ids, plain
from kijun.inspection.reading import language
from kijun.inspection.rule import unmarked
from tools.train_inspection import DATA, logistic, rows

PENALTY = 1 / 12
PENALTY_OF_KINDS = 1 / 8
ORDINARY = 0.1  # what an everyday text weighs beside one that was written to be told apart
MOST, MOST_OF_KINDS = 150_000, 12_000  # places that a head keeps: the heaviest
ALARMS = 0.045  # harmless texts, written to be mistaken, that may be flagged
LEAST = 2  # texts in which an n-gram must occur


class Corpus:
    """Texts as sets of places, with the rarity of each place."""

    def __init__(self, texts: list[str], idf: np.ndarray | None = None) -> None:
        self.ids = [gram_ids(plain(fold(text).text)) for text in texts]
        self.idf = rarity(self.ids) if idf is None else idf
        kept = [ids[self.idf[ids] > 0] for ids in self.ids]
        self.indices = np.concatenate(kept)
        self.pointers = np.concatenate([[0], np.cumsum([len(ids) for ids in kept])])
        squares = np.add.reduceat((self.idf**2)[self.indices], self.pointers[:-1])
        norms = np.repeat(np.sqrt(squares), np.diff(self.pointers))
        self.values = self.idf[self.indices] / norms

    def pick(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Indices, pointers and values of some of the texts."""
        spans = [slice(self.pointers[number], self.pointers[number + 1]) for number in chosen]
        lengths = [span.stop - span.start for span in spans]
        return (
            np.concatenate([self.indices[span] for span in spans]),
            np.concatenate([[0], np.cumsum(lengths)]),
            np.concatenate([self.values[span] for span in spans]),
        )


def rarity(all_ids: list[np.ndarray]) -> np.ndarray:
    """Smoothed idf of each place; 0 where fewer than `LEAST` texts have it."""
    counts = np.zeros(SIZE)
    for ids in all_ids:
        counts[ids] += 1
    idf = np.log((1 + len(all_ids)) / (1 + counts)) + 1
    idf[counts < LEAST] = 0
    return idf


def main() -> None:
    """Learn every head and write the file."""
    attacks, expression = list(rows("attacks_*.jsonl")), list(rows("expression_*.jsonl"))
    ordinary = [unmarked(row["marked"])[0] for row in rows("personal_*.jsonl")]
    texts = [row["text"] for row in attacks] + [row["text"] for row in expression] + ordinary
    corpus = Corpus(texts)
    arrays: dict[str, np.ndarray] = {"idf": corpus.idf.astype(np.float16)}
    first, second = len(attacks), len(attacks) + len(expression)

    def head(name: str, chosen: np.ndarray, goal: np.ndarray, weight: np.ndarray, penalty: float) -> None:
        weights, bias = fit(corpus, chosen, goal, weight, penalty)
        most = MOST_OF_KINDS if "/" in name else MOST
        least = np.partition(np.abs(weights), -most)[-most]
        places = np.flatnonzero(np.abs(weights) > max(least, 0.004))
        arrays[f"at:{name}"] = places.astype(np.uint32)
        arrays[f"head:{name}"] = weights[places].astype(np.float16)
        arrays[f"bias:{name}"] = np.float32(bias)
        print(f"{name:42} {int(goal.sum()):5} of {len(goal):5}, {len(places):6} places", flush=True)

    everyday = np.arange(second, len(texts))
    for name, rows_of, start, label in (
        ("attack", attacks, 0, "attack"),
        ("harmful", expression, first, "harmful"),
    ):
        own = np.arange(start, start + len(rows_of))
        chosen = np.concatenate([own, everyday])
        goal = np.concatenate([[row["label"] == label for row in rows_of], np.zeros(len(everyday))]).astype(
            float
        )
        weight = np.concatenate([np.ones(len(own)), np.full(len(everyday), ORDINARY)])
        head(name, chosen, goal, weight, PENALTY)
        files = np.array([int(row["file"]) for row in rows_of])
        languages = np.array([language(plain(fold(row["text"]).text)) for row in rows_of])
        for tongue, threshold in thresholds(
            corpus, own, everyday, goal[: len(own)], files, languages
        ).items():
            arrays[f"threshold:{name}:{tongue}"] = np.float32(threshold)
        bad = np.array([number for number, row in enumerate(rows_of) if row["label"] == label])
        kinds = np.array([rows_of[number]["category"] for number in bad])
        for kind in sorted(set(kinds)):
            head(
                f"{name}-kind/{kind}",
                own[bad],
                (kinds == kind).astype(float),
                np.ones(len(bad)),
                PENALTY_OF_KINDS,
            )
    hate = [
        number
        for number, row in enumerate(expression)
        if row["label"] == "harmful" and row["category"] == "discrimination"
    ]
    targets = np.array([expression[number]["target"] or "other" for number in hate])
    for target, count in sorted(Counter(targets).items()):
        if count >= 4:
            head(
                f"target/{target}",
                np.array(hate) + first,
                (targets == target).astype(float),
                np.ones(len(hate)),
                PENALTY_OF_KINDS,
            )
    np.savez_compressed(DATA / "models.npz", **arrays)


def thresholds(
    corpus: Corpus,
    own: np.ndarray,
    everyday: np.ndarray,
    goal: np.ndarray,
    files: np.ndarray,
    languages: np.ndarray,
) -> dict[str, float]:
    """For each language the margin that `ALARMS` of the harmless texts reach when their file was not learnt from."""
    margins = np.zeros(len(own))
    for file in sorted(set(files)):
        left, rest = files == file, files != file
        chosen = np.concatenate([own[rest], everyday])
        weight = np.concatenate([np.ones(rest.sum()), np.full(len(everyday), ORDINARY)])
        weights, bias = fit(
            corpus, chosen, np.concatenate([goal[rest], np.zeros(len(everyday))]), weight, PENALTY
        )
        indices, pointers, values = corpus.pick(own[left])
        margins[left] = np.add.reduceat(weights[indices] * values, pointers[:-1]) + bias
    found = {}
    for tongue in ("ja", "en"):
        mine = languages == tongue
        harmless = np.sort(margins[mine & (goal == 0)])
        found[tongue] = float(harmless[int(len(harmless) * (1 - ALARMS))])
        caught = (margins[mine & (goal == 1)] > found[tongue]).mean()
        print(
            f"   {tongue}: threshold {found[tongue]:.2f}, {caught:.3f} found at {ALARMS:.0%} false alarms, in files left out",
            flush=True,
        )
    return found


def fit(
    corpus: Corpus, chosen: np.ndarray, goal: np.ndarray, weight: np.ndarray, penalty: float
) -> tuple[np.ndarray, float]:
    """Weights over all places and the bias of one head."""
    indices, pointers, values = corpus.pick(chosen)
    used, compact = np.unique(indices, return_inverse=True)
    size = len(used) + 1  # the last one is the bias
    ends = pointers[1:]
    indices = np.insert(compact, ends, size - 1)
    values = np.insert(values, ends, 1.0)
    pointers = pointers + np.arange(len(pointers))
    learnt = logistic(
        indices, pointers, goal, size, penalty, free=size - 1, weight=weight, values=values, rounds=250
    )
    weights = np.zeros(SIZE)
    weights[used] = learnt[:-1]
    return weights, float(learnt[-1])
