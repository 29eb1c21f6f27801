"""The texts from which weights are learnt and those by which they are judged: well formed, distinct, and never the same."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kijun.inspection import Attack, DataType, Expression, Inspector, Target
from kijun.inspection.fold import fold
from kijun.inspection.rule import unmarked

ROOT = Path(__file__).parents[2]
LEARNT = ROOT / "tools/inspection_texts"
JUDGED = ROOT / "benchmarks/inspection"
KEYS = {
    "personal": {"id", "genre", "disguise", "hard_negative", "marked"},
    "daily": {"id", "genre", "disguise", "hard_negative", "marked"},
    "numbers": {"id", "genre", "disguise", "hard_negative", "marked"},
    "secrets": {"id", "genre", "disguise", "hard_negative", "marked"},
    "attacks": {"id", "lang", "label", "category", "text"},
    "expression": {"id", "lang", "label", "category", "target", "text"},
    "documents": {"id", "lang", "label", "genre", "attack", "text"},
    "planted": {
        "id",
        "lang",
        "label",
        "genre",
        "text",
    },  # sentences that somebody plants in documents, and look-alikes
    "everyday": {"id", "lang", "text"},  # plain questions of the counter, all harmless
    "requests": {"id", "lang", "text"},  # what people plainly ask of an AI
    "prompts": {"id", "lang", "text"},  # what programs tell it in good faith
}
HARMLESS = ("everyday", "requests", "prompts")
#: Questions that are judged by as well: the first column of tables for the search in reference documents.
ASKED = sorted((ROOT / "benchmarks/reference").glob("*.tsv"))
LABELS = {
    "attacks": {"attack", "benign"},
    "documents": {"attack", "benign"},
    "planted": {"attack", "benign"},
    "expression": {"harmful", "mention", "none"},
}
CATEGORIES = {"attacks": set(map(str, Attack)), "expression": set(map(str, Expression))}
DISGUISES = {
    "none",
    "fullwidth",
    "halfkana",
    "hyphen",
    "kanji",
    "linebreak",
    "mixed",
    "ocr",
    "romaji",
    "spaced",
    "zero_width",
}
FILES = sorted((*LEARNT.glob("*.jsonl"), *JUDGED.rglob("*.jsonl")))


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def kind(file: Path) -> str:
    return file.stem.split("_")[0]


def text_of(row: dict[str, Any]) -> str:
    return unmarked(row["marked"])[0] if "marked" in row else str(row["text"])


def without_space(text: str) -> str:
    return "".join(fold(text).text.split())


def test_there_are_texts_of_every_kind_in_both_places() -> None:
    assert {kind(file) for file in LEARNT.glob("*.jsonl")} == set(KEYS) - {"numbers", "daily"}
    assert {kind(file) for file in JUDGED.glob("*.jsonl")} == set(KEYS) - {*HARMLESS, "planted", "secrets"}
    assert {kind(file) for file in (JUDGED / "fifth").glob("*.jsonl")} == {
        "personal",
        "numbers",
        "secrets",
        "attacks",
        "expression",
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_row_is_well_formed(file: Path) -> None:
    for row in rows(file):
        assert set(row) == KEYS[kind(file)], row["id"]
        assert text_of(row).strip(), row["id"]
        if kind(file) in ("personal", "numbers", "daily", "secrets"):
            assert row["disguise"] in DISGUISES, row["id"]
            text, spans = unmarked(row["marked"])
            assert "{{" not in text, row["id"]
            assert "}}" not in text, row["id"]
            assert isinstance(row["hard_negative"], bool), row["id"]
            assert not (row["hard_negative"] and spans), row["id"]
            for type_, start, end in spans:
                assert type_ in set(DataType), row["id"]
                assert start < end, row["id"]
                assert text[start:end] == text[start:end].strip(), row["id"]
        else:
            assert row["lang"] in {"ja", "en"}, row["id"]
            if kind(file) in HARMLESS:
                continue
            assert row["label"] in LABELS[kind(file)], row["id"]
            if kind(file) == "documents":
                assert row["attack"] in row["text"], row["id"]
                assert bool(row["attack"]) == (row["label"] == "attack"), row["id"]
            elif row["label"] in {"attack", "harmful"} and kind(file) != "planted":
                assert row["category"] in CATEGORIES[kind(file)], row["id"]
            if row.get("target"):
                assert row["target"] in set(Target), row["id"]


def test_every_id_is_given_once() -> None:
    counts = Counter(row["id"] for file in FILES for row in rows(file))
    assert [id_ for id_, count in counts.items() if count > 1] == []


def test_no_text_that_is_learnt_from_is_judged_by() -> None:
    learnt = {without_space(text_of(row)): row["id"] for file in LEARNT.glob("*.jsonl") for row in rows(file)}
    both = [
        (row["id"], learnt[without_space(text_of(row))])
        for file in JUDGED.rglob("*.jsonl")
        for row in rows(file)
        if without_space(text_of(row)) in learnt
    ]
    assert both == []
    assert [question for question in asked() if without_space(question) in learnt] == []


def asked() -> list[str]:
    """The questions of the tables."""
    return [line.split("\t")[0] for file in ASKED for line in file.read_text(encoding="utf-8").splitlines()]


def test_plain_questions_are_seldom_taken_for_harmful() -> None:
    questions, inspector = asked(), Inspector()
    flagged = [one for one in questions if inspector.inspect(one).expressions]
    assert len(questions) > 300
    assert len(flagged) <= len(questions) // 100


def test_there_are_enough_texts_to_judge_by_and_a_third_only_looks_like_it() -> None:
    personal = rows(JUDGED / "personal.jsonl")
    assert len(personal) >= 400
    assert sum(row["hard_negative"] for row in personal) * 3 >= len(personal)
    for name, bad in (("attacks", "attack"), ("expression", "harmful")):
        judged = rows(JUDGED / f"{name}.jsonl")
        assert sum(row["label"] != bad for row in judged) * 3 >= len(judged)


def test_every_type_and_disguise_is_judged() -> None:
    personal = rows(JUDGED / "personal.jsonl")
    types = {type_ for row in personal for type_, _, _ in unmarked(row["marked"])[1]}
    assert types == set(map(str, DataType)) - {"FORBIDDEN_WORD"}
    assert {row["disguise"] for row in personal} == DISGUISES
