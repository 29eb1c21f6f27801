"""Where a question was sent, and how each try ended: the services that had its text, answered or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.interactions.names import Names
from kijun.governance.interactions.searching import Interaction

HOW: Final[Mapping[str, StrOrPromise]] = {
    "answered": _("答えた"),
    "refused": _("断った"),
    "unreachable": _("つながらなかった"),
    "timeout": _("時間内に答えなかった"),
    "cut": _("途中で切れた"),
    "garbage": _("読み取れない答えだった"),
    "too_large": _("答えが大きすぎた"),
    "error": _("途中でエラーを返した"),
    "left": _("利用者が接続を切った"),
    "stopped": _("停止により打ち切った"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One try. ``upstream`` is the service's id, ``how`` a key of `HOW`, ``status`` of HTTP or 0, ``error`` the fault's name for technicians."""

    upstream: str
    how: str
    status: int
    error: str

    @property
    def words(self) -> str:
        """How it ended, for people."""
        said = str(HOW.get(self.how, self.how))
        return (
            gettext("%(how)s（%(status)s）") % {"how": said, "status": self.status}
            if self.how == "refused"
            else said
        )


def sent(one: Interaction) -> list[Sent]:
    """The tries in their order; none where nothing was sent, or the record does not tell."""
    content = (one.answer.content if one.answer is not None else None) or {}
    tries = content.get("attempts")
    return [_read(each) for each in tries if isinstance(each, Mapping)] if isinstance(tries, list) else []


def upstreams(some: Iterable[Interaction]) -> set[str]:
    """The ids of all services that some interactions were sent to."""
    return {each.upstream for one in some for each in sent(one)} - {""}


def told(one: Interaction, names: Names) -> list[str]:
    """Each service with how it ended: ``庁内LLM：断った（500）``."""
    return [
        gettext("%(service)s：%(how)s") % {"service": names.of("upstream", each.upstream), "how": each.words}
        for each in sent(one)
    ]


def _read(said: Mapping[str, Any]) -> Sent:
    status, error = said.get("status"), str(said.get("error") or "")
    code = status if isinstance(status, int) else 0
    return Sent(str(said.get("upstream", "")), str(said.get("how") or _guessed(code, error)), code, error)


def _guessed(status: int, error: str) -> str:
    """How a try ended whose record is older than that it says so."""
    if status:
        return "answered" if status < 300 else "refused"
    return "timeout" if error == "FirstByteLate" else "unreachable" if error else "left"
