"""A running sketch is a line one can talk over, and a broken one says so."""

import pytest

from tinyml_course.errors import InputError, ToolchainError
from tinyml_course.simulator.host_sketch import HostSketch

ECHO = """
void setup() {
  Serial.begin(115200);
}

void loop() {
  if (Serial.available() > 0) {
    answer();
  }
}

void answer() {
  const uint8_t flipped = static_cast<uint8_t>(Serial.read() ^ 0xFF);
  Serial.write(&flipped, 1);
}
"""


def write_sketch(folder, program):
    folder.mkdir()
    (folder / f"{folder.name}.ino").write_text(program)
    (folder / "src").mkdir()
    (folder / "src" / "part.c").write_text("int part(void);\nint part(void) { return 1; }\n")
    return folder


def test_bytes_go_through_the_sketch_and_back(tmp_path):
    sent = bytes(range(256))
    with HostSketch(write_sketch(tmp_path / "echo", ECHO)) as board:
        assert board.read(10) == b""  # nothing was asked, nothing comes
        board.write(sent)
        answer = b""
        while len(answer) < len(sent) and (more := board.read(100)):
            answer += more
    assert answer == bytes(255 - byte for byte in sent)
    assert board._process.returncode == 0


def test_folder_without_a_sketch_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no .*\.ino"):
        HostSketch(tmp_path)


def test_sketch_that_does_not_compile_is_refused_with_its_error(tmp_path):
    broken = write_sketch(tmp_path / "broken", ECHO.replace("Serial.read()", "Serial.listen()"))
    with pytest.raises(ToolchainError, match=r"sketch broken does not compile: .*listen"):
        HostSketch(broken)
