"""The two tables of transcripts.py: what each program cost, and which tokens it found."""

from msgspec import Struct, structs
from tests.bench.measuring import Cost
from tests.bench.reference_tools import Found


class Line(Struct, frozen=True):
    """One program in one situation; without a cost it could not be run, and the note says why."""

    name: str
    cost: Cost | None
    found: Found | None = None
    note: str = ""


def show_costs(title: str, lines: list[Line], *, reference: str) -> None:
    """Wall, CPU and memory, with their ratios to the reference's (below 1 is better)."""
    beside = next((line.cost for line in lines if line.name == reference), None)
    width = max(len(title), *(len(line.name) for line in lines)) + 2
    header = f"{title:{width}}{'wall s':>10}{'CPU s':>10}{'peak MB':>10}"
    if beside is not None:
        header += (
            f"   {'by ' + reference.split(',', maxsplit=1)[0] + ': wall':>24}{'CPU':>9}{'peak':>8}"
        )
    print(f"\n{header}\n{'-' * len(header)}")
    for line in lines:
        cost = line.cost
        if cost is None:
            print(f"{line.name:{width}}{line.note}")
            continue
        text = f"{line.name:{width}}{_number(cost.wall_seconds):>10}{_number(cost.cpu_seconds):>10}"
        text += f"{cost.peak_mb:>10.0f}"
        if beside is not None:
            text += f"   {_number(cost.wall_seconds / beside.wall_seconds):>24}"
            text += f"{_number(cost.cpu_seconds / max(beside.cpu_seconds, 1e-3)):>9}"
            text += f"{_number(cost.peak_mb / beside.peak_mb):>8}"
        print(f"{text}  {line.note}".rstrip())


def show_tokens(lines: list[Line], billed: Found, listed: Found) -> None:
    """The tokens that each found, and by how many percent of the bill that is wrong."""
    names = [field.name for field in structs.fields(Found)]
    rows = [("billed (the truth)", billed), ("of that, in transcript lines", listed)]
    rows += [(line.name, line.found) for line in lines if line.found is not None]
    width = max(len(name) for name, _ in rows) + 2
    header = f"{'tokens found':{width}}"
    header += "".join(f"{name.removesuffix('_tokens'):>17}{'wrong by':>10}" for name in names)
    print(f"\n{header}\n{'-' * len(header)}")
    for name, found in rows:
        text = f"{name:{width}}"
        for field in names:
            value, right = getattr(found, field), getattr(billed, field)
            off = "" if value == right else f"{(value - right) / max(right, 1) * 100:+.3f} %"
            text += f"{value:>17,}{off:>10}"
        print(text)


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"
