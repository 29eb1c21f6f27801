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


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://host", "nonsense"])
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


def test_a_choice_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIJUN_SITE", "everything")

    with pytest.raises(environ.SettingError, match="both, staff"):
        environ.choice("KIJUN_SITE", ("both", "staff"))
