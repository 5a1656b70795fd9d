"""The C side of the MFCC front end: generated tables beside the two files that use them."""

import textwrap
from importlib.resources import files

import numpy as np

from tinyml_course.features import mfcc_tables as tables

_HEADER = """\
/* The numbers of one Mfcc, printed by tinyml_course (specification {version}).
 *
 * The tables (2.9 KB) are for tinyml_mfcc.c alone, which asks for them.
 */
#ifndef TINYML_MFCC_TABLES_H
#define TINYML_MFCC_TABLES_H

#define TINYML_MFCC_FRAMES {frames} /* in one window, 20 ms apart */
#define TINYML_MFCC_FLOOR {floor} /* sample steps, added to each mel band */
#define TINYML_MFCC_MEAN_MULTIPLIER {mean_multiplier} /* 1 / TINYML_MFCC_FRAMES, Q21 */

#ifdef TINYML_MFCC_WITH_TABLES
#include <stdint.h>

{arrays}
#endif
#endif
"""


def mfcc_c_files(frames: int, floor: int, version: int) -> dict[str, str]:
    """Return the C front end by file name: `tinyml_mfcc.h`, `.c` and its generated tables."""
    folder = files("tinyml_course") / "c"
    names = ("tinyml_mfcc.h", "tinyml_mfcc.c")
    sources = {name: (folder / name).read_text(encoding="utf-8") for name in names}
    return sources | {"tinyml_mfcc_tables.h": _tables_header(frames, floor, version)}


def _tables_header(frames: int, floor: int, version: int) -> str:
    turn = tables.cosine_table()
    segment, rising = tables.mel_ramps()
    arrays = [
        _c_array("hann", "up to its middle, Q15", tables.hann_window()[:241], "uint16_t"),
        _c_array("cosine", "a turn and a quarter, Q14", np.concatenate([turn, turn[:128]])),
        _c_array("mel_segment", "of each bin: the band that rises there", segment, "uint8_t"),
        _c_array("mel_rising", "of each bin: its weight in that band, Q15", rising, "uint16_t"),
        _c_array("log2_table", "log2(1 + i / 32), Q15", tables.log2_table(), "uint16_t"),
        _c_array("dct", "(coefficient, band), Q8 of 1/16 int8 step", tables.dct_matrix()),
    ]
    return _HEADER.format(
        version=version,
        frames=frames,
        floor=floor,
        mean_multiplier=tables.reciprocal(frames),
        arrays="\n".join(arrays),
    )


def _c_array(name: str, comment: str, values: tables.Integers, ctype: str = "int16_t") -> str:
    """Print a constant array of one or two axes, its lines at most 100 characters long."""
    shape = "".join(f"[{size}]" for size in values.shape)
    rows = [", ".join(map(str, row)) for row in np.atleast_2d(values).tolist()]
    body = ",\n".join(rows) if values.ndim == 1 else ",\n".join(f"{{{row}}}" for row in rows)
    lines = [
        textwrap.fill(line, 100, initial_indent="    ", subsequent_indent="    ")
        for line in body.splitlines()
    ]
    return (
        f"/* {comment} */\nstatic const {ctype} {name}{shape} = {{\n" + "\n".join(lines) + "\n};\n"
    )
