"""A sketch's own code, run on this computer against a thin stand-in for the Arduino functions.

Its serial port is a pair of pipes, so that a clip can be replayed through the sketch exactly as
through a board on a cable; what answers is the code that would be uploaded.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tinyml_course.cache import cache_dir
from tinyml_course.errors import InputError, ToolchainError

STAND_IN = Path(__file__).resolve().parent / "arduino"
CPP_FLAGS = ("-std=gnu++14", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics",
             "-funsigned-char")  # fmt: skip
READ_TIMEOUT_S = 0.05
STOP_TIMEOUT_S = 10


class HostSketch:
    """A running sketch; give it to `tinyml_course.replay` in place of a port.

    Parameters
    ----------
    folder : str or Path
        A folder as `write_sketch` writes it.

    Raises
    ------
    InputError
        If the folder holds no sketch.
    ToolchainError
        If the sketch does not compile, or this system has no pipes that can be polled (Windows).

    Examples
    --------
    >>> with HostSketch("build/keywords") as board:  # doctest: +SKIP
    ...     features, scores = replay(board, clips)
    """

    def __init__(self, folder: str | Path) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="tinyml-sketch-")
        program = build_sketch(Path(folder).resolve(), Path(self._place.name))
        self._process = subprocess.Popen(
            [program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to_sketch, self._from_sketch = self._process.stdin, self._process.stdout

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes the sketch has printed; none if none come soon."""
        ready, _, _ = select.select([self._from_sketch], [], [], READ_TIMEOUT_S)
        return os.read(self._from_sketch.fileno(), size) if ready else b""

    def write(self, data: bytes) -> int | None:
        """Send bytes to the sketch's serial port."""
        return self._to_sketch.write(data)

    def close(self) -> None:
        """End the sketch."""
        self._to_sketch.close()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._from_sketch.close()
        self._place.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def build_sketch(sketch: Path, folder: Path, warnings: Sequence[str] = ("-w",)) -> Path:
    """Compile a sketch's folder into a program for this computer.

    Parameters
    ----------
    sketch : Path
        The sketch, its `.ino` named like the folder.
    folder : Path
        Where the program is put.
    warnings : sequence of str
        The compiler's warning options; none are shown by default.

    Returns
    -------
    Path
        The program; its serial port is its standard input and output.
    """
    if sys.platform == "win32":
        raise ToolchainError("sketches run on the host under Linux and macOS only; use a board.")
    (folder / "sketch.cpp").write_text(as_cpp(sketch), encoding="utf-8")
    sources = sorted(map(str, sketch.glob("src/*.c")))
    zig(sketch, folder, "cc", "-std=c99", "-O2", *warnings, "-c", *sources)
    objects = sorted(path.name for path in folder.glob("*.o"))
    options = [*CPP_FLAGS, "-O2", "-nostdlib++", *warnings, f"-I{STAND_IN}", f"-I{sketch}"]
    main = ["sketch.cpp", *map(str, sorted(STAND_IN.glob("*.cpp")))]
    zig(sketch, folder, "c++", *options, *main, *objects, "-o", "program")
    return folder / "program"


def as_cpp(sketch: Path) -> str:
    """Do to an `.ino` what Arduino's builder does: include its header, declare its functions."""
    program = sketch / f"{sketch.name}.ino"
    if not program.is_file():
        raise InputError(f"{sketch} holds no {program.name}. Write a sketch there first.")
    text = program.read_text(encoding="utf-8")
    functions = re.findall(r"^((?:void|int) \w+\([^)]*\)) \{$", text, flags=re.MULTILINE)
    prototypes = "".join(f"{one};\n" for one in functions)
    return "#include <Arduino.h>\n" + text.replace("void setup()", f"{prototypes}\nvoid setup()", 1)


def zig(sketch: Path, folder: Path, *arguments: str) -> None:
    """Run zig's compiler in a folder; a failure names the sketch."""
    cache = str(cache_dir("zig"))
    done = subprocess.run(
        [sys.executable, "-m", "ziglang", *arguments],
        cwd=folder,
        env={"ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache} | os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)
        raise ToolchainError(f"the sketch {sketch.name} does not compile: {first}")
