"""``kijun documents …``: collections and reference documents, in a person's name, and the search over what is served.

What the person named by ``--as`` may do is what the command may; approval is somebody else's, on the page. Exit codes: 0 done,
1 refused (the reason goes to standard error in Japanese and English), 2 wrongly called, or nothing of that name.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from kijun.governance.access.commands import NotThere, day, facts, person_of, rows, show
from kijun.governance.accounts.models import Person
from kijun.governance.chat.documents import actions, indexing, queries
from kijun.governance.chat.documents.models import Collection, Document, DocumentVersion
from kijun.governance.interactions.commands import acting, carry_out, department_of, person, reason


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands to a parser."""
    parser.set_defaults(carry_out=None, group_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    acting(commands, "collections", "list the collections", _collections)
    collecting = acting(commands, "collect", "make a collection", _collect)
    collecting.add_argument("name", metavar="NAME", help="what people call it")
    collecting.add_argument("--department", required=True, metavar="CODE", help="whose documents they are")
    collecting.add_argument(
        "--owner", required=True, metavar="NUMBER", help="staff number of who looks after it"
    )
    collecting.add_argument(
        "--closed", action="store_true", help="only purposes that name it read it (default: all do)"
    )
    listing = acting(commands, "list", "list the documents and how each stands", _list)
    listing.add_argument("--collection", metavar="COLLECTION", help="its name or number")
    listing.add_argument("--late", action="store_true", help="past their review date: not quoted any more")
    _changes(commands)
    acting(commands, "rebuild", "build the index anew, now", _rebuild)
    searching = acting(commands, "search", "search what is served", _search)
    searching.add_argument("question", metavar="QUESTION", help="as one would ask it")
    searching.add_argument(
        "--limit", type=int, default=10, metavar="N", help="passages at most, 1 to 50 (default: 10)"
    )


def _changes(commands: Any) -> None:
    adding = acting(commands, "add", "register a document, or a new version of one", _add)
    adding.add_argument("file", type=Path, metavar="FILE", help="PDF, Word, Excel, PowerPoint, HTML or text")
    adding.add_argument("--collection", metavar="COLLECTION", help="of a new document: the name or number")
    adding.add_argument("--title", metavar="TEXT", help="of a new document: what people call it")
    adding.add_argument("--version-of", metavar="DOCUMENT", help="the document of which it is a new version")
    adding.add_argument(
        "--dated", required=True, type=day, metavar="DATE", help="as of when its content is right"
    )
    adding.add_argument("--review-by", required=True, type=day, metavar="DATE", help="until when it counts")
    submitting = acting(commands, "submit", "put the newest version forward for approval", _submit)
    submitting.add_argument("--comment", default="", metavar="TEXT", help="for those who decide")
    removing = acting(commands, "remove", "quote a document no longer, at once", _remove)
    removing.add_argument("--reason", required=True, help="why; stands in the trail")
    for one in (submitting, removing):
        one.add_argument("document", metavar="DOCUMENT", help="its title or number")


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    return carry_out(args, "docs/reference.md")


def _named(found: Any, what: str, asked: str, **by: Any) -> Any:
    """By number, else by name where that is clear."""
    if (
        asked.isascii()
        and asked.isdecimal()
        and len(asked) < 19
        and (row := found.filter(pk=int(asked)).first())
    ):
        return row
    named = list(found.filter(**by)[:2])
    if len(named) != 1:
        raise NotThere(
            f"{what} {asked} はいくつもあります。番号で指定してください。 / There are several: name it by its number."
            if named
            else f"{what} {asked} が見つかりません。 / There is no {what} {asked}."
        )
    return named[0]


def _collection(who: Person, asked: str) -> Collection:
    found: Collection = _named(queries.collections(who.municipality), "collection", asked, name=asked)
    return found


def _document(who: Person, asked: str) -> Document:
    found: Document = _named(queries.documents(who.municipality), "document", asked, title=asked)
    return found


def _collected(row: Collection) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "department": row.department.code,
        "owner": row.owner.staff_number,
        "open": row.is_open,
        "served": getattr(row, "served", 0),
        "late": getattr(row, "late", 0),
    }


def _collections(args: argparse.Namespace) -> None:
    told = [_collected(row) for row in queries.collections(person(args).municipality)]
    show(args, told, rows(told, "id", "name", "department", "owner", "open", "served", "late"))


