"""Human confirmation before use, approval before publication, and labels that tell residents of AI."""
