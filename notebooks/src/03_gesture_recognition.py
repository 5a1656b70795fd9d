# %% [markdown]
# # 03 · Which gesture was that?
#
# **Question.** A board in a moving hand measures numbers without end. When is a gesture among them, which one, and will it be found in the
# hand of somebody we never met?
#
# **At the end you will have** chosen a window and a stride, trained a small network and a forest, tried both on a person they never
# saw, and written a sketch.
#
# **Time:** 35 minutes. **Hardware:** none.

# %%
import tinyml_course as tc
from tinyml_course import plots
from tinyml_course.backend import load_tensorflow
from tinyml_course.datasets.gestures import GESTURES, load_sessions
from tinyml_course.lessons import artefact_dir, model_dir
from tinyml_course.tasks.gestures import augment, measure_use
from tinyml_course.widgets import WindowSliders

keras = load_tensorflow().keras  # without the messages TensorFlow starts with
layers = keras.layers
seed = 0
keras.utils.set_random_seed(seed)

# %% [markdown]
# ## 1. A hand, measured
#
# **Why.** The sensor measures how hard it is pushed and how fast it turns, along three axes each. Gravity is always among it: a board at
# rest measures 1 g upwards. Our people are simulated, from the path of the hand to the noise of the sensor; they draw a *wing*, a *ring*
# and a *slope* in the air, and do other things in between.

# %%
session = load_sessions("test")[1]
done = [(e.start_s, e.stop_s, e.label) for e in session.events if e.stop_s < 20]
print(session.person, f"{session.minutes:.1f} minutes,", len(session.events), "events")

# %%
plots.plot_motion(session.samples[:2000], rate_hz=100, events=done)

# %% [markdown]
# ## 2. Window and stride
#
# **Why.** A model looks at a *window*: so many samples at once. A *stride* later it looks again. Too short a window cuts a gesture in two,
# too long a one mixes it with what came before. Too long a stride steps over it; a short one costs an inference each time.
#
# **Predict first.** Which is the cheapest pair that still has every gesture whole in some window?

# %%
gestures = [event for event in done if event[2] in GESTURES]
sliders = WindowSliders(session.samples[:2000], 100.0, gestures)
sliders

# %%
print(sliders.describe())

# %% [markdown]
# We take a second. The front end averages two samples to a row and scales each axis to eight bits; the same sums are computed on the board.

# %%
train = tc.load_dataset("gestures", split="train")
test = tc.load_dataset("gestures", split="test")
features = tc.MotionWindow(rate_hz=100, window_s=1.0, turn_degrees_s=250)
print(
    "one input:",
    features.input_shape,
    "people in both sets:",
    len(set(train.group) & set(test.group)),
)
train

# %% [markdown]
# ## 3. A network in view
#
# **Why.** Three convolutions along time, each at half the rate of the one before. Every recording is used several times, each time a little
# faster, stronger, earlier, or with the board turned in the hand: the network has to hold on to the gesture.


