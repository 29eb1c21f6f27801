#!/usr/bin/env python3
"""Interleaved gateway benchmark: every target against direct-to-upstream, in the same round.

  pip install uvloop httptools                 # the harness itself
  python run.py --target ours=http://127.0.0.1:8080/v1 --key ours=sk-...            # a server already running
  python run.py --config targets.toml --only litellm,portkey,min-aiohttp            # servers that run.py starts
  python run.py --config targets.toml --only litellm --target ours=http://127.0.0.1:8080/v1 --key ours=sk-...

overhead = target latency - direct latency of the same round (median over rounds of the difference of the p50s / p99s);
ratio = target p50 / direct p50; cpu = user+system CPU time of the target's processes per request (the figure that a
noisy machine disturbs least), so req/s per core ~ 1000 / cpu-ms. PSS/RSS: sum over the target's processes after load.
Everything is on 127.0.0.1; request counts are fixed; run.py ends only what it started.
"""

import argparse
import asyncio
import json
import os
import re
import shlex
import signal
import statistics as st
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
try:
    import uvloop
except ImportError:
    uvloop = None
import prompts as P
from loadgen import Cell, pct


# ---- processes behind a port -------------------------------------------------------------------------------------
def listeners(port):
    inodes = set()
    for f in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            for ln in open(f).readlines()[1:]:
                p = ln.split()
                if p[3] == "0A" and int(p[1].split(":")[1], 16) == port:
                    inodes.add(f"socket:[{p[9]}]")
        except FileNotFoundError:
            pass
    pids = set()
    for d in os.listdir("/proc"):
        if d.isdigit():
            try:
                if any(os.readlink(f"/proc/{d}/fd/{x}") in inodes for x in os.listdir(f"/proc/{d}/fd")):
                    pids.add(int(d))
            except OSError:
                pass
    return pids


def tree(pids):
    kids = {}
    for d in os.listdir("/proc"):
        if d.isdigit():
            try:
                kids.setdefault(int(open(f"/proc/{d}/stat").read().rsplit(")", 1)[1].split()[1]), []).append(
                    int(d)
                )
            except OSError:
                pass
    out, todo = set(), list(pids)
    while todo:
        p = todo.pop()
        if p not in out:
            out.add(p)
            todo += kids.get(p, [])
    return out


def cpu(pids):
    """CPU seconds of the processes, ended threads included: Linux lets a process-wide CPU clock be read by its id."""
    t = 0.0
    for p in pids:
        try:
            t += time.clock_gettime((~p << 3) | 2)
        except OSError:
            pass
    return t


def mem(pids):
    pss = rss = 0
    for p in pids:
        try:
            s = open(f"/proc/{p}/smaps_rollup").read()
            pss += int(re.search(r"^Pss:\s+(\d+)", s, re.M)[1])
            rss += int(re.search(r"^Rss:\s+(\d+)", s, re.M)[1])
        except (OSError, TypeError):
            pass
    return rss / 1024, pss / 1024


