"""`agent-console usage`: what it says, in every format."""

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.usage_ledger import API, FIRST, FORK, MESSAGES, SHOP, SILENT, small_ledger
from tests.usage.reports.ledgers import (
    HOUR_MS,
    NOBODYS,
    NOON_MS,
    OPUS,
    Ledger,
    Message,
    cost_pico,
)

from agent_console.usage.reports.groupings import GROUPINGS

REPORTS = tuple(GROUPINGS)
ROW = {
    "inputTokens",
    "outputTokens",
    "cacheCreationTokens",
    "cacheReadTokens",
    "totalTokens",
    "totalCost",
    "modelsUsed",
    "modelBreakdowns",
}
"""The keys of a row that ccusage 20.0.24 printed for recorded transcripts."""
MODEL = {
    "modelName",
    "inputTokens",
    "outputTokens",
    "cacheCreationTokens",
    "cacheReadTokens",
    "cost",
}
TOTALS = ROW - {"modelsUsed", "modelBreakdowns"}
BLOCK = {
    "id",
    "startTime",
    "endTime",
    "actualEndTime",
    "isActive",
    "isGap",
    "entries",
    "tokenCounts",
    "totalTokens",
    "costUSD",
    "models",
    "burnRate",
    "projection",
}


@pytest.fixture(autouse=True)
def ledger(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setattr("agent_console.usage.reports.request.now_ms", lambda: NOON_MS + 2 * HOUR_MS)
    monkeypatch.setenv("TZ", "UTC")
    made = small_ledger(scratch_home)
    yield made
    made.connection.close()


@pytest.mark.parametrize("report", ["daily", "weekly", "monthly", "session"])
def test_json_has_the_keys_of_ccusage(run: Run, report: str) -> None:
    document = run("usage", report, "--json").json
    names = {"daily": "date", "weekly": "week", "monthly": "month", "session": "sessionId"}
    rows = document["sessions" if report == "session" else report]
    for row in rows:
        assert set(row) >= ROW | {names[report]}
        assert row.get("period") == (None if report == "session" else row[names[report]])
        for model in row["modelBreakdowns"]:
            assert set(model) >= MODEL
    assert set(document["totals"]) >= TOTALS | {"unpricedModels"}
    if report == "session":
        assert set(rows[0]) >= {"firstActivity", "lastActivity", "projectPath"}


def test_json_says_the_truth_to_the_last_digit(run: Run) -> None:
    out = run("usage", "daily", "--json").out
    totals = json.loads(out, parse_float=Decimal)["totals"]
    known = [cost for row in MESSAGES if (cost := cost_pico(row, "auto")) is not None]
    assert totals["totalCost"] == Decimal(sum(known)).scaleb(-12)
    assert totals["totalTokens"] == sum(row.tokens for row in MESSAGES)
    assert totals["unpricedModels"] == [NOBODYS]
    assert totals["unpricedTokens"] == 110
    assert totals["outputIsLowerBound"] is True


def test_blocks_have_the_keys_of_ccusage_and_gaps(run: Run) -> None:
    blocks = run("usage", "blocks", "--json").json["blocks"]
    assert all(set(block) >= BLOCK for block in blocks)
    assert [block["isGap"] for block in blocks] == [False, True, False, True, False]
    assert [block["isActive"] for block in blocks] == [False] * 4 + [True]
    last = blocks[-1]
    assert last["id"] == last["startTime"] == "2026-11-20T12:00:00.000Z"
    assert last["endTime"] == "2026-11-20T17:00:00.000Z"
    assert last["actualEndTime"] == "2026-11-20T13:00:00.000Z"
    assert last["entries"] == 4
    assert blocks[1]["id"] == f"gap-{blocks[1]['startTime']}"


def test_the_active_block_has_a_pace_and_says_what_is_known_how(run: Run) -> None:
    (block,) = run("usage", "block", "--active", "--json").json["blocks"]
    assert block["burnRate"]["tokensPerMinute"] == round(block["totalTokens"] / 120, 2)
    assert block["projection"]["remainingMinutes"] == 180
    assert block["projection"]["totalTokens"] == block["totalTokens"] * 5 // 2
    assert block["sources"]["endTime"] == "estimated"
    text = run("usage", "block", "--active").out
    assert "(measured)" in text
    assert "(estimated)" in text
    assert "(official)" not in text


def test_without_a_current_block_that_is_what_is_said(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "agent_console.usage.reports.request.now_ms", lambda: NOON_MS + 50 * HOUR_MS
    )
    assert run("usage", "block", "--active").out.startswith("No block is active.\nAll time: ")
    document = run("usage", "block", "--active", "--json").json
    assert document["blocks"] == []
    assert document["totals"]["totalTokens"] == 0


def test_the_totals_of_the_current_block_are_its_own(run: Run) -> None:
    document = run("usage", "block", "--active", "--json").json
    assert document["totals"]["totalTokens"] == document["blocks"][0]["totalTokens"]
    assert document["totals"]["totalTokens"] < document["allTime"]["totalTokens"]


def test_ccusage_can_be_an_alias(run: Run) -> None:
    assert run("usage", "claude", "daily", "--json", "--offline", "--single-thread").json == (
        run("usage", "daily", "--json").json
    )
    session = run("usage", "session", "-i", FIRST, "--json").json
    assert session == run("usage", "session", "--id", FIRST, "--json").json
    assert "projects" in run("usage", "daily", "-i", "--json").json


def test_colour_can_be_asked_for_and_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" in run("usage", "--color").out
    assert "\x1b[" in run("usage", "session", "--id", FIRST, "--color").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" not in run("usage", "--no-color").out


def test_a_folder_of_claude_code_that_is_not_there_is_wrong_usage(
    run: Run, scratch_home: Path
) -> None:
    missing = str(scratch_home / "other")
    done = run("usage", "--config-dir", missing)
    assert done.code == 2
    assert f'there is no folder "{missing}"' in done.err


def test_instances_stand_below_their_projects(run: Run) -> None:
    projects = run("usage", "daily", "--json", "--instances").json["projects"]
    assert set(projects) == {SHOP, API}
    assert [row["date"] for row in projects[API]] == ["2026-11-20"]


def test_one_session_has_the_keys_of_ccusage(run: Run) -> None:
    document = run("usage", "session", "--id", FIRST[:10], "--json").json
    assert set(document) >= {"sessionId", "totalCost", "totalTokens", "entries"}
    assert [entry["messageId"] for entry in document["entries"]] == [
        "msg_1", "msg_2", "msg_3", "s:cost-state:1",
    ]  # fmt: skip
    assert [entry["costRank"] for entry in document["entries"]][:2] == [2, 4]
    assert document["forks"] == [FORK]
    assert document["messages"] is None
    assert document["userMessages"] == 3
    assert run("usage", "session", "--id", FORK, "--json").json["origins"] == [FIRST]


def test_errors_of_the_api_are_shown_of_sessions_that_have_any(run: Run, ledger: Ledger) -> None:
    ledger.source("/gone/fork.jsonl", FORK, api_errors=2)
    ledger.source("/gone/mute.jsonl", SILENT, api_errors=1)

    rows = run("usage", "session", "--json").json["sessions"]
    errors = {row["sessionId"]: row["apiErrors"] for row in rows}
    assert errors == {FIRST: 0, FORK: 2, SILENT: 1}
    assert run("usage", "session", "--id", FORK, "--json").json["apiErrors"] == 2
    assert "Errors    2 of the API\n" in run("usage", "session", "--id", FORK).out
    assert "Errors    1 of the API\n" in run("usage", "session", "--id", SILENT).out
    assert "Errors" not in run("usage", "session", "--id", FIRST).out
    rows = list(csv.DictReader(io.StringIO(run("usage", "session", "--csv").out)))
    assert {row["session_id"]: row["api_errors"] for row in rows} == {
        FIRST: "0", FORK: "2", SILENT: "1",
    }  # fmt: skip
    exported = run("usage", "export", "--level", "session", "--json").json
    assert {row["session_id"]: row["api_errors"] for row in exported} == {
        FIRST: 0,
        FORK: 2,
        SILENT: 1,
    }


def test_a_table_of_sessions_has_a_column_of_errors_when_there_are_any(
    run: Run, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert "ERRORS" not in run("usage", "session").out

    ledger.source("/gone/mute.jsonl", SILENT, api_errors=2)
    heading, *lines = run("usage", "session").out.splitlines()
    end = heading.index("ERRORS") + len("ERRORS")
    cells = [line[end - len("ERRORS") : end].strip() for line in lines if line[:8].isdigit()]
    assert sorted(cells) == ["", "", "2"]


def test_one_session_tells_roles_from_its_transcript(
    run: Run, ledger: Ledger, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        {"type": "user", "uuid": "u1", "parentUuid": None, "timestamp": "T1",
         "message": {"role": "user", "content": "secret"}},
        {"type": "assistant", "uuid": "u2", "parentUuid": "u1", "timestamp": "T2",
         "message": {"role": "assistant", "id": "msg_4"}},
        {"type": "assistant", "uuid": "u3", "parentUuid": "u2", "timestamp": "T2",
         "message": {"role": "assistant", "id": "msg_4"}},
    ]  # fmt: skip
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines) + "{broken\n")
    ledger.source(str(path), FORK)
    done = run("usage", "session", "--id", FORK, "--json")
    assert [(each["role"], each["parentUuid"]) for each in done.json["messages"]] == [
        ("user", None), ("assistant", "u1"),
    ]  # fmt: skip
    assert "secret" not in done.out


