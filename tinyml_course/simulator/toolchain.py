"""C sources become a shared library for this machine, or a program for a board.

zig, a C compiler that comes as a Python package, is used wherever nothing better is found; the
compiler the Arduino cores use, arm-none-eabi-gcc, takes over for boards where it is on the PATH.
Every build is cached under the hash of its sources, flags and compiler: the same input is never
compiled twice, and two processes that build the same thing do not disturb each other.
"""

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tinyml_course.cache import cache_dir
from tinyml_course.errors import InputError, ToolchainError

C_DIALECT = ("-std=c99", "-Wall", "-ffp-contract=off")
BUILD_TIMEOUT_S = 300
SHOWN_ERRORS = 3


@dataclass(frozen=True)
class Compiler:
    """A C compiler that was found: how to call it, and what to say made a number.

    Parameters
    ----------
    name : {"zig", "arm-none-eabi-gcc", "avr-gcc"}
        Which driver; flags differ between them.
    command : tuple of str
        The start of a command line that compiles.
    version : str
        The compiler's own version number.
    """

    name: str
    command: tuple[str, ...]
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@lru_cache
def zig() -> Compiler:
    """Find zig's C compiler, installed as the Python package `ziglang`."""
    try:
        version = importlib.metadata.version("ziglang")
    except importlib.metadata.PackageNotFoundError:
        raise ToolchainError(
            "no C compiler: the Python package ziglang is missing. Run `pip install ziglang`."
        ) from None
    return Compiler("zig", (sys.executable, "-m", "ziglang", "cc"), version)


@lru_cache
def arm_gcc() -> Compiler | None:
    """Find arm-none-eabi-gcc on the PATH, or return None."""
    return _gcc("arm-none-eabi-gcc", "-dumpfullversion")


@lru_cache
def avr_gcc() -> Compiler | None:
    """Find avr-gcc on the PATH, or return None."""
    return _gcc("avr-gcc", "-dumpversion")


def _gcc(name: str, version_flag: str) -> Compiler | None:
    path = shutil.which(name)
    if path is None:
        return None
    answer = subprocess.run([path, version_flag], capture_output=True, text=True, check=False)
    return Compiler(name, (path,), answer.stdout.strip() or "of unknown version")


_CROSS_COMPILERS = ("arm-none-eabi-gcc", "avr-gcc", "zig")


def _find(name: str) -> Compiler | None:
    return {"arm-none-eabi-gcc": arm_gcc, "avr-gcc": avr_gcc, "zig": zig}[name]()


def cross_compiler(
    name: str = "auto", able: Collection[str] = ("zig", "arm-none-eabi-gcc")
) -> Compiler:
    """Choose the compiler that makes programs for a board.

    Parameters
    ----------
    name : {"auto", "zig", "arm-none-eabi-gcc", "avr-gcc"}
        "auto" takes a gcc where it is on the PATH and able, zig otherwise.
    able : collection of str
        The names of the compilers that know the board's core.

    Raises
    ------
    ToolchainError
        If the compiler asked for is not installed.
    InputError
        If `name` is none of the above, or not able.
    """
    if name not in ("auto", *_CROSS_COMPILERS):
        accepted = ", ".join(_CROSS_COMPILERS)
        raise InputError(f"unknown compiler {name!r}; accepted are auto, {accepted}.")
    if name not in ("auto", *able):
        raise InputError(f"{name} makes no programs for this board's core: use {', '.join(able)}.")
    wanted = [one for one in _CROSS_COMPILERS if one in able] if name == "auto" else [name]
    found = next(filter(None, map(_find, wanted)), None)
    if found is None:
        instead = ", or use compiler='zig'" if "zig" in able else ""
        raise ToolchainError(f"{wanted[0]} is not on the PATH. Install it{instead}.")
    return found


def build_shared_library(files: Mapping[str, str], flags: Sequence[str] = ("-O2",)) -> Path:
    """Compile C sources into a shared library for this machine.

    Parameters
    ----------
    files : mapping of file name to text
        Sources and headers; every `.c` file is compiled.
    flags : sequence of str
        Further compiler flags.

    Returns
    -------
    Path
        The library in the cache; compiled now only if it was not there.

    Raises
    ------
    ToolchainError
        If the compiler is missing or rejects the sources.
    """
    suffix = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
    # zig compiles for the very processor it runs on, so a cache on a shared disk tells them apart.
    machine = f"{platform.node()} {platform.machine()}"
    return build(files, zig(), (*flags, "-shared", "-fPIC"), f"library{suffix}", machine)


def build(
    files: Mapping[str, str],
    compiler: Compiler,
    flags: Sequence[str],
    output: str,
    machine: str = "",
) -> Path:
    """Compile and link `files` into one file, or find it in the cache.

    The build happens in a folder beside its final place, which it takes by a rename: a build
    that was stopped half-way leaves nothing, and of two at the same time the first one stays.

    Parameters
    ----------
    files : mapping of file name to text
        Sources, headers and linker scripts, in one flat folder.
    compiler : Compiler
        Who compiles.
    flags : sequence of str
        Compiler and linker flags besides the C dialect.
    output : str
        File name of the result.
    machine : str
        What else the result depends on.

    Returns
    -------
    Path
        The result, in the cache.

    Raises
    ------
    ToolchainError
        If the compiler rejects the sources or the cache folder cannot be written.
    """
    recipe = [
        compiler.command,
        compiler.version,
        list(flags),
        output,
        machine,
        sorted(files.items()),
    ]
    key = hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:32]
    folder = cache_dir("builds")
    result = folder / key / output
    if result.exists():
        return result
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix="building-") as scratch:
            _compile(files, compiler, flags, output, Path(scratch) / key)
            try:
                (Path(scratch) / key).rename(result.parent)
            except OSError:
                if not result.exists():  # another process has not put the same build there
                    raise
    except OSError as error:
        raise ToolchainError(
            f"cannot build in {folder}: {error.strerror or error}. "
            "Free some space, or set TINYML_CACHE to a folder that can be written."
        ) from error
    return result


def _compile(
    files: Mapping[str, str], compiler: Compiler, flags: Sequence[str], output: str, folder: Path
) -> None:
    """Write the sources to `folder` and run the compiler there."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    sources = sorted(name for name in files if name.endswith(".c"))
    command = [*compiler.command, *C_DIALECT, *flags, "-I.", *sources, "-o", output]
    zig_cache = str(cache_dir("zig"))
    environment = {"ZIG_GLOBAL_CACHE_DIR": zig_cache, "ZIG_LOCAL_CACHE_DIR": zig_cache}
    try:
        answer = subprocess.run(
            command,
            cwd=folder,
            env=environment | os.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=BUILD_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise ToolchainError(
            f"{compiler} did not finish within {BUILD_TIMEOUT_S} s. Try again, or a smaller model."
        ) from None
    if answer.returncode != 0:
        raise ToolchainError(f"{compiler} rejected {_first_errors(answer.stderr, sources)}")


def _first_errors(stderr: str, sources: Sequence[str]) -> str:
    """Pick the lines that tell most from what a compiler or linker printed."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith("collect2:")]  # which only sums up
    errors = [line for line in told if "error:" in line or "undefined" in line] or told
    return "; ".join(errors[:SHOWN_ERRORS]) or f"{', '.join(sources)} without saying why"
