""".pdf: pages line by line, form fields, annotations, bookmarks, attached files.

pypdf is pure Python and follows whatever a file tells it to, so it runs in a process that the kernel ends
(`pdf_worker`): a deadline asked for between two pages would not hold inside one.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.errors import (
    DamagedFile,
    EncryptedFile,
    FileError,
    LimitMet,
    TookTooLong,
    TookTooMuchMemory,
    TooManyPages,
    TooMuchText,
    UnpacksTooLarge,
)
from kijun.inspection.files.place import Part, Place

ReadInside = Callable[[bytes, str, Collector], str]

_WORKER: Final = Path(__file__).with_name("pdf_worker.py")
_SUPPLEMENT: Final = dict(
    zip("⺟⺠⻁⻄⻅⻆⻉⻑⻒⻔⻘⻝⻟⻤⻨⻩⻫⻭⻯⻲", "母民虎西見角貝長長門青食食鬼麦黄斉歯竜亀", strict=True)
)
_UPRIGHT: Final = (*range(0xFE10, 0xFE19), *range(0xFE35, 0xFE45))  # ︑︒︵ of vertical writing
#: Radicals that some programs write for the characters that look like them; nobody types ⽇ for 日.
_RADICALS: Final = str.maketrans(
    {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in (*range(0x2F00, 0x2FD6), *_UPRIGHT)}
    | _SUPPLEMENT
)
#: The quarter space that typesetting puts between kanji and figures (令和 6 年 4 月) reads as a space from the page.
_TYPESET_SPACE: Final = re.compile(
    r"(?<=[0-9０-９]) (?=[年月日時分秒歳才号番丁目階室人名円条項])|(?<=[ぁ-んァ-ヶー々一-鿿]) (?=[0-9]{1,4} ?[年月日時分秒歳才号番丁目階室])"
)


def read_pdf(data: bytes, collector: Collector, read_inside: ReadInside) -> None:
    """Read a PDF file. Raises FileError."""
    answer = _asked(data, collector)
    for kind, number, line, part, text in answer["pieces"]:
        place = Place(kind, number, line=line, part=Part(part) if part else None)
        collector.add(_TYPESET_SPACE.sub("", text.translate(_RADICALS)), place)
    _note_pages(answer, collector)
    has_text = any(kind == "page" and not part for kind, _, _, part, _ in answer["pieces"])
    # Nothing but pictures of pages, or a page whose letters nobody knows, must not look like one in which nothing was found.
    is_lost = answer["unreadable"] or answer["broken"] or (answer["scans"] and not has_text)
    collector.unopened += bool(is_lost)
    for name, content in answer["attached"]:
        collector.add_file_name(name)
        try:
            with collector.inside(name):
                read_inside(base64.b64decode(content), name, collector)
        except LimitMet:
            raise
        except FileError as refusal:
            collector.refused(refusal, name)
            with collector.inside(name):
                collector.note(refusal.message.ja, refusal.message.en)


def _asked(data: bytes, collector: Collector) -> Mapping[str, Any]:
    """What the worker read; its refusals as errors."""
    budget = collector.budget
    limits = budget.limits
    seconds = budget.seconds_left
    order = {
        "characters": limits.characters - budget.characters,
        "pages": limits.pages,
        "bytes": limits.bytes,
        "memory": limits.pdf_memory,
        "seconds": seconds,
    }
    # Nothing of our environment, which may hold secrets; only the way to pypdf.
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own file, run by our own interpreter
            [sys.executable, "-P", "-B", str(_WORKER)],
            input=json.dumps(order).encode() + b"\n" + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        done = None
    if done is None or -done.returncode in _OUT_OF_TIME:
        raise TookTooLong(seconds=limits.seconds)
    if done.returncode or not done.stdout:
        raise TookTooMuchMemory("worker ended") if done.returncode < 0 else DamagedFile("worker failed")
    answer: dict[str, Any] = json.loads(done.stdout)
    _raise(str(answer.get("error", "")), collector)
    return answer


_OUT_OF_TIME: Final = (14, 24)  # SIGALRM, SIGXCPU


def _raise(error: str, collector: Collector) -> None:
    limits = collector.budget.limits
    match error:
        case "":
            return
        case "encrypted":
            raise EncryptedFile()
        case "pages":
            raise TooManyPages(pages=limits.pages)
        case "characters":
            raise TooMuchText(characters=limits.characters)
        case "memory":
            raise TookTooMuchMemory()
        case "unpacked":
            raise UnpacksTooLarge()
    raise DamagedFile(error)


def _note_pages(answer: Mapping[str, Any], collector: Collector) -> None:
    """What of a PDF file was not read."""
    scans, pictures, unreadable = answer["scans"], answer["pictures"], answer["unreadable"]
    collector.unread += len(scans) + len(pictures) + len(unreadable) + answer["broken"]
    if scans:
        collector.note(
            f"{_ranges(scans)}ページには文字がありません（スキャンした画像など）。画像の中の文字は調べていません。",
            f"There is no text on page {_ranges(scans)} (scans?); text in pictures was not read.",
        )
    if pictures:
        collector.note(
            f"{_ranges(pictures)}ページに画像があります。画像の中の文字は調べていません。",
            f"There are pictures on page {_ranges(pictures)}; text in pictures was not read.",
        )
    if unreadable:
        collector.note(
            f"{_ranges(unreadable)}ページには、文字として読み取れない部分があります。",
            f"Parts of page {_ranges(unreadable)} could not be read as text.",
        )
    if answer["broken"]:
        collector.note(
            "フォームや注釈などに壊れた部分があり、一部を読み取れませんでした。",
            "Some form fields, annotations or the like are damaged and were not read.",
        )


def _ranges(pages: Sequence[int]) -> str:
    """1–3, 7"""
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in runs[:20]]
    return ", ".join(shown) + (" …" if len(runs) > 20 else "")
