"""A front end's JSON record read back: the fields of its dataclass, its kind and its version."""

import dataclasses
import json
import numbers
from typing import Any, TypeVar

from tinyml_course.errors import InputError

FrontEnd = TypeVar("FrontEnd")


def read_record(front_end: type[FrontEnd], text: str) -> FrontEnd:
    """Return the specification that a front end's `to_json` wrote.

    Parameters
    ----------
    front_end : type
        A dataclass with `KIND` and `VERSION`.
    text : str

    Raises
    ------
    InputError
        If the text is not such a record, or of a version this course does not compute.
    """
    described: Any = front_end
    try:
        record = json.loads(text)
        kind, version = record["kind"], record["version"]
        named = {field.name: record[field.name] for field in dataclasses.fields(described)}
        spec = front_end(**named)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"the feature record is damaged ({error!r}); train again.") from error
    if (kind, version) != (described.KIND, described.VERSION):
        raise InputError(
            f"the feature record is {kind} {version}, not {described.KIND} {described.VERSION}; "
            "train again."
        )
    return spec


def require_numbers(spec: Any) -> None:
    """Raise `InputError` where a field of a front end is no number, or no whole one and must be."""
    for field in dataclasses.fields(spec):
        value, kind = getattr(spec, field.name), str(field.type)
        if value is None and kind.endswith("None"):
            continue
        whole = "int" in kind
        if not isinstance(value, numbers.Integral if whole else numbers.Real):
            raise InputError(
                f"{type(spec).__name__} has {field.name}={value!r}; "
                f"give a {'whole ' if whole else ''}number."
            )
