"""Write the folders of `arduino/` again, from the reference models in `data/models`.

Run it as `make sketches` after a change to a model, the compiler, the C sources or the templates; a
test says when it is due.
"""

from pathlib import Path

import tinyml_course as tc
from tinyml_course.compiler.forest import load_forest
from tinyml_course.features.loading import load_features
from tinyml_course.sketch import write_microphone_test
from tinyml_course.sketch.detection import UNO_DETECTOR
from tinyml_course.tasks.pictures import picture_sketch

ARDUINO = Path(__file__).resolve().parent
MODELS = ARDUINO.parent / "data" / "models"
TRAINED = {
    "keywords_nano33ble": ("keywords", "nano33ble"),
    "gestures_nano33ble": ("gestures", "nano33ble"),
    "parts_nano33ble": ("parts", "nano33ble"),
    "parts_esp32cam": ("parts", "esp32cam"),
    "parts_stored": ("parts", "pico"),
}
"""Task and board of each sketch that runs a reference model."""


def write_trained(name: str, folder: Path) -> Path:
    """Write the sketch of a reference model into `folder`; return its own folder."""
    task, board = TRAINED[name]
    run = tc.load_run(MODELS / task)
    compiled = tc.compile_model(run.tflite, name=task)
    kind = picture_sketch(run, board)
    return tc.write_sketch(compiled, run.features, run.labels, board, folder / name, kind=kind)


def write_uno(folder: Path) -> Path:
    """Write the gesture sketch of the forest for the Uno R3 into `folder`; return its folder."""
    trained = MODELS / "gestures_uno"
    forest = load_forest(trained / "forest.npz")
    features = load_features((trained / "features.json").read_text(encoding="utf-8"))
    labels = (trained / "labels.txt").read_text(encoding="utf-8").split()
    compiled = tc.compile_forest(forest, name="gestures")
    out = folder / "gestures_uno"
    return tc.write_sketch(compiled, features, labels, "uno", out, detector=UNO_DETECTOR)


if __name__ == "__main__":
    print(write_microphone_test(ARDUINO).relative_to(ARDUINO.parent))
    print(write_uno(ARDUINO).relative_to(ARDUINO.parent))
    for sketch in TRAINED:
        print(write_trained(sketch, ARDUINO).relative_to(ARDUINO.parent))
