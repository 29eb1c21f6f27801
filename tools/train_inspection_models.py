"""Learn the models of attacks and expression (data/models.npz); called by train_inspection.py, which says how.

Parts of texts were tried as well (of a bad text its worst sentence, chosen anew in turns): they found no more than whole texts do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import yaml

from kijun.inspection.asked import HEAD as ASKED
from kijun.inspection.asked import WHOLE_BESIDE, is_short
from kijun.inspection.fold import fold
from kijun.inspection.linear import SIZE, WORDS_FROM, TextModels, codes_of, gram_ids, grams_of, language, once
from kijun.inspection.rule import bundled, unmarked
from kijun.inspection.segments import PART, WHOLE, sentences, windows
from kijun.inspection.segments import SHORT as SHORT_TEXT
from kijun.inspection.vocabulary import Kind
from tools.train_inspection import DATA, ROOT, logistic, rows

CATALOGUE = ROOT / "src/kijun/catalog/data"
PENALTY = 1 / 16
PENALTY_OF_KINDS = 1 / 8
ORDINARY = 0.1  # what an everyday text weighs beside one that was written to be told apart
QUESTION = 1.0  # what a plain question or request of the counter weighs (everyday_*.jsonl)
MOST, MOST_OF_KINDS = 150_000, 12_000  # places that a head keeps: the heaviest
#: Harmless texts, written to be mistaken, that may be flagged.
#: Of those texts the languages differ in how hard the harmless ones were written; chosen with the texts of benchmarks/inspection/.
ALARMS = {"attack": {"ja": 0.028, "en": 0.08}, "harmful": {"ja": 0.048, "en": 0.055}}
LONG_ALARMS, PART_ALARMS = 0.01, 0.0025
#: What is added to thresholds (those of attacks without a name), chosen with the figures of benchmarks/inspection/: what programs say in good faith spoke for attacks
#: before it was learnt from, and harmless texts that were written to be mistaken reach less than others now. Lines of programs and commands of
#: manuals in English must speak plainer, sentences that are planted in Japanese need less.
LIFTS = {
    "ja": 0.05,
    "ja:long": 0.4,
    "en": -0.05,
    "en:long": 0.65,
    "en:part": 0.7,
    "planted:ja": -0.79,
    "planted:en": 0.1,
    "asked:en": -0.2,
    "harmful:ja": 0.05,
    "harmful:ja:short": 0.1,
}
SHORT_ALARMS = 0.03  # of short texts, for they say little
PLAIN_ALARMS = 0.008  # of plain questions
FOLDS = 5
DOCUMENT, DOCUMENT_ATTACK = 0.1, 2.0  # what a piece of a long document weighs
SIZES = (
    1,
    PART,
    300,
    WHOLE,
)  # of the windows in which long documents are learnt from, as they are read; 1: sentences
RARELY = 6  # of the catalogue every so many pieces
STEP = 2  # of windows that overlap by half every other one
#: What a sentence weighs for the head of planted sentences: of a document, a text of attacks by itself, a plain question,
#: a sentence of several that were planted together. Those that were written for it weigh one.
SENTENCE, SHORT, PLAIN_QUESTION, ONE_OF_SEVERAL = 0.2, 0.3, 0.3, 0.5
PLANTED_ALARMS = 0.003  # harmless sentences of documents that may be flagged
SHORTEST, LONGEST = (
    15,
    220,
)  # characters of what is one of several, and of a text of attacks that is like a sentence
MOST_PLANTED = 60_000
#: What a short text weighs for the head that tells attacks from plain requests: an attack, a harmless text written to look like one,
#: an attack as it is planted in documents, a plain question of the counter, a plain request to an AI.
SHORT_ATTACK, LOOKS_LIKE_ONE, PLANTED_ATTACK, QUESTION_OF_COUNTER, REQUEST = 1.0, 0.3, 0.3, 0.5, 1.0
REQUEST_ALARMS = 0.01  # plain requests that may be flagged
MOST_ASKED = 60_000
EVERY_REQUEST = {
    "ja": 3,
    "en": 1,
}  # of the plain requests one in so many is learnt from with a text beside it
PASTED = 400  # characters of what is pasted out of a document
PRIOR = 2000.0  # squared length that every text has beforehand: about that of ten characters, for a word is no text
AGAIN = 2  # how often the rules' examples are read
#: What a word or a pair of words weighs beside a run of characters, of which there are many more: between 3 and 7 a model that had learnt from
#: attacks_1 to _12 found 69 to 72 % of the English attacks of attacks_13 at 4 % false alarms, without words 51 %.
WORD = 3.5
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


class Asked(NamedTuple):
    """Plain questions of the counter, or what is said in good faith: the numbers of their texts, and their languages."""

    places: np.ndarray
    tongues: np.ndarray


class Corpus(NamedTuple):
    """Texts as rows, and how rare each place is among them."""

    rows: Rows
    idf: np.ndarray

    @classmethod
    def of(
        cls, texts: list[str], sentences: set[int], counted: int, rare: np.ndarray | None = None
    ) -> Corpus:
        """`sentences` are the numbers of the texts in which an n-gram counts as often as it stands there, as in `weigh_parts`.

        Rarity is counted in the first `counted` texts, if it is not given (`rare`).
        """
        grams = [grams_of(codes_of(fold(text).text)) for text in texts]
        ids = [np.sort(one.every) if number in sentences else once(one) for number, one in enumerate(grams)]
        idf = rarity(ids[:counted]) if rare is None else rare.astype(float)
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


def documents() -> list[dict[str, str]]:
    """Long documents: those that were written for it, and what this product itself says of AI in its catalogue."""
    found = [
        {"label": "benign", "attack": "", **row, "file": str(number)}
        for number, row in enumerate(rows("documents_*.jsonl"))
    ]
    for number, file in enumerate(sorted(CATALOGUE.glob("topics/*.yaml"))):
        said: dict[str, list[str]] = {"ja": [], "en": []}
        collect(yaml.safe_load(file.read_text(encoding="utf-8")), said)
        found += [
            {"text": "\n".join(lines), "lang": lang, "attack": "", "file": str(number)}
            for lang, lines in said.items()
        ]
    return found


def also_as_markup(found: list[dict[str, str]]) -> list[dict[str, str]]:
    """Some of the harmless documents once more as web pages and spreadsheets give them: with tags, or in one line without full stops."""
    plain = [row for row in found if not row["attack"]]
    more = []
    for row in plain[::4]:
        lines = [line for line in row["text"].split("\n") if line]
        more.append(
            {
                **row,
                "text": '<ul style="list-style-type: none">\n'
                + "\n".join(f"<li>{line}</li>" for line in lines)
                + "\n</ul>",
            }
        )
    for row in plain[2::4]:
        rest = row["text"].replace("\n", " ").replace("。", " ")
        more.append(
            {
                **row,
                "text": "内容\t<ul> " + rest + " </ul>"
                if not rest.isascii()
                else "content\t<ul> " + rest + " </ul>",
            }
        )
    return found + more


def collect(node: object, said: dict[str, list[str]]) -> None:
    """Put every text that a catalogue's file holds to its language."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in said and isinstance(value, str):
                said[key].append(value)
            else:
                collect(value, said)
    elif isinstance(node, list):
        for value in node:
            collect(value, said)


