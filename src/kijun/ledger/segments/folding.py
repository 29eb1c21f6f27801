"""One spelling for many, and the pairs of characters by which text is found.

``ｶｲｺﾞ``, ``カイゴ`` and ``かいご`` are one word here, as are ``ＡＩ``, ``AI`` and ``ai``. What is indexed and what is asked go through
the same fold; what is found is compared again in full, so that the pairs need only never miss.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

#: Stands between the texts of one record; no question can hold it, hence none matches across two texts.
SEPARATOR: Final = "\x1f"
#: Fields whose words are the API's and were said by nobody; each record would be found by ``user``.
_LABELS: Final = frozenset({"role", "type", "object", "finish_reason"})
#: Ids that a service gave, by which calls and items of a conversation name each other; a town's own ids are words.
_IDS: Final = frozenset({"id", "call_id", "tool_call_id"})
_GIVEN_ID: Final = re.compile(r"(?:call|fc|msg|rs|resp|chatcmpl)[_-][\w-]+", re.ASCII)
#: Settings of a request that choose among words of the API's.
_SETTINGS: Final = frozenset(
    {
        "model", "stream", "tool_choice", "reasoning_effort", "verbosity", "service_tier", "truncation",
        "encoding_format", "include", "modalities", "timestamp_granularities",
    }
)  # fmt: skip
#: Parts of a content that the recorder wrote beside what was said (`gateway.question`, `gateway.answer`, `gateway.ways`,
#: `gateway.refusals`): places, ends, rules, faults. A question may not be found by words that nobody wrote in it.
_NOTES: Final = frozenset(
    {
        "endpoint", "findings", "findings_total", "uninspected", "client", "policy", "rules", "streams", "refusal",
        "finish_reasons", "usage", "attempts", "estimated", "error", "upstream_error", "delivered", "vectors",
        "provider", "trace", "conversation", "without_content", "should_have_been", "unlawful", "subject_key",
        "refused", "networks", "look", "event",
    }
)  # fmt: skip
#: Left out: joiners, marks of direction, and selectors of variants (葛󠄀 is found as 葛).
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]+"
)
_HIRAGANA: Final = re.compile("[ぁ-ゖゝゞ]")
#: What is indexed has pairs; blanks part the runs.
_RUN: Final = re.compile(r"\S+")


def _spellings() -> NDArray[np.uint16]:
    """For each unit of UTF-16 the one it is folded to: hiragana to katakana, full width to ASCII."""
    table = np.arange(1 << 16, dtype=np.uint16)
    table[0x3041:0x3097] += 0x60
    table[0x309D:0x309F] += 0x60
    table[0xFF01:0xFF5F] -= 0xFEE0
    table[0x3000] = 0x20
    return table


_TABLE: Final = _spellings()


def _respelled(text: str) -> str:
    """Through a table, for ``str.translate`` takes ten times as long, and sealing and searching do little else."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    return (
        _TABLE[units].tobytes().decode("utf-16-le", "replace")
    )  # half of a pair, which JSON cannot hold either


def fold(text: str) -> str:
    """The text in one width, one case, one kana, one kind of blank: runs of blanks are one space, none at a text's ends."""
    # respelled first: NFKC is quick where it has nothing to do, and slow from the first full-width character on
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _respelled(text))).casefold()
    if _HIRAGANA.search(plain):  # ゟ and pictures of words become hiragana only in NFKC
        plain = _respelled(plain)
    return SEPARATOR.join(" ".join(part.split()) for part in plain.split(SEPARATOR))


def fold_question(text: str) -> str:
    """What somebody asks for, folded alike; blanks around it are not part of it."""
    return fold(text.replace(SEPARATOR, " ")).strip()


def runs(folded: str) -> list[str]:
    """The runs of a text, each of which is indexed by its pairs of neighbouring characters."""
    return _RUN.findall(folded)


def asked(folded: str) -> tuple[list[str], list[str]]:
    """The pairs that a text must have to hold this question, and single characters where the question has no pair.

    Runs of one character can be part of a longer run in the text, hence they are given apart.
    """
    parts = runs(folded)
    wanted = dict.fromkeys(run[at : at + 2] for run in parts for at in range(len(run) - 1))
    if wanted:
        return list(wanted), []
    return [], list(dict.fromkeys(parts))


def _is_word(value: Any) -> bool:
    """A word of an API's: ASCII and without blanks; or several of them."""
    if isinstance(value, list):
        return all(isinstance(one, str) and _is_word(one) for one in value)
    return isinstance(value, str) and value.isascii() and "_".join(value.split()) == value


def _is_label(name: str, value: Any) -> bool:
    if name in _IDS:
        return isinstance(value, str) and _GIVEN_ID.fullmatch(value) is not None
    return name in _LABELS and _is_word(value)


def _said(content: Any) -> Any:
    """What of a record's content somebody wrote or an AI said, without what was noted beside it."""
    if not isinstance(content, dict):
        return content
    said = {name: part for name, part in content.items() if name not in _NOTES}
    request, texts, sources = said.get("request"), said.get("texts"), said.get("sources")
    if isinstance(request, dict):
        said["request"] = {
            name: part for name, part in request.items() if not (name in _SETTINGS and _is_word(part))
        }
    if isinstance(texts, list):  # of an answer; ``where`` is the place in what the service sent
        said["texts"] = [_without_place(one) for one in texts]
    if isinstance(sources, list):  # passages that lay before the AI; their ids and dates are no words
        said["sources"] = [one.get("title") if isinstance(one, dict) else one for one in sources]
    return said


def _without_place(text: Any) -> Any:
    return text["text"] if isinstance(text, dict) and text.keys() == {"where", "text"} else text


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(part for name, part in reversed(value.items()) if not _is_label(name, part))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def searchable(plain: bytes) -> str:
    """What somebody wrote or an AI said in a content (JSON as bytes); raises ValueError where it is no JSON.

    Names of fields, the API's labels and what the recorder noted beside it (places, findings, ends, faults) were said by nobody. The text that is sealed into
    an index is made by the same function as the text that candidates are compared with; an index that an older one made holds more, and that only costs a look.
    """
    return SEPARATOR.join(_texts(_said(orjson.loads(plain))))
