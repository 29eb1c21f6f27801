"""The embedded upstream ``sample``: answers offline and always in the same words, so that the first try works with no account anywhere.

It is no language model, and says that it only picks sentences out. It reads the conversation, quotes its main sentences and lists what was asked, so that
one sees what the service was sent: values that were masked stand in it as placeholders, and come back restored. What it says of itself is worded so that
inspection finds nothing in it: an AI that speaks of itself writes much like somebody who instructs one.
"""

from __future__ import annotations

import base64
import io
import math
import re
import struct
import wave
from hashlib import blake2b
from typing import Any, Final

from kijun.gateway import local, multipart, sample_forms
from kijun.gateway.jsons import NotJson, parse
from kijun.gateway.local import LocalAnswer, as_json, refused

_SENTENCE: Final = re.compile(r"[^。！？!?\n]+?(?:[。！？!?]+|\.(?=\s)|(?=\n)|\Z)")
_ASKS: Final = re.compile(
    r"(?:ください|下さい|ますか|ですか|でしょうか|教えて|お願い|[？?])|\b(?:please|what|how|why|who|when|where|can you)\b",
    re.I,
)
_PLACEHOLDER: Final = re.compile(r"⟦[^⟦⟧]{1,40}⟧")
_JAPANESE: Final = re.compile(r"[ぁ-んァ-ヶ一-龠]")
_MOST: Final = 20_000  # characters that are read
_QUOTED: Final = 90  # characters of one quotation
_DIMENSIONS: Final = 256
_CHOICES: Final = 8


def answer(path: str, body: bytes, content_type: str, *, streams: bool) -> LocalAnswer:
    """The answer to a request of any endpoint."""
    try:
        if path == "audio/transcriptions":
            return _transcription(multipart.parse(body, content_type))
        request = parse(body)
        if path == "embeddings":
            return as_json(embeddings(request))
        text = reply(turns(path, request))
        if (form := sample_forms.wanted(path, request)) is not None:
            text = sample_forms.filled(form, text)
        return local.said(
            path, str(request.get("model")), text, body, streams=streams, choices=_choices(request.get("n"))
        )
    except (NotJson, multipart.BadForm, KeyError, TypeError, AttributeError):
        return refused(
            400, "見本のAIが読めない要求です。 / The sample cannot read this request.", "invalid_request"
        )


def _choices(wanted: Any) -> int:
    """How many answers are asked for with ``n``, up to a bound."""
    return max(1, min(wanted, _CHOICES)) if type(wanted) is int else 1


def reply(turns: list[tuple[str, str]]) -> str:
    """What the sample says to a conversation, given as (role, text). Japanese, or English where no Japanese was written."""
    asked = next((text for role, text in reversed(turns) if role == "user"), turns[-1][1] if turns else "")
    material = "\n".join(text for role, text in turns if role in ("user", "tool"))[-_MOST:]
    japanese = bool(_JAPANESE.search(_PLACEHOLDER.sub("", asked)) or (not asked.strip()))
    sentences = [one.strip() for one in _SENTENCE.findall(asked[:_MOST]) if one.strip()]
    wishes = [one for one in sentences if _ASKS.search(one)][:3]
    points = _main([one for one in sentences if one not in wishes], 3)
    names = list(dict.fromkeys(_PLACEHOLDER.findall(material)))[:8]
    if japanese:
        lines = ["（見本のAIです。お試し用です。届いた文の主な所を抜き出しました。）"]
        lines += ["ご依頼の内容：", *(f"・{_short(one)}" for one in wishes)] if wishes else []
        lines += ["要点：", *(f"・{_short(one)}" for one in points)] if points else []
        lines += [f"文中に出てくる方や番号：{'、'.join(names)}"] if names else []
        lines.append("以上の内容で承りました。" if sentences else "ご用件を入力してください。")
    else:
        lines = ["(This is the sample AI, for a first try. It lists the main sentences of a text.)"]
        lines += ["You asked:", *(f"- {_short(one)}" for one in wishes)] if wishes else []
        lines += ["Main points:", *(f"- {_short(one)}" for one in points)] if points else []
        lines += [f"Mentioned: {', '.join(names)}"] if names else []
        lines.append("That is what I understood.")
    return "\n".join(lines)