def document_windows() -> list[dict[str, str]]:
    """Long documents in pieces of the sizes in which they are read, the smallest their sentences (size 1).

    An attack is in those that hold all of it; a piece that cuts it is left out.
    """
    found = []
    for row in also_as_markup(documents()):
        text, bad = row["text"], row["attack"]
        first = text.index(bad) if bad else -1
        for size in SIZES:
            # the catalogue is large and says the like many times
            step = (1 if row["attack"] or "label" in row else RARELY) * (STEP if size > 1 else 1)
            places = (windows(text, size) if size > 1 else sentences(text))[::step]
            if bad and size > 1:  # each window that holds the attack
                places += windows(text, size)
            for start, end in dict.fromkeys(places):
                inside = bool(bad) and start <= first and first + len(bad) <= end
                if end - start < 8 or (not inside and bad and first < end and start < first + len(bad)):
                    continue
                found.append(part(row, text[start:end], inside, size))
        if bad:
            found.append(part(row, bad, True, 1))
            found += [
                part(row, bad[start:end], True, 1)
                for start, end in sentences(bad)
                if 15 < end - start < len(bad)
            ]
    return found


def part(row: dict[str, str], text: str, bad: bool, size: int) -> dict[str, str]:
    """A piece of a document as a row of its own."""
    return {
        "text": text,
        "label": "attack" if bad else "benign",
        "category": "indirect",
        "file": row["file"],
        "size": str(size),
    }


