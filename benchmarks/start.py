"""Cold and warm start, memory of the web process, and the organisation report as PDF: what a newcomer waits for.

    python3 benchmarks/start.py [--keep]

Needs no environment: it clones this checkout into a temporary folder and does there what the README says. "Cold" installs
everything (packages come from uv's and pip's caches where they are warm) and loads the sample town; the clock stops when
the sign-in page has been read. Run it where nothing else works: a shared machine shows how busy it is.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    "",
    "systems/",
    "risks/",
    "assessments/",
    "evidence/",
    "evidence/findings/",
    "register/",
    "people/",
    "trail/",
)


class Town:
    """A running ``./run serve`` and a browser in front of it."""

    def __init__(self, checkout: Path, home: Path, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/staff/"
        self.log = home.with_name(f"log-{len(options)}")
        self.began = time.monotonic()
        words = [str(checkout / "run"), "serve", "--home", str(home), "--port", str(port), *options]
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                words, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        jar = http.cookiejar.CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def seconds_to_first_page(self) -> float:
        while "Ctrl-C stops" not in self.log.read_text(encoding="utf-8"):
            if self.process.poll() is not None:
                sys.exit(self.log.read_text(encoding="utf-8"))
            time.sleep(0.05)
        self.get("people/sign-in/")
        return time.monotonic() - self.began

    def get(self, path: str) -> bytes:
        with self.browser.open(self.url + path, timeout=60) as answer:
            return bytes(answer.read())

    def sign_in(self) -> None:
        """As the IT staff that the start printed."""
        row = re.search(
            r"^ +it_staff +(\d+) +(\S+) +(\S+)", self.log.read_text(encoding="utf-8"), re.MULTILINE
        )
        token = re.search(rb'csrfmiddlewaretoken" value="([^"]+)', self.get("people/sign-in/"))
        assert row
        assert token
        form = {
            "municipality": row[1],
            "staff_number": row[2],
            "password": row[3],
            "csrfmiddlewaretoken": token[1].decode(),
        }
        data = urllib.parse.urlencode(form).encode()
        self.browser.open(urllib.request.Request(self.url + "people/sign-in/", data), timeout=60).close()

    def megabytes_of_web(self) -> float:
        """Resident memory of the web process."""
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                words = status.with_name("cmdline").read_bytes().split(b"\0")
                lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            except OSError:
                continue
            if b"kijun.cli.web" in words and os.getpgid(int(status.parent.name)) == self.process.pid:
                return int(lines["VmRSS"].split()[0]) / 1024
        sys.exit("no web process was found")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="leave the temporary folder there")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kijun-start-"))
    try:
        checkout, home = folder / "checkout", folder / "home"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
        cold = Town(checkout, home, "--sample")
        print(f"cold start to the first page   {cold.seconds_to_first_page():6.1f} s   (promised: 60 s)")
        cold.sign_in()
        for path in PAGES:
            cold.get(path)
        print(
            f"web process after {len(PAGES)} pages    {cold.megabytes_of_web():6.0f} MB  (promised: 300 MB)"
        )
        times = []
        for _ in range(3):
            began = time.monotonic()
            cold.get("reports/organisation/pdf/")
            times.append(time.monotonic() - began)
        print(
            f"organisation report as PDF     {times[0]:6.1f} s   first, {min(times):.1f} s then (promised: 2 s)"
        )
        print(f"web process after the reports  {cold.megabytes_of_web():6.0f} MB")
        cold.stop()
        warm = Town(checkout, home)
        print(f"warm start to the first page   {warm.seconds_to_first_page():6.1f} s   (promised: 5 s)")
        warm.stop()
    finally:
        if not args.keep:
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
