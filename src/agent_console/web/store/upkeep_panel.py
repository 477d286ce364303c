"""Read again, check, mend, back up: buttons, how far it is, and what came out."""

from collections.abc import Callable
from pathlib import Path

from nicegui import ui

from agent_console.config import Config
from agent_console.errors import AgentConsoleError
from agent_console.web.asking.console import Console
from agent_console.web.asking.long_work import Under, Work
from agent_console.web.asking.outcome import Outcome
from agent_console.web.elements.boxes import box, card, text
from agent_console.web.elements.confirm import ask
from agent_console.web.elements.nice import attribute, when_gone
from agent_console.web.elements.troubles import toast
from agent_console.web.store import upkeep


def begin(console: Console, title: str, work: Work, *, may_cancel: bool = True) -> None:
    """Begin long work; what stands in its way is told."""
    try:
        console.begin(title, work, may_cancel=may_cancel)
    except AgentConsoleError as error:
        toast(str(error))


class UpkeepPanel:
    """The card."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._path = Path(console.database)
        with card("Upkeep"):
            with box("tools"):
                self._buttons = [
                    self._button("Read new transcripts", self._read),
                    self._button("Read all again", self._ask_reindex),
                    self._button("Check", self._check),
                    self._button("Mend", self._mend),
                    self._button("Back up now", self._back_up),
                ]
            with box("work").props('role="status" aria-live="polite"') as self._work:
                with box("line"):
                    self._title = text("", "who", "span")
                    self._cancel = text("Cancel", "button", "button")
                self._bar = box("bar").props('role="progressbar" aria-valuemin=0 aria-valuemax=100')
                with self._bar:
                    self._done = box("")
                self._step = text("", "quiet")
            self._result = box("facts").style("margin-top: 8px")
        self._cancel.on("click", console.work.cancel)
        self._client = ui.context.client
        when_gone(console.work.listen(self._hear))
        self._draw(console.work.under)
        self._show(console.work.last)

    def _button(self, words: str, work: Callable[[], object]) -> ui.element:
        return text(words, "button", "button").on("click", work)

    def _hear(self, outcome: Outcome | None) -> None:
        with self._client.layout:
            self._draw(self._console.work.under)
            if outcome is None:
                return
            toast(outcome.sentence, outcome.kind)
            self._show(outcome)
            if outcome.is_damage:
                self._ask_recovery()

    def _draw(self, under: Under | None) -> None:
        for button in self._buttons:
            if under is None:
                button.props(remove="disabled")
            else:
                button.props("disabled")
        self._work.set_visibility(under is not None)
        if under is None:
            return
        self._title.set_text(f"{under.title}…")
        self._step.set_text(under.step)
        self._cancel.set_visibility(under.may_cancel and not under.is_cancelled)
        known = under.share is not None
        self._bar.classes(replace="bar" if known else "bar unknown")
        percent = round(100 * (under.share or 0))
        self._done.style(f"width: {percent if known else 100}%")
        attribute(self._bar, "aria-label", under.title)
        if known:
            attribute(self._bar, "aria-valuenow", str(percent))

    def _show(self, outcome: Outcome | None) -> None:
        self._result.clear()
        if outcome is None:
            return
        with self._result:
            text("Last")
            text(outcome.sentence, "is-cost" if outcome.kind == "negative" else "")
            for fact in outcome.facts:
                text(fact.name)
                text(fact.words, "" if fact.is_fine else "is-cost")

    def _read(self) -> None:
        self._with_config("Reading new transcripts", upkeep.reading)

    def _ask_reindex(self) -> None:
        ask(
            "Read all transcripts again?",
            "Everything is counted anew from its beginning, which takes a while. What was read "
            "from transcripts that are gone by now stays.",
            "Read all again",
            lambda: self._with_config("Reading all again", upkeep.reading_again),
        )

    def _with_config(self, title: str, make: Callable[[Path, Config], Work]) -> None:
        try:
            config = self._console.load_config()
        except AgentConsoleError as error:
            toast(str(error))
            return
        begin(self._console, title, make(self._path, config))

    def _check(self) -> None:
        begin(self._console, "Checking", upkeep.checking(self._path))

    def _mend(self) -> None:
        begin(self._console, "Mending", upkeep.mending(self._path))

    def _back_up(self) -> None:
        begin(self._console, "Backing up", upkeep.backing_up(self._path, self._console.now_ms()))

    def _ask_recovery(self) -> None:
        ask(
            "Begin again from the newest good backup?",
            "The ledger is damaged and cannot be mended where it is. It is kept beside the new "
            "one; transcripts that are still there are read again.",
            "Begin again",
            lambda: begin(
                self._console,
                "Recovering",
                upkeep.beginning_again(self._path, self._console.now_ms()),
                may_cancel=False,
            ),
        )
