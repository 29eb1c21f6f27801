"""Other ways into the ledger, on the gateway's own address, for AI that does not pass it: OpenTelemetry traces and logs, decisions of
predictive systems and what became of them. Nothing can be prevented here any more; it is inspected, masked and kept like the rest."""
