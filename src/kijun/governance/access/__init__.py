"""Who may use which AI for what: upstreams, models, purposes, grants with their keys, stop switches; publishes the policy snapshot."""
