"""Decoded recordings kept as one array in the cache, keyed by the files they were read from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from tinyml_course.cache import cache_dir, writing
from tinyml_course.datasets.audio import CLIP_SAMPLES

FORMAT = "clips 1"  # raise it when decoding changes, so that old caches are not used
BATCH = 512  # files decoded before their clips are written: 16 MB of clips
WORTH_A_BAR = 2_000  # files; fewer are done before a progress bar could be read

Clips = NDArray[np.int16]


def decode_cached(
    root: Path, paths: Sequence[Path], read: Callable[[Path], Clips], *, variant: str = ""
) -> Clips:
    """Decode sound files in parallel, or map what an earlier run decoded.

    Parameters
    ----------
    root : Path
        The folder the files are in; what was cached for an older state of it is removed.
    paths : sequence of Path
        The files, in the order of their clips.
    read : callable
        Path to clips, shape (k, 16000).
    variant : str
        Whatever else changes what `read` gives.

    Returns
    -------
    clips : ndarray, shape=(n, 16000), dtype=int16
        Read-only, mapped from the cache: it takes memory only where it is used.

    Raises
    ------
    InputError
        From `read`, or if the cache cannot be written. Nothing half-done is left.
    """
    folder = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:12]
    target = cache_dir("clips") / f"{folder}-{_state(root, paths, variant)}.npy"
    if not target.is_file():
        with writing(target) as draft:
            _decode_to(draft, paths, read)
        for stale in target.parent.glob(f"{folder}-*.npy"):
            if stale != target:
                with suppress(OSError):  # another process may have it open
                    stale.unlink()
    return np.asarray(np.load(target, mmap_mode="r"))


def _state(root: Path, paths: Sequence[Path], variant: str) -> str:
    """Return a digest of the files' names, sizes and times of change."""
    digest = hashlib.sha256(f"{FORMAT} {variant}".encode())
    for path in paths:
        facts = path.stat()
        digest.update(f"\n{path.relative_to(root)} {facts.st_size} {facts.st_mtime_ns}".encode())
    return digest.hexdigest()[:20]


def _decode_to(draft: Path, paths: Sequence[Path], read: Callable[[Path], Clips]) -> None:
    """Write the clips of all files to a .npy file, a batch of files at a time."""
    count = 0
    with draft.open("wb") as file:
        _write_header(file, 0)
        for clips in _decoded(paths, read):
            file.write(np.ascontiguousarray(clips, dtype="<i2").data)
            count += len(clips)
        file.seek(0)
        _write_header(file, count)


def _write_header(file: IO[bytes], count: int) -> None:
    """Write the head of a .npy file; its length is the same for any number of clips."""
    np.lib.format.write_array_header_1_0(
        file, {"descr": "<i2", "fortran_order": False, "shape": (count, CLIP_SAMPLES)}
    )


def _decoded(paths: Sequence[Path], read: Callable[[Path], Clips]) -> Iterator[Clips]:
    """Yield the clips of every file in order; the first bad file in that order raises."""
    from rich.console import Console
    from rich.progress import track

    batches = [paths[start : start + BATCH] for start in range(0, len(paths), BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for batch in track(
            batches,
            description="decoding sound",
            console=Console(stderr=True),
            transient=True,
            disable=len(paths) < WORTH_A_BAR,
        ):
            yield from pool.map(read, batch)
