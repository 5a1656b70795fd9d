"""What a learner can move in a lesson; each widget also has a static picture or table."""

from tinyml_course.widgets.board_picker import BoardPicker, Fit
from tinyml_course.widgets.board_table import BoardTable
from tinyml_course.widgets.cost_slider import CostSlider
from tinyml_course.widgets.frame_scrubber import FrameScrubber
from tinyml_course.widgets.live_recorder import LiveRecorder
from tinyml_course.widgets.microphone_recorder import MicrophoneRecorder
from tinyml_course.widgets.motion_recorder import MotionRecorder
from tinyml_course.widgets.threshold_slider import ThresholdSlider
from tinyml_course.widgets.webcam_recorder import WebcamRecorder
from tinyml_course.widgets.window_sliders import WindowSliders

__all__ = [
    "BoardPicker",
    "BoardTable",
    "CostSlider",
    "Fit",
    "FrameScrubber",
    "LiveRecorder",
    "MicrophoneRecorder",
    "MotionRecorder",
    "ThresholdSlider",
    "WebcamRecorder",
    "WindowSliders",
]
