"""Rows for the grid of sessions, as it asks for them.

Rule: every number is the ledger's, asked in the words of `agent-console usage`; what cannot be had
is said in one plain sentence.
"""

import msgspec
from fastapi import FastAPI, Request as HttpRequest
from starlette.responses import PlainTextResponse, Response

from agent_console.board.session_index import Ask
from agent_console.errors import AgentConsoleError
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import Filters
from agent_console.web.sessions.session_pages import SessionPages

MOST_AT_ONCE = 500


def add_session_rows(application: FastAPI, console: Console) -> None:
    """Have the server answer for them."""
    pages = SessionPages(console)

    async def rows(request: HttpRequest) -> Response:
        query = dict(request.query_params)
        try:
            ask = msgspec.json.decode(query.get("ask", "{}"), type=Ask)
            ask = msgspec.structs.replace(
                ask,
                search=query.get("search", ""),
                over_usd=_dollars(query.get("over", "")),
                end=min(ask.end, ask.start + MOST_AT_ONCE),
            )
            found, count = await pages.page(Filters.of(query), ask)
        except (AgentConsoleError, ValueError) as error:
            return PlainTextResponse(f"{error}", 400)
        body = msgspec.json.encode({"rows": found, "count": count})
        return Response(body, media_type="application/json")

    application.add_api_route("/rows/sessions", rows)


def _dollars(text: str) -> float | None:
    """What was typed as an amount; null for nothing.

    Raises:
        ValueError: It is none.
    """
    if not text.strip(" $"):
        return None
    try:
        found = float(text.strip(" $").replace(",", ""))
    except ValueError:
        found = float("nan")
    if not 0 <= found < float("inf"):
        raise ValueError(f"Cost over {text!r}: write dollars, as 1 or 0.50.")
    return found
