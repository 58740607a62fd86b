"""For every test: on CI a skipped test counts as a failed one.

A test may skip on a laptop without Chromium. On CI (``CI=true``) nothing may be left out, except
what reads data that lies beside the checkout and is not part of the repository.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

# How long an example takes depends on what else the machine does; pytest's own time limit is for what hangs.
settings.register_profile("wence", deadline=None)
settings.load_profile("wence")

BESIDE = "beside the checkout:"
"""A skip whose reason starts so is allowed everywhere: the data it needs is not in the repository."""


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure when running on CI; an expected failure (xfail) is left alone."""
    if os.environ.get("CI") != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(BESIDE):
        report.outcome = "failed"
        report.longrepr = f"skipped on CI, where nothing may be skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look at each test's report."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look at each module's report: a whole module can skip itself."""
    report = yield
    _refuse_skip(report)
    return report
