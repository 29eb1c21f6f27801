"""Write src/kijun/inspection/rules/labels_read.yaml: the labels of labels.yaml as they are read, in kana and in romaji.

    .venv/bin/python tools/inspection_labels.py

Old systems, mail without a Japanese keyboard and residents who write as they speak label a value so: ﾈﾝｷﾝﾊﾞﾝｺﾞｳ, nenkin bangou,
ねんきんばんごう. Readings are SudachiDict's; a few that it gets wrong are left out.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from sudachipy import Dictionary, SplitMode

RULES = Path(__file__).parent.parent / "src/kijun/inspection/rules"
WITHOUT = {
    "SYMBOL",
    "SECRET",
    "EMAIL",
    "IP_ADDRESS",
    "FACILITY",
}  # their labels are short, or are not read aloud
MISREAD = {"証番号", "生年"}
LEAST = 5  # kana: what is shorter stands in other words
#: Before these somebody who writes romaji sets a space.
APART = {"バンゴウ", "コード", "ジュウショ", "デンワ", "サキ", "キゴウ", "コウザ", "メイ", "ナンバー"}
_ROMAJI = dict(
    zip(
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポ",
        [
            "a",
            "i",
            "u",
            "e",
            "o",
            "ka",
            "ki",
            "ku",
            "ke",
            "ko",
            "sa",
            "shi",
            "su",
            "se",
            "so",
            "ta",
            "chi",
            "tsu",
            "te",
            "to",
            "na",
            "ni",
            "nu",
            "ne",
            "no",
            "ha",
            "hi",
            "fu",
            "he",
            "ho",
            "ma",
            "mi",
            "mu",
            "me",
            "mo",
            "ya",
            "yu",
            "yo",
            "ra",
            "ri",
            "ru",
            "re",
            "ro",
            "wa",
            "o",
            "n",
            "ga",
            "gi",
            "gu",
            "ge",
            "go",
            "za",
            "ji",
            "zu",
            "ze",
            "zo",
            "da",
            "ji",
            "zu",
            "de",
            "do",
            "ba",
            "bi",
            "bu",
            "be",
            "bo",
            "pa",
            "pi",
            "pu",
            "pe",
            "po",
        ],
        strict=True,
    )
)
_PLAIN = re.compile("[ぁ-んァ-ヴー一-龥々]+")


def main() -> None:
    """Write the file."""
    (RULES / "labels_read.yaml").write_text(written(), encoding="utf-8")


def written() -> str:
    """What the file says of the labels as they are now."""
    labels = yaml.safe_load((RULES / "labels.yaml").read_text(encoding="utf-8"))["labels"]
    known = {str(word).lower() for words in labels.values() for word in words}
    tokenizer = Dictionary(dict="core").tokenizer(mode=SplitMode.A)
    lines = [
        "# Written by tools/inspection_labels.py: the labels of labels.yaml as they are read.",
        "labels:",
    ]
    for type, words in labels.items():
        found: list[str] = []
        for word in map(str, words):
            if type not in WITHOUT and word not in MISREAD and _PLAIN.fullmatch(word):
                for reading in as_read([one.reading_form() for one in tokenizer.tokenize(word)]):
                    if reading not in known:
                        known.add(reading)
                        found.append(reading)
        if found:
            lines.append(f"  {type}: [{', '.join(found)}]")
    return "\n".join(lines) + "\n"


def as_read(parts: list[str]) -> list[str]:
    """A word by the readings of its parts: in katakana, hiragana, and romaji with long vowels and without."""
    kana = "".join(parts)
    if len(kana) < LEAST or not re.fullmatch("[ァ-ヴー]+", kana):
        return []
    hiragana = "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヴ" else char for char in kana)
    apart = len(parts) > 1 and parts[-1] in APART
    ways = [("".join(parts),), ("".join(parts[:-1]), parts[-1])] if apart else [("".join(parts),)]
    latin = []
    for way in ways:
        long = " ".join(map(romaji, way))
        latin += [long, long.replace("ou", "o").replace("uu", "u")]
    return [kana, hiragana, *dict.fromkeys(latin)]


def romaji(kana: str) -> str:
    """Katakana in Hepburn's romaji, long vowels as they are written in kana, without ー."""
    written = ""
    for char in kana:
        if char in "ャュョ":
            vowel = {"ャ": "a", "ュ": "u", "ョ": "o"}[char]
            written = written[:-1] + (
                vowel if written[-3:-1] in ("sh", "ch") or written[-2] == "j" else "y" + vowel
            )
        elif char in _ROMAJI:
            sound = _ROMAJI[char]
            if written.endswith("ッ"):
                written = written[:-1] + ("t" if sound.startswith("ch") else sound[0])
            written += sound
        elif char == "ッ":
            written += char
    return written.replace("ッ", "")


if __name__ == "__main__":
    main()
