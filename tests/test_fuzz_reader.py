"""Spoilt models: a share of those `fuzz_reader` can make, and the common faults, each named."""

import os
import re
import struct
import subprocess
import sys
import time
from pathlib import Path

import fuzz_reader
import numpy as np
import pytest
import tflite
from model_zoo import small_models

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.errors import ModelError

COUNT = 5000
MODELS = small_models()


def test_spoilt_models_end_compiled_or_in_one_error():
    script = Path(fuzz_reader.__file__)
    command = [sys.executable, str(script), "--count", str(COUNT), "--jobs", "1"]
    here = os.environ | {"PYTHONPATH": str(script.parents[1])}
    done = subprocess.run(command, env=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    compiled = re.search(r"5,000 spoilt models: (\d+) compiled, 0 faults", done.stdout)
    assert compiled and int(compiled[1]) > COUNT // 50


def test_cases_are_the_same_every_time():
    fuzz_reader.models.cache_clear()
    first = [fuzz_reader.case_bytes(case) for case in range(20)]
    fuzz_reader.models.cache_clear()
    assert [fuzz_reader.case_bytes(case) for case in range(20)] == first


def test_tracebacks_hangs_and_waste_are_found(monkeypatch):
    """The search itself can fail: faults are planted in some of its cases."""

    def planted(case):
        if case == 1:
            return "Traceback"
        if case == 3:
            time.sleep(20)
        while case == 6:
            pass
        if case == 5:
            return str(np.ones(2 * fuzz_reader.LIMIT_BYTES // 8).size)
        return "refused"

    def outcome(case):
        try:
            return planted(case)
        except MemoryError:
            return "MemoryError"

    monkeypatch.setattr(fuzz_reader, "LIMIT_S", 1)
    monkeypatch.setattr(fuzz_reader, "WAITING", 3)
    monkeypatch.setattr(fuzz_reader, "outcome", outcome)
    found, compiled = fuzz_reader.run_all(8, jobs=1)
    assert [(case, text[:11]) for case, text in found] == [
        (1, "Traceback"),
        (3, "the process"),
        (5, "MemoryError"),
        (6, "the process"),
    ]
    assert compiled == 0


def test_a_traceback_is_reported_and_an_error_is_not(monkeypatch):
    results = {fuzz_reader.outcome(case) for case in range(200)}
    assert results == {"compiled", "refused"}
    monkeypatch.setattr(fuzz_reader, "compile_model", lambda *_, **__: {}["no such key"])
    assert "KeyError: 'no such key'" in fuzz_reader.outcome(0)


# One field at a time ----------------------------------------------------------------------------


class Patch:
    """A sound model whose fields are overwritten in place."""

    def __init__(self, name="image"):
        self.data = bytearray(MODELS[name])
        self.graph = tflite.Model.GetRootAs(self.data, 0).Subgraphs(0)

    def vector(self, table, slot, code, *values):
        start = table._tab.Vector(table._tab.Offset(4 + 2 * slot))
        struct.pack_into(f"<{len(values)}{code}", self.data, start, *values)
        return bytes(self.data)

    def scalar(self, table, slot, code, value):
        place = table._tab.Pos + table._tab.Offset(4 + 2 * slot)
        struct.pack_into(f"<{code}", self.data, place, value)
        return bytes(self.data)

    def missing(self, table, slot):
        vtable = table._tab.Pos - struct.unpack_from("<i", self.data, table._tab.Pos)[0]
        struct.pack_into("<H", self.data, vtable + 4 + 2 * slot, 0)
        return bytes(self.data)

    def tensor(self, index=0):
        return self.graph.Tensors(index)


def quant(patch):
    return patch.tensor().Quantization()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda p: p.vector(quant(p), 2, "f", -0.5),
            r"tensor 0 \('t0', int8\) has scale -0.5; sca",
        ),
        (lambda p: p.vector(quant(p), 2, "f", np.inf), "has scale inf; scales are finite and abov"),
        (lambda p: p.vector(quant(p), 2, "f", 0.0), "has scale 0; scales are finite and above 0"),
        (lambda p: p.vector(quant(p), 2, "f", 1e-42), "has scale .*; scales are .* from 1e-30"),
        (lambda p: p.vector(quant(p), 3, "q", 300), "zero point 300. .* within its integer type"),
        (lambda p: p.vector(quant(p), 3, "q", 1 << 40), "one of at most 16 bits a scale is needed"),
        (lambda p: p.missing(p.tensor(), 4), "tensor 0 .*, which has no quantization"),
        (lambda p: p.vector(p.tensor(), 0, "i", 1, 12, 9, 2), "op 0 .CONV_2D. writes shape"),
        (lambda p: p.vector(p.tensor(), 0, "i", 1, -12, 8, 2), r"has shape \(1, -12, 8, 2\); at m"),
        (lambda p: p.vector(p.tensor(), 0, "i", 1, 0, 8, 2), "empty"),
        (lambda p: p.vector(p.tensor(), 0, "i", *[2**31 - 1] * 4), "bytes; the limit is 268,435,4"),
        (lambda p: p.scalar(p.tensor(1), 2, "I", 99), "tensor 1 .* refers to buffer 99, but there"),
        (lambda p: p.vector(p.graph.Operators(0), 1, "i", 99), "op 0 .* refers to tensor 99, but"),
        (lambda p: p.vector(p.graph.Operators(0), 2, "i", -1), "op 0 .* refers to tensor -1, but"),
        (
            lambda p: p.vector(p.graph.Operators(0), 1, "i", p.graph.Operators(2).Outputs(0)),
            "op 0 .CONV_2D. reads tensor .* before anything writes it: a cycle, or operators",
        ),
        (lambda p: p.missing(p.graph.Operators(0), 4), "op 0 .CONV_2D. has no Conv2DOptions"),
        (lambda p: p.missing(p.graph, 0), "refers to tensor 0, but there are 0"),
    ],
)
def test_each_fault_is_named(spoil, message):
    with pytest.raises(ModelError, match=message):
        compile_model(spoil(Patch()))
