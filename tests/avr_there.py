"""Whether programs can be built for the Uno's AVR and run in simavr on this computer."""

import shutil

import pytest

from tinyml_course.simulator import simavr

needs_avr = pytest.mark.skipif(
    not (shutil.which("avr-gcc") and simavr.HEADER.exists()),
    reason="avr-gcc or libsimavr-dev is not installed (.ci/extras)",
)
