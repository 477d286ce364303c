"""A file that is read while it grows tells in sum what it tells when it is read whole."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec.structs import replace
from tests.usage.ingest.odd_lines import LINES
from tests.usage.ingest.transcripts import Told, answer, found, prompt, text_of, told, total, usage

from agent_console.usage.ingest.line_buffer import LineBuffer
from agent_console.usage.ingest.reading import TranscriptReader
from agent_console.usage.ingest.transcript_file import UnreadableFile
from agent_console.usage.tables.file_reading import (
    CLAIM_ECHO,
    FileReading,
    SourceState,
    ToldCostState,
)

SHARED = ["kind", "model", "speed", "service_tier", "inference_geo"]
"""What the largest account says of a response beside its figures."""


def precedence(told: Told) -> tuple[int, ...]:
    """The larger account tells what was used, of equals the earlier, then that with the details."""
    figures = told.figures
    return figures.tokens, -told.at_ms, figures.cache_write_1h_tokens, *figures.sums[:5]


def merged(earlier: Told, later: Told) -> Told:
    """Two accounts of one response: what ACCOUNTING makes of them."""
    if (earlier.claim ^ later.claim) & CLAIM_ECHO:
        return later if earlier.claim & CLAIM_ECHO else earlier
    owner = later if later.claim < earlier.claim else earlier
    used = max(earlier, later, key=precedence)
    cost = used.figures.reported_nano_usd
    if later.figures.tokens == earlier.figures.tokens:
        cost = max(earlier.figures.reported_nano_usd, later.figures.reported_nano_usd)
    lower_bound = earlier.facet.output_is_lower_bound and later.facet.output_is_lower_bound
    return replace(
        owner,
        at_ms=min(earlier.at_ms, later.at_ms),
        web_fetches=used.web_fetches,
        figures=replace(used.figures, reported_nano_usd=cost),
        facet=replace(
            owner.facet,
            output_is_lower_bound=lower_bound,
            **{name: getattr(used.facet, name) for name in SHARED},
        ),
    )


class Ledger:
    """What a writer would have made of readings, the shortest way."""

    def __init__(self) -> None:
        self.state: SourceState | None = None
        self.responses: dict[str, Told] = {}
        self.cost_states: list[ToldCostState] = []
        self.title: tuple[str, int] | None = None
        self.fork: tuple[str | None, int | None, bool] = (None, None, False)

    def take(self, reading: FileReading) -> None:
        """Take in a reading that goes on from the last."""
        assert reading.before == self.state
        assert reading.from_start is (self.state is None)
        self.state = reading.after
        for key, response in told(reading).items():
            known = self.responses.get(key)
            self.responses[key] = response if known is None else merged(known, response)
        self.cost_states += reading.cost_states
        if reading.title is not None and (self.title is None or self.title[1] <= reading.title[1]):
            self.title = reading.title
        if reading.forked_from is not None:
            self.fork = (reading.forked_from, reading.forked_at_ms, reading.inherits_cost)

    def facts(self) -> tuple[object, ...]:
        """All that is known, but for when the file was looked at."""
        assert self.state is not None
        state = replace(self.state, mtime_ns=0)
        return state, self.responses, self.cost_states, self.title, self.fork


def kept(hour: int, second: int, speed: str | None) -> bytes:
    """A line of a response of which all lines tell as many tokens, classed otherwise."""
    by_time = {"ephemeral_5m_input_tokens": 9 - hour, "ephemeral_1h_input_tokens": hour}
    at = f"2026-01-01T12:00:0{second}.000Z"
    used = usage(cache_creation=by_time, speed=speed)
    return text_of(answer("msg_5", used, timestamp=at)).rstrip()


MARKS: list[dict[str, Any]] = [
    {"requestSessionId": "original"},
    {"forkedFrom": {"sessionId": "original"}},
    {"costUSD": 0.5},
    {"isAbortedMidStream": True},
]
COPIES = st.sampled_from([
    text_of(answer(id_, **mark)).rstrip() for id_ in ("msg_1", "msg_4") for mark in MARKS
])  # fmt: skip
TIES = st.builds(
    kept, st.integers(0, 9), second=st.integers(1, 3), speed=st.sampled_from([None, "fast"])
)
PROMPTS = st.just(text_of(prompt()).rstrip())


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.tuples(LINES, st.lists(st.one_of(COPIES, TIES, PROMPTS), max_size=5), LINES),
    cuts=st.lists(st.integers(0, 1_000_000), max_size=6),
    reading_bytes=st.sampled_from([1, 3_000, 1_000_000]),
)
def test_any_pieces_give_the_whole(
    session: Path,
    lines: tuple[list[bytes], list[bytes], list[bytes]],
    cuts: list[int],
    reading_bytes: int,
) -> None:
    start = text_of({"timestamp": "2026-01-01T00:00:00Z"})
    text = start + b"".join(line + b"\n" for part in lines for line in part)
    session.write_bytes(text)
    whole = Ledger()
    reading = TranscriptReader(LineBuffer(1_024)).read_on(found(session), None)
    assert not isinstance(reading, UnreadableFile)
    whole.take(reading)

    pieces = Ledger()
    reader = TranscriptReader(LineBuffer(1_024), reading_bytes=reading_bytes)
    session.write_bytes(b"")
    places = [len(start), *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    written = 0
    for place in places:
        with session.open("ab") as opened:
            opened.write(text[written:place])
        written = max(written, place)
        for piece in reader.readings(found(session), pieces.state):
            assert not isinstance(piece, UnreadableFile)
            pieces.take(piece)
    assert pieces.facts() == whole.facts()


def test_pieces_are_not_all_empty(session: Path) -> None:
    """The property above says something: the lines it draws from do count."""
    session.write_bytes(text_of(answer(), answer("msg_2")))
    reading = TranscriptReader().read_on(found(session), None)
    assert not isinstance(reading, UnreadableFile)
    assert total(reading) == (20, 200, 0, 0)
