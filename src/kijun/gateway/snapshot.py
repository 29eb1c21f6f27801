"""The policy snapshot: everything the gateway needs to know, published by the control plane, never changed.

The control plane writes ``gateway/policy.json`` in the data folder, whole and at once (`write`); each gateway process looks every
fraction of a second whether another one lies there (`read`). Keys stand in it only as SHA-256; what the gateway must send to an
upstream is sealed (`kijun.gateway.sealing`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import orjson

FORMAT: Final = 1
"""Raised when a gateway of before could not read what is written now."""
PLACE: Final = Path("gateway") / "policy.json"


class UnreadableSnapshot(ValueError):
    """The file is no snapshot that this gateway understands."""


class Action(StrEnum):
    """What happens to a finding. In answers ``confirm`` acts as ``mask``: nobody can confirm a stream."""

    ALLOW = "allow"
    MASK = "mask"
    CONFIRM = "confirm"
    BLOCK = "block"


class Group(StrEnum):
    """Kinds of findings that a purpose treats alike. Which types belong to which: `kijun.gateway.handling`."""

    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    NUMBERS = "numbers"  # numbers the law guards or that open accounts: MY_NUMBER, cards, bank accounts …
    SECRETS = "secrets"
    CONFIDENTIAL = "confidential"
    FORBIDDEN = "forbidden"  # words that the municipality forbids
    ATTACK = "attack"
    EXPRESSION = "expression"


@dataclass(frozen=True, slots=True)
class Handling:
    """One direction of a purpose: an action for each group (a key of `Group`), and for single types that differ."""

    groups: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Upstream:
    """A service that answers. ``kind``: ``openai`` (anything that speaks that API), ``azure`` (its paths and ``api_version``), ``sample``,
    ``reference`` (quotes the municipality's reference documents).

    ``key`` and the values of ``headers`` are sealed. Times are in seconds. ``training_opt_out``: it is on record that the service does not
    train on what is sent; without it nothing personal is sent there (P5.1.2). ``ca`` is PEM text.
    """

    id: str
    name: str
    kind: str = "openai"
    base_url: str = ""
    api_version: str = ""
    key: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    proxy: str = ""
    ca: str = ""
    connect_timeout: float = 5.0
    first_byte_timeout: float = 120.0
    idle_timeout: float = 60.0
    total_timeout: float = 600.0
    retries: int = 1
    breaker_failures: int = 5
    breaker_seconds: float = 30.0
    training_opt_out: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a model: lower ``order`` first; among equals by ``weight``. ``model`` is its name there, or the deployment's on Azure."""

    upstream: str
    model: str
    order: int = 0
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Model:
    """A model as clients name it, of one AI system of one municipality."""

    name: str
    municipality: str
    system: str
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a call may be for. ``retention`` is a retention class of the ledger.

    ``networks`` are CIDR ranges that calls may come from (empty: any). ``hours`` are (weekday 0–6 from Monday, from minute, to minute)
    in Japan's time, when it may be used (empty: always); ``to`` 1440 is midnight. ``uninspected`` lets pass what cannot be inspected.
    ``collections`` are those of reference documents that it may read (empty: all that are open), ``reference`` puts their passages before
    questions to models, ``overdue`` gives documents past their review date, marked; else they are left out.
    ``data_classes`` of ``public, internal, confidential, personal, sensitive`` are told to people and bound the handling.
    """

    id: str
    municipality: str
    name: str
    name_en: str = ""
    description: str = ""
    legal_basis: str = ""
    owner: str = ""
    data_classes: tuple[str, ...] = ()
    input: Handling = field(default_factory=Handling)
    output: Handling = field(default_factory=Handling)
    retention: str = "y1"
    networks: tuple[str, ...] = ()
    hours: tuple[tuple[int, int, int], ...] = ()
    uninspected: bool = False
    review: str = "normal"
    collections: tuple[str, ...] = ()
    reference: bool = False
    overdue: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may use which system for which purpose. One of ``person`` and ``application`` is filled.

    ``keys`` are SHA-256 (hex) of the keys that work, the newest first; after a rotation the old one until ``old_until``.
    Times are milliseconds since 1970; None never ends. ``requests`` and ``tokens`` are a month's, ``per_minute`` a rate; None is
    unlimited. A grant without keys is used by assertions of the web process alone.
    """

    id: str
    municipality: str
    system: str
    purpose: str
    name: str = ""
    person: str = ""
    application: str = ""
    department: str = ""
    keys: tuple[str, ...] = ()
    old_until: int | None = None
    starts: int | None = None
    expires: int | None = None
    requests: int | None = None
    tokens: int | None = None
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop switch. ``scope``: ``everything`` (of a municipality; ``municipality`` empty: of all), ``system``, ``purpose``, ``person``.

    It was on from ``since`` (ms; 0: ever since) until just before ``until``; None: it is on.
    """

    scope: str
    municipality: str = ""
    id: str = ""
    reason: str = ""
    reason_en: str = ""
    since: int = 0
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Inspecting:
    """A municipality's own inspection: a policy as `kijun.inspection.Policy.read` reads it; empty: the default."""

    municipality: str
    policy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of it. ``version`` grows by one with each publication.

    ``stops`` are on. ``lifted`` were on within the last year: what was done under them may be reported later. ``people``: municipality →
    staff number → id in the ledger, also of those who have left, for a report may tell of before.
    """

    version: int
    published_at: int
    upstreams: tuple[Upstream, ...] = ()
    models: tuple[Model, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    grants: tuple[Grant, ...] = ()
    stops: tuple[Stop, ...] = ()
    lifted: tuple[Stop, ...] = ()
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    inspecting: tuple[Inspecting, ...] = ()
    contact: Mapping[str, str] = field(default_factory=dict)
    """Municipality → whom to ask, as it stands in answers that refuse."""


def dump(snapshot: Snapshot) -> bytes:
    """The snapshot as JSON."""
    return orjson.dumps({"format": FORMAT, **asdict(snapshot)}, option=orjson.OPT_INDENT_2)


def load(data: bytes) -> Snapshot:
    """Read a snapshot; raises `UnreadableSnapshot` for anything that is none. Unknown fields are refused, not guessed."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise UnreadableSnapshot(f"no JSON: {error}") from error
    if not isinstance(found, dict) or found.pop("format", None) != FORMAT:
        raise UnreadableSnapshot(f"no policy snapshot of format {FORMAT}")
    made = _read(Snapshot, found, "snapshot")
    assert isinstance(made, Snapshot)
    return made


def write(folder: Path, snapshot: Snapshot) -> Path:
    """Put the snapshot into the data folder, durably and at once: a reader sees the old or the new one, never half."""
    path = folder / PLACE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(dump(snapshot))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    held = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
    return path


def read(folder: Path) -> Snapshot:
    """The snapshot in the data folder; raises `FileNotFoundError` and `UnreadableSnapshot`."""
    return load((folder / PLACE).read_bytes())


def _read(wanted: Any, found: Any, where: str) -> Any:
    """A value of the wanted type, read from JSON."""
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, UnionType):
        return None if found is None else _read(inner[0], found, where)
    if origin is tuple:
        if not isinstance(found, list):
            raise UnreadableSnapshot(f"{where}: a list is wanted")
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_read(inner[0], one, f"{where}[{at}]") for at, one in enumerate(found))
        if len(inner) != len(found):
            raise UnreadableSnapshot(f"{where}: {len(inner)} values are wanted")
        return tuple(_read(kind, one, where) for kind, one in zip(inner, found, strict=True))
    if hasattr(wanted, "__dataclass_fields__"):
        return _read_class(wanted, found, where)
    if origin is not None:  # Mapping
        if not isinstance(found, dict):
            raise UnreadableSnapshot(f"{where}: an object is wanted")
        return found
    fits = isinstance(found, (int, float)) if wanted is float else isinstance(found, wanted)
    if not fits or (wanted is int and isinstance(found, bool)):
        raise UnreadableSnapshot(f"{where}: {wanted.__name__} is wanted")
    return found


def _read_class(wanted: Any, found: Any, where: str) -> Any:
    if not isinstance(found, dict):
        raise UnreadableSnapshot(f"{where}: an object is wanted")
    names = {one.name for one in fields(wanted)}
    if strange := set(found) - names:
        raise UnreadableSnapshot(f"{where}: unknown {', '.join(sorted(strange))}")
    hints = get_type_hints(wanted)
    try:
        return wanted(**{name: _read(hints[name], one, f"{where}.{name}") for name, one in found.items()})
    except TypeError as error:
        raise UnreadableSnapshot(f"{where}: {error}") from error
