"""How a kernel slides over one image and makes another: what emitters of images share."""

from __future__ import annotations

from dataclasses import dataclass

from tinyml_course.compiler.emitting.printing import Fields
from tinyml_course.compiler.graph import FullyConnected, Graph, Op, Padding, Tensor
from tinyml_course.compiler.steps import RowAccess
from tinyml_course.errors import UnsupportedModelError

_NO_PADDING = Padding()


@dataclass(frozen=True)
class Image:
    """A tensor of shape (1, height, width, channels)."""

    height: int
    width: int
    channels: int


@dataclass(frozen=True)
class Geometry:
    """How a kernel slides over one image and makes another; pairs are (height, width)."""

    source: Image
    target: Image
    kernel: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: Padding = _NO_PADDING

    @property
    def reads_aligned(self) -> bool:
        """Whether each run of neighbouring inputs is a multiple of 4 bytes."""
        whole_rows = self.dilation[1] == 1 and not any(self.padding)
        return self.source.channels * (self.kernel[1] if whole_rows else 1) % 4 == 0

    @property
    def may_work_in_place(self) -> bool:
        """Whether a kernel that reads a pixel before it writes it may write over its input."""
        return self.kernel == (1, 1) and self.target.channels <= self.source.channels

    @property
    def rows(self) -> RowAccess:
        """Which rows of the source a row of the target is made of."""
        extent = (self.kernel[0] - 1) * self.dilation[0] + 1
        return RowAccess(self.target.height, extent, self.stride[0], self.padding.top)

    @property
    def pixels(self) -> int:
        """Pixels of the target."""
        return self.target.height * self.target.width

    def window_fields(self) -> Fields:
        """Return the window as fields of a kernel's struct."""
        return {
            "kernel_height": self.kernel[0],
            "kernel_width": self.kernel[1],
            "stride_height": self.stride[0],
            "stride_width": self.stride[1],
            "dilation_height": self.dilation[0],
            "dilation_width": self.dilation[1],
            "pad_top": self.padding.top,
            "pad_left": self.padding.left,
        }


def images_of(graph: Graph, op: Op) -> tuple[Image, Image]:
    """Return the image an operator reads and the one it writes.

    Raises
    ------
    UnsupportedModelError
        There are several in a batch.
    """
    source, target = (_image(op, graph.tensors[index]) for index in (op.input, op.output))
    return source, target


def image_arguments(op: Op, geometry: Geometry) -> tuple[str, RowAccess | None]:
    """Return a kernel's arguments for its images and rows, and which rows it reads for which.

    A dense layer's rows are the pixels of an image of one row: it runs as a whole.
    """
    if isinstance(op, FullyConnected):
        return "TINYML_ROWS({in0}, 1), TINYML_ROWS({out0}, 1), 0, 1", None
    return "{in0_rows}, {out0_rows}, {first}, {count}", geometry.rows


def _image(op: Op, tensor: Tensor) -> Image:
    batch, height, width, channels = tensor.shape
    if batch != 1:
        raise UnsupportedModelError(
            f"{op} has a batch of {batch}; a board sees one input at a time. "
            "Convert the model with a batch of 1."
        )
    return Image(height, width, channels)
