"""Sketches built for this computer: fixtures that the sketch tests share, and how to run them."""

import os
import select
import subprocess

import numpy as np
import pytest
from tflite_models import Network

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.features.audio import Mfcc
from tinyml_course.lessons import model_dir
from tinyml_course.run import load_run
from tinyml_course.simulator.host_sketch import build_sketch
from tinyml_course.sketch import Detector, write_microphone_test, write_sketch

STRICT = ("-Wall", "-Wextra", "-Wconversion", "-Werror")
LABELS = (
    "yes",
    "no",
    "up",
    "down",
    "left",
    "right",
    "on",
    "off",
    "stop",
    "go",
    "silence",
    "unknown",
)
DETECTOR = Detector(threshold=0.6, average=2, rest=4, every_hops=3)


@pytest.fixture(scope="session")
def model():
    """A small network of a keyword model's shape; untrained, its scores jump with the sound."""
    net = Network(seed=3)
    x = net.input((1, 49, 10, 1), scale=1.0)
    x = net.conv2d(x, 8, (10, 4), stride=(2, 2), activation="RELU", gain=2, bias=False)
    x = net.reshape(net.pool(x, window=(5, 5), stride=(5, 5)), (1, 40))
    return net.build(net.softmax(net.dense(x, units=12, bias=False), beta=0.05))


@pytest.fixture(scope="session")
def compiled(model):
    return compile_model(model, name="kws")


@pytest.fixture(scope="session")
def sketch(compiled, tmp_path_factory):
    out = tmp_path_factory.mktemp("sketches") / "keywords"
    return write_sketch(compiled, Mfcc(), LABELS, out=out, detector=DETECTOR)


@pytest.fixture(scope="session")
def program(sketch, tmp_path_factory):
    return build_sketch(sketch, tmp_path_factory.mktemp("host"), STRICT)


class Running:
    """A sketch that runs, as the stream its serial port would be; optionally a line that fails."""

    def __init__(self, program, *options, losses=0.0):
        self.process = subprocess.Popen(
            [program, *map(str, options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self.losses = losses
        self.rng = np.random.default_rng(0)

    def read(self, size):
        ready, _, _ = select.select([self.process.stdout], [], [], 0.05)
        return self.spoil(os.read(self.process.stdout.fileno(), size)) if ready else b""

    def write(self, data):
        return self.process.stdin.write(self.spoil(data))

    def spoil(self, data):
        if not data or self.rng.random() >= self.losses:
            return data
        spoilt = bytearray(data)
        at = int(self.rng.integers(len(data)))
        if self.rng.random() < 0.5:
            del spoilt[at]
        else:
            spoilt[at] ^= 0xFF
        return bytes(spoilt)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.rest = self.process.stdout.read()
        self.process.stdout.close()
        assert self.process.wait(timeout=30) == 0


def run_with_sound(program, samples, folder, *options):
    """Let a sketch hear samples; what it printed, and what its pins did."""
    sound = folder / "sound.raw"
    samples.astype("<i2").tofile(sound)
    return subprocess.run(
        [program, "--pdm", sound, *map(str, options)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def clips(count):
    """Noise, tones, silence and full-scale clips."""
    rng = np.random.default_rng(7)
    time = np.arange(16000) / 16000
    some = [np.zeros(16000), np.full(16000, 32767), np.where(time < 0.5, -32768, 32767)]
    while len(some) < count:
        tone = 8000 * np.sin(2 * np.pi * rng.uniform(100, 3500) * time) * (rng.random(16000) < 0.9)
        some.append(tone + rng.normal(0, 10 ** rng.uniform(0, 3.5), 16000))
    return np.array(some).clip(-32768, 32767).astype(np.int16)


@pytest.fixture(scope="session")
def microphone_test(tmp_path_factory):
    return write_microphone_test(tmp_path_factory.mktemp("sketches"), "nano33ble_rev2")


def write_gestures(folder, board):
    """Write the sketch of the reference gesture model for a board."""
    run = load_run(model_dir("gestures"))
    compiled = compile_model(run.tflite, name="gestures")
    return write_sketch(compiled, run.features, run.labels, board, folder / "gestures")


@pytest.fixture(scope="session")
def gestures(tmp_path_factory):
    return write_gestures(tmp_path_factory.mktemp("sketches"), "nano33ble")


@pytest.fixture(scope="session")
def gestures_rev2(tmp_path_factory):
    return write_gestures(tmp_path_factory.mktemp("sketches"), "nano33ble_rev2")
