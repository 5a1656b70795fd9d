"""The arithmetic of the kernels, each piece by itself and at its extremes."""

import ctypes
from importlib.resources import files

import numpy as np
import pytest
from compiled_batches import STRICT
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tinyml_course.boards import get_board
from tinyml_course.compiler.emitting.weights import pack
from tinyml_course.compiler.numerics.quantization import Multiplier, requantize
from tinyml_course.simulator.meter import Meter
from tinyml_course.simulator.program import build_program
from tinyml_course.simulator.toolchain import build_shared_library

HARNESS = """
#include "tinyml_output_stage.h"

int32_t plain(int32_t sum, int32_t multiplier, int32_t shift, int32_t zero_point);
int32_t fast(int32_t sum, int32_t multiplier, int32_t shift, int32_t zero_point);
int32_t scaled(int32_t sum, int32_t multiplier, int32_t shift);
int32_t product(int32_t x, int32_t multiplier);

int32_t product(int32_t x, int32_t multiplier)
{
    return tinyml_multiply(x, multiplier);
}

int32_t scaled(int32_t sum, int32_t multiplier, int32_t shift)
{
    return tinyml_requantize(sum, multiplier, shift);
}

int32_t plain(int32_t sum, int32_t multiplier, int32_t shift, int32_t zero_point)
{
    const int32_t q = tinyml_wrapping_add(scaled(sum, multiplier, shift), zero_point);

    return tinyml_clamp(q, INT8_MIN, INT8_MAX);
}

int32_t fast(int32_t sum, int32_t multiplier, int32_t shift, int32_t zero_point)
{
#if TINYML_DSP
    return tinyml_fast_finish(tinyml_fast_channel_of(multiplier, shift, zero_point), sum,
                              zero_point == INT8_MIN);
#else
    return plain(sum, multiplier, shift, zero_point);
#endif
}
"""
EDGES = [0, 1, -1, 127, -128, 1 << 20, -(1 << 20) - 1, 2**31 - 1, -(2**31)]
SUMS = st.one_of(st.sampled_from(EDGES), st.integers(-(2**31), 2**31 - 1))
MULTIPLIERS = st.one_of(st.sampled_from([1 << 30, 2**31 - 1]), st.integers(1 << 30, 2**31 - 1))


def kernel_files(*names: str) -> dict[str, str]:
    folder = files("tinyml_course") / "c"
    return {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}


ARITHMETIC = ("tinyml_arithmetic.h", "tinyml_kernels.h", "tinyml_output_stage.h")


@pytest.fixture(scope="module")
def host():
    sources = {**kernel_files(*ARITHMETIC), "harness.c": HARNESS}
    return ctypes.CDLL(str(build_shared_library(sources, ("-O2", *STRICT))))


@pytest.fixture(scope="module")
def board():
    sources = {**kernel_files(*ARITHMETIC), "harness.c": HARNESS}
    nano = get_board("nano33ble")
    return Meter(build_program(sources, nano, ["fast", "plain"]), nano).machine


@pytest.fixture(scope="module")
def narrow():
    """A core whose products have no more bits than their factors."""
    sources = {**kernel_files(*ARITHMETIC), "harness.c": HARNESS}
    pico = get_board("pico")
    assert pico.core == "cortex-m0plus"
    return Meter(build_program(sources, pico, ["scaled", "product"]), pico).machine


def signed(value: int) -> int:
    return (value & 0xFFFFFFFF) - ((value & 0x80000000) << 1)


def oracle(total: int, multiplier: int, shift: int) -> int:
    by = Multiplier(np.array([multiplier], np.int32), np.array([-shift], np.int32))
    return int(requantize(np.array([total], np.int32), by)[0])


@settings(max_examples=300)
@given(SUMS, MULTIPLIERS, st.integers(-8, 31))
def test_requantize_equals_oracle(host, total, multiplier, shift):
    assert host.scaled(total, multiplier, shift) == signed(oracle(total, multiplier, shift))


@settings(max_examples=300, deadline=None)
@given(SUMS, MULTIPLIERS, st.integers(-8, 31))
def test_requantize_by_halves_equals_oracle(narrow, total, multiplier, shift):
    found = narrow.call("scaled", total & 0xFFFFFFFF, multiplier, shift & 0xFFFFFFFF)
    assert signed(found) == signed(oracle(total, multiplier, shift))


