# %% [markdown]
# # 02 · What does the model hear?
#
# **Question.** A microphone gives thousands of numbers a second. Which of them does a small model need?
#
# **At the end you will have** a feature specification and golden vectors: recordings together with the exact bits
# that a board must make of them.
#
# **Time:** 25 minutes. **Hardware:** none.

# %%
import json
import timeit

import librosa
import numpy as np
from IPython.display import Audio

import tinyml_course as tc
from tinyml_course import plots
from tinyml_course.lessons import artefact_dir
from tinyml_course.widgets import FrameScrubber

seed = 0
rng = np.random.default_rng(seed)

# %% [markdown]
# ## 1. A second of sound
#
# **Why.** Before we reduce a sound we look at it and listen to it. A clip is one second of one word, said by a voice that no
# model of ours was trained on. Each number is how far the microphone's membrane stood from rest, as a 16-bit integer.

# %%
test = tc.load_dataset("keywords", split="test")
words = test.take(test.y == test.labels.index("yes"))
clip = words.x[0]
print(f"{clip.dtype}, {clip.size:,} samples, from {clip.min():,} to {clip.max():,}")
Audio(clip, rate=int(test.rate_hz))

# %% [markdown]
# The model we will deploy could look at these samples directly, but it would then have to learn by itself that the same word
# a little louder, later or higher is still the same word.

# %% [markdown]
# ## 2. From samples to a spectrum
#
# **Why.** Your ear tells vowels apart by the frequencies in them, and a word is a sequence of such mixtures. So we cut the clip
# into short overlapping frames, fade their edges with a window, and ask each one how much of every frequency it holds.
# `Mfcc` does this with integers only, because that is what will run on the board. Is it still right? NumPy's floating-point
# Fourier transform judges.

# %%
features = tc.Mfcc()
stages = features.stages(clip)
frame = int(stages.log_mel.sum(axis=1).argmax())  # the loudest one
hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(480) / 480)
exact = abs(np.fft.rfft(stages.frames[frame] * hann, 512))[1:128]
error = abs(stages.magnitude[frame, 1:] / 8 - exact).max()
print(
    f"{len(stages.frames)} frames; frame {frame}: peak {exact.max():,.0f}, largest error {error:.2f}"
)

# %% [markdown]
# The integer spectrum is off by a vanishing part of its peak: the integers were given enough bits.

# %% [markdown]
# ## 3. From a spectrum to ten numbers
#
# **Why.** A spectrum has detail that no word needs. The **mel** scale merges its bins into bands as wide as the ear's own:
# narrow below, wide above. The **logarithm** makes a change of loudness a sum instead of a factor. The **cosine transform** keeps
# the broad shape of the bands and drops the ripple that pitch leaves on them.
#
# Slide over the clip (or use the arrow keys) and follow one frame through. Where is the *s* of the word?

# %%
scrubber = FrameScrubber(clip, features, frame)
scrubber

# %%
print(scrubber.describe())

# %% [markdown]
# The vowel fills the low bands, the *s* the high ones, and silence none: ten numbers a frame tell them apart.

# %% [markdown]
# ## 4. Taking the microphone out of the sound
#
# **Why.** Another microphone, or another room, boosts some frequencies and dampens others. To the logarithm that is a constant added
# to each band, and so to each coefficient. A constant is easily removed: subtract each coefficient's mean over the second.
#
# **Predict first.** Below, our recording in a room that hisses a little, and the same through a louder microphone that is weak in the
# bass. How much will the numbers change, with the mean left in and with it taken out?

# %%
room = clip + rng.normal(0, 100, clip.size)
filtered = np.convolve(room, (2.0, -1.6))[: clip.size]  # minus most of the last sample: less bass
this, other = (np.rint(one).clip(-32768, 32767).astype(np.int16) for one in (room, filtered))
Audio(np.concatenate([this, other]), rate=int(test.rate_hz))

# %%
before = np.stack([features.stages(one).coefficients for one in (this, other)]) / 16
after = features(np.stack([this, other]))[..., 0].astype(float)
for name, pair in (("mean left in", before), ("mean taken out", after)):
    print(f"{name:15} average change {abs(pair[0] - pair[1]).mean():5.1f} of 256 steps")

# %%
figure, axes = plots.new_figure(2, 2, width=9, height=4)
titles = ("this microphone", "the other one")
for column, title in enumerate(titles):
    plots.draw_map(axes[0, column], before[column], 1.0)
    plots.draw_map(axes[1, column], after[column], 1.0)
    axes[0, column].set(title=f"mean left in, {title}", xlabel="")
    axes[1, column].set_title(f"mean taken out, {title}")
figure

# %% [markdown]
# With the mean in, whole rows change colour when the microphone does; without it, the two pictures are hardly to be told apart. On
# people's recordings this one subtraction was worth more than any other step we tried.