class Sentence(NamedTuple):
    """A sentence by itself: whether it tells a machine what to do against its user, what it weighs, and the fifth that it is left out with."""

    text: str
    bad: bool
    weight: float
    part: int
    judged: bool  # whether thresholds are set by it: the harmless ones of documents


def document_sentences() -> list[Sentence]:
    """Sentences as somebody plants them in documents, harmless ones that look like them, and those of documents, attacks and questions."""
    found = []
    for number, row in enumerate(rows("planted_*.jsonl")):
        text, bad, part = row["text"], row["label"] == "attack", number % FOLDS
        found.append(Sentence(text, bad, 1.0, part, False))
        weight = ONE_OF_SEVERAL if bad else 1.0
        found += [Sentence(one, bad, weight, part, False) for one in several(text)]
    for row in also_as_markup(documents()):
        text, bad_text, part = row["text"], row["attack"], int(row["file"]) % FOLDS
        first = text.index(bad_text) if bad_text else -1
        step = 1 if bad_text or "label" in row else RARELY  # the catalogue says the like many times
        for start, end in sentences(text)[::step]:
            planted = bool(bad_text) and start < first + len(bad_text) and first < end
            if end - start >= 8 and not planted:
                found.append(Sentence(text[start:end], False, SENTENCE, part, True))
        if bad_text:
            found.append(Sentence(bad_text, True, 1.0, part, False))
            found += [Sentence(one, True, ONE_OF_SEVERAL, part, False) for one in several(bad_text)]
    found += [
        Sentence(row["text"], row["label"] == "attack", SHORT, number % FOLDS, False)
        for number, row in enumerate(rows("attacks_*.jsonl"))
        if len(row["text"]) <= LONGEST
    ]
    found += [
        Sentence(row["text"], False, PLAIN_QUESTION, number % FOLDS, False)
        for number, row in enumerate(rows("everyday_*.jsonl"))
    ]
    return [one for one in found if len(codes_of(fold(one.text).text))]


def several(text: str) -> list[str]:
    """The sentences of a text that holds several."""
    return [text[start:end] for start, end in sentences(text) if SHORTEST < end - start < len(text)]


def learn_planted(arrays: dict[str, np.ndarray]) -> None:
    """The head that reads the sentences of documents one by one, with the rarities of the others and thresholds of its own."""
    found = document_sentences()
    ids = [np.sort(grams_of(codes_of(fold(one.text).text)).every) for one in found]
    rows_of = Rows(ids, arrays["idf"].astype(float))
    goal, weight = np.array([float(one.bad) for one in found]), np.array([one.weight for one in found])
    part, judged = np.array([one.part for one in found]), np.array([one.judged for one in found])
    tongues = np.array([language(codes_of(fold(one.text).text)) for one in found])
    every = np.arange(len(found))
    margins = np.zeros(len(found))
    for turn in range(FOLDS):
        left = part == turn
        learnt = fit(rows_of, every[~left], goal[~left], weight[~left], PENALTY)
        margins[left] = rows_of.margins(every[left], learnt)
    keep(arrays, "planted", fit(rows_of, every, goal, weight, PENALTY), MOST_PLANTED)
    for tongue in ("ja", "en"):
        here = tongues == tongue
        harmless = np.sort(margins[here & judged])
        least = float(harmless[int(len(harmless) * (1 - PLANTED_ALARMS))]) + LIFTS.get(
            f"planted:{tongue}", 0.0
        )
        arrays[f"threshold:planted:{tongue}:part"] = np.float32(least)
        caught = (margins[here & (goal == 1) & (weight == 1.0)] > least).mean()
        print(
            f"planted {tongue}: threshold {least:.2f}, {caught:.3f} found at {PLANTED_ALARMS:.2%} false alarms, in parts left out",
            flush=True,
        )


def short_texts() -> list[Sentence]:
    """Short attacks, what was written to look like them, what people plainly ask and programs say; requests judge."""
    found = []
    for row in rows("attacks_*.jsonl"):
        bad = row["label"] == "attack"
        weight = SHORT_ATTACK if bad else LOOKS_LIKE_ONE
        found.append(Sentence(row["text"], bad, weight, int(row["file"]) % FOLDS, False))
    for number, row in enumerate(rows("planted_*.jsonl")):
        if row["label"] == "attack":
            found.append(Sentence(row["text"], True, PLANTED_ATTACK, number % FOLDS, False))
    for number, row in enumerate(rows("everyday_*.jsonl")):
        found.append(Sentence(row["text"], False, QUESTION_OF_COUNTER, number % FOLDS, False))
    for number, row in enumerate(rows("requests_*.jsonl")):
        found.append(Sentence(row["text"], False, REQUEST, number % FOLDS, True))
    for number, row in enumerate(rows("prompts_*.jsonl")):
        for text in (row["text"], *several(row["text"])):
            found.append(Sentence(text, False, REQUEST, number % FOLDS, False))
    return [one for one in found if is_short(fold(one.text).text)]


