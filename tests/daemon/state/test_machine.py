"""Whatever happens to the state, in whatever order: what must always hold."""

# A failure must leave nothing behind, in private tables neither.
# pyright: reportPrivateUsage=false

from collections import deque
from contextlib import ExitStack
from copy import deepcopy
from itertools import pairwise
from typing import Any
from unittest.mock import patch

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec import UNSET, Raw
from msgspec.structs import replace
from tests.daemon.state import state_inputs as inputs
from tests.daemon.state.state_replica import EPOCH, Replica
from tests.protocol.answers import encode_success

from agent_console.config_alerts import AlertsConfig
from agent_console.daemon.state.machine import State
from agent_console.daemon.state.names import folder_of
from agent_console.daemon.state.outcome import Failure, Outcome
from agent_console.daemon.state.waiting_sessions import WaitingSessions
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import HISTORY_LENGTH, Session, StateTransition, Status
from agent_console.model.usage import Spending, UsageEntry
from agent_console.protocol.messages import (
    Acknowledge,
    Alerts,
    Gate,
    Get,
    Hook,
    ListSessions,
    Meta_,
    Remove,
    Reopen,
    Seen,
    SetSession,
)
from agent_console.usage.entries import (
    AddUsage,
    AlertNoted,
    AlertsChanged,
    AlertsRead,
    ChangeAlerts,
    EndEpisode,
    GateRead,
    KeepUserFields,
    LedgerEntry,
    LedgerRefusal,
    LedgerResult,
    RaiseAlert,
    ReadAlerts,
    ReadGate,
    ReadSpending,
    ReadTotals,
    SpendingRead,
    TotalsRead,
    UsageAdded,
    UserFieldsKept,
)

RULES_THAT_MAY_RAISE = (
    "apply_hook_event",
    "apply_registry_entry",
    "closed",
    "begun",
    "read_terminal",
    "packed",
)
STEPS_OF_A_COMMIT = ("packed",)
UserFields = tuple[str | None, int, str | None]


def frozen(state: State) -> tuple[Any, ...]:
    """Everything a state knows, to compare."""
    tables, observations = state._tables, state._observations
    return (
        dict(tables.sessions),
        dict(tables.metadata),
        dict(tables._evidence),
        dict(tables.user_fields._written),
        dict(tables.user_fields.unkept),
        tables.limits,
        tables.seq,
        state.dump(EPOCH, 0),
        dict(observations.processes.sessions),
        dict(observations.processes._registered),
        dict(observations.hooks_counted),
        dict(observations._twins._recent),
    )


WANTED = AlertsConfig(
    five_hour_percent=50, seven_day_percent=50, context_percent=50, waiting_minutes=1
)


