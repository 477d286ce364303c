"""A response time is counted only where its cause is certain."""

from agent_console.cli.demo.response_times import Figures, ResponseTimes
from agent_console.model.session import Session, Status
from agent_console.protocol.codec import Notification


def told(since_ms: int, session_id: str = "s") -> Notification:
    session = Session(
        session_id=session_id,
        status=Status.WORKING,
        since_ms=since_ms,
        last_seen_ms=since_ms,
        display_name="s",
    )
    return Notification("session", 1, "epoch", session)


def count(times: ResponseTimes) -> int:
    figures = times.figures("hook")
    return 0 if figures is None else figures.count


def test_a_change_within_a_hooks_run_is_the_hooks() -> None:
    times = ResponseTimes()
    times.begin("hook", "s", 100).to_ms = 110

    times.seen(told(105))

    figures = times.figures("hook")
    assert figures is not None
    assert figures.count == 1
    assert figures.median_ms == figures.p99_ms > 0


def test_a_change_may_be_seen_before_its_hook_is_over() -> None:
    times = ResponseTimes()
    times.begin("hook", "s", 100)

    times.seen(told(105))

    assert count(times) == 1


def test_a_change_after_a_hook_was_over_is_nobodys() -> None:
    times = ResponseTimes()
    times.begin("hook", "s", 100).to_ms = 110

    times.seen(told(111))

    assert count(times) == 0


def test_a_change_of_another_session_is_not_the_hooks() -> None:
    times = ResponseTimes()
    times.begin("hook", "s", 100)

    times.seen(told(105, "another"))

    assert count(times) == 0


def test_of_several_hooks_the_one_that_ran_then_counts() -> None:
    times = ResponseTimes()
    times.begin("hook", "s", 100).to_ms = 110
    times.begin("registry", "s", 120).to_ms = 120

    times.seen(told(105))

    assert count(times) == 1
    assert times.figures("registry") is None


def test_the_same_status_told_again_is_no_change() -> None:
    times = ResponseTimes()
    times.begin("hook", "s", 100)

    times.seen(told(105))
    times.seen(told(105))

    assert count(times) == 1


def test_percentiles_are_values_that_were_measured() -> None:
    times = ResponseTimes()
    times.taken_ms["hook"] = [float(number) for number in range(100, 0, -1)]

    assert times.figures("hook") == Figures(100, 50.0, 99.0)
    assert times.figures("exit") is None
