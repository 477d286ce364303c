"""What the demo plays is what was recorded, and what it claims is checked."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent_console.cli.demo import recordings
from agent_console.cli.demo.checks import wrong_in_the_daemon, wrong_on_the_board
from agent_console.cli.demo.programme import BILLS, EXPECTED, SCENES, Bill
from agent_console.cli.demo.replay import Counts
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Session, Status
from agent_console.protocol.messages import Counters, ServerStatusResult

FIXTURES = Path(__file__).parents[1] / "fixtures" / "claude-code-2.1.329"
NAMES = [scene.recording for scene in SCENES]


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_is_the_beginning_of_what_was_recorded(name: str) -> None:
    shipped = (recordings.FOLDER / f"{name}.jsonl").read_bytes()

    assert shipped.endswith(b"\n")
    assert (FIXTURES / "streams" / f"{name}.jsonl").read_bytes().startswith(shipped)


def test_every_recording_in_the_package_is_played() -> None:
    assert sorted(path.stem for path in recordings.FOLDER.iterdir()) == sorted(NAMES)


def test_a_recording_is_of_one_process() -> None:
    for name in NAMES:
        lines = (recordings.FOLDER / f"{name}.jsonl").read_text().splitlines()
        files = {line["path"] for line in map(json.loads, lines) if "path" in line}
        assert len(files) == 1, name


def test_every_recorded_session_has_its_place_on_the_expected_board() -> None:
    told = {
        recordings.origin(line).session_id
        for name in NAMES
        for line in recordings.load(name).lines
        if line.kind == "hook"
    }

    assert told == EXPECTED.keys()


def test_the_board_at_the_end_has_every_status() -> None:
    assert {expected.status for expected in EXPECTED.values()} == set(Status)


def test_the_bills_are_the_recorded_ones() -> None:
    truth = json.loads((FIXTURES / "transcripts" / "truth.json").read_text())

    for session_id, bill in BILLS.items():
        billed = truth[session_id]
        assert bill == Bill(
            billed["ledger"]["input_tokens"],
            billed["ledger"]["output_tokens"],
            billed["ledger"]["cache_creation_input_tokens"],
            billed["ledger"]["cache_read_input_tokens"],
            billed["cost_state_lines"][-1]["usd"],
        )


@pytest.fixture
def right_board() -> dict[str, Session]:
    """The board as it must be."""
    costs = {session_id: bill.cost_usd for session_id, bill in BILLS.items()}
    for name in NAMES:
        costs |= recordings.load(name).final_costs_usd
    return {
        session_id: Session(
            session_id=session_id,
            status=expected.status,
            reason=expected.reason,
            since_ms=0,
            last_seen_ms=0,
            display_name="project",
            metadata=SessionMetadata(session_id, total_cost_usd=costs[session_id]),
        )
        for session_id, expected in EXPECTED.items()
    }


def test_a_board_as_recorded_is_right(right_board: dict[str, Session]) -> None:
    assert wrong_on_the_board(right_board) == []


@pytest.mark.parametrize("session_id", EXPECTED)
def test_a_session_that_is_missing_is_wrong(
    session_id: str, right_board: dict[str, Session]
) -> None:
    del right_board[session_id]

    assert f"session {session_id[:8]} is not on the board" in wrong_on_the_board(right_board)


@pytest.mark.parametrize("session_id", EXPECTED)
def test_a_session_that_is_elsewhere_is_wrong(
    session_id: str, right_board: dict[str, Session]
) -> None:
    right_board[session_id] = replace(right_board[session_id], reason="ready")

    (sentence,) = wrong_on_the_board(right_board)

    assert "(ready) and was recorded as" in sentence


def test_a_session_that_was_not_recorded_is_wrong(right_board: dict[str, Session]) -> None:
    right_board["another"] = replace(next(iter(right_board.values())), session_id="another")

    assert wrong_on_the_board(right_board) == [
        "session another is on the board and in no recording"
    ]


@pytest.mark.parametrize("session_id", EXPECTED)
def test_a_cost_that_was_not_recorded_is_wrong(
    session_id: str, right_board: dict[str, Session]
) -> None:
    right_board[session_id] = replace(
        right_board[session_id], metadata=SessionMetadata(session_id, total_cost_usd=1.0)
    )

    (sentence,) = wrong_on_the_board(right_board)

    assert "cost $1.0000, recorded as" in sentence


def status(**counted: int | dict[str, int]) -> ServerStatusResult:
    names = Counters.__struct_fields__
    zeros: dict[str, int | dict[str, int]] = {name: {} if name == "hooks" else 0 for name in names}
    counters = Counters(**(zeros | counted))  # type: ignore[arg-type]
    return ServerStatusResult(
        pid=1,
        server="",
        version=1,
        epoch="",
        python="",
        event_loop="",
        uptime_ms=0,
        socket="",
        database=None,
        ledger_error=None,
        sessions={},
        subscribers=(),
        connections=0,
        counters=counters,
        loop_lag_p99_ms=0.0,
        rss_bytes=0,
        watching=(),
        last_error=None,
    )


@pytest.mark.parametrize(
    ("counted", "sentence"),
    [
        ({"hooks": {"Stop": 2}}, "3 Stop hooks were run and the daemon heard 2"),
        ({"hooks": {"Stop": 4}}, "3 Stop hooks were run and the daemon heard 4"),
        ({"hooks": {"Stop": 3}, "bad_lines": 1}, "the daemon counted 1 bad lines"),
        ({"hooks": {"Stop": 3}, "internal_errors": 2}, "the daemon counted 2 internal errors"),
    ],
)
def test_a_daemon_that_heard_something_else_is_wrong(
    counted: dict[str, int | dict[str, int]], sentence: str
) -> None:
    counts = Counts()
    counts.events["Stop"] = 3

    assert wrong_in_the_daemon(status(**counted), counts) == [sentence]
    assert wrong_in_the_daemon(status(hooks={"Stop": 3}), counts) == []
