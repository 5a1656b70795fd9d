# %% [markdown]
# # 01 · What makes honest data?
#
# **Question.** A model knows only what it was shown. Which recordings make it good for people we never met, and how do we notice
# before training that ours will not?
#
# **At the end you will have** looked at the data of three tasks, recorded some of your own (or replayed ours), let a report find the faults
# in a bad set, caught a score that lies, and written a datasheet.
#
# **Time:** 30 minutes. **Hardware:** none; a microphone, a camera or a board with a motion sensor if you like.

# %%
import shutil

import numpy as np
import soundfile
from IPython.display import Audio

import tinyml_course as tc
from tinyml_course import plots
from tinyml_course.datasets.own_recordings import Datasheet, OwnRecordings
from tinyml_course.lessons import artefact_dir
from tinyml_course.widgets import MicrophoneRecorder, MotionRecorder, WebcamRecorder

seed = 0
rng = np.random.default_rng(seed)
out = artefact_dir("01_collect_data")

# %% [markdown]
# ## 1. Three things to measure
#
# **Why.** A sound is pressure over time, a gesture acceleration and rate of turn over time, a picture light over a surface. All three reach
# the model as an array, a label, and a *group*: who spoke, who moved, which lot a part is from. The group looks like a detail.
# It is the subject of this lesson.

# %%
words = tc.load_dataset("keywords", split="train")
yes = words.take((words.y == words.labels.index("yes")) & (words.group == "person-slt")).x[0]
figure, axes = plots.new_figure(2, 1, height=3.4)
wave, spectrum = axes[:, 0]
wave.plot(np.arange(len(yes)) / words.rate_hz, yes, color=plots.BLUE, linewidth=0.5)
wave.set(title='"yes": pressure, and its spectrum over time', ylabel="sample", xlim=(0, 1))
hiss = 0.1 * rng.normal(size=len(yes))  # for zero has no logarithm
spectrum.specgram(yes + hiss, NFFT=512, noverlap=352, Fs=words.rate_hz, cmap="magma", vmin=0)
spectrum.set(xlabel="seconds", ylabel="Hz", xlim=(0, 1))
figure

# %%
Audio(yes, rate=int(words.rate_hz))

# %%
gestures = tc.load_dataset("gestures", split="train")
wing = gestures.x[gestures.y == gestures.labels.index("wing")][0]
plots.plot_motion(wing, rate_hz=gestures.rate_hz, title="a wing, drawn in the air")

# %%
parts = tc.load_dataset("parts", split="train")
figure, axes = plots.new_figure(1, 6, width=8, height=1.7)
for one, place in zip(axes[0], rng.choice(len(parts), 6, replace=False), strict=True):
    one.imshow(parts.x[place], cmap="gray", vmin=0, vmax=255)
    one.set(title=f"{parts.labels[parts.y[place]]}, {parts.group[place]}", xticks=[], yticks=[])
figure

# %%
for data in (words, gestures, parts):
    groups = len(np.unique(data.group))
    print(f"{len(data):6,} samples of shape {data.x.shape[1:]}, {groups} groups, in {data.units}")

# %% [markdown]
# ## 2. Your own
#
# **Why.** Nothing helps a model more than recordings of those who will use it, on the device they will use. Name the person each time. Take
# what you would not like to hear from a colleague too: mumbled, far away, with the kettle on.

# %%
microphone = MicrophoneRecorder(out / "keywords", ("yes", "no", "silence"))
microphone

# %%
camera = WebcamRecorder(out / "parts", ("ok", "defect"), who="lot-1")
camera

# %%
board = MotionRecorder(out / "gestures", ("wing", "ring", "other"))
board

# %% [markdown]
# A board can also record without a browser, any of the three: upload `capture_motion`, `capture_microphone` or `capture_camera` of
# `arduino/`, then `tinyml record gestures --port PORT --label wing --person ann --out DIR`, or, from a cell,
# `tc.record("gestures", PORT, "wing", DIR, person="ann")`. What the line loses is counted and never joined.
#
# All of it is optional. We go on with a replay: four voices of the shipped set, kept through the same door as yours.

