# %% [markdown]
# # Exercise 01 · Find the leakage: split by person
#
# Lesson 01 caught a score that lies. Here is another one, on gestures; find out why, and report an honest one. A cell that says
# `YOUR CODE HERE` is yours; the cell after it checks what you wrote, and is locked. No hardware is needed.

# %%
from dataclasses import replace

import numpy as np

import tinyml_course as tc

everybody = tc.load_dataset("gestures")
few = np.isin(everybody.group, ["person-00", "person-04", "person-09", "person-13"])
data = everybody.take(few & (everybody.y < 3))  # wing, ring, slope of four people
features = tc.MotionWindow(rate_hz=100, window_s=1.0)


def accuracy(train, test):
    """Answer with the label of the most similar gesture of `train`; return the share right."""
    known, asked = (features(part).x.reshape(len(part), -1).astype(float) for part in (train, test))
    distance = (known**2).sum(axis=1) - 2 * asked @ known.T
    return np.mean(train.y[distance.argmin(axis=1)] == test.y)


train, test = data.split(test=0.25, by="sample", seed=0)
print(f"{accuracy(train, test):.0%} right, somebody says")

# %% [markdown]
# ## 1. Find the leak
#
# Who is in both sets? (`group` holds the person of each recording.)


# %% nbgrader={"grade": false, "grade_id": "both-sides", "locked": false, "schema_version": 3, "solution": true, "task": false}
def on_both_sides(train, test):
    """Return the names of the people who are in both sets, as a set of str."""
    ### BEGIN SOLUTION
    return set(map(str, train.group)) & set(map(str, test.group))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "both-sides-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
assert on_both_sides(train, test) == {"person-00", "person-04", "person-09", "person-13"}
### BEGIN HIDDEN TESTS
first = data.group == "person-00"
assert on_both_sides(data.take(first), data.take(~first)) == set()
assert on_both_sides(data, data.take(first)) == {"person-00"}
### END HIDDEN TESTS

# %% [markdown]
# ## 2. Split by person
#
# Leave the named people out of the training, wholly, and test on them. (`data.take(mask)` selects; write it yourself, without `split`.)


# %% nbgrader={"grade": false, "grade_id": "split", "locked": false, "schema_version": 3, "solution": true, "task": false}
def leave_out(data, people):
    """Return (train, test): the recordings of all others, and those of `people`."""
    ### BEGIN SOLUTION
    left_out = np.isin(data.group, list(people))
    return data.take(~left_out), data.take(left_out)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "split-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
others, alone = leave_out(data, ["person-04"])
assert set(alone.group) == {"person-04"}
assert "person-04" not in set(others.group)
assert len(others) + len(alone) == len(data)
### BEGIN HIDDEN TESTS
others, two = leave_out(data, {"person-00", "person-13"})
assert set(two.group) == {"person-00", "person-13"}
assert set(others.group) == {"person-04", "person-09"}
assert len(others) + len(two) == len(data)
assert (two.y == data.y[np.isin(data.group, ["person-00", "person-13"])]).all()
### END HIDDEN TESTS

# %% [markdown]
# ## 3. An honest score
#
# Leave each person out once. What share is right on each, and what is the worst? The worst is what the next person may get.


# %% nbgrader={"grade": false, "grade_id": "honest", "locked": false, "schema_version": 3, "solution": true, "task": false}
def honest_scores(data, accuracy):
    """Return the share right on each person, left out of the training, by the person's name."""
    ### BEGIN SOLUTION
    people = sorted(set(map(str, data.group)))
    return {person: accuracy(*leave_out(data, [person])) for person in people}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "honest-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
scores = honest_scores(data, accuracy)
assert set(scores) == set(data.group)
assert min(scores.values()) < accuracy(train, test)
### BEGIN HIDDEN TESTS
told = honest_scores(data, lambda train, test: len(test) / len(train))
for person, share in told.items():
    count = np.sum(data.group == person)
    assert abs(share - count / (len(data) - count)) < 1e-9
leaky = honest_scores(data, lambda train, test: len(set(train.group) & set(test.group)))
assert set(leaky.values()) == {0}
### END HIDDEN TESTS

# %% [markdown]
# ## 4. A copy under another name
#
# Somebody has renamed a few recordings. A split by person doesn't help: find the pairs by looking at the recordings. Two are one recording if they
# are equal up to 0.01 in every value.

# %%
renamed = data.take(data.group == "person-09").take([3, 11])
spoiled = replace(
    data,
    x=np.concatenate([data.x, renamed.x + np.float32(0.004)]),
    y=np.concatenate([data.y, renamed.y]),
    group=np.concatenate([data.group, ["person-99"] * 2]),
)


# %% nbgrader={"grade": false, "grade_id": "copies", "locked": false, "schema_version": 3, "solution": true, "task": false}
def copies(data):
    """Return the pairs (i, j), i < j, of equal recordings by different people, as a set."""
    ### BEGIN SOLUTION
    found = set()
    for i in range(len(data)):
        same = np.abs(data.x[i + 1 :] - data.x[i]).max(axis=(1, 2)) <= 0.01
        for j in np.flatnonzero(same & (data.group[i + 1 :] != data.group[i])):
            found.add((i, int(i + 1 + j)))
    return found
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "copies-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
found = copies(spoiled)
assert len(found) == 2
assert {j for _, j in found} == {len(data), len(data) + 1}
### BEGIN HIDDEN TESTS
ninth = np.flatnonzero(data.group == "person-09")
assert {i for i, _ in found} == {ninth[3], ninth[11]}
assert copies(data) == set()
twice = replace(
    data,
    x=np.concatenate([data.x, data.x[:1]]),
    y=np.append(data.y, data.y[0]),
    group=np.append(data.group, data.group[0]),
)
assert copies(twice) == set()  # of one person: no leak
### END HIDDEN TESTS
