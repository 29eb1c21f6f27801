"""The jobs process: what ``kijun manage qcluster`` runs, tied to the supervisor."""

from __future__ import annotations

import multiprocessing
import signal

from kijun.cli.tether import tether, tether_forks


def main() -> None:
    """Run jobs until SIGTERM; the process then ends when the running job has."""
    from kijun.cli.main import set_up_django

    multiprocessing.set_start_method("fork")
    tether_forks()
    set_up_django()
    from django_q.cluster import Cluster

    cluster = Cluster()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cluster.start()


if __name__ == "__main__":
    tether()
    main()
