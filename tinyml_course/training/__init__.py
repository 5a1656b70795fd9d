"""Networks and forests trained, and measured: `fit`, `fit_forest` and `evaluate`."""

from tinyml_course.training.evaluation import evaluate
from tinyml_course.training.fitting import fit
from tinyml_course.training.forest import fit_forest

__all__ = ["evaluate", "fit", "fit_forest"]