def _main(sentences: list[str], most: int) -> list[str]:
    """The sentences that share most bigrams with all others, in the order of the text."""
    counts: dict[str, int] = {}
    for one in sentences:
        for pair in {one[at : at + 2] for at in range(len(one) - 1)}:
            counts[pair] = counts.get(pair, 0) + 1

    def weight(at: int) -> float:
        one = sentences[at]
        pairs = {one[place : place + 2] for place in range(len(one) - 1)}
        return sum(counts[pair] for pair in pairs) / math.sqrt(len(pairs) + 4) + 3 * len(
            _PLACEHOLDER.findall(one)
        )

    best = sorted(range(len(sentences[:400])), key=weight, reverse=True)[:most]
    return [sentences[at] for at in sorted(best)]


def _short(text: str) -> str:
    """A quotation that cuts no placeholder."""
    if len(text) <= _QUOTED:
        return text
    cut = _QUOTED
    for found in _PLACEHOLDER.finditer(text):
        if found.start() < cut < found.end():
            cut = found.start()
    return text[:cut] + "…"


def turns(path: str, request: dict[str, Any]) -> list[tuple[str, str]]:
    if path == "chat/completions":
        return [(str(one.get("role")), _said(one.get("content"))) for one in request["messages"]]
    if path == "completions":
        return [("user", _said(request["prompt"]))]
    given = request.get("input", "")
    if isinstance(given, str):
        return [("user", given)]
    return [
        (str(one.get("role") or "tool"), _said(one.get("content", one.get("output", "")))) for one in given
    ]


def _said(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(
        one if isinstance(one, str) else str(one.get("text", ""))
        for one in parts
        if isinstance(one, str) or (isinstance(one, dict) and isinstance(one.get("text"), str))
    )


def embeddings(request: dict[str, Any]) -> dict[str, Any]:
    """Vectors of hashed bigrams of characters, of length 1: texts that share words lie near each other."""
    given = request["input"]
    texts = [given] if isinstance(given, str) else given
    if not all(isinstance(one, str) for one in texts):
        raise TypeError("tokens")
    size = request.get("dimensions") or _DIMENSIONS
    if not isinstance(size, int) or not 1 <= size <= 4096:
        raise TypeError("dimensions")
    as_base64 = request.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": at, "embedding": _encoded(vector(text, size), as_base64)}
        for at, text in enumerate(texts)
    ]
    tokens = sum(map(len, texts)) or 1
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": request.get("model"), "usage": usage}


def vector(text: str, size: int) -> list[float]:
    """The vector of a text. Each bigram adds 1 or -1 at a place that its hash gives (Weinberger et al., 2009)."""
    found = [0.0] * size
    text = f" {text} "
    for at in range(len(text) - 1):
        digest = blake2b(text[at : at + 2].encode("utf-8", "replace"), digest_size=8).digest()
        number = int.from_bytes(digest, "little")
        found[(number >> 1) % size] += 1.0 if number & 1 else -1.0
    length = math.sqrt(sum(one * one for one in found))
    if not length:
        return [1.0] + [0.0] * (size - 1)
    return [one / length for one in found]


def _encoded(numbers: list[float], as_base64: bool) -> Any:
    if not as_base64:
        return numbers
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def _transcription(form: dict[str, Any]) -> LocalAnswer:
    """The sample has no ears: it tells how long a WAV file is, and refuses others."""
    upload = form.get("file")
    try:
        if not isinstance(upload, multipart.Upload):
            raise ValueError
        with wave.open(io.BytesIO(upload.data)) as sound:
            seconds = sound.getnframes() / max(1, sound.getframerate())
    except (wave.Error, EOFError, ValueError):
        return refused(
            501,
            "見本のAIは音声を文字にできません。音声認識のサービスを登録してください。 / "
            "The sample cannot transcribe speech; register a service that can.",
            "not_supported",
        )
    said = f"（見本のAIは音声を文字にできません。受け取った音声は {seconds:.1f} 秒です。）"
    if form.get("response_format") in ("text", "srt", "vtt"):
        return LocalAnswer(200, "text/plain", iter([said.encode()]))
    told: dict[str, Any] = {"text": said, "usage": {"type": "duration", "seconds": math.ceil(seconds)}}
    if form.get("response_format") == "verbose_json":
        told |= sample_forms.verbose(said, seconds)
    return as_json(told)
