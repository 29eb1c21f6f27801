"""A person with 10,000 conversations opens the list: how long the page takes, with the first words of each question out of the ledger.

    PYTHONPATH=src:. .venv/bin/python benchmarks/chat_list.py [conversations]

The sample town in a temporary folder (SQLite; a PostgreSQL where DATABASE_URL names one), one person's conversations of one turn each, spread over a
year; the first page, a page in the middle and a search are asked for 40 times each. Prints JSON with p50 and p95 in ms.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TARGET = 0.150
DAY = 86_400_000


def fill(count: int) -> Any:
    from django.utils import timezone

    from kijun.governance.access.models import Grant
    from kijun.governance.chat.models import Conversation, Turn
    from kijun.governance.interactions import ledger
    from kijun.ledger.model import Entry, Kind, Verdict, new_id, now_ms

    grant = (
        Grant.objects.select_related("person", "municipality", "purpose").filter(person__isnull=False).first()
    )
    assert grant is not None
    now, rows, turns, entries = now_ms(), [], [], []
    for n in range(count):
        at = now - 365 * DAY + n * 365 * DAY // count
        id = new_id()
        same: dict[str, Any] = {
            "interaction": id, "municipality": grant.municipality.code, "at": at, "purpose": str(grant.purpose_id),
            "system": str(grant.system_id), "person": str(grant.person_id), "grant": str(grant.pk),
        }  # fmt: skip
        said = {
            "request": {"messages": [{"role": "user", "content": f"第{n}号議案の論点を教えてください。"}]}
        }
        entries.append(Entry(kind=Kind.INPUT, verdict=Verdict.ALLOWED, content=said, **same))
        told = {"texts": [{"where": "choices[0].message.content", "text": f"論点は{n}つです。"}]}
        entries.append(Entry(kind=Kind.OUTPUT, verdict=Verdict.ALLOWED, content=told, **same))
        moment = timezone.datetime.fromtimestamp(at / 1000, timezone.get_current_timezone())
        row = Conversation(
            municipality=grant.municipality,
            person=grant.person,
            grant=grant,
            made_at=moment,
            touched_at=moment,
        )
        rows.append(row)
        turns.append(Turn(conversation=row, interaction=id, order=1, at=moment))
    with ledger.appending() as to:
        for start in range(0, len(entries), 500):
            to.append(entries[start : start + 500])
        to.checkpoint()
    Conversation.objects.bulk_create(rows, 500)
    Turn.objects.bulk_create(turns, 500)
    return grant.person


def timed(client: Any, path: str, times: int = 40) -> dict[str, float]:
    took = []
    for n in range(times + 3):
        began = time.perf_counter()
        answer = client.get(path)
        assert answer.status_code == 200, answer.status_code
        if n >= 3:
            took.append(time.perf_counter() - began)
    cuts = statistics.quantiles(took, n=100)
    return {"p50": round(cuts[49] * 1000, 1), "p95": round(cuts[94] * 1000, 1)}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            KIJUN_HOME=str(Path(folder) / "home"), DJANGO_SETTINGS_MODULE="kijun.sites.settings"
        )
        for words in (["migrate"], ["sample", "load"]):
            subprocess.run([sys.executable, "-m", "kijun.cli", *words], check=True, stdout=subprocess.DEVNULL)
        import django

        django.setup()
        from django.test import Client
        from django.test.utils import setup_test_environment

        from kijun.governance.interactions import jobs, ledger

        setup_test_environment()
        person = fill(count)
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        found: dict[str, Any] = {"conversations": count}
        for state in ("fresh", "sealed"):
            first = client.get("/staff/chat/")
            shown = first.context["shown"]
            assert all(one.words for one in shown.lines), "every line shows how its question begins"
            found[state] = {
                "first_page_ms": timed(client, "/staff/chat/"),
                "later_page_ms": timed(client, f"/staff/chat/?after={shown.after.replace('+', '%2B')}"),
                "search_ms": timed(client, f"/staff/chat/?q=%E7%AC%AC{count // 2}%E5%8F%B7", 10),
            }
            jobs.seal()
        ledger.close()
    print(json.dumps({**found, "load": os.getloadavg()[0], "target_ms": TARGET * 1000}))
    sys.exit(0 if found["fresh"]["first_page_ms"]["p95"] <= TARGET * 1000 else 1)


if __name__ == "__main__":
    main()
