# %% [markdown]
# # 07 · How much memory, how many milliseconds?
#
# **Question.** A board has some kilobytes and a battery. What does a network take of them, and can we know before we own the board?
#
# **At the end you will have** a report of what a model takes on every board of the course: memory, time per layer, and days on a
# coin cell.
#
# **Time:** 60 minutes. **Hardware:** none.

# %%
import json
from dataclasses import replace

import numpy as np

import tinyml_course as tc
from tinyml_course import plots
from tinyml_course.backend import load_tensorflow
from tinyml_course.lessons import artefact_dir, model_dir
from tinyml_course.simulator.energy import COIN_CELL, battery_life_days, duty_cycle
from tinyml_course.widgets import BoardTable

keras = load_tensorflow().keras  # without the messages TensorFlow starts with
seed = 0
rng = np.random.default_rng(seed)
keras.utils.set_random_seed(seed)

# %% [markdown]
# ## 1. The textbook's sum
#
# **Why.** The usual estimate adds four things for a layer, one byte a number: inputs, outputs, weights, biases (I + O + W + B). It is
# easily done by hand, and as easily done wrong: a widely read page works out one layer, and its own four terms do not add up to
# the total it prints. So we compute.
#
# **Predict first.** Sixteen filters of three by three slide over a grey picture, without padding. Which term is the largest?

# %%
side, kernel, filters = 28, 3, 16
inputs = side * side
outputs = (side - kernel + 1) ** 2 * filters
weights, biases = kernel * kernel * filters, filters
print(
    f"{inputs:,} + {outputs:,} + {weights:,} + {biases:,} = {inputs + outputs + weights + biases:,}"
)
print(f"the page prints {12_272:,}")

# %%
picture = keras.Input((side, side, 1))
layer = keras.Model(picture, keras.layers.Conv2D(filters, kernel, activation="relu")(picture))
pictures = rng.integers(-128, 128, (50, side, side, 1), dtype=np.int8)
one_layer = tc.inspect_model(tc.quantize_int8(layer, pictures))
# NBVAL_CHECK_OUTPUT
print(*(f"{term:,}" for term in one_layer.textbook_terms), f"sum {one_layer.textbook_bytes:,}")

# %% [markdown]
# The outputs are nearly all of it, and 11,760 is right. But the sum mixes two memories: weights stay in flash, and only what changes
# needs RAM. And it says nothing of *when* each byte is needed.

# %% [markdown]
# ## 2. How long does a tensor live?
#
# **Why.** A result is needed from the operator that writes it to the last that reads it. After that its bytes are free. So RAM must
# hold the fullest moment, not the sum.
#
# **Predict first.** The first number below is the sum for the network of lesson 04. By which factor is the fullest moment smaller?

# %%
run = tc.load_run(model_dir("keywords"))
inspection = tc.inspect_model(run.tflite)
print(f"textbook sum           {inspection.textbook_bytes:8,} bytes")
print(f"fullest by lifetimes   {inspection.best_by_lifetimes_bytes:8,} bytes")
print(f"over the input's bytes {inspection.in_place_bytes:8,} bytes")
print(f"rows that take turns   {inspection.arena_bytes:8,} bytes")

# %%
whole = tc.compile_model(run.tflite, name="keywords", optimize="speed")
whole.plan

# %%
print(whole.plan)

# %% [markdown]
# Hover over a block for its name and bytes; the table says the same in words. A layer that reads each place once may write over its
# input: that is how the arena gets smaller than input and output together.

# %% [markdown]
# ## 3. Row by row
#
# **Why.** A convolution needs only a few rows of its input at a time. If a layer hands on each row as soon as it is done, a whole
# picture need never be in memory. The price is a schedule with more steps. `optimize` chooses; the answers are the same bits.

# %%
modes = ("speed", "balanced", "size", "memory")
models = {mode: tc.compile_model(run.tflite, "keywords", optimize=mode) for mode in modes}
x = run.features(tc.load_dataset("keywords", split="test").x[:1])
for mode, model in models.items():
    sim = tc.simulate(model, x=x)
    print(
        f"{mode:9} arena {sim.arena_bytes:6,} B, flash {sim.flash_bytes:6,} B, {sim.latency_ms:5.1f} ms"
    )

# %%
models["memory"].plan

# %% [markdown]
# Each thin stair is an image of which only some rows are ever there. Less memory costs some code, and here nearly half as much
# time again: the compiler lets you choose.

