"""The responses that the lines of one transcript tell, each of them once.

Rule: what was used is told by the largest line, whose it is by the line with the best claim, when
it was by the earliest; an echo says nothing beside any other line. Among equals stands what would
stand if each were told by a file of its own (accounts.py), so that a file may be read in any number
of pieces.
"""

from typing import Any

from msgspec import Struct

from agent_console.claude_code.transcript_line import Message, TranscriptLine, Usage
from agent_console.claude_code.transcript_response import (
    SYNTHETIC,
    Response,
    billed_apart,
    output_may_be_missing,
)
from agent_console.claude_code.transcript_time import timestamp_ms
from agent_console.claude_code.transcript_tokens import (
    ByClass,
    billed_by_class,
    count,
    has_more_output,
)
from agent_console.usage.money import nano_usd
from agent_console.usage.rows import Facet, Kind
from agent_console.usage.tables.accounts import rank_of_equals
from agent_console.usage.tables.file_reading import (
    CLAIM_COPY,
    CLAIM_ECHO,
    CLAIM_SIDECHAIN,
)
from agent_console.usage.tables.key_hash import key_hashes
from agent_console.usage.tables.told_columns import ToldColumns

_KINDS = {"advisor": Kind.ADVISOR, "compaction": Kind.COMPACTION}
Told = tuple[Any, ...]
"""What a facet is made of."""
_RESPONSE = Kind.RESPONSE
_COPY_OR_ECHO = CLAIM_COPY | CLAIM_ECHO
_ABSURD_USD = 1_000_000
"""No response costs as much."""


class _Account(Struct, gc=False):
    """All lines of one response so far.

    Attributes:
        owner: The line with the best claim, `session_id` whose it is by that line.
        usage: What the line with the most tokens told, `agent_id` the subagent if it is an echo.
        counted: The tokens of `usage`, once somebody has asked for them.
    """

    kind: Kind
    owner: TranscriptLine
    claim: int
    session_id: str
    usage: Usage
    agent_id: str | None
    model: str
    counted: ByClass | None
    at_ms: int
    cost_usd: float
    output_is_lower_bound: bool

    def by_class(self) -> ByClass:
        """The tokens of the largest line."""
        if self.counted is None:
            self.counted = billed_by_class(self.usage)
        return self.counted

    def join(self, other: "_Account") -> None:
        """Take in another line of the response, one further down in the file."""
        if other.claim < self.claim:
            self.claim = other.claim
            self.owner = other.owner
            self.session_id = other.session_id
        told, known = other.by_class(), self.by_class()
        more = sum(told) - sum(known)
        if not more:
            self.cost_usd = max(self.cost_usd, other.cost_usd)
            more = rank_of_equals(other.at_ms, told) > rank_of_equals(self.at_ms, known)
        elif more > 0:
            self.cost_usd = other.cost_usd
        if more > 0:
            self.usage = other.usage
            self.agent_id = other.agent_id
            self.model = other.model
            self.counted = other.counted
        self.at_ms = min(self.at_ms, other.at_ms)
        self.output_is_lower_bound = self.output_is_lower_bound and other.output_is_lower_bound


