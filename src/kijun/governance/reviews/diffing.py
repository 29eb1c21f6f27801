"""What a person changed against the AI's text: pieces that stayed, went and came, first by sentence, then within changed ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_SENTENCE: Final = re.compile(r"[^。．！？\n]*[。．！？\n]|[^。．！？\n]+")
MOST_SENTENCES: Final = 4_000
MOST_WITHIN: Final = 600
"""Characters of a changed passage that are compared one by one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """``kind``: same, gone (only in the AI's text) or new (the person's)."""

    kind: str
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """The two texts as one."""
    a, b = _SENTENCE.findall(before)[:MOST_SENTENCES], _SENTENCE.findall(after)[:MOST_SENTENCES]
    found: list[Piece] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        old, new = "".join(a[a1:a2]), "".join(b[b1:b2])
        if tag == "equal":
            found.append(Piece("same", old))
        elif tag == "replace" and len(old) <= MOST_WITHIN and len(new) <= MOST_WITHIN:
            found += _within(old, new)
        else:
            found += [Piece(kind, text) for kind, text in (("gone", old), ("new", new)) if text]
    return _joined(found)


def _within(old: str, new: str) -> list[Piece]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < 0.4:  # another sentence: scattered equal characters would only confuse
        return [Piece("gone", old), Piece("new", new)]
    found = []
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            found.append(Piece("same", old[a1:a2]))
            continue
        found += [Piece(kind, text) for kind, text in (("gone", old[a1:a2]), ("new", new[b1:b2])) if text]
    return found


def _joined(found: list[Piece]) -> list[Piece]:
    made: list[Piece] = []
    for one in found:
        if made and made[-1].kind == one.kind:
            made[-1] = Piece(one.kind, made[-1].text + one.text)
        else:
            made.append(one)
    return made


def share(before: str, after: str) -> int:
    """How much was changed, in per cent: characters that went or came, of all characters of both. 1 at least where anything was."""
    if before == after:
        return 0
    changed = sum(len(one.text) for one in pieces(before, after) if one.kind != "same")
    return max(1, min(100, round(100 * changed / max(1, len(before) + len(after)))))
