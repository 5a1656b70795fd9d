# %% [markdown]
# # 05 · Is this part good?
#
# **Question.** A camera looks at every part that comes off a machine. One in fifty is faulty, each in its own way. Can a board of a few
# milliwatts sort them out, and which mistakes should it rather make?
#
# **At the end you will have** followed a picture into the model, compared a network that saw faults with one that never did, seen where
# it looks, put a price on its mistakes, and written the sketch with a model card.
#
# **Time:** 40 minutes. **Hardware:** none.

# %%
import numpy as np
from scipy import ndimage, spatial

import tinyml_course as tc
from tinyml_course import plots
from tinyml_course.backend import load_tensorflow
from tinyml_course.datasets.parts import load_defects
from tinyml_course.lessons import artefact_dir, model_dir
from tinyml_course.tasks.inspection import choose_threshold, defect_scores, heat_map
from tinyml_course.tasks.model_card import write_model_card
from tinyml_course.tasks.parts import augment
from tinyml_course.widgets import CostSlider

keras = load_tensorflow().keras  # without the messages TensorFlow starts with
layers = keras.layers
seed = 0
keras.utils.set_random_seed(seed)

# %% [markdown]
# ## 1. Lots, parts and faults
#
# **Why.** Parts are made in *lots*: one bar of metal, one tool, one setting of the lamp. Parts of a lot resemble each other more than
# they resemble the next lot, so whoever mixes lots between training and test measures memory. Our rings and plates are rendered, which
# gives us what a factory seldom has: the outline of every fault.

# %%
splits = ("train", "validation", "test")
train, validation, test = (tc.load_dataset("parts", split=split) for split in splits)
defects = load_defects("test")
print("lots in train and test:", len(set(train.group) & set(test.group)))
train

# %%
kinds = ["scratch", "pit", "crack", "chip", "stain"]
shown = [np.flatnonzero(defects.kind == kind)[8 * i + 2] for i, kind in enumerate(kinds)]
plots.plot_pictures(
    {"part": test.x[shown], "fault": defects.mask[shown]}, titles=kinds, title="Five faults"
)

# %% [markdown]
# ## 2. From the camera's frame to the model's input
#
# **Why.** A frame is larger than the model's input, and its light is never the same twice. `ImagePatch` cuts the middle out, averages
# areas, and evens out mean and contrast: each grey value becomes its distance from the mean, in steps of the picture's own spread. Here a
# part lies in a frame, three times as large.

# %%
part = np.kron(test.x[shown[0]], np.ones((3, 3)))
frame = np.pad(part, ((4, 4), (34, 34)), constant_values=60).astype(np.uint8)
patch = tc.ImagePatch(*frame.shape, crop=192, size=64)
top, left = patch.corner
crop = frame[top : top + patch.side, left : left + patch.side]
small = patch.shares @ crop @ patch.shares.T / patch.side**2
even = np.clip(np.rint(32 * (small - small.mean()) / small.std()), -128, 127).astype(np.int8)
plots.plot_pictures(
    {"": [frame, crop, small.astype(np.uint8), even]}, titles=("frame", "crop", "average", "even")
)

# %% [markdown]
# We did that in fractions. The specification does it in integers, and so does the C on the board.
#
# **Predict first.** In how many of the pixels will ours and the specification's differ? And the notebook's and the C's?

# %%
inputs = patch(frame)[0, ..., 0]
in_c = tc.host_features(patch)(frame[None])[0, ..., 0]
print("ours against the specification:", (even != inputs).sum(), "of", inputs.size, "differ")
print("specification against C:", (in_c != inputs).sum(), "differ")

# %%
darker = (frame * 0.5 + 20).astype(np.uint8)
print(
    f"half the contrast: {abs(patch(darker)[0, ..., 0] - inputs.astype(int)).mean():.1f} steps apart"
)

# %% [markdown]
# The model hardly notices a lamp that fades. It would notice one that moves.

# %% [markdown]
# ## 3. A network that saw faults, and one that did not
#
# **Why.** A fault is a small place in a large picture, so this network keeps, of each of its last features, the strongest place. It
# learns from pictures of faults, and we give it half a minute.


# %%
def build_model(shape, classes, widths=(12, 16, 24, 24, 32)):
    inputs = x = keras.Input(shape)
    for number, width in enumerate(widths):
        stride = 1 + (number + 1) % 2  # every other layer halves rows and columns
        x = layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Flatten()(layers.MaxPooling2D(x.shape[1:3])(x))
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


features = tc.ImagePatch()
examples = augment(train, features, 6000, seed, lambda share: None)
model = build_model(features.input_shape, 2)
model = tc.fit(model, examples, seed=seed, epochs=4, progress=False)

