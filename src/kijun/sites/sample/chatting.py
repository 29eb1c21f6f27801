"""The sample town's chat: some of what its people asked AI as conversations, a prompt that is shared and one that waits, a notice."""

from __future__ import annotations

import datetime

from django.db import transaction

from kijun.governance.access.models import Grant, Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.chat import actions
from kijun.governance.chat.actions.conversations import Said
from kijun.governance.chat.models import Conversation, Turn
from kijun.governance.organisation.models import Municipality
from kijun.sites.sample import records

#: Name ("": none), where the input comes from, and which records of ``records.yaml`` follow each other.
CONVERSATIONS = (
    ("節電の呼びかけ", "施設管理課の節電計画", (0, 1)),
    ("", "広報の年間計画", (2,)),
    ("届かない広報紙への返事", "広報係に届いた電子メール", (3,)),
    ("", "", (4,)),
)
SHARED = (
    "広報文をやさしくする",
    "次の文章を、中学生にも分かる言葉で、〔字数〕字以内に書き直してください。\n\n〔文章〕",
)
WAITING = (
    "会議録の要約",
    "次の〔会議の名前〕の記録を、決まったこと、宿題、次回の予定に分けて要約してください。\n\n〔記録〕",
)
NOTICE = {
    "text": "個人情報を入れる前に、目的の決まりを確かめましょう。数字・日付・法令は、必ず元の資料と照らします。",
    "text_en": "Look at the purpose's rules before you enter personal information. Check figures, dates and laws against the original.",
    "url": "",
}


@transaction.atomic
def tell(town: Municipality) -> None:
    """Once the records are in the ledger."""
    for title, source, numbers in CONVERSATIONS:
        _conversation(town, title, source, numbers)
    _prompts(town)
    writer = _with_role(town, Role.IT_STAFF)
    if writer is not None:
        actions.save_notice(writer, dict(NOTICE))


def _conversation(town: Municipality, title: str, source: str, numbers: tuple[int, ...]) -> None:
    row: Conversation | None = None
    for number in numbers:
        grant: Grant = records.grant(town, number)
        at = datetime.datetime.fromtimestamp(records.moment(town, number) / 1000, datetime.UTC)
        said = Said(source, at.date()) if source else Said()
        person = grant.person
        if person is None:
            continue
        turn = actions.record_turn(
            person, grant, row.pk if row is not None else None, records.interaction(town, number), said
        )
        Turn.objects.filter(pk=turn.pk).update(at=at)
        row = turn.conversation
        Conversation.objects.filter(pk=row.pk).update(
            touched_at=at, **({} if turn.order > 1 else {"made_at": at})
        )
    if row is not None and title:
        actions.rename(row.person, row, title)


def _prompts(town: Municipality) -> None:
    author = Person.objects.filter(municipality=town, staff_number="3001").first()
    if author is None or author.department is None:
        return
    purpose = Purpose.objects.of(town).filter(grants__person=author).order_by("pk").first()
    values = {"department": author.department, "purpose": purpose}
    for number, (title, text) in enumerate((SHARED, WAITING)):
        row = actions.save_prompt(author, None, {**values, "title": title, "text": text})
        actions.send_prompt(author, row)
        approver = _approver(town, author)
        if number == 0 and approver is not None:
            actions.decide_prompt(approver, row, share=True, comment="ほかの課でも使えそうです。")


def _with_role(town: Municipality, role: Role) -> Person | None:
    people = Person.objects.filter(municipality=town, is_active=True).order_by("pk")
    return next((one for one in people if role in one.roles_today()), None)


def _approver(town: Municipality, author: Person) -> Person | None:
    people = Person.objects.filter(municipality=town, is_active=True).exclude(pk=author.pk).order_by("pk")
    return next((one for one in people if one.covers(author.department, Role.APPROVER)), None)
