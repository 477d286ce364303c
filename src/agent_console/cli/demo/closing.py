"""What the demo says at its end: the board, what was measured, and where to go next.

Rule: every figure was counted or measured in this very run.
"""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from agent_console.board.session_table import session_table
from agent_console.cli.demo.programme import CLAUDE_CODE_VERSION, SCENES
from agent_console.cli.demo.response_times import Kind, ResponseTimes
from agent_console.cli.demo.show import Result
from agent_console.cli.output import columns, emit, is_terminal
from agent_console.model.format import exact_cost

GOOD = ("Result", "all as it was recorded; nothing of the demo is left behind")
NEXT = (
    ("agent-console install", "connect Claude Code; sessions appear by themselves"),
    ("agent-console list", "the board, once; `watch` follows it"),
    ("agent-console uninstall", "take everything out again, byte for byte"),
    ("agent-console doctor", "check every link of the chain, and how to mend it"),
)

_MEASURED: tuple[tuple[Kind, str, str], ...] = (
    ("hook", "Hooks", "from a hook's start to the board"),
    ("registry", "Registry", "from a changed file to the board"),
    ("exit", "Kill", "from SIGKILL to the board"),
)


def title(speed: float) -> str:
    """What is being shown."""
    return (
        f"{len(SCENES)} recordings of Claude Code {CLAUDE_CODE_VERSION}, "
        f"played {speed:g} times as fast"
    )


def close(result: Result) -> None:
    """Print the end of the demo."""
    cut = is_terminal()
    emit(session_table(result.board, result.at_ms, columns(wide=True), cut=cut), wide=True)
    emit("")
    figures = [("Played", _played(result)), *_measured(result.times), _usage(result)]
    if result.wrong:
        emit(_pairs("dim", figures))
        return
    emit(_pairs("dim", (*figures, GOOD)))
    emit("")
    emit(_pairs("bold cyan", NEXT))


def _played(result: Result) -> str:
    lines = result.counts.lines
    return (
        f"{lines.total()} events in {result.seconds:.1f} s: {lines['hook']} hooks, "
        f"{lines['status']} status lines, {lines['session-file']} registry changes"
    )


def _measured(times: ResponseTimes) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    for kind, name, what in _MEASURED:
        figures = times.figures(kind)
        if figures is None:
            continue
        of_many = f" (median of {figures.count}; p99 {figures.p99_ms:.0f} ms)"
        some = of_many if figures.count > 1 else ""
        said.append((name, f"{figures.median_ms:.0f} ms {what}{some}"))
    return said


def _usage(result: Result) -> tuple[str, str]:
    costs = sum(
        session.metadata.total_cost_usd for session in result.board if session.metadata is not None
    )
    reported = f"the demo itself reported it, in {result.counts.upserts} UPSERTs"
    return "Usage", f"{exact_cost(costs)} as recorded; {reported}"


def _pairs(style: str, rows: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, what in rows:
        table.add_row(Text(name, style=style, no_wrap=True), Text(what))
    return table
