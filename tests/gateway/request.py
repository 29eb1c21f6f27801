"""What becomes of a request's texts, without a service: read, inspected, judged, hidden."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from kijun.gateway import seams, verdicts
from kijun.gateway.dialects.base import Dialect
from kijun.gateway.documents import add_files, read_files
from kijun.gateway.inspecting import standard
from kijun.gateway.pieces import Texts
from kijun.gateway.snapshot import Action, Handling
from kijun.inspection import Placeholders

#: Nothing of this may be told to anybody.
PERSON = "氏名：山田太郎 電話 090-1234-5678"
NUMBER = 123456789018
PHONE = "090-1234-5678"


@dataclass
class Outcome:
    """``sent`` is the body as a service would get it, ``places`` where something was found."""

    action: Action
    sent: Any
    places: list[str]
    texts: Texts

    @property
    def keeps(self) -> bool:
        """Whether the values above stay here: blocked, or hidden in what is sent."""
        said = json.dumps(self.sent, ensure_ascii=False, default=str)
        leaks = "山田" in said or "1234-5678" in said or str(NUMBER) in said
        return self.action in (Action.BLOCK, Action.CONFIRM) or not leaks


def outcome(dialect: Dialect, body: dict[str, Any], **groups: str) -> Outcome:
    """Of a request under a purpose that lets pass what cannot be inspected."""
    dialect.check(body)
    texts = dialect.texts(body)
    add_files(texts, read_files(texts))
    reader = standard()

    async def look() -> Any:
        alone = await reader.inspect_all([one.text for one in texts.pieces])
        return await seams.look(reader, texts, alone)

    judgement = verdicts.judge(texts.pieces, asyncio.run(look()), Handling(groups=groups))
    places = [one.piece.place for one in judgement.found]
    judgement.hide(texts.pieces, Placeholders(), for_record=False)
    return Outcome(judgement.strictest, body, places, texts)
