# %% [markdown]
# # Exercise 07 · Make a model fit 32 kB
#
# Lesson 07 added up a textbook's terms, looked for the fullest moment, and met limits. Now you do. A cell that says
# `YOUR CODE HERE` is yours; the cell after it checks what you wrote, and is locked. No hardware is needed.

# %%
from dataclasses import replace

import numpy as np

import tinyml_course as tc
from tinyml_course.backend import load_tensorflow

keras = load_tensorflow().keras
keras.utils.set_random_seed(0)

# %% [markdown]
# ## 1. The textbook's sum
#
# Inputs + outputs + weights + biases of a convolution with square kernels over a square picture, without padding, stride 1, one
# byte a number.


# %% nbgrader={"grade": false, "grade_id": "textbook-sum", "locked": false, "schema_version": 3, "solution": true, "task": false}
def textbook_sum(side, channels, kernel, filters):
    """Return I + O + W + B in bytes."""
    ### BEGIN SOLUTION
    inputs = side * side * channels
    outputs = (side - kernel + 1) ** 2 * filters
    weights = kernel * kernel * channels * filters
    return inputs + outputs + weights + filters
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "textbook-sum-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
assert textbook_sum(28, 1, 3, 16) == 11_760
### BEGIN HIDDEN TESTS
assert textbook_sum(12, 3, 5, 8) == 432 + 512 + 600 + 8
assert textbook_sum(5, 2, 5, 1) == 50 + 1 + 50 + 1
### END HIDDEN TESTS

# %% [markdown]
# ## 2. The fullest moment
#
# Each tensor is given as `(bytes, first, last)`: the steps at which it is needed, both included. How many bytes are needed at once?


# %% nbgrader={"grade": false, "grade_id": "peak", "locked": false, "schema_version": 3, "solution": true, "task": false}
def peak_by_lifetimes(tensors):
    """Return the bytes alive at the fullest step."""
    ### BEGIN SOLUTION
    steps = range(max(last for _, _, last in tensors) + 1)
    return max(
        sum(size for size, first, last in tensors if first <= step <= last) for step in steps
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "peak-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
assert peak_by_lifetimes([(784, 0, 1), (10_816, 1, 2)]) == 11_600
### BEGIN HIDDEN TESTS
assert peak_by_lifetimes([(10, 0, 3), (20, 0, 1), (30, 2, 3), (5, 1, 2)]) == 45
assert peak_by_lifetimes([(7, 0, 0), (3, 5, 5)]) == 7
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Make it fit
#
# A board with 32 kB of flash and 32 kB of RAM, and nothing else on it. `too_large` does not fit. Return a network with the same input
# and outputs that does, and still multiplies at least 100,000 times: an empty network fits anywhere.

# %%
nano = tc.get_board("nano33ble")
small = replace(
    nano, id="small", flash_bytes=32 * 1024, ram_bytes=32 * 1024, core_flash_bytes=0,
    core_ram_bytes=0, stack_limit_bytes=0,
)  # fmt: skip
pictures = np.random.default_rng(0).integers(-128, 128, (50, 28, 28, 1), dtype=np.int8)


def too_large():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def tried(model):
    return tc.simulate(tc.compile_model(tc.quantize_int8(model, pictures)), board=small)


print(tried(too_large()).reason)


# %% nbgrader={"grade": false, "grade_id": "fitting-model", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fitting_model():
    """Return a Keras model, (28, 28, 1) to 10 classes, that fits `small`."""
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(8, 3, strides=2, activation="relu"),
            keras.layers.Conv2D(16, 3, strides=2, activation="relu"),
            keras.layers.Conv2D(24, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "fitting-model-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
model = fitting_model()
assert model.input_shape[1:] == (28, 28, 1) and model.output_shape[1:] == (10,)
result = tried(model)
assert result.fits, result.reason
assert result.macs >= 100_000, f"only {result.macs:,} multiplications"
