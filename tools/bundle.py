"""Makes one file that installs Kijun on a machine without internet.

The file is ``tools/installer.sh`` with its blanks filled in, followed by a compressed archive of wheels:
Kijun, what uv.lock names for running it, and pip. The wheels fit this machine's Python version, architecture
and C library.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import platform
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP = "pip==26.3"


def main() -> int:
    """Build the bundle and print where it is."""
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}"
    parser = argparse.ArgumentParser(prog="./run bundle", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help=f"(default: kijun-VERSION-{tag}-linux-{platform.machine()}.run in the current folder)",
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        wheels = collect(Path(scratch))
        version = next(path.name.split("-")[1] for path in wheels if path.name.startswith("kijun-"))
        output = args.output or Path(f"kijun-{version}-{tag}-linux-{platform.machine()}.run")
        write(output, wheels, version)
    print(f"{output} ({output.stat().st_size / 1e6:.0f} MB): sh {output.name} --help")
    return 0


def collect(scratch: Path) -> list[Path]:
    """Wheels of Kijun, of everything it needs and of pip, in the order of their names."""
    wheels, locked = scratch / "wheels", scratch / "locked.txt"
    uv = str(Path(sys.executable).parent / "uv")
    call(uv, "export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--output-file", str(locked))
    quietly = ("--disable-pip-version-check", "--quiet", "--no-deps")
    download = (sys.executable, "-m", "pip", "download", *quietly, "--dest", str(wheels))
    build = (sys.executable, "-m", "pip", "wheel", *quietly, "--wheel-dir", str(wheels))
    needed = ("--require-hashes", "--requirement", str(locked))
    # Left alone, pip takes the wheel for the newest C library; older town halls are served by the oldest.
    if has_musl() or not succeeds(*download, *needed, "--only-binary=:all:", *old_platforms()):
        call(*build, *needed)
    call(*build, PIP)
    call(*build, str(ROOT))
    return sorted(wheels.iterdir())


def old_platforms() -> list[str]:
    """pip's options for wheels that run with glibc 2.28 (RHEL 8, Debian 10)."""
    names = [f"manylinux_2_{minor}" for minor in range(28, 4, -1)] + [
        "manylinux2014",
        "manylinux2010",
        "manylinux1",
    ]
    return [f"--platform={name}_{platform.machine()}" for name in names]


def has_musl() -> bool:
    """True on Alpine and its like."""
    return "musl" in str(sysconfig.get_config_var("HOST_GNU_TYPE"))


def succeeds(*command: str) -> bool:
    """Run a command at the root of the checkout."""
    return not subprocess.run(command, cwd=ROOT, check=False, env={**os.environ, "PIP_USER": "0"}).returncode


def call(*command: str) -> None:
    """Run a command at the root of the checkout; its failure ends the bundling."""
    if not succeeds(*command):
        sys.exit(f"bundle: failed: {' '.join(command[:5])} …")


def write(output: Path, wheels: list[Path], version: str) -> None:
    """Header and archive; the same wheels give the same bytes."""
    payload = archive(wheels)
    blanks = {
        "VERSION": version,
        "PYTHON": f"{sys.version_info.major}.{sys.version_info.minor}",
        "ARCH": platform.machine(),
        "GLIBC": least_glibc(wheels),
        "SHA256": hashlib.sha256(payload).hexdigest(),
    }
    header = (ROOT / "tools" / "installer.sh").read_text(encoding="utf-8")
    for name, value in blanks.items():
        header = header.replace(f"@{name}@", value)
    header = header.replace("@LINES@", str(header.count("\n")))
    partial = output.with_name(output.name + ".partial")
    partial.write_bytes(header.encode() + payload)
    partial.chmod(0o755)
    partial.replace(output)


def archive(wheels: list[Path]) -> bytes:
    """A tar.gz of the wheels without times and owners."""
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as tar:
        for wheel in wheels:
            entry = tarfile.TarInfo(f"wheels/{wheel.name}")
            entry.size, entry.mode = wheel.stat().st_size, 0o644
            with wheel.open("rb") as file:
                tar.addfile(entry, file)
    return gzip.compress(inner.getvalue(), compresslevel=1, mtime=0)  # wheels are compressed already


def least_glibc(wheels: list[Path]) -> str:
    """The oldest C library that all wheels run on, from their manylinux tags; empty on musl."""
    if has_musl():
        return ""
    oldest = (2, 17)
    for wheel in wheels:
        minors = [int(minor) for minor in re.findall(r"manylinux_2_(\d+)_", wheel.name)]
        minors += [17] if "manylinux2014" in wheel.name else []
        oldest = max(oldest, (2, min(minors, default=0)))
    return f"{oldest[0]}.{oldest[1]}"


if __name__ == "__main__":
    sys.exit(main())
