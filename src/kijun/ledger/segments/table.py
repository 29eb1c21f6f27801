"""The same files as an Apache Iceberg table, so that Spark, Trino, ClickHouse or Athena can count them where they lie.

The ledger itself never reads through it: the journal's list of segments is what counts, and `Table.sync` makes the table equal to
it, whatever a crash left between. pyiceberg takes two seconds and 117 MB to import, hence only here and only when used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from kijun.ledger.segments.segment import NUMBERS, SEALED, STORED, Segment
from kijun.ledger.segments.store import Store, segment_of, store_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.manifest import DataFile
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table as IcebergTable
    from pyiceberg.table import Transaction

_NAMESPACE: Final = "kijun"
_NAME: Final = (_NAMESPACE, "entries")
_PARTITION: Final = ("municipality", "month", "retention")
_OPTIONAL: Final = frozenset({"masked_key", "masked"})
_SNAPSHOTS: Final = 20  # what an engine that began to read a while ago may still need
_PROPERTIES: Final = {
    "format-version": "2",
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "20",
    "write.metadata.previous-versions-max": str(_SNAPSHOTS),
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.metrics.default": "full",
    **{f"write.metadata.metrics.column.{name}": "none" for name in SEALED},
}


def _schema() -> Schema:
    from pyiceberg.schema import Schema
    from pyiceberg.types import BinaryType, IcebergType, LongType, NestedField, StringType

    def kind(name: str) -> IcebergType:
        if name in SEALED:
            return BinaryType()
        return LongType() if name in NUMBERS or name in ("seq", "content_key", "masked_key") else StringType()

    return Schema(
        *(
            NestedField(place + 1, name, kind(name), required=name not in _OPTIONAL)
            for place, name in enumerate(STORED)
        )
    )


def _properties(store: Store) -> dict[str, str]:
    """How pyiceberg gets at the files; none of it is written into the table."""
    from kijun.ledger.segments.s3 import S3

    told = {"py-io-impl": "kijun.ledger.segments.durable_io.DurableFileIO"}
    if isinstance(store, S3):
        told["kijun.bucket"] = orjson.dumps(asdict(store.bucket)).decode()
    return told


def _url(folder: Path, given: str | None) -> str:
    if given is None:
        return f"sqlite:///{folder.absolute()}/catalog.sqlite3"
    scheme, colon, rest = given.partition("://")
    if scheme in ("postgres", "postgresql"):  # SQLAlchemy would look for psycopg2
        return f"postgresql+psycopg{colon}{rest}"
    return given


class Table:
    """The Iceberg table ``kijun.entries`` over a ledger's files. One process writes it, the one that seals; `close` it after.

    ``catalog`` is the URL of a SQL catalogue (``postgresql://…``); without it, ``catalog.sqlite3`` in the ledger's folder. A table whose metadata
    cannot be read, or which was made where the files lay before, is made anew and empty: `sync` it. What takes files away needs a store that was claimed.
    All raise `StoreFault` where the store does not serve.
    """

    def __init__(self, where: Path | Store, catalog: str | None = None) -> None:
        from pyiceberg.catalog.sql import SqlCatalog

        self._store = store_of(where)
        folder = self._store.folder.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        self._home = self._store.location
        self._catalog: SqlCatalog = SqlCatalog(
            "kijun", uri=_url(folder, catalog), warehouse=self._home, **_properties(self._store)
        )
        try:
            with self._speaking():
                self._table = self._opened()
        except BaseException:
            self._catalog.close()
            raise

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if (fault := self._store.fault_of(error)) is not None:
                raise fault from None
            raise

    def close(self) -> None:
        """Closes the catalogue's connections."""
        self._catalog.close()

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self) -> IcebergTable:
        from pyiceberg.exceptions import NoSuchTableError, ValidationError
        from pyiceberg.partitioning import PartitionField, PartitionSpec
        from pyiceberg.transforms import IdentityTransform

        self._catalog.create_namespace_if_not_exists(_NAMESPACE)
        try:
            table = self._catalog.load_table(_NAME)
            if table.location() == self._home:
                snapshot = table.current_snapshot()
                for manifest in snapshot.manifests(table.io) if snapshot else ():
                    manifest.fetch_manifest_entry(table.io)
                return table
            self._catalog.drop_table(_NAME)
        except NoSuchTableError:
            pass
        except (OSError, EOFError, ValueError, ValidationError) as error:  # its metadata is gone or torn
            if isinstance(error, OSError) and self._store.fault_of(error) is not None:
                raise
            self._catalog.drop_table(_NAME)
        fields = [
            PartitionField(STORED.index(name) + 1, 1000 + place, IdentityTransform(), name)
            for place, name in enumerate(_PARTITION)
        ]
        return self._catalog.create_table(
            _NAME,
            _schema(),
            location=self._home,
            partition_spec=PartitionSpec(*fields),
            properties=_PROPERTIES,
        )

    def _location(self, segment: Segment) -> str:
        return f"{self._home}/{segment.path}"

    def _data_files(self) -> dict[str, DataFile]:
        snapshot = self._table.current_snapshot()
        if snapshot is None:
            return {}
        return {
            entry.data_file.file_path: entry.data_file
            for manifest in snapshot.manifests(self._table.io)
            for entry in manifest.fetch_manifest_entry(self._table.io)
        }

    def files(self) -> list[str]:
        """Locations (``file:///…``, ``s3://…``) of the data files in the current snapshot, sorted."""
        return sorted(self._data_files())

    def scan(self) -> pa.Table:
        """All rows, read as any Iceberg engine would."""
        return self._table.refresh().scan().to_arrow()

    def add_files(self, segments: Iterable[Segment]) -> int:
        """Adds what is not there already and gives how many; one that was written anew since it was added is taken anew."""
        with self._speaking():
            return self._add_files({self._location(segment): segment for segment in segments})

    def _add_files(self, wanted: Mapping[str, Segment]) -> int:
        self._table.refresh()
        there = self._data_files()
        missing, stale = [], []
        for location, segment in wanted.items():
            known = there.get(location)
            if known is None:
                missing.append(location)
            elif (known.record_count, known.file_size_in_bytes) != (segment.rows, segment.bytes_data):
                stale.append(known)
                missing.append(location)
        if missing:
            with self._table.transaction() as transaction:
                self._delete(transaction, stale)
                transaction.add_files(missing, check_duplicate_files=False)
            self._tidy(_SNAPSHOTS)
        return len(missing)

    def remove_files(self, names: Iterable[str]) -> int:
        """Takes segments out of the table, by name, and gives how many; no snapshot that is left knows of them.

        The files themselves stay: deleting them is the caller's, after this. To be done again after a crash; what is gone is gone.
        """
        with self._speaking():
            return self._remove_files(set(names))

    def _remove_files(self, gone: set[str]) -> int:
        self._table.refresh()
        doomed = [file for path, file in self._data_files().items() if segment_of(path) in gone]
        if doomed:
            with self._table.transaction() as transaction:
                self._delete(transaction, doomed)
        self._tidy(1)
        return len(doomed)

    def sync(self, segments: Iterable[Segment]) -> None:
        """Makes the table hold these segments and no others, whatever it holds now."""
        wanted = list(segments)
        names = {segment.name for segment in wanted}
        with self._speaking():
            self._table.refresh()
            there = [segment_of(path) for path in self._data_files()]
        if extra := [name for name in there if name not in names]:
            self.remove_files(extra)
        self.add_files(wanted)

    @staticmethod
    def _delete(transaction: Transaction, files: list[DataFile]) -> None:
        if files:
            with transaction.update_snapshot().overwrite() as overwrite:
                for file in files:
                    overwrite.delete_data_file(file)

    def _tidy(self, keep: int) -> None:
        """Lets go of all snapshots but the last ``keep``, and of the metadata files that no snapshot needs."""
        self._table.refresh()
        by_age = sorted(self._table.snapshots(), key=lambda snapshot: snapshot.sequence_number or 0)
        current = self._table.current_snapshot()
        old = [snapshot.snapshot_id for snapshot in by_age[:-keep] if snapshot != current]
        if old:
            self._table.maintenance.expire_snapshots().by_ids(old).commit()
            self._table.refresh()
        elif keep > 1:
            return
        needed = {self._table.metadata_location}
        for snapshot in self._table.snapshots():
            needed.add(snapshot.manifest_list)
            needed |= {manifest.manifest_path for manifest in snapshot.manifests(self._table.io)}
        kept = {location.removeprefix(f"{self._home}/") for location in needed}
        self._store.delete(name for name in self._store.names("metadata") if name not in kept)
