"""What a log says about a failure, and what it keeps to itself."""

from __future__ import annotations

import io
import logging
import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.urls import reverse

from kijun.governance.accounts.models import Person
from kijun.sites.logs import Formatter, WorthTelling
from kijun.sites.views import base

SECRET = "個人 花子 090-1234-5678"


def told(error: BaseException, cause: BaseException | None = None) -> str:
    try:
        raise error from cause
    except BaseException:
        return Formatter().formatException(sys.exc_info())


@pytest.mark.parametrize("kind", [ValueError, IntegrityError, KeyError, AssertionError, Exception])
def test_what_was_typed_stays_out(kind: type[Exception]) -> None:
    text = told(kind(SECRET), cause=ValueError(SECRET))

    assert SECRET not in text
    assert text.count(kind.__name__) >= 1
    assert "test_logs.py" in text


@pytest.mark.parametrize(
    "error", [OperationalError("database is locked"), OSError(28, "No space left on device")]
)
def test_what_the_machine_says_is_told(error: Exception) -> None:
    assert str(error) in told(error)


def test_causes_come_first() -> None:
    text = told(RuntimeError("x"), cause=OSError("the disk"))
    assert text.index("OSError: the disk") < text.index("led to") < text.index("RuntimeError")


def test_a_job_that_failed() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        result = f"{error} : {traceback.format_exc()}"
    line = f"Failed 'evidence' (kijun.evidence) - {result}"

    text = Formatter().format(logging.LogRecord("django-q", logging.ERROR, "", 0, line, None, None))

    assert SECRET not in text
    assert text.startswith("Failed 'evidence' (kijun.evidence) - ")
    assert "test_logs.py" in text


def test_every_handler_uses_it() -> None:
    logging_settings: Any = settings.LOGGING
    for handler in logging_settings["handlers"].values():
        formatter = logging_settings["formatters"][handler["formatter"]]
        assert formatter["()"] == "kijun.sites.logs.Formatter"


def test_a_page_that_fails(
    client_of: Callable[[Person], Client], staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(base, "render", fail)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Formatter("{levelname} {name} {message}", style="{"))
    logging.getLogger("django.request").addHandler(handler)
    client = client_of(staff)
    client.raise_request_exception = False
    try:
        response = client.get(reverse("home"), {"q": SECRET})
    finally:
        logging.getLogger("django.request").removeHandler(handler)

    assert response.status_code == 500
    page = response.content.decode()
    assert "処理を続けられませんでした" in page
    assert 'href="/staff/"' in page
    assert SECRET not in page
    assert "ValueError" in stream.getvalue()
    assert SECRET not in stream.getvalue()


def test_a_form_with_errors_leaves_no_line(
    client_of: Callable[[Person], Client], staff: Person, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="django.request"):
        assert (
            client_of(staff).post(reverse("accounts:recover"), {"paste": "1", "code": ""}).status_code == 422
        )
        assert client_of(staff).get("/staff/nowhere/").status_code == 404
    said = [record for record in caplog.records if record.name == "django.request"]
    assert [WorthTelling().filter(record) for record in said] == [False, True]
    logging_settings: Any = settings.LOGGING
    for handler in logging_settings["handlers"].values():
        assert "worth_telling" in handler["filters"]