class ToldResponses:
    """Collects lines.

    Args:
        agent_id: Of the subagent whose transcript this is, where no line says it.
        agent_type: Likewise.
        is_subagent: Every line is a subagent's.
    """

    def __init__(self, agent_id: str, agent_type: str, *, is_subagent: bool) -> None:
        self._agent_id = agent_id
        self._agent_type = agent_type
        self._is_subagent = is_subagent
        self._accounts: dict[str, _Account] = {}

    def __len__(self) -> int:
        """How many were told."""
        return len(self._accounts)

    def take_plain(self, line: TranscriptLine, message: Message, session_id: str) -> bool:
        """Take in what a line tells if it is like most lines; the others are for `add`.

        Such a line is no copy, no echo and no error, and either the first of its response or a
        later one that tells the same, or more output. A test compares with the other way.

        Args:
            line: The whole line.
            message: What it holds.
            session_id: Whose transcript this is.
        """
        key, usage, timestamp = message.id, message.usage, line.timestamp
        if (
            not key
            or usage is None
            or not timestamp
            or not session_id
            or line.is_api_error_message
            or line.cost_usd is not None
            or line.forked_from is not None
            or (line.request_session_id and line.request_session_id != session_id)
        ):
            return False
        model = message.model
        known = self._accounts.get(key)
        if known is None:
            at_ms = timestamp_ms(timestamp)
            if (
                not model
                or model == SYNTHETIC
                or at_ms is None
                or (usage.iterations and billed_apart(usage))
            ):
                return False
            self._accounts[key] = _Account(
                _RESPONSE,
                line,
                CLAIM_SIDECHAIN if self._is_subagent or line.is_sidechain else 0,
                "",
                usage,
                None,
                model,
                None,
                at_ms,
                0,
                output_may_be_missing(line, message.stop_reason),
            )
            return True
        owner = known.owner
        if (
            model != known.model
            or known.claim & _COPY_OR_ECHO
            or line.is_sidechain != owner.is_sidechain
            or not _is_later(timestamp, owner.timestamp)
        ):
            return False
        if usage != known.usage:
            if known.cost_usd or not has_more_output(usage, known.usage):
                return False
            known.usage = usage
            known.counted = None
        if known.output_is_lower_bound:
            known.output_is_lower_bound = output_may_be_missing(line, message.stop_reason)
        return True

    def add(
        self, key: str, line: TranscriptLine, response: Response, origin: str | None, at_ms: int
    ) -> None:
        """Take in what a line tells.

        Args:
            key: The response's identity.
            line: The whole line.
            response: What it tells.
            origin: The session that the line says it was copied from.
            at_ms: When it was, Unix milliseconds.
        """
        claim = CLAIM_COPY if origin else 0
        if self._is_subagent or line.is_sidechain:
            claim |= CLAIM_SIDECHAIN
        if response.is_echo:
            claim |= CLAIM_ECHO | CLAIM_SIDECHAIN
        known = self._accounts.get(key)
        if (
            known is not None
            and known.claim == claim
            and known.at_ms <= at_ms
            and known.usage == response.usage
            and known.model == response.model
            and line.cost_usd is None
        ):  # another block of the same answer: most lines are
            known.output_is_lower_bound = known.output_is_lower_bound and output_may_be_missing(
                line, response.stop_reason
            )
            return
        cost = line.cost_usd
        account = _Account(
            _RESPONSE,
            line,
            claim,
            origin or "",
            response.usage,
            response.agent_id,
            response.model,
            None,
            at_ms,
            cost if cost is not None and 0 < cost < _ABSURD_USD else 0,
            output_may_be_missing(line, response.stop_reason),
        )
        self._join(key, account)
        if response.usage.iterations:
            self._add_apart(key, account)

    def _add_apart(self, key: str, account: _Account) -> None:
        for name, number, iteration in billed_apart(account.usage):
            apart = _Account(
                _KINDS[name],
                account.owner,
                account.claim,
                account.session_id,
                account.usage,
                account.agent_id,
                iteration.model or account.model,
                billed_by_class(iteration),
                account.at_ms,
                0,
                output_is_lower_bound=False,
            )
            self._join(f"{key}:{name}:{number}", apart)

    def _join(self, key: str, account: _Account) -> None:
        known = self._accounts.get(key)
        if known is None or known.claim & CLAIM_ECHO > account.claim & CLAIM_ECHO:
            self._accounts[key] = account
        elif known.claim & CLAIM_ECHO == account.claim & CLAIM_ECHO:
            known.join(account)

    def told(self) -> tuple[ToldColumns, list[Facet]]:
        """Each response once, and each facet of them."""
        accounts = self._accounts
        if not accounts:
            return ToldColumns(), []
        facets: dict[Told, int] = {}
        last: Told = ()
        facet_at = 0
        facet_ats: list[int] = []
        agent_ids: list[str] = []
        tokens: list[ByClass] = []
        searches, fetches, reported = ([0] * len(accounts) for _ in range(3))  # most have none
        for at, account in enumerate(accounts.values()):  # no call that can be spared
            line, usage, kind = account.owner, account.usage, account.kind
            is_subagent = account.claim & CLAIM_SIDECHAIN != 0
            told = (
                line.cwd,
                line.git_branch,
                line.version,
                line.entrypoint,
                account.model,
                usage.speed,
                usage.service_tier,
                usage.inference_geo,
                line.attribution_agent or (self._agent_type if is_subagent else ""),
                line.attribution_skill,
                is_subagent,
                kind,
                account.output_is_lower_bound,
            )
            if told != last:  # a hash of so many texts takes longer, and most are as the last one
                facet_at = facets.setdefault(told, len(facets))
                last = told
            facet_ats.append(facet_at)
            agent_ids.append(line.agent_id or account.agent_id or self._agent_id)
            tokens.append(account.counted or billed_by_class(usage))
            tools = usage.server_tool_use
            if tools is not None and kind is _RESPONSE:
                if tools.web_search_requests:
                    searches[at] = count(tools.web_search_requests)
                if tools.web_fetch_requests:
                    fetches[at] = count(tools.web_fetch_requests)
            if account.cost_usd:
                reported[at] = nano_usd(account.cost_usd)
        new, output, written_5m, written_1h, read = map(list, zip(*tokens, strict=True))
        columns = ToldColumns(
            list(accounts),
            key_hashes(accounts),
            facet_ats,
            [account.session_id for account in accounts.values()],
            [account.claim for account in accounts.values()],
            [account.at_ms for account in accounts.values()],
            agent_ids,
            fetches,
            new,
            output,
            written_5m,
            written_1h,
            read,
            searches,
            reported,
        )
        return columns, [_facet(told) for told in facets]


def _facet(told: Told) -> Facet:
    *names, is_subagent, kind, is_lower_bound = told
    over, reported = 0, False  # these follow from figures
    fields: list[Any] = [name or "" for name in names]
    fields += is_subagent, kind, over, reported, is_lower_bound
    return Facet(*fields)


def _is_later(timestamp: str, other: str | None) -> bool:
    """Both are written as the client does, and `timestamp` is not the earlier one."""
    return (
        other is not None
        and len(timestamp) == len(other) == _WRITTEN_LENGTH
        and timestamp >= other
        and timestamp[-1] == other[-1] == "Z"
    )


_WRITTEN_LENGTH = len("2026-01-01T00:00:00.000Z")
