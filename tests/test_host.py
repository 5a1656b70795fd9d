"""The host runner against small hand-written C of the compiler's shape."""

from dataclasses import dataclass
from typing import ClassVar

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
TOTAL_H = """
#include <stdint.h>
typedef struct { int pushes; int32_t sum; } tinyml_total;
void tinyml_total_reset(tinyml_total *s);
int tinyml_total_push(tinyml_total *s, const uint8_t hop[4]);
void tinyml_total_read(const tinyml_total *s, int8_t *out);
"""
TOTAL_C = """
#include "tinyml_total.h"
void tinyml_total_reset(tinyml_total *s) { s->pushes = 0; s->sum = 0; }
int tinyml_total_push(tinyml_total *s, const uint8_t hop[4])
{
    s->sum += hop[0] + hop[3];
    return ++s->pushes >= 3;
}
void tinyml_total_read(const tinyml_total *s, int8_t *out)
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
    fed_image: None = None


@dataclass(frozen=True)
class Totals:
    """Features of another kind than sound: bytes by fours, of which a window keeps the sum."""

    c_name: str = "tinyml_total"
    sample_dtype: ClassVar = np.dtype(np.uint8)
    input_shape: tuple[int, ...] = (2, 1)

    def hops(self, recordings):
        return recordings.reshape(len(recordings), -1, 4)

    def c_files(self):
        return {"tinyml_total.h": TOTAL_H, "tinyml_total.c": TOTAL_C}


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


def test_features_start_fresh_for_each_recording_and_see_every_hop():
    recordings = np.zeros((2, 3 * 4), np.uint8)
    recordings[0, 0], recordings[0, 11], recordings[1, 4] = 5, 6, 7
    with host_features(Totals()) as run:
        np.testing.assert_array_equal(run(recordings)[..., 0], [[11, 3], [7, 3]])


def test_recordings_too_short_for_a_window_are_refused():
    with host_features(Totals()) as run, pytest.raises(InputError, match="2 hops are too short"):
        run(np.zeros((1, 8), np.uint8))


def test_c_that_does_not_compile_names_file_and_line():
    broken = Model("broken", {"broken.c": "int broken_invoke(void) { return x; }"}, COUNTER.graph)
    with pytest.raises(ToolchainError, match=r"broken\.c:1:\d+: error: .*undeclared"):
        host_model(broken)
