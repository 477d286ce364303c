"""What was acknowledged is there after any death, and what was told twice counts once."""

import select
import uuid

from tests.daemon.running import DEADLINE_SECONDS, Daemon, Message, Wire, decoded

CLIENTS = 50
ENOUGH = 5_000
"""So many are acknowledged before the daemon is killed."""
AHEAD = 8
"""So many each client has under way."""


class Upserter:
    """A client that keeps a few numbered UPSERTs under way and notes which are acknowledged."""

    def __init__(self, number: int, wire: Wire) -> None:
        self.session = str(uuid.UUID(int=number))
        self.sent: list[Message] = []
        self.acknowledged: set[int] = set()
        self.wire = wire
        self._received = b""
        wire.data(cmd="SET", session_id=self.session, status="working")

    def send_more(self) -> None:
        """Fill up what is under way."""
        first = len(self.sent)
        while len(self.sent) - len(self.acknowledged) < AHEAD:
            number = len(self.sent)
            self.sent.append(
                {
                    "cmd": "UPSERT",
                    "id": number,
                    "session_id": self.session,
                    "input_tokens": 1 + number % 7,
                    "message_id": f"{self.session}/{number}",
                }
            )
        self.wire.send(*self.sent[first:])

    def receive(self) -> bool:
        """Take what came; False when the daemon is gone."""
        try:
            received = self.wire.socket.recv(1 << 16)
        except ConnectionResetError:
            received = b""
        *lines, self._received = (self._received + received).split(b"\n")
        for line in lines:
            answer = decoded(line)
            assert answer["ok"], answer
            self.acknowledged.add(answer["id"])
        return bool(received)

    def tokens(self, numbers: set[int]) -> int:
        """The tokens of these UPSERTs."""
        return sum(self.sent[number]["input_tokens"] for number in numbers)

    @property
    def tokens_sent(self) -> int:
        """The tokens of all."""
        return self.tokens(set(range(len(self.sent))))


def ready(upserters: list[Upserter]) -> list[Upserter]:
    """Those that have something to read."""
    by_descriptor = {upserter.wire.socket.fileno(): upserter for upserter in upserters}
    poll = select.poll()
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    found = poll.poll(DEADLINE_SECONDS * 1000)
    assert found
    return [by_descriptor[descriptor] for descriptor, _ in found]


def test_every_acknowledged_upsert_survives_sigkill_and_retries_count_once(daemon: Daemon) -> None:
    daemon.start()
    upserters: list[Upserter] = []
    for number in range(CLIENTS):
        upserter = Upserter(number, daemon.connect())
        upserters.append(upserter)
        upserter.send_more()
    while sum(len(upserter.acknowledged) for upserter in upserters) < ENOUGH:
        for upserter in ready(upserters):
            assert upserter.receive()
            upserter.send_more()
    daemon.kill()
    for upserter in upserters:
        while upserter.receive():
            pass
        upserter.wire.socket.close()
    assert any(len(upserter.sent) > len(upserter.acknowledged) for upserter in upserters)

    with daemon.start().connect() as wire:
        for upserter in upserters:
            # There is at least what was acknowledged, and nothing that was not asked.
            kept = wire.data(cmd="META", session_id=upserter.session)["total_input_tokens"]
            assert upserter.tokens(upserter.acknowledged) <= kept <= upserter.tokens_sent
            # Everything again, acknowledged or not: each counts once.
            wire.send(*upserter.sent)
            assert all(answer["ok"] for answer in wire.lines(len(upserter.sent)))
            kept = wire.data(cmd="META", session_id=upserter.session)["total_input_tokens"]
            assert kept == upserter.tokens_sent
        sent = sum(len(upserter.sent) for upserter in upserters)
        counters = wire.data(cmd="STATUS")["counters"]
        assert counters["upserts"] == sent
        assert counters["duplicates"] >= ENOUGH


