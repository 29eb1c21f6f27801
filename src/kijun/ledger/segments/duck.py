"""DuckDB over Parquet files, shut in: it reads below one folder, fetches nothing, and its settings cannot be changed by a query."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection in memory that may read files below ``folder``. Threads take a ``cursor()`` each."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "threads": max(1, min(4, os.cpu_count() or 1)),
            "memory_limit": "1GB",
            "temp_directory": "",
            "allowed_directories": [f"{folder.absolute()}/data/"],
            "enable_external_access": False,
            "parquet_metadata_cache": True,
            "lock_configuration": True,
        },
    )
    connection.execute("SELECT 1")
    return connection
