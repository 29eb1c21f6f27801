"""Bodies that are on their way: each in its time, and those of one grant never in the places of everybody."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from kijun.gateway.errors import overloaded, too_slow

_WAIT: Final = 120.0  # seconds in which a request's body has to be there
_SHARE: Final = 4  # a part of all requests at the same time, so many of one grant may still be coming


class Arriving:
    """``most``: requests at the same time, of everybody. A body takes milliseconds to come, unless its client holds it back."""

    def __init__(self, most: int) -> None:
        self._most = max(1, most // _SHARE)
        self._of: Counter[str] = Counter()

    @asynccontextmanager
    async def body_of(self, grant: str) -> AsyncIterator[None]:
        """While the body of a request under this grant is read; raises 408 and 429 `Refusal`."""
        if self._of[grant] >= self._most:
            raise overloaded()
        self._of[grant] += 1
        try:
            async with asyncio.timeout(_WAIT):
                yield
        except TimeoutError:
            raise too_slow() from None
        finally:
            self._of[grant] -= 1
            if not self._of[grant]:
                del self._of[grant]
