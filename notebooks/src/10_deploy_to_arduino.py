# %% [markdown]
# # 10 · Does the board agree with the notebook?
#
# **Question.** "Right in Python, always the first class on the board": nearly everybody who deploys a model meets this. How can we know
# that the board computes what the notebook computed?
#
# **At the end you will have** a sketch whose own code has been fed recorded clips and has answered with the notebook's bits.
#
# **Time:** 25 minutes. **Hardware:** none; with a Nano 33 BLE Sense the last step works over its cable too.

# %%
import json

import numpy as np

import tinyml_course as tc
from tinyml_course import plots
from tinyml_course.lessons import artefact_dir, model_dir
from tinyml_course.simulator.host_sketch import HostSketch

seed = 0
rng = np.random.default_rng(seed)

# %% [markdown]
# ## 1. From a model to C
#
# **Why.** An interpreter on the board would read the model file there, and carry code for everything a model might contain. We
# compile instead: what the model needs is decided here, and the board gets only that. The kernels (the loops) are fixed,
# tested files; the compiler prints their constants and a schedule of calls.

# %%
run = tc.load_run(model_dir("keywords"))
compiled = tc.compile_model(run.tflite, name="keywords")
for name, text in sorted(compiled.files.items()):
    print(f"{name:24} {text.count(chr(10)):5} lines")

# %%
schedule = compiled.source[compiled.source.index("void keywords_invoke") :]
print(schedule[:900])

# %% [markdown]
# This is the whole program: one call a layer. The same model gives the same text, on any day and any computer.

# %%
declared = compiled.header[compiled.header.index("#define KEYWORDS") :]
print(declared[:1100])

# %% [markdown]
# Sizes and scales come with it. No number is ever copied by hand from the notebook to the sketch.

# %% [markdown]
# ## 2. Memory, planned before the program runs
#
# **Why.** Layers pass each other their results through memory. A result is needed only until its last reader is done, so its place can be used
# again. The compiler plans this here, to the byte; on the board there is nothing left to go wrong.
#
# **Predict first.** Adding up all results takes the first number below. How much of it will the plan need?

# %%
inspection = tc.inspect_model(run.tflite)
activations = sum(int(np.prod(row.output)) for row in inspection.rows)
print(f"all results together {activations:7,} bytes")
print(f"planned arena        {compiled.arena_bytes:7,} bytes")

# %%
compiled.plan

# %% [markdown]
# Each block is one result: as wide as it lives, as high as its bytes. The arena is as high as the fullest moment, not as the sum.

# %% [markdown]
# ## 3. Does it fit, and is it right?
#
# **Why.** Now we build the program for the board's processor and run it inside its memory map. One inference would tell
# time and size; many inputs tell whether the bits are right.

# %%
sim = tc.simulate(compiled, board="nano33ble", features=run.features)
sim

# %%
test = tc.load_dataset("keywords", split="test")
clips = test.x[rng.choice(len(test), 20, replace=False)]
on_board = tc.simulate(compiled, board="nano33ble", features=run.features, x=clips).outputs
in_python = tc.reference(run.tflite)(run.features(clips))
# NBVAL_CHECK_OUTPUT
print(f"{on_board.size} scores of {len(clips)} clips: {np.sum(on_board != in_python)} differ")

# %%
flash = {"weights and tables": sim.constants_bytes, "code": sim.code_bytes}
ram = {"arena": sim.arena_bytes, "other variables": sim.static_ram_bytes - sim.arena_bytes}
ram["stack"] = sim.stack_bytes
limits = {"flash": sim.flash_limit_bytes, "RAM": sim.ram_limit_bytes}
plots.plot_sizes({"flash": flash, "RAM": ram}, limits)

# %% [markdown]
# From samples to scores, the emulated processor gives the notebook's bits, in a small part of the board's memory.

# %% [markdown]
# ## 4. Write the sketch
#
# **Why.** A sketch is more than a model: microphone, features, smoothing, light. The generator writes a folder with everything in it; open
# it in the Arduino IDE, choose the board, upload. There is no library to install.

