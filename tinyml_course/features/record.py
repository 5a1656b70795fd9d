"""A front end's JSON record read back: the fields of its dataclass, its kind and its version."""

import dataclasses
import json
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
