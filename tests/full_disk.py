"""A disk on which there is no space left, for this process alone."""

import resource
import signal
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def full_disk(left_bytes: int = 0) -> Generator[None]:
    """Meanwhile no file can be written beyond so many bytes."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
