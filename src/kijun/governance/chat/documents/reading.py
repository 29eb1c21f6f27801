"""A file read as a reference document: its text with pages, how many passages it gives, what is found in it."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kijun.gateway.handling import group_of
from kijun.gateway.reference.splitting import split
from kijun.gateway.snapshot import Group
from kijun.inspection.files import FileError, FileLimits, Part, extract

MOST_BYTES: Final = 20_000_000
MOST_CHARACTERS: Final = 500_000
GUARDED: Final = frozenset({Group.PERSONAL, Group.NUMBERS, Group.SECRETS, Group.ATTACK})
"""What a passage must not hold that is put before a model: somebody's data, secrets, instructions that are hidden in a document."""
_BESIDE: Final = frozenset(
    {
        Part.AUTHOR,
        Part.PROPERTIES,
        Part.COMMENT,
        Part.DELETED,
        Part.FIELD,
        Part.FORMULA,
        Part.HIDDEN_DATA,
        Part.MASTER,
        Part.READING,
        Part.HEADER,
        Part.FOOTER,
    }
)
"""Parts of a file that are no text of the document."""
_TOLD: Final = GUARDED | {Group.SENSITIVE, Group.CONFIDENTIAL}


def read(name: str, content: bytes) -> dict[str, Any]:
    """The fields of a version. Raises ValidationError."""
    text, places = _text(name, content)
    passages = split(text)
    if not passages:
        raise ValidationError({"file": [_("文字を読み取れません。画像だけの文書は使えません。")]})
    found = _inspector().inspect(text)
    told = [one for one in found if group_of(one.type) in _TOLD]
    return {
        "text": text,
        "places": places,
        "passages": len(passages),
        "findings": dict(sorted(Counter(str(one.type) for one in told).items())),
        "guarded": [[one.start, one.end] for one in told if group_of(one.type) in GUARDED],
    }


def _text(name: str, content: bytes) -> tuple[str, list[list[Any]]]:
    """The text of a file and its pages: [from, to, page in words]."""
    if not content:
        raise ValidationError({"file": [_("ファイルが空です。内容を確かめてから、もう一度選んでください。")]})
    try:
        document = extract(
            content, name, FileLimits(bytes=MOST_BYTES, characters=MOST_CHARACTERS, seconds=20.0, pages=500)
        )
    except FileError as error:
        english = (get_language() or "").startswith("en")
        raise ValidationError({"file": [error.message.en if english else error.message.ja]}) from None
    text, before = "", -1
    places: list[list[Any]] = []
    for piece in document.pieces:
        if piece.place.part is not None and piece.place.part in _BESIDE:
            before = -1
            continue
        gap = document.text[before : piece.start] if before >= 0 else "\n"
        start = len(text) + len(gap)
        text += gap + document.text[piece.start : piece.end]
        before = piece.end
        if words := _page(piece.place):
            if places and places[-1][2] == words:
                places[-1][1] = len(text)
            else:
                places.append([start, len(text), words])
    return text, places


def _page(place: Any) -> str:
    """A page, slide or sheet in words; headings say more than the number of a line."""
    if place.kind == "page":
        return f"{place.number}ページ"
    if place.kind == "slide":
        return f"スライド{place.number}"
    return f"シート「{place.name}」" if place.kind == "cell" and place.name else ""


@lru_cache(maxsize=1)
def _inspector() -> Any:
    from kijun.inspection import Inspector

    return Inspector()
