"""5-hour blocks from quarters of an hour are those of the messages themselves."""

from hypothesis import given, settings, strategies as st
from tests.usage.reports.ledgers import HOUR_MS, NOON_MS, QUARTER_MS

from agent_console.usage.periods import block_starts


def starts_as_written(times: list[int]) -> dict[int, int]:
    """ACCOUNTING's rule, message by message: the start of each message's block, in ms."""
    starts: dict[int, int] = {}
    start = last = None
    for at in sorted(times):
        if start is None or last is None or at - start >= 5 * HOUR_MS or at - last >= 5 * HOUR_MS:
            start = at // HOUR_MS * HOUR_MS
        starts[at] = start
        last = at
    return starts


@given(st.lists(st.integers(NOON_MS, NOON_MS + 40 * HOUR_MS), max_size=40))
@settings(deadline=None, max_examples=300)
def test_a_quarter_is_enough_to_know_the_block(times: list[int]) -> None:
    quarters = sorted({at // QUARTER_MS for at in times})
    found = dict(block_starts(quarters))
    for at, start in starts_as_written(times).items():
        assert found[at // QUARTER_MS] * QUARTER_MS == start