def test_a_session_nobody_knows_exits_5_and_one_that_is_not_clear_7(run: Run) -> None:
    assert run("usage", "session", "--id", "nobody").code == 5
    done = run("usage", "session", "--id", "1111")
    assert done.code == 7
    assert FIRST in done.err


def test_a_session_without_usage_is_not_available_and_not_zero(run: Run) -> None:
    assert SILENT[:8] in run("usage", "session").out
    (line,) = [each for each in run("usage", "session").out.splitlines() if SILENT[:8] in each]
    assert "N/A" in line
    assert "$0.00" not in line
    rows = run("usage", "session", "--json").json["sessions"]
    (silent,) = [row for row in rows if row["sessionId"] == SILENT]
    assert silent["totalCost"] is None
    assert silent["inputTokens"] is None


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("width", ["40", "80", "120"])
def test_no_line_is_wider_than_the_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, report: str, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for more in ([], ["--breakdown"], ["--instances"], ["--compact"], ["--sort", "sessions"]):
        done = run("usage", report, *more)
        assert done.code == 0
        assert max(map(len, done.out.splitlines())) <= int(width)
        assert "Total" in done.out


@pytest.mark.parametrize("report", ["daily", "session", "project", "model", "branch", "subagent"])
def test_a_narrow_terminal_shows_names_with_their_costs(
    run: Run, monkeypatch: pytest.MonkeyPatch, report: str
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    heading = run("usage", report).out.splitlines()[0]
    assert heading.split()[-1] == "COST"
    assert heading.split()[0] != "COST"


@pytest.mark.parametrize("report", REPORTS)
def test_every_report_has_notes_totals_and_a_summary(run: Run, report: str) -> None:
    out = " ".join(run("usage", report).out.split())
    assert f"110 tokens have no price and are in no cost: {NOBODYS}." in out
    assert "lower bound in 1 response:" in out
    assert "800 tokens ($0.01) were billed and stand in no transcript line" in out
    assert "All time: 54.2k tokens, $0.11, 2 projects, 3 sessions." in out


def test_what_others_wrote_cannot_speak_to_the_terminal(run: Run) -> None:
    assert "\x1b" not in run("usage", "session").out


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_every_filter_works_on_every_report_in_every_format(
    run: Run, report: str, form: str
) -> None:
    for arguments in (
        ["--since", "2026-11-19", "--until", "today"],
        ["--last", "2"],
        ["--last", "4w", "--project", "shop"],
        ["--model", "opus", "--session", FIRST],
        ["--timezone", "Asia/Kathmandu", "--start-of-week", "sunday", "--billing-day", "31"],
        ["--mode", "display", "--no-unlisted", "--no-cost"],
        ["--min-cost", "0.01", "--top", "1", "--sort", "tokens", "--order", "asc"],
        ["--offline", "--no-ingest", "--breakdown"],
        ["--project", "nowhere"],
    ):
        done = run("usage", report, *arguments, *([] if form == "table" else [f"--{form}"]))
        assert done.code == 0, done.err


def test_no_cost_leaves_no_money(run: Run) -> None:
    for form in ([], ["--json"], ["--csv"], ["--markdown"]):
        for report in REPORTS:
            out = run("usage", report, "--no-cost", *form).out
            assert "$" not in out
            assert "cost" not in out.lower()


def test_since_and_until_are_days_of_the_zone(run: Run) -> None:
    only = ["usage", "--json", "--since", "2026-11-20", "--until", "2026-11-20"]
    assert [row["date"] for row in run(*only).json["daily"]] == ["2026-11-20"]
    tokyo = run(*only, "--timezone", "Pacific/Kiritimati").json["daily"]
    assert [row["date"] for row in tokyo] == ["2026-11-20"]
    assert tokyo[0]["totalTokens"] == 110  # of the 19th at noon UTC


def test_the_last_periods_count_the_current_one(run: Run) -> None:
    assert len(run("usage", "daily", "--last", "2", "--json").json["daily"]) == 2
    assert len(run("usage", "weekly", "--last", "1", "--json").json["weekly"]) == 1
    assert run("usage", "weekly", "--last", "1", "--json").json["weekly"][0]["week"] == "2026-11-16"
    hours = run("usage", "hourly", "--last", "2", "--json").json["hourly"]
    assert [row["hour"] for row in hours] == ["2026-11-20T13:00+00:00"]


@pytest.mark.parametrize("project", ["shop", SHOP, "/home/user", "sh*", "-home-user-shop"])
def test_a_project_has_many_names(run: Run, project: str) -> None:
    rows = run("usage", "project", "--project", project, "--json").json["projects"]
    assert [row["projectPath"] for row in rows] == [SHOP]


def test_rows_are_sorted_and_cut_and_the_total_stays(run: Run) -> None:
    by_tokens = run("usage", "project", "--sort", "tokens", "--json").json
    assert [row["projectPath"] for row in by_tokens["projects"]] == [SHOP, API]
    top = run("usage", "project", "--top", "1", "--order", "asc", "--json").json
    assert len(top["projects"]) == 1
    assert top["totals"]["rowsNotShown"] == 1
    assert top["totals"]["totalCost"] == by_tokens["totals"]["totalCost"]
    assert "1 more row is only in the total." in run("usage", "project", "--top", "1").out
    dates = [row["date"] for row in run("usage", "daily", "--json", "-o", "desc").json["daily"]]
    assert dates == sorted(dates, reverse=True)


def test_rows_can_be_sorted_by_sessions(run: Run) -> None:
    rows = run("usage", "daily", "--sort", "sessions", "--json").json["daily"]
    assert [row["sessionCount"] for row in rows] == [2, 1, 1]


def test_csv_adds_up_and_runs_nothing(run: Run) -> None:
    done = run("usage", "session", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert sum(int(row["total_tokens"] or 0) for row in rows) == sum(r.tokens for r in MESSAGES)
    (fork,) = [row for row in rows if row["session_id"] == FORK]
    assert fork["title"] == '\'=HYPERLINK("x")'
    assert "no price" in done.err


@pytest.mark.parametrize("report", REPORTS)
def test_csv_by_model_has_each_token_once_and_says_of_which_row(run: Run, report: str) -> None:
    def read(*more: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(run("usage", report, "--csv", *more).out)))

    whole, parts = read(), read("--breakdown")
    first = next(iter(whole[0]))
    assert [row[first] for row in whole] == list(dict.fromkeys(row[first] for row in parts))
    assert all(len(row["models"].split()) <= 1 for row in parts)
    for column in ("total_tokens", "cost_usd"):
        assert sum(Decimal(row[column] or 0) for row in parts) == sum(
            Decimal(row[column] or 0) for row in whole
        )


def test_markdown_cells_cannot_end_early(run: Run, ledger: Ledger) -> None:
    ledger.session(FIRST, title="a|b")
    out = run("usage", "session", "--markdown").out
    assert "a\\|b" in out
    heading = out.splitlines()[0].count("|")
    for line in out.splitlines():
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") == heading


def test_one_session_says_what_is_uncertain_in_every_format(run: Run) -> None:
    unpriced = f"110 tokens have no price and are in no cost: {NOBODYS}."
    words = ("usage", "session", "--id", FORK)

    assert unpriced in run(*words).out
    table = run(*words, "--csv")
    assert (unpriced in table.err, unpriced in table.out) == (True, False)
    assert unpriced in run(*words, "--markdown").out


def test_cells_of_one_session_in_markdown_cannot_end_early(run: Run, ledger: Ledger) -> None:
    ledger.fill([Message(NOON_MS, FORK, API, "a|b", agent_type="c|d", key="e|f_g")])

    heading, *lines = run("usage", "session", "--id", FORK, "--markdown").out.splitlines()

    (line,) = [each for each in lines if "e\\|f\\_g" in each]
    assert line.replace("\\|", "").count("|") == heading.count("|")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "soon"], "2026-11-01 or 20261101"),
        (["--last", "0"], "7d, 4w or 3m"),
        (["--timezone", "Mars/Base"], "Europe/Berlin"),
        (["--billing-day", "32"], "1 to 31"),
        (["--top", "0"], "whole number"),
        (["--min-cost", "much"], "0.50"),
        (["--json", "--csv"], "choose one"),
        (["--sort", "name"], "cost"),
        (["--since", ""], "--since: it is empty"),
        (["--timezone", ""], "--timezone: it is empty"),
        (["--project", "web", "--project", ""], "--project: it is empty"),
        (
            ["--since", "2026-05-02", "--until", "2026-05-01"],
            "2026-05-01, is before the first, 2026-05-02",
        ),
        (["--last", "7d", "--until", "2020-01-01"], "the last day, 2020-01-01, is before"),
        (["--id", "x"], "usage session"),
        (["--active"], "usage block"),
        (["--recent"], "--recent: it belongs to `usage block`"),
        (["session", "--recent", "--json"], "--recent: it belongs to `usage block`"),
        (["block", "--recent", "--last", "2"], "--recent: it cannot go with --last"),
        (["--nonsense"], "--nonsense"),
        (["yearly"], "yearly"),
    ],
)
def test_a_wrong_value_is_wrong_usage_and_says_what_is_right(
    run: Run, arguments: list[str], said: str
) -> None:
    done = run("usage", *arguments)
    assert done.code == 2
    assert said in " ".join(done.err.split())
    assert done.out == ""