@settings(max_examples=300, deadline=None)
@given(SUMS, SUMS.filter(lambda factor: factor > -(2**31)))
def test_product_by_halves_is_the_whole_ones(narrow, x, factor):
    found = narrow.call("product", x & 0xFFFFFFFF, factor & 0xFFFFFFFF)
    assert signed(found) == (x * factor + (1 << 30)) >> 31


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_three_instruction_rounding_equals_plain(board, data):
    shift, multiplier = data.draw(st.integers(2, 31)), data.draw(MULTIPLIERS)
    # Sums whose product lands on or beside a tie of the shift.
    tie = (2 * data.draw(st.integers(-130, 130)) + 1) << (shift - 1)
    near = (tie << 31) // multiplier + data.draw(st.integers(-2, 2))
    total = data.draw(st.one_of(SUMS, st.just(max(min(near, 2**31 - 1), -(2**31)))))
    zero_point = data.draw(st.sampled_from([-128, -128, -1, 0, 127]))
    found = signed(
        board.call("fast", total & 0xFFFFFFFF, multiplier, shift, zero_point & 0xFFFFFFFF)
    )
    assert found == np.clip(oracle(total, multiplier, shift) + zero_point, -128, 127)


def unpack(packed, filters: int, inputs: int) -> np.ndarray:
    """Read packed words back by the layout the C header states."""
    words = packed.words.transpose(0, 3, 1, 2).reshape(-1, packed.depth // 4, 2)
    byte = words.astype("<u4")[..., None].view(np.int8)  # (C_OUT / 2, K / 4, 2, 4)
    even, odd = byte[..., 0::2].astype(int), byte[..., 1::2].astype(int)
    if packed.borrowed:
        odd = odd + (even < 0)
    both = np.stack([even, odd])  # (2, C_OUT / 2, K / 4, 2 of +1, 2 of +2)
    flat = both.transpose(1, 0, 2, 4, 3).reshape(-1, packed.depth)
    assert not flat[filters:].any()
    assert not flat[:, inputs:].any()
    return flat[:filters, :inputs]


@given(arrays(np.int8, st.tuples(st.integers(1, 9), st.integers(1, 19))), st.sampled_from([2, 4]))
def test_packed_weights_read_back(weights, block):
    packed = pack(weights, block)
    np.testing.assert_array_equal(unpack(packed, *weights.shape), weights)
    assert packed.depth % 4 == 0


def test_weights_borrow_only_where_sums_stay_apart():
    assert pack(np.full((2, 8), 127, np.int8), 2).borrowed
    assert pack(np.full((2, 8), -127, np.int8), 2).borrowed
    assert not pack(np.full((2, 8), -128, np.int8), 2).borrowed  # -129 has no byte
    assert pack(np.full((2, 504), 127, np.int8), 2).borrowed
    assert not pack(np.full((2, 640), 127, np.int8), 2).borrowed  # 640 * 127 * 256 * 128 > 2^31


FLOATS = [0.0, -0.0, 0.5, -0.5, 1.5, 0.49999997, -0.49999997, 2.5, 126.5, 127.49, 1e9, -1e9,
          np.inf, -np.inf, 1e-45, -128.5, -127.5, -129.0]  # fmt: skip


@pytest.mark.parametrize(("zero_point", "flip"), [(0, 0x80), (-128, 0x80), (127, 0x80), (3, 0)])
def test_quantize_rounds_half_away_from_zero(zero_point, flip):
    class Border(ctypes.Structure):
        _fields_ = (
            ("scale", ctypes.c_float), ("zero_point", ctypes.c_uint8), ("flip", ctypes.c_uint8)
        )  # fmt: skip

    sources = kernel_files("tinyml_elementwise.c", "tinyml_row_runs.h", *ARITHMETIC)
    library = ctypes.CDLL(str(build_shared_library(sources, ("-O2", *STRICT))))
    x = np.array(FLOATS, np.float32)
    out = np.zeros(x.size, np.uint8)
    border = Border(1.0, zero_point + flip, flip)
    library.tinyml_quantize(
        ctypes.byref(border), x.size, x.ctypes.data_as(ctypes.c_void_p),
        out.ctypes.data_as(ctypes.c_void_p),
    )  # fmt: skip
    wide = x.astype(np.float64)
    whole = np.trunc(wide + np.copysign(0.5, wide)) + zero_point
    limits = (-128, 127) if flip else (0, 255)
    found = out.view(np.int8) if flip else out
    np.testing.assert_array_equal(found, np.clip(whole, *limits))
