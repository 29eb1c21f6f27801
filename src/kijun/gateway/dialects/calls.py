"""Calls of tools in a stream of chat. Arguments are held until they are whole: only then can values be put back so that they stay JSON,
and no client acts on half of them. So is the rest of a name that turns out to be none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kijun.gateway.dialects.beside import Beside
from kijun.gateway.guard import Guard
from kijun.gateway.names import is_plain
from kijun.gateway.others import word
from kijun.gateway.pieces import Source, as_text, json_or_plain
from kijun.gateway.streams import Garbage
from kijun.gateway.tellings import Heard, Telling


class _Call:
    """A call in the making. ``name`` has gone on, ``rest`` of the name is held."""

    def __init__(self, part: str, key: str) -> None:
        self.part, self.key = part, key
        self.name, self.rest, self.id = "", "", ""
        self.said: list[str] = []


class Calls:
    """The calls of all choices of one answer. ``called`` and ``kept`` are for the record."""

    def __init__(self, guard: Guard, beside: Beside) -> None:
        self._guard, self._beside = guard, beside
        self._calls: dict[tuple[int, int], _Call] = {}
        #: (choice, number that came) → number that goes on
        self._places: dict[tuple[int, int | None], int] = {}
        self.called: list[dict[str, Any]] = []
        self.kept: list[dict[str, str]] = []

    def take(self, number: int, held: dict[str, Any]) -> bool:
        """Take arguments out of a delta into the call they belong to; whether something is left to be sent. Raises `Blocked` and `Garbage`."""
        calls = held.get("tool_calls") or []
        if not isinstance(calls, list):
            raise Garbage("tool calls are no list")
        worth = False
        for call in calls:
            if not isinstance(call, dict):
                raise Garbage("a tool call is no object")
            call["index"] = self._place(number, call)
            worth = self._take(number, call["index"], call) or worth
        if not worth:
            held.pop("tool_calls", None)
        if isinstance(held.get("function_call"), dict):
            legacy = {"function": held["function_call"]}
            if self._take(number, -1, legacy):
                worth = True
            else:
                held.pop("function_call")
        return worth

    def _place(self, number: int, call: dict[str, Any]) -> int:
        """The number of a call among its choice's. Some services number none, or all of them 0; another id is another call."""
        given, id = call.get("index"), call.get("id")
        if given is not None and not isinstance(given, int):
            raise Garbage("a tool call without a number")
        mine = {at: one for (choice, at), one in self._calls.items() if choice == number and at >= 0}
        at = self._places.get((number, given))
        if at is None:
            at = given if given is not None and given not in mine else max(mine, default=-1) + 1
        elif id and mine[at].id and mine[at].id != id:
            known = [place for place, one in mine.items() if one.id == id]
            at = known[0] if known else max(mine) + 1
        self._places[number, given] = at
        return at

    def _take(self, number: int, at: int, call: dict[str, Any]) -> bool:
        part, key = ("custom", "input") if isinstance(call.get("custom"), dict) else ("function", "arguments")
        kept = self._calls.setdefault((number, at), _Call(part, key))
        said, id = call.get(part), call.get("id")
        if kept.id and id == kept.id:  # told again: clients would write it twice
            for holder, name in ((call, "id"), (call, "type"), (said, "name")):
                if isinstance(holder, dict):
                    holder.pop(name, None)
        worth = bool(call.get("id"))
        kept.id = kept.id or str(id or "")
        place = f"choices[{number}].message.tool_calls[{at}]."
        read = ("index", part) if isinstance(said, dict) else ("index",)
        worth = self._beside.read(call, read, place) or worth
        if isinstance(said, dict):
            as_text(said, key)
            texts = [name for name in ("name", key) if isinstance(said.get(name), str)]
            self._beside.read(said, texts, f"{place}{part}.")
            worth = self._name(kept, said) or worth
            if key in texts:
                kept.said.append(said[key])
                said[key] = ""
        return worth

    @staticmethod
    def _name(kept: _Call, said: dict[str, Any]) -> bool:
        """Take a name, or what comes of it; whether it goes on."""
        name = said.get("name")
        if not isinstance(name, str) or not name:
            return False
        if kept.rest or not is_plain(name):
            kept.rest += name
            del said["name"]
            return False
        kept.name += name
        return True

    def close(self, number: int) -> Iterator[dict[str, Any]]:
        """What the calls of a choice still hold, as deltas. Raises `Blocked`."""
        for at in sorted(at for choice, at in self._calls if choice == number):
            call = self._calls.pop((number, at))
            where = f"choices[{number}].message.tool_calls[{at}].{call.part}."
            self.called.append({"name": word((call.name + call.rest)[:200]), "id": word(call.id[:100])})
            said = {**self._rest_of_name(call, where), **self._whole(call, where)}
            if said:
                delta = {call.part: said}
                yield {"function_call": said} if at < 0 else {"tool_calls": [{"index": at, **delta}]}

    def _rest_of_name(self, call: _Call, where: str) -> dict[str, str]:
        if not call.rest:
            return {}
        if is_plain(call.name + call.rest):
            return {"name": call.rest}
        parts = [call.name, call.rest]
        shown, kept = self._guard.whole_now(Telling([(parts, 0), (parts, 1)], f"{where}name", Heard()))
        self.kept.append({"where": f"{where}name", "text": "".join(kept)})
        return {"name": shown[1]}

    def _whole(self, call: _Call, where: str) -> dict[str, str]:
        holder = {call.key: "".join(call.said)}
        if not holder[call.key]:
            return {}
        shown, kept = self._guard.whole_now(
            json_or_plain(holder, call.key, f"{where}{call.key}", Source.ASSISTANT)
        )
        self.kept.append({"where": f"{where}{call.key}", "text": kept})
        return {call.key: shown}
