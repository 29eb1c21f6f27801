"""``kijun records template …``, ``import`` and ``imports``: logs of products that do not pass the gateway."""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.commands import NotThere, group, purpose_of, rows, show, system_of
from kijun.governance.accounts.models import Person
from kijun.governance.interactions import actions, importing, importing_run
from kijun.governance.interactions.commands._shared import acting, person
from kijun.governance.interactions.importing import Place
from kijun.governance.interactions.importing_preview import Preview, ShownRow
from kijun.governance.interactions.models import ImportRun, ImportTemplate
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import RETENTIONS, Unavailable
from kijun.web.excel import SheetError

PATIENCE: Final = 3
"""Rounds without a row further after which the import is left to the jobs."""


def add(commands: Any) -> None:
    """The commands."""
    mine = group(commands, "template", "how one product's log is read")
    acting(mine, "list", "list the templates", _list)
    saving = acting(mine, "save", "make a template, or change it; what is not given stays", _save)
    _options(saving)
    removing = acting(mine, "remove", "take away a template that nothing was imported with", _remove)
    for one in (saving, removing):
        one.add_argument("template", metavar="TEMPLATE", help="its name")
    bringing = acting(commands, "import", "look at a product's log; record it with --run", _import)
    bringing.add_argument("file", type=Path, metavar="FILE", help="CSV, .xlsx or JSON Lines")
    bringing.add_argument("--template", required=True, metavar="NAME", help="how it is read")
    bringing.add_argument(
        "--run", action="store_true", dest="confirmed", help="record what the preview tells"
    )
    acting(commands, "imports", "list what was imported, newest first", _imports)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--form", choices=ImportTemplate.Form.values, help="the file's form (default: table)")
    parser.add_argument("--system", metavar="SYSTEM", help="AI-003, or the system's name")
    parser.add_argument("--purpose", metavar="PURPOSE", help="its name or number; an empty one takes it away")
    parser.add_argument(
        "--column",
        action="append",
        metavar="FIELD=HEADING",
        help=f"which heading holds what, of {', '.join(importing.FIELDS)}; may be repeated",
    )
    parser.add_argument("--zone", choices=("local", "utc"), help="of times without a zone (default: local)")
    parser.add_argument(
        "--unknown",
        choices=("error", "keep"),
        help="a row of somebody unknown: error, or keep it with the name masked (default: error)",
    )
    parser.add_argument(
        "--retention", choices=list(RETENTIONS), help="how long records are kept (default: y1)"
    )


def as_dict(row: ImportTemplate) -> dict[str, Any]:
    """A template."""
    return {
        "id": row.pk,
        "name": row.name,
        "form": row.form,
        "system": row.system.code,
        "purpose": row.purpose.name if row.purpose else "",
        "retention": row.retention,
        "columns": {},
        **row.mapping,
    }


def _templates(town: Municipality) -> Any:
    return ImportTemplate.objects.of(town).select_related("municipality", "system", "purpose")


def _template(town: Municipality, name: str) -> ImportTemplate:
    found: ImportTemplate | None = _templates(town).filter(name=name).first()
    if found is None:
        raise NotThere(f"読み方 {name} が見つかりません。 / There is no template {name}.")
    return found


def _list(args: argparse.Namespace) -> None:
    who = person(args, "interactions.import")
    found = [as_dict(row) for row in _templates(who.municipality)]
    show(args, found, rows(found, "id", "name", "form", "system", "purpose", "retention"))


def _save(args: argparse.Namespace) -> None:
    who = person(args, "interactions.import")
    town = who.municipality
    row: ImportTemplate | None = _templates(town).filter(name=args.template).first()
    if row is None and not args.system:
        raise NotThere("--system でAIシステムを指定してください。 / Name the AI system with --system.")
    values: dict[str, Any] = {
        "name": args.template,
        "form": args.form or (row.form if row else ImportTemplate.Form.TABLE),
        "mapping": _mapping(args, row),
    }
    if args.system:
        values["system"] = system_of(town, args.system)
    if args.purpose is not None:
        values["purpose"] = purpose_of(town, args.purpose) if args.purpose else None
    if args.retention:
        values["retention"] = args.retention
    saved = actions.save_template(who, row, values)
    show(args, as_dict(saved), [f"{saved.pk}\t{saved.name}"])