# %%
def build_model(shape, classes):
    inputs = x = keras.Input(shape)
    for width in (24, 32, 48):
        x = layers.Conv2D(width, (5, 1), strides=(2, 1), padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.AveragePooling2D((x.shape[1], 1))(x)
    x = layers.Dropout(0.5)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def train_network(people, features, epochs=6):
    examples = augment(people, features, 12_000, seed, lambda share: None)
    model = build_model(features.input_shape, len(people.labels))
    return tc.fit(model, examples, seed=seed, epochs=epochs, progress=False), examples


def accuracy(model, data):
    return tc.evaluate(lambda x: model.predict(x.astype("float32"), verbose=0), data)["accuracy"]


# %% [markdown]
# ## 4. Leave one person out
#
# **Why.** A test on people the model was trained on measures memory. So one person after another is left out of the training, and the model is
# tried on them. The spread between people is as telling as the mean.
#
# **Predict first.** How far apart will the person it knows best and the one it knows least be?

# %%
for person in ("person-01", "person-06", "person-11", "person-16"):
    left_out = train.group == person
    network, _ = train_network(train.take(~left_out), features, epochs=2)
    alone = features(train.take(left_out))
    print(f"without {person}: {accuracy(network, alone):.1%} right on {person}")

# %% [markdown]
# Now all training people, for the people of the test set.

# %%
network, examples = train_network(train, features)
tflite = tc.quantize_int8(network, calibration=examples.x[:500])
compiled = tc.compile_model(tflite, name="gestures")
int8 = tc.evaluate(tc.host_model(compiled), features(test))
print(f"float {accuracy(network, features(test)):.1%}, int8 in C {int8['accuracy']:.1%}")

# %%
plots.plot_confusion(int8["confusion"], test.labels, title="int8, people it never saw")

# %% [markdown]
# ## 5. The baseline any engineer would try first
#
# **Why.** A random forest asks simple questions, such as "how much did x change?", and needs a second to train. Whoever does not know how good it
# is does not know whether the network is worth its trouble. It becomes tables in C, for the same sketch.

# %%
forest = tc.fit_forest(examples.take(slice(0, None, 4)), trees=40, depth=9, leaf_samples=3)
baseline = tc.evaluate(forest, features(test))
sizes = {"network": compiled, "forest": tc.compile_model(forest.graph)}
for name, one, found in (("network", compiled, int8), ("forest", sizes["forest"], baseline)):
    print(f"{name}: {found['accuracy']:.1%}, {one.constants_bytes:,} bytes of flash")

# %%
plots.plot_classes({"network": int8["per_class"], "forest": baseline["per_class"]})

# %% [markdown]
# Take the forest to know within seconds whether the data hold what you look for; it needs no training loop. Take the network when there are
# many people, when flash is scarce, or when gestures differ in their shape and not in their strength. With fewer than thirty recordings a
# gesture take both: `tinyml train gestures` then lets network and forest vote, which was better than either alone on real gestures of one
# person. `python benchmarks/gestures.py DIR` draws so many from a folder of yours and compares; `--model network` or `forest` keeps one.

# %% [markdown]
# ## 6. Minutes of use
#
# **Why.** On the board nobody cuts windows out. The model slides along, its scores are averaged, and a detection counts if it comes in time
# and with the right name. All else is a false event: what users complain about.

# %%
print(measure_use(tc.host_model(compiled), features, train.labels)["summary"])
print(measure_use(forest, features, train.labels)["summary"])

# %% [markdown]
# ## The artefact: a sketch
#
# **Why.** The sketch holds the front end, the model, the detector, and the adapter for the board's sensor.

# %%
out = artefact_dir("03_gesture_recognition") / "gestures"
sketch = tc.write_sketch(compiled, features, train.labels, board="nano33ble", out=out)
print(*sorted(path.name for path in sketch.iterdir()), sep="\n")

# %%
simulation = tc.simulate(compiled, board="nano33ble", features=features, x=test.x[:5])
simulation.assert_equals(tc.reference(tflite), features(test.x[:5]))
simulation

# %% [markdown]
# An Arduino Uno has little RAM. `tinyml train gestures --model small` trains a network of two dense layers for it, which needs hardly more than
# the window it sees. Here is ours, with half as many rows a second, and how it does in the same minutes of use.

# %%
uno = tc.load_run(model_dir("gestures_uno"))
small = tc.compile_model(uno.graph, name="gestures", optimize="size")
print(f"an Uno has {tc.get_board('uno').ram_bytes:,} bytes of RAM")
print(
    f"the small network takes {small.arena_bytes} of them, the network above {compiled.arena_bytes:,}"
)
print(uno.metrics["in_use"]["summary"])

# %% [markdown]
# ## Try it
#
# Find a window that holds up on a new person and is shorter than ours.

# %%
window_s = 0.3
shorter = tc.MotionWindow(rate_hz=100, window_s=window_s, turn_degrees_s=250)
network, _ = train_network(train, shorter, epochs=2)
reached = accuracy(network, shorter(test))
print(f"{window_s} s: {reached:.1%} right on new people")
print("found it" if reached > 0.95 else "not yet: make the window longer")

# %% [markdown]
# ## In this lesson we have
#
# - seen gestures as six curves, and chosen a window and a stride;
# - left one person out at a time, and trained for people we never met;
# - measured a network against a random forest;
# - counted found gestures and false events in minutes of use, and written the sketch.
#
# **Next:** [04 · Did someone say "yes"?](04_keyword_spotting.ipynb) does the same for sound.
#
# ## Sources
#
# Flash and Hogan (1985), *The Coordination of Arm Movements*, for the simulated hand. Breiman (2001), *Random Forests*. Um et al. (2017),
# *Data Augmentation of Wearable Sensor Data*, for the versions of a recording.
