"""The journal's list of segments: what each line tells, twice, and whether both say the same."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import orjson

from kijun.ledger.database import Link
from kijun.ledger.segments.segment import Segment, SegmentFault, checked_name, partition_of

_COLUMNS: Final = ("municipality", "month", "retention", "content_key", "first_seq", "last_seq")
_TEXTS: Final = frozenset(one.name for one in fields(Segment) if one.type == "str")
_LARGEST: Final = 1 << 63
_ROOM: Final = 1 << 26  # bytes of a file of which nothing is known; no segment has as many


@dataclass(frozen=True, slots=True)
class Line:
    """A segment in the journal's list. ``columns`` say once more what the list can be asked by."""

    name: str
    told: Any
    columns: tuple[Any, ...]

    def read(self) -> Segment:
        """The segment; raises `SegmentFault` where the line was changed."""
        segment = self.parse()
        if differs := self.differences(segment):
            raise SegmentFault(self.name, f"{CHANGED} ({', '.join(differs)})")
        return segment

    def parse(self) -> Segment:
        """What the line tells, whether or not its columns say the same; raises `SegmentFault` where no segment can be that."""
        try:
            values = orjson.loads(self.told)
            segment = Segment(**values)
            for name, value in values.items():
                if not (isinstance(value, str) if name in _TEXTS else _is_number(value)):
                    raise TypeError(name)
            partition_of(segment.municipality, segment.month, segment.retention)
            checked_name(segment.name)
        except (ValueError, TypeError) as error:
            raise SegmentFault(self.name, CHANGED) from error
        return segment

    def differences(self, segment: Segment) -> list[str]:
        """What the line tells otherwise than its columns; where the files lie follows from them."""
        wanted = {"name": self.name, **dict(zip(_COLUMNS, self.columns, strict=True))}
        differs = [name for name, value in wanted.items() if getattr(segment, name) != value]
        places = [partition_of(segment.municipality, segment.month, segment.retention), self._partition()]
        for name, ending in (("path", "parquet"), ("index_path", "index")):
            if getattr(segment, name) not in [f"{place}/{self.name}.{ending}" for place in places]:
                differs.append(name)
        return differs

    def guess(self) -> Segment | None:
        """Where the line tells nothing: the segment that its columns speak of, with no digests; None where they cannot be believed either."""
        place, numbers = self._partition(), self.columns[3:]
        if not place or not all(map(_is_number, numbers)):
            return None
        names: dict[str, Any] = dict(zip(_COLUMNS, self.columns, strict=True))
        path, index_path = (f"{place}/{self.name}.{ending}" for ending in ("parquet", "index"))
        return Segment(
            name=self.name,
            path=path,
            index_path=index_path,
            bytes_data=_ROOM,
            sha256_data="",
            sha256_index="",
            **names,
            rows=0,
            bytes_index=0,
            min_at=0,
            max_at=0,
        )

    def _partition(self) -> str:
        """Where the files lie by the columns; empty where they could lie nowhere."""
        try:
            checked_name(self.name)
            return partition_of(*self.columns[:3])
        except (ValueError, TypeError):
            return ""


CHANGED: Final = "its line in the journal's list was changed"


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value < _LARGEST


def lines(link: Link) -> list[Line]:
    """The list of segments as it stands."""
    names = ", ".join(("name", "told", *_COLUMNS))
    return [
        Line(str(name), told, tuple(columns))
        for name, told, *columns in link.execute(f"SELECT {names} FROM segments ORDER BY name")  # noqa: S608 - names of ours
    ]
