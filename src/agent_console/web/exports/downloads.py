"""What leaves the page as a file.

Rule: every number is the ledger's, asked in the words of `agent-console usage`; what cannot be had
is said in one plain sentence.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import anyio
from fastapi import FastAPI, Request as HttpRequest
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from agent_console.errors import AgentConsoleError
from agent_console.usage.conversations import conversation
from agent_console.usage.reports.export import Format, export
from agent_console.usage.reports.export_fields import Level, fields
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.json_text import json_text
from agent_console.usage.reports.one_session import ids_beginning_with, one_session
from agent_console.usage.reports.reading import explained, open_for_reading
from agent_console.usage.reports.session_json import session_json
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters

if TYPE_CHECKING:
    from agent_console.usage.reports.reading import Reading

LEVELS: dict[str, Level] = {"day": "day", "session": "session", "message": "message"}
FORMATS: dict[str, tuple[Format, str]] = {
    "csv": ("csv", "text/csv"),
    "json": ("json", "application/json"),
    "jsonl": ("jsonl", "application/x-ndjson"),
}
"""Each with its media type."""


def add_downloads(application: FastAPI, console: Console) -> None:
    """Have the server answer for all of them."""

    async def session(request: HttpRequest) -> Response:
        session_id = request.query_params.get("id", "")
        try:
            text = await console.read(lambda each: _session_text(each, session_id))
        except AgentConsoleError as error:
            return PlainTextResponse(f"{error}", 500)
        if text is None:
            return PlainTextResponse("The ledger does not know this session yet.", 404)
        return Response(text, media_type="application/json", headers=_file("session.json"))

    def usage(request: HttpRequest) -> Response:
        query = dict(request.query_params)
        level = LEVELS.get(query.get("level", ""), "day")
        form, kind = FORMATS.get(query.get("format", ""), FORMATS["csv"])
        names = [name for name in query.get("fields", "").split(",") if name]
        try:
            session = query.get("session", "")
            asked = Filters.of(query).request(
                console, "daily", session=[session] if session else ""
            )
            wanted = asked.wanted
            known = fields(level, wanted.mode)
            unknown = [name for name in names if name not in known]
            if unknown:
                return PlainTextResponse(f"There is no field {', '.join(unknown)}.", 400)
        except ValueError as error:
            return PlainTextResponse(f"{error}", 400)
        chosen = [known[name] for name in names] or list(known.values())

        def pieces() -> Iterator[str]:
            connection = open_for_reading(console.database)
            if connection is None:
                return
            try:
                yield from export(connection, wanted, level, chosen, form)
            except Exception as error:
                raise explained(console.database, error) from error
            finally:
                connection.close()

        return _Pieces(pieces(), media_type=kind, headers=_file(f"{level}s.{form}"))

    application.add_api_route("/download/session", session)
    application.add_api_route("/download/usage", usage)


class _Pieces(Response):
    """A long answer, all of it made in one thread: SQLite's connections belong to theirs.

    Args:
        pieces: The text; read while it is sent.
        media_type: What it is.
        headers: Further ones.
    """

    def __init__(self, pieces: Iterator[str], *, media_type: str, headers: dict[str, str]) -> None:
        super().__init__(media_type=media_type, headers=headers)
        del self.headers["content-length"]
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})

        async def pass_on(piece: str) -> None:
            await send({"type": "http.response.body", "body": piece.encode(), "more_body": True})

        def make() -> None:
            for piece in self._pieces:
                anyio.from_thread.run(pass_on, piece)

        await anyio.to_thread.run_sync(make)
        await send({"type": "http.response.body", "body": b""})


def _session_text(connection: "Reading", session_id: str) -> str | None:
    if session_id not in ids_beginning_with(connection, session_id):
        return None
    found = one_session(connection, Filter(), GROUPINGS["session"], session_id)
    document = session_json(found, conversation(found.transcripts), with_cost=True)
    return json_text(document, indent=True)


def _file(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
