"""What a transcription says: its text, its segments and words, the cues of a file of subtitles."""

from __future__ import annotations

import re
from typing import Any, Final

from kijun.gateway.others import other_pieces
from kijun.gateway.pieces import AnswerPiece
from kijun.gateway.tellings import Heard, Telling

#: Keys under which services tell the words of a segment, or one word.
_SAID: Final = frozenset(("text", "word", "punctuated_word", "transcript"))
_LINES: Final = re.compile(r"(\r\n|\n|\r)")
#: A cue's times. What else stands in such a line is short, or the line is read.
_TIMES: Final = re.compile(
    r"[ \t]*(?:\d{1,4}:)?\d{2}:\d{2}[.,]\d{3}[ \t]+-->[ \t]+(?:\d{1,4}:)?\d{2}:\d{2}[.,]\d{3}"
    r"(?:[ \t]+(?:vertical|line|position|size|align):[a-z0-9%,.-]{1,8})*[ \t]*"
)
_NUMBER: Final = re.compile(r"\d{1,4}")
_TAG: Final = re.compile(r"(<[^<>]*>)")


def transcript_pieces(answer: dict[str, Any]) -> list[AnswerPiece]:
    """All that is text in a transcription. Its ``text`` is there."""
    heard = Heard()
    found: list[AnswerPiece] = [*_text(answer, heard)]
    lists = [name for name, value in answer.items() if _is_list(value)]
    for name in lists:
        found += _listed([answer[name]], f"{name}[]", heard)
    return found + other_pieces(answer, {*lists, "text", "logprobs"}, "")


def _text(answer: dict[str, Any], heard: Heard) -> list[Telling]:
    """The text; of subtitles the words between numbers and times, which stay as they are, and apart from these the tags."""
    lines = _LINES.split(answer["text"])
    times = {at for at, line in enumerate(lines) if _TIMES.fullmatch(line)}
    if not times:
        return [Telling([(answer, "text")], "text", heard)]
    fragments: list[str] = []
    words: list[tuple[Any, Any]] = []
    tags: list[tuple[Any, Any]] = []
    number = None
    for at, line in enumerate(lines):
        if at + 2 in times and _NUMBER.fullmatch(line) and (number is None or int(line) == number + 1):
            number = int(line)
            fragments.append(line)
        elif at in times or not line.strip():
            fragments.append(line)
        else:
            for place, part in enumerate(_TAG.split(line)):
                (tags if place % 2 else words).append((fragments, len(fragments)))
                fragments.append(part)

    def put() -> None:
        answer["text"] = "".join(fragments)

    said = Telling(words, "text", heard, after=put)
    return [said, Telling(tags, "text<>", heard, apart=True, after=put)] if tags else [said]


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _listed(lists: list[list[dict[str, Any]]], place: str, heard: Heard) -> list[AnswerPiece]:
    """The texts of lists of segments, words or speakers. What is said goes on from one to the next and is read together."""
    items = [one for some in lists for one in some]
    found: list[AnswerPiece] = []
    beside: list[AnswerPiece] = []
    for name in dict.fromkeys(name for one in items for name in one):
        parts = [(one, name) for one in items if isinstance(one.get(name), str) and one[name]]
        if parts:
            found.append(Telling(parts, f"{place}.{name}", heard, apart=name not in _SAID))
        inner = [one[name] for one in items if _is_list(one.get(name))]
        if inner:
            beside += _listed(inner, f"{place}.{name}[]", heard)
    for one in items:
        read = [name for name, value in one.items() if isinstance(value, str) or _is_list(value)]
        beside += other_pieces(one, read, f"{place}.")
    return found + beside