# %%
unseen = features(validation)
found = tc.evaluate(lambda x: model.predict(x.astype("float32"), verbose=0), unseen)
print(f"{model.count_params():,} parameters: AUROC {found['auroc']:.3f} on lots it never saw")

# %% [markdown]
# *AUROC* is how often a faulty part scores higher than a good one: a coin reaches one half. Half a minute is not enough to learn from faults.
#
# Where faults are rare, there is nothing to learn them from anyway. But good parts are plenty, and parts lie in the same pose. So we store
# what good ones look like, place by place: how strong spots and edges of four sizes are in each of 8 x 8 cells.


# %%
spot = np.array([[1, 2, 1], [2, -12, 2], [1, 2, 1]]) / 12
edge = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]) / 4
slant = np.array([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]]) / 4


def looks(pictures):
    level, found = pictures[..., 0].astype(np.float32), []
    for size in (8, 4, 2, 1):  # pixels of a cell, each time half as many
        for kernel in (spot, edge, edge.T, slant):
            cells = ndimage.correlate(level, kernel[None]).reshape(-1, 8, size, 8, size)
            found += [cells.max(axis=(2, 4)), -cells.min(axis=(2, 4))]
        level = level.reshape(len(level), 4 * size, 2, 4 * size, 2).mean(axis=(2, 4))
    return np.log(np.maximum(np.stack(found, axis=-1), 0) + 4)  # (n, 8, 8, 32)


# %% [markdown]
# A new part is compared with those that are stored, at each place; its strangest place counts.
#
# **Predict first.** Nothing is trained, and no fault was ever seen. Is that better or worse than the network?


# %%
def strangeness(pictures, stored):
    far = np.zeros(pictures.shape[:3])
    for row, column in np.ndindex(8, 8):
        apart = spatial.distance.cdist(
            pictures[:, row, column], stored[:, row, column], "sqeuclidean"
        )
        far[:, row, column] = np.partition(apart, 3, axis=1)[:, :3].mean(axis=1)
    return far.max(axis=(1, 2))


# %%
stored = looks(features(train.take(train.y == 0)).x)
spread = stored.std(axis=(0, 1, 2))
print(f"{len(stored):,} good parts stored: {stored.size / 1e6:.1f} MB as int8")

# %%
faulty = validation.y == 1
strange = strangeness(looks(unseen.x) / spread, stored / spread)
print(f"AUROC {(strange[faulty, None] > strange[~faulty]).mean():.3f}")

# %% [markdown]
# The memory wins by far, and it is larger than the flash of most boards. The reference models below are small enough: one has learned from
# faults five times as long, the other from good parts with made-up faults in them, beside a judge that keeps only mean and spread of each place.


# %%
def scores(folder, data):
    run = tc.load_run(model_dir(folder))
    model = tc.host_model(tc.compile_model(run.tflite, name=folder))
    return defect_scores(model(run.features(data.x)))


for folder in ("parts", "parts_one_class"):
    measured = tc.load_run(model_dir(folder)).metrics["int8"]
    right = measured["balanced_accuracy"]
    print(f"{folder:16} AUROC {measured['auroc']:.3f}, balanced accuracy {right:.1%}, test lots")

# %%
judged = {"saw faults": scores("parts", validation)}
judged["saw good parts only"] = scores("parts_one_class", validation)
plots.plot_roc({name: (score, faulty) for name, score in judged.items()}, title="Validation lots")

# %% [markdown]
# Each point of a curve is a threshold. The curves say how well a model *could* sort; they do not say where to draw the line.

# %% [markdown]
# ## 4. Where is it?
#
# **Why.** A person who is told "faulty" wants to know where. So we cover the input with a grey square, place by place, and see how much the
# score falls: it falls most where the fault was. It costs as many inferences as there are places, and needs nothing from the model.

# %%
run = tc.load_run(model_dir("parts"))
compiled = tc.compile_model(run.tflite, name="parts")
model = tc.host_model(compiled)
heat = heat_map(model, run.features(test.x[shown]))
rows = {"part": test.x[shown], "fault": defects.mask[shown], "heat": heat}
plots.plot_pictures(rows, titles=kinds)

# %% [markdown]
# Each map is drawn up to its own highest value. Where the model is certain, covering a part of a fault hardly lowers its score: the map of
# such a part is faint, and shows more of what is around.

