"""`agent-console usage export`: everything that was used, for other programs."""

from pathlib import Path
from typing import Any

from agent_console.cli.output import emit_piece, narrate
from agent_console.cli.up_to_date import open_up_to_date
from agent_console.cli.whole_file import write_whole
from agent_console.errors import AgentConsoleError
from agent_console.usage.reports.export import Format, export
from agent_console.usage.reports.export_fields import Field, Level, fields
from agent_console.usage.reports.reading import explained
from agent_console.usage.reports.request import OptionError, Request, now_ms


def run_export(given: dict[str, Any], timezone: str, database: str) -> int:
    """Write the export; the exit code.

    Args:
        given: Values by the long names of options.
        timezone: The configured zone.
        database: The ledger.

    Raises:
        OptionError: A value is not allowed.
        AgentConsoleError: The ledger cannot be read, or the file not be written.
    """
    level: Level = given.get("level") or "message"
    form: Format = given.get("format") or ("json" if given.get("json") else "csv")
    request = Request("daily", {**given, "json": False}, timezone, now_ms())
    chosen = chosen_fields(given.get("fields"), fields(level, request.wanted.mode), level)
    opened = open_up_to_date(database, request.config_dirs, ingest=request.ingest)
    connection = opened.connection
    if connection is None:
        raise AgentConsoleError("There is no ledger yet: no transcript has been read.")
    try:
        pieces = export(connection, request.wanted, level, chosen, form)
        target = given.get("output")
        if target is None or target == "-":
            for piece in pieces:
                emit_piece(piece)
        else:
            write_whole(Path(target).expanduser(), (piece.encode() for piece in pieces))
            narrate(f"Wrote {target}.")
    except Exception as error:
        raise explained(database, error) from error
    finally:
        connection.close()
    opened.finish()
    return 0


def chosen_fields(names: str | None, known: dict[str, Field], level: str) -> list[Field]:
    """The fields that were named; all when none was.

    Raises:
        OptionError: One is not known; the message lists those that are.
    """
    if names is None:
        return list(known.values())
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not wanted:
        raise OptionError("fields", f"it names none; there are {', '.join(known)}")
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise OptionError(
            "fields",
            f'"{unknown[0]}" is no field of a {level}; there are {", ".join(known)}',
        )
    return [known[name] for name in wanted]
