"""Tables of figures: ours, the reference of the same run, their ratio, and what we aim at.

Rule: a table shows and judges nothing; whoever reads it compares. Both sides take turns, and the
ratio is the median of the ratios of each turn, because a machine's speed wanders.
"""

import argparse
import os
import statistics
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from tests.bench.load_generator import Load


class Measure(Struct, frozen=True):
    """One figure, with the latencies that belong to it.

    Attributes:
        cpu_us: The server's CPU time for each request or message.
    """

    value: float
    p50_us: float | None = None
    p99_us: float | None = None
    cpu_us: float | None = None


class Row(Struct, frozen=True):
    """One line: medians of all turns.

    Attributes:
        without_uvloop: Our daemon on asyncio's own loop.
        ratio: Ours by the reference.
        target: What PERFORMANCE.md or the README promises, as it is shown.
    """

    name: str
    ours: Measure
    reference: Measure | None = None
    ratio: float | None = None
    without_uvloop: Measure | None = None
    target: str = ""
    note: str = ""


class Table(Struct, frozen=True):
    """The rows of one topic."""

    title: str
    unit: str
    reference: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


Turn = Callable[[], Measure]


def row(
    name: str,
    rounds: int,
    ours: Turn,
    *,
    reference: Turn | None = None,
    without_uvloop: Turn | None = None,
    target: str = "",
) -> Row:
    """Measure each side once per round, in turn."""
    sides = {"ours": ours, "reference": reference, "without_uvloop": without_uvloop}
    measures: dict[str, list[Measure]] = {
        side: [] for side, turn in sides.items() if turn is not None
    }
    for number in range(rounds):
        order = list(measures) if number % 2 == 0 else list(measures)[::-1]
        for side in order:
            turn = sides[side]
            if turn is not None:
                measures[side].append(turn())
    medians = {side: _median(list_) for side, list_ in measures.items()}
    ratio = None
    if "reference" in measures:
        pairs = zip(measures["ours"], measures["reference"], strict=True)
        ratio = statistics.median(mine.value / other.value for mine, other in pairs if other.value)
    return Row(
        name,
        medians["ours"],
        medians.get("reference"),
        ratio,
        medians.get("without_uvloop"),
        target,
    )


def _median(measures: Sequence[Measure]) -> Measure:
    return Measure(
        statistics.median(m.value for m in measures),
        _median_of_known(m.p50_us for m in measures),
        _median_of_known(m.p99_us for m in measures),
        _median_of_known(m.cpu_us for m in measures),
    )


def _median_of_known(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def requests_per_second(load: Load) -> Measure:
    """Throughput with the latency of a request."""
    return Measure(load.requests_per_second, load.p50_us, load.p99_us, load.server_cpu_us)


def messages_per_second(load: Load) -> Measure:
    """Fan-out with the time from the request to its message."""
    p50, p99 = load.message_p50_us or None, load.message_p99_us or None
    cpu = load.server_cpu_us
    if cpu is not None:
        cpu *= load.requests / max(load.messages, 1)
    return Measure(load.messages_per_second, p50, p99, cpu)


def load_average() -> str:
    """How busy the machine has been: who sleeps between requests suffers less from others."""
    processors = len(os.sched_getaffinity(0))
    return f"Load average at the end: {os.getloadavg()[0]:.1f} on {processors} processors."


def show(table: Table) -> None:
    """Print one table."""
    width = max(len(table.title), *(len(line.name) for line in table.rows)) + 2
    header = f"{table.title:{width}}{'ours':>12}{table.reference:>14}{'ratio':>8}  {'target':12}"
    has_latencies = any(line.ours.p50_us is not None for line in table.rows)
    has_cpu = any(line.ours.cpu_us is not None for line in table.rows)
    has_variant = any(line.without_uvloop is not None for line in table.rows)
    if has_latencies:
        header += f"{'p50 / p99 µs':>18}{table.reference:>18}"
    if has_cpu:
        header += f"{'CPU µs':>9}{table.reference:>10}"
    if has_variant:
        header += f"{'without uvloop':>16}"
    print(f"\n{header}\n{'-' * len(header)}")
    for line in table.rows:
        text = f"{line.name:{width}}{_number(line.ours):>12}{_number(line.reference):>14}"
        text += f"{'' if line.ratio is None else f'{line.ratio:.2f}':>8}  {line.target:12}"
        if has_latencies:
            text += f"{_latencies(line.ours):>18}{_latencies(line.reference):>18}"
        if has_cpu:
            text += f"{_cpu(line.ours):>9}{_cpu(line.reference):>10}"
        if has_variant:
            text += f"{_number(line.without_uvloop):>16}"
        print((text + f"  {line.note}").rstrip())
    cpu = "; CPU: the server's, for each" if has_cpu else ""
    print(f"({table.unit}{cpu})")
    for note in table.notes:
        print(note)


def _number(measure: Measure | None) -> str:
    if measure is None:
        return ""
    return f"{measure.value:,.0f}" if measure.value >= 100 else f"{measure.value:.2f}"


def _latencies(measure: Measure | None) -> str:
    if measure is None or measure.p50_us is None or measure.p99_us is None:
        return ""
    return f"{measure.p50_us:,.0f} / {measure.p99_us:,.0f}"


def _cpu(measure: Measure | None) -> str:
    return "" if measure is None or measure.cpu_us is None else f"{measure.cpu_us:.2f}"


class Options(Struct, frozen=True):
    """How a topic is run: `--quick` for a first look, `--json FILE` to keep the figures.

    Attributes:
        ledger: Measure a copy of this one, where a topic can.
    """

    quick: bool
    json: Path | None
    ledger: Path | None = None

    @property
    def rounds(self) -> int:
        """How often each side has its turn."""
        return 1 if self.quick else 4

    @property
    def seconds(self) -> float:
        """How long one turn takes."""
        return 0.3 if self.quick else 0.4


def run_topic(measure: Callable[[Options], list[Table]], *, takes_ledger: bool = False) -> None:
    """The command line of one topic."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="one short turn each")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    parser.set_defaults(ledger=None)
    if takes_ledger:
        parser.add_argument("--ledger", type=Path, help="measure a copy of this ledger")
    given = parser.parse_args()
    options = Options(given.quick, given.json, given.ledger)
    tables = measure(options)
    for table in tables:
        show(table)
    if options.json is not None:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(tables), indent=2))
