"""Tries are counted for every process together, and tell nobody an address."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.db import connections
from django.test import RequestFactory
from django.utils import timezone

from kijun.web import tries
from kijun.web.models import Tries
from tests.patience import patiently

LIMIT = tries.Limit("test", 3, 600)


def request(address: str = "192.0.2.7"):  # type: ignore[no-untyped-def]  # a request of the test client
    return RequestFactory().get("/", REMOTE_ADDR=address)


def test_it_works(db: None) -> None:
    for _ in range(3):
        assert not LIMIT.is_reached(request())
        LIMIT.count(request())
    assert LIMIT.is_reached(request())
    assert not LIMIT.is_reached(request("192.0.2.8"))
    assert not tries.Limit("another", 3, 600).is_reached(request())


def test_it_ends_with_its_window(db: None) -> None:
    for _ in range(3):
        LIMIT.count(request())
    Tries.objects.update(since=timezone.now() - datetime.timedelta(seconds=601))
    assert not LIMIT.is_reached(request())
    LIMIT.count(request())
    assert Tries.objects.get().count == 1, "it begins anew"


def test_no_address_stands_there(db: None, settings: object) -> None:
    LIMIT.count(request())
    row = Tries.objects.get()
    assert "192.0.2" not in f"{row.kind} {row.who} {row}"
    before = row.who
    settings.SECRET_KEY = "another-secret-key-for-this-test"  # type: ignore[attr-defined]
    assert tries.who(request()) != before, "without the key nobody can try all addresses"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("", "no address", False),
    ],
)
def test_a_household_counts_once(one: str, other: str, same: bool) -> None:
    assert (tries.who(request(one)) == tries.who(request(other))) is same


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_all_counted() -> None:
    gate = threading.Barrier(6)

    def knock() -> None:
        gate.wait()
        try:
            patiently(lambda: LIMIT.count(request()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=knock) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Tries.objects.get().count == 6


def test_it_is_forgotten(db: None) -> None:
    LIMIT.count(request())
    assert tries.forget() == 0
    assert tries.forget(timezone.now() + datetime.timedelta(days=2)) == 1