# %%
out = artefact_dir("10_deploy_to_arduino")
sketch = tc.write_sketch(
    compiled, run.features, run.labels, board="nano33ble", out=out / "keywords"
)
for path in sorted(path for path in sketch.rglob("*") if path.is_file()):
    print(f"{path.stat().st_size:7,} bytes  {path.relative_to(sketch)}")

# %%
program = (sketch / "keywords.ino").read_text()
print(program[program.index("void setup") : program.index("// Begin with silence")])

# %% [markdown]
# `setup` and `loop` stand on top, and read like what they do.

# %% [markdown]
# ## 5. Replay
#
# **Why.** You cannot say a word twice in exactly the same way, so the microphone can't tell a wrong board from a new sound. The sketch
# therefore has a **replay** mode: it takes a recorded clip over the serial line and answers with its features and scores. Here
# the sketch's own code runs on this computer, with a stand-in for the Arduino functions; with a board, give `tc.replay` its port.

# %%
with HostSketch(sketch) as board:
    features_on_host, scores_on_host = tc.replay(board, clips, compiled=compiled)
in_notebook = run.features(clips)
# NBVAL_CHECK_OUTPUT
print(f"{in_notebook.size:,} features: {np.sum(features_on_host != in_notebook)} differ")
print(f"{in_python.size:,} scores: {np.sum(scores_on_host != in_python)} differ")

# %% [markdown]
# Features and scores agree to the bit: the code that will run on the board is right.

# %% [markdown]
# ## 6. Nearly right is wrong
#
# **Why.** Suppose the line lost a single sample, or its bytes came in the wrong order. Such faults are common and invisible: nothing
# crashes, and some answers are still right.
#
# **Predict first.** A clip has lost one sample in sixteen thousand. How many of its features change? And with bytes swapped?

# %%
faults = {
    "as recorded": clips,
    "one sample lost": np.concatenate([clips[:, 1:], clips[:, -1:]], axis=1),
    "bytes swapped": clips.byteswap(),
}
for name, received in faults.items():
    with HostSketch(sketch) as board:
        features, scores = tc.replay(board, received)
    changed = np.mean(features != in_notebook)
    heard = np.mean(scores.argmax(axis=1) == in_python.argmax(axis=1))
    print(f"{name:16} {changed:4.0%} of features differ, {heard:4.0%} of answers are the same")

# %% [markdown]
# One lost sample already shows, though the answer may stay the same; swapped bytes ruin it. "About equal" would have let the first pass.

# %% [markdown]
# ## The artefact: a verified sketch
#
# **Why.** A folder beside a note that says which model it holds and what was compared is worth more than a folder.

# %%
verdict = {
    "model": compiled.sha256,
    "board": sim.board.id,
    "clips": len(clips),
    "features_equal": bool(np.array_equal(features_on_host, in_notebook)),
    "scores_equal": bool(np.array_equal(scores_on_host, in_python)),
}
(out / "verified.json").write_text(json.dumps(verdict, indent=1) + "\n")
print(json.dumps(verdict, indent=1))

# %% [markdown]
# ## Try it
#
# Other boards: which would take this model? Change the name, and read the reason when it does not fit.

# %%
board = "uno"
other = tc.simulate(compiled, board=board)
print(other.to_text())

# %% [markdown]
# ## In this lesson we have
#
# - compiled a model to C and read what was printed;
# - planned its memory and measured its size, time and energy on an emulated board;
# - written a sketch and replayed recordings through its own code, with equal bits;
# - seen why "nearly equal" hides faults.
#
# **Next:** upload the sketch, or go back to [04 · Did someone say "yes"?](04_keyword_spotting.ipynb) and train a model of your own to deploy.
#
# ## Sources
#
# Jacob et al. (2018), *Quantization and training of neural networks for efficient integer-arithmetic-only inference*, for the
# arithmetic. Nordic Semiconductor, *nRF52840 product specification*, for clock, memory and current.
