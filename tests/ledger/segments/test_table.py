from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest

from kijun.ledger.segments import Segment, Table, drop
from tests.ledger.segments.town import Town, ask


def rows(table: Table) -> list[dict[str, object]]:
    return sorted(table.scan().to_pylist(), key=lambda row: row["seq"])


def test_it_works(town: Town) -> None:
    segments = [
        town.say("a", "一", "二"),
        town.say("b", "三", municipality="132000"),
        town.say("c", "四", retention="y5", content_key=2),
    ]
    with Table(town.folder) as table:
        assert table.add_files(segments) == 3
        found = rows(table)
        assert [{name: row[name] for name in row if name != "month"} for row in found] == town.rows
        paths = [str(town.folder / segment.path) for segment in segments]
        duck = duckdb.sql(
            "SELECT * FROM read_parquet($paths, hive_partitioning = false) ORDER BY seq",
            params={"paths": paths},
        )
        assert [dict(zip(duck.columns, row, strict=True)) for row in duck.fetchall()] == found
        assert table.files() == sorted(f"file://{path}" for path in paths)


@pytest.mark.parametrize("name", ["規準 の記録", "50%", "a#b"])
def test_the_folder_may_have_any_usual_name(tmp_path: Path, name: str) -> None:
    town = Town(tmp_path / name / "ledger")
    segment = town.say("a", "税金")
    with Table(town.folder) as table:
        table.add_files([segment])
        assert [row["seq"] for row in rows(table)] == [0]
        assert table.remove_files(["a"]) == 1
    with Table(town.folder) as table:
        table.sync([segment])
        assert len(rows(table)) == 1
    with town.reader() as reader:
        assert (
            len(reader.search(ask("税金"), [segment]).rows) == len(reader.search(ask(), [segment]).rows) == 1
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_files_are_added_once_however_often_they_are_given(town: Town) -> None:
    segments = [town.say("a", "一"), town.say("b", "二")]
    with Table(town.folder) as table:
        assert table.add_files(segments[:1]) == 1
    with Table(town.folder) as table:  # the caller died before it wrote down that this was done
        assert table.add_files(segments) == 1
        assert table.add_files(segments) == 0
        assert [row["seq"] for row in rows(table)] == [0, 1]


def test_a_file_that_was_written_anew_is_taken_anew(town: Town) -> None:
    with Table(town.folder) as table:
        table.add_files([town.say("a", "一")])
        again = town.seal("a", [*town.rows, town.row("二")])
        assert table.add_files([again]) == 1
        assert [row["seq"] for row in rows(table)] == [0, 1]


def references(folder: Path, name: str) -> list[str]:
    return [path.name for path in (folder / "metadata").iterdir() if name.encode() in path.read_bytes()]


def test_no_snapshot_knows_of_what_was_erased(town: Town) -> None:
    segments = [town.say(name, name) for name in ("kept-1", "erased-1", "kept-2")]
    with Table(town.folder) as table:
        for segment in segments:
            table.add_files([segment])
        assert table.remove_files(["erased-1", "unknown"]) == 1
        assert drop(town.folder, ["erased-1"]) == 2
        assert [row["id"] for row in rows(table)] == [town.rows[0]["id"], town.rows[2]["id"]]
        assert len(table._table.snapshots()) == 1
        for snapshot in table._table.snapshots():
            live = {
                entry.data_file.file_path
                for manifest in snapshot.manifests(table._table.io)
                for entry in manifest.fetch_manifest_entry(table._table.io)
            }
            assert not any("erased-1" in path for path in live)
        assert table.remove_files(["erased-1"]) == 0, "done again after a crash"
        table.add_files([town.say("new", "x")])
        assert len(rows(table)) == 3


def test_all_can_be_erased(town: Town) -> None:
    with Table(town.folder) as table:
        table.add_files([town.say("a", "一")])
        assert table.remove_files(["a"]) == 1
        assert rows(table) == []
        table.add_files([town.say("b", "二")])
        assert [row["seq"] for row in rows(table)] == [1]


def test_sync_makes_the_table_equal_to_the_list(town: Town) -> None:
    first, second, third = (town.say(name, name) for name in "abc")
    with Table(town.folder) as table:
        table.add_files([first, second])
        table.sync([second, third])
        assert [row["seq"] for row in rows(table)] == [1, 2]


@pytest.mark.parametrize("how", ["torn", "gone", "manifest"])
def test_a_table_whose_metadata_was_lost_is_made_anew(town: Town, how: str) -> None:
    segments = [town.say("a", "一"), town.say("b", "二")]
    with Table(town.folder) as table:
        table.add_files(segments)
        metadata = Path(table._table.metadata_location.removeprefix("file://"))
    if how == "torn":
        metadata.write_bytes(metadata.read_bytes()[:100])
    elif how == "gone":
        metadata.unlink()
    else:
        for path in (town.folder / "metadata").glob("*-m*.avro"):
            path.unlink()
    with Table(town.folder) as table:
        table.sync(segments)
        assert [row["seq"] for row in rows(table)] == [0, 1]


def test_a_folder_that_was_moved_is_synced_again(town: Town, tmp_path: Path) -> None:
    segments = [town.say("a", "一")]
    with Table(town.folder) as table:
        table.add_files(segments)
    town.folder.rename(tmp_path / "elsewhere")
    with Table(tmp_path / "elsewhere") as table:
        table.sync(segments)
        assert [row["seq"] for row in rows(table)] == [0]
        assert table.files()[0].startswith(f"file://{tmp_path}/elsewhere/data/")


def test_snapshots_and_metadata_do_not_pile_up(town: Town) -> None:
    with Table(town.folder) as table:
        for number in range(30):
            table.add_files([town.say(f"s{number}", "x")])
        assert len(table._table.snapshots()) <= 20
        assert len(list((town.folder / "metadata").iterdir())) < 150
        assert len(rows(table)) == 30


@pytest.fixture
def server(postgres_url: str) -> Iterator[str]:
    yield postgres_url
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS iceberg_tables, iceberg_namespace_properties")


def test_the_catalogue_may_lie_in_postgresql(town: Town, server: str) -> None:
    segments: list[Segment] = [town.say("a", "一"), town.say("b", "二")]
    with Table(town.folder, server) as table:
        assert table.add_files(segments) == 2
    with Table(town.folder, server) as table:
        assert table.add_files(segments) == 0
        assert len(rows(table)) == 2
        assert table.remove_files(["a"]) == 1
    assert not (town.folder / "catalog.sqlite3").exists()
