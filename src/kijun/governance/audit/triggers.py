"""Triggers that make the trail append-only in the database itself, whoever writes to it.

Refused: changing or deleting an entry, truncating (PostgreSQL), replacing one through ``INSERT OR REPLACE``
(SQLite), changing a chain's key or whether it is removable, deleting a chain that is not removable. Allowed is the
deletion of a removable chain (the sample town's) with its entries.

SQLite drops a table's triggers with the table, and Django rebuilds the table when a column changes: a later migration
that alters one of the two tables must call :func:`create` again. A test holds that they are there after all migrations.
"""

from __future__ import annotations

from typing import Any

MESSAGE = "the audit trail is append-only"

_SQLITE = {
    "audit_entry_no_update": "BEFORE UPDATE ON audit_entry",
    "audit_entry_no_delete": (
        "BEFORE DELETE ON audit_entry "
        "WHEN NOT EXISTS (SELECT 1 FROM audit_chain WHERE id = OLD.chain_id AND removable)"
    ),
    "audit_entry_no_replace": (
        "BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry "
        "WHERE id = NEW.id OR (chain_id = NEW.chain_id AND seq = NEW.seq))"
    ),
    "audit_chain_no_update": (
        "BEFORE UPDATE ON audit_chain "
        'WHEN NEW.id IS NOT OLD.id OR NEW."key" IS NOT OLD."key" OR NEW.removable IS NOT OLD.removable'
    ),
    "audit_chain_no_delete": "BEFORE DELETE ON audit_chain WHEN NOT OLD.removable",
    "audit_chain_no_replace": (
        "BEFORE INSERT ON audit_chain "
        'WHEN EXISTS (SELECT 1 FROM audit_chain WHERE id = NEW.id OR "key" = NEW."key")'
    ),
}
_POSTGRES = {
    "audit_entry_no_update": "BEFORE UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "audit_entry_no_delete": "BEFORE DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_keep_entry()",
    "audit_entry_no_truncate": "BEFORE TRUNCATE ON audit_entry EXECUTE FUNCTION audit_refuse()",
    "audit_chain_no_update": (
        "BEFORE UPDATE ON audit_chain FOR EACH ROW "
        'WHEN (NEW.id <> OLD.id OR NEW."key" <> OLD."key" OR NEW.removable <> OLD.removable) '
        "EXECUTE FUNCTION audit_refuse()"
    ),
    "audit_chain_no_delete": (
        "BEFORE DELETE ON audit_chain FOR EACH ROW WHEN (NOT OLD.removable) EXECUTE FUNCTION audit_refuse()"
    ),
    "audit_chain_no_truncate": "BEFORE TRUNCATE ON audit_chain EXECUTE FUNCTION audit_refuse()",
}
_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE OR REPLACE FUNCTION audit_keep_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_chain WHERE id = OLD.chain_id AND removable) THEN
    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $$;
"""  # noqa: S608  built from the constant above alone


def names(vendor: str) -> set[str]:
    """The triggers that belong on a database of this vendor."""
    return set(_SQLITE if vendor == "sqlite" else _POSTGRES)


def _sqlite(name: str) -> str:
    return f"CREATE TRIGGER {name} {_SQLITE[name]} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"


def create(connection: Any) -> None:
    """Put the triggers on (``connection``: Django's); doing it twice is harmless."""
    drop(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _SQLITE:
                cursor.execute(_sqlite(name))
        else:
            cursor.execute(_FUNCTIONS)
            for name, when in _POSTGRES.items():
                cursor.execute(f"CREATE TRIGGER {name} {when}")


def drop(connection: Any) -> None:
    """Take the triggers off: for a migration backwards and for tests that tamper."""
    with connection.cursor() as cursor:
        for name in sorted(names(connection.vendor)):
            table = "audit_chain" if name.startswith("audit_chain") else "audit_entry"
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def present(connection: Any) -> set[str]:
    """The names of the triggers found on the two tables."""
    return {name for name, _as_found in _found(connection)}


def missing(connection: Any) -> set[str]:
    """The triggers that do not guard as :func:`create` made them: dropped, switched off, or put there with another text."""
    found = dict(_found(connection))
    if connection.vendor == "sqlite":
        return {name for name in _SQLITE if found.get(name) != _sqlite(name)}
    return {name for name in _POSTGRES if found.get(name) != "O"}


def _found(connection: Any) -> list[tuple[str, str]]:
    """Each trigger with its text (SQLite) or with how it fires (PostgreSQL: O is as usual, D is not at all)."""
    sql = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'"
        if connection.vendor == "sqlite"
        else "SELECT tgname, CASE WHEN prosrc LIKE '%%RAISE EXCEPTION%%' THEN tgenabled::text ELSE '' END "
        "FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal AND tgname LIKE 'audit_%%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, None if connection.vendor == "sqlite" else ())
        return [(name, as_found) for name, as_found in cursor.fetchall()]
