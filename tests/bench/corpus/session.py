"""One session in the making: who it is, its files, what it billed and what its client knows of it.

Rule: whatever is billed goes through `Session.bill`, which writes the truth and the client's own
total at once; the lines are written by others.
"""

import random
from pathlib import Path

from msgspec import Struct
from tests.bench.corpus import notes
from tests.bench.corpus.eras import Era
from tests.bench.corpus.oddities import IN_A_RESPONSE, ONCE
from tests.bench.corpus.sizes import Sizes
from tests.bench.corpus.speaker import (
    Speaker,
    stamp_in_microseconds,
    stamp_without_zone,
    uuid,
)
from tests.bench.corpus.text import TextPool
from tests.bench.corpus.transcript import Transcript
from tests.bench.corpus.truth import Bill, Kind, Tokens, Truth
from tests.bench.corpus.usage import Usage


class Stage(Struct, frozen=True):
    """What all sessions of a corpus share."""

    rng: random.Random
    text: TextPool
    sizes: Sizes
    truth: Truth


class Session:
    """A session and what is planned for it.

    Attributes:
        plan: Oddities of the whole session.
        due: Oddities of responses that still have to happen once.
        client: What the client has billed it, by model: the next cost-state line.
        hidden: What of that comes into no line, since the last cost-state line.
        keeps_cost: Whether its client writes cost-state lines.
    """

    def __init__(
        self,
        stage: Stage,
        era: Era,
        oddities: set[str],
        *,
        folder: Path,
        cwd: str,
        begin_ms: int,
        branch: str,
    ) -> None:
        """Choose what the whole session shares."""
        rng, text, truth = stage.rng, stage.text, stage.truth
        self.rng, self.text, self.truth, self.era = rng, text, truth, era
        self.sizes = stage.sizes
        self.folder = folder
        self.plan = {name for name in oddities if name not in IN_A_RESPONSE}
        self.due = sorted(name for name in oddities if name in IN_A_RESPONSE)
        self.often = [name for name in self.due if name not in ONCE]
        self.client: dict[str, Tokens] = {}
        self.hidden: dict[str, Tokens] = {}
        self.keeps_cost = era.modern and not self.has("no cost-state")
        self.has("placeholder output")
        self.one_hour = rng.random() < era.one_hour_share
        self.model = rng.choice(list(era.models))
        version = rng.choice(list(era.versions))
        if self.has("dev-build"):
            version = "dev-build"
        self.id = uuid(rng)
        self.speaker = Speaker(
            *(rng, text, era),
            session_id=self.id,
            version=version,
            cwd=cwd,
            branch=None if self.has("null branch") else branch,
            entrypoint="sdk-cli" if rng.random() < 0.1 else "cli",
            now_ms=begin_ms,
        )
        if self.has("microseconds"):
            self.speaker.stamp = stamp_in_microseconds
        if self.has("no zone"):
            self.speaker.stamp = stamp_without_zone
        self.extra_keys = ""
        if self.has("other session_id"):
            self.extra_keys = f',"session_id":"{uuid(rng)}"'
        self.main = Transcript(folder / f"{self.id}.jsonl")
        self.files = [self.main]
        truth.sessions.append(self.id)

    def has(self, oddity: str) -> bool:
        """Whether it is planned; what is asked for is done, so it is counted."""
        if oddity in self.plan:
            self.truth.count(oddity)
            return True
        return False

    def response_oddity(self) -> str:
        """What is odd about the next response; empty for most."""
        if self.due:
            return self.due.pop()
        if self.often and self.rng.random() < 0.15:
            return self.rng.choice(self.often)
        return ""

    def bill(
        self,
        kind: Kind,
        speaker: Speaker,
        usage: Usage,
        *,
        key: str,
        model: str,
        at_ms: int,
        is_lower_bound: bool = False,
    ) -> None:
        """Write down what was billed."""
        bill = Bill(
            *(key, kind, self.id, speaker.cwd, model, at_ms, speaker.agent_id is not None),
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_write_5m_tokens,
            usage.cache_write_1h_tokens,
            usage.cache_read_tokens,
            usage.web_searches,
            is_lower_bound,
            speaker.branch or "",
        )
        self.truth.bills.append(bill)
        self.client.setdefault(model, Tokens()).add(bill)

    def hide(self, model: str, usage: Usage) -> None:
        """Bill something that stands in no line: the next cost-state line will tell it."""
        if self.keeps_cost:
            at = self.speaker
            bill = Bill(
                *("", "unlisted", self.id, at.cwd, model, at.now_ms, False),
                *(usage.input_tokens, usage.output_tokens, usage.cache_write_5m_tokens),
                *(usage.cache_write_1h_tokens, usage.cache_read_tokens, usage.web_searches),
            )
            self.hidden.setdefault(model, Tokens()).add(bill)

    def tell_cost(self) -> None:
        """Write a cost-state line, as a process does that leaves the session.

        The line before it must have the time that it is now.
        """
        at = self.speaker
        for model, told in self.hidden.items():
            used = Usage(
                *(told.input_tokens, told.output_tokens, told.cache_write_5m_tokens),
                *(told.cache_write_1h_tokens, told.cache_read_tokens, told.web_searches),
            )
            self.bill("unlisted", at, used, key="", model=model, at_ms=at.now_ms)
        # (Of what stands in no line nobody could tell how long it was kept.)
        is_told_by_lines = not any(
            told.cache_write_5m_tokens or told.cache_write_1h_tokens
            for told in self.hidden.values()
        )
        self.hidden.clear()
        line = notes.cost_state(
            at,
            self.client,
            mark="[1m]" if self.has("marked model") else "",
            tells_lives=not (is_told_by_lines and self.has("no lives in totals")),
        )
        self.main.note(*[line] * (1 + (self.rng.random() < 0.3)))

    def write(self) -> None:
        """Write all files."""
        for file in self.files:
            self.truth.size_bytes += file.write()
            self.truth.files += 1