# %% [markdown]
# ## 4. Where does the time go?
#
# **Why.** The emulator counts each instruction the board would execute, and a published table turns instructions into clock
# cycles. Flash is slower than the processor: a model of its lines and caches adds what it waits. Both are estimates, but such as can be
# taken apart by layer.

# %%
compiled = models["balanced"]
sim = tc.simulate(compiled, features=run.features)
for layer in sim.layers:
    ms = 1e3 * layer.cycles / sim.board.clock_hz
    print(f"{layer.op:28} {layer.macs:9,} MACs {ms:6.2f} ms")
print(f"stack at its deepest: {sim.stack_bytes:,} bytes; instructions: {sim.instructions:,}")
print(f"cycles: {sim.cycles:,}, {sim.wait_cycles:,} of them waiting for flash")

# %%
figure, axes = plots.new_figure(height=3.4)
names = [layer.op for layer in sim.layers]
axes[0, 0].barh(names, [layer.cycles / sim.cycles for layer in sim.layers], color=plots.BLUE)
axes[0, 0].set(xlabel="share of the cycles", title="Time by layer")
axes[0, 0].invert_yaxis()
figure

# %% [markdown]
# Time follows the multiplications, but not exactly: a depthwise layer pays more for each, because it reuses less of what it loads.

# %% [markdown]
# ## 5. One byte too many
#
# **Why.** On a board nothing stops a program that is too large until it overwrites itself. A check before the upload can. We make a board
# that lacks one byte of the arena.

# %%
nano = tc.get_board("nano33ble")
tight = replace(nano, id="tight", ram_bytes=nano.core_ram_bytes + compiled.arena_bytes - 1)
print(tc.simulate(compiled, board=tight).reason)

# %% [markdown]
# It names the operator at the fullest moment: make that one smaller, and the arena shrinks. Any other layer would not help.

# %% [markdown]
# ## 6. Days on a coin cell
#
# **Why.** Computing takes a thousand times the current of sleeping. What a battery lasts is therefore decided by the share of the
# time a board computes: its **duty cycle**. Datasheets give both currents; radio, sensors and regulators come on top.
#
# **Predict first.** If we infer ten times less often, will the cell last ten times longer?

# %%
duty = np.logspace(-5, 0, 60)
chosen = [tc.get_board(name) for name in ("nano33ble", "nucleo_l476rg", "uno_r4")]
days = {board.name: [battery_life_days(board, share) for share in duty] for board in chosen}
needed = duty_cycle(sim.latency_ms, 1000)
plots.plot_battery_life(duty, days, marked={nano.name: needed}, title="On a CR2032")

# %%
for period_s in (1, 10, 100, 1000):
    share = duty_cycle(sim.latency_ms, 1000 * period_s)
    print(f"every {period_s:5} s: {battery_life_days(nano, share):7,.0f} days")
print(COIN_CELL.source)

# %% [markdown]
# At first yes; then sleep, and the cell's own losses, take over: the curve goes flat. Now the same for all boards, each with a program of
# its own, built and run. Rows come as they are known: press a head to sort, type to filter, interrupt the cell to stop.

# %%
rows = BoardTable().fill(tc.each_board(compiled, features=run.features))

# %% [markdown]
# ## The artefact: a memory and latency report
#
# **Why.** Figures that are written down can be compared with those of the next model.

# %%
out = artefact_dir("07_memory_and_latency")
report = {row.board.id: {"fits": row.fits, "latency_ms": row.latency_ms} for row in rows}
(out / "boards.json").write_text(json.dumps(report, indent=1) + "\n")
print(f"{len(report)} boards, {sum(row.fits is True for row in rows)} of them ran the model")

# %% [markdown]
# ## Try it
#
# Find the smallest RAM on which the keyword network still fits. Change `spare_ram` (in steps of eight) until the reason is
# empty. What takes more than the arena?

# %%
spare_ram = 5_760
tight = replace(nano, id="tight", ram_bytes=nano.core_ram_bytes + spare_ram)
print(tc.simulate(compiled, board=tight).reason or "it fits")

# %% [markdown]
# ## In this lesson we have
#
# - added up a textbook's terms, and found a printed total wrong;
# - seen that RAM holds the fullest moment, and how rows that take turns lower it;
# - split the time by layer, and met a limit one byte early;
# - turned a duty cycle into days, on every board of the course.
#
# **Next:** [10 · Does the board agree with the notebook?](10_deploy_to_arduino.ipynb)
#
# ## Sources
#
# Lin et al. (2021), *MCUNetV2: memory-efficient patch-based inference*, for computing by parts. The boards' figures: `tc.get_board(name).sources`.
