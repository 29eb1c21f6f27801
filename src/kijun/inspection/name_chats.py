"""Who speaks in a chat whose lines begin with the time: 【14:02】山本 → …, [10:03] Maria > 了解, 10:15 森田: …"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kijun.inspection.name_lists import COMMON, SURNAME
from kijun.inspection.name_romaji import is_plain_english
from kijun.inspection.name_view import Place, View, towns
from kijun.inspection.scripts import KANJI
from kijun.inspection.tokens import is_plain_noun

#: A line's time, who speaks, and what divides that from what is said.
_HEAD: Final = re.compile(
    rf"(?:\A|(?<=\n))[ ]?(?P<bracket>[\[【(<])?(?:[0-9]{{1,4}}[/.-])?(?:[0-9]{{1,2}}[/.-][0-9]{{1,2}} )?[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?: ?[AP]M)?[\]】)>]?[ \t]{{0,2}}"
    rf"(?P<name>[{KANJI}]{{1,4}}|[A-Z][a-z]{{1,14}})[ ]?(?:→|->|>|:|「)(?![0-9])"
)
_HINT: Final = re.compile("[0-9][\\]】)>]?[ \\t]{0,2}[一-龥A-Z][^\\n]{0,14}[→>:「]")
#: How people speak, and schedules and logs do not.
_SPOKEN: Final = re.compile(
    r"(?:です|ます|ました|ません|でした|ください|下さい|だよ|だね|かな|よろしく|了解|承知|はい|いえ|ありがと|すみません|お願い|おねがい|ね|よ|ー|わ)(?:か|ね|よ|ー)?(?:[。!?！？、〜~\n ]|$)|[?!？！]|[👍🙏😊😅🙇]"
)
_LINES: Final = 400  # of one text


def in_chats(view: View) -> Iterator[Place]:
    """Who speaks, where at least one of the lines is spoken."""
    text = view.text
    if not _HINT.search(text):
        return
    heads = []
    for number, match in enumerate(_HEAD.finditer(text)):
        if number == _LINES:
            break
        heads.append((match, text[match.end() : view.scene.line(match.end())[1]]))
    if not any(_SPOKEN.search(said) for _, said in heads):
        return
    for match, _ in heads:
        if _may_speak(view, *match.span("name")):
            yield match.span("name")


def _may_speak(view: View, start: int, end: int) -> bool:
    """Whether a word is somebody's name rather than a place, an office or a word of the language."""
    word = view.text[start:end]
    if word.isascii():
        return view.lists.is_romaji(word) and not is_plain_english(word)
    kind = view.names.kind(start, end)
    if word in view.prefectures:
        return False
    if kind & COMMON:
        return word not in towns() or end - start > 1
    return bool(kind & SURNAME or view.names.cut(start, end).startswith("S")) and not is_plain_noun(word)
