"""Server time of every staff page with 50 municipalities, 30 AI systems each, and a full assessment of each system.

    ./run kijun version && .venv/bin/python benchmarks/town_pages.py [--towns 50] [--systems 30] [--rounds 10]

Makes a database of its own in a temporary folder (SQLite, or PostgreSQL by DATABASE_URL), walks every staff page that
links reach, asks each ``rounds`` times as IT staff, and prints p50 and p95 of the time between request and response inside
the web process, and the number of queries. Times of a shared machine prove nothing by themselves: no test asserts them.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import statistics
import sys
import tempfile
import time
from typing import Any
from urllib.parse import urldefrag, urlsplit

DAY = datetime.date.today()
SKIPPED = re.compile(
    r"(format=|/files?/|download|\.(xlsx|pdf|docx|csv|json)$|/static/|template|export|sign-out|/(pdf|xlsx|docx)/)"
)


def prepare() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "kijun.sites.settings"
    os.environ.setdefault("KIJUN_HOME", tempfile.mkdtemp(prefix="kijun-benchmark-"))
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    import kijun.sites.asgi  # noqa: F401  what the web process loads and freezes

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)


def code_of(number: int) -> str:
    from kijun.web.codes import municipality_check_digit

    five = f"{1 + number // 999:02d}{number % 999:03d}"
    return five + municipality_check_digit(five)


def build(towns: int, systems: int) -> None:
    """Rows in bulk: what matters here is how many there are and how they hang together."""
    from django.db import transaction
    from django.utils import timezone

    from kijun.catalog import load, required
    from kijun.governance.accounts.models import Person, Posting, RoleGrant, username
    from kijun.governance.accounts.roles import Role
    from kijun.governance.approvals.actions import ensure_default_route
    from kijun.governance.assessments.freezing import freeze
    from kijun.governance.assessments.models import Answer, Assessment, Assignment, Cycle
    from kijun.governance.audit.actions import open_chain
    from kijun.governance.evidence.models import Finding, Item
    from kijun.governance.inventory.models import AISystem
    from kijun.governance.organisation.models import Department, DepartmentVersion, Municipality
    from kijun.governance.risks.models import RiskAssessment

    catalog = load()
    asked = required(catalog, "medium")
    now = timezone.now()
    for t in range(towns):
        with transaction.atomic():
            code = code_of(t)
            town = Municipality.objects.create(code=code, name=f"第{t}市", kana=f"ダイ{t}シ")
            open_chain(code, town.name)
            ensure_default_route(town)
            departments = Department.objects.bulk_create(
                Department(municipality=town, code=f"{d:02d}", name=f"第{d}課", path=f"{d:02d}/")
                for d in range(20)
            )
            DepartmentVersion.objects.bulk_create(
                DepartmentVersion(municipality=town, department=d, name=d.name, valid_from=DAY)
                for d in departments
            )
            people = Person.objects.bulk_create(
                Person(municipality=town, staff_number=f"{p:04d}", username=username(code, f"{p:04d}"), name=f"職員 {p}",
                       kana="ショクイン", kana_sort=f"{p:04d}", password="!") for p in range(100)
            )  # fmt: skip
            Posting.objects.bulk_create(
                Posting(municipality=town, person=p, department=departments[i % 20], valid_from=DAY)
                for i, p in enumerate(people)
            )
            RoleGrant.objects.bulk_create(
                [RoleGrant(municipality=town, person=people[0], role=r, valid_from=DAY) for r in (Role.IT_STAFF, Role.ADMINISTRATOR)]
                + [RoleGrant(municipality=town, person=p, role=Role.STAFF, department=departments[i % 20], valid_from=DAY)
                   for i, p in enumerate(people)]
            )  # fmt: skip
            rows = AISystem.objects.bulk_create(
                AISystem(municipality=town, number=n + 1, name=f"AIシステム {n}", summary="要約" * 20, stage="operation",
                         provider_department=departments[0], owner=people[0], registered_at=now, functions=["generative"],
                         data_kinds=["personal"], network="lgwan", step=8) for n in range(systems)
            )  # fmt: skip
            for n, system in enumerate(rows):
                system.user_departments.set([departments[n % 20], departments[(n + 1) % 20]])
            RiskAssessment.objects.bulk_create(
                RiskAssessment(municipality=town, system=s, number=1, state="current", catalog_version=catalog.version,
                               computed_tier="medium", tier="medium", controls=[c.id for c in asked if c.role != "organisation"],
                               assessed_by=people[0], assessed_on=DAY, next_review_on=DAY + datetime.timedelta(days=200))
                for s in rows
            )  # fmt: skip
            cycle = Cycle.objects.create(
                municipality=town,
                name="令和8年度",
                fiscal_year=2026,
                starts_on=DAY,
                due_on=DAY + datetime.timedelta(days=60),
            )
            last = Cycle.objects.create(
                municipality=town, name="令和7年度", fiscal_year=2025, starts_on=DAY - datetime.timedelta(days=365),
                due_on=DAY - datetime.timedelta(days=300), closed_at=now,
            )  # fmt: skip
            closed = Assessment.objects.bulk_create(
                Assessment(municipality=town, cycle=last, scope_kind="system" if s else "organisation", system=s,
                           catalog_version=catalog.version, tier="medium", state="closed", due_on=last.due_on, approved_at=now)
                for s in [None, *rows]
            )  # fmt: skip
            made = Assessment.objects.bulk_create(
                Assessment(municipality=town, cycle=cycle, scope_kind="system" if s else "organisation", system=s,
                           catalog_version=catalog.version, tier="medium", state="in_progress", due_on=cycle.due_on)
                for s in [None, *rows]
            )  # fmt: skip
            Assignment.objects.bulk_create(
                Assignment(municipality=town, assessment=a, role=role, department=departments[0], due_on=cycle.due_on)
                for a in made for role in ("provider", "user")
            )  # fmt: skip
            Answer.objects.bulk_create(
                Answer(municipality=town, assessment=a, control_id=c.id, role=str(c.role), principle=c.principle,
                       status=("done", "partly", "done", "planned")[i % 4], reason="理由", answered_by=people[0], answered_at=now)
                for a in [*closed, *made] for i, c in enumerate(asked)
                if (c.level == "system") == (a.system_id is not None)
            )  # fmt: skip
            Item.objects.bulk_create(
                Item(municipality=town, control_id=c.id, scope_kind=a.scope_kind, scope_id=a.system_id or town.pk, kind="attestation",
                     title="確認した", value="4件中4件", verdict="met", as_of=now, made_by=people[0])
                for a in made for c in asked[:60]
            )  # fmt: skip
            for one in closed:
                one.frozen = freeze(one)
                one.summary = one.frozen["summary"]
            Assessment.objects.bulk_update(closed, ["frozen", "summary"])
            Finding.objects.bulk_create(
                Finding(municipality=town, number=i + 1, control_id="P1.1.1", scope_kind="system", scope_id=s.pk, title="不足",
                        cause="gap", due_on=DAY, owner=people[0]) for i, s in enumerate(rows)
            )  # fmt: skip
        print(f"\r{t + 1}/{towns}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def links_of(html: str, base: str) -> list[str]:
    from urllib.parse import urljoin

    return [urldefrag(urljoin(base, href))[0] for href in re.findall(r'<a [^>]*href="([^"]+)"', html)]


def walk(client: Any) -> list[str]:
    """One page of each kind that links reach from the home page."""
    waiting, seen, pages = ["/staff/"], {"/staff/"}, []
    while waiting:
        url = waiting.pop(0)
        response = client.get(url)
        if response.status_code != 200 or "text/html" not in response["Content-Type"]:
            continue
        pages.append(url)
        for link in links_of(response.content.decode(), url):
            link = link.replace("&amp;", "&")
            kind = re.sub(r"\d+", "N", urlsplit(link).path)
            if link.startswith("/staff/") and kind not in seen and not SKIPPED.search(link):
                seen.add(kind)
                waiting.append(link)
    return pages


def measure(client: Any, url: str, rounds: int) -> tuple[float, float, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    asked = len(queries)
    times = []
    for _round in range(rounds):
        start = time.perf_counter()
        client.get(url)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return statistics.median(times), times[max(0, round(0.95 * len(times)) - 1)], asked


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--towns", type=int, default=50)
    parser.add_argument("--systems", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--keep", action="store_true", help="use the database that is in KIJUN_HOME already")
    args = parser.parse_args()
    prepare()
    from django.test import Client

    from kijun.governance.accounts.models import Person
    from kijun.governance.organisation.models import Municipality

    if not (args.keep and Municipality.objects.exists()):
        build(args.towns, args.systems)
    person = Person.objects.filter(municipality__code=code_of(args.towns // 2), staff_number="0000").get()
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    pages = walk(client)
    rows = sorted(((*measure(client, url, args.rounds), url) for url in pages), key=lambda row: -row[1])
    print(
        f"Python {platform.python_version()}, {args.towns} towns × {args.systems} systems, {len(pages)} pages"
    )
    print("| p50 ms | p95 ms | queries | page |\n| ---: | ---: | ---: | --- |")
    for p50, p95, queries, url in rows:
        print(f"| {p50:.0f} | {p95:.0f} | {queries} | `{re.sub(r'[0-9]+', 'N', url)}` |")
    for form in ("pdf", "xlsx", "docx"):
        start = time.perf_counter()
        size = len(client.get(f"/staff/reports/organisation/{form}/").content)
        print(f"organisation report {form}: {time.perf_counter() - start:.2f} s, {size // 1024} KiB")


if __name__ == "__main__":
    main()
