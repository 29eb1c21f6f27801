"""Reference documents: a department's approved texts, split and indexed, that answers quote and name as their sources."""
