"""DuckDB over Parquet files, shut in: it reads below one folder, fetches nothing, and its settings cannot be changed by a query."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kijun.ledger.model import LedgerError

if TYPE_CHECKING:
    import duckdb


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection in memory that may read files below ``folder`` and nothing else. Threads take a ``cursor()`` each."""
    import duckdb

    if set("*?[]{}") & set(str(folder.absolute())):
        raise LedgerError(
            f"データの置き場所「{folder}」の名前に * ? [ ] {{ }} は使えません。別の名前のフォルダーへ移してください。",
            f"the data folder {folder} may not have any of * ? [ ] {{ }} in its name; move it",
        )
    connection = duckdb.connect(":memory:")
    threads = max(1, min(4, os.cpu_count() or 1))
    for setting in (
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        f"threads = {threads}",
        "memory_limit = '1GB'",
        "temp_directory = ''",  # nothing of a question is left on disk
        "parquet_metadata_cache = true",
    ):
        connection.execute(f"SET {setting}")
    connection.execute("SET allowed_directories = ?", [[f"{folder.absolute()}/"]])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
