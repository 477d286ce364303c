"""Write a corpus and print what it billed.

    python tests/bench/corpus/make.py [--mb 100 | --sessions 20] [--seed 1] [--json] DIR

Beside the transcripts stands `truth.json`, for programs. Rule: DIR must be empty or missing.
"""

import argparse
import sys
import time
from pathlib import Path


def main() -> None:
    """The command line."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from tests.bench.corpus.corpus import make_corpus
    from tests.bench.corpus.showing import show_truth

    parser = argparse.ArgumentParser(description="Make transcripts and the truth about them.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--mb", type=float, default=100, help="megabytes of real sizes")
    size.add_argument("--sessions", type=int, help="so many small sessions")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the sums as JSON")
    parser.add_argument("folder", type=Path, metavar="DIR")
    given = parser.parse_args()
    folder: Path = given.folder
    if folder.exists() and any(folder.iterdir()):
        parser.error(f"{folder} is not empty: name a new folder")
    started = time.monotonic()
    if given.sessions is not None:
        truth = make_corpus(folder, given.seed, sessions=given.sessions)
    else:
        truth = make_corpus(folder, given.seed, megabytes=given.mb)
    truth.write(folder / "truth.json")
    show_truth(truth, as_json=given.json)
    print(f"made in {time.monotonic() - started:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
