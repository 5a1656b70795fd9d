# %% [markdown]
# # 00 · Can a model fit in a coin-sized computer?
#
# **Question.** A speech assistant fills a data centre. Can a board the size of a stick of gum, with less memory than this
# page's pictures take, know when somebody says "stop"?
#
# **At the end you will have** run a trained network in Python, as C, and on a simulated board, with the same result each time; and
# a report of the machine you did it on.
#
# **Time:** 20 minutes. **Hardware:** none.

# %%
import numpy as np
from IPython.display import Audio

import tinyml_course as tc
from tinyml_course import lessons, plots
from tinyml_course.widgets import BoardPicker, Fit

seed = 0
rng = np.random.default_rng(seed)

# %% [markdown]
# ## 1. A network that knows a few words
#
# **Why.** Before we ask how small a model can get, let us see it work. This one was trained earlier (you will train it yourself in
# lesson 04). A **run** holds all that is needed to use it: the model, the features it expects, its labels. Here is a
# recording it never heard.

# %%
run = tc.load_run(lessons.model_dir("keywords"))
test = tc.load_dataset("keywords", split="test")
clip = test.x[test.y == test.labels.index("stop")][0]
print(*run.labels)
Audio(clip, rate=int(test.rate_hz))

# %%
x = run.features(clip)
plots.plot_clip(
    clip, x[0], rate_hz=test.rate_hz, title="The recording, and what the model sees of it"
)

# %% [markdown]
# Sixteen thousand samples became the small coloured picture below the wave: the features, subject of [lesson 02](02_features.ipynb).

# %%
in_python = tc.reference(run.tflite)
scores = in_python(x)[0]
for place in np.argsort(scores)[::-1][:3]:
    print(f"{run.labels[place]:8} {(int(scores[place]) + 128) / 256:6.1%}")

# %% [markdown]
# The network gives each word a score; the highest one is its answer.

# %% [markdown]
# ## 2. The same network as a C program
#
# **Why.** A microcontroller has no Python. The compiler of this course turns the model file into plain C: one table of constants, one list
# of calls. There is nothing in it your board could not run, and your own computer can run it too.

# %%
compiled = tc.compile_model(run.tflite, name="keywords")
in_c = tc.host_model(compiled)
print(in_c(x)[0])
print(scores)

# %% [markdown]
# **Predict first.** One recording proves little. Of all scores for many recordings and for pure noise, how many will differ between Python
# and C?

# %%
clips = run.features(test.x[:200])
noise = rng.integers(-128, 128, (100, *clips.shape[1:]), dtype=np.int8)
many = np.concatenate([clips, noise])
different = np.sum(in_c(many) != in_python(many))
print(f"{many.shape[0]} inputs: {different} scores differ")

# %% [markdown]
# Not one. The network uses whole numbers only, and whole numbers leave no room for "nearly the same".

# %% [markdown]
# ## 3. The same program on a board
#
# **Why.** The Arduino Nano 33 BLE Sense has a small Arm processor, and a microphone. We have no board here, so we build the real program
# for it and run that in an emulator, inside the board's real memory map: if it needs a byte too many, it fails here as it
# would there.
#
# **Predict first.** The board's clock is many times slower than your computer's. Can it listen to a second of sound in less than a second?

# %%
sim = tc.simulate(compiled, board="nano33ble", features=run.features, x=clip[None])
sim

# %%
print("same bits as in Python:", np.array_equal(sim.outputs[0], scores))
# NBVAL_CHECK_OUTPUT
print("fits:", sim.fits)

# %% [markdown]
# It can, with time to spare. Sizes and instructions are exact; time and energy are estimates from the processor's published
# costs and the datasheet's current.

# %% [markdown]
# ## 4. Where bytes, milliseconds and microjoules go
#
# **Why.** Every lesson of this course saves one of them. To see what is worth saving, look at where they are spent.

# %%
rows = sorted(tc.inspect_model(run.tflite).rows, key=lambda row: -row.macs)
total = sum(row.macs for row in rows)
for row in rows[:5]:
    print(f"{row.kind:18} {row.details:28} {row.macs:9,} multiplications, {row.macs / total:4.0%}")
print(f"all {len(rows)} operators {total:,}")

# %%
parts = {
    "flash": {"constants": sim.constants_bytes, "code": sim.code_bytes},
    "RAM": {"arena": sim.arena_bytes, "stack": sim.stack_bytes},
}
parts["RAM"]["other variables"] = sim.static_ram_bytes - sim.arena_bytes
plots.plot_sizes(parts, {"flash": sim.flash_limit_bytes, "RAM": sim.ram_limit_bytes})

# %%
per_second = sim.energy_uj * 1e-6  # joules for one inference a second
battery = 0.225 * 3.0 * 3600  # a coin cell: ampere hours, volts, seconds in an hour
print(f"{sim.energy_uj:,.0f} µJ an inference; a coin cell holds {battery:,.0f} J,")
print(f"enough for {battery / per_second / 86400:,.0f} days of one inference a second")

# %% [markdown]
# Nearly all the work is in a few layers, most of the flash is constants, and the RAM is mostly the **arena** in which the layers
# pass each other their results. The battery's days count the network alone: radio, sensor and sleep come in
# a later lesson.

# %% [markdown]
# ## 5. Which board?
#
# **Why.** Boards differ a hundredfold in memory and price. A model is never "small" as such: it fits a certain board, or it doesn't.
#
# **Predict first.** Will this network fit an Arduino Uno? Decide, then choose the boards below.

# %%
fits = [Fit.of(tc.simulate(compiled, board, run.features)) for board in tc.list_boards()]
picker = BoardPicker(fits)
picker

# %% [markdown]
# "Does not fit" comes with the reason, before anything is uploaded. Making models fit is what lessons on memory and smaller models are about.

# %% [markdown]
# ## The artefact: a report of your machine
#
# **Why.** When something differs on somebody else's computer, the first question is what runs there. This report answers it; keep it with
# your results.

# %%
report = lessons.environment_report()
path = lessons.save_report(report, lessons.artefact_dir("00_setup_and_tour") / "environment.json")
print(path.parent.name, path.name)
for name, version in report.items():
    print(f"  {name:18} {version}")

# %% [markdown]
# ## Try it
#
# Choose another word and find a recording that the network gets wrong. Listen to it: would you have known?

# %%
word = "go"
of_word = np.flatnonzero(test.y == test.labels.index(word))
heard = in_c(run.features(test.x[of_word])).argmax(axis=1)
wrong = of_word[heard != test.labels.index(word)]
print(
    f"{word}: {len(wrong)} of {len(of_word)} wrong,",
    "well found" if len(wrong) else "try another word",
)

# %% [markdown]
# ## In this lesson we have
#
# - run one network in Python, as C on this computer, and on a simulated board, with equal bits;
# - seen where its memory, time and energy go;
# - let boards accept or refuse it, with a reason;
# - written down what our machine is.
#
# **Next:** [02 · What does the model hear?](02_features.ipynb) looks at the coloured picture from inside.
#
# ## Sources
#
# Banbury et al. (2021), *MLPerf Tiny Benchmark*, for the task and the network. The boards' figures each name their datasheet in
# `tinyml_course/boards.toml`.
