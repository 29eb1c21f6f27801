"""All that changes: incidents from report to closing, lessons, playbook, plans, drills, people who move."""

from kijun.governance.incidents.actions.ending import (
    add_prevention,
    close,
    contain,
    explain,
    finish_prevention,
    resume,
    withdraw,
)
from kijun.governance.incidents.actions.holding import mend_holds, open_interaction
from kijun.governance.incidents.actions.leading import (
    decide_course,
    measure,
    reassess,
    set_leader,
    stop_ai,
    take_up,
    targets,
)
from kijun.governance.incidents.actions.lessons import (
    publish_lesson,
    read_lesson,
    save_lesson,
    unpublish_lesson,
)
from kijun.governance.incidents.actions.moving import (
    end_of_departed,
    hand_over_incident,
    hand_over_prevention,
)
from kijun.governance.incidents.actions.opening import Told, open_from_report, open_incident
from kijun.governance.incidents.actions.preparing import (
    adopt_playbook,
    draft_playbook,
    propose_playbook,
    record_drill,
    remove_step,
    return_playbook,
    review_playbook,
    save_plan,
    save_playbook,
    save_step,
)
from kijun.governance.incidents.actions.telling import finish_notice, finish_step, save_notice

__all__ = [
    "Told",
    "add_prevention",
    "adopt_playbook",
    "close",
    "contain",
    "decide_course",
    "draft_playbook",
    "end_of_departed",
    "explain",
    "finish_notice",
    "finish_prevention",
    "finish_step",
    "hand_over_incident",
    "hand_over_prevention",
    "measure",
    "mend_holds",
    "open_from_report",
    "open_incident",
    "open_interaction",
    "propose_playbook",
    "publish_lesson",
    "read_lesson",
    "reassess",
    "record_drill",
    "remove_step",
    "resume",
    "return_playbook",
    "review_playbook",
    "save_lesson",
    "save_notice",
    "save_plan",
    "save_playbook",
    "save_step",
    "set_leader",
    "stop_ai",
    "take_up",
    "targets",
    "unpublish_lesson",
    "withdraw",
]
