"""What was said to AI and what it answered: records pages, imports of other products' logs, access reports."""
