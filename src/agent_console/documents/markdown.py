"""A report as Markdown.

Rule: what stands in a cell cannot end it, nor become markup.
"""

from collections.abc import Iterable, Sequence

from agent_console.documents import words
from agent_console.documents.contents import Contents, Parts
from agent_console.model.format import counted, exact_tokens, printable
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.markdown_text import escaped, table_line


def markdown(it: Contents, wanted: Filter) -> str:
    """The report.

    Args:
        it: What stands in it.
        wanted: What alone was counted.
    """
    sums = it.now.sums
    stretch = it.stretch
    about = words.scope(wanted)
    lines = [
        f"# Claude Code usage, {stretch.title}",
        "",
        f"{iso(stretch.first)} to {iso(stretch.until)}"
        + (f"; {escaped(printable(about))}" if about else ""),
        "",
        f"- Cost: {words.money(sums)}, {words.change(it)}",
        f"- Tokens: {exact_tokens(sums.tokens)}",
        f"- Responses: {exact_tokens(sums.responses)}, in {counted(it.now.sessions, 'session')} of "
        + counted(it.now.projects, "project"),
        f"- Cache hit rate: {words.percent(it.hit_rate)}",
        "",
        *_table("Tokens", ("Class", "Tokens"), _classes(it)),
        *_table("By day", ("Day", "Tokens", "Cost"), _days(it)),
        *_parts("Projects", "Project", it.projects),
        *_parts("Models", "Model", it.models),
        *_parts("Dearest sessions", "Session", it.sessions),
        *_table("Budgets", ("Budget", "Spent", "Limit", "Used", "At end"), _budgets(it)),
        *(f"{escaped(note)}\n" for note in it.notes),
        f"Made by agent-console on {words.made(it, wanted)}.",
    ]
    return "".join(f"{line}\n" for line in lines)


def _classes(it: Contents) -> list[tuple[str, ...]]:
    return [(name, exact_tokens(count)) for name, count in words.classes(it.now.sums)]


def _days(it: Contents) -> list[tuple[str, ...]]:
    return [
        (iso(day.day), exact_tokens(day.sums.tokens), words.money(day.sums))
        for day in it.days
        if day.sums.messages
    ]


def _budgets(it: Contents) -> list[tuple[str, ...]]:
    return [
        (
            printable(status.budget.name),
            words.amount(status.spent, status.budget),
            words.amount(status.budget.limit, status.budget),
            f"{status.percent:.0f} %",
            words.amount(status.projected, status.budget),
        )
        for status in it.budgets
    ]


def _parts(title: str, heading: str, parts: Parts) -> list[str]:
    rows = [*parts.shown, *([] if parts.rest is None else [parts.rest])]
    return _table(
        title,
        (heading, "Tokens", "Cost", "Share"),
        (
            (
                f"{part.name} ({part.detail})" if part.detail else part.name,
                exact_tokens(part.sums.tokens),
                words.money(part.sums) + ("*" if part.sums.unpriced else ""),
                words.percent(part.share),
            )
            for part in rows
        ),
    )


def _table(title: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    body = [table_line([escaped(cell) for cell in row]) for row in rows]
    if not body:
        return []
    rule = ["---", *["---:"] * (len(heading) - 1)]
    return [f"## {title}", "", table_line(heading), table_line(rule), *body, ""]
