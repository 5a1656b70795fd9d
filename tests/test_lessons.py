"""Where lessons leave what they make, and what they say about the machine."""

import json
import platform

import pytest

from tinyml_course import lessons


def test_artefacts_go_to_the_build_folder_of_the_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(lessons, "CHECKOUT", tmp_path)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    folder = lessons.artefact_dir("02_features")
    assert folder == tmp_path / "build" / "02_features"
    assert folder.is_dir()
    assert lessons.artefact_dir("02_features") == folder  # a second run of a lesson is no error


def test_artefacts_stay_here_where_there_is_no_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(lessons, "CHECKOUT", tmp_path / "site-packages")
    monkeypatch.chdir(tmp_path)
    assert lessons.artefact_dir("x") == tmp_path / "build" / "x"


def test_report_names_what_runs_here(tmp_path):
    report = lessons.environment_report()
    assert report["python"] == platform.python_version()
    assert {"numpy", "ziglang", "unicorn", "arduino-cli"} <= report.keys()
    target = lessons.save_report(report, tmp_path / "environment.json")
    assert json.loads(target.read_text()) == report


@pytest.mark.parametrize("package", lessons.PACKAGES)
def test_report_leaves_out_what_is_not_installed(package, monkeypatch):
    def missing(name):
        raise lessons.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(lessons.importlib.metadata, "version", missing)
    assert package not in lessons.environment_report()