# ---- targets -----------------------------------------------------------------------------------------------------
class Target:
    def __init__(
        self,
        name,
        url,
        key=None,
        headers=None,
        start=None,
        cwd=None,
        env=None,
        model=None,
        ready_timeout=180,
        modes=None,
        extra_ports=(),
        **_,
    ):
        self.name, self.url, self.key, self.headers = name, url, key, headers or {}
        self.start, self.cwd, self.env, self.models = start, cwd, env or {}, model or "{m}"
        self.ready_timeout, self.modes, self.extra_ports = ready_timeout, modes, list(extra_ports)
        self.proc = None
        self.startup = None
        self.pids = set()
        self.idle = self.after = None
        self.dead = None

    def port(self):
        return urlsplit(self.url).port

    def find_pids(self):
        base = set()
        for p in [self.port(), *self.extra_ports]:
            base |= listeners(p)
        if self.proc:
            base.add(self.proc.pid)
        base.discard(os.getpid())
        self.pids = tree(base)
        return self.pids

    def once(self, model):
        b = json.dumps(
            {
                "model": self.models.format(m=model),
                "messages": [{"role": "user", "content": "起動の確認です。"}],
            }
        ).encode()
        h = {"content-type": "application/json", **self.headers}
        if self.key:
            h["authorization"] = f"Bearer {self.key}"
        return urllib.request.urlopen(
            urllib.request.Request(self.url.rstrip("/") + "/chat/completions", b, h), timeout=10
        ).read()

    def up(self, model, log):
        t0 = time.perf_counter()
        if self.start:
            if listeners(self.port()):
                raise SystemExit(
                    f"{self.name}: port {self.port()} is already in use; stop that server or use --target"
                )
            self.log = open(log, "wb")
            env = {**os.environ, **{k: os.path.expandvars(str(v)) for k, v in self.env.items()}}
            self.proc = subprocess.Popen(
                shlex.split(os.path.expandvars(self.start)),
                cwd=os.path.expandvars(self.cwd) if self.cwd else HERE,
                env=env,
                stdout=self.log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        err = None
        while time.perf_counter() - t0 < (self.ready_timeout if self.start else 5):
            try:
                self.once(model)
                self.startup = time.perf_counter() - t0 if self.start else None
                break
            except Exception as e:
                err = e
                if hasattr(e, "read"):
                    err = f"{e} {e.read()[:200]!r}"
                if self.proc and self.proc.poll() is not None:
                    break
                time.sleep(0.05)
        else:
            err = err or "timeout"
        if (self.start and self.startup is None) or (not self.start and err and not self._ok(model)):
            self.dead = str(err)
            print(
                f"!! {self.name} did not answer: {err}" + (f" (log: {log})" if self.start else ""), flush=True
            )
            return
        self.find_pids()
        self.idle = mem(self.pids)

    def _ok(self, model):
        try:
            self.once(model)
            return True
        except Exception:
            return False

    def down(self):
        if self.proc and self.proc.poll() is None:
            own = tree({self.proc.pid})  # only what this runner started
            self.proc.send_signal(signal.SIGTERM)
            try:
                self.proc.wait(15)
            except subprocess.TimeoutExpired:
                pass
            for p in own:
                try:
                    os.kill(p, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            try:
                self.proc.wait(5)
            except subprocess.TimeoutExpired:
                pass


def load_targets(a):
    out = {}
    if a.config:
        cfg = tomllib.loads(Path(a.config).read_text())
        base_env = {k: os.path.expandvars(str(v)) for k, v in cfg.get("env", {}).items()}
        for k, v in base_env.items():
            os.environ.setdefault(k, v)
        for n, d in cfg.get("target", {}).items():
            if a.only is None or n in a.only:
                out[n] = Target(n, **d)
        if a.only:
            miss = [n for n in a.only if n not in out]
            if miss:
                raise SystemExit(f"not in {a.config}: {miss}")
            out = {n: out[n] for n in a.only}
    for s in a.target:
        n, u = s.split("=", 1)
        out[n] = Target(n, u)
    for s in a.key:
        n, k = s.split("=", 1)
        out[n].key = k
    for s in a.header:
        n, kv = s.split("=", 1)
        k, v = kv.split(":", 1)
        out[n].headers[k.strip()] = v.strip()
    return out


# ---- cells -------------------------------------------------------------------------------------------------------
def plan(a):
    for mode in a.modes:
        for lat in a.latencies:
            for c in a.concurrency:
                if mode == "stream":
                    if lat:
                        continue
                    n = {1: 6, 16: 48}.get(c, 2 * c)
                    model, label = f"mock-l0-c{a.chunk_gap}", f"{a.chunk_gap}ms/chunk"
                    if a.chunk_gap == 0:
                        n = {1: 100, 16: 300}.get(c, 500)
                elif mode == "embeddings":
                    if lat:
                        continue
                    n, model, label = {1: 150, 16: 600}.get(c, 800), "mock-l0", "0ms"
                else:
                    n = {1: 150, 16: 600}.get(c, 800) if not lat else {1: 40, 16: 320}.get(c, 640)
                    model, label = f"mock-l{lat}", f"{lat}ms"
                yield mode, label, model, c, max(c, int(n * a.scale))


async def amain(a):
    me = asyncio.current_task()
    for sig in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(
            sig, me.cancel
        )  # then the finally below ends the targets
    T = load_targets(a)
    prm = P.make(pii_share=a.pii_share)
    ok = tuple(int(x) for x in a.ok_status.split(","))
    up = Target(
        "direct",
        f"http://127.0.0.1:{a.upstream_port}/v1",
        start=f"{shlex.quote(sys.executable)} {shlex.quote(str(HERE / 'mock_upstream.py'))} --port {a.upstream_port}",
    )
    if listeners(a.upstream_port):
        up.start = None
    logdir = Path(a.logdir)
    logdir.mkdir(parents=True, exist_ok=True)
    allt = [up, *T.values()]
    cells = {}
    seq = 0
    try:
        for t in allt:
            t.up("mock-l0", logdir / f"{t.name}.log")
            if not t.dead:
                print(
                    f"{t.name}: up"
                    + (f" in {t.startup:.2f} s" if t.startup else "")
                    + f", idle RSS {t.idle[0]:.0f} MB, {len(t.pids)} process(es)",
                    flush=True,
                )
        live = [t for t in allt if not t.dead]
        for t in live:  # warm-up, not counted
            for mode, _, model, c, n in plan(a):
                if t.modes and mode not in t.modes:
                    continue
                w = await Cell(
                    t.url,
                    mode,
                    t.models.format(m=model),
                    min(c, 16),
                    max(1, min(60, n // 2)) if mode != "stream" else min(c, 8),
                    prm,
                    t.key,
                    t.headers,
                    ok,
                    seq0=10**6,
                ).run()
                if w.errors:
                    print(
                        f"!! warm-up {t.name} {mode} c={c}: {len(w.errors)} errors, first: {w.errors[0]}",
                        flush=True,
                    )
        for r in range(a.rounds):
            for mode, label, model, c, n in plan(a):
                k = r % len(live)
                for t in live[k:] + live[:k]:
                    if t.modes and mode not in t.modes:
                        continue
                    t.find_pids()
                    c0 = cpu(t.pids)
                    x = await Cell(
                        t.url, mode, t.models.format(m=model), c, n, prm, t.key, t.headers, ok, seq0=seq
                    ).run()
                    x.cpu = cpu(t.pids) - c0
                    seq += n
                    cells.setdefault((mode, label, c), {}).setdefault(t.name, []).append(x)
            print(f"round {r + 1}/{a.rounds} done, load {os.getloadavg()[0]:.1f}", flush=True)
        stats = json.loads(urllib.request.urlopen(f"http://127.0.0.1:{a.upstream_port}/__stats").read())
        for t in live:
            t.find_pids()
            t.after = mem(t.pids)
    finally:
        for t in reversed(allt):
            t.down()
    report(a, cells, allt, stats)


def report(a, cells, T, stats):
    med = lambda xs: st.median(xs) if xs else float("nan")
    res = []
    for (mode, label, c), by in cells.items():
        D = by["direct"]
        for name, xs in by.items():
            f = lambda q, w="lat": [pct(getattr(x, w), q) * 1e3 for x in xs]
            d = lambda q, w="lat": [pct(getattr(x, w), q) * 1e3 for x in D[: len(xs)]]
            diff = lambda q, w="lat": [p - q_ for p, q_ in zip(f(q, w), d(q, w))]
            rps = [len(x.lat) / x.wall for x in xs]
            n = sum(len(x.lat) for x in xs)
            o50 = diff(0.5)
            res.append(
                dict(
                    mode=mode,
                    upstream=label,
                    c=c,
                    target=name,
                    n=n,
                    errors=sum(len(x.errors) for x in xs),
                    first_error=next((x.errors[0] for x in xs if x.errors), None),
                    p50=med(f(0.5)),
                    p95=med(f(0.95)),
                    p99=med(f(0.99)),
                    ov50=med(o50),
                    ov50_lo=min(o50),
                    ov50_hi=max(o50),
                    ov95=med(diff(0.95)),
                    ov99=med(diff(0.99)),
                    ttft50=med(f(0.5, "ttft")),
                    ttft_ov50=med(diff(0.5, "ttft")),
                    ratio=med([p / q for p, q in zip(f(0.5), d(0.5))]),
                    rps=med(rps),
                    rps_max=max(rps),
                    cpu_ms=sum(x.cpu for x in xs) * 1e3 / sum(x.total for x in xs),
                )
            )
    print(
        "\n| target | startup s | idle RSS MB | RSS after MB | PSS after MB | procs |\n|---|---|---|---|---|---|"
    )
    procs = []
    for t in T:
        if t.dead:
            print(f"| {t.name} | did not answer: {t.dead[:80]} | | | | |")
            procs.append(dict(target=t.name, dead=t.dead))
            continue
        procs.append(
            dict(
                target=t.name,
                startup_s=t.startup,
                idle_rss_mb=t.idle[0],
                rss_mb=t.after[0],
                pss_mb=t.after[1],
                procs=len(t.pids),
            )
        )
        print(
            f"| {t.name} | {(t.startup and round(t.startup, 2)) or '-'} | {t.idle[0]:.0f} | {t.after[0]:.0f} | {t.after[1]:.0f} | {len(t.pids)} |"
        )
    last = None
    for r in res:
        k = (r["mode"], r["upstream"], r["c"])
        if k != last:
            last = k
            s = r["mode"] == "stream"
            print(
                f"\n{k[0]}, upstream {k[1]}, c={k[2]} ({r['n']} requests each)\n| target | p50 ms | p95 | p99 | overhead p50 (min..max of rounds) | overhead p99 | ratio | req/s | cpu ms/req | req/s per core |"
                + (" TTFT p50 | TTFT overhead |" if s else "")
                + " errors |\n|"
                + "---|" * (11 + 2 * s)
            )
        print(
            f"| {r['target']} | {r['p50']:.2f} | {r['p95']:.2f} | {r['p99']:.2f} | {r['ov50']:.2f} ({r['ov50_lo']:.2f}..{r['ov50_hi']:.2f}) | {r['ov99']:.2f} | {r['ratio']:.2f} | {r['rps']:.0f} | {r['cpu_ms']:.3f} | {1000 / r['cpu_ms'] if r['cpu_ms'] else 0:.0f} |"
            + (f" {r['ttft50']:.2f} | {r['ttft_ov50']:.2f} |" if r["mode"] == "stream" else "")
            + f" {r['errors']}{' ' + r['first_error'][:80] if r['first_error'] else ''} |"
        )
    print("\nupstream counters:", stats)
    if a.json:
        Path(a.json).write_text(
            json.dumps(
                dict(args=vars(a), procs=procs, cells=res, upstream=stats, when=time.strftime("%F %T")),
                ensure_ascii=False,
                indent=1,
                default=str,
            )
        )
        print("wrote", a.json)


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    csv = lambda s: [x for x in s.split(",") if x]
    ints = lambda s: [int(x) for x in csv(s)]
    p.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="NAME=URL",
        help="an OpenAI base URL of a running server, ending in /v1",
    )
    p.add_argument("--key", action="append", default=[], metavar="NAME=KEY")
    p.add_argument("--header", action="append", default=[], metavar="NAME=H:V")
    p.add_argument("--config")
    p.add_argument("--only", type=csv)
    p.add_argument("--modes", type=csv, default=["chat"], help="chat,stream,embeddings")
    p.add_argument("--latencies", type=ints, default=[0])
    p.add_argument("--concurrency", type=ints, default=[1, 16, 64])
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--scale", type=float, default=1.0)
    p.add_argument("--chunk-gap", type=int, default=10, choices=[0, 10], help="stream: ms between chunks")
    p.add_argument("--pii-share", type=float, default=0.0)
    p.add_argument("--ok-status", default="200")
    p.add_argument("--upstream-port", type=int, default=9101)
    p.add_argument("--logdir", default="gwbench-logs")
    p.add_argument("--json")
    a = p.parse_args()
    (uvloop.run if uvloop else asyncio.run)(amain(a))
