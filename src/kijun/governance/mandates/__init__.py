"""Organisation-wide responsibilities: governance body, accountable people, long-term plans that name AI."""
