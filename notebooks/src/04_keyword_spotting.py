# %% [markdown]
# # 04 · Did someone say "yes"?
#
# **Question.** A network of a few thousand numbers is to listen all day, hear the words it knows, and keep quiet otherwise. How good can it
# be, and how do we find out before somebody else does?
#
# **At the end you will have** trained a keyword network, made it eight-bit, chosen its threshold on a long stream, and
# written a sketch with it.
#
# **Time:** 35 minutes. **Hardware:** none.

# %%
from dataclasses import replace

import numpy as np
from IPython.display import Audio

import tinyml_course as tc
from tinyml_course import plots
from tinyml_course.backend import load_tensorflow
from tinyml_course.datasets.stream import make_stream
from tinyml_course.lessons import artefact_dir, model_dir
from tinyml_course.sketch import Detector, smooth
from tinyml_course.sketch.operating_points import operating_points
from tinyml_course.widgets import ThresholdSlider

keras = load_tensorflow().keras  # without the messages TensorFlow starts with
layers = keras.layers
seed = 0
keras.utils.set_random_seed(seed)

# %% [markdown]
# ## 1. Words, and voices that say them
#
# **Why.** Ten words to know, *silence*, and *unknown* for all the words that must not count. The shipped recordings come from
# synthetic voices. The test set's voices occur in no training clip: a model that has heard a voice before knows it again, and
# its accuracy would be a promise to nobody else.

# %%
train = tc.load_dataset("keywords", split="train")
test = tc.load_dataset("keywords", split="test")
print("voices in both:", len(set(train.group) & set(test.group)))
train