def test_totals_of_a_session_that_no_board_knows_are_known_after_a_restart(daemon: Daemon) -> None:
    session = str(uuid.uuid4())
    with daemon.start().connect() as wire:
        wire.data(cmd="SET", session_id=session, status="working")
        before = wire.data(
            cmd="UPSERT", session_id=session, output_tokens=5, cost_usd=0.25, model="m", turns=1
        )
    daemon.kill()
    with daemon.start().connect() as wire:
        assert wire.data(cmd="GET", session_id=session) is None
        assert wire.data(cmd="META", session_id=session) == before
        after = wire.data(cmd="UPSERT", session_id=session, output_tokens=1)
        assert after["total_output_tokens"] == 6
        assert after["total_cost_usd"] == 0.25
        # The board learns of them when the session comes back.
        wire.data(cmd="SET", session_id=session, status="working")
        assert wire.data(cmd="META", session_id=session)["total_output_tokens"] == 6


def test_a_session_that_comes_back_is_shown_with_its_totals(daemon: Daemon) -> None:
    session = str(uuid.uuid4())
    with daemon.start().connect() as wire:
        wire.data(cmd="SET", session_id=session, status="working")
        wire.data(cmd="UPSERT", session_id=session, turns=3)
    daemon.stop()
    with daemon.start().connect() as wire:
        wire.data(cmd="SUB")
        wire.data(cmd="SET", session_id=session, status="working")
        while (line := wire.line())["event"] != "metadata":
            pass
        assert line["data"]["turns_used"] == 3
        assert wire.data(cmd="GET", session_id=session)["metadata"]["turns_used"] == 3


def test_an_unknown_session_has_no_totals_and_takes_none(daemon: Daemon) -> None:
    session = str(uuid.uuid4())
    with daemon.start().connect() as wire:
        assert wire.data(cmd="META", session_id=session) is None
        refused = wire.ask({"cmd": "UPSERT", "session_id": session, "turns": 1})
        assert refused["error"]["code"] == "not_found"
        assert refused["error"]["message"].startswith(f"Session not found: {session}")
        assert wire.data(cmd="META", session_id=session) is None


def test_what_was_taken_off_the_board_stays_in_the_ledger(daemon: Daemon) -> None:
    session = str(uuid.uuid4())
    with daemon.start().connect() as wire:
        wire.data(cmd="SET", session_id=session, status="working")
        wire.data(cmd="UPSERT", session_id=session, turns=1)
        assert wire.data(cmd="RM", session_id=session) == {"removed": True}
        assert wire.data(cmd="META", session_id=session)["turns_used"] == 1
        assert wire.data(cmd="UPSERT", session_id=session, turns=1)["turns_used"] == 2


def test_what_the_person_wrote_survives_a_restart_and_the_end_of_the_session(
    daemon: Daemon,
) -> None:
    written = {"label": "mine", "priority": 7, "note": "call back €"}
    with daemon.start().connect() as wire:
        wire.data(cmd="SET", session_id="s", status="working", **written)
        wire.data(cmd="SET", session_id="cleared", status="working", label="x")
        wire.data(cmd="SET", session_id="cleared", label=None)
        wire.data(cmd="SET", session_id="s", status="closed")
    daemon.stop()
    with daemon.start().connect() as wire:
        assert wire.data(cmd="LIST") == []
        session = wire.data(cmd="SET", session_id="s", status="attention")
        assert {name: session[name] for name in written} == written
        assert wire.data(cmd="SET", session_id="cleared", status="working")["label"] is None


def test_a_ledger_that_cannot_be_opened_is_told_and_the_board_lives(daemon: Daemon) -> None:
    session = str(uuid.uuid4())
    data = daemon.home / ".local/share"
    data.mkdir(parents=True)
    (data / "agent-console").write_text("in the way", encoding="utf-8")
    with daemon.start().connect() as wire:
        assert wire.data(cmd="SET", session_id=session, status="working", label="x")["label"] == "x"
        refused = wire.ask({"cmd": "UPSERT", "session_id": session, "turns": 1})
        assert refused["error"]["code"] == "internal"
        assert refused["error"]["retryable"] is True
        assert wire.data(cmd="STATUS")["ledger_error"]
        assert [s["session_id"] for s in wire.data(cmd="LIST")] == [session]
    daemon.stop()
