"""What travels with an export: a verifier that needs no Kijun."""
