"""Build src/kijun/inspection/data/names.txt.gz: Japanese surnames and given names, by script.

Sources, both in the environment of development: SudachiDict core (Apache-2.0, Works Applications) and
japanese-personal-name-dataset (MIT, shuheilocale), which also knows how many people bear a surname. Run it
when one of them has a new release; the result is kept in the repository, so that nobody needs either to run Kijun.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

from ahocorasick_rs import AhoCorasick

from kijun.inspection.name_lists import short_romaji
from kijun.inspection.rule import unmarked

TEXTS = Path(__file__).parent / "inspection_texts"
OUT = Path(__file__).parent.parent / "src/kijun/inspection/data/names.txt.gz"
KANJI = re.compile(r"[一-龥々ヶノ]{1,4}")
KANA = re.compile(r"[ぁ-んー]{2,5}|[ァ-ヴー]{2,7}")
ORDINARY = 3  # places outside of names from which a rare name counts as a word
MANY = 12_000  # bearers from which a surname counts as common


def main() -> None:
    """Write the file: a group for each mark (``s`` surnames, ``S`` common ones, ``g`` given names, ``k`` kana of surnames, ``r`` and ``t`` romaji)."""
    from sudachipy import Dictionary

    surnames: dict[str, str] = {}
    given: set[str] = set()
    romaji_surnames: set[str] = set()
    romaji_given: set[str] = set()
    kana_surnames: set[str] = set()
    usual: set[str] = set()  # given names in use today, which stay whatever else they mean
    for entry in Dictionary(dict="core").entries():
        part = entry.part_of_speech()
        if part[1] != "固有名詞" or part[2] != "人名":
            continue
        surface = entry.surface()
        if part[3] == "姓" and KANJI.fullmatch(surface):
            surnames.setdefault(surface, "s")
        elif part[3] == "名" and (KANJI.fullmatch(surface) or KANA.fullmatch(surface)):
            given.add(surface)
    folder = files("japanese_personal_name_dataset").joinpath("dataset")
    for name in ("last_name_org.csv",):
        for surface, bearers, kana, roman in csv.reader(
            folder.joinpath(name).read_text(encoding="utf-8").splitlines()
        ):
            surnames[surface] = "S" if int(bearers) >= MANY else "s"
            romaji_surnames.add(roman)
            kana_surnames.add(kana)
    for name in (
        "first_name_man_opti.csv",
        "first_name_woman_opti.csv",
        "first_name_man_org.csv",
        "first_name_woman_org.csv",
    ):
        for row in csv.reader(folder.joinpath(name).read_text(encoding="utf-8").splitlines()):
            kana, roman, *kanji = row
            given.update(one for one in kanji if KANJI.fullmatch(one))
            if "opti" in name:
                usual.update(one for one in kanji if len(one) > 1)
            given.add(kana)
            romaji_given.add(roman)
    lines = [f"{mark}{name}" for name, mark in sorted(surnames.items())]
    lines += [f"g{name}" for name in sorted(given) if name]
    lines += [f"k{name}" for name in sorted(kana_surnames)]
    lines += [f"r{short_romaji(name)}" for name in sorted(romaji_surnames)]
    lines += [f"t{short_romaji(name)}" for name in sorted(romaji_given) if len(name) > 2]
    ordinary = ordinary_words({line[1:]: line[0] for line in reversed(lines) if line[0] not in "rt"})
    lines = [line for line in lines if line[0] in "rt" or line[1:] not in ordinary - usual]
    OUT.parent.mkdir(exist_ok=True)
    write(list(dict.fromkeys(lines)))


def write(lines: list[str]) -> None:
    """Each group with its mark above it and an empty line below, so that it is read as a whole."""
    groups = [[mark, *(line[1:] for line in lines if line[0] == mark)] for mark in "sSgkrt"]
    with gzip.GzipFile(OUT, "wb", mtime=0) as out:
        out.write("\n\n".join("\n".join(group) for group in groups).encode())


def ordinary_words(names: dict[str, str]) -> set[str]:
    """Names that are words of ordinary writing (役所, 年代, こと) and stood for nobody in the training texts; `names`: name → mark."""
    listed = sorted(names)
    automaton = AhoCorasick(listed)
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for file in sorted(TEXTS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text, spans = unmarked(row.get("marked") or row["text"])
            persons = [(start, end) for type, start, end in spans if type == "PERSON"]
            for number, start, _ in automaton.find_matches_as_indexes(text, overlapping=True):
                within = any(first <= start < last for first, last in persons)
                (inside if within else outside)[listed[number]] += 1
    return {
        name
        for name, count in outside.items()
        # kana names are parts of many words, so that more is asked of them
        if names[name] != "S"
        and count >= (ORDINARY if name[0] > "ヿ" else 8 * ORDINARY) * max(1, inside[name] * 4)
    }


if __name__ == "__main__":
    main()
