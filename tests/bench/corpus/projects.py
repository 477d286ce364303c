"""The folders that sessions are in: two config dirs, and links among them.

Rule: a linked folder's sessions count once, whichever of its names they are found by.
"""

import random
from pathlib import Path

from msgspec import Struct
from tests.bench.corpus.truth import Truth

_NAMES = ("web", "api", "infra", "docs", "cli", "data", "mobile", "site", "lib", "tools")


class Project(Struct, frozen=True):
    """A working directory and where its transcripts are.

    Attributes:
        folder: Where they are written.
        link: Where the client finds them, when that is another place.
        config_dir: Number of its config dir.
    """

    cwd: str
    folder: Path
    link: Path | None
    config_dir: int
    branches: tuple[str, ...]


def make_projects(
    rng: random.Random, folder: Path, config_dirs: list[Path], *, count: int
) -> list[Project]:
    """So many projects; the first is linked from outside, the second is in the other config dir."""
    projects: list[Project] = []
    for number in range(count):
        cwd = f"/home/user/work/{_NAMES[number % len(_NAMES)]}-{number}"
        config_dir = 1 if number == 1 or (number > 2 and rng.random() < 0.2) else 0
        place = config_dirs[config_dir] / "projects" / cwd.replace("/", "-")
        outside = folder / "elsewhere" / place.name if number == 0 else None
        branches = ("main", f"fix-{rng.randint(1, 999)}", f"feature/{rng.randint(1, 999)}")
        projects.append(
            Project(cwd, outside or place, place if outside else None, config_dir, branches)
        )
    return projects


def link_folders(truth: Truth, projects: list[Project], config_dirs: list[Path]) -> None:
    """Link the folders of projects that have sessions."""
    for path in config_dirs:
        (path / "projects").mkdir(parents=True, exist_ok=True)
    used = [project for project in projects if project.folder.is_dir()]
    for project in used:
        truth.count("second config dir", int(project.config_dir == 1))
        if project.link is not None:
            project.link.symlink_to(project.folder)
            truth.count("linked folder")
    if used:
        twice = used[-1].folder
        (config_dirs[0] / "projects" / "-home-user-old-name").symlink_to(twice)
        truth.count("folder seen twice")
