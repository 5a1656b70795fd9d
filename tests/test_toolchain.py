"""Builds: cached, atomic, safe beside each other, and clear when they fail."""

import concurrent.futures
import ctypes

import pytest

from tinyml_course.errors import InputError, ToolchainError
from tinyml_course.simulator import toolchain
from tinyml_course.simulator.toolchain import arm_gcc, build_shared_library, cross_compiler, zig

ANSWER = {"answer.c": '#include "n.h"\nint answer(void) { return N; }\n', "n.h": "#define N 42\n"}


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A build cache of the test's own; zig keeps the libraries it has built for itself."""
    zig_cache = str(toolchain.cache_dir("zig"))
    for name in ("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"):
        monkeypatch.setenv(name, zig_cache)
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path))
    return tmp_path


def test_library_is_built_once_and_then_found(cache, monkeypatch):
    first = build_shared_library(ANSWER)
    assert ctypes.CDLL(str(first)).answer() == 42
    monkeypatch.setattr(toolchain.subprocess, "run", None)  # a second build would fail here
    assert build_shared_library(ANSWER) == first


@pytest.mark.parametrize("change", ["text", "header", "flags", "version"])
def test_whatever_matters_makes_another_library(cache, monkeypatch, change):
    first = build_shared_library(ANSWER)
    files, flags = dict(ANSWER), ["-O2"]
    if change == "text":
        files["answer.c"] += "\n"
    elif change == "header":
        files["n.h"] = "#define N 43\n"
    elif change == "flags":
        flags = ["-O1"]
    else:
        newer = toolchain.Compiler("zig", zig().command, "99")
        monkeypatch.setattr(toolchain, "zig", lambda: newer)
    assert build_shared_library(files, flags) != first


def test_failed_build_leaves_nothing_and_quotes_the_compiler(cache):
    with pytest.raises(ToolchainError, match=r"zig [\d.]+ rejected bad\.c:1:\d+: error: "):
        build_shared_library({"bad.c": "int f(void) { return }\n"})
    assert list((cache / "builds").iterdir()) == []


def test_stop_half_way_leaves_nothing(cache, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(toolchain.subprocess, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_shared_library(ANSWER)
    assert list((cache / "builds").iterdir()) == []


def test_two_builds_of_the_same_at_once_both_succeed(cache):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(lambda _: build_shared_library(ANSWER), range(2)))
    assert paths[0] == paths[1]
    assert [entry.name for entry in (cache / "builds").iterdir()] == [paths[0].parent.name]


def test_cache_that_is_no_folder_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path / "file"))
    with pytest.raises(InputError, match="TINYML_CACHE"):
        build_shared_library(ANSWER)


def test_missing_zig_says_what_to_install(monkeypatch):
    def missing(name):
        raise toolchain.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(toolchain.importlib.metadata, "version", missing)
    zig.cache_clear()
    with pytest.raises(ToolchainError, match="pip install ziglang"):
        zig()


def test_cross_compiler_can_be_forced_and_names_itself():
    assert str(cross_compiler("zig")).startswith("zig 0.")
    assert cross_compiler("auto") == (arm_gcc() or zig())
    with pytest.raises(InputError, match="accepted are"):
        cross_compiler("tcc")


def test_forced_gcc_that_is_missing_says_so(monkeypatch):
    monkeypatch.setattr(toolchain, "arm_gcc", lambda: None)
    with pytest.raises(ToolchainError, match="not on the PATH"):
        cross_compiler("arm-none-eabi-gcc")
