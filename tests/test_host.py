"""The host runner against small hand-written C of the compiler's shape."""

from dataclasses import dataclass

import numpy as np
import pytest

from tinyml_course.compiler.graph import Graph, Tensor
from tinyml_course.errors import InputError, ToolchainError
from tinyml_course.simulator.host import host_features, host_model

COUNTER_H = """
#include <stdint.h>
int8_t *counter_input(void);
int8_t *counter_output(void);
void counter_invoke(void);
"""
COUNTER_C = """
#include "counter.h"
static int8_t arena[4];
static int8_t calls = 0;
int8_t *counter_input(void) { return arena; }
int8_t *counter_output(void) { return arena + 2; }
void counter_invoke(void)
{
    calls++;
    arena[2] = (int8_t)(arena[0] + arena[1]);
    arena[3] = calls;
}
"""
MFCC_H = """
#include <stdint.h>
typedef struct { int pushes; int32_t sum; } tinyml_mfcc;
void tinyml_mfcc_reset(tinyml_mfcc *s);
int tinyml_mfcc_push(tinyml_mfcc *s, const int16_t hop[320]);
void tinyml_mfcc_read(const tinyml_mfcc *s, int8_t *out);
"""
MFCC_C = """
#include "tinyml_mfcc.h"
void tinyml_mfcc_reset(tinyml_mfcc *s) { s->pushes = 0; s->sum = 0; }
int tinyml_mfcc_push(tinyml_mfcc *s, const int16_t hop[320])
{
    s->sum += hop[0] + hop[319];
    return ++s->pushes >= 3;
}
void tinyml_mfcc_read(const tinyml_mfcc *s, int8_t *out)
{
    out[0] = (int8_t)s->sum;
    out[1] = (int8_t)s->pushes;
}
"""


@dataclass(frozen=True)
class Model:
    """What the runners need to know of a compiled model."""

    name: str
    files: dict[str, str]
    graph: Graph


@dataclass(frozen=True)
class Features:
    input_shape: tuple[int, ...] = (2, 1)

    def c_files(self):
        return {"tinyml_mfcc.h": MFCC_H, "tinyml_mfcc.c": MFCC_C}


def graph_of(name, inputs, outputs):
    """A graph of bare tensors, which is all the runners look at: (shape, dtype) each."""
    tensors = tuple(
        Tensor(index, f"t{index}", shape, np.dtype(dtype), None)
        for index, (shape, dtype) in enumerate([*inputs, *outputs])
    )
    split = len(inputs)
    indices = tuple(range(len(tensors)))
    return Graph(name, tensors, (), indices[:split], indices[split:], "")


COUNTER = Model(
    "counter",
    {"counter.h": COUNTER_H, "counter.c": COUNTER_C},
    graph_of("counter", [((1, 2), "int8")], [((1, 2), "int8")]),
)


def test_batch_runs_every_item_in_order_through_one_instance():
    with host_model(COUNTER) as run:
        x = np.array([[1, 2], [3, 4], [100, 27]], np.int8)
        np.testing.assert_array_equal(run(x), [[3, 1], [7, 2], [127, 3]])
        np.testing.assert_array_equal(run(x[:1]), [[3, 4]])


def test_instances_share_no_state_and_a_new_one_starts_fresh():
    x = np.zeros((1, 2), np.int8)
    first, second = host_model(COUNTER), host_model(COUNTER)
    first(x), first(x)
    assert first(x)[0, 1] == 3
    assert second(x)[0, 1] == 1


def test_output_has_the_batch_axis_if_the_input_has():
    with host_model(COUNTER) as run:
        assert run(np.zeros((5, 1, 2), np.int8)).shape == (5, 1, 2)
        assert run(np.zeros((0, 2), np.int8)).shape == (0, 2)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ((np.zeros((2, 2), np.float32),), "takes int8, got float32"),
        ((np.zeros((2, 3), np.int8),), r"shape \(n, 1, 2\) or \(n, 2\), got \(2, 3\)"),
        ((np.zeros(2, np.int8),), r"got \(2,\)"),
        ((np.int8(1),), r"got \(\)"),
        ((), "has 1 inputs, got 0"),
    ],
    ids=["dtype", "shape", "one item", "scalar", "nothing"],
)
def test_wrong_input_is_refused_in_words(arrays, message):
    with host_model(COUNTER) as run, pytest.raises(InputError, match=message):
        run(*arrays)


def test_closed_model_is_refused():
    run = host_model(COUNTER)
    run.close()
    run.close()
    with pytest.raises(InputError, match="closed"):
        run(np.zeros((1, 2), np.int8))


def test_several_inputs_and_outputs_of_other_types():
    source = """
    #include <stdint.h>
    static float a[2]; static int32_t b; static uint8_t sum; static float scaled[2];
    float *pair_input(void) { return a; }
    int32_t *pair_input_1(void) { return &b; }
    float *pair_output(void) { return scaled; }
    uint8_t *pair_output_1(void) { return &sum; }
    void pair_invoke(void)
    {
        scaled[0] = a[0] * (float)b; scaled[1] = a[1] * (float)b; sum = (uint8_t)(b + 1);
    }
    """
    graph = graph_of(
        "pair",
        [((1, 2), "float32"), ((1,), "int32")],
        [((1, 2), "float32"), ((1,), "uint8")],
    )
    a = np.array([[[0.5, 1.5]], [[2.0, 3.0]]], np.float32)
    b = np.array([[3], [200]], np.int32)
    with host_model(Model("pair", {"pair.c": source}, graph)) as run:
        scaled, total = run(a, b)
        np.testing.assert_array_equal(scaled, a * b[:, :, None])
        np.testing.assert_array_equal(total, [[4], [201]])
        with pytest.raises(InputError, match=r"differ in length: \[1, 2\]"):
            run(a, b[:1])


def test_features_start_fresh_for_each_clip_and_see_every_hop():
    clips = np.zeros((2, 3 * 320 + 7), np.int16)
    clips[0, 0], clips[0, 959], clips[1, 320], clips[1, 960] = 5, 6, 7, 99
    with host_features(Features()) as run:
        np.testing.assert_array_equal(run(clips)[..., 0], [[11, 3], [7, 3]])


@pytest.mark.parametrize(
    ("clips", "message"),
    [
        (np.zeros((1, 960), np.float32), "must be int16"),
        (np.zeros(960, np.int16), "must be int16 of shape"),
        (np.zeros((1, 100), np.int16), "shorter than one hop"),
        (np.zeros((1, 640), np.int16), "too short for one window"),
    ],
    ids=["float", "one axis", "no hop", "no window"],
)
def test_wrong_clips_are_refused_in_words(clips, message):
    with host_features(Features()) as run, pytest.raises(InputError, match=message):
        run(clips)


def test_c_that_does_not_compile_names_file_and_line():
    broken = Model("broken", {"broken.c": "int broken_invoke(void) { return x; }"}, COUNTER.graph)
    with pytest.raises(ToolchainError, match=r"broken\.c:1:\d+: error: .*undeclared"):
        host_model(broken)
