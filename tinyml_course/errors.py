"""Errors a user of the course can meet: each says what is wrong, where, and what to do next.

`TinyMLError` is the root. The `tinyml` command prints its message in one or two lines and exits
with 2; a traceback therefore always means a bug of ours.
"""


class TinyMLError(Exception):
    """Root of every error the course raises on bad input or a limit that is reached."""


class DataNote(UserWarning):
    """What was done to somebody's data that they should know of; a warning, and no fault."""


class InputError(TinyMLError):
    """A file, folder or argument cannot be used as it is."""


def wrong_kind(found: object, wanted: str, remedy: str) -> InputError:
    """Return the error for an argument that is something else altogether.

    Examples
    --------
    >>> print(wrong_kind(3, "a path", "Give where the model lies."))
    a path is needed, not int. Give where the model lies.
    """
    return InputError(f"{wanted} is needed, not {type(found).__name__}. {remedy}")


class ModelError(TinyMLError):
    """A `.tflite` model cannot be read, or breaks a rule of its own format."""


class UnsupportedModelError(ModelError):
    """A valid `.tflite` model uses something the compiler has no C kernel for."""


class FitError(TinyMLError):
    """A program does not fit a board, or ran into one of its limits."""


class ToolchainError(TinyMLError):
    """A C compiler is missing, or rejected a program."""


class DeviceError(TinyMLError):
    """A board on the serial line is missing, silent or says something unexpected."""
