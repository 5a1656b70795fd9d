"""Feed spoilt models to the compiler: each ends in a compiled model or in one clear error.

`python tests/fuzz_reader.py --count 100000` runs that many, always the same ones, in worker
processes; a traceback, more than 10 seconds of computing or more than 1 GB is a fault, and is
printed with the command that repeats it. Compiled means: everything but the C compiler.
"""

from __future__ import annotations

import argparse
import faulthandler
import multiprocessing
import resource
import signal
import sys
import traceback
import warnings
from functools import cache
from pathlib import Path

import numpy as np
from model_mutations import Field, fields, mutated
from model_zoo import small_models

from tinyml_course.compiler.codegen import OPTIMIZATIONS, compile_model
from tinyml_course.errors import TinyMLError

LIMIT_S = 10
"""Of computing: other work on the machine does not count."""
WAITING = 10
"""Times the limit on the clock, for a case that waits for something."""
LIMIT_BYTES = 1 << 30
LONGEST_MESSAGE = 700
_CHUNK = 500
_MEDIUM = sorted((Path(__file__).parents[1] / "data" / "models").glob("**/*.tflite"))
_MEDIUM_SHARE = 0.1


Known = list[tuple[bytes, list[list[Field]]]]


@cache
def models() -> tuple[Known, Known]:
    """Return small and medium models, each with its fields."""
    small = [(model, fields(model)) for model in small_models().values()]
    medium = [(path.read_bytes(), fields(path.read_bytes())) for path in _MEDIUM]
    return small, medium


def case_bytes(case: int) -> tuple[bytes, str]:
    """Return the spoilt model of a case, and what to optimize it for."""
    rng = np.random.default_rng([2, case])
    small, medium = models()
    group = medium if medium and rng.random() < _MEDIUM_SHARE else small
    model, known = group[rng.integers(len(group))]
    return mutated(model, known, rng), OPTIMIZATIONS[rng.integers(len(OPTIMIZATIONS))]


def outcome(case: int) -> str:
    """Return `compiled`, `refused`, or the traceback of a fault."""
    data, optimize = case_bytes(case)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of NumPy: an overflow, a NaN that becomes an integer
            compiled = compile_model(data, optimize=optimize)
        return "compiled" if compiled.header and compiled.source else "no text"
    except TinyMLError as error:
        message = str(error)
        sound = 10 < len(message) <= LONGEST_MESSAGE and "\n" not in message
        return "refused" if sound else f"unreadable message: {message}"
    except BaseException:
        return traceback.format_exc()


def run_cases(cases: range, done: object, faults: object) -> None:
    """Run cases in this process; `done` holds the number of the one that runs."""
    models()
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = used * resource.getpagesize() + LIMIT_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    faulthandler.register(signal.SIGPROF, chain=True)
    for case in cases:
        done[:2] = (case, done[1])
        signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
        faulthandler.dump_traceback_later(WAITING * LIMIT_S, exit=True)
        result = outcome(case)
        faulthandler.cancel_dump_traceback_later()
        done[1] += result == "compiled"
        if result not in ("compiled", "refused"):
            faults.put((case, result))


def run_all(count: int, jobs: int) -> tuple[list[tuple[int, str]], int]:
    """Run cases 0 .. count - 1; return the faults and how many models compiled."""
    context = multiprocessing.get_context("fork")
    faults = context.SimpleQueue()
    found: list[tuple[int, str]] = []
    waiting = [range(start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)][::-1]
    running: list[tuple] = []
    compiled = 0
    while waiting or running:
        while waiting and len(running) < jobs:
            cases, done = waiting.pop(), context.Array("q", [0, 0])
            process = context.Process(target=run_cases, args=(cases, done, faults))
            process.start()
            running.append((process, cases, done))
        for entry in list(running):
            process, cases, done = entry
            process.join(0.05)
            if process.is_alive():
                continue
            running.remove(entry)
            compiled += done[1]
            if process.exitcode:
                died = f"the process ended with {process.exitcode}: too slow, or a crash"
                found.append((done[0], died))
                waiting.append(range(done[0] + 1, cases.stop))
            left = sum(map(len, (*waiting, *(cases for _, cases, _ in running))))
            print(
                f"{left:,} cases left, {compiled:,} compiled, {len(found)} faults", file=sys.stderr
            )
        while not faults.empty():
            found.append(faults.get())
    return sorted(found), compiled


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2500)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--case", type=int, help="run only this one, and show what happens")
    arguments = parser.parse_args()
    if arguments.case is not None:
        data, optimize = case_bytes(arguments.case)
        print(compile_model(data, optimize=optimize).notes)
        return 0
    found, compiled = run_all(arguments.count, arguments.jobs)
    for case, result in found:
        print(f"--case {case}\n{result}\n")
    print(f"{arguments.count:,} spoilt models: {compiled:,} compiled, {len(found)} faults")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
