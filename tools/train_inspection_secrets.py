"""Learn what tells a secret by what stands around it (`kijun.inspection.judged_secrets`): a table in data/weights.json.gz.

    .venv/bin/python tools/train_inspection_secrets.py

reads the texts of tools/inspection_texts/secrets_*.jsonl and personal_*.jsonl, in which every secret is marked, and the
examples of the rules, and leaves the tables of other types as they are. The same texts give the same weights. The evaluation texts of benchmarks/
are never read here.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter

import numpy as np

from kijun.inspection.inspector import Inspector
from kijun.inspection.judged_secrets import TABLE
from kijun.inspection.rule import unmarked
from kijun.inspection.scene import Candidate, Scene
from kijun.inspection.secret_signs import Signs
from kijun.inspection.weights import Weights
from tools.train_inspection import DATA, forward, logistic, rows, rule_examples, targets

PENALTY = 2.0
AGAIN = 3  # how often the rules' examples are read: each stands for many texts
RARE = 2  # a sign that fewer places have is left out
ROUNDS = 150
SMALLEST = 0.02
Example = tuple[list[str], float]


def main() -> None:
    inspector = Inspector(weights=Weights({}))
    examples: list[Example] = []
    for pattern in ("secrets_*.jsonl", "personal_*.jsonl"):
        for row in rows(pattern):
            text, spans = unmarked(row["marked"])
            examples += of_text(Scene(text, inspector._lexicon), spans)
    for _ in range(AGAIN):
        for text, spans in rule_examples():
            examples += of_text(Scene(text, inspector._lexicon), spans)
    table = learn(examples)
    file = DATA / "weights.json.gz"
    tables = json.loads(gzip.decompress(file.read_bytes()))["weights"]
    packed = json.dumps({"weights": {**tables, TABLE: table}}, ensure_ascii=False, sort_keys=True).encode()
    with gzip.GzipFile(file, "wb", mtime=0) as out:
        out.write(packed)


def of_text(scene: Scene, spans: list[tuple[str, int, int]]) -> list[Example]:
    """The signs of each place of a text with whether it is a secret; what is only a part of one, or of a link with one, says nothing."""
    secrets = [forward(scene, start, end) for type, start, end in spans if type == "SECRET"]
    links = [forward(scene, start, end) for type, start, end in spans if type == "URL_TOKEN"]
    signs = Signs(scene)
    worth = [(number, signs.places[number]) for number in signs.worth()]
    right = targets([Candidate("SECRET", place.start, place.end, 0.0, "") for _, place in worth], secrets)
    examples = []
    for number, place in worth:
        goal = right.get((place.start, place.end), 0.0)
        if _touches(place.start, place.end, links):
            continue
        if (
            not goal
            and _touches(place.start, place.end, secrets)
            and not _touches(place.start, place.end, right)
        ):
            continue
        examples.append((signs.of(number), goal))
    return examples


def _touches(start: int, end: int, spans: list[tuple[int, int]] | dict[tuple[int, int], float]) -> bool:
    return any(first < end and start < last for first, last in spans)


def learn(examples: list[Example]) -> dict[str, float]:
    """The weights of the signs."""
    counts = Counter(sign for signs, _ in examples for sign in set(signs))
    names = sorted(sign for sign, count in counts.items() if count >= RARE)
    number = {sign: place for place, sign in enumerate(names)}
    indices, pointers = [], [0]
    for signs, _ in examples:
        indices += sorted(number[sign] for sign in set(signs) if sign in number)
        pointers.append(len(indices))
    goal = np.array([right for _, right in examples])
    weights = logistic(
        np.array(indices), np.array(pointers), goal, len(names), PENALTY, free=number["b"], rounds=ROUNDS
    )
    print(f"{len(examples)} places, {int(goal.sum())} secrets, {len(names)} signs")
    return {
        name: round(float(weight), 3)
        for name, weight in zip(names, weights, strict=True)
        if abs(weight) >= SMALLEST
    }


if __name__ == "__main__":
    main()
