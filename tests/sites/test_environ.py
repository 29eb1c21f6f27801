from pathlib import Path

import pytest

from kijun.sites import environ


def test_a_flag_and_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIJUN_DEBUG", " Yes ")
    monkeypatch.setenv("KIJUN_UPLOAD_MB", "50")

    assert environ.flag("KIJUN_DEBUG")
    assert environ.number("KIJUN_UPLOAD_MB", 20) == 50


def test_nothing_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in environ.VARIABLES:
        monkeypatch.delenv(name, raising=False)

    assert not environ.flag("KIJUN_DEBUG")
    assert environ.number("KIJUN_UPLOAD_MB", 20) == 20
    assert environ.choice("KIJUN_SITE", ("both", "staff")) == "both"
    assert environ.words("KIJUN_ALLOWED_HOSTS") == []
    assert environ.database(Path("/x"))["ENGINE"] == "django.db.backends.sqlite3"


def test_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KIJUN_HOME", str(tmp_path / "町"))
    assert environ.home() == (tmp_path / "町").resolve()

    monkeypatch.delenv("KIJUN_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert environ.home() == tmp_path.resolve() / "kijun"


def test_a_database_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ki%40jun:p%2Fw@db.example:5433/%E7%94%BA")

    found = environ.database(Path("/x"))

    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("ki@jun", "p/w", "町")
    assert (found["HOST"], found["PORT"]) == ("db.example", "5433")


def test_what_libpq_is_told_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """``sslmode`` that is dropped in silence would send a town's data in clear."""
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://db.example/kijun?sslmode=verify-full&sslrootcert=%2Fca.pem"
    )
    assert environ.database(Path("/x"))["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}


def test_a_connection_ends_with_its_request(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each request has a thread of its own under ASGI; what outlived it would stay open, unused."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/kijun")
    assert environ.database(tmp_path)["CONN_MAX_AGE"] == 0


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://host", "postgresql://host:port/y", "nonsense"])
def test_a_database_that_cannot_be(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(environ.SettingError, match="DATABASE_URL"):
        environ.database(Path("/x"))


@pytest.mark.parametrize(
    ("name", "value"), [("KIJUN_DEBUG", "perhaps"), ("KIJUN_UPLOAD_MB", "0"), ("KIJUN_UPLOAD_MB", "二十")]
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(environ.SettingError, match=name):
        environ.flag(name) if name == "KIJUN_DEBUG" else environ.number(name, 20)


def test_the_ledgers_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIJUN_LEDGER_FILES", raising=False)
    assert environ.ledger_files() == ""
    monkeypatch.setenv("KIJUN_LEDGER_FILES", " s3://town/kijun ")
    assert environ.ledger_files() == "s3://town/kijun"
    monkeypatch.setenv("KIJUN_LEDGER_FILES", "/mnt/records")
    with pytest.raises(environ.SettingError, match=r"(?s)KIJUN_LEDGER_FILES：.*KIJUN_LEDGER_FILES: "):
        environ.ledger_files()


def test_a_choice_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIJUN_SITE", "everything")

    with pytest.raises(environ.SettingError, match="both, staff"):
        environ.choice("KIJUN_SITE", ("both", "staff"))


def test_host_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIJUN_ALLOWED_HOSTS", "kijun.example.lg.jp, .example.jp,192.0.2.7, fd00::2,[fd00::3]")
    assert environ.hosts() == ["kijun.example.lg.jp", ".example.jp", "192.0.2.7", "[fd00::2]", "[fd00::3]"]


@pytest.mark.parametrize("value", ["https://kijun.example", "kijun.example:8000", "kijun.example/", "a b"])
def test_what_is_no_host_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("KIJUN_ALLOWED_HOSTS", value)
    with pytest.raises(environ.SettingError, match="without https"):
        environ.hosts()


def test_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIJUN_PUBLIC_URL", "https://www.example.lg.jp/ai/")
    assert environ.web_address("KIJUN_PUBLIC_URL") == "https://www.example.lg.jp/ai"
    monkeypatch.setenv("KIJUN_PUBLIC_URL", "www.example.lg.jp")
    with pytest.raises(environ.SettingError, match="KIJUN_PUBLIC_URL"):
        environ.web_address("KIJUN_PUBLIC_URL")


def test_where_people_open_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What this process was told, else what the last start wrote down, else the default."""
    monkeypatch.delenv(environ.ADDRESS, raising=False)
    assert environ.address(tmp_path) == "http://127.0.0.1:8000"
    (tmp_path / "serve.lock").write_text("http://[::1]:8765/\n", encoding="utf-8")
    assert environ.address(tmp_path) == "http://[::1]:8765"
    assert environ.bare_host(environ.address(tmp_path)) == "[::1]"
    monkeypatch.setenv(environ.ADDRESS, "https://kijun.example.lg.jp/")
    assert environ.address(tmp_path) == "https://kijun.example.lg.jp"
    assert environ.bare_host(environ.address(tmp_path)) == "kijun.example.lg.jp"
