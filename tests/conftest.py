"""What every test shares: where the real material lies, and that nothing is skipped in CI."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "real"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests marked `shared` where ../shared/real is not there."""
    if SHARED.is_dir():
        return
    absent = pytest.mark.skip(reason="needs ../shared/real, which is not on this machine")
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(absent)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """In CI every tool is installed, so a skip is a failure (only ../shared may be absent)."""
    outcome = yield
    report = outcome.get_result()
    if not (os.environ.get("CI") and report.skipped) or hasattr(report, "wasxfail"):
        return
    if "shared" in item.keywords and not SHARED.is_dir():
        return
    report.outcome = "failed"
    report.longrepr = f"skipped in CI, where nothing may be missing: {report.longrepr}"


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Return ../shared/real; a test that asks for it carries the marker `shared`."""
    return SHARED
