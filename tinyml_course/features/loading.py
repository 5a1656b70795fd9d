"""A front end read back from the JSON it was written down as."""

import json

from tinyml_course.errors import InputError
from tinyml_course.features.audio import Mfcc
from tinyml_course.features.image import ImagePatch
from tinyml_course.features.motion import MotionWindow
from tinyml_course.features.specification import Features

KINDS: dict[str, type[Mfcc] | type[MotionWindow] | type[ImagePatch]] = {
    front_end.KIND: front_end for front_end in (Mfcc, MotionWindow, ImagePatch)
}


def load_features(text: str) -> Features:
    """Return the front end of a `features.json`.

    Raises
    ------
    InputError
        If the text is damaged, of an unknown kind, or of a version this course does not compute.
    """
    try:
        kind = json.loads(text).get("kind", Mfcc.KIND)
        chosen = KINDS[kind]
    except KeyError:
        raise InputError(
            f"the feature record is of kind {kind!r}; this course has {', '.join(KINDS)}. "
            "Use the version of the course that wrote it."
        ) from None
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"the feature record is damaged ({error!r}); train again.") from error
    return chosen.from_json(text)
