"""Learn the models of attacks and expression (data/models.npz); called by train_inspection.py, which says how.

Parts of texts were tried as well (of a bad text its worst sentence, chosen anew in turns): they found no more than whole texts do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from kijun.inspection.fold import fold
from kijun.inspection.linear import SIZE, codes_of, gram_ids, language
from kijun.inspection.rule import bundled, unmarked
from kijun.inspection.vocabulary import Kind
from tools.train_inspection import DATA, logistic, rows

PENALTY = 1 / 16
PENALTY_OF_KINDS = 1 / 8
ORDINARY = 0.1  # what an everyday text weighs beside one that was written to be told apart
MOST, MOST_OF_KINDS = 150_000, 12_000  # places that a head keeps: the heaviest
#: Harmless texts, written to be mistaken, that may be flagged.
ALARMS = {"attack": {"ja": 0.055, "en": 0.055}, "harmful": {"ja": 0.055, "en": 0.055}}
FOLDS = 8
PRIOR = 2000.0  # squared length that every text has beforehand: about that of ten characters, for a word is no text
AGAIN = 2  # how often the rules' examples are read
LEAST = 2  # texts in which an n-gram must occur


class Rows:
    """Texts as sets of places, weighed by rarity and scaled to length one."""

    def __init__(self, ids: list[np.ndarray], idf: np.ndarray) -> None:
        kept = [one[idf[one] > 0] for one in ids]
        kept = [one if len(one) else np.array([0]) for one in kept]
        self.indices = np.concatenate(kept)
        self.pointers = np.concatenate([[0], np.cumsum([len(one) for one in kept])])
        values = np.maximum(idf[self.indices], 1e-3)
        squares = np.add.reduceat(values**2, self.pointers[:-1])
        self.values = values / np.repeat(np.sqrt(squares + PRIOR), np.diff(self.pointers))

    def pick(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Indices, pointers and values of some of the texts."""
        spans = [slice(self.pointers[number], self.pointers[number + 1]) for number in chosen]
        return (
            np.concatenate([self.indices[span] for span in spans]),
            np.concatenate([[0], np.cumsum([span.stop - span.start for span in spans])]),
            np.concatenate([self.values[span] for span in spans]),
        )

    def margins(self, chosen: np.ndarray, learnt: Learnt) -> np.ndarray:
        """What weights say of some of the texts."""
        indices, pointers, values = self.pick(chosen)
        return np.add.reduceat(learnt.weights[indices] * values, pointers[:-1]) + learnt.bias


class Learnt(NamedTuple):
    """Weights over all places, and the bias."""

    weights: np.ndarray
    bias: float


class Corpus(NamedTuple):
    """Texts as rows, and how rare each place is among them."""

    rows: Rows
    idf: np.ndarray

    @classmethod
    def of(cls, texts: list[str]) -> Corpus:
        ids = [gram_ids(codes_of(fold(text).text)) for text in texts]
        idf = rarity(ids)
        return cls(Rows(ids, idf), idf)


def rule_examples(kind: Kind, bad: str) -> list[dict[str, str]]:
    """The examples of the rules of a kind, as rows that are always learnt from (file -1)."""
    return [
        {"text": text, "label": label, "category": rule.type, "target": "", "file": "-1"}
        for rule in bundled().rules
        if rule.kind is kind
        for label, texts in ((bad, rule.match), ("benign", rule.no_match))
        for text in texts
    ] * AGAIN


def values(marked: Iterable[str]) -> list[str]:
    """Addresses, keys, numbers and names by themselves: a value is no attack."""
    found = []
    for text, spans in map(unmarked, marked):
        found += [text[start:end] for type, start, end in spans if type != "SENSITIVE"]
    return list(dict.fromkeys(found))[::3]


