"""Which words are names: surnames and given names in kanji, kana and romaji (data/names.txt.gz, made by tools/inspection_names.py)."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from kijun.inspection.lexicon import Places

_TO_HIRAGANA: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_KATAKANA: Final = frozenset(map(chr, range(0x30A1, 0x30F7)))
_KANA: Final = _KATAKANA | frozenset(map(chr, range(0x3041, 0x3097)))
_LONG_VOWEL: Final = re.compile(r"(?<=[aeiou])h(?=[kstnhmyrwgzdbpfjc]|$)")

#: Given names and family names of people from abroad who live in Japan, in romaji and as katakana writes them.
FOREIGN: Final = frozenset(
    [
        "nguyen",
        "tran",
        "le",
        "pham",
        "hoang",
        "huynh",
        "phan",
        "vu",
        "vo",
        "dang",
        "bui",
        "do",
        "ho",
        "ngo",
        "duong",
        "ly",
        "thi",
        "van",
        "minh",
        "hoa",
        "lan",
        "mai",
        "linh",
        "trang",
        "huong",
        "thao",
        "nam",
        "hung",
        "dung",
        "tuan",
        "anh",
        "duc",
        "kim",
        "lee",
        "park",
        "choi",
        "jung",
        "kang",
        "cho",
        "yoon",
        "jang",
        "lim",
        "han",
        "wang",
        "li",
        "zhang",
        "liu",
        "chen",
        "yang",
        "zhao",
        "huang",
        "zhou",
        "wu",
        "xu",
        "sun",
        "zhu",
        "ma",
        "hu",
        "guo",
        "lin",
        "luo",
        "liang",
        "song",
        "tang",
        "xie",
        "han",
        "feng",
        "yu",
        "dong",
        "xiao",
        "cheng",
        "wei",
        "maria",
        "jose",
        "john",
        "michael",
        "david",
        "james",
        "robert",
        "william",
        "mary",
        "anna",
        "ana",
        "carlos",
        "luis",
        "juan",
        "pedro",
        "paulo",
        "joao",
        "silva",
        "santos",
        "souza",
        "oliveira",
        "pereira",
        "costa",
        "rodrigues",
        "lima",
        "da",
        "dos",
        "de",
        "cruz",
        "reyes",
        "garcia",
        "mendoza",
        "bautista",
        "ramos",
        "dela",
        "delos",
        "sharma",
        "thapa",
        "gurung",
        "rai",
        "tamang",
        "shrestha",
        "karki",
        "magar",
        "lama",
        "singh",
        "kumar",
        "khan",
        "ali",
        "ahmed",
        "mohammed",
        "muhammad",
        "hassan",
        "hussain",
        "fatima",
        "aung",
        "kyaw",
        "zaw",
        "win",
        "htet",
        "myint",
        "thida",
        "nay",
        "htun",
        "hla",
        "san",
        "siti",
        "dewi",
        "putri",
        "sari",
        "wati",
        "agus",
        "budi",
        "rahman",
        "islam",
        "smith",
        "brown",
        "johnson",
        "jones",
        "miller",
        "davis",
        "wilson",
        "anderson",
        "thomas",
        "taylor",
        "martin",
        "white",
        "harris",
        "clark",
        "lewis",
        "walker",
        "emma",
        "olivia",
        "sophia",
        "daniel",
        "kevin",
        "brian",
        "george",
        "paul",
        "mark",
        "peter",
        "andrew",
        "steven",
        "alex",
        "chris",
        "elena",
        "olena",
        "iryna",
        "natalia",
        "ivan",
        "sergei",
        "oleksandr",
    ]
)
FOREIGN_KANA: Final = frozenset(
    [
        "グエン",
        "チャン",
        "レー",
        "ファム",
        "ホアン",
        "フイン",
        "ファン",
        "ヴー",
        "ボー",
        "ダン",
        "ブイ",
        "ティ",
        "ヴァン",
        "バン",
        "ミン",
        "ホア",
        "ラン",
        "リン",
        "チャン",
        "フオン",
        "タオ",
        "ナム",
        "フン",
        "ズン",
        "トゥアン",
        "アン",
        "ドゥック",
        "キム",
        "イ",
        "パク",
        "チェ",
        "チョン",
        "カン",
        "チョ",
        "ユン",
        "チャン",
        "イム",
        "ハン",
        "ワン",
        "リー",
        "チャン",
        "リュウ",
        "チェン",
        "ヤン",
        "チャオ",
        "ホァン",
        "ジョウ",
        "マリア",
        "ホセ",
        "ジョン",
        "マイケル",
        "デイビッド",
        "ジェームズ",
        "ロバート",
        "メアリー",
        "アンナ",
        "アナ",
        "カルロス",
        "ルイス",
        "フアン",
        "ペドロ",
        "パウロ",
        "ジョアン",
        "シルバ",
        "サントス",
        "ソウザ",
        "オリベイラ",
        "ペレイラ",
        "コスタ",
        "ロドリゲス",
        "リマ",
        "クルス",
        "レイエス",
        "ガルシア",
        "メンドーサ",
        "バウティスタ",
        "ラモス",
        "シャルマ",
        "タパ",
        "グルン",
        "ライ",
        "タマン",
        "シュレスタ",
        "カルキ",
        "マガル",
        "ラマ",
        "シン",
        "クマール",
        "カーン",
        "アリ",
        "アハメド",
        "モハメド",
        "ムハンマド",
        "ハッサン",
        "フセイン",
        "ファティマ",
        "アウン",
        "チョー",
        "ゾー",
        "ウィン",
        "テッ",
        "ミン",
        "ティダ",
        "スミス",
        "ブラウン",
        "ジョンソン",
        "デイビス",
        "トーマス",
        "マーティン",
        "ハリス",
        "ウォーカー",
        "エマ",
        "ソフィア",
        "ダニエル",
        "ケビン",
        "ブライアン",
        "ジョージ",
        "ポール",
        "マーク",
        "ピーター",
        "アレックス",
        "エレナ",
        "オレナ",
        "イリーナ",
        "ナタリア",
        "イヴァン",
        "イワン",
        "セルゲイ",
    ]
)


class Words:
    """A set of short words in little memory: for each first character one string of all that follows it.

    A quarter of a million names take some 30 MB as a set and 3 MB so; looking one up takes half a microsecond.
    """

    def __init__(self, words: Iterable[str]) -> None:
        rests: dict[str, list[str]] = {}
        for word in words:
            rests.setdefault(_bucket(word), []).append(word[1:])
        self._rests = {first: "|" + "|".join(rest) + "|" for first, rest in rests.items()}

    def __contains__(self, word: str) -> bool:
        rests = self._rests.get(_bucket(word))
        return rests is not None and f"|{word[1:]}|" in rests

    def __iter__(self) -> Iterator[str]:
        for first, rests in self._rests.items():
            for rest in rests[1:-1].split("|"):
                yield first[0] + rest


def _bucket(word: str) -> str:
    """The first character and the length: what a word shares with those that it is looked up among."""
    return f"{word[:1]}{len(word)}"


@dataclass(frozen=True, slots=True, repr=False)
class NameLists:
    """Sets of names. Kana stand as hiragana, romaji in small letters without long vowels."""

    common: frozenset[str]
    surnames: Words
    given: Words
    kana_surnames: frozenset[str]
    romaji: frozenset[str]
    busy: frozenset[str]

    def is_surname(self, written: str) -> bool:
        """Whether a word in kanji or kana is a surname."""
        return hiragana(written) in self.kana_surnames if written[:1] in _KANA else written in self.surnames

    def is_given(self, written: str) -> bool:
        """Whether a word in kanji or kana is a given name."""
        return written in self.given or (written[0] in _KATAKANA and hiragana(written) in self.given)

    def cut(self, written: str) -> str:
        """How a word without a space can be cut into a surname and a given name: S2, s1 …, nothing where it cannot."""
        best = ""
        for place in range(1, min(len(written), 5)):
            left = written[:place]
            if self.is_surname(left) and self.is_given(written[place:]):
                if left in self.common:
                    return f"S{place}"
                best = best or f"s{place}"
        return best

    def is_romaji(self, word: str) -> bool:
        """Whether a word in Latin letters is a name of Japan or of people from abroad."""
        small = word.lower().strip(".,'-")
        return small in FOREIGN or short_romaji(small) in self.romaji


@cache
def name_lists() -> NameLists:
    """The lists, read once."""
    packed = files("kijun.inspection").joinpath("data", "names.txt.gz").read_bytes()
    groups: dict[str, list[str]] = {}
    for line in gzip.decompress(packed).decode().split("\n"):
        groups.setdefault(line[:1], []).append(line[1:])
    return NameLists(
        frozenset(groups["S"]),
        Words(groups["S"] + groups["s"]),
        Words(groups["g"]),
        frozenset(groups["k"]),
        frozenset(groups["r"] + groups["t"]),
        frozenset(groups.get("q", ())),
    )


@cache
def _surname_places() -> Places:
    lists = name_lists()
    return Places(name for name in lists.surnames if len(name) > 1 and name not in lists.busy)


def surname_ends(text: str) -> list[int]:
    """Where surnames of two and more characters end in a text, but for those that ordinary writing is full of."""
    return _surname_places().ends(text)


def hiragana(written: str) -> str:
    """Katakana as hiragana, one character for one."""
    return written.translate(_TO_HIRAGANA)


def short_romaji(word: str) -> str:
    """The spelling of a romaji word without its long vowels (``satou`` and ``satoh`` → ``sato``)."""
    return _LONG_VOWEL.sub("", word.replace("ou", "o").replace("uu", "u").replace("oo", "o"))
