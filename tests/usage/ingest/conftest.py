"""What the tests of ingest share: a config dir with one project."""

from pathlib import Path

import pytest
from tests.usage.ingest.transcripts import SESSION


@pytest.fixture
def project(scratch_home: Path) -> Path:
    """A project's folder below `~/.claude/projects`."""
    folder = scratch_home / ".claude/projects/-home-user-project"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def session(project: Path) -> Path:
    """Where a session's transcript would lie."""
    return project / f"{SESSION}.jsonl"
