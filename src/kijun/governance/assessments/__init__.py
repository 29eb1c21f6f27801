"""Self-assessments: cycles, answers, assignment, approval."""