def _mapping(args: argparse.Namespace, row: ImportTemplate | None) -> dict[str, Any]:
    kept = {"columns": {}, "zone": "local", "unknown": "error"} | (row.mapping if row else {})
    columns: dict[str, str] = dict(kept["columns"])
    named: set[str] = set()
    for text in args.column or []:
        field, equals, heading = text.partition("=")
        if not equals or field not in importing.FIELDS:
            raise NotThere(
                f"{text} を読めません。項目=見出し の形で書いてください。例：at=日時\n"
                f"{text}: write FIELD=HEADING, such as at=timestamp. Fields: {', '.join(importing.FIELDS)}."
            )
        if field in named:
            raise NotThere(f"項目 {field} が2回あります。 / The field {field} is given twice.")
        named.add(field)
        columns[field] = heading.strip()
    given = {name: getattr(args, name) for name in ("zone", "unknown") if getattr(args, name)}
    return {**kept, **given, "columns": {field: heading for field, heading in columns.items() if heading}}


def _remove(args: argparse.Namespace) -> None:
    who = person(args, "interactions.import")
    row = _template(who.municipality, args.template)
    actions.remove_template(who, row)
    show(args, {"removed": args.template}, [f"{args.template}: removed"])


# --- a file ---------------------------------------------------------------------------------


def _import(args: argparse.Namespace) -> None:
    who = person(args, "interactions.import")
    template = _template(who.municipality, args.template)
    with args.file.open("rb") as file:
        content = file.read(importing.LIMITS.max_bytes + 1)  # one more: the reader says that it is too large
    found, english = _previews(template, content, args.file.name)
    told: dict[str, Any] = {
        **{name: getattr(found, name) for name in ("rows", "fresh", "double")},
        "sheets": [{"sheet": name, "rows": count} for name, count in found.sheets],
        "passed": [
            {"what": what, "what_en": other, "count": count, "rows": [_told(one) for one in places]}
            for (what, count, places), (other, _count, _places) in zip(
                found.passed, english.passed, strict=False
            )
        ],
        "repeated": [{"row": _told(row), "first": _told(first)} for row, first in found.repeated],
        "wrong": [
            {"row": _told(row), "errors": errors, "errors_en": other}
            for (row, errors), (_row, other) in zip(found.wrong, english.wrong, strict=False)
        ],
        "first_department": [_told(one) for one in found.first_post],
        "no_department": [_told(one) for one in found.no_post],
        "recorded": False,
    }
    if args.confirmed and found.fresh:
        told |= {"recorded": True, **_recorded(_carry_out(who, template, args.file.name, content, found))}
    else:
        told["shown"] = [_shown(row) for row in found.shown]
    show(args, told, lambda: _lines(told))


def _told(place: Place) -> int | str:
    """A row, as programs read it: its number, or 12月!3 where several sheets are read."""
    return f"{place.sheet}!{place.number}" if place.sheet else place.number


def _shown(row: ShownRow) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in ("at", "question", "answer", "findings")}
    person = getattr(row.person, "staff_number", row.person)
    return {"number": _told(row.place), "person": person, **said}


def _previews(template: ImportTemplate, content: bytes, name: str) -> tuple[Preview, Preview]:
    """What the file would give, told in Japanese and in English. Raises `SheetError` in both."""
    digest = hashlib.sha256(content).hexdigest()
    with translation.override("ja"):
        try:
            found = Preview.of(template, content, name, digest)
        except SheetError as error:
            with translation.override("en"):
                raise _in_both(error, lambda: Preview.of(template, content, name, digest)) from error
    if not found.wrong and not list(found.passed):
        return found, found
    with translation.override("en"):
        return found, Preview.of(template, content, name, digest)


