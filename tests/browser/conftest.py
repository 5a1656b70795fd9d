"""A browser for the lessons; without one these tests are skipped."""

import importlib.util
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import lab

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@pytest.fixture(scope="session", autouse=True)
def browser():
    """Skip where there is no Chromium to look through."""
    if lab.CHROMIUM is None:
        pytest.skip("no Chromium on the PATH")
    if importlib.util.find_spec("playwright") is None:
        pytest.skip("the Python package playwright is not installed")


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    """Return the folder of JupyterLab's settings."""
    return tmp_path_factory.mktemp("settings")


@pytest.fixture(scope="session")
def lessons(tmp_path_factory):
    """Return a folder with copies of all lessons."""
    folder = tmp_path_factory.mktemp("lessons")
    for notebook in NOTEBOOKS.glob("*.ipynb"):
        (folder / notebook.name).write_bytes(notebook.read_bytes())
    return folder


@pytest.fixture(scope="session")
def address(lessons, settings):
    """Serve the copies; all tests share the server."""
    with lab.running_lab(lessons, settings) as served:
        yield served
