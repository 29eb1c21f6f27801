"""Telephone numbers of other countries: +1-503-555-0148, +63 917 555 0142, (503) 555-0177; and whose an office in English is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kijun.inspection.scene import Scene

#: With the code of the country, which is not Japan's
_ABROAD: Final = re.compile(
    r"\+(?<![0-9A-Za-z+].)(?!81)[1-9][0-9]{0,2}(?:[-. ]?\([0-9]{1,4}\)|[-. ]?[0-9]{1,5})(?:[-. ]?[0-9]{2,5}){1,4}(?![0-9A-Za-z]|-[0-9])"
)
#: As it is written in North America
_AMERICAN: Final = re.compile(
    r"[(2-9](?<![0-9A-Za-z-].)(?:(?<=\()[2-9][0-9]{2}\) ?|[0-9]{2}-)[2-9][0-9]{2}-[0-9]{4}(?![0-9A-Za-z]|-[0-9])"
)
_CALLED: Final = re.compile(
    r"(?i)\b(?:tel|phone|call|cell|mobile|reach|number|text|whatsapp|sms|fax|contact)\b"
)
_LABEL_ALONE: Final = re.compile(r"(?i)[.;] (?:phone|telephone|tel|call|fax)(?: us)?(?: at)?[.:]? ?$")
_LEAST, _MOST = 8, 15  # figures of a number with its country's code (ITU-T E.164)
_BEFORE: Final = 48  # characters before a number in which an office may be named whose it is
_BEHIND: Final = 24
_OFFICE: Final = re.compile(
    r"(?i)\b(?:embassy|consulate|office|hall|centre|center|hotel|hospital|clinic|school|university|college|library|museum|station|bank|company|inc|ltd|corp|gmbh|llc"
    r"|support|helpdesk|hotline|toll[- ]free|switchboard|headquarters|department|agency|bureau|board|division|ministry|committee|council|association|counter|desk|reception|customer)\b"
)
_OFFICE_BEFORE: Final = re.compile(
    r"(?:大使館|領事館|会社|社|本社|支社|支店|(?<!人)代表|窓口|センター|ホテル|病院|大学|役所|事務局|サポート)[^。\n]{0,10}$"
)
_OFFICE_BEHIND: Final = re.compile(
    r"[^。\n]{0,6}[(（][^)）\n]{0,12}(?:社|大使館|領事館|センター|窓口|サポート|代表)"
)


def abroad(scene: Scene) -> Iterator[tuple[int, int]]:
    """The places of numbers of other countries that are not an office's."""
    text = scene.digits
    if "+" in text:
        for match in _ABROAD.finditer(text):
            if _LEAST <= sum(map(str.isdigit, match[0])) <= _MOST and not is_of_english_office(
                scene, *match.span()
            ):
                yield match.span()
    if scene.mentions("PHONE") or "reach" in text or "call" in text or "Call" in text:
        for match in _AMERICAN.finditer(text):
            start, end = match.span()
            line = scene.line(start)[0]
            if _CALLED.search(text, max(line, start - _BEHIND), start) and not is_of_english_office(
                scene, start, end
            ):
                yield start, end


def is_of_english_office(scene: Scene, start: int, end: int) -> bool:
    """Whether the words beside a number name an office or a firm whose it is, and nobody: Embassy: +1-202-…, +81-… (City Hall)."""
    text = scene.digits
    line = scene.line(start)
    begins = max(line[0], start - _BEFORE)
    label = _LABEL_ALONE.search(text, max(line[0], start - _BEFORE), start)
    if label is not None:  # Board of Education, 3-1 Otemachi. Phone: 0268-…
        return _OFFICE.search(text, max(line[0], label.start() - 2 * _BEFORE), start) is not None
    stop = max(text.rfind(". ", begins, start), text.rfind("; ", begins, start))
    begins = stop if stop >= 0 else begins
    return bool(
        _OFFICE.search(text, begins, start)
        or _OFFICE.search(text, end, min(line[1], end + _BEHIND))
        or _OFFICE_BEFORE.search(text, max(line[0], start - _BEHIND), start)
        or _OFFICE_BEHIND.match(text, end)
    )
