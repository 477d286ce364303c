"""What a report costs after a year: a heavy user's (5 million messages) and a typical one.

Of `usage`, each grouping as JSON and what else takes long; and the other commands that report.

    python -m tests.bench.reports [--quick] [--json FILE]

Each report is a process of its own, beside the bare interpreter, with nothing new to ingest. Rule:
it shows and judges nothing; `--quick` makes a twentieth of the heavy year, and of the typical one,
which would be over before Python has started, none.
"""

import argparse
import tempfile
import time
from pathlib import Path

import msgspec
from msgspec import Struct
from tests.bench.compiled import compile_program
from tests.bench.measuring import Cost, cheapest, measured
from tests.bench.transcript_turns import BARE_INTERPRETER, USAGE_CODE, our_program
from tests.bench.year import HEAVY, TYPICAL, Year, rollup_rows, write_year

GROUPINGS = (
    *("daily", "weekly", "monthly", "hourly", "session", "project", "model", "branch"),
    *("subagent", "block"),
)
REPORTS = (
    *(f"usage {grouping} --json" for grouping in GROUPINGS),
    *("usage hourly", "usage session", "usage session --csv", "usage session --sort cost --top 10"),
    *("usage session --last 30d", "usage session --project project-1"),
    *("usage daily --breakdown", "usage daily --instances", "usage block --instances --json"),
    *("usage daily --mode calculate", "usage hourly --timezone Asia/Kathmandu"),
    *("usage project --sort sessions", "overview", "overview --all", "forecast", "cache"),
    *("anomalies", "compare projects", "compare models", "compare periods", "compare tickets"),
    *("report --format markdown", "budget list", "db stats"),
)
BARE = "python3 -I -S -E -c pass"


class Line(Struct, frozen=True):
    """One report of one year; without a cost it could not be run, and the note says why."""

    year: str
    report: str
    cost: Cost | None
    times_bare: float | None = None
    cpu_times_bare: float | None = None
    note: str = ""


def main() -> None:
    """The command line."""
    compile_program()
    parser = argparse.ArgumentParser(description="Reports over a year of usage.")
    parser.add_argument("--quick", action="store_true", help="a twentieth, two runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures in this file")
    given = parser.parse_args()
    lines: list[Line] = []
    for full in (HEAVY,) if given.quick else (TYPICAL, HEAVY):
        year = full
        if given.quick:
            part = f"a twentieth of {full.name}"
            year = Year(part, full.sessions // 20, full.messages // 20, full.projects)
        with tempfile.TemporaryDirectory(prefix="ac") as folder:
            lines += measure(year, Path(folder), 2 if given.quick else 5)
    if given.json is not None:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(lines), indent=2))


def measure(year: Year, folder: Path, runs: int) -> list[Line]:
    """Make the year's ledger below `folder`, and time every report of it."""
    home = folder / "home"
    (home / ".claude" / "projects").mkdir(parents=True)
    data = home / ".local" / "share" / "agent-console"
    started = time.monotonic()
    write_year(data / "metrics.db", year)
    made = time.monotonic() - started
    size = sum(path.stat().st_size for path in data.iterdir()) / 1e6
    title = f"{year.name}: {year.sessions:,} sessions, {year.messages:,} messages"
    print(f"\n{title}, {size:,.1f} MB (made in {made:.0f} s)")
    rows = rollup_rows(data / "metrics.db").items()
    told = [f"{count:,} by {rollup.replace('_', ' and ')}" for rollup, count in rows]
    print(f"rollup rows: {', '.join(told)}")
    costs: dict[str, list[Cost]] = {name: [] for name in (BARE, *REPORTS)}
    for number in range(runs + 1):  # the first run of each warms what there is to warm
        for name in costs if number % 2 == 0 else reversed(costs):
            ours = (str(our_program()), *name.split())
            cost = measured(BARE_INTERPRETER if name == BARE else ours, folder, home=home)
            if number or cost.code:
                costs[name].append(cost)
    least = cheapest(costs[BARE])
    lines = [_line(year.name, name, costs[name], least) for name in costs]
    header = f"{'report':40}{'wall s':>10}{'by bare':>9}{'CPU s':>9}{'by bare':>9}{'peak MB':>9}"
    print(f"{header}\n{'-' * len(header)}")
    for line in lines:
        if line.cost is None:
            print(f"{line.report:40}{line.note}")
        else:
            print(
                f"{line.report:40}{line.cost.wall_seconds:>10.3f}{line.times_bare:>9.1f}"
                f"{line.cost.cpu_seconds:>9.3f}{line.cpu_times_bare:>9.1f}{line.cost.peak_mb:>9.0f}"
            )
    return lines


def _line(year: str, name: str, costs: list[Cost], bare: Cost) -> Line:
    failed = next((cost for cost in costs if cost.code), None)
    if failed is not None:
        note = "not there yet" if failed.code == USAGE_CODE else failed.stderr.strip()[-200:]
        return Line(year, name, None, note=note)
    cost = cheapest(costs)
    by_cpu = cost.cpu_seconds / max(bare.cpu_seconds, 1e-3)
    return Line(year, name, cost, cost.wall_seconds / bare.wall_seconds, by_cpu)


if __name__ == "__main__":
    main()