# %%
VOICES = ("person-awb", "person-kal", "person-rms", "person-slt")
KEYWORDS = words.labels[:10]


def replay(folder, takes):
    shutil.rmtree(folder, ignore_errors=True)
    own = OwnRecordings(folder, "keywords")
    for label in KEYWORDS:
        for person in VOICES:
            said = (words.y == words.labels.index(label)) & (words.group == person)
            for place in rng.permutation(np.flatnonzero(said))[:takes]:
                own.keep_sound(label, person, words.x[place] / np.float32(32768), 16_000)
    return own


own = replay(out / "replayed", takes=8)
print(*sorted(path.name for path in (own.root / "yes").iterdir())[:3], "...")
print({label: own.count(label) for label in KEYWORDS})

# %% [markdown]
# ## 3. The report
#
# **Why.** Most of what will go wrong can be seen before training: a microphone that clips, a file that lies in two folders, a class that only
# one person recorded. `tc.check_data` (or `tinyml check keywords --data DIR`) looks for it.

# %%
tc.check_data(own.root, task="keywords")

# %% [markdown]
# Now we spoil a copy. **Predict first.** Which of these five faults could you have heard?

# %%
shutil.rmtree(out / "spoiled", ignore_errors=True)
bad = shutil.copytree(own.root, out / "spoiled")
spoiled = OwnRecordings(bad, "keywords")
for full in (1000, 1500, 2000):  # shouted into the microphone
    spoiled.keep_sound("yes", "person-awb", np.clip(yes / np.float32(full), -1, 1), 16_000)
spoiled.keep_sound("no", "person-kal", np.zeros(16_000, np.float32), 16_000)  # switched off
shutil.copy(bad / "up" / "person-rms_nohash_0.wav", bad / "down" / "person-rms_nohash_0.wav")
copy, rate = soundfile.read(bad / "yes" / "person-slt_nohash_0.wav", dtype="float32")
spoiled.keep_sound("yes", "person-rms", 0.5 * np.roll(copy, 300), rate)  # under another name
for path in [p for p in (bad / "stop").iterdir() if "awb" not in p.name]:
    path.unlink()  # only one person says "stop"

# %%
tc.check_data(bad, task="keywords")

# %% [markdown]
# Each line says what, where, and what to do. None of it would have stopped a training run: it would only have made it worse, or seem better.

# %% [markdown]
# ## 4. The score that lies
#
# **Why.** The usual way to split a set is at random. Then every voice of the test is in the training too. For a look at what that does we take the
# simplest of all classifiers, which answers with the label of the most similar recording it knows.
#
# **Predict first.** Ten words, four voices. How many will be right with a random split? And for a voice that was left out?

# %%
data = tc.load_dataset("keywords", path=own.root)
features = tc.Mfcc()


def nearest(train, test):
    known, asked = (features(part).x.reshape(len(part), -1).astype("f4") for part in (train, test))
    distance = (known**2).sum(axis=1) - 2 * asked @ known.T
    return np.mean(train.y[distance.argmin(axis=1)] == test.y)


# %%
at_random = [nearest(*data.split(test=0.25, by="sample", seed=seed)) for seed in range(5)]
print(f"random split: {np.mean(at_random):.0%} right")
by_person = {}
for person in VOICES:
    left_out = data.group == person
    by_person[person] = nearest(data.take(~left_out), data.take(left_out))
    print(f"without {person}: {by_person[person]:.0%} right on {person}")
print(f"a new person, on average: {np.mean(list(by_person.values())):.0%} right")

# %%
figure, axes = plots.new_figure(width=7, height=2.4)
scores = {"random split": np.mean(at_random), **by_person}
colours = [plots.ORANGE, *[plots.BLUE] * len(by_person)]
axes[0, 0].bar(list(scores), [100 * score for score in scores.values()], color=colours)
axes[0, 0].set(ylabel="right, %", ylim=(0, 105), title="The orange one nobody will ever meet")
figure

