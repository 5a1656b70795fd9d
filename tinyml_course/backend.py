"""TensorFlow, started without its chatter and with threads that suit small networks.

TensorFlow, its converter and their C++ libraries print notes about themselves that a learner can
do nothing about, straight to the process's stderr, where no Python setting reaches them.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tinyml_course.errors import wrong_kind

THREADS = 2  # operations that run side by side; each by itself runs on one thread


def load_tensorflow() -> Any:
    """Return the `tensorflow` module, imported quietly; the first time takes seconds.

    One thread an operation makes sums come out in the same order every time, and small networks
    gain nothing from more; a TensorFlow that already runs keeps its own setting.
    """
    if "tensorflow" in sys.modules:
        return sys.modules["tensorflow"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet():
        import tensorflow as tf

        with suppress(RuntimeError):  # it runs already
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(THREADS)
        tf.get_logger().setLevel("ERROR")  # the converter's notes go through Python's logging
        tf.constant(0)  # starts the runtime
    return tf


def require_model(model: Any) -> None:
    """Raise `InputError` for what is no Keras model that is built, such as the function for it."""
    if not hasattr(model, "input_shape"):
        raise wrong_kind(
            model, "a Keras model", "Build it with an Input layer; call the function that does."
        )


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back what is written to the process's stderr; print it after all if the block fails."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        stderr = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            held.seek(0)
            os.write(stderr, held.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
