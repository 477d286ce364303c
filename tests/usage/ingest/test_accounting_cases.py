"""ACCOUNTING.md's cases, as far as one file tells them; what several tell is the writer's."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from tests.usage.ingest.transcripts import (
    NOON_MS,
    OTHER,
    SESSION,
    answer,
    echo,
    read,
    text_of,
    tokens,
    told,
    total,
    usage,
    write,
)

from agent_console.usage.rows import Kind
from agent_console.usage.tables.file_reading import CLAIM_COPY, CLAIM_ECHO, CLAIM_SIDECHAIN


@pytest.mark.parametrize("request_id", ["req_1", None])
def test_output_that_grows_over_three_lines_is_one_response(
    session: Path, request_id: str | None
) -> None:
    lines = [
        answer(used=usage(10, written), requestId=request_id, stop_reason=stop)
        for written, stop in ((3, None), (3, None), (500, "end_turn"))
    ]
    assert total(read(write(session, *lines))) == (10, 500, 0, 0)


def test_the_same_id_under_two_requests_is_one_response(session: Path) -> None:
    reading = read(write(session, answer(requestId="req_1"), answer(requestId="req_2")))
    assert total(reading) == (10, 100, 0, 0)


def test_a_copied_line_names_the_session_it_is_from(project: Path) -> None:
    original = read(write(project / f"{SESSION}.jsonl", answer("msg_1")))
    fork = read(
        write(
            project / f"{OTHER}.jsonl",
            answer("msg_1", sessionId=OTHER, requestSessionId=SESSION),
            answer("msg_2", usage(10, 50), sessionId=OTHER),
        )
    )
    assert total(original) == (10, 100, 0, 0)
    copied, new = told(fork)["msg_1"], told(fork)["msg_2"]
    assert (copied.session_id, copied.claim) == (SESSION, CLAIM_COPY)
    assert (new.session_id, new.claim, tokens(new)) == (OTHER, 0, (10, 50, 0, 0))
    assert (fork.forked_from, fork.inherits_cost) == (SESSION, True)
    assert fork.forked_at_ms == NOON_MS


def test_a_branch_does_not_inherit_the_cost(project: Path) -> None:
    mark = {"sessionId": SESSION, "messageUuid": "11111111-0000-4000-8000-000000000000"}
    fork = read(write(project / f"{OTHER}.jsonl", answer(sessionId=OTHER, forkedFrom=mark)))
    assert (fork.forked_from, fork.inherits_cost) == (SESSION, False)
    assert told(fork)["msg_1"].session_id == SESSION


def test_a_copy_of_a_copy_belongs_to_the_first(project: Path) -> None:
    lines = answer(sessionId="third", requestSessionId=SESSION, forkedFrom={"sessionId": OTHER})
    fork = read(write(project / "third.jsonl", lines))
    assert told(fork)["msg_1"].session_id == SESSION
    assert fork.forked_from == OTHER


def test_a_replay_of_two_lines_is_once_and_a_sidechain(project: Path, session: Path) -> None:
    first, second = answer(used=usage(10, 3), stop_reason=None), answer(used=usage(10, 100))
    main = read(write(session, first, second))
    replay = read(
        write(
            project / SESSION / "subagents/agent-aside_question-1.jsonl",
            first | {"isSidechain": True},
            second | {"isSidechain": True},
        )
    )
    assert total(main) == total(replay) == (10, 100, 0, 0)
    assert told(main)["msg_1"].claim == 0
    assert told(replay)["msg_1"].claim == CLAIM_SIDECHAIN
    assert told(replay)["msg_1"].session_id == SESSION


def test_a_stale_echo_says_less_than_the_subagents_own_line(project: Path, session: Path) -> None:
    parent = read(write(session, answer("msg_1", usage(10, 100)), echo("msg_2", usage(10, 3))))
    own = read(
        write(
            project / SESSION / "subagents/agent-abc.jsonl",
            answer("msg_2", usage(10, 500), isSidechain=True, agentId="abc"),
        )
    )
    heard, said = told(parent)["msg_2"], told(own)["msg_2"]
    assert heard.claim & CLAIM_ECHO
    assert not said.claim & CLAIM_ECHO
    assert (tokens(said), said.is_subagent, said.agent_id) == ((10, 500, 0, 0), True, "abc")


def test_an_echo_counts_when_nothing_else_is_left(session: Path) -> None:
    reading = read(write(session, answer("msg_1"), echo("msg_2", usage(10, 3))))
    assert total(reading) == (20, 103, 0, 0)
    heard = told(reading)["msg_2"]
    assert (heard.is_subagent, heard.agent_id, heard.session_id) == (True, "abc", SESSION)


@pytest.mark.parametrize("echo_first", [True, False])
def test_a_larger_echo_in_the_same_file_does_not_count(session: Path, echo_first: bool) -> None:
    lines = [echo("msg_1", usage(99, 9_999)), answer("msg_1")]
    reading = read(write(session, *(lines if echo_first else reversed(lines))))
    assert total(reading) == (10, 100, 0, 0)
    assert told(reading)["msg_1"].claim == 0


@pytest.mark.parametrize("tool_input", [{"id": None}, {"model": None}, {"usage": {}}])
def test_what_a_tool_is_given_changes_nothing(session: Path, tool_input: dict[str, Any]) -> None:
    line = answer()
    line["message"]["content"] = [{"type": "tool_use", "id": "toolu_1", "input": tool_input}]
    assert total(read(write(session, line))) == (10, 100, 0, 0)


def test_odd_spelling_is_read(session: Path) -> None:
    line = answer(
        used=usage(10, 100, speed=None),
        timestamp="2026-01-01T12:00:00.000999Z",
        version="dev-build",
        requestId=None,
    )
    text = text_of(line).replace(b'"usage":{', b'"usage": {')
    reading = read(write(session, text))
    assert total(reading) == (10, 100, 0, 0)
    assert told(reading)["msg_1"].at_ms == NOON_MS
    assert told(read(write(session, json.dumps(line, indent=None).encode() + b"\n")))


def test_bad_lines_are_passed_over_and_counted(session: Path) -> None:
    damaged = text_of(answer("msg_2")).replace(b"Done.", b"Do\xff\xfene.")
    reading = read(
        write(session, b"\xef\xbb\xbf", answer(), b"[]\n", b"123\n", b'{"a":\n', damaged, b"\n")
    )
    assert total(reading) == (20, 200, 0, 0)
    assert reading.after.bad_reasons == {"not_object": 2, "malformed": 1}
    assert reading.after.lines == 5


def test_a_project_whose_path_is_no_utf8_counts(session: Path) -> None:
    reading = read(write(session, text_of(answer()).replace(b"/home/user", b"/home/\xff")))
    assert told(reading)["msg_1"].project == "/home/\N{REPLACEMENT CHARACTER}/project"


def test_half_an_emoji_does_not_lose_a_response(session: Path) -> None:
    reading = read(write(session, text_of(answer()).replace(b"Done.", rb"Done \ud83d")))
    assert (total(reading), reading.after.bad_reasons) == ((10, 100, 0, 0), {})


def test_usage_of_the_cache_alone_counts(session: Path) -> None:
    used = {"cache_creation_input_tokens": 500, "cache_read_input_tokens": 900}
    assert total(read(write(session, answer(used=used)))) == (0, 0, 500, 900)


def test_an_advisor_is_billed_at_its_own_model(session: Path) -> None:
    normal = {"type": "message", "input_tokens": 2, "output_tokens": 8}
    advisor = {"type": "advisor_message", "model": "claude-fable-1"} | usage(3, 12)
    refused = {"type": "fallback_message"} | usage(9, 9)
    used = usage(2, 8, iterations=[normal, advisor, refused])
    reading = read(write(session, answer(used=used, stop_reason=None), answer(used=used)))
    assert total(reading) == (5, 20, 0, 0)
    extra = told(reading)["msg_1:advisor:1"]
    assert (extra.kind, extra.model) == (Kind.ADVISOR, "claude-fable-1")


def test_a_compaction_is_billed_beside_its_response(session: Path) -> None:
    compaction = {"type": "compaction"} | usage(180_000, 3_500)
    reading = read(write(session, answer(used=usage(23, 1_000, iterations=[compaction]))))
    assert tokens(told(reading)["msg_1"]) == (23, 1_000, 0, 0)
    extra = told(reading)["msg_1:compaction:1"]
    assert (extra.kind, extra.model) == (Kind.COMPACTION, "claude-opus-5")
    assert tokens(extra) == (180_000, 3_500, 0, 0)


def test_errors_have_no_tokens_and_are_counted(session: Path) -> None:
    reading = read(
        write(
            session,
            answer(model="<synthetic>", isApiErrorMessage=True),
            answer("msg_2", usage(5, 5), isApiErrorMessage=True),
        )
    )
    assert (len(reading.responses), reading.after.api_errors) == (0, 2)


@pytest.mark.parametrize(
    ("name", "errors"), [("agent-acompact-1", 0), ("agent-aside_question-1", 0), ("agent-1", 1)]
)
def test_an_error_in_a_replay_is_the_conversations(project: Path, name: str, errors: int) -> None:
    error = answer(model="<synthetic>", isApiErrorMessage=True, isSidechain=True)
    reading = read(write(project / SESSION / f"subagents/{name}.jsonl", error))
    assert reading.after.api_errors == errors


def test_without_an_id_the_lines_own_or_its_place_is_the_key(session: Path) -> None:
    lines = [answer(None), answer(None, uuid=None), answer(None, uuid=None)]
    reading = read(write(session, *lines))
    second = len(text_of(lines[0]))
    third = second + len(text_of(lines[1]))
    assert list(told(reading)) == [
        "11111111-0000-4000-8000-000000000000",
        f"{SESSION}/{SESSION}:{second}",
        f"{SESSION}/{SESSION}:{third}",
    ]


def test_a_tools_copy_of_a_subagents_usage_is_not_counted(session: Path) -> None:
    line = {"type": "user", "toolUseResult": {"usage": usage(), "model": "claude-opus-5"}}
    assert not read(write(session, line)).responses


@pytest.mark.parametrize(
    ("version", "stop_reasons", "is_lower_bound"),
    [
        ("2.1.11", [None], False),
        ("2.1.12", [None, None], True),
        ("2.1.29", [None], True),
        ("2.1.96", [None, "end_turn"], False),
        ("2.1.96", ["tool_use", None], False),
        ("2.1.97", [None], False),
        ("dev-build", [None], False),
    ],
)
def test_output_without_a_stop_reason_is_a_lower_bound_in_some_versions(
    session: Path, version: str, stop_reasons: list[str | None], is_lower_bound: bool
) -> None:
    lines = [answer(version=version, stop_reason=reason) for reason in stop_reasons]
    assert told(read(write(session, *lines)))["msg_1"].output_is_lower_bound is is_lower_bound


def test_a_stream_that_was_cut_is_a_lower_bound(session: Path) -> None:
    line = answer(used=usage(10, 1), stop_reason=None, isAbortedMidStream=True)
    assert told(read(write(session, line)))["msg_1"].output_is_lower_bound


@pytest.mark.parametrize(
    ("flat", "breakdown", "written"),
    [
        (500, None, (500, 0)),
        (500, {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 500}, (0, 500)),
        (700, {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 500}, (200, 500)),
        (0, {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 500}, (100, 500)),
        (500, {"ephemeral_5m_input_tokens": None}, (500, 0)),
    ],
)
def test_cache_writes_are_told_apart(
    session: Path, flat: int, breakdown: dict[str, Any] | None, written: tuple[int, int]
) -> None:
    used = usage(cache_creation_input_tokens=flat, cache_creation=breakdown)
    response = told(read(write(session, answer(used=used))))["msg_1"]
    assert (response.cache_write_5m_tokens, response.cache_write_1h_tokens) == written


def test_everything_that_a_price_or_a_report_depends_on_is_kept(session: Path) -> None:
    used = usage(
        speed="fast",
        service_tier="batch",
        inference_geo="us",
        server_tool_use={"web_search_requests": 2, "web_fetch_requests": 3},
    )
    line = answer(used=used, costUSD=0.0123, attributionSkill="deploy", attributionAgent="Explore")
    response = told(read(write(session, line)))["msg_1"]
    assert (response.speed, response.service_tier, response.inference_geo) == (
        "fast",
        "batch",
        "us",
    )
    assert (response.web_searches, response.web_fetches) == (2, 3)
    assert response.reported_nano_usd == 12_300_000
    assert (response.project, response.branch) == ("/home/user/project", "main")
    assert (response.version, response.entrypoint) == ("2.1.329", "cli")
    assert (response.skill, response.agent_type, response.is_subagent) == (
        "deploy",
        "Explore",
        False,
    )


def test_the_earliest_line_says_when(session: Path) -> None:
    later = answer(timestamp="2026-01-01T13:00:00.000+01:00")
    reading = read(write(session, answer(timestamp="2026-01-01T12:00:05"), later))
    assert told(reading)["msg_1"].at_ms == NOON_MS


def test_among_equal_lines_the_first_says_the_rest(session: Path) -> None:
    lines = [answer(model="first", gitBranch="one"), answer(model="second", gitBranch="two")]
    response = told(read(write(session, *lines)))["msg_1"]
    assert (response.model, response.branch) == ("first", "one")


@pytest.mark.parametrize("order", list(permutations((0, 1))))
@pytest.mark.parametrize("seconds", [(1, 2), (1, 1)])
def test_of_lines_with_as_many_tokens_the_earliest_says_how_they_were_kept(
    session: Path, order: tuple[int, int], seconds: tuple[int, int]
) -> None:
    """And at the same time the one that knows it."""
    by_time = usage(cache_creation={"ephemeral_1h_input_tokens": 900})
    lines = [
        answer(used=used, timestamp=f"2026-01-01T12:00:0{second}.000Z", costUSD=second)
        for used, second in zip(
            (by_time, usage(cache_creation_input_tokens=900)), seconds, strict=True
        )
    ]
    response = told(read(write(session, *[lines[at] for at in order])))["msg_1"]
    assert (response.cache_write_1h_tokens, response.cache_write_5m_tokens) == (900, 0)
    assert response.reported_nano_usd == max(seconds) * 1_000_000_000


def test_the_best_claim_says_whose_it_is_and_the_largest_what_was_used(session: Path) -> None:
    copy = answer(used=usage(10, 500), requestSessionId=OTHER, gitBranch="old", model="large")
    response = told(read(write(session, copy, answer(model="small"))))["msg_1"]
    assert (response.session_id, response.branch, response.claim) == (SESSION, "main", 0)
    assert (response.output_tokens, response.model) == (500, "large")
