"""Reference documents: uploaded, approved, quoted with their sources, opened, reviewed in time."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from kijun.gateway import assertions
from kijun.governance.access import actions as access
from kijun.governance.access import publishing, snapshots
from kijun.governance.access.models import Grant, Purpose
from kijun.governance.accounts import belongings, waiting
from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals.models import Approval, Step
from kijun.governance.audit.models import Entry
from kijun.governance.chat import actions as chat
from kijun.governance.chat import queries, sources
from kijun.governance.chat.actions.conversations import Said
from kijun.governance.chat.documents import actions, evidence, indexing, reading
from kijun.governance.chat.documents.models import Collection, Document, DocumentVersion, Opened
from kijun.governance.evidence.models import Verdict
from kijun.governance.evidence.proofs import Scope
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.reviews import sources as reviews
from tests.gateway.town import SECRET, serving
from tests.governance.chat.conftest import RealLedger

ClientOf = Callable[[Person], Client]
GUIDE = """# 介護保険の手引
## 住宅改修
手すりの取付けなどに、20万円を上限として支給します。必ず工事の前に申請してください。
## 担当
この手引の担当は山田太郎、携帯電話は090-1234-5678です。
"""


def in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


@pytest.fixture(autouse=True)
def built_at_once(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> None:
    """The job's work is done where it is asked for."""
    monkeypatch.setattr(indexing, "_ask", indexing.build)


@pytest.fixture
def collection(it_staff: Person, staff: Person, care: Department) -> Collection:
    values = {"name": "介護の手引", "department": care, "owner": staff, "is_open": True}
    return actions.save_collection(it_staff, None, values)


def upload(person: Person, collection: Collection, text: str = GUIDE, **more: Any) -> DocumentVersion:
    given = {
        "title": "介護保険の手引",
        "file_name": "手引.md",
        "content": text.encode(),
        "dated": in_days(-100),
        "review_by": in_days(200),
    } | more
    return actions.upload(person, collection, given.pop("document", None), **given)


def decide(version: DocumentVersion, person: Person) -> None:
    approval = Approval.objects.get(subject_id=str(version.pk), state="submitted")
    for step in Step.objects.filter(approval=approval).order_by("order"):
        approvals.approve(person, step)


@pytest.fixture
def served(staff: Person, approver: Person, collection: Collection) -> DocumentVersion:
    """A document that is in force."""
    version = upload(staff, collection)
    actions.submit(staff, version)
    decide(version, approver)
    indexing.build_of(version.municipality)
    return DocumentVersion.objects.get(pk=version.pk)


@pytest.fixture
def answering(
    home: Path, it_staff: Person, staff: Person, system: AISystem, purpose: Purpose
) -> Iterator[Callable[[str], str]]:
    """``answering("…")``: the staff's question to the reference search through a gateway; gives the interaction."""
    town = it_staff.municipality
    service = access.save_upstream(it_staff, town, None, {"name": "参考文書", "kind": "reference"})
    access.save_model(
        it_staff, town, None, name="reference", system=system, routes=[access.Way(service, "reference")]
    )
    made = access.create_grant(
        it_staff, town, with_key=False, person=staff, system=system, purpose=purpose, expires_on=in_days(90)
    )
    publishing.publish_now("a test")
    with serving(home, None, RealLedger()) as running:

        def ask(text: str) -> str:
            key = assertions.sign(SECRET, str(staff.pk), str(made.grant.pk))
            raw = running.client(key).chat.completions.with_raw_response.create(
                model="reference", messages=[{"role": "user", "content": text}]
            )
            assert raw.parse().choices[0].message.content
            return str(raw.headers["kijun-interaction"])

        yield ask