def test_without_a_ledger_there_is_nothing_and_no_file_is_made(
    run: Run, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(scratch_home / "empty"))
    done = run("usage", "--no-ingest", "--json")
    assert done.json["daily"] == []
    assert done.json["totals"]["totalCost"] == 0
    assert "no ledger" in done.err
    assert not (scratch_home / "empty").exists()


def test_a_damaged_ledger_is_one_sentence(
    run: Run, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(scratch_home / "bad"))
    path = scratch_home / "bad/agent-console/metrics.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 100)
    done = run("usage", "--no-ingest")
    assert done.code == 8
    assert "is not a database" in done.err


def test_a_configured_zone_counts_unless_another_is_named(
    run: Run, scratch_home: Path, ledger: Ledger
) -> None:
    del ledger
    file = scratch_home / ".config/agent-console/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[display]\ntimezone = "Pacific/Kiritimati"\n')
    assert run("usage", "--json").json["daily"][-1]["date"] == "2026-11-21"
    assert run("usage", "--json", "-z", "UTC").json["daily"][-1]["date"] == "2026-11-20"


def test_models_are_found_by_a_part_of_their_name(run: Run) -> None:
    rows = run("usage", "model", "--model", "OPUS", "--json").json["models"]
    assert [row["modelName"] for row in rows] == [OPUS]


@pytest.mark.parametrize("top", ["1", "2", "3", "9"])
def test_the_newest_sessions_are_those_of_the_whole_report(run: Run, top: str) -> None:
    whole = run("usage", "session", "--json").json
    some = run("usage", "session", "--json", "--top", top).json
    assert some["sessions"] == whole["sessions"][-int(top) :]
    assert some["totals"]["rowsNotShown"] == max(0, 3 - int(top))
    for key in ("totalCost", "totalTokens", "unpricedModels", "projectCount"):
        assert some["totals"][key] == whole["totals"][key]
    assert some["allTime"] == whole["allTime"]


def test_a_long_table_of_sessions_is_cut_and_says_so(run: Run, ledger: Ledger) -> None:
    ledger.fill([Message(NOON_MS + n, f"many-{n:04}") for n in range(300)])
    done = run("usage", "session")
    assert sum("many-" in line for line in done.out.splitlines()) < 201
    assert "103 more rows are only in the total." in done.out
    assert len(run("usage", "session", "--json").json["sessions"]) == 303
