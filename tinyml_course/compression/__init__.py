"""Networks made smaller: quantization."""

from tinyml_course.compression.quantize import quantize_int8

__all__ = ["quantize_int8"]