def fragments(texts: list[str]) -> list[str]:
    """Short pieces of everyday texts, a word to a line: what is short is not therefore bad."""
    lines = [line.strip() for text in texts for line in text.split("\n")]
    found = [line for line in lines if 2 <= len(line) <= 40][::4]
    found += [line[: 2 + number % 7] for number, line in enumerate(lines[2::9]) if len(line) > 8]
    return list(dict.fromkeys(found))


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
    attacks = [*rows("attacks_*.jsonl"), *rule_examples(Kind.ATTACK, "attack")]
    expression = [*rows("expression_*.jsonl"), *rule_examples(Kind.EXPRESSION, "harmful")]
    ordinary = [unmarked(row["marked"])[0] for row in rows("personal_*.jsonl")]
    ordinary += values(row["marked"] for row in rows("personal_*.jsonl"))
    ordinary += fragments(ordinary)
    texts = [row["text"] for row in attacks] + [row["text"] for row in expression] + ordinary
    corpus = Corpus.of(texts)
    arrays: dict[str, np.ndarray] = {"idf": corpus.idf.astype(np.float16), "prior": np.float32(PRIOR)}
    ordinary_rows = np.arange(len(attacks) + len(expression), len(texts))
    for name, found, first, label in (
        ("attack", attacks, 0, "attack"),
        ("harmful", expression, len(attacks), "harmful"),
    ):
        own = np.arange(first, first + len(found))
        goal = np.array([float(row["label"] == label) for row in found])
        languages = np.array([language(codes_of(fold(row["text"]).text)) for row in found])
        # to harmful expression attacks are everyday as well, and what only sounds harmful is to attacks
        also = (
            np.arange(len(attacks))
            if name == "harmful"
            else np.array(
                [len(attacks) + number for number, row in enumerate(expression) if row["label"] == "none"]
            )
        )
        everyday = np.concatenate([ordinary_rows, also])
        keep(arrays, name, against(corpus, own, everyday, goal), MOST)
        print(f"{name}: {int(goal.sum())} of {len(goal)}", flush=True)
        for tongue, threshold in thresholds(
            name, corpus, own, everyday, goal, languages, np.array([int(row["file"]) for row in found])
        ).items():
            arrays[f"threshold:{name}:{tongue}"] = np.float32(threshold)
        kinds(
            arrays,
            corpus,
            f"{name}-kind",
            [(first + number, row["category"]) for number, row in enumerate(found) if row["label"] == label],
        )
    hate = [
        (len(attacks) + number, row["target"] or "other")
        for number, row in enumerate(expression)
        if row["label"] == "harmful" and row["category"] == "discrimination"
    ]
    kinds(arrays, corpus, "target", hate)
    np.savez_compressed(DATA / "models.npz", **arrays)


def against(corpus: Corpus, own: np.ndarray, everyday: np.ndarray, goal: np.ndarray) -> Learnt:
    """A head that tells the bad of some texts from the harmless ones and from everyday texts."""
    weight = np.concatenate([np.ones(len(own)), np.full(len(everyday), ORDINARY)])
    truth = np.concatenate([goal, np.zeros(len(everyday))])
    return fit(corpus.rows, np.concatenate([own, everyday]), truth, weight, PENALTY)


def thresholds(
    name: str,
    corpus: Corpus,
    own: np.ndarray,
    everyday: np.ndarray,
    goal: np.ndarray,
    languages: np.ndarray,
    files: np.ndarray,
) -> dict[str, float]:
    """For each language the margin that `ALARMS` of the harmless texts reach when their file was not learnt from."""
    margins = np.zeros(len(own))
    for turn in range(FOLDS):
        left = (files % FOLDS == turn) & (files >= 0)
        if left.any():
            margins[left] = corpus.rows.margins(own[left], against(corpus, own[~left], everyday, goal[~left]))
    found = {}
    for tongue in ("ja", "en"):
        harmless = np.sort(margins[(languages == tongue) & (goal == 0) & (files >= 0)])
        found[tongue] = float(harmless[int(len(harmless) * (1 - ALARMS[name][tongue]))])
        caught = (margins[(languages == tongue) & (goal == 1)] > found[tongue]).mean()
        print(
            f"   {tongue}: threshold {found[tongue]:.2f}, {caught:.3f} found at {ALARMS[name][tongue]:.1%} false alarms, in files left out",
            flush=True,
        )
    return found


def kinds(arrays: dict[str, np.ndarray], corpus: Corpus, group: str, rows_of: list[tuple[int, str]]) -> None:
    """One head for each kind against the others."""
    chosen = np.array([number for number, _ in rows_of])
    names = np.array([name for _, name in rows_of])
    for name, count in sorted(Counter(names.tolist()).items()):
        if count >= 4:
            keep(
                arrays,
                f"{group}/{name}",
                fit(
                    corpus.rows,
                    chosen,
                    (names == name).astype(float),
                    np.ones(len(chosen)),
                    PENALTY_OF_KINDS,
                ),
                MOST_OF_KINDS,
            )


def keep(arrays: dict[str, np.ndarray], name: str, learnt: Learnt, most: int) -> None:
    """Put the heaviest weights of a head into the file."""
    least = np.partition(np.abs(learnt.weights), -most)[-most]
    places = np.flatnonzero(np.abs(learnt.weights) > max(least, 0.004))
    arrays[f"at:{name}"] = places.astype(np.uint32)
    arrays[f"head:{name}"] = learnt.weights[places].astype(np.float16)
    arrays[f"bias:{name}"] = np.float32(learnt.bias)


def fit(rows_of: Rows, chosen: np.ndarray, goal: np.ndarray, weight: np.ndarray, penalty: float) -> Learnt:
    """Weights over all places and the bias of one head."""
    indices, pointers, values = rows_of.pick(chosen)
    used, compact = np.unique(indices, return_inverse=True)
    size = len(used) + 1  # the last one is the bias
    ends = pointers[1:]
    indices = np.insert(compact, ends, size - 1)
    values = np.insert(values, ends, 1.0)
    pointers = pointers + np.arange(len(pointers))
    learnt = logistic(
        indices, pointers, goal, size, penalty, free=size - 1, weight=weight, values=values, rounds=200
    )
    weights = np.zeros(SIZE)
    weights[used] = learnt[:-1]
    return Learnt(weights, float(learnt[-1]))
