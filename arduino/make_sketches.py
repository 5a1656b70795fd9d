"""Write the folders of `arduino/` again, from the reference models in `data/models`.

Run it as `make sketches` after a change to a model, the compiler, the C sources or the templates; a
test says when it is due.
"""

from pathlib import Path

import tinyml_course as tc
from tinyml_course.sketch import write_capture, write_microphone_test
from tinyml_course.tasks.pictures import picture_sketch

ARDUINO = Path(__file__).resolve().parent
MODELS = ARDUINO.parent / "data" / "models"
TRAINED = {
    "keywords_nano33ble": ("keywords", "nano33ble"),
    "gestures_nano33ble": ("gestures", "nano33ble"),
    "gestures_uno": ("gestures_uno", "uno"),
    "parts_nano33ble": ("parts", "nano33ble"),
    "parts_esp32cam": ("parts", "esp32cam"),
    "parts_stored": ("parts", "pico"),
}
"""Model and board of each sketch that runs a reference model."""
CAPTURES = {
    "capture_microphone": ("microphone", "nano33ble"),
    "capture_motion": ("motion", "nano33ble"),
    "capture_motion_rev2": ("motion", "nano33ble_rev2"),
    "capture_motion_uno": ("motion", "uno"),
    "capture_camera": ("camera", "nano33ble"),
    "capture_camera_esp32cam": ("camera", "esp32cam"),
}
"""Sensor and board of each sketch that records."""


def write_trained(name: str, folder: Path) -> Path:
    """Write the sketch of a reference model into `folder`; return its own folder."""
    model, board = TRAINED[name]
    run = tc.load_run(MODELS / model)
    compiled = tc.compile_model(run.graph, name=run.task)
    kind = picture_sketch(run, board)
    return tc.write_sketch(compiled, run.features, run.labels, board, folder / name, kind=kind)


if __name__ == "__main__":
    print(write_microphone_test(ARDUINO).relative_to(ARDUINO.parent))
    for sensor, board in CAPTURES.values():
        print(write_capture(ARDUINO, sensor, board).relative_to(ARDUINO.parent))
    for sketch in TRAINED:
        print(write_trained(sketch, ARDUINO).relative_to(ARDUINO.parent))
