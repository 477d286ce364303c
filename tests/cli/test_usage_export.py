"""`agent-console usage export`: every row, for other programs."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.usage_ledger import FIRST, MESSAGES, SHOP, small_ledger
from tests.usage.reports.ledgers import (
    NOON_MS,
    Ledger,
    Message,
    cost_pico,
    read_only,
)

from agent_console.usage.reports.export import export
from agent_console.usage.reports.export_fields import fields
from agent_console.usage.reports.filter import Filter

COSTS = [cost for row in MESSAGES if (cost := cost_pico(row, "auto")) is not None]


@pytest.fixture(autouse=True)
def ledger(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setenv("TZ", "UTC")
    made = small_ledger(scratch_home)
    yield made
    made.connection.close()


@pytest.mark.parametrize("level", ["message", "session", "day"])
@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_every_level_adds_up_in_every_format(run: Run, level: str, form: str) -> None:
    out = run("usage", "export", "--level", level, "--format", form).out
    match form:
        case "csv":
            rows = list(csv.DictReader(io.StringIO(out)))
        case "json":
            rows = json.loads(out, parse_float=str)
        case _:
            rows = [json.loads(line, parse_float=str) for line in out.splitlines()]
    assert sum(int(row["total_tokens"] or 0) for row in rows) == sum(row.tokens for row in MESSAGES)
    assert sum(Decimal(row["cost_usd"] or 0) for row in rows) == Decimal(sum(COSTS)).scaleb(-12)


def test_fields_are_those_that_were_named_in_their_order(run: Run) -> None:
    out = run("usage", "export", "--fields", "message_id, timestamp,cost_usd").out
    assert out.splitlines()[:2] == [
        "message_id,timestamp,cost_usd",
        "msg_1,2026-11-11T12:00:00.000Z,0.02505",
    ]


def test_an_unknown_field_is_refused_with_those_there_are(run: Run) -> None:
    done = run("usage", "export", "--fields", "price", "--level", "day")
    assert done.code == 2
    assert "cost_usd" in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--fields", "", "--fields: it is empty"),
        ("--fields", " , ", "--fields: it names none; there are timestamp, "),
        ("--output", "", "--output: it is empty"),
    ],
)
def test_an_empty_value_is_wrong_usage(run: Run, option: str, value: str, said: str) -> None:
    done = run("usage", "export", option, value)
    assert (done.code, done.out) == (2, "")
    assert said in " ".join(done.err.split())


def test_filters_are_those_of_the_reports(run: Run) -> None:
    filters = ("--project", "shop", "--since", "2026-11-19", "--no-unlisted")
    total = run("usage", "--json", *filters).json["totals"]["totalTokens"]
    rows = run("usage", "export", "--json", *filters).json
    assert sum(row["total_tokens"] for row in rows) == total
    assert {row["project"] for row in rows} == {SHOP}


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1+cmd", "'-1+cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ('a "quoted", one', 'a "quoted", one'),
        ("plain", "plain"),
    ],
)
def test_a_spreadsheet_runs_nothing(run: Run, ledger: Ledger, title: str, cell: str) -> None:
    ledger.session(FIRST, title=title)
    out = run("usage", "export", "--level", "session", "--fields", "session_id,title").out
    assert dict(csv.reader(io.StringIO(out)))[FIRST] == cell


def test_a_file_appears_whole_or_not_at_all(run: Run, tmp_path: Path, ledger: Ledger) -> None:
    target = tmp_path / "out.csv"
    assert run("usage", "export", "-o", str(target)).code == 0
    assert len(target.read_text().splitlines()) == len(MESSAGES) + 1
    assert list(tmp_path.iterdir()) == [target]

    before = target.read_bytes()
    ledger.connection.execute("ALTER TABLE names RENAME TO lost")
    assert run("usage", "export", "-o", str(target), "--no-ingest").code == 8
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_one_sentence(run: Run, tmp_path: Path) -> None:
    done = run("usage", "export", "-o", str(tmp_path / "none" / "out.csv"))
    assert done.code == 1
    assert "cannot be written" in done.err


def test_an_empty_export_is_still_valid(run: Run) -> None:
    assert run("usage", "export", "--json", "--project", "nowhere").json == []
    assert run("usage", "export", "--project", "nowhere").out.startswith("timestamp,")


def test_memory_does_not_grow_with_the_rows(ledger: Ledger) -> None:
    def peak_bytes() -> int:
        connection = read_only(ledger.path)
        chosen = list(fields("message", "auto").values())
        tracemalloc.start()
        for _ in export(connection, Filter(), "message", chosen, "csv"):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        connection.close()
        return peak

    ledger.fill([Message(NOON_MS + n, key=f"k{n}") for n in range(2_000)])
    few = peak_bytes()
    ledger.fill([Message(NOON_MS + n, key=f"l{n}") for n in range(6_000)])
    assert peak_bytes() < few * 1.2
