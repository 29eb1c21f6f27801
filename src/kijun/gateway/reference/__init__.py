"""Reference documents of a municipality: split into passages, indexed, searched, quoted. Knows no Django and no model.

The control plane builds an index (`building`) from approved documents; the gateway and the web process open it (`shelf`), search it
(`index`), quote it (`quoting`) or put passages before a question (`citing`). docs/reference.md tells how.
"""
