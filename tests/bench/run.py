"""Every benchmark, one table after the other.

    python tests/bench/run.py [--quick] [--json FILE] [TOPIC…]

Rule: it shows figures and judges none: the exit code is 0 whatever they are, because absolute times
wander and a slow machine is no defect. Each topic is a process of its own, so that one that breaks
does not take the others with it; when all are done, one that broke is exit code 1.
"""

import argparse
import compileall
import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
OURS = (
    *("socket_throughput", "subscribers", "upserts", "memory", "transcripts", "reports"),
    "web_pages",
)
"""Topics that take `--quick`. Every topic takes `--json`."""
OTHERS: dict[str, tuple[list[str], list[str]]] = {
    "hook_cost": (["20"], ["60"]),
    "ledger": (["--rounds", "3"], []),
}
"""Topics with arguments of their own: for a quick run and for a full one."""
TOPIC_SECONDS = 180
LONG_SECONDS = {"transcripts": 1_800, "reports": 1_200, "web_pages": 1_200}
"""Topics that make a gigabyte or five million rows first, unless `--quick` is given."""


def main() -> int:
    """Run the topics that were asked for, all by default; 1 when one of them broke, else 0."""
    compileall.compile_dir(ROOT / "src", quiet=2)  # as installers do
    known = [*OURS, *(name for name in OTHERS if (FOLDER / f"{name}.py").exists())]
    parser = argparse.ArgumentParser(description="Benchmarks of agent-console.")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=f"some of: {' '.join(known)}")
    parser.add_argument("--quick", action="store_true", help="a first look, in under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures in this file")
    given = parser.parse_args()
    topics: list[str] = given.topics or known
    if unknown := [topic for topic in topics if topic not in known]:
        parser.error(f"there is no topic {unknown[0]!r}")
    figures: dict[str, object] = {}
    broken: list[str] = []
    with TemporaryDirectory(prefix="ac") as folder:
        for topic in topics:
            started = time.monotonic()
            kept = Path(folder) / f"{topic}.json"
            if not _run(topic, kept, quick=given.quick):
                broken.append(topic)
            print(f"({topic}: {time.monotonic() - started:.0f} s)", flush=True)
            if kept.exists():
                figures[topic] = json.loads(kept.read_text())
    if given.json is not None:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")
    if broken:
        print(f"No good end: {', '.join(broken)}.", file=sys.stderr)
    return 1 if broken else 0


def _run(topic: str, kept: Path, *, quick: bool) -> bool:
    """Whether it ended well."""
    if topic in OTHERS:
        arguments = [str(FOLDER / f"{topic}.py"), *OTHERS[topic][0 if quick else 1]]
    else:
        arguments = ["-m", f"tests.bench.{topic}", *(["--quick"] if quick else [])]
    arguments += ["--json", str(kept)]
    limit = TOPIC_SECONDS if quick else LONG_SECONDS.get(topic, TOPIC_SECONDS)
    try:
        ended = subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        print(f"{topic} took over {limit} s and was ended.", file=sys.stderr)
        return False
    if ended.returncode:
        print(f"{topic} ended with exit code {ended.returncode}.", file=sys.stderr)
    return ended.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
