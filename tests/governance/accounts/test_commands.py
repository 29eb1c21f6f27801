"""``kijun setup-link`` and ``kijun recover``."""

from __future__ import annotations

import argparse
from typing import Any

from django.test import Client
from django.urls import reverse

from kijun.governance.accounts.commands import recover, setup_link
from kijun.governance.accounts.models import EntryLink, Person
from kijun.governance.audit.models import Entry


def run(module: Any, *words: str) -> int:
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(words)))


def test_setup_link(db: None, capsys: Any) -> None:
    assert run(setup_link, "--address", "https://kijun.example.jp/") == 0
    link = capsys.readouterr().out.splitlines()[-1]
    assert link.startswith("https://kijun.example.jp/staff/set-up/?code=")
    run(setup_link)
    assert EntryLink.objects.count() == 1, "the earlier link is void"


def test_recover(staff: Person, capsys: Any, client: Client) -> None:
    assert run(recover, "131016", "０００４") == 0
    token = capsys.readouterr().out.splitlines()[-1].rpartition("code=")[2]
    client.get(reverse("accounts:recover"), {"code": token})
    assert staff.name in client.get(reverse("accounts:recover")).content.decode()
    assert Entry.objects.get().actor_kind == "console"


def test_recover_nobody(staff: Person, capsys: Any) -> None:
    assert run(recover, "131016", "9999") == 1
    assert "No such" in capsys.readouterr().err
    Person.objects.update(is_active=False)
    assert run(recover, "131016", "0004") == 1


def test_recover_with_second_factor(staff: Person, capsys: Any) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
    run(recover, "131016", "0004")
    assert Authenticator.objects.exists()
    run(recover, "131016", "0004", "--reset-second-factor")
    assert not Authenticator.objects.exists()
