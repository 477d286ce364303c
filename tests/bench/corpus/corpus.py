"""Make a corpus of transcripts from a seed, and the truth about it.

Rule: the same arguments give the same bytes. Sessions are made until there are enough; which
oddities each has is drawn before it is made.
"""

import copy as copying
import random
from pathlib import Path

from tests.bench.corpus.copies import copy_lines
from tests.bench.corpus.eras import ERAS, Era
from tests.bench.corpus.oddities import ODDITIES
from tests.bench.corpus.projects import Project, link_folders, make_projects
from tests.bench.corpus.session import Session, Stage
from tests.bench.corpus.sizes import FULL, SMALL
from tests.bench.corpus.story import Story, spoil
from tests.bench.corpus.text import TextPool
from tests.bench.corpus.truth import Truth

COPIES = {"fork": "fork", "branch": "branch", "unmarked copy": "unmarked copy"}


def make_corpus(
    folder: Path, seed: int, *, megabytes: float | None = None, sessions: int | None = None
) -> Truth:
    """Write transcripts below `folder`, in two config dirs of a home of its own.

    Args:
        folder: An empty or missing folder; `folder/home` is to be used as HOME.
        seed: What everything is drawn from.
        megabytes: Sessions of real sizes until they have so many bytes (10^6 each); or
        sessions: so many small sessions, copies not counted.
    """
    rng = random.Random(seed)
    text = TextPool(rng, 250_000 if megabytes else 12_000)
    home = folder / "home"
    dirs = [home / ".claude", home / ".config" / "claude"]
    truth = Truth(str(home), [str(path) for path in dirs])
    projects = make_projects(rng, folder, dirs, count=30 if megabytes else 5)
    forced = sorted(ODDITIES)
    rng.shuffle(forced)
    maker = _Maker(Stage(rng, text, FULL if megabytes else SMALL, truth), projects)
    made = 0
    while made < sessions if sessions is not None else truth.size_bytes < (megabytes or 0) * 1e6:
        maker.make(forced.pop() if forced else "")
        made += 1
    link_folders(truth, projects, dirs)
    return truth


class _Maker:
    """Makes one session after the other."""

    def __init__(self, stage: Stage, projects: list[Project]) -> None:
        self._stage, self._projects = stage, projects
        self._rng, self._sizes = stage.rng, stage.sizes

    def make(self, forced: str) -> None:
        """One session, with that oddity if one is named, and the copy that was made of it."""
        rng = self._rng
        suiting = [era for era in ERAS if not forced or ODDITIES[forced].suits(era)]
        era = rng.choices(suiting, [era.weight for era in suiting])[0]
        odd = {
            name
            for name, oddity in ODDITIES.items()
            if oddity.suits(era) and rng.random() < oddity.chance
        }
        odd |= {forced} if forced else set()
        project = rng.choice(self._projects)
        begin_ms = rng.randrange(era.begin_ms, era.end_ms)
        session = self._session(era, odd, project, begin_ms)
        story = Story(session)
        story.begin()
        wanted = [mark for mark in COPIES if mark in session.plan]
        copies = [self._copy(story, project, mark).session for mark in wanted]
        if session.has("copy of a copy"):
            first = self._copy(story, project, "unmarked copy")
            copies += [first.session, self._copy(first, project, "unmarked copy").session]
        if copies and rng.random() < 0.5:
            story.go_on(self._sizes.around(rng, self._sizes.responses / 3))
        for made in (session, *copies):
            spoil(made)
            made.write()

    def _session(self, era: Era, odd: set[str], project: Project, begin_ms: int) -> Session:
        return Session(
            *(self._stage, era, odd),
            folder=project.folder,
            cwd=project.cwd,
            begin_ms=begin_ms,
            branch=self._rng.choice(project.branches),
        )

    def _copy(self, story: Story, project: Project, mark: str) -> Story:
        origin = story.session
        origin.has(mark)
        copy = self._session(origin.era, set(), project, origin.speaker.now_ms)
        copy.model = origin.model
        copy.keeps_cost = origin.keeps_cost
        begin = story.first_turn_lines if mark == "unmarked copy" else 0
        copy_lines(origin, copy, mark, from_line=begin)
        if mark == "fork":
            for model, told in origin.client.items():
                copy.client[model] = copying.copy(told)
        going_on = Story(copy)
        going_on.go_on(self._sizes.around(self._rng, self._sizes.responses / 2))
        return going_on
