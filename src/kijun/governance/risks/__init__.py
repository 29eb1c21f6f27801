"""Risk assessment (harm and likelihood), tier, profile."""
