"""Write the folders of `arduino/` again, from the reference models in `data/models`.

Run it as `make sketches` after a change to a model, the compiler, the C sources or the templates; a
test says when it is due.
"""

from pathlib import Path

import tinyml_course as tc
from tinyml_course.sketch import write_microphone_test

ARDUINO = Path(__file__).resolve().parent
MODELS = ARDUINO.parent / "data" / "models"
KEYWORDS = ("keywords_nano33ble", MODELS / "keywords", "nano33ble")


def write_keywords(folder: Path) -> Path:
    """Write the keyword sketch of the reference model into `folder`; return its own folder."""
    name, trained, board = KEYWORDS
    run = tc.load_run(trained)
    compiled = tc.compile_model(run.tflite, name="keywords")
    return tc.write_sketch(compiled, run.features, run.labels, board, folder / name)


if __name__ == "__main__":
    for write in (write_microphone_test, write_keywords):
        print(write(ARDUINO).relative_to(ARDUINO.parent))
