"""``kijun records search`` and ``show``: reading, each look recorded before anything is printed."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from kijun.governance.access.commands import (
    NotThere,
    day,
    facts,
    person_of,
    purpose_of,
    rows,
    show,
    system_of,
)
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.audit import words
from kijun.governance.interactions import ledger, searching, sending, wording
from kijun.governance.interactions.commands._shared import (
    Codes,
    acting,
    at,
    days,
    department_of,
    person,
    reason,
)
from kijun.governance.interactions.hours import OUT
from kijun.governance.interactions.looks import history, look
from kijun.governance.interactions.names import unknown_number
from kijun.governance.interactions.reach import Reach, reach_of
from kijun.governance.interactions.reading import excerpt, others, texts
from kijun.governance.interactions.searching import Asked, Interaction, Results
from kijun.ledger.holding import holds_of
from kijun.ledger.model import Record, Verdict

MOST: Final = 1_000
"""Interactions that one call prints: as many as the record of the look names."""
_TEXTS: Final = ("text", "finding", "verdict", "application", "model", "source")


def add(commands: Any) -> None:
    """The commands."""
    searching_ = acting(commands, "search", "find records within the person's reach, newest first", _search)
    searching_.add_argument("--reason", metavar="TEXT", help="why; needed unless --mine")
    searching_.add_argument(
        "--mine", action="store_true", help="the person's own records; no reason is asked"
    )
    searching_.add_argument("--text", metavar="WORDS", help="what question or answer contains")
    searching_.add_argument("--person", metavar="NUMBER", help="staff number of who used AI")
    searching_.add_argument("--department", metavar="CODE", help="the department's code; those below it too")
    searching_.add_argument("--alone", action="store_true", help="the department without those below it")
    searching_.add_argument("--system", metavar="SYSTEM", help="AI-003, or the system's name")
    searching_.add_argument("--purpose", metavar="PURPOSE", help="its name or number")
    searching_.add_argument(
        "--finding",
        metavar="TYPE",
        help="what was found, such as MY_NUMBER, or NOT_INSPECTED; all of a group: group:attack",
    )
    searching_.add_argument(
        "--verdict",
        choices=[*map(str, Verdict), *wording.TOGETHER],
        help="what became of question or answer; allowed and none: of both; confirmation: confirmed or to_confirm; unanswered: failed or incomplete",
    )
    searching_.add_argument(
        "--out-of-hours",
        action="store_true",
        help="asked at night, at the weekend or while the office was closed",
    )
    searching_.add_argument("--since", type=day, metavar="DATE", help="first day")
    searching_.add_argument("--until", type=day, metavar="DATE", help="last day")
    searching_.add_argument(
        "--application", metavar="NAME", help="the application that asked, or a part of its name"
    )
    searching_.add_argument("--model", metavar="NAME", help="the model's name, or a part of it")
    searching_.add_argument("--source", choices=list(wording.SOURCES), help="the way it came in")
    searching_.add_argument(
        "--limit", type=int, default=50, metavar="N", help=f"interactions at most, 1 to {MOST} (default: 50)"
    )
    showing = acting(commands, "show", "show one record with verdicts, findings, history and proof", _show)
    showing.add_argument("id", metavar="RECORD", help="its id")
    showing.add_argument(
        "--reason", metavar="TEXT", help="why; needed for another person's, and with --unmask"
    )
    showing.add_argument(
        "--unmask", action="store_true", help="with the values behind the placeholders, for those who may"
    )


# --- search ---------------------------------------------------------------------------------


def _search(args: argparse.Namespace) -> None:
    if not 1 <= args.limit <= MOST:
        raise NotThere(f"--limit は1から{MOST}までです。 / --limit goes from 1 to {MOST}.")
    who = person(args, "interactions.mine" if args.mine else "interactions.search")
    reach, asked = reach_of(who), _asked(args, who)
    if args.mine:
        queries, keep = searching.own_query(who.municipality.code, asked, str(who.pk)), reach.is_own
    else:
        why = reason(args.reason)
        queries, keep = searching.queries(who.municipality.code, asked, reach), reach.holds
    results = searching.all_of(queries, args.limit, keep)
    if not args.mine:
        conditions = {name: str(value) for name, value in asdict(asked).items() if value}
        entries = [entry for one in results.interactions for entry in one.entries]
        look(who, "searched", why, entries, asked=conditions)
    _print(args, who, results)


def _asked(args: argparse.Namespace, who: Person) -> Asked:
    town = who.municipality
    found: dict[str, Any] = {name: getattr(args, name) or "" for name in _TEXTS}
    found |= {"alone": args.alone, "hours": OUT if args.out_of_hours else ""}
    if args.person and not args.mine:
        found["person"] = unknown_number(town, args.person) or str(person_of(town, args.person).pk)
    if args.department:
        found["department"] = str(department_of(town, args.department).pk)
    if args.system:
        found["system"] = str(system_of(town, args.system).pk)
    if args.purpose:
        found["purpose"] = str(purpose_of(town, args.purpose).pk)
    if args.finding and args.finding not in (*wording.FINDINGS, *wording.GROUPED):
        raise NotThere(
            f"{args.finding} という種類はありません。種類は docs/inspection.md にあります。\n"
            f"There is no kind {args.finding}: docs/inspection.md lists them."
        )
    days(args)
    return Asked(**found, since=args.since, until=args.until)


def _print(args: argparse.Namespace, who: Person, results: Results) -> None:
    codes = Codes(who.municipality)
    found = [_summary(one, codes) for one in results.interactions]
    more = results.before is not None
    told = [{**one, "person": one["person"] or one["application"]} for one in found]
    lines = rows(told, "id", "at", "person", "system", "question", "answer", "findings", "excerpt")
    if more:
        lines.append(
            "ほかにもあります。--limit を増やすか、条件を足してください。 / There are more: raise --limit, or narrow."
        )
    if results.unread:
        lines.append(
            f"封入した記録の{results.unread}区画が読めませんでした。 / {results.unread} sealed segments could not be read."
        )
    show(args, {"records": found, "more": more, "unread_segments": results.unread}, lines)


def _summary(one: Interaction, codes: Codes) -> dict[str, Any]:
    first = one.head
    verdicts = [half.verdict for half in (one.question, one.answer) if half is not None]
    return {
        "id": one.id,
        "at": at(one.first.at),
        "person": codes("person", first.person),
        "application": first.application,
        "department": codes("department", first.department),
        "system": codes("system", first.system),
        "purpose": codes("purpose", first.purpose),
        "model": one.model,
        "source": first.source,
        "verdicts": list(dict.fromkeys(map(str, verdicts))),
        "question": "" if one.question is None else str(one.question.verdict),
        "answer": "" if one.answer is None else str(one.answer.verdict),
        "not_inspected": one.is_partly_unread,
        "findings": one.findings,
        "held": bool(one.holds),
        "excerpt": excerpt(one.question or one.answer),
    }


# --- one record -----------------------------------------------------------------------------


def _show(args: argparse.Namespace) -> None:
    who = person(args, "interactions.mine")
    one, reach = _opened(who, args.id)
    own = all(reach.is_own(entry) for entry in one.entries)
    if args.unmask:
        auditor = Role.AUDITOR in who.roles_today()
        values = [entry for entry in one.entries if reach.may_unmask(entry, auditor=auditor)]
        if not values:
            raise PermissionDenied
        look(who, "unmasked", reason(args.reason), values, interaction=one.id)
        one, reach = _opened(who, args.id, masked=True)
        one = replace(one, entries=reach.unmasked(one.entries, auditor=auditor))
    elif not own:
        look(who, "opened", reason(args.reason), one.entries, interaction=one.id)
    found = _whole(who, one, own=own, unmask=args.unmask)
    show(args, found, lambda: _lines(found))


def _opened(who: Person, id: str, *, masked: bool = False) -> tuple[Interaction, Reach]:
    opened = searching.openable(who, id, masked=masked)
    if opened is None:
        raise NotThere(
            f"記録 {id} は、ないか、この職員には見られません。 / There is no record {id} that this person may see."
        )
    return opened


def _whole(who: Person, one: Interaction, *, own: bool, unmask: bool) -> dict[str, Any]:
    town = who.municipality
    codes = Codes(town)
    with ledger.reading() as book:
        entries = [_entry(entry, book.prove(entry.seq), unmask=unmask) for entry in one.entries]
        held = [hold for hold in holds_of(book, town.code, one.id) if hold.released_at is None]
    return {
        **_summary(one, codes),
        "own": own,
        "upstream": codes("upstream", one.upstream),
        "sent_to": [
            {
                "service": codes("upstream", each.upstream),
                "how": each.how,
                "status": each.status,
                "error": each.error,
            }
            for each in sending.sent(one)
        ],
        "retention": one.first.retention,
        "entries": entries,
        "hidden": one.hidden,
        "holds": [
            {"id": hold.id, "why": hold.why, "by": codes("person", hold.by), "at": at(hold.at)}
            for hold in held
        ],
        "history": []
        if own
        else [
            {
                "at": timezone.localtime(told.at).isoformat(timespec="milliseconds"),
                "actor": told.actor_label,
                "action": told.action,
                "reason": told.detail.get("reason", ""),
            }
            for told in history(town, one.id)
        ],
    }


def _entry(entry: Record, proof: Any, *, unmask: bool) -> dict[str, Any]:
    content = entry.content or {}
    kept = {
        name: content[name]
        for name in ("findings", "uninspected", "refusal", "error", "delivered")
        if content.get(name)
    }
    return {
        "place": entry.seq,
        "kind": str(entry.kind),
        "at": at(entry.at),
        "verdict": str(entry.verdict),
        "erased": entry.content is None,
        "texts": [
            {"role": role, "text": text, "where": where}
            for role, text, where in texts(content)
            if text.strip()
        ],
        "others": [{"where": where, "text": text} for where, text in others(content, entry.model)],
        **kept,
        **({"values": dict(entry.masked or {})} if unmask else {}),
        "model": entry.model,
        "tokens_in": entry.tokens_in,
        "tokens_out": entry.tokens_out,
        "duration_ms": entry.duration_ms,
        "proof": None if proof is None else asdict(proof),
    }


def _lines(found: dict[str, Any]) -> list[str]:
    """For people: what the list shows, then each half."""
    known = ("entries", "hidden", "holds", "history", "excerpt", "sent_to")
    lines = facts({name: value for name, value in found.items() if name not in known})
    lines += [
        f"送った先 / sent to\t{one['service']}\t{one['how']}\t{one['status'] or one['error'] or '-'}"
        for one in found["sent_to"]
    ]
    for entry in found["entries"]:
        kind, verdict = wording.KINDS.get(entry["kind"], entry["kind"]), entry["verdict"]
        lines += ["", f"{kind} {entry['kind']}\t{entry['at']}\t{verdict}"]
        lines += [
            f"  {one['role'] or '-'}: {line}" for one in entry["texts"] for line in one["text"].splitlines()
        ]
        if entry["others"]:
            lines.append("  そのほかに送られたもの / also sent")
        lines += [f"    {line}" for one in entry["others"] for line in one["text"].splitlines()]
        lines += _found(entry.get("findings"))
        lines += [f"  {name} = {value}" for name, value in entry.get("values", {}).items()]
        if entry["erased"]:
            lines.append("  消去済み / erased")
        proof = entry["proof"]
        lines.append(
            "  まだ署名されていません / not signed yet"
            if proof is None
            else f"  証明 / proof: {proof['leaf']} @ {proof['seq']} / {proof['size']}  {proof['root']}"
        )
    for kind in found["hidden"]:
        lines += ["", f"{wording.KINDS.get(kind, kind)} {kind}", "  ほかの人の記録です / another's record"]
    for one in found["holds"]:
        lines.append(f"保全 / hold {one['id']}\t{one['by']}\t{one['why']}")
    for one in found["history"]:
        lines.append(f"{one['at']}\t{one['actor']}\t{words.action(one['action'])}\t{one['reason']}")
    return lines


def _found(findings: Any) -> list[str]:
    """A line for each kind of finding at a place: what was done, how often, where, why in both languages."""
    counted = Counter(
        (*(str(one.get(name, "")) for name in ("type", "action", "where")), _both(one.get("why")))
        for one in findings or ()
        if isinstance(one, Mapping)
    )
    return [
        "\t".join((f"  {type}: {action}" + (f" × {n}" if n > 1 else ""), where or "-", why or "-"))
        for (type, action, where, why), n in counted.items()
    ]


def _both(why: Any) -> str:
    told = [str(why[name]) for name in ("ja", "en") if why.get(name)] if isinstance(why, Mapping) else []
    return " / ".join(told)
