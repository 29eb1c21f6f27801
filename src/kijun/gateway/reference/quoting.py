"""The upstream ``reference``: it answers by quoting the best passages with their sources, says so, and says plainly when nothing fits."""

from __future__ import annotations

import re
from typing import Final

from kijun.gateway import local
from kijun.gateway.reference.citing import heading
from kijun.gateway.reference.index import FITS
from kijun.gateway.reference.model import Found

QUOTED: Final = 3
"""Passages that are quoted at most."""
_PIECE: Final = 24  # characters of one streamed piece
_JAPANESE: Final = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def answer(found: Found, asked: str, path: str, model: str, *, streams: bool) -> local.LocalAnswer:
    """The answer at an endpoint that speaks; others are refused."""
    try:
        return local.said(
            path,
            model,
            reply(found, asked),
            asked.encode("utf-8", "replace"),
            streams=streams,
            who="reference",
            piece=_PIECE,
        )
    except KeyError:
        return local.refused(
            501,
            "参考文書の検索は、文章での質問（chat/completions、responses、completions）にだけ答えます。 / "
            "The reference search answers questions in words only.",
            "not_supported",
        )


def reply(found: Found, asked: str) -> str:
    """What it says: the passages and nothing of its own. In English around them where no Japanese was written."""
    japanese = bool(_JAPANESE.search(asked)) or not asked.strip()
    lines = [_opening(found, japanese)]
    for number, hit in enumerate(found.hits[:QUOTED], 1):
        quoted = "\n".join(f"> {line.strip()}" for line in hit.passage.text.splitlines() if line.strip())
        lines.append(f"[{number}] {heading(hit)}\n{quoted}")
    if found.left_out:
        lines.append(
            f"ほかに、見直しの期限を過ぎているため示していない文書の記載が{found.left_out}件あります。所管の課に確かめてください。"
            if japanese
            else f"{found.left_out} more passage(s) stand in documents past their review date and are not shown. Ask the department."
        )
    if found.hits:
        lines.append(
            "承認された文書から、言葉の近い箇所をそのまま引用しました。要約や推測はしていません。当てはまるかどうかは、文書で確かめてください。"
            if japanese
            else "These are quotations of approved documents whose words are nearest; nothing was summarised or guessed. Check them in the documents."
        )
    return "\n\n".join(lines)


def _opening(found: Found, japanese: bool) -> str:
    if not found.ready:
        return (
            "参考文書がまだ登録されていません。情報政策の担当課に確かめてください。"
            if japanese
            else "No reference documents have been registered yet."
        )
    if not found.hits:
        return (
            "お尋ねのことに当てはまる記載は、使える文書の中に見つかりませんでした。別の言い方で尋ねるか、担当の課に確かめてください。"
            if japanese
            else "Nothing in the documents fits the question. Ask in other words, or ask the department in charge."
        )
    if found.hits[0].covers < FITS:
        return (
            "ぴったり当てはまる記載は見つかりませんでした。言葉の近い記載は次のとおりです。"
            if japanese
            else "Nothing fits exactly. These are the passages whose words are nearest."
        )
    return (
        "次の文書に記載があります。"
        if japanese
        else "The documents say the following (they are in Japanese)."
    )