def honest(ordinary: list[str]) -> list[dict[str, str]]:
    """What programs say to an AI in good faith, and what people ask of it with a text of theirs before or behind: harmless to the head of attacks."""
    found = [row for row in rows("prompts_*.jsonl") if not is_short(fold(row["text"]).text)]
    asked = [row for row in rows("requests_*.jsonl") if len(row["text"]) > SHORTEST]
    pasted = {"ja": [text for text in ordinary if len(text) > SHORTEST * 4], "en": []}
    for row in documents():
        if not row["attack"] and "genre" in row:
            pasted[row["lang"]] += [row["text"][start:end] for start, end in windows(row["text"], PASTED)]
    for tongue, texts in pasted.items():
        here = [row["text"] for row in asked if row["lang"] == tongue][:: EVERY_REQUEST[tongue]]
        for number, request in enumerate(here):
            text = texts[number * len(texts) // len(here)]
            both = (text, request) if number % 3 == 0 else (request, text)
            found.append({"text": "\n\n".join(both), "lang": tongue})
    return found


def learn_asked(arrays: dict[str, np.ndarray]) -> None:
    """The head of short texts. Its threshold is that of its sum with the head of attacks, as `asked.over_of` adds them up."""
    found = short_texts()
    codes = [codes_of(fold(one.text).text) for one in found]
    ids = [gram_ids(one) for one in codes]
    rows_of = Rows(ids, arrays["idf"].astype(float))
    goal, weight = np.array([float(one.bad) for one in found]), np.array([one.weight for one in found])
    part, judged = np.array([one.part for one in found]), np.array([one.judged for one in found])
    tongues = np.array([language(one) for one in codes])
    every, margins = np.arange(len(found)), np.zeros(len(found))
    for turn in range(FOLDS):
        left = part == turn
        learnt = fit(rows_of, every[~left], goal[~left], weight[~left], PENALTY)
        margins[left] = rows_of.margins(every[left], learnt)
    keep(arrays, ASKED, fit(rows_of, every, goal, weight, PENALTY), MOST_ASKED)
    models = TextModels(arrays)
    whole = np.array([models.weigh(one).margins["attack"] for one in ids])
    for tongue in ("ja", "en"):
        here = tongues == tongue
        sums = margins + WHOLE_BESIDE * (whole - models.threshold("attack", tongue))
        plain = np.sort(sums[here & judged])
        least = float(plain[int(len(plain) * (1 - REQUEST_ALARMS))]) + LIFTS.get(f"asked:{tongue}", 0.0)
        arrays[f"threshold:{ASKED}:{tongue}"] = np.float32(least)
        print(
            f"asked {tongue}: threshold {least:.2f}, {REQUEST_ALARMS:.1%} of plain requests flagged, when left out",
            flush=True,
        )


def rarity(all_ids: list[np.ndarray]) -> np.ndarray:
    """Smoothed idf of each place, more for words; 0 where fewer than `LEAST` texts have it."""
    counts = np.zeros(SIZE)
    for ids in all_ids:
        counts[ids] += 1
    idf = np.log((1 + len(all_ids)) / (1 + counts)) + 1
    idf[counts < LEAST] = 0
    idf[WORDS_FROM:] *= WORD
    return idf


def as_they_are(*heads: str) -> dict[str, np.ndarray]:
    """What the file holds for some heads, with the rarities by which all of them read."""
    with np.load(DATA / "models.npz", allow_pickle=False) as held:
        return {
            name: held[name]
            for name in held.files
            if name in ("idf", "prior") or any(f":{head}" in name for head in heads)
        }


def only_planted() -> None:
    """Learn the head of planted sentences; the file keeps all others."""
    arrays = as_they_are("attack", "harmful", "target", "asked")
    learn_planted(arrays)
    np.savez_compressed(DATA / "models.npz", **arrays)


def only_asked() -> None:
    """Learn the head of short texts; the file keeps all others."""
    arrays = as_they_are("attack", "harmful", "target", "planted")
    learn_asked(arrays)
    np.savez_compressed(DATA / "models.npz", **arrays)


#: The heads over whole texts, and what stands in the file for each.
HEADS = {"attack": ("attack",), "harmful": ("harmful", "target")}


def main(*heads: str) -> None:
    """Learn some heads, with the rarities and all else that the file holds; without any learn everything and write the file anew."""
    kept = [name for head, names in HEADS.items() if head not in heads for name in names]
    held = as_they_are(*kept, "planted", "asked") if heads else {}
    attacks = [*rows("attacks_*.jsonl"), *rule_examples(Kind.ATTACK, "attack")]
    expression = [*rows("expression_*.jsonl"), *rule_examples(Kind.EXPRESSION, "harmful")]
    pieces = document_windows()
    ordinary = [unmarked(row["marked"])[0] for row in rows("personal_*.jsonl")]
    ordinary += values(row["marked"] for row in rows("personal_*.jsonl"))
    ordinary += fragments(ordinary)
    questions, said = list(rows("everyday_*.jsonl")), honest(ordinary)
    texts = [row["text"] for row in (*attacks, *expression, *pieces)] + ordinary
    at_pieces, at_questions = len(attacks) + len(expression), len(texts)
    texts += [row["text"] for row in (*questions, *said)]
    single = {at_pieces + number for number, row in enumerate(pieces) if row["size"] == "1"}
    # rarity is not counted in plain questions, so that they change nothing for attacks
    corpus = Corpus.of(texts, single, at_questions, held.get("idf"))
    arrays: dict[str, np.ndarray] = {
        "idf": corpus.idf.astype(np.float16),
        "prior": np.float32(PRIOR),
        **held,
    }
    # to attacks what only sounds harmful is everyday, and to harmful expression are attacks and sentences of documents
    everyday = np.arange(at_pieces + len(pieces), at_questions)
    asked, in_faith = (
        Asked(first + np.arange(len(some)), np.array([row["lang"] for row in some]))
        for first, some in ((at_questions, questions), (at_questions + len(questions), said))
    )
    harmless = np.array(
        [len(attacks) + number for number, row in enumerate(expression) if row["label"] == "none"]
    )
    for name, found, own, also, plain in (
        (
            "attack",
            [*attacks, *pieces],
            np.array([*range(len(attacks)), *range(at_pieces, at_pieces + len(pieces))]),
            harmless,
            in_faith,  # learnt from plain questions too, it found less at as many false alarms
        ),
        (
            "harmful",
            expression,
            np.arange(len(attacks), at_pieces),
            np.array([*range(len(attacks)), *range(at_pieces, at_pieces + len(pieces), 2)]),
            asked,
        ),
    ):
        if heads and name not in heads:
            continue
        task = Task(name, corpus, own, np.concatenate([everyday, also]), plain, found)
        learnt = task.learn(np.ones(len(own), dtype=bool), np.ones(len(plain.places), dtype=bool))
        keep(arrays, name, learnt, MOST)
        print(f"{name}: {int(task.goal.sum())} of {len(own)}", flush=True)
        found_thresholds = task.thresholds()
        if name == "harmful":
            found_thresholds |= long_thresholds(corpus, learnt, pieces, at_pieces, found_thresholds)
        for key, threshold in found_thresholds.items():
            arrays[f"threshold:{name}:{key}"] = np.float32(threshold)
        bad = [
            (int(place), row["category"])
            for place, row in zip(own, found, strict=True)
            if row["label"] == name and "size" not in row
        ]
        kinds(arrays, corpus, f"{name}-kind", bad)
    if not heads or "harmful" in heads:
        hate = [
            (len(attacks) + number, row["target"] or "other")
            for number, row in enumerate(expression)
            if row["label"] == "harmful" and row["category"] == "discrimination"
        ]
        kinds(arrays, corpus, "target", hate)
    if not heads:
        learn_planted(arrays)
    if not heads or "attack" in heads:
        learn_asked(arrays)
    np.savez_compressed(DATA / "models.npz", **arrays)


def long_thresholds(
    corpus: Corpus, learnt: Learnt, pieces: list[dict[str, str]], first: int, short: dict[str, float]
) -> dict[str, float]:
    """For each language the margin that `LONG_ALARMS` of the windows of documents reach, none of which was learnt from."""
    found = {}
    for tongue, least in short.items():
        if ":" in tongue:
            continue
        here = [
            first + number
            for number, row in enumerate(pieces)
            if row["size"] == str(WHOLE)
            and number % 2
            and language(codes_of(fold(row["text"]).text)) == tongue
        ]
        margins = np.sort(corpus.rows.margins(np.array(here), learnt))
        found[f"{tongue}:long"] = max(least, float(margins[int(len(margins) * (1 - LONG_ALARMS))]))
        print(f"   {tongue}:long: threshold {found[f'{tongue}:long']:.2f}", flush=True)
    return found


class Task:
    """A head that tells the bad of some texts from the harmless ones and from everyday texts."""

    def __init__(
        self,
        name: str,
        corpus: Corpus,
        own: np.ndarray,
        everyday: np.ndarray,
        asked: Asked,
        found: list[dict[str, str]],
    ) -> None:
        self._name, self._corpus, self._own, self._everyday, self._asked = name, corpus, own, everyday, asked
        self.goal = np.array([float(row["label"] == name) for row in found])
        self._sizes = np.array([int(row.get("size", 0)) for row in found])
        self._weight = np.where(self._sizes == 0, 1.0, np.where(self.goal == 1, DOCUMENT_ATTACK, DOCUMENT))
        self._languages = np.array([language(codes_of(fold(row["text"]).text)) for row in found])
        self._files = np.array([int(row["file"]) for row in found])
        self._short = np.array([name == "harmful" and len(row["text"]) < SHORT_TEXT for row in found])

    def learn(self, chosen: np.ndarray, asked: np.ndarray) -> Learnt:
        """Weights from some of the texts and some of the plain questions."""
        everyday = np.full(len(self._everyday), ORDINARY)
        plain = self._asked.places[asked]
        return fit(
            self._corpus.rows,
            np.concatenate([self._own[chosen], self._everyday, plain]),
            np.concatenate([self.goal[chosen], np.zeros(len(everyday) + len(plain))]),
            np.concatenate([self._weight[chosen], everyday, np.full(len(plain), QUESTION)]),
            PENALTY,
        )

    def thresholds(self) -> dict[str, float]:
        """For each language the margin that `ALARMS` of the harmless texts reach when their file was not learnt from.

        Short texts of expression have thresholds of their own (``short``), and so have pieces of documents: windows (``long``) and sentences (``part``).
        How many plain questions reach it that were not learnt from is only told.
        """
        margins, asked = np.zeros(len(self._own)), np.zeros(len(self._asked.places))
        for turn in range(FOLDS):
            left = (self._files % FOLDS == turn) & (self._files >= 0)
            turns = np.arange(len(asked)) % FOLDS == turn
            if left.any():
                learnt = self.learn(~left, ~turns)
                margins[left] = self._corpus.rows.margins(self._own[left], learnt)
                if turns.any():
                    asked[turns] = self._corpus.rows.margins(self._asked.places[turns], learnt)
        found = {}
        mine = "" if self._name == "attack" else f"{self._name}:"
        for tongue in ("ja", "en"):
            for key, size, alarms in (
                ("", 0, ALARMS[self._name][tongue]),
                (":short", 0, SHORT_ALARMS),
                (":long", WHOLE, LONG_ALARMS),
                (":part", 1, PART_ALARMS),
            ):
                here = (self._languages == tongue) & (self._files >= 0) & (self._sizes == size)
                here &= self._short == (key == ":short")
                if not here.any():
                    continue
                harmless = np.sort(margins[here & (self.goal == 0)])
                least = float(harmless[int(len(harmless) * (1 - alarms))])
                least += LIFTS.get(mine + tongue + key, 0.0)
                found[tongue + key] = least
                caught = (margins[here & (self.goal == 1)] > least).mean()
                print(
                    f"   {tongue}{key}: threshold {least:.2f}, {caught:.3f} found at {alarms:.1%} false alarms, in files left out",
                    flush=True,
                )
        if (
            len(asked) and self._short.any()
        ):  # plain questions are short texts, and there are many more of them
            for tongue in ("ja", "en"):
                plain = np.sort(asked[self._asked.tongues == tongue])
                least = float(plain[int(len(plain) * (1 - PLAIN_ALARMS))])
                least += LIFTS.get(f"{mine}{tongue}:short", 0.0)
                found[f"{tongue}:short"] = max(found[f"{tongue}:short"], least)
                print(f"   {tongue}:short: not below {least:.2f}, for plain questions", flush=True)
        if len(asked):
            share = (asked > np.array([found[tongue] for tongue in self._asked.tongues])).mean()
            print(f"   {share:.3f} of the plain questions flagged, when left out", flush=True)
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
