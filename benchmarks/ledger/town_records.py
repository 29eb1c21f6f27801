"""Records as a town hall's AI makes them, as many as wanted: texts that were never written before, in the words of real ones.

Sentences come from a chain of words over the Japanese texts in this repository (the catalogue's and the benchmarks' documents), a
chain a document, so that a record keeps to its topic; names, dates, amounts and numbers are drawn anew. What a record holds is
hence neither noise, which nothing packs, nor the same few sentences, which everything packs.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from kijun.ledger.model import COLUMNS, new_id

ROOT = Path(__file__).resolve().parents[2]
_FAMILY = [
    "佐藤",
    "鈴木",
    "高橋",
    "田中",
    "伊藤",
    "渡辺",
    "山本",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "山口",
    "松本",
    "井上",
    "木村",
    "林",
    "斎藤",
    "清水",
    "𠮷田",
    "髙橋",
    "池田",
    "橋本",
    "阿部",
    "石川",
]
_PURPOSES = [f"purpose-{number}" for number in range(24)]
_FINDINGS = ["", "", "", "", "PERSON", "ADDRESS", "PERSON,PHONE_NUMBER", "DATE_OF_BIRTH,PERSON"]


def _documents() -> list[list[str]]:
    files = [*ROOT.glob("src/kijun/catalog/**/*.yaml"), *ROOT.glob("benchmarks/inspection/*.jsonl")]
    texts = [
        re.findall(r'[^\s"。]*[ぁ-ん][^\n"。]{8,80}。', path.read_text(encoding="utf-8"))
        for path in sorted(files)
    ]
    return [list(dict.fromkeys(sentences)) for sentences in texts if len(sentences) > 60]


def _chains(rng: random.Random, per_topic: int) -> list[list[str]]:
    from sudachipy import Dictionary

    split = Dictionary(dict="small").create().tokenize
    everywhere: dict[str, list[str]] = defaultdict(list)
    documents = []
    for sentences in _documents():
        chain: dict[str, list[str]] = defaultdict(list)
        for sentence in sentences:
            words = ["", *(token.surface() for token in split(sentence)), ""]
            for word, following in pairwise(words):
                chain[word].append(following)
                everywhere[word].append(following)
        documents.append(chain)
    topics = []
    for _ in range(300):
        chain = rng.choice(documents)
        topics.append([_sentence(rng, chain, everywhere) for _ in range(per_topic)])
    return topics


def _sentence(rng: random.Random, chain: dict[str, list[str]], everywhere: dict[str, list[str]]) -> str:
    words, word = [], ""
    for _ in range(40):
        source = everywhere if rng.random() < 0.25 or word not in chain else chain
        word = rng.choice(source[word])
        if not word:
            break
        words.append(word)
    return "".join(words) + ("" if words and words[-1] == "。" else "。")


class Town:
    """Makes contents and rows; the same seed makes the same."""

    def __init__(self, seed: int = 1, per_topic: int = 400) -> None:
        self._rng = random.Random(seed)
        self._topics = _chains(self._rng, per_topic)
        self._people = [f"person-{number:05d}" for number in range(2000)]

    def _text(self, topic: list[str], length: int) -> str:
        rng, parts, size = self._rng, [], 0
        while size < length:
            part = rng.choice(topic)
            parts.append(part)
            size += len(part)
        drawn = f"{rng.choice(_FAMILY)}様 令和{rng.randrange(1, 9)}年{rng.randrange(1, 13)}月{rng.randrange(1, 29)}日 第{rng.randrange(10**6)}号 {rng.randrange(10**7):,}円"
        return "".join(parts) + drawn

    def content(self) -> dict[str, object]:
        """An input of about 600 characters and its output of about 400, on one topic."""
        topic = self._rng.choice(self._topics)
        narrow = self._rng.sample(topic, 40)  # an answer repeats what was asked
        return {
            "messages": [
                {"role": "system", "content": "あなたは自治体職員を補助するアシスタントです。"},
                {"role": "user", "content": self._text(narrow, 560)},
            ],
            "answer": {"role": "assistant", "content": self._text(narrow, 380)},
        }

    def clear(self, municipality: str, at: int) -> dict[str, object]:
        """The clear columns of one record."""
        rng = self._rng
        person = min(rng.randrange(2000), rng.randrange(2000))
        finding = rng.choice(_FINDINGS)
        values = {
            "id": new_id(), "interaction": new_id(), "kind": "output", "municipality": municipality, "at": at,
            "retention": "y1", "source": "gateway", "purpose": rng.choice(_PURPOSES), "system": f"system-{rng.randrange(9)}",
            "person": self._people[person], "application": "", "department": f"department-{person % 40}",
            "grant": f"grant-{person % 300}", "model": rng.choice(("gpt-4o", "claude-sonnet", "tsuzumi")), "upstream": "azure-japaneast",
            "verdict": "masked" if finding else "allowed", "findings": f",{finding}," if finding else "",
            "tokens_in": rng.randrange(200, 900), "tokens_out": rng.randrange(100, 600), "duration_ms": rng.randrange(400, 9000),
        }  # fmt: skip
        return {column: values[column] for column in COLUMNS}

    def sentences(self, count: int) -> Iterator[str]:
        """Sentences as they occur, to draw questions from."""
        for _ in range(count):
            yield self._rng.choice(self._rng.choice(self._topics))


def packed_json(content: dict[str, object]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
