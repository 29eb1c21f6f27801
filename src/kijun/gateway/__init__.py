"""The gateway: every AI call of the town passes here, is inspected, recorded and governed. It knows no Django."""
