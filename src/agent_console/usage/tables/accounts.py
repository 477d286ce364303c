"""Two accounts of one response: which of them stands, and for what.

Rule: this is decided here and nowhere else. An account is what one teller says of a response: an
UPSERT, or a transcript. Figures and identity are decided apart from each other: the figures are
those of the largest account, the identity (session, project, subagent, ...) is that of the best
claim, and the time is the earliest. Of transcripts that tell as many tokens, classed otherwise, the
earlier one's figures stand. So the outcome does not depend on who is heard first.

An echo has no figures and no time beside any other account, larger or not, for a row does not tell
what it said before an echo: it only says, better than an UPSERT, where the response belongs.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from agent_console.usage.cost_sql import SUMS
from agent_console.usage.rows import Facet, Figures, MessageRow, Source
from agent_console.usage.tables.file_reading import CLAIM_ECHO

NO_CLAIM = 8
"""Nobody but an UPSERT has told it: any transcript line says better where it belongs."""

_CLASSES = SUMS.index("web_searches")
_ONE_HOUR = SUMS.index("cache_write_1h_tokens")


class Account(Struct, frozen=True, gc=False):
    """One response as it is told, or as it stands in the ledger.

    Attributes:
        claim: See file_reading.py; NO_CLAIM of an UPSERT.
        facet: Its `prompt_over` and `cost_is_reported` follow from the figures and are not read.
    """

    session_no: int
    at_ms: int
    source: int
    figures: Figures
    facet: Facet
    claim: int = NO_CLAIM
    source_no: int | None = None
    agent: str = ""
    web_fetches: int = 0

    @property
    def is_echo(self) -> bool:
        """Its best teller is an echo."""
        return self.claim != NO_CLAIM and bool(self.claim & CLAIM_ECHO)

    @property
    def is_echo_alone(self) -> bool:
        """Its figures count only while nobody else tells the same response."""
        return self.is_echo and self.source == Source.TRANSCRIPT


def standing(row: MessageRow, facet: Facet, agent: str) -> Account:
    """A row of the ledger as an account."""
    return Account(
        row.session_no,
        row.at_ms,
        row.source,
        row.figures,
        facet,
        NO_CLAIM if row.source_no is None else row.claim,
        row.source_no,
        agent,
        row.web_fetches,
    )


def merged(earlier: Account, told: Account) -> Account:
    """What stands after `told`; `earlier` itself when it tells nothing new.

    Args:
        earlier: What stood until now.
        told: Another account of the same response. (Of equal claims the earlier one stands; when
            two sessions make them, usage/writing/origins.py decides.)
    """
    if told.is_echo_alone and not earlier.is_echo and earlier.claim != NO_CLAIM:
        return earlier
    if _is_told_again(earlier, told):
        return earlier
    figures = _figures(earlier, told)
    identity = told if told.claim < earlier.claim else earlier
    timed = [each for each in (earlier, told) if not each.is_echo_alone] or [earlier, told]
    outcome = replace(
        identity,
        at_ms=min(each.at_ms for each in timed),
        source=figures.source,
        figures=figures.figures,
        web_fetches=figures.web_fetches,
        facet=_facet(identity, figures, earlier, told),
    )
    return earlier if outcome == earlier else outcome


def _is_told_again(earlier: Account, told: Account) -> bool:
    """`told` is the same with no better claim, as most are that are told again: `earlier` stands.

    A quick way to what `merged` comes to: a test compares.
    """
    here, there = earlier.facet, told.facet
    return (
        told.figures == earlier.figures
        and told.source == earlier.source == Source.TRANSCRIPT
        and told.claim >= earlier.claim
        and told.at_ms >= earlier.at_ms
        and here.model != ""
        and here.project != ""
        and here.output_is_lower_bound <= there.output_is_lower_bound
    )


def rank_of_equals(at_ms: int, tokens: Sequence[int]) -> tuple[int, ...]:
    """Of transcripts or lines that tell as many tokens, the figures of the highest stand.

    It is the earliest. At the same time it is the one that has more cache writes kept for an hour,
    which only a breakdown tells, or else more of the first class in which they differ.

    What stands of several has the time of the earliest, whoever tells the figures: so it is of two
    that the order does not matter.

    Args:
        at_ms: When it was, Unix milliseconds.
        tokens: By class, in the order of SUMS; what follows them is not compared.
    """
    return -at_ms, tokens[_ONE_HOUR], *tokens[:_CLASSES]


def _figures(earlier: Account, told: Account) -> Account:
    """The account whose figures stand, with the cost that stands."""
    if earlier.is_echo_alone != told.is_echo_alone:
        return earlier if told.is_echo_alone else told
    new, old = told.figures, earlier.figures
    by_transcript = told.source == Source.TRANSCRIPT
    # A transcript knows nothing of durations and turns: what was told of them stays.
    spent = {"duration_ms": new.duration_ms, "turns": new.turns}
    if by_transcript or earlier.source == Source.TRANSCRIPT:
        spent = {
            "duration_ms": max(new.duration_ms, old.duration_ms),
            "turns": max(new.turns, old.turns),
        }
    if new.tokens < old.tokens:
        if earlier.source == Source.TRANSCRIPT:
            return _with(earlier, **spent)
        return earlier
    if new.tokens > old.tokens:
        if by_transcript:  # its price is the better cost
            return _with(told, **spent)
        # A larger report that says nothing of money takes none away.
        return _with(told, reported_nano_usd=new.reported_nano_usd or old.reported_nano_usd)
    cost = max(new.reported_nano_usd, old.reported_nano_usd)
    if by_transcript and earlier.source != Source.TRANSCRIPT:  # it knows the details
        return _with(told, reported_nano_usd=cost, **spent)
    if earlier.source == Source.TRANSCRIPT:
        is_before = rank_of_equals(told.at_ms, new.sums) > rank_of_equals(earlier.at_ms, old.sums)
        stands = told if by_transcript and is_before else earlier
        return _with(stands, reported_nano_usd=cost, **spent)
    # Who streams a response knows only at the end how long it took.
    duration_ms = max(new.duration_ms, old.duration_ms)
    turns = max(new.turns, old.turns)
    return _with(earlier, reported_nano_usd=cost, duration_ms=duration_ms, turns=turns)


def _with(account: Account, **figures: int) -> Account:
    return replace(account, figures=replace(account.figures, **figures))


def _facet(identity: Account, figures: Account, earlier: Account, told: Account) -> Facet:
    here, there = identity.facet, figures.facet
    other = earlier.facet if there is told.facet else told.facet
    # An UPSERT says nothing of these; a transcript that is silent says that there are none.
    silent = here if figures.source != Source.TRANSCRIPT else there
    whole = any(
        account.source == Source.TRANSCRIPT
        and account.is_echo_alone == figures.is_echo_alone
        and not account.facet.output_is_lower_bound
        for account in (earlier, told)
    )
    return replace(
        here,
        model=there.model or here.model or other.model,
        speed=there.speed or silent.speed,
        service_tier=there.service_tier or silent.service_tier,
        inference_geo=there.inference_geo or silent.inference_geo,
        project=here.project or there.project or other.project,
        # A line that saw the end of the response is right, wherever the larger figures come from.
        output_is_lower_bound=there.output_is_lower_bound and not whole,
    )
