"""`agent-console report`: a month as a document to hand over."""

import csv
import io
import time
from ctypes.util import find_library
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run
from tests.usage.reports.ledgers import DAY_MS, HAIKU, NOBODYS, OPUS, Ledger, Message

from agent_console.cli import extras
from agent_console.documents import pdf

EVIL = "/srv/<script>alert('x')</script>&amp;\"|`*_"
HOUR_MS = 3_600_000
NOW_MS = time.time_ns() // 1_000_000


@pytest.fixture(autouse=True)
def ledger(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two months of usage, up to now; the days are UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    filled = Ledger(scratch_home / ".local/share/agent-console/metrics.db")
    filled.session("s-39", title="=cmd() <b>bold</b>")
    filled.fill(
        [
            Message(
                NOW_MS - day * DAY_MS - HOUR_MS,
                f"s-{day}",
                EVIL if day % 3 else "/home/user/shop",
                (OPUS, HAIKU, NOBODYS)[day % 3],
                output_tokens=1000 * day + 7,
                cache_write_5m_tokens=11,
                cache_write_1h_tokens=13,
                cache_read_tokens=4000,
                lower_bound=day == 5,
                kind=2 if day == 7 else 1,
            )
            for day in range(62)
        ]
    )
    filled.connection.close()


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        fetching = {"src", "href", "xlink:href", "data", "action"}
        self.addresses += [value or "" for name, value in attrs if name in fetching]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


def totals_of_usage(run: Run, *arguments: str) -> Any:
    """What `usage` says of the same days."""
    return run("usage", "daily", *arguments, "--json").json["totals"]


def test_totals_are_those_of_usage_for_the_same_days(run: Run) -> None:
    told = run("report", "--month", "last", "--format", "json").json
    days = ("--since", told["first_day"], "--until", told["last_day"])
    usage = totals_of_usage(run, *days)

    assert told["totals"]["total_tokens"] == usage["totalTokens"] > 0
    assert told["totals"]["cost_usd"] == usage["totalCost"] > 0
    for part in ("days", "projects", "models", "sessions"):
        assert sum(each["total_tokens"] for each in told[part]) == usage["totalTokens"]
    before = ("--since", told["before"]["first_day"], "--until", told["before"]["last_day"])
    assert told["before"]["total_tokens"] == totals_of_usage(run, *before)["totalTokens"]
    shares = [each["share"] for each in told["projects"] if each["share"] is not None]
    assert abs(sum(shares) - 1) < 1e-9


def test_named_days_and_filters_are_those_of_usage(run: Run) -> None:
    days = ("--since", "20d", "--until", "yesterday", "--project", "shop")
    told = run("report", *days, "--format", "json").json

    assert told["totals"]["total_tokens"] == totals_of_usage(run, *days)["totalTokens"] > 0
    assert [each["name"] for each in told["projects"]] == ["/home/user/shop"]


def test_a_page_needs_nothing_and_runs_nothing(run: Run) -> None:
    page = Page(run("report", "--since", "40d").out)

    assert "script" not in page.tags
    assert "b" not in page.tags
    assert page.addresses == []
    assert {"svg", "table", "style"} <= set(page.tags)
    assert EVIL in page.text
    assert "=cmd() <b>bold</b>" in page.text


def test_a_page_says_what_is_uncertain(run: Run) -> None:
    run("budget", "set", "12.5", "--project", EVIL)
    text = " ".join(Page(run("report", "--since", "40d").out).text.split())

    assert f"have no price and are in no cost: {NOBODYS}." in text
    assert "The output of 1 response is a lower bound" in text
    assert "were billed and stand in no line of a transcript" in text
    assert f"monthly for project {EVIL}" in text
    assert "$12.50" in text


def test_the_same_figures_stand_in_markdown(run: Run) -> None:
    told = run("report", "--month", "last", "--format", "json").json
    text = run("report", "--month", "last", "--format", "markdown").out

    assert f"- Tokens: {told['totals']['total_tokens']:,}\n" in text
    assert "<script>" not in text.replace("\\<script\\>", "")
    rows = [line for line in text.splitlines() if line.startswith("| /srv")]
    assert len(rows) == 1
    assert rows[0].replace("\\|", "").count("|") == 5


def test_csv_has_a_line_for_each_day_project_and_model(run: Run) -> None:
    told = run("report", "--since", "40d", "--format", "json").json["totals"]
    rows = list(csv.DictReader(io.StringIO(run("report", "--since", "40d", "--format", "csv").out)))

    assert len(rows) == 40
    assert sum(int(row["total_tokens"]) for row in rows) == told["total_tokens"]
    cost = sum(Decimal(row["cost_usd"]) for row in rows if row["cost_usd"])
    assert float(cost) == told["cost_usd"]
    assert {row["project"] for row in rows} == {EVIL, "/home/user/shop"}


@pytest.mark.skipif(find_library("pangoft2-1.0") is None, reason="Pango is not installed")
def test_a_pdf_is_made_of_the_page(run: Run, tmp_path: Path) -> None:
    done = run("report", "--since", "40d", "--format", "pdf", "-o", str(tmp_path))

    (made,) = tmp_path.iterdir()
    assert done.code == 0
    assert made.suffix == ".pdf"
    assert made.name in done.err
    content = made.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(content) > 5_000


def test_a_pdf_fetches_nothing() -> None:
    with pytest.raises(ValueError, match="fetches nothing"):
        pdf.refuse("http://127.0.0.1/x.png")


def test_a_file_in_a_folder_is_named_after_the_month(run: Run, tmp_path: Path) -> None:
    told = run("report", "--month", "last", "--format", "json").json
    for form, suffix in (("html", "html"), ("markdown", "md"), ("json", "json"), ("csv", "csv")):
        assert run("report", "--month", "last", "--format", form, "-o", str(tmp_path)).code == 0
        assert (tmp_path / f"claude-code-usage-{told['first_day'][:7]}.{suffix}").stat().st_size


def test_a_file_that_cannot_be_written_leaves_the_old_one(run: Run, tmp_path: Path) -> None:
    done = run("report", "-o", str(tmp_path / "nowhere" / "r.html"))

    assert (done.code, done.out) == (1, "")
    assert "cannot be written" in done.err


def test_without_a_ledger_there_is_a_report_of_nothing(run: Run, scratch_home: Path) -> None:
    for path in (scratch_home / ".local/share/agent-console").iterdir():
        path.unlink()

    done = run("report", "--format", "json", "--no-ingest")

    assert done.code == 0
    assert done.json["totals"]["total_tokens"] == 0
    assert done.json["change_percent"] is None
    assert "Nothing was used" in Page(run("report", "--no-ingest").out).text


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--month", "2026-13"), "no month"),
        (("--month", "2099-01"), "has not begun"),
        (("--month", "this", "--since", "3d"), "exclude"),
        (("--since", "x"), "no day"),
        (("--month", ""), "--month: it is empty"),
        (("-o", ""), "--output: it is empty"),
        (("--format", "pdf"), "-o FILE"),
        (("--timezone", "Nowhere/At"), "no time zone"),
    ],
)
def test_what_is_not_allowed_is_wrong_usage(
    run: Run, arguments: tuple[str, ...], word: str
) -> None:
    done = run("report", *arguments)

    assert done.code == 2
    assert word in done.err


@pytest.mark.parametrize(("form", "extra"), [("html", "report"), ("pdf", "report")])
def test_what_is_not_installed_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: str, extra: str
) -> None:
    def is_installed(module: str) -> bool:
        del module
        return False

    monkeypatch.setattr(extras, "is_installed", is_installed)

    done = run("report", "--format", form, "-o", str(tmp_path / "r"))

    assert done.code == 1
    assert f"agent-console[{extra}]" in done.err
    assert run("report", "--format", "markdown").code == 0


def test_a_dash_is_stdout_as_in_the_export(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("report", "--month", "last", "--format", "markdown")
    assert run(*words, "-o", "-").out == run(*words).out
    assert run("report", "--format", "pdf", "-o", "-").code == 2
    assert list(tmp_path.iterdir()) == []
