"""pyproject.toml, requirements.lock and environment.yml name the same packages."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK_TEXT = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCK = dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", LOCK_TEXT, re.MULTILINE))
FIXED_BY_THE_USER = ["jupyterlab", "tensorflow-cpu", "ipywidgets", "librosa", "numpy", "nbval"]


def name_of(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()


def declared() -> list[str]:
    project = PYPROJECT["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return [name_of(requirement) for group in groups for requirement in group]


def conda_pins() -> dict[str, str]:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    pins = [re.split("==|;", entry) for entry in pip if "==" in entry]
    return {name.strip(): version.strip() for name, version, *_ in pins}


@pytest.mark.parametrize("name", declared())
def test_declared_package_is_locked_and_in_conda_at_the_same_version(name):
    assert name in LOCK, f"{name} is in pyproject.toml but not locked: run `make lock`"
    assert conda_pins().get(name) == LOCK[name], f"environment.yml: write {name}=={LOCK[name]}"


def test_conda_names_nothing_else():
    assert set(conda_pins()) == set(declared())


@pytest.mark.parametrize("name", FIXED_BY_THE_USER)
def test_packages_fixed_by_the_user_are_dependencies(name):
    assert name in {name_of(entry) for entry in PYPROJECT["project"]["dependencies"]}


def test_every_locked_package_has_a_hash():
    entries = re.split(r"^(?=[a-z0-9][a-z0-9._-]*==)", LOCK_TEXT, flags=re.MULTILINE)[1:]
    assert len(entries) >= len(LOCK)  # a package may be locked once a Python version
    assert all("--hash=sha256:" in entry for entry in entries)


def test_lock_names_no_registry_and_no_gpu_wheel():
    assert "index-url" not in LOCK_TEXT
    assert "://" not in LOCK_TEXT
    assert not [name for name in LOCK if name.startswith(("nvidia", "cuda", "torch"))]
