"""A session's messages, some at a time, with their first words read when they are shown."""

from functools import partial

import anyio
from nicegui import ui

from agent_console.board.message_words import message_words
from agent_console.board.model_hues import model_hues
from agent_console.board.session_view import SessionView
from agent_console.model.format import cost, tokens
from agent_console.model.palette import ThemeName
from agent_console.model.session_words import one_line
from agent_console.model.short_names import short_model
from agent_console.usage.reports.session_messages import Counted, Message
from agent_console.usage.reports.session_reading import SessionRead, words_of
from agent_console.web.elements.boxes import box, empty, text
from agent_console.web.elements.nice import soon

AT_ONCE = 50
"""So many are shown, the latest first, and so many more when they are asked for."""


class MessageList:
    """The messages."""

    def __init__(self, theme: ThemeName) -> None:
        self._dark = theme == "dark"
        self._view: SessionView | None = None
        self._read: SessionRead | None = None
        self._limit = AT_ONCE
        with box(""):
            self._title = text("Messages", tag="h3")
            self._list = box("rows")
            self._more = text("Show earlier messages", "button", "button")
        self._more.on("click", self._show_more)
        self._more.set_visibility(False)

    async def show(self, view: SessionView, read: SessionRead) -> None:
        """Show these."""
        known, self._view, self._read = self._read, view, read
        if known is None or known.messages != read.messages:
            await self._draw()

    def show_most_expensive(self) -> None:
        """Bring the most expensive one in sight."""
        soon(self._find_most_expensive)

    async def _find_most_expensive(self) -> None:
        messages = [] if self._read is None else self._read.messages
        for number, message in enumerate(reversed(messages)):
            if message.counted is not None and message.counted.rank == 1:
                if number >= self._limit:
                    self._limit = number + AT_ONCE
                    await self._draw()
                ui.run_javascript(
                    "document.querySelector('.message.most')"
                    "?.scrollIntoView({block: 'center', behavior: 'smooth'})"
                )

    async def _show_more(self) -> None:
        self._limit += 4 * AT_ONCE
        await self._draw()

    async def _draw(self) -> None:
        view, read = self._view, self._read
        if view is None or read is None:
            return
        shown = read.messages[-self._limit :][::-1]
        words = await anyio.to_thread.run_sync(partial(words_of, shown))
        if self._list.is_deleted:
            return
        ledger = read.ledger
        hues = {} if ledger is None else model_hues(ledger.row.models, dark=self._dark)
        self._list.clear()
        with self._list:
            for message, said in zip(shown, words, strict=True):
                _line(message, said, view, hues.get(message.model or "", ""))
            if not shown:
                empty("No message has been counted yet")
        self._title.set_text(message_words(read.messages, view.message_count))
        self._more.set_visibility(len(read.messages) > len(shown))


def _line(message: Message, said: str, view: SessionView, colour: str) -> None:
    used = message.counted
    most = " most" if used is not None and used.rank == 1 and used.cost_usd else ""
    with box(f"message {message.role}{most}") as line:
        if colour:
            line.style(f"--model: {colour}")
        text(view.moment(message.at_ms), "quiet mono", "time")
        with box("who"):
            text("you" if message.role == "user" else message.role, "role")
            by = one_line(message.agent) or (short_model(message.model) if message.model else "")
            if by:
                text(by, "quiet clip by")
        with box("said"):
            text(one_line(said) or ("…" if message.places else ""), tag="span")
            if used is not None:
                with box("marks"):
                    if used.cache_write_tokens:
                        text(f"▲ {tokens(used.cache_write_tokens)} written", "is-write", "span")
                    if used.cache_read_tokens:
                        text(f"◆ {tokens(used.cache_read_tokens)} read", "is-read", "span")
        _tokens(used)
        money = "" if used is None else "N/A" if used.cost_usd is None else cost(used.cost_usd)
        text(money, "n money" if used is not None and used.cost_usd else "n quiet")


def _tokens(used: Counted | None) -> None:
    """What went in and what came out; of the cache beside it the marks tell."""
    with box("n tokens"):
        if used is not None:
            text(f"{tokens(used.input_tokens)} in")
            text(f"{tokens(used.output_tokens)} out")