def test_it_works(
    staff: Person, approver: Person, collection: Collection, client_of: ClientOf, home: Path
) -> None:
    client = client_of(staff)
    file = SimpleUploadedFile("手引.md", GUIDE.encode())
    told = {"title": "介護保険の手引", "file": file, "dated": in_days(-10), "review_by": in_days(200)}
    answer = client.post(f"/staff/chat/documents/collections/{collection.pk}/upload/", told)
    assert answer.status_code == 302
    version = DocumentVersion.objects.get()
    page = client.get(answer["location"]).content.decode()
    assert "20万円を上限として支給します" in page
    assert "次のものが見つかりました" in page, "personal information is told before approval"
    assert version.findings.get("PERSON") == 1
    client.post(f"/staff/chat/documents/{version.document_id}/submit/", {"comment": "更新"})
    version.refresh_from_db()
    assert version.state == "submitted"
    approval = Approval.objects.get()
    assert "介護の手引" in client_of(approver).get(f"/staff/approvals/{approval.pk}/").content.decode()
    decide(version, approver)
    version.refresh_from_db()
    assert version.state == "current"
    assert indexing.build_of(version.municipality).passages == 2
    page = client.get("/staff/chat/documents/", {"q": "手すりの補助"}).content.decode()
    assert "20万円を上限として支給します" in page
    assert Entry.objects.filter(action="chat.document_approved").count() == 1


def test_an_answer_quotes_it_and_its_sources_are_opened(
    served: DocumentVersion, staff: Person, answering: Callable[[str], str], client_of: ClientOf
) -> None:
    interaction = answering("手すりの取付けの補助はいくらですか")
    found = sources.sources_of(interaction, staff)
    assert [(one.number, one.title, one.cited, one.opened) for one in found] == [
        (1, "介護保険の手引", True, False)
    ]
    page = client_of(staff).get(found[0].url).content.decode()
    assert "20万円を上限として支給します" in page
    assert Opened.objects.get().person == staff
    client_of(staff).get(found[0].url)
    assert Opened.objects.count() == 1, "it is noted once"
    assert sources.sources_of(interaction, staff)[0].opened
    assert reviews.of(staff, interaction)[0].opened
    assert sources.sources_of("no-such-interaction", staff) == []


def test_a_source_leads_back_to_the_answer(
    served: DocumentVersion,
    staff: Person,
    approver: Person,
    answering: Callable[[str], str],
    client_of: ClientOf,
) -> None:
    interaction = answering("手すりの取付けの補助はいくらですか")
    turn = chat.record_turn(staff, Grant.objects.get(), None, interaction, Said())
    url = sources.sources_of(interaction, staff)[0].url
    back = f"/staff/chat/{turn.conversation_id}/#turn-1"
    assert back in client_of(staff).get(url).content.decode()
    assert "回答に戻る" not in client_of(approver).get(url).content.decode(), "it is not theirs"


def test_opening_for_somebody_elses_answer_is_not_noted(
    served: DocumentVersion,
    staff: Person,
    approver: Person,
    answering: Callable[[str], str],
    client_of: ClientOf,
) -> None:
    url = sources.sources_of(answering("手すりの取付けの補助はいくらですか"), staff)[0].url
    assert client_of(approver).get(url).status_code == 200
    assert not Opened.objects.exists()
    assert sources.sources_of(url.rpartition("=")[2], approver) == []


def test_passages_with_personal_data_go_to_no_model(served: DocumentVersion) -> None:
    assert [one.guarded for one in indexing.passages_of(served)] == [False, True]


def test_a_new_version_takes_the_place_of_the_old_one(
    served: DocumentVersion, staff: Person, approver: Person, collection: Collection
) -> None:
    fresh = upload(staff, collection, GUIDE.replace("20万円", "30万円"), document=served.document)
    assert fresh.number == 2
    assert "20万円" in next(iter(indexing.documents(served.municipality)))[2]()[0].text, (
        "not before it is approved"
    )
    actions.submit(staff, fresh)
    decide(fresh, approver)
    served.refresh_from_db()
    assert served.state == "replaced"
    assert "30万円" in next(iter(indexing.documents(served.municipality)))[2]()[0].text


def test_what_is_withdrawn_is_served_no_longer(
    served: DocumentVersion, staff: Person, client_of: ClientOf
) -> None:
    url = f"/staff/chat/documents/{served.document_id}/withdraw/"
    client_of(staff).post(url, {"why": ""})
    assert Document.objects.get().current is not None, "a reason is needed"
    client_of(staff).post(url, {"why": "誤りがあった"})
    assert Document.objects.get().current is None
    assert indexing.build_of(served.municipality).passages == 0
    with pytest.raises(ValidationError):
        actions.withdraw(staff, served.document, why="二度目")


