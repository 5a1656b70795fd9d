"""Fetch Speech Commands, the recordings of 2,618 people, for those who want real voices.

References
----------
Warden (2018), "Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition",
arXiv:1804.03209. The checksum is the one TensorFlow Datasets and torchaudio publish.
"""

from __future__ import annotations

import tarfile
import tempfile
from pathlib import Path
from typing import Any

from tinyml_course.errors import InputError

URL = "https://storage.googleapis.com/download.tensorflow.org/data/speech_commands_v0.02.tar.gz"
SHA256 = "af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58"


def download_speech_commands(
    to: str | Path, *, url: str = URL, sha256: str = SHA256, progress: bool = True
) -> Path:
    """Download and unpack Speech Commands v0.02 (2.4 GB, CC BY 4.0).

    Parameters
    ----------
    to : str or Path
        The folder to make. If it is there already, nothing is done.
    url, sha256 : str
        Where the archive is, and its checksum; for a mirror of your own.
    progress : bool
        Show a bar on stderr.

    Returns
    -------
    folder : Path
        `to`, ready for `load_dataset("keywords", folder)`.

    Raises
    ------
    InputError
        If the server does not answer, the archive is not the expected one, or the disk is full.
        Nothing is left at `to` then.
    """
    folder = Path(to).expanduser()
    if folder.is_dir() and any(folder.iterdir()):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as draft:
            archive = _fetch(url, sha256, Path(draft), progress)
            content = Path(draft) / "content"
            with tarfile.open(archive) as tar:
                tar.extractall(content, filter="data")  # refuses links and paths that lead outside
            if folder.is_dir():
                folder.rmdir()  # it is empty
            content.rename(folder)
    except (tarfile.TarError, EOFError) as error:
        raise InputError(
            f"{url} is not a whole tar archive ({error}). Nothing was unpacked; try another mirror."
        ) from error
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written ({error.strerror or error}). "
            "Free 6 GB there, or choose another place."
        ) from error
    return folder


def _fetch(url: str, sha256: str, to: Path, progress: bool) -> Path:
    """Download a file and compare its checksum; the errors are pooch's, in our words."""
    import pooch
    import requests
    from rich.console import Console
    from rich.progress import Progress

    pooch.get_logger().setLevel("WARNING")
    try:
        with Progress(
            *Progress.get_default_columns(), console=Console(stderr=True), disable=not progress
        ) as bars:
            return Path(
                pooch.retrieve(
                    url,
                    known_hash=f"sha256:{sha256}",
                    fname="archive.tar.gz",
                    path=to,
                    downloader=pooch.HTTPDownloader(progressbar=_Bar(bars), timeout=30),
                )
            )
    except requests.RequestException as error:
        raise InputError(
            f"{url} cannot be fetched ({type(error).__name__}). Check the connection and try "
            "again; the course's own keywords need no download."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{url} is not the expected file: its SHA-256 differs from {sha256[:12]}… "
            "It was deleted. Try again, or another mirror."
        ) from error


class _Bar:
    """Show pooch's progress, which it reports as tqdm would want it, as a bar of rich."""

    def __init__(self, bars: Any) -> None:
        self.bars = bars
        self.task = bars.add_task("Speech Commands", total=None)
        self.total = 0

    def update(self, size: int) -> None:
        self.bars.update(self.task, advance=size, total=self.total)

    def reset(self) -> None:
        self.bars.update(self.task, completed=0)

    def close(self) -> None:
        self.bars.update(self.task, completed=self.total)
