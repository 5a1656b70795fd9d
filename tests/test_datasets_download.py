"""Fetching Speech Commands, against a server on this machine."""

import hashlib
import io
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import soundfile

from tinyml_course.datasets import download_speech_commands, load_dataset
from tinyml_course.errors import InputError


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        pass


@pytest.fixture
def server(tmp_path):
    """Serve a folder; return it and its address."""
    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))
    ) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def tar_of(files):
    """Return a .tar.gz of the given names and contents."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def clip():
    buffer = io.BytesIO()
    soundfile.write(buffer, np.ones(16_000, np.int16), 16_000, format="WAV")
    return buffer.getvalue()


@pytest.fixture
def fetch(server, tmp_path):
    """Return a function that serves an archive and downloads it to tmp_path/speech/commands."""
    folder, address = server

    def fetch(archive, sha256=None, name="words.tar.gz"):
        (folder / "words.tar.gz").write_bytes(archive)
        return download_speech_commands(
            tmp_path / "speech" / "commands",
            url=f"{address}/{name}",
            sha256=sha256 or hashlib.sha256(archive).hexdigest(),
        )

    return fetch


def left_behind(tmp_path):
    return list((tmp_path / "speech").iterdir()) if (tmp_path / "speech").is_dir() else []


def test_archive_becomes_a_folder_that_loads(fetch, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path / "cache"))
    folder = fetch(tar_of({"./yes/ann_nohash_0.wav": clip(), "./no/bob_nohash_0.wav": clip()}))
    assert left_behind(tmp_path) == [folder]
    assert load_dataset("keywords", folder).labels == ("no", "yes")
    captured = capsys.readouterr()
    assert captured.out == "" and "Speech Commands" in captured.err


def test_second_call_downloads_nothing(fetch, tmp_path):
    folder = fetch(tar_of({"yes/a.wav": clip()}))
    assert download_speech_commands(folder, url="http://127.0.0.1:1/nothing") == folder


def test_empty_folder_is_filled(fetch, tmp_path):
    (tmp_path / "speech" / "commands").mkdir(parents=True)
    assert (fetch(tar_of({"yes/a.wav": clip()})) / "yes" / "a.wav").is_file()


def test_wrong_checksum_leaves_nothing(fetch, tmp_path):
    with pytest.raises(InputError, match="not the expected file: its SHA-256 differs from 0000"):
        fetch(tar_of({"yes/a.wav": clip()}), sha256="0" * 64)
    assert left_behind(tmp_path) == []


def test_file_that_is_not_there_leaves_nothing(fetch, tmp_path):
    with pytest.raises(InputError, match=r"cannot be fetched \(HTTPError\)"):
        fetch(b"", name="other.tar.gz")
    assert left_behind(tmp_path) == []


def test_server_that_is_not_there_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match="Check the connection"):
        download_speech_commands(tmp_path / "speech" / "commands", url="http://127.0.0.1:1/a")
    assert left_behind(tmp_path) == []


def test_archive_that_points_outside_writes_nothing_there(fetch, tmp_path):
    with pytest.raises(InputError, match="not a whole tar archive"):
        fetch(tar_of({"yes/a.wav": clip(), "../outside.wav": clip()}))
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("archive", [b"hello", b"", tar_of({"yes/a.wav": clip()})[:-2000]])
def test_damaged_archive_leaves_nothing(fetch, tmp_path, archive):
    with pytest.raises(InputError, match="not a whole tar archive"):
        fetch(archive)
    assert left_behind(tmp_path) == []


def test_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        download_speech_commands(tmp_path / "file" / "commands", url="http://127.0.0.1:1/a")