def _in_both(error: SheetError, again: Callable[[], object]) -> SheetError:
    """The fault with what the same file says in the language of now."""
    try:
        again()
    except SheetError as other:
        return SheetError(f"{error}\n{other}")
    return error


def _carry_out(who: Person, template: ImportTemplate, name: str, content: bytes, found: Preview) -> ImportRun:
    run = actions.stage_import(who, filename=name, content=content, form=template.form, template=template)
    actions.confirm_import(who, run, rows=found.rows)
    idle = 0
    while run.state in (ImportRun.State.WAITING, ImportRun.State.RUNNING):
        before = run.seen
        importing_run.run(run.pk)
        run.refresh_from_db()
        idle = idle + 1 if run.seen == before else 0
        if run.state == ImportRun.State.WAITING and idle >= PATIENCE:
            raise Unavailable(
                "台帳に書き込めないため、まだ取り込めていません。書き込めるようになると、続きは自動で取り込まれます。",
                "The ledger cannot be written, so the import is not done yet; it goes on by itself once it can.",
            )
        if run.state == ImportRun.State.RUNNING:
            time.sleep(1)  # the jobs' process was quicker, and carries it out
    if run.state == ImportRun.State.FAILED:
        raise ValidationError(_("取込みが中断しました：%(why)s"), params={"why": run.fault})
    return run


def _recorded(run: ImportRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "file": run.filename,
        "sha256": run.sha256,
        "template": run.template.name if run.template else "",
        "state": run.state,
        "rows": run.rows,
        "done": run.done,
        "double": run.double,
        "wrong_rows": run.wrong,
        "by": run.made_by.staff_number,
        "at": run.made_at,
    }


def _first(numbers: list[int | str]) -> str:
    return ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [
        f"件数 / rows {told['rows']}  記録する / to record {told['fresh']}  "
        f"取込み済み・重複 / known or repeated {told['double']}  誤り / wrong {len(told['wrong'])}"
    ]
    if len(told["sheets"]) > 1:
        sheets = ", ".join(f"{one['sheet']} {one['rows']}" for one in told["sheets"])
        lines.append(f"読み取ったシート / sheets read: {sheets}")
    for one in told["passed"]:
        where = f" ({_first(one['rows'])})" if one["rows"] else ""
        lines.append(
            f"読み飛ばしたもの / passed over: {one['what']} / {one['what_en']}: {one['count']}{where}"
        )
    lines += [
        f"{one['row']}: {error}" for one in told["wrong"] for error in (*one["errors"], *one["errors_en"])
    ]
    lines += [
        f"{one['row']}: {one['first']}行目と同じ内容です。 / Says the same as row {one['first']}."
        for one in told["repeated"]
    ]
    if early := len(told["first_department"]):
        lines.append(
            f"{early}件は、所属が登録される前の日です。その人の最初の所属で記録します。"
            f" / {early} are from before their person's first known post: they count under that one."
        )
    if alone := len(told["no_department"]):
        lines.append(
            f"{alone}件は、その日の所属が分からないため、部署なしで記録します（{_first(told['no_department'])}行目）。"
            f" / {alone} have no department, for no post of that day is known (rows {_first(told['no_department'])})."
        )
    lines += rows(told.get("shown", []), "number", "at", "person", "question", "answer", "findings")
    if told["recorded"]:
        lines.append(f"{told['done']}件を記録しました。 / {told['done']} recorded.")
    elif told["fresh"]:
        lines.append(
            "まだ記録していません。--run を付けると記録します。 / Nothing is recorded yet: add --run."
        )
    return lines


def _imports(args: argparse.Namespace) -> None:
    who = person(args, "interactions.import")
    runs = ImportRun.objects.of(who.municipality).exclude(state=ImportRun.State.PREVIEW)
    found = [_recorded(one) for one in runs.select_related("template", "made_by")]
    show(args, found, rows(found, "id", "file", "template", "state", "done", "double", "wrong_rows", "at"))
