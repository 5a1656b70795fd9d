"""The `tinyml` command as its users meet it: results, JSON, and one clear error on bad input."""

import json

import numpy as np
import pytest
from tflite_models import Micro, Network, random_input

from tinyml_course import cli

JSON_KEYS = {
    "board", "compiler", "fits", "reason", "flash_bytes", "flash_limit_bytes", "constants_bytes",
    "code_bytes", "arena_bytes", "static_ram_bytes", "stack_bytes", "ram_bytes", "ram_limit_bytes",
    "macs", "instructions", "cycles", "latency_ms", "energy_uj",
}  # fmt: skip


@pytest.fixture(scope="module")
def net():
    net = Network(seed=3)
    x = net.conv2d(net.input((1, 8, 8, 3)), filters=4, kernel=(3, 3), stride=(2, 2), padding="SAME")
    net.softmax(net.dense(net.mean(x), units=3))
    return net


@pytest.fixture(scope="module")
def model_file(net, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "tiny.tflite"
    path.write_bytes(net.build(len(net.tensors) - 1))
    return path


@pytest.fixture
def tinyml(capsys):
    """Return a function that runs the command and gives (exit status, stdout, stderr)."""

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return end.value.code, printed.out, printed.err

    return call


def test_help_names_every_command(tinyml):
    status, out, _ = tinyml("--help")
    assert status == 0
    for name in ("demo", "boards", "train", "evaluate", "inspect", "compile", "run", "simulate",
                 "sketch", "replay", "record", "download"):  # fmt: skip
        assert name in out


def test_boards_as_json_names_the_nano(tinyml):
    status, out, err = tinyml("boards", "--json")
    boards = {board["id"]: board for board in json.loads(out)["boards"]}
    assert (status, err) == (0, "")
    assert boards["nano33ble"]["clock_hz"] == 64_000_000


def test_run_gives_tflite_micros_bits_on_host_and_board(tinyml, net, model_file, tmp_path):
    (x,) = random_input(net, frames=5)  # (5, 1, 8, 8, 3)
    np.savez(tmp_path / "in.npz", in0=x)
    (wanted,) = Micro(model_file.read_bytes())(x)
    for where in ([], ["--board", "nano33ble"], ["--input-rows"]):
        status, _, err = tinyml(
            "run", model_file, "--input", tmp_path / "in.npz", "--output", tmp_path / "out.npz",
            *where,
        )  # fmt: skip
        assert (status, err) == (0, "")
        out0 = np.load(tmp_path / "out.npz")["out0"]
        assert out0.shape == (5, 1, 3)
        np.testing.assert_array_equal(out0, wanted)


def test_simulate_json_keeps_the_contract(tinyml, model_file):
    status, out, _ = tinyml("simulate", model_file, "--board", "nano33ble", "--json")
    report = json.loads(out)
    assert status == 0
    assert set(report) >= JSON_KEYS
    assert report["fits"] is True
    assert report["flash_bytes"] == report["constants_bytes"] + report["code_bytes"]
    assert report["ram_bytes"] == report["static_ram_bytes"] + report["stack_bytes"]


def test_inspect_counts_macs(tinyml, model_file):
    status, out, _ = tinyml("inspect", model_file, "--json")
    assert status == 0
    assert json.loads(out)["macs"] == 4 * 4 * 4 * 27 + 4 * 3


def test_compile_writes_the_same_bytes_twice(tinyml, model_file, tmp_path):
    for folder in ("a", "b"):
        assert tinyml("compile", model_file, "-o", tmp_path / folder)[0] == 0
    written = sorted((tmp_path / "a").iterdir())
    assert {"tiny.c", "tiny.h"} <= {path.name for path in written}
    for path in written:
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


BAD = [
    pytest.param(["simulate", "{model}", "--board", "nope"], "unknown board", id="board"),
    pytest.param(["demo", "keyword"], "keyword", id="task"),
    pytest.param(["train", "speech"], "speech", id="train-task"),
    pytest.param(["train", "keywords", "--data", "{tmp}/none"], "none", id="missing-data"),
    pytest.param(["evaluate", "{tmp}/none"], "none", id="missing-run"),
    pytest.param(["inspect", "{tmp}/none.tflite"], "none.tflite", id="missing-model"),
    pytest.param(["inspect", "{empty}"], "empty is", id="empty-model"),
    pytest.param(["inspect", "{noise}"], "noise is", id="random-model"),
    pytest.param(["inspect", "{short}"], "of short", id="truncated-model"),
    pytest.param(["compile", "{model}", "-o", "{empty}/x"], "empty.tflite", id="bad-out"),
    pytest.param(["compile", "{model}", "-o", "{tmp}/c", "--name", "1x"], "1x", id="bad-name"),
    pytest.param(["compile", "{model}", "-o", "{tmp}/c", "--optimize", "x"], "speed", id="optim"),
    pytest.param(["run", "{model}", "--input", "{empty}", "--output", "{tmp}/o.npz"],
                 "empty.tflite", id="bad-npz"),
    pytest.param(["sketch", "{tmp}/none", "-o", "{tmp}/s"], "none", id="missing-sketch-run"),
    pytest.param(["download", "imagenet", "--to", "{tmp}"], "speech_commands", id="download"),
    pytest.param(["frobnicate"], "frobnicate", id="command"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "named"), BAD)
def test_bad_input_ends_in_one_clear_error(tinyml, model_file, tmp_path, arguments, named):
    whole = model_file.read_bytes()
    places = {"model": model_file, "tmp": tmp_path}
    contents = {
        "empty": b"",
        "noise": np.random.default_rng(0).bytes(4000),
        "short": whole[: len(whole) // 2],
    }
    for name, content in contents.items():
        places[name] = tmp_path / f"{name}.tflite"
        places[name].write_bytes(content)
    before = sorted(tmp_path.rglob("*"))
    status, out, err = tinyml(*(argument.format(**places) for argument in arguments))
    assert status == 2
    assert out == ""
    assert named in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) <= 2
    assert sorted(tmp_path.rglob("*")) == before


def test_interrupt_ends_with_130(monkeypatch, tinyml, model_file):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("tinyml_course.compiler.inspect.inspect_model", stop)
    status, _, err = tinyml("inspect", model_file)
    assert status == 130
    assert "stopped" in err


def test_full_disk_leaves_what_was_there(monkeypatch, tinyml, model_file, tmp_path):
    target = tmp_path / "c"
    assert tinyml("compile", model_file, "-o", target)[0] == 0
    before = {path.name: path.read_bytes() for path in target.iterdir()}

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    status, _, err = tinyml("compile", model_file, "-o", target)
    assert status == 2
    assert "No space left on device" in err
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