# %% [markdown]
# ## 5. The same bits in C
#
# **Why.** A model is only as good as the numbers it gets. If the board computes its features a little differently from the notebook,
# the model meets inputs it was never trained on, and nobody sees why it fails. A test for "about equal" has to
# choose how much is too much. We choose equality: C and NumPy compute the same integers.
#
# **Predict first.** Of all the numbers below, how many will differ?

# %%
noise = rng.integers(-32768, 32768, (50, clip.size), dtype=np.int16)
extremes = np.stack([np.full(clip.size, v, np.int16) for v in (-32768, -1, 0, 32767)])
clips = np.concatenate([test.x[:500], noise, extremes])
in_c = tc.host_features(features)
same = in_c(clips) == features(clips)
# NBVAL_CHECK_OUTPUT
print(f"{same.size:,} numbers from {len(clips)} clips: {np.sum(~same)} differ")

# %% [markdown]
# None: not for speech, not for the loudest noise, not for a stuck microphone. The very C file that was just run goes into the sketch.

# %%
for name, side in (("NumPy", features), ("C", in_c)):
    seconds = min(timeit.repeat(lambda side=side: side(test.x[:100]), number=1, repeat=3))
    print(f"{name}: {1000 * seconds / 100:.2f} ms a clip on this computer")

# %% [markdown]
# ## 6. How far from the textbook?
#
# **Why.** Integers round. librosa computes the same front end in floating point; it has no part in our code, so it makes a fair
# judge. Its log bands become the same ten numbers, in the same units, from the specification's own figures.

# %%
spec = json.loads(features.to_json())
mel = librosa.filters.mel(sr=16000, n_fft=512, n_mels=40, fmin=20, fmax=4000, htk=True, norm=None)
gains = np.array(spec["gains"])[:, None]


def in_floats(samples):
    padded = np.pad(samples.astype(np.float32), 16)  # librosa centres the window in its 512 samples
    spectrum = abs(librosa.stft(padded, n_fft=512, win_length=480, hop_length=320, center=False))
    bands = np.log2(mel @ spectrum + spec["floor"])
    mfcc = gains * librosa.feature.mfcc(S=bands, n_mfcc=10, norm="ortho")
    return (mfcc - mfcc.mean(axis=1, keepdims=True)).T


# %%
some = test.x[::5]
errors = np.stack([in_floats(one).clip(-128, 127) for one in some]) - features(some)[..., 0]
print(f"average error {abs(errors).mean():.2f} steps, largest {abs(errors).max():.2f} steps")

# %%
figure, axes = plots.new_figure(width=7, height=2.4)
axes[0, 0].hist(errors.ravel(), bins=np.linspace(-1, 1, 81), color=plots.BLUE)
axes[0, 0].set(xlabel="error in int8 steps", ylabel="values")
figure

# %% [markdown]
# A perfect rounding to int8 would err by up to half a step. Ours stays within one: the integers lose next to nothing.

# %% [markdown]
# ## The artefact: golden vectors
#
# **Why.** Whoever builds the board's program needs to know when it is right: the specification in words a program can read, and
# examples with their exact answers.

# %%
out = artefact_dir("02_features")
(out / "features.json").write_text(features.to_json())
examples = np.concatenate([test.x[:: len(test) // 16][:16], extremes])
np.savez_compressed(out / "golden.npz", samples=examples, features=features(examples))
print(*(f"{path.name}: {path.stat().st_size:,} bytes" for path in sorted(out.iterdir())), sep="\n")

# %%
golden = np.load(out / "golden.npz")
again = tc.Mfcc.from_json((out / "features.json").read_text())
# NBVAL_CHECK_OUTPUT
print("reproduced:", np.array_equal(in_c(golden["samples"]), again(golden["samples"])))

# %% [markdown]
# The files lie in `build/02_features`. The sketch of lesson 10 is held against vectors like these.

# %% [markdown]
# ## Try it
#
# `whisper` is the clip at a fraction of its level. Change `factor` until the features move by more than five steps on
# average. Why does loudness matter at all, once the mean is out? (Look for `floor` in `help(tc.Mfcc)`.)

# %%
factor = 0.5
whisper = np.rint(clip * factor).astype(np.int16)
change = abs(features(whisper).astype(int) - features(clip)).mean()
print(f"{change:.1f} steps:", "found it" if change > 5 else "not yet, make factor smaller")

# %% [markdown]
# ## In this lesson we have
#
# - followed a clip from samples over frames, spectrum, mel bands and logarithm to ten numbers a frame;
# - seen that the mean over a clip holds the microphone, and taken it out;
# - found NumPy and C equal to the bit, and both near to librosa;
# - written a specification and golden vectors.
#
# **Next:** [04 · Did someone say "yes"?](04_keyword_spotting.ipynb) trains a model on these numbers.
#
# ## Sources
#
# Davis and Mermelstein (1980), *Comparison of parametric representations for monosyllabic word recognition*. Atal (1974), on removing the
# mean. Banbury et al. (2021), *MLPerf Tiny Benchmark*, for window, hop, bands and coefficients.
