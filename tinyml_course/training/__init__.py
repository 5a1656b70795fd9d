"""Networks trained and measured: `fit` and `evaluate`."""

from tinyml_course.training.evaluation import evaluate
from tinyml_course.training.fitting import fit

__all__ = ["evaluate", "fit"]