def test_a_change_of_one_document_reads_that_document_alone(
    served: DocumentVersion,
    staff: Person,
    approver: Person,
    collection: Collection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    indexing.build_of(served.municipality)
    monkeypatch.setattr(indexing, "_ask", lambda key: None)
    second = upload(staff, collection, GUIDE.replace("20万円", "30万円"), title="住宅改修の手引")
    actions.submit(staff, second)
    decide(second, approver)
    both = indexing.build_of(served.municipality)
    assert (both.documents, both.read) == (2, 1)
    assert indexing.build_of(served.municipality).read == 0, "a night without changes reads nothing"
    collection.is_open = False
    collection.save()
    assert indexing.build_of(served.municipality).read == 2, "who may read it has changed"


def test_returned_and_taken_back(staff: Person, approver: Person, collection: Collection) -> None:
    version = upload(staff, collection)
    approval = actions.submit(staff, version)
    with pytest.raises(ValidationError):
        actions.submit(staff, DocumentVersion.objects.get())
    with pytest.raises(ValidationError):
        upload(staff, collection, document=version.document)
    approvals.return_(approver, approval.steps.get(order=1), comment="古い")
    version.refresh_from_db()
    assert version.state == "returned"
    approvals.withdraw(staff, actions.submit(staff, version))
    version.refresh_from_db()
    assert version.state == "draft"


def test_overdue_documents_wait_for_their_owner_and_are_told_by_evidence(
    served: DocumentVersion, staff: Person, approver: Person
) -> None:
    scope = Scope.organisation(served.municipality)
    proof = evidence.documents_within_their_dates(scope)
    assert proof is not None
    assert proof.verdict == Verdict.MET
    assert not [one for one in waiting.tasks(staff) if "見直す" in str(one.title)]
    DocumentVersion.objects.update(review_by=in_days(-1))
    assert [one for one in waiting.tasks(staff) if "介護保険の手引" in str(one.title)]
    assert not [one for one in waiting.tasks(approver) if "見直す" in str(one.title)]
    proof = evidence.documents_within_their_dates(scope)
    assert proof is not None
    assert proof.verdict != Verdict.MET
    assert proof.figures["overdue"] == 1


def test_no_documents_prove_nothing(staff: Person) -> None:
    scope = Scope.organisation(staff.municipality)
    assert evidence.documents_within_their_dates(scope) is None
    assert evidence.sources_are_opened(scope) is None


def test_bad_files_are_refused_with_words(staff: Person, collection: Collection, client_of: ClientOf) -> None:
    url = f"/staff/chat/documents/collections/{collection.pk}/upload/"
    told = {"title": "x", "dated": in_days(0), "review_by": in_days(10)}
    for name, content in (("a.txt", b" "), ("a.pdf", b"%PDF-1.4 broken"), ("a.docx", b"PK\x03\x04no")):
        answer = client_of(staff).post(url, {**told, "file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422, name
    past = {**told, "review_by": in_days(-1), "file": SimpleUploadedFile("a.txt", GUIDE.encode())}
    assert "これから来る日" in client_of(staff).post(url, past).content.decode()
    assert not Document.objects.exists()


def test_a_title_is_given_once(staff: Person, collection: Collection) -> None:
    upload(staff, collection)
    with pytest.raises(ValidationError, match="同じ名前の文書"):
        upload(staff, collection)
    assert Document.objects.count() == 1


def test_who_may(
    served: DocumentVersion, outsider: Person, approver: Person, owner: Person, collection: Collection,
    client_of: ClientOf, client: Client,
) -> None:  # fmt: skip
    pages = [
        "/staff/chat/documents/",
        f"/staff/chat/documents/collections/{collection.pk}/",
        f"/staff/chat/documents/{served.document_id}/",
        f"/staff/chat/documents/{served.document_id}/1/",
        f"/staff/chat/documents/{served.document_id}/1/1/",
    ]
    for url in pages:
        assert client_of(owner).get(url).status_code == 200, url
        assert client.get(url).status_code == 302, url
    for url in pages[1:]:
        assert client_of(outsider).get(url).status_code == 404, url
    assert "介護の手引" not in client_of(outsider).get(pages[0]).content.decode()
    assert client_of(owner).get(f"/staff/chat/documents/{served.document_id}/1/99/").status_code == 404
    assert client_of(owner).get("/staff/chat/documents/collections/new/").status_code == 403
    with pytest.raises(PermissionDenied):
        actions.withdraw(outsider, served.document, why="よその町")
    with pytest.raises(PermissionDenied):
        actions.save_reading(approver, Purpose(municipality=approver.municipality), {"collections": []})


def test_a_purpose_reads_what_it_names(
    it_staff: Person, purpose: Purpose, collection: Collection, client_of: ClientOf
) -> None:
    told = {"purpose": purpose.pk, "collections": [collection.pk], "for_models": "on"}
    assert client_of(it_staff).get("/staff/chat/documents/reading/").status_code == 200
    assert client_of(it_staff).post("/staff/chat/documents/reading/", told).status_code == 302
    made = next(one for one in snapshots.build().purposes if one.id == str(purpose.pk))
    assert (made.collections, made.reference, made.overdue) == ((str(collection.pk),), True, False)
    page = client_of(it_staff).get(f"/staff/chat/documents/reading/?purpose={purpose.pk}").content.decode()
    assert "介護の手引" in page


def test_a_purpose_that_reads_documents_is_answered_from_them_unless_another_model_is_chosen(
    it_staff: Person, grant: Grant, purpose: Purpose, collection: Collection, client_of: ClientOf
) -> None:
    town = it_staff.municipality
    service = access.save_upstream(it_staff, town, None, {"name": "参考文書", "kind": "reference"})
    way = access.Way(service, "reference")
    access.save_model(it_staff, town, None, name="looks-up", system=grant.system, routes=[way])
    first, last = queries.models_of(grant)
    assert last == "looks-up"
    told = {"purpose": purpose.pk, "collections": [collection.pk]}
    assert client_of(it_staff).post("/staff/chat/documents/reading/", told).status_code == 302
    assert queries.models_of(grant) == ["looks-up", first]


def test_collections_are_made_and_changed_on_pages(
    it_staff: Person, staff: Person, care: Department, client_of: ClientOf
) -> None:
    client = client_of(it_staff)
    told = {"name": "総務の手引", "department": care.pk, "owner": staff.pk, "is_open": "on"}
    assert client.post("/staff/chat/documents/collections/new/", told).status_code == 302
    row = Collection.objects.get()
    assert client.post("/staff/chat/documents/collections/new/", told).status_code == 422
    change = f"/staff/chat/documents/collections/{row.pk}/change/"
    assert client.get(change).status_code == 200
    assert client.post(change, {**told, "name": "総務課の手引", "revision": row.revision}).status_code == 302
    assert client.post(change, {**told, "name": "遅れた人", "revision": row.revision}).status_code == 422


def test_documents_are_handed_over(
    served: DocumentVersion, staff: Person, owner: Person, it_staff: Person
) -> None:
    mine = {(one.thing_kind, one.role_key) for one in belongings.belongings(staff)}
    assert {("chat.collection", "owner"), ("chat.document", "owner")} <= mine
    belongings.hand_over("chat.document", "owner", str(served.document_id), staff, owner, it_staff)
    assert Document.objects.get().owner == owner


def test_pages_of_a_pdf_are_told(staff: Person, collection: Collection) -> None:
    version = upload(staff, collection)
    version.places = [[0, 40, "1ページ"], [40, 500, "2ページ"]]
    assert [one.place for one in indexing.passages_of(version)] == ["1ページ", "2ページ"]


def test_what_a_formula_says_and_no_cell_shows_is_no_text_of_the_document() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["収集日", "火曜日"])
    sheet.append(["判定", '=IF(B1="","該当しません","該当します")'])
    buffer = BytesIO()
    book.save(buffer)
    text = reading.read("収集.xlsx", buffer.getvalue())["text"]
    assert "火曜日" in text
    assert "該当しません" not in text