# %%
go = train.take(train.y == train.labels.index("go"))
print("one word, three voices:", *go.group[:: len(go) // 3][:3])
Audio(go.x[:: len(go) // 3][:3].ravel(), rate=16000)

# %% [markdown]
# ## 2. More voices than we have
#
# **Why.** A hundred voices in a quiet studio are not the world. So each clip is used several times, each time a little faster or
# slower, in another room, through another microphone, with other noise. The word stays, everything else moves: the network has to
# hold on to the word.

# %%
features = tc.Mfcc()
rng = np.random.default_rng(seed)
rows = rng.choice(len(train), 8000, replace=False)
examples = tc.augment_dataset(train, features, rows=rows, seed=seed)
print(f"{len(examples):,} examples of shape {examples.x.shape[1:]}, {examples.x.dtype}")

# %% [markdown]
# ## 3. A network in view, trained in a minute
#
# **Why.** A convolution that looks at all channels at once is expensive. This network splits it: a *depthwise* step looks around in each
# channel alone, a 1x1 step mixes the channels. That takes an eighth of the multiplications and hardly costs accuracy.


# %%
def separable(x):
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(64, 1, use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))


def build_model(shape, classes):
    sound = keras.Input(shape)
    x = layers.Conv2D(64, (10, 4), strides=2, padding="same", use_bias=False)(sound)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for _ in range(4):
        x = separable(x)
    x = layers.Dropout(0.1)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(sound, layers.Dense(classes, activation="softmax")(x))


# %%
model = build_model(features.input_shape, len(train.labels))
# NBVAL_CHECK_OUTPUT
print(f"{model.count_params():,} numbers to learn or keep")

# %% [markdown]
# **Predict first.** Guessing would be right for one clip in twelve. Where will the network be after a minute? (The course's reference
# model, which we use further down, saw many more examples of the same kind.)

# %%
model = tc.fit(model, examples, seed=seed, epochs=5)

# %%
unheard = features(test)
in_float = tc.evaluate(lambda x: model.predict(x.astype("float32"), verbose=0), unheard)
print(f"right on unheard voices: {in_float['accuracy']:.1%} of {in_float['n']:,} clips")

# %% [markdown]
# ## 4. Eight bits
#
# **Why.** The board multiplies bytes much faster than fractions. Quantization gives each layer a scale, and rounds its weights and results
# to whole numbers. Some examples show the converter what sizes occur.

# %%
tflite = tc.quantize_int8(model, calibration=examples.x[:500])
compiled = tc.compile_model(tflite, name="keywords")
int8 = tc.evaluate(tc.host_model(compiled), unheard)
print(f"float {in_float['accuracy']:.1%}, int8 {int8['accuracy']:.1%}")
print(f"{len(tflite):,} bytes, of which the board needs {compiled.constants_bytes:,}")

# %%
plots.plot_classes({"float": in_float["per_class"], "int8": int8["per_class"]})

# %%
plots.plot_confusion(int8["confusion"], test.labels, title="int8, unheard synthetic voices")

# %% [markdown]
# The two bars of each class hardly differ: eight bits are enough. The matrix shows which words sound alike to the network.

# %% [markdown]
# ## 5. In the studio, and in reality
#
# **Why.** All voices so far were made by programs, in silence. People mumble, whisper, sit in kitchens.
#
# **Predict first.** The reference model was also tested once on people's recordings, which it was never trained on. It is
# right on nearly all synthetic clips. On people?

# %%
run = tc.load_run(model_dir("keywords"))
for voices, measure in (("synthetic voices", "int8"), ("people", "people")):
    measured = run.metrics[measure]
    print(f"{voices:17} {measured['accuracy']:.1%} of {measured['n']:,} clips")

# %% [markdown]
# This gap is the most honest number of the course. No test set of the same origin as the training set shows it. What helps most is
# recordings of those who will use the device.

# %% [markdown]
# ## 6. Listening all day
#
# **Why.** A detector hears hours of talk that is not meant for it. It scores the last second again and again, averages a few scores, and speaks
# up when a mean passes a threshold. What counts is how many words it finds, and how often an hour it is wrong. Our stream is a talkative
# house: noise, keywords, and still more words that are none.

# %%
stream = make_stream(test, minutes=30, seed=seed)
detector = Detector(average=3, rest=6, every_hops=8)
heard = run.features.windows(run.features.coefficients(stream.samples), every=detector.every_hops)
scores = tc.host_model(tc.compile_model(run.tflite))(heard)
print(f"{stream.hours:.1f} hours, {len(stream.spoken)} keywords, {len(scores):,} inferences")

# %%
thresholds = np.linspace(0.3, 1.0, 71)
points = operating_points(scores, run.labels, stream.spoken, detector, thresholds)
for point in points[::10]:
    print(
        f"{point.threshold:.2f}: {point.found_share:4.0%} found, {point.false_per_hour:6.1f} false an hour"
    )

# %% [markdown]
# **Predict first.** Move the threshold to where you would accept the false alarms of a light switch. How many words does it still find? And for
# a switch that opens your front door?

# %%
words = [i for i, label in enumerate(run.labels) if label not in detector.background]
confidence = (smooth(scores, detector.average)[:, words].max(axis=1) + 128.0) / 256
step_s = detector.every_hops * 0.02
slider = ThresholdSlider(points, confidence, stream.spoken, step_s=step_s, choice=50)
slider

# %%
print(slider.describe().splitlines()[0])

# %% [markdown]
# No threshold is right; there are only prices. The sketch gets the one you chose.

# %% [markdown]
# ## The artefact: a sketch
#
# **Why.** A detector is the model and its settings. Both go into the folder, so the board behaves like the stream above.

# %%
out = artefact_dir("04_keyword_spotting") / "keywords"
chosen = replace(detector, threshold=slider.chosen.threshold)
compiled = tc.compile_model(run.tflite, name="keywords")
sketch = tc.write_sketch(compiled, run.features, run.labels, out=out, detector=chosen)
print(*sorted(path.name for path in sketch.iterdir()), sep="\n")

# %% [markdown]
# ## Try it
#
# Find the lowest threshold with at most one false accept an hour, and see what it costs in words.

# %%
at_most = 20.0
best = next((point for point in points if point.false_per_hour <= at_most), points[-1])
print(
    f"threshold {best.threshold:.2f}: {best.found_share:.0%} found, {best.false_per_hour:.1f} false an hour"
)
print("found it" if best.false_per_hour <= 1 else "not yet: lower at_most")

# %% [markdown]
# ## In this lesson we have
#
# - trained a network of a few thousand numbers to know ten words, and tested it on voices it never heard;
# - made it eight-bit and lost next to nothing;
# - seen how much less it hears from people than from synthetic voices;
# - counted found words and false accepts on a long stream, and chosen a threshold.
#
# **Next:** [10 · Does the board agree with the notebook?](10_deploy_to_arduino.ipynb) takes the model to the board.
#
# ## Sources
#
# Zhang et al. (2017), *Hello Edge*, for the network. Warden (2018), *Speech Commands*, for the words. Chen, Parada and Heigold
# (2014), *Small-footprint keyword spotting using deep neural networks*, for the smoothing.
