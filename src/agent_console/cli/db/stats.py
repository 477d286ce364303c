"""`agent-console db stats`."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit, emit_json
from agent_console.model.format import size
from agent_console.paths import database_path

if TYPE_CHECKING:
    from agent_console.usage.maintenance.stats import LedgerStats


@click.command("stats")
@json_option
def stats(as_json: bool) -> None:
    """Show what is in the database, how large it is, and its backups."""
    from agent_console.usage.maintenance.stats import stats as read  # noqa: PLC0415

    figures = read(database_path())
    if as_json:
        from msgspec import to_builtins  # noqa: PLC0415

        emit_json(to_builtins(figures, enc_hook=str))
    else:
        emit("\n".join(_lines(figures)))


def _lines(figures: "LedgerStats") -> list[str]:
    lines = [
        f"{figures.path}: {size(figures.size_bytes)}, schema {figures.schema}",
        (
            f"{figures.messages:,} messages, {figures.sessions:,} sessions, "
            f"{figures.projects:,} projects, {figures.total_tokens:,} tokens"
        ),
        *(
            [f"{_when(figures.first_message_ms)} to {_when(figures.last_message_ms)}"]
            if figures.messages
            else []
        ),
        "",
        "Tables",
    ]
    width = max((len(table.name) for table in figures.tables), default=0)
    for table in sorted(figures.tables, key=lambda table: -(table.size_bytes or 0)):
        room = "" if table.size_bytes is None else size(table.size_bytes)
        lines.append(f"  {table.name:<{width}} {table.rows:>12,} rows {room:>12}".rstrip())
    if figures.free_bytes:
        lines.append(f"  {'unused':<{width}} {'':>17} {size(figures.free_bytes):>12}")
    if figures.sources:
        lines += ["", "Transcripts"]
        lines += [
            f"  {source.status:<10} {source.files:>8,} files {source.lines:>12,} lines, "
            f"{source.bad_lines:,} of them bad"
            for source in figures.sources
        ]
    lines += ["", "Backups" if figures.backups else "No backups yet"]
    lines += [
        f"  {_when(backup.made_at_ms)}  {size(backup.size_bytes):>12}  schema {backup.schema}  "
        f"{backup.path}"
        for backup in figures.backups
    ]
    return lines


def _when(at_ms: int | None) -> str:
    if at_ms is None:
        return "never"
    return datetime.fromtimestamp(at_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")
