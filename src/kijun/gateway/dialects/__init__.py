"""What the endpoints of the API look like: where their texts stand, in requests, in answers and in streams."""

from __future__ import annotations

from typing import Final

from kijun.gateway.dialects.audio import Transcriptions
from kijun.gateway.dialects.base import Dialect
from kijun.gateway.dialects.chat import Chat
from kijun.gateway.dialects.completions import Completions
from kijun.gateway.dialects.embeddings import Embeddings
from kijun.gateway.dialects.responses import Responses

_ALL: Final[tuple[Dialect, ...]] = (Chat(), Responses(), Completions(), Embeddings(), Transcriptions())
#: By the end of their address.
DIALECTS: Final = {one.path: one for one in _ALL}

__all__ = ["DIALECTS", "Dialect"]