# %% [markdown]
# ## 5. What does a mistake cost?
#
# **Why.** An *escape*, a faulty part that gets through, costs a recall; *scrap*, a good part thrown away, costs a part. The threshold follows
# from both prices and from how rare faults are. We choose it on the *validation* lots, which no model was trained on, and judge it on the test
# lots: a threshold judged where it was chosen flatters.

# %%
prices = {"escape": 50, "scrap": 1, "share": 0.02}
chosen = choose_threshold(judged["saw good parts only"], faulty, **prices)
print(f"threshold {chosen.threshold:.2f}, cost {chosen.cost:.3f} a part on the validation lots")

# %% [markdown]
# **Predict first.** Let an escape cost as little as one good part, then a thousand. Which threshold is cheapest, and who pays?

# %%
slider = CostSlider(judged["saw good parts only"], faulty, share=prices["share"], choice=5)
slider

# %%
print(slider.describe())

# %% [markdown]
# ## 6. The next lot
#
# **Why.** The threshold was chosen on lots of last month. Metal, tool and lamp of the next ones differ a little, and scores drift with them.
# Watch a threshold lot by lot: an average hides the lot that goes wrong.
#
# **Predict first.** Will each lot have about the same escapes and scrap?


# %%
score, bad = scores("parts_one_class", test), test.y == 1


def mistakes(rows):
    called = score >= chosen.threshold
    return 1 - called[rows & bad].mean(), called[rows & ~bad].mean()


for lot in np.unique(test.group):
    escapes, scrap = mistakes(test.group == lot)
    print(f"{lot} {escapes:6.1%} of faults escape, {scrap:6.1%} of good parts are scrapped")

# %%
escapes, scrap = mistakes(np.full(len(test), True))
share = prices["share"]
cost = share * escapes * prices["escape"] + (1 - share) * scrap * prices["scrap"]
print(f"test lots: {escapes:.1%} escape, {scrap:.1%} scrapped, cost {cost:.3f} a part")
print(f"promised by the validation lots: {chosen.cost:.3f}")

# %% [markdown]
# ## The artefact: a sketch and a model card
#
# **Why.** The sketch judges by the threshold you chose. The card goes with it, and says for what the model is good, and for what nobody knows.

# %%
out = artefact_dir("05_quality_inspection")
run = tc.load_run(model_dir("parts_one_class"))
compiled = tc.compile_model(run.tflite, name="parts")
sketch = tc.write_sketch(
    compiled, run.features, run.labels, out=out / "parts", detector=chosen.detector
)
print(*sorted(path.name for path in sketch.iterdir()), sep="\n")

# %%
simulation = tc.simulate(compiled, board="nano33ble", features=run.features, x=test.x[:5])
simulation.assert_equals(tc.reference(run.tflite), run.features(test.x[:5]))
simulation

# %%
card = write_model_card(
    run,
    out / "model_card.md",
    title="Inspector of rings and plates",
    use="To sort machined rings and plates by a camera that looks straight down at them.",
    data="Good parts of 18 rendered lots, with made-up faults pasted in. No real fault was seen.",
    measures={"escapes, test lots": f"{escapes:.1%}", "scrap, test lots": f"{scrap:.1%}"},
    limits=["Parts that are dirty or wet.", "Another camera, lamp or distance.", "Real parts."],
)
print(card.read_text())

# %% [markdown]
# ## Try it
#
# A factory for brakes pays a thousand parts for an escape. Which threshold keeps the cost on the test lots below that of scrapping everything?

# %%
price = 50
brakes = choose_threshold(judged["saw good parts only"], faulty, escape=price, scrap=1, share=share)
called = score >= brakes.threshold
cost = share * (1 - called[bad].mean()) * 1000 + (1 - share) * called[~bad].mean()
print(f"threshold {brakes.threshold:.2f}: cost {cost:.2f} a part")
print("found it" if cost < 0.98 else "not yet: what does an escape cost here?")

# %% [markdown]
# ## In this lesson we have
#
# - kept lots apart, and followed a picture into the model;
# - found faults by what good parts look like at each place, without training;
# - compared a network that saw faults with one that saw good parts only;
# - found the place of a fault by covering it;
# - chosen a threshold by its price, and seen lots differ;
# - written a sketch and a model card.
#
# **Next:** [10 · Does the board agree with the notebook?](10_deploy_to_arduino.ipynb) takes a model to the board.

# %% [markdown]
# ## Sources
#
# Roth et al. (2022), *PatchCore*, for storing what good parts look like; Li et al. (2021), *CutPaste*, and Defard et al. (2021), *PaDiM*, for
# what fits a board. Zeiler and Fergus (2014), for covering places. Elkan
# (2001), for the price of a mistake. Mitchell et al. (2019), *Model Cards for Model Reporting*.