# %% [markdown]
# Nothing was wrong with the arithmetic. The random split answers a question nobody asks: how well is a person recognised whose recordings we
# already have? The report names the fault when it sees both sides.

# %%
train, test = data.split(test=0.25, by="sample", seed=seed)
for finding in tc.check_data(train, test=test, task="keywords").errors:
    print(finding.fault, "-", finding.what)

# %% [markdown]
# ## 5. Copies
#
# **Why.** People edit, cut, normalise and rename. One recording then is in the set twice, not the same to the bit, under two names, and a split
# by person does not help. We let a fifth of the test into the training: quieter, shifted, and under a name of its own.

# %%
train, test = data.take(data.group != "person-slt"), data.take(data.group == "person-slt")
leak = test.take(slice(0, None, 5))
changed = np.int16(np.roll(leak.x, 200, axis=1) * 0.7)
copies = tc.Dataset(
    np.concatenate([train.x, changed]),
    np.concatenate([train.y, leak.y]),
    data.labels,
    np.concatenate([train.group, np.full(len(leak), "edited")]),
    data.rate_hz, data.units, data.source, data.licence,
)  # fmt: skip
print(f"honest {nearest(train, test):.0%}, with copies {nearest(copies, test):.0%} right")

# %%
for finding in tc.check_data(copies, test=test, task="keywords").errors:
    print(f"{finding.fault} - {finding.what}\n  {finding.place}")

# %% [markdown]
# The copies were a fifth of the test, and most of the gain is in the rest: whoever has heard one take of a voice knows the others better.
#
# The report compares sounds, not bytes: it takes the few most similar ones by their spectrum, lays the waves over each other, and counts a pair
# as one recording if they correlate. Motion and pictures are compared in the same manner.

# %% [markdown]
# ## The artefact: a labelled set and its datasheet
#
# **Why.** Next year nobody will remember who spoke, on what, and what they agreed to. Voices are personal data: ask first, keep no more than
# you need, and delete them when somebody says so. The form below each recorder writes the same file.

# %%
sheet = Datasheet(
    who="the course, four synthesized voices built from recordings of people",
    where="a computer: no room, no noise",
    device="none; resampled to 16 kHz",
    consent="the voices were published by those who lent them; see data/keywords/README.md",
    licence="as data/keywords/README.md says",
)
print(own.write_datasheet(sheet).read_text())

# %% [markdown]
# The set lies in `build/01_collect_data/replayed`, yours beside it. `tinyml train keywords --data DIR` takes either.

# %% [markdown]
# ## Try it
#
# Do more takes of the same people help a new person? Raise `takes` and see which of the two scores follows. (Then think of what a fifth voice
# would do.)

# %%
more = tc.load_dataset("keywords", path=replay(out / "more", takes=16).root)
left_out = more.group == "person-slt"
print(f"random split {nearest(*more.split(test=0.25, by='sample')):.0%}, ", end="")
print(f"person-slt {nearest(more.take(~left_out), more.take(left_out)):.0%} right")

# %% [markdown]
# ## In this lesson we have
#
# - seen what the three tasks measure, and that each sample has a group;
# - recorded, or replayed, into folders the loaders read;
# - let a report find clipping, silence, copies, and a class only one person made;
# - seen a random split flatter, and copies get past a split by person;
# - written a datasheet.
#
# **Next:** [02 · What does the model hear?](02_features.ipynb) follows one of these clips to the model's input.
# Graded: `exercises/01_collect_data.ipynb`.
#
# ## Sources
#
# Gebru et al. (2021), *Datasheets for Datasets*. Kapoor and Narayanan (2023), *Leakage and the reproducibility crisis in
# machine-learning-based science*. Warden (2018), *Speech Commands*, for the layout of the folders and one speaker on one side.