def _collect(args: argparse.Namespace) -> None:
    who = person(args, "chat.manage_collections")
    town = who.municipality
    values = {
        "name": args.name,
        "department": department_of(town, args.department),
        "owner": person_of(town, args.owner),
        "is_open": not args.closed,
    }
    row = actions.save_collection(who, None, values)
    show(args, _collected(row), [f"{row.pk}\t{row.name}"])


def _dict(row: Document) -> dict[str, Any]:
    now = row.current
    return {
        "id": row.pk,
        "title": row.title,
        "collection": row.collection.name,
        "owner": row.owner.staff_number,
        "state": "withdrawn"
        if now is None and row.withdrawn_at
        else "unapproved"
        if now is None
        else "current",
        "version": now.number if now is not None else None,
        "dated": now.dated if now is not None else None,
        "review_by": now.review_by if now is not None else None,
        "late": now is not None and now.overdue(),
        "passages": now.passages if now is not None else 0,
    }


def _list(args: argparse.Namespace) -> None:
    who = person(args)
    found = queries.documents(who.municipality)
    if args.collection:
        found = found.filter(collection=_collection(who, args.collection))
    told = [one for one in map(_dict, found) if one["late"] or not args.late]
    show(args, told, rows(told, "id", "title", "collection", "state", "version", "review_by", "late"))


def _version(row: DocumentVersion) -> dict[str, Any]:
    return {
        "document": row.document_id,
        "title": row.document.title,
        "version": row.number,
        "state": row.state,
        "passages": row.passages,
        "findings": row.findings,
        "sha256": row.digest,
        "dated": row.dated,
        "review_by": row.review_by,
    }


def _add(args: argparse.Namespace) -> None:
    who = person(args, "chat.write_documents")
    if bool(args.version_of) == bool(args.collection and args.title):
        raise NotThere(
            "--collection と --title、または --version-of のどちらかを指定してください。\n"
            "Name a --collection and a --title, or the document with --version-of."
        )
    document = _document(who, args.version_of) if args.version_of else None
    made = actions.upload(
        who,
        document.collection if document is not None else _collection(who, args.collection),
        document,
        title=args.title or "",
        file_name=args.file.name,
        content=args.file.read_bytes(),
        dated=args.dated,
        review_by=args.review_by,
    )
    show(args, _version(made), lambda: facts(_version(made)))


def _submit(args: argparse.Namespace) -> None:
    who = person(args, "chat.write_documents")
    row = _document(who, args.document)
    newest = row.versions.select_related("document__collection", "municipality").first()
    if newest is None:
        raise NotThere(f"文書 {args.document} には版がありません。 / The document has no version.")
    actions.submit(who, newest, comment=args.comment)
    newest.refresh_from_db()
    show(args, _version(newest), [f"{row.title} {newest.number}: {newest.state}"])


def _remove(args: argparse.Namespace) -> None:
    who = person(args, "chat.write_documents")
    row = actions.withdraw(who, _document(who, args.document), why=reason(args.reason))
    show(args, {"removed": row.title, "id": row.pk}, [f"{row.title}: removed"])


def _rebuild(args: argparse.Namespace) -> None:
    built = indexing.build_of(person(args, "chat.manage_collections").municipality)
    show(args, {"passages": built.passages}, [f"{built.passages} passages"])


def _search(args: argparse.Namespace) -> None:
    from kijun.gateway.reference.shelf import Shelf  # what searches is loaded with the first search

    if not 1 <= args.limit <= 50:
        raise NotThere("--limit は1から50までです。 / --limit goes from 1 to 50.")
    who = person(args)
    shelf = Shelf(Path(settings.HOME))
    try:
        index = shelf.index(who.municipality.code)
        if index is None:
            raise NotThere("引用できる文書が、まだありません。 / No document is served yet.")
        found = index.search(args.question, today=timezone.localdate().isoformat(), most=args.limit)
    finally:
        shelf.close()
    told = [
        {**hit.told(number), "text": hit.passage.text, "covers": round(hit.covers, 3)}
        for number, hit in enumerate(found.hits, 1)
    ]
    lines = rows(told, "n", "title", "where", "covers", "text")
    if found.left_out:
        lines.append(
            f"見直し期限を過ぎた文書にも{found.left_out}か所あります。 / {found.left_out} passages of documents past their review are left out."
        )
    show(args, {"passages": told, "left_out": found.left_out}, lines)
