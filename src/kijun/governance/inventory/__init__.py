"""AI systems with their accountable owner, life cycle with gates, datasets and provenance."""