class StateMachine(RuleBasedStateMachine):
    """Requests, hooks, registry, ledger, subscribers, a clock that never goes back."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State(wanted_alerts=WANTED)
        self.now_ms = 1_795_175_000_000
        self.replica = Replica()
        self.waiting = WaitingSessions()
        self.told_waiting: set[str] = set()
        self.traveller = Replica()
        self.away = False
        self.written: dict[str, UserFields] = {}
        self.ledger: dict[str, SessionMetadata] = {}
        self.asked: deque[tuple[LedgerEntry, bool]] = deque()

    # ---- what happens --------------------------------------------------------------------

    @rule(step_ms=st.integers(0, 3_000))
    def time_passes(self, step_ms: int) -> None:
        self.now_ms += step_ms

    @rule(request=inputs.set_requests())
    def is_set(self, request: SetSession) -> None:
        before = self.state.sessions.get(request.session_id)
        label, priority, note = self.written.get(request.session_id, (None, 0, None))
        long_way = deepcopy(self.state)
        with patch(
            "agent_console.daemon.state.session_requests.tells_status_alone", return_value=False
        ):
            same = long_way.apply(request, self.now_ms)
        outcome = self.apply(request)
        assert outcome == same
        assert frozen(self.state) == frozen(long_way)
        if not self.refused(outcome):
            self.written[request.session_id] = (
                label if request.label is UNSET else request.label,
                priority if request.priority is UNSET else request.priority or 0,
                note if request.note is UNSET else request.note,
            )
            answer = outcome.answer
            assert isinstance(answer, Session)
            if request.status is not UNSET:
                assert answer.status is request.status
            if request.reason is not UNSET:
                assert answer.reason == request.reason
        else:
            assert before is None
            assert request.status is UNSET

    @rule(session_id=inputs.session_ids, status=st.sampled_from(Status))
    def its_status_alone_is_set(self, session_id: str, status: Status) -> None:
        self.is_set(SetSession(session_id=session_id, status=status))

    @rule(session_id=inputs.session_ids)
    def the_same_is_set_again(self, session_id: str) -> None:
        session = self.state.sessions.get(session_id)
        if session is None:
            return
        history = self.history(session_id)
        outcome = self.apply(SetSession(session_id=session_id, status=session.status))
        assert outcome.changes == ()
        assert self.history(session_id) == history

    @rule(session_id=inputs.session_ids, times=st.integers(1, HISTORY_LENGTH + 5))
    def goes_back_and_forth(self, session_id: str, times: int) -> None:
        for status in (Status.WORKING, Status.QUESTION) * times:
            self.apply(SetSession(session_id=session_id, status=status))
            self.now_ms += 7

    @rule(session_id=inputs.session_ids)
    def is_asked_for(self, session_id: str) -> None:
        for request in (
            Get(session_id=session_id),
            ListSessions(),
            ListSessions(status=Status.CLOSED),
        ):
            outcome = self.apply(request)
            assert outcome.changes == ()
            encode_success(1, outcome.answer)

    @rule(session_id=inputs.session_ids)
    def is_seen(self, session_id: str) -> None:
        if not self.refused(self.apply(Seen(session_id=session_id))):
            assert self.state.sessions[session_id].seen

    @rule(session_id=inputs.session_ids)
    def is_removed(self, session_id: str) -> None:
        self.apply(Remove(session_id=session_id))
        assert session_id not in self.state.sessions

    @rule(session_id=inputs.session_ids)
    def is_reopened(self, session_id: str) -> None:
        closed = session_id in self.state.sessions and self.state.sessions[session_id].closed
        refused = self.refused(self.apply(Reopen(session_id=session_id)))
        assert refused is not closed

    @rule(
        payload=inputs.hook_payloads(),
        pid=st.none() | inputs.pids,
        skew_ms=inputs.skews,
        broken=st.none() | st.sampled_from(RULES_THAT_MAY_RAISE),
    )
    def hook_is_run(
        self, payload: dict[str, Any], pid: int | None, skew_ms: int, broken: str | None
    ) -> None:
        request = inputs.hook(payload, pid, self.now_ms + skew_ms)
        self.with_a_broken_rule(broken, self.state.apply, request, self.now_ms)
        assert not self.refused(self.apply(request))

    @rule(text=st.sampled_from([b"[]", b"7", b"{}", b'{"session_id":"\\u0000"}']))
    def hook_sends_rubbish(self, text: bytes) -> None:
        assert self.refused(self.apply(Hook(event=Raw(text))))
        assert self.refused(self.apply(Hook()))

    @rule(
        data=st.data(),
        broken=st.none() | st.sampled_from(RULES_THAT_MAY_RAISE),
    )
    def process_is_registered(self, data: st.DataObject, broken: str | None) -> None:
        entry = data.draw(inputs.registry_entries(self.now_ms))
        self.with_a_broken_rule(broken, self.state.observe_entry, entry, self.now_ms)
        self.carry_out(self.state.observe_entry, entry, self.now_ms)

    @rule(
        pid=inputs.pids, crashed=st.booleans(), broken=st.sampled_from([None, "closed", "packed"])
    )
    def process_ends(self, pid: int, crashed: bool, broken: str | None) -> None:
        observe = self.state.observe_exit if crashed else self.state.observe_unregistered
        self.with_a_broken_rule(broken, observe, pid, self.now_ms)
        self.carry_out(observe, pid, self.now_ms)
        assert pid not in self.state.processes
        for session in self.state.sessions.values():
            assert session.closed or session.pid != pid

    @rule(hours=st.integers(0, 1))
    def somebody_waits_too_long(self, hours: int) -> None:
        at_ms = self.now_ms + hours * 3_600_000
        waiting = {
            f"waiting:{session.session_id}:{session.since_ms}"
            for session in self.state.sessions.values()
            if session.status in {Status.ATTENTION, Status.QUESTION} and not session.seen
            if session.since_ms <= at_ms - 60_000
        }
        outcome = self.carry_out(self.waiting.raise_due, self.state, at_ms)
        raised = [each.alert.once_key for each in outcome.ledger if isinstance(each, RaiseAlert)]
        assert sorted(raised) == sorted(waiting - self.told_waiting)
        self.told_waiting |= waiting
        assert (self.waiting.first_since_ms() or at_ms) > at_ms - 60_000

    @rule(request=inputs.status_lines())
    def status_line_is_drawn(self, request: Any) -> None:
        self.apply(request)

    @rule(
        request=inputs.upserts()
        | st.builds(Meta_, session_id=inputs.session_ids)
        | st.builds(Gate, session_id=inputs.session_ids)
        | st.sampled_from([Alerts(), Acknowledge(), Acknowledge(snooze_until_ms=1)])
    )
    def usage_is_told_or_asked(self, request: Any) -> None:
        outcome = self.apply(request)
        assert outcome.waits or outcome.answer is not None

    @precondition(lambda self: self.asked)
    @rule(fails=st.booleans())
    def ledger_answers(self, fails: bool) -> None:
        entry, waited = self.asked.popleft()
        if fails:
            refusal = LedgerRefusal("internal", "The disk is full.", retryable=True)
            assert self.refused(self.carry_out(self.state.committed, entry, refusal, self.now_ms))
            return
        outcome = self.carry_out(
            self.state.committed, entry, self.ledger_result(entry), self.now_ms
        )
        if isinstance(entry, AddUsage) and waited:
            assert isinstance(outcome.answer, SessionMetadata | Failure)

    def ledger_result(self, entry: LedgerEntry) -> LedgerResult:
        match entry:
            case AddUsage(upsert=upsert, on_board=on_board):
                before = self.ledger.get(upsert.session_id)
                if before is None and not on_board:
                    return LedgerRefusal("not_found", f"Session not found: {upsert.session_id}")
                before = before or SessionMetadata(upsert.session_id)
                tokens = before.total_input_tokens + upsert.input_tokens
                totals = SessionMetadata(
                    upsert.session_id, tokens, updated_at_ms=self.now_ms, model="opus"
                )
                self.ledger[upsert.session_id] = totals
                usage = UsageEntry(
                    upsert.session_id, None, None, upsert.input_tokens, 0, 0, 0, 0.0, self.now_ms
                )
                return UsageAdded(totals, usage if upsert.input_tokens else None)
            case ReadTotals(session_id):
                return TotalsRead(session_id, self.ledger.get(session_id))
            case ReadSpending(session_id=session_id):
                return SpendingRead(self.ledger.get(session_id), Spending(1.0, 0.5, None))
            case KeepUserFields(session_id=session_id):
                return UserFieldsKept(session_id)
            case ReadAlerts():
                return AlertsRead(())
            case ChangeAlerts():
                return AlertsChanged(0)
            case RaiseAlert() | EndEpisode():
                return AlertNoted()
            case ReadGate():
                return GateRead("It is spent.")

    # ---- a subscriber that comes and goes ------------------------------------------------

    @rule()
    def subscriber_leaves(self) -> None:
        self.away = True

    @rule()
    def subscriber_comes_back(self) -> None:
        missed = self.state.missed(self.traveller.seq)
        if missed is None:
            self.traveller.restart(self.state.snapshot(EPOCH))
        else:
            self.traveller.hear(missed)
            self.traveller.seq = self.state.seq
        self.away = False

    # ---- what must hold ------------------------------------------------------------------

    @invariant()
    def replicas_equal_the_tables(self) -> None:
        self.replica.assert_equals(self.state)
        if not self.away:
            self.traveller.assert_equals(self.state)

    @invariant()
    def a_closed_session_says_so(self) -> None:
        for session in self.state.sessions.values():
            assert session.closed is (session.status is Status.CLOSED)
            assert not session.closed or session.activity is None

    @invariant()
    def histories_are_short_whole_and_contiguous(self) -> None:
        for session_id, session in self.state.sessions.items():
            history = self.history(session_id)
            assert len(history) <= HISTORY_LENGTH
            for step, after in pairwise(history):
                assert step.to is after.from_
                assert after.at_ms - step.at_ms == after.duration_ms >= 0
            for step in history:
                assert step.from_ is not step.to
            if history:
                assert (history[-1].to, history[-1].at_ms) == (session.status, session.since_ms)

    @invariant()
    def what_the_person_wrote_is_theirs(self) -> None:
        for session_id, session in self.state.sessions.items():
            written = self.written.get(session_id, (None, 0, None))
            assert (session.label, session.priority, session.note) == written

    @invariant()
    def two_folders_never_share_a_name(self) -> None:
        names: dict[str, Any] = {}
        for session in self.state.sessions.values():
            folder = folder_of(session.working_dir)
            if folder in {(), ("",)}:
                assert session.display_name == session.session_id[:8]
            else:
                assert names.setdefault(session.display_name, folder) == folder
                assert session.display_name.endswith(folder[-1])

    @invariant()
    def nobody_is_their_own_ancestor(self) -> None:
        for session in self.state.sessions.values():
            seen = {session.session_id}
            ancestor = session.predecessor
            while ancestor is not None:
                assert ancestor not in seen
                seen.add(ancestor)
                found = self.state.sessions.get(ancestor)
                ancestor = None if found is None else found.predecessor

    # ---- how it is carried out -----------------------------------------------------------

    def history(self, session_id: str) -> tuple[StateTransition, ...]:
        session = self.state.apply(Get(session_id=session_id), self.now_ms).answer
        assert isinstance(session, Session)
        assert session.history is not UNSET
        return session.history

    def refused(self, outcome: Outcome) -> bool:
        return isinstance(outcome.answer, Failure)

    def apply(self, request: Any) -> Outcome:
        return self.carry_out(self.state.apply, request, self.now_ms)

    def carry_out(self, step: Any, *args: Any) -> Outcome:
        before = frozen(self.state)
        seq = self.state.seq
        outcome: Outcome = step(*args)
        assert [change.seq for change in outcome.changes] == list(
            range(seq + 1, self.state.seq + 1)
        )
        if self.refused(outcome):
            assert frozen(self.state) == before
        for change in outcome.changes:
            if isinstance(change.data, Session):
                known = self.replica.sessions.get(change.key)
                assert known is None or replace(known, rev=0, last_seen_ms=0) != replace(
                    change.data, rev=0, last_seen_ms=0
                ), "woken for nothing"
        self.replica.hear(outcome.changes)
        self.waiting.heed(outcome.changes)
        for change in outcome.changes:
            if change.event == "session_removed":
                told = {key for key in self.told_waiting if f":{change.key}:" in key}
                self.told_waiting -= told
        if not self.away:
            self.traveller.hear(outcome.changes)
        waits = outcome.waits
        for entry in outcome.ledger:
            self.asked.append((entry, waits))
            waits = False
        return outcome

    def with_a_broken_rule(self, broken: str | None, step: Any, *args: Any) -> None:
        """A rule that raises has changed nothing; a step that does not ask it goes on as ever."""
        if broken is None:
            return
        before = frozen(self.state)
        modules = ("tables", "history") if broken in STEPS_OF_A_COMMIT else ("observations",)
        with ExitStack() as stack:
            for module in modules:
                name = f"agent_console.daemon.state.{module}.{broken}"
                stack.enter_context(patch(name, side_effect=ZeroDivisionError))
            try:
                self.carry_out(step, *args)
            except ZeroDivisionError:
                assert frozen(self.state) == before


StateMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestState = StateMachine.TestCase
