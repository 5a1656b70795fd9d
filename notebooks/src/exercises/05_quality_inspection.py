# %% [markdown]
# # Exercise 05 · Least cost of escapes and scrap
#
# Lesson 05 put a price on both mistakes of an inspector. Now you choose its threshold. A cell that says `YOUR CODE HERE` is yours; the cell
# after it checks what you wrote, and is locked. No hardware is needed.

# %%
import numpy as np

import tinyml_course as tc
from tinyml_course.lessons import model_dir
from tinyml_course.tasks.inspection import defect_scores

# %% [markdown]
# ## 1. Escapes and scrap
#
# A part is called faulty when its score is the threshold or more. What share of the faulty parts gets through, and what share of the good ones
# is thrown away?


# %% nbgrader={"grade": false, "grade_id": "mistakes", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mistakes(scores, faulty, threshold):
    """Return (escapes, scrap), each a share from 0 to 1."""
    ### BEGIN SOLUTION
    called = scores >= threshold
    return 1 - called[faulty].mean(), called[~faulty].mean()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "mistakes-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
scores = np.array([0.1, 0.3, 0.5, 0.2, 0.5, 0.9, 0.8])
faulty = np.array([False, False, False, True, True, True, True])
assert np.allclose(mistakes(scores, faulty, 0.5), (1 / 4, 1 / 3))
### BEGIN HIDDEN TESTS
assert np.allclose(mistakes(scores, faulty, 0.0), (0, 1))
assert np.allclose(mistakes(scores, faulty, 0.95), (1, 0))
assert np.allclose(mistakes(scores, faulty, 0.25), (1 / 4, 2 / 3))
### END HIDDEN TESTS

# %% [markdown]
# ## 2. The cost of a part
#
# `share` of the parts on the line are faulty, which is not their share in our pictures. An escape costs `escape`, a good part thrown away costs
# `scrap`. What does a part cost on average?


# %% nbgrader={"grade": false, "grade_id": "cost", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cost_a_part(scores, faulty, threshold, *, escape, scrap, share):
    """Return the mean cost of the mistakes, a part."""
    ### BEGIN SOLUTION
    escapes, scrapped = mistakes(scores, faulty, threshold)
    return share * escapes * escape + (1 - share) * scrapped * scrap
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "cost-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
prices = {"escape": 50, "scrap": 1, "share": 0.02}
assert np.isclose(cost_a_part(scores, faulty, 0.0, **prices), 0.98)
### BEGIN HIDDEN TESTS
assert np.isclose(cost_a_part(scores, faulty, 0.5, **prices), 0.02 * 50 / 4 + 0.98 / 3)
assert np.isclose(cost_a_part(scores, faulty, 2.0, escape=7, scrap=3, share=0.5), 3.5)
### END HIDDEN TESTS

# %% [markdown]
# ## 3. The least cost
#
# The reference model, trained on good parts alone, looks at lots it has never seen. Choose the threshold on the validation lots. The check judges it
# on the test lots, which `operating_threshold` is never given; it must cost less there than a threshold of one half, and on the validation lots
# nothing may be cheaper.

# %%
run = tc.load_run(model_dir("parts_one_class"))
model = tc.host_model(tc.compile_model(run.tflite, name="parts"))
judged = {}
for split in ("validation", "test"):
    data = tc.load_dataset("parts", split=split)
    judged[split] = defect_scores(model(run.features(data.x))), data.y == 1


# %% nbgrader={"grade": false, "grade_id": "threshold", "locked": false, "schema_version": 3, "solution": true, "task": false}
def operating_threshold(scores, faulty, *, escape, scrap, share):
    """Return the threshold that costs least on these parts; above 1 nothing is called faulty."""
    ### BEGIN SOLUTION
    candidates = np.append(np.unique(scores), 1.01)
    cost = [
        cost_a_part(scores, faulty, one, escape=escape, scrap=scrap, share=share)
        for one in candidates
    ]
    return candidates[np.argmin(cost)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "threshold-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
def true_cost(split, threshold, escape, scrap, share):
    score, bad = judged[split]
    called = score >= threshold
    escaped, thrown = 1 - called[bad].mean(), called[~bad].mean()
    return share * escaped * escape + (1 - share) * thrown * scrap


dear = {"escape": 500, "scrap": 1, "share": 0.02}
threshold = operating_threshold(*judged["validation"], **dear)
assert true_cost("test", threshold, **dear) < true_cost("test", 0.5, **dear)
### BEGIN HIDDEN TESTS
for given in (dear, prices, {"escape": 1, "scrap": 20, "share": 0.3}):
    threshold = operating_threshold(*judged["validation"], **given)
    candidates = np.append(np.unique(judged["validation"][0]), 1.01)
    least = min(true_cost("validation", one, **given) for one in candidates)
    assert np.isclose(true_cost("validation", threshold, **given), least)
### END HIDDEN TESTS
