"""All that changes what the chat keeps. Each function: permission, transition, audit entry, one transaction."""

from kijun.governance.chat.actions.attachments import attach, mask_in, remove_attachment
from kijun.governance.chat.actions.conversations import delete, record_turn, rename
from kijun.governance.chat.actions.drafts import drop_draft, save_draft
from kijun.governance.chat.actions.leaving import export
from kijun.governance.chat.actions.notice import save_notice
from kijun.governance.chat.actions.opening import open_given
from kijun.governance.chat.actions.prompts import (
    archive_closed,
    decide_prompt,
    end_of_departed,
    hand_over_prompt,
    move_prompt,
    pass_on_prompt,
    save_prompt,
    send_prompt,
    withdraw_prompt,
)

__all__ = [
    "archive_closed",
    "attach",
    "decide_prompt",
    "delete",
    "drop_draft",
    "end_of_departed",
    "export",
    "hand_over_prompt",
    "mask_in",
    "move_prompt",
    "open_given",
    "pass_on_prompt",
    "record_turn",
    "remove_attachment",
    "rename",
    "save_draft",
    "save_notice",
    "save_prompt",
    "send_prompt",
    "withdraw_prompt",
]
