"""Several words at an address that is no multiple of 4: a trap on every Cortex-M, and named."""

from dataclasses import replace

import numpy as np
import pytest
from small_programs import COMPILERS, NANO, bench
from tflite_models import Network

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.errors import FitError
from tinyml_course.simulator.architectures import IN_CODE, RISCV, THUMB, Access, arm_const, riscv
from tinyml_course.simulator.report import simulate

# What follows the address in r0; r1 and r2 are free.
INSTRUCTIONS = {
    "ldm": "ldm r0, {r1, r2}",
    "ldm_on": "ldmia r0!, {r1, r2}",
    "stm": "stm r0, {r1, r2}",
    "ldrd": "ldrd r1, r2, [r0]",
    "ldrd_after": "ldrd r1, r2, [r0], #8",
    "strd": "strd r1, r2, [r0, #8]",
    "vldr": "vldr s0, [r0]",
    "vstr": "vstr s0, [r0]",
}
MAY_BE_UNALIGNED = {"ldr": "ldr r1, [r0]", "strh": "strh r1, [r0]", "ldrb": "ldrb r1, [r0]"}
FLOATS = ("vldr", "vstr")


@pytest.fixture(scope="module", params=[("cortex-m3", "zig"), ("cortex-m4f", "zig"),
                                        ("cortex-m7", "zig"), ("cortex-m33", "zig")],
                ids=lambda param: param[0])  # fmt: skip
def small(request):
    core, compiler = request.param
    every = INSTRUCTIONS | MAY_BE_UNALIGNED
    names = [name for name in every if not (core == "cortex-m3" and name in FLOATS)]
    functions = "\n".join(
        f'__attribute__((naked)) void run_{name}(char *at) {{ __asm__ volatile("{every[name]}\\n'
        ' bx lr"); }'
        for name in names
    )
    source = f"char buffer[64] __attribute__((aligned(8)));\n{functions}\n"
    keep = ["buffer", *(f"run_{name}" for name in names)]
    return bench(source, keep, compiler, replace(NANO, id=core, core=core))


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_several_words_trap_where_they_are_not_aligned(small, name):
    if f"run_{name}" not in small.program.symbols:
        assert name in FLOATS  # the Cortex-M3 has no floating point unit
        return
    machine, buffer = small.machine(), small.program.address("buffer")
    machine.call(f"run_{name}", buffer + 4)
    text = INSTRUCTIONS[name].split()[0].removesuffix("ia")
    with pytest.raises(FitError, match=rf"run_{name}\(\) used `{text}.*traps on the Arm Cortex"):
        machine.call(f"run_{name}", buffer + 2)
    machine.relax()
    machine.call(f"run_{name}", buffer + 2)  # nobody looks any more


@pytest.mark.parametrize("name", MAY_BE_UNALIGNED)
def test_single_words_need_not_be_aligned(small, name):
    small.machine().call(f"run_{name}", small.program.address("buffer") + 1)


def register(name):
    return getattr(arm_const, f"UC_ARM_REG_{name}")


@pytest.mark.parametrize(
    ("text", "access"),
    [
        ("ldr r0, [r1, #4]", Access(register("R1"), 0, 0, 4)),
        ("ldrsb r0, [r1, r2]", Access(register("R1"), register("R2"), 0, 1)),
        ("ldrh r0, [r1, r2, lsl #1]", Access(register("R1"), 0, 0, 2)),
        ("ldrd r0, r1, [sb], #8", Access(register("SB"), 0, 4, 8)),
        ("ldreq r0, [fp]", Access(register("FP"), 0, 0, 4)),
        ("ldr r0, [pc, #8]", Access(IN_CODE, 0, 0, 4)),
        ("vldr d1, [r3]", Access(register("R3"), 0, 4, 8)),
        ("vldmia r3!, {s0, s1, s2}", Access(register("R3"), 0, 4, 12)),
        ("strb r0, [r1]", Access(register("R1"), 0, 0, 0)),
        ("strd r0, r1, [r2]", Access(register("R2"), 0, 4, 0)),
        ("stmdb r2!, {r0, r1}", Access(register("R2"), 0, 4, 0)),
        ("add r0, r1", None),
        ("push {r0}", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_access_is_read_off_the_text(text, access):
    assert THUMB.access(text) == access


def test_access_of_riscv_is_read_off_the_text():
    assert RISCV.access("lbu a0, -4(a5)") == Access(riscv.UC_RISCV_REG_A5, 0, 0, 1)
    assert RISCV.access("sw a0, 4(a5)") is None


@pytest.mark.parametrize("compiler", COMPILERS)
def test_reports_are_the_same_on_the_second_input(compiler):
    """The first one is watched, the second is not: outputs and cycles must not tell."""
    net = Network(seed=3)
    x = net.conv2d(net.input((1, 9, 9, 3)), 8)
    compiled = compile_model(net.build(net.dense(net.mean(x), 4)), "twice")
    x = same_input_twice(compiled)
    once, twice = (simulate(compiled, x=part, compiler=compiler) for part in (x[:1], x))
    assert (once.outputs == twice.outputs[:1]).all()
    assert (twice.outputs[0] == twice.outputs[1]).all()
    assert (once.cycles, once.wait_cycles) == (twice.cycles, twice.wait_cycles)
    assert once.wait_cycles > 0


def same_input_twice(compiled):
    shape = compiled.graph.tensors[compiled.graph.inputs[0]].shape
    one = np.random.default_rng(0).integers(-128, 128, shape).astype(np.int8)
    return np.stack([one, one])
