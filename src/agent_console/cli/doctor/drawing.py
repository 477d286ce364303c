"""The findings as a table."""

from typing import TYPE_CHECKING

from agent_console.cli.doctor.finding import Finding, Level
from agent_console.model.format import counted

if TYPE_CHECKING:
    from rich.console import RenderableType

MARKS: dict[Level, tuple[str, str]] = {
    "ok": ("ok", "green"),
    "warning": ("warning", "yellow"),
    "problem": ("problem", "bold red"),
}


def table(findings: list[Finding]) -> "RenderableType":
    """One row for each finding, the mend below its text."""
    from rich.table import Table  # noqa: PLC0415 - not for JSON
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    drawn.add_column(no_wrap=True)
    drawn.add_column(no_wrap=True)
    drawn.add_column(overflow="fold")
    for finding in findings:
        mark, style = MARKS[finding.level]
        text = Text(finding.text)
        if finding.mend:
            text.append(f"\n→ {finding.mend}", style="bold")
        drawn.add_row(Text(mark, style=style), finding.check, text)
    return drawn


def summary(findings: list[Finding]) -> str:
    """How it is, in one sentence."""
    problems = sum(finding.level == "problem" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    if not problems and not warnings:
        return "All is well."
    parts = [
        counted(count, word)
        for count, word in ((problems, "problem"), (warnings, "warning"))
        if count
    ]
    return " and ".join(parts).capitalize() + "."
