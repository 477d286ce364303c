"""Print the sums of a truth, for people or as JSON."""

import msgspec
from tests.bench.corpus.truth import CLASSES, Tokens, Truth


def show_truth(truth: Truth, *, as_json: bool) -> None:
    """Print totals and the sums by day, model, project, session and kind."""
    sums = {
        "kind": truth.by_kind(),
        "model": truth.by_model(),
        "project": truth.by_project(),
        "day": truth.by_day(),
        "session": truth.by_session(),
    }
    if as_json:
        shown = {
            "total": truth.total(),
            "listed": truth.total(unlisted=False),
            **sums,
            "oddities": truth.oddities,
            "files": truth.files,
            "bytes": truth.size_bytes,
            "home": truth.home,
        }
        print(msgspec.json.format(msgspec.json.encode(shown), indent=1).decode())
        return
    print(
        f"{truth.size_bytes / 1e6:,.0f} MB, {truth.files:,} files, "
        f"{len(truth.sessions):,} sessions, HOME={truth.home}"
    )
    names = ("responses", *CLASSES)
    print(f"{'':34}" + "".join(f"{name.removesuffix('_tokens'):>16}" for name in names))
    for topic in ("kind", "model"):
        for name, tokens in sums[topic].items():
            _row(f"{topic} {name}", tokens)
    for topic in ("project", "day", "session"):
        print(f"{len(sums[topic]):,} {topic}s (--json shows them)")
    _row("listed in transcripts", truth.total(unlisted=False))
    _row("all", truth.total())
    print(", ".join(f"{name}: {count}" for name, count in sorted(truth.oddities.items())))


def _row(name: str, tokens: Tokens) -> None:
    values = (tokens.responses, *(getattr(tokens, name) for name in CLASSES))
    print(f"{name:34}" + "".join(f"{value:>16,}" for value in values))
