"""Boards with capture sketches at the far end of a pseudo-terminal, over a line that can fail."""

import contextlib
import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

import pytest
from sketch_programs import STRICT

from tinyml_course.device.capture import DATA, END
from tinyml_course.device.frames import Decoder, encode
from tinyml_course.simulator.host_sketch import build_sketch

ARDUINO = Path(__file__).parent.parent / "arduino"


@pytest.fixture(scope="session")
def capture_program(tmp_path_factory):
    """Return a function that builds a committed sketch for this computer, once."""
    built = {}

    def build(name):
        if name not in built:
            built[name] = build_sketch(ARDUINO / name, tmp_path_factory.mktemp(name), STRICT)
        return built[name]

    return build


class Faults:
    """What happens to the frames of data on their way; the others pass, like all else."""

    def __init__(self, drop=(), double=(), spoil=(), before=None, cut=None, silent=None, end=True):
        self.drop, self.double, self.spoil = set(drop), set(double), set(spoil)
        self.before = before or {}  # bytes put in front of a frame
        self.cut, self.silent = cut, silent  # from which frame on
        self.end = end  # whether END gets through
        self.decoder = Decoder()
        self.seen = 0
        self.dead = False

    def __call__(self, data):
        """Return what arrives of the bytes a sketch has sent; None when the cable is out."""
        arriving = b""
        for frame in self.decoder.feed(data):
            if self.dead:
                continue
            sent = encode(frame)
            if frame.kind == END and not self.end:
                continue
            if frame.kind != DATA:
                arriving += sent
                continue
            number, self.seen = self.seen, self.seen + 1
            last = self.silent if self.cut is None else self.cut
            self.dead = last is not None and number >= last
            if self.dead or number in self.drop:
                continue
            if number in self.spoil:
                sent = sent[:9] + bytes([sent[9] ^ 0x40]) + sent[10:]
            arriving += self.before.get(number, b"") + sent * (1 + (number in self.double))
        return None if self.dead and self.cut is not None and not arriving else arriving


@contextlib.contextmanager
def at_port(program, *options, faults=None):
    """Run a program at the far end of a line; give the name of the near end."""
    faults = faults or (lambda data: data)
    far, near = pty.openpty()
    process = subprocess.Popen(
        [str(program), *map(str, options)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
    )  # fmt: skip
    name = os.ttyname(near)
    done = threading.Event()

    os.set_blocking(far, False)

    def deliver(data):
        while data and not done.is_set():
            _, ready, _ = select.select([], [far], [], 0.02)
            if ready:
                data = data[os.write(far, data) :]

    def wait_until_read():
        quiet = 0
        while quiet < 20 and not done.is_set():  # the terminal takes its time to hand bytes over
            waiting = fcntl.ioctl(near, termios.FIONREAD, bytes(4))
            quiet = 0 if int.from_bytes(waiting, sys.byteorder) else quiet + 1
            time.sleep(0.01)

    def carry():
        while not done.is_set():
            ready, _, _ = select.select([far, process.stdout], [], [], 0.02)
            with contextlib.suppress(OSError):
                if process.stdout in ready:
                    arriving = faults(os.read(process.stdout.fileno(), 4096))
                    if arriving is None:
                        wait_until_read()
                        break
                    deliver(arriving)
                if far in ready:
                    process.stdin.write(os.read(far, 4096))
        os.close(far)

    carrier = threading.Thread(target=carry)
    carrier.start()
    try:
        yield name
    finally:
        done.set()
        carrier.join()
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
        os.close(near)
