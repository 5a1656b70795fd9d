"""Sketches of a model alone: what they find when they check themselves, and what is refused."""

import re

import numpy as np
import pytest
from avr_there import needs_avr
from sketch_programs import STRICT
from stream_networks import buffer
from test_sketch_uno import built_with_core, needs_core
from tflite_models import Network

from tinyml_course.cli import main
from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.emitting import avr
from tinyml_course.errors import FitError, InputError
from tinyml_course.simulator.host_sketch import HostSketch, build_sketch
from tinyml_course.sketch import write_plain_sketch


def classifier():
    net = Network()
    x = net.conv2d(net.input((1, 8, 8, 3), zero_point=-3), 8, stride=(2, 2))
    return net.build(net.dense(net.mean(x), 4))


def float_borders():
    net = Network(1)
    x = net.unary("QUANTIZE", net.input((1, 6), None, dtype=np.float32), 0.02, 5)
    return net.build(net.unary("DEQUANTIZE", net.dense(x, 40), None, dtype=np.float32))


def two_of_each():
    net = Network(2)
    x, y = net.input((1, 12)), net.input((1, 12), 0.1)
    return net.build(net.binary("ADD", x, y), net.binary("MUL", x, y))


def with_variables():
    net, outputs = buffer()
    return net.build(*outputs)


def said_by(folder, wanted="inference"):
    """Return what a sketch prints until it has run once."""
    said = b""
    with HostSketch(folder) as board:
        for _ in range(400):
            said += board.read(200)
            if wanted.encode() in said:
                break
    return said.decode()


@pytest.mark.parametrize(
    "model", [classifier, float_borders, two_of_each, with_variables], ids=lambda m: m.__name__
)
def test_a_sketch_finds_its_own_outputs_right(model, tmp_path):
    folder = write_plain_sketch(compile_model(model(), "net"), out=tmp_path / "net")
    said = said_by(folder)
    assert "check: 3 of 3 outputs" in said
    assert len(re.findall(r"^[-.\d ]+", said, re.MULTILINE)) >= 1
    (tmp_path / "build").mkdir()
    build_sketch(folder, tmp_path / "build", STRICT)


def test_a_board_that_computes_something_else_is_found_out(tmp_path):
    folder = write_plain_sketch(compile_model(classifier(), "net"), out=tmp_path / "net")
    source = folder / "src" / "net.c"
    text = source.read_text()
    wrong = re.sub(r"(_bias\[\d+\] = \{\s+)(-?\d+)", r"\g<1>9000", text, count=1)
    assert wrong != text
    source.write_text(wrong)
    assert "check: 3 of 3" not in said_by(folder)


def test_cases_differ_and_sketches_are_the_same_each_time(tmp_path):
    texts = []
    for name in ("a", "b"):
        folder = write_plain_sketch(compile_model(classifier(), "net"), out=tmp_path / name / "net")
        texts.append((folder / "check.h").read_text())
    assert texts[0] == texts[1]
    sums = re.findall(r"0x[0-9A-F]{8}UL", texts[0])
    assert len(set(sums)) == 3


@needs_avr
@needs_core
def test_a_small_model_builds_with_the_core_of_the_uno(tmp_path):
    net = Network(4)
    model = net.build(net.dense(net.dense(net.input((1, 16)), 16), 3))
    folder = write_plain_sketch(compile_model(model, "net"), "uno", tmp_path / "net")
    (tmp_path / "build").mkdir()
    flash, static = built_with_core(folder, tmp_path / "build")
    assert flash < 8_000
    assert static < 500


def test_the_command_writes_a_sketch_of_a_model_in_c(tmp_path, capsys):
    (tmp_path / "tiny.tflite").write_bytes(classifier())
    arguments = ["sketch", str(tmp_path / "tiny.tflite"), "-o", str(tmp_path / "out")]
    with pytest.raises(SystemExit) as status:
        main([*arguments, "--board", "pico"])
    assert status.value.code == 0
    assert (tmp_path / "out" / "src" / "tiny.c").is_file()
    assert "sketch written to" in capsys.readouterr().out


# What is refused ---------------------------------------------------------------------------------


def test_a_model_too_big_for_the_board_is_refused(tmp_path):
    net = Network()
    data = net.build(net.conv2d(net.input((1, 64, 64, 4)), 4))
    with pytest.raises(FitError, match="bytes of RAM, Arduino Uno R3 leaves"):
        write_plain_sketch(compile_model(data, "net"), "uno", tmp_path / "net")


def test_a_kernel_that_was_not_made_for_the_board_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(avr, "KERNELS", avr.KERNELS - {"tinyml_log_softmax.c"})
    net = Network()
    data = net.build(net.unary("LOG_SOFTMAX", net.input((1, 8)), 0.0625, 127))
    with pytest.raises(InputError, match=r"LOG_SOFTMAX.*was not made for an AVR"):
        write_plain_sketch(compile_model(data, "net"), "uno", tmp_path / "net")
    assert not (tmp_path / "net").exists()


def test_a_model_that_is_fed_by_rows_is_refused(tmp_path):
    compiled = compile_model(classifier(), "net", input="rows")
    with pytest.raises(InputError, match="input='whole'"):
        write_plain_sketch(compiled, out=tmp_path / "net")
