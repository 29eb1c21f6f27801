"""What runs every day for people: transfers take effect on their day, and what is past its time is forgotten."""

from __future__ import annotations

import datetime
import logging

from axes.models import AccessAttempt
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext

from kijun.governance.accounts import transfers
from kijun.governance.accounts.models import EntryLink
from kijun.governance.audit.refs import SYSTEM
from kijun.web import tries
from kijun.web.models import StagedImport

log = logging.getLogger("kijun.jobs")


def apply_transfers() -> int:
    """Apply every staged transfer whose day has come; gives how many took effect. Idempotent.

    One that cannot take effect is left as it is, with the reason for the administrators, and holds no other up.
    """
    count = 0
    for transfer in transfers.due_transfers():
        try:
            transfers.apply_transfer(SYSTEM, transfer)
        except ValidationError as error:
            transfers.block(transfer, "\n".join(error.messages))
            log.warning("transfer %s did not take effect: %s", transfer.pk, "; ".join(error.messages))
        except Exception:  # whatever an app does that takes things over: the others take effect all the same
            why = gettext(
                "引継ぎの途中で思わぬ誤りが起きました。何も変えていません。記録（ログ）を添えて、システムの担当者に知らせてください。"
            )
            transfers.block(transfer, why)
            log.exception("transfer %s did not take effect", transfer.pk)
        else:
            count += 1
    return count


def forget_expired() -> int:
    """Remove one-time links and prepared imports past their time, failed sign-ins of more than a week ago, counted tries of
    residents, and ended sessions; gives how many links and imports went. Idempotent."""
    now = timezone.now()
    links, _by_model = EntryLink.objects.filter(expires_at__lt=now - datetime.timedelta(days=7)).delete()
    staged, _by_model = StagedImport.objects.filter(made_at__lt=now - StagedImport.LIFETIME).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - datetime.timedelta(days=7)).delete()
    tries.forget(now)
    call_command("clearsessions")
    return links + staged
