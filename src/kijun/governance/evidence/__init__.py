"""Evidence items, automatic collection, freshness, findings and improvement plans."""
