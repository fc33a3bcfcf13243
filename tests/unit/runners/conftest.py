"""Runners for the tests of this folder: small limits, started once."""

import pytest

from hone.runners import Limits, Sandbox

SMALL = Limits(cpu_s=1, wall_s=10.0, memory_mb=256, stdout_bytes=1 << 20, result_bytes=1 << 23)


@pytest.fixture(scope="session")
def runner():
    """One worker, so that every program follows the one before in the same server."""
    with Sandbox(1, SMALL) as runner:
        yield runner
