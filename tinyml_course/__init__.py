"""TinyML course: from recordings to a program on a microcontroller, the same bits all the way.

Every public name stands below; each is imported from its module when it is first used, so that
`import tinyml_course as tc` takes milliseconds and TensorFlow is loaded only to train.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinyml_course.boards import Board, get_board, list_boards
    from tinyml_course.compiler.codegen import CompiledModel, compile_model
    from tinyml_course.compiler.forest import Forest
    from tinyml_course.compiler.inspect import inspect_model
    from tinyml_course.compiler.reading.tflite import read_model
    from tinyml_course.compiler.reference import reference
    from tinyml_course.compression.quantize import quantize_int8
    from tinyml_course.datasets import Dataset, download_speech_commands, load_dataset
    from tinyml_course.datasets.augment import augment_dataset
    from tinyml_course.datasets.quality import check_data
    from tinyml_course.device import record, replay
    from tinyml_course.errors import TinyMLError
    from tinyml_course.features.audio import Mfcc
    from tinyml_course.features.image import ImagePatch
    from tinyml_course.features.motion import MotionWindow
    from tinyml_course.run import Run, load_run
    from tinyml_course.simulator.compare import compare_boards, each_board
    from tinyml_course.simulator.host import host_features, host_model
    from tinyml_course.simulator.report import Simulation, simulate
    from tinyml_course.sketch import write_sketch
    from tinyml_course.training import evaluate, fit, fit_forest

__version__ = "0.1.0"

_HOME = {
    "Board": "boards",
    "CompiledModel": "compiler.codegen",
    "Dataset": "datasets",
    "Mfcc": "features.audio",
    "ImagePatch": "features.image",
    "MotionWindow": "features.motion",
    "Run": "run",
    "Simulation": "simulator.report",
    "TinyMLError": "errors",
    "augment_dataset": "datasets.augment",
    "check_data": "datasets.quality",
    "list_boards": "boards",
    "Forest": "compiler.forest",
    "compile_model": "compiler.codegen",
    "compare_boards": "simulator.compare",
    "each_board": "simulator.compare",
    "download_speech_commands": "datasets",
    "evaluate": "training",
    "fit": "training",
    "fit_forest": "training",
    "get_board": "boards",
    "host_features": "simulator.host",
    "host_model": "simulator.host",
    "inspect_model": "compiler.inspect",
    "load_dataset": "datasets",
    "load_run": "run",
    "quantize_int8": "compression.quantize",
    "read_model": "compiler.reading.tflite",
    "reference": "compiler.reference",
    "record": "device",
    "replay": "device",
    "simulate": "simulator.report",
    "write_sketch": "sketch",
}
__all__ = [  # noqa: RUF022 - in the order of a lesson
    "record", "load_dataset", "Dataset", "download_speech_commands", "check_data",
    "augment_dataset",
    "Mfcc", "MotionWindow", "ImagePatch", "fit", "fit_forest", "evaluate", "quantize_int8",
    "Run", "load_run", "read_model", "inspect_model", "reference", "compile_model", "CompiledModel",
    "Forest",
    "host_features", "host_model",
    "list_boards", "get_board", "Board", "simulate", "Simulation", "compare_boards",
    "each_board",
    "write_sketch", "replay", "TinyMLError",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name from its home the first time it is asked for."""
    if name not in _HOME:
        raise AttributeError(
            f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__]
        )
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
