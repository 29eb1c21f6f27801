"""All that changes risk assessments."""

from kijun.governance.risks.actions.accepting import accept_residual
from kijun.governance.risks.actions.assessing import discard, reach_result, save_part, start
from kijun.governance.risks.actions.completing import complete, next_review

__all__ = ["accept_residual", "complete", "discard", "next_review", "reach_result", "save_part", "start"]
