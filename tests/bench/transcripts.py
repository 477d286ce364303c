"""A gigabyte of transcripts: what reading it costs us and others, and who finds the right tokens.

    python -m tests.bench.transcripts [--quick] [--mb 1000] [--install] [--corpus DIR] [--json FILE]

All read the same generated corpus, taking turns, with its files in the page cache; each figure is
the least of several runs. Rule: it shows and judges nothing. What is not installed (or not built
yet) is a row that says so.
"""

import argparse
import tempfile
from pathlib import Path

import msgspec
from msgspec import Struct
from tests.bench.compiled import compile_program
from tests.bench.corpus.corpus import make_corpus
from tests.bench.corpus.truth import Tokens, Truth, read_truth
from tests.bench.measuring import Cost, cheapest
from tests.bench.reference_tools import Found, install
from tests.bench.servers import running_daemon
from tests.bench.status_line_turns import REFERENCE, status_line_turns
from tests.bench.transcript_tables import Line, show_costs, show_tokens
from tests.bench.transcript_turns import Place, Turns, reading_turns

SLOW_SECONDS = 30.0
"""Who takes longer than this in a first run has no second one."""


class Options(Struct, frozen=True):
    """How it is run."""

    megabytes: float
    seed: int
    runs: int
    corpus: Path | None


def main() -> None:
    """The command line."""
    compile_program()
    parser = argparse.ArgumentParser(description="Reading transcripts, beside other tools.")
    parser.add_argument("--quick", action="store_true", help="50 MB and two runs")
    parser.add_argument("--mb", type=float, help="size of the corpus (1000; with --quick 50)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, help="runs of each (3; with --quick 2)")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="use or make the corpus there")
    parser.add_argument("--install", action="store_true", help="fetch the other tools first")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures in this file")
    given = parser.parse_args()
    if given.install:
        install()
    options = Options(
        given.mb or (50 if given.quick else 1000),
        given.seed,
        given.runs or (2 if given.quick else 3),
        given.corpus,
    )
    with tempfile.TemporaryDirectory(prefix="ac") as folder:
        lines = measure(options, Path(folder))
    if given.json is not None:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(lines), indent=2))


def measure(options: Options, folder: Path) -> list[Line]:
    """Run everything below `folder` and show it."""
    corpus = options.corpus or folder / "corpus"
    if (corpus / "truth.json").exists():
        truth = read_truth(corpus / "truth.json")
    else:
        truth = make_corpus(corpus, options.seed, megabytes=options.megabytes)
        truth.write(corpus / "truth.json")
    warm_page_cache(truth)
    place = Place.below(folder / "run", truth)
    lines = take_turns(reading_turns(place), options.runs)
    with running_daemon() as daemon:
        beside = take_turns(status_line_turns(place, daemon), options.runs)
    place.restore()
    title = f"{truth.size_bytes / 1e6:,.0f} MB in {truth.files:,} files"
    show_costs(title, lines, reference="ccusage")
    show_costs("a status line", beside, reference=REFERENCE)
    show_tokens(lines, _found(truth.total()), _found(truth.total(unlisted=False)))
    return lines + beside


def warm_page_cache(truth: Truth) -> None:
    """Read every file once."""
    for config_dir in truth.config_dirs:
        for path in Path(config_dir).rglob("*.jsonl"):
            path.read_bytes()


def take_turns(turns: Turns, runs: int) -> list[Line]:
    """Run each group of turns so often, the groups in alternating order."""
    costs: dict[str, list[Cost]] = {turn.name: [] for group in turns for turn in group}
    found: dict[str, Found] = {}
    notes: dict[str, str] = {}
    for number in range(runs):
        for group in turns if number % 2 == 0 else turns[::-1]:
            for turn in group:
                known = costs[turn.name]
                if notes.get(turn.name) or (known and known[0].wall_seconds > SLOW_SECONDS):
                    continue
                cost = turn.run()
                if isinstance(cost, str):
                    notes[turn.name] = cost
                    continue
                known.append(cost)
                if turn.read is not None:
                    found[turn.name] = turn.read(cost.stdout)
    return [
        Line(
            turn.name,
            cheapest(costs[turn.name]) if costs[turn.name] else None,
            found.get(turn.name),
            notes.get(turn.name) or turn.note,
        )
        for group in turns
        for turn in group
    ]


def _found(tokens: Tokens) -> Found:
    return Found(
        tokens.input_tokens,
        tokens.output_tokens,
        tokens.cache_write_5m_tokens + tokens.cache_write_1h_tokens,
        tokens.cache_read_tokens,
    )


if __name__ == "__main__":
    main()
