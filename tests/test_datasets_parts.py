"""Parts: the shipped pictures, folders of one's own, and files that cannot be used."""

import hashlib
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tinyml_course as tc
from tinyml_course.datasets import parts
from tinyml_course.datasets.image_augment import paste_defects, vary
from tinyml_course.datasets.image_files import MOST_PIXELS, read_picture
from tinyml_course.datasets.image_folder import SIDE
from tinyml_course.errors import InputError

SHIPPED = parts.SHIPPED


def write_folder(root, counts, size=(40, 30), name="{i:03}.png"):
    """Write noise pictures, `counts` of each label."""
    rng = np.random.default_rng(0)
    for label, count in counts.items():
        for i in range(count):
            path = root / label / name.format(i=i)
            path.parent.mkdir(parents=True, exist_ok=True)
            grey = rng.integers(0, 256, (size[1], size[0]), dtype=np.uint8)
            Image.fromarray(grey).save(path)
    return root


def test_shipped_parts_are_split_by_lot():
    train, test = (tc.load_dataset("parts", split=split) for split in ("train", "test"))
    assert train.x.dtype == np.uint8 and train.x.shape[1:] == (64, 64)
    assert len(train) + len(test) >= 2_000
    validation = tc.load_dataset("parts", split="validation")
    lots = [set(data.group) for data in (train, validation, test)]
    assert len(set.union(*lots)) == sum(map(len, lots)) == 30
    for data in (train, validation, test):
        assert data.labels == ("ok", "defect")
        assert 0.3 < data.y.mean() < 0.5


def test_masks_tell_where_the_defects_are():
    data, defects = tc.load_dataset("parts"), parts.load_defects()
    area = defects.mask.sum(axis=(1, 2))
    assert ((area > 0) == (data.y == 1)).all() and ((defects.kind != "") == (data.y == 1)).all()
    assert set(defects.kind) == {"", "scratch", "pit", "crack", "chip", "stain"}
    pits = np.flatnonzero(defects.kind == "pit")  # the dark ones
    around = [data.x[i][~defects.mask[i]][data.x[i][~defects.mask[i]] > 90].mean() for i in pits]
    inside = [data.x[i][defects.mask[i]].mean() for i in pits]
    assert np.mean(np.array(inside) < around) > 0.98


def test_shipped_files_are_those_of_the_checksums():
    for line in (SHIPPED / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((SHIPPED / name).read_bytes()).hexdigest() == digest, name


def test_script_makes_the_shipped_pictures_again(tmp_path):
    script = Path("data/make_parts.py")
    command = [sys.executable, str(script), "--out", str(tmp_path), "--lots", "1"]
    subprocess.run(command, check=True, capture_output=True)
    for name in ("lot-00.png", "lot-00-mask.png"):
        with Image.open(tmp_path / name) as made, Image.open(SHIPPED / name) as shipped:
            np.testing.assert_array_equal(np.asarray(made), np.asarray(shipped))


def test_own_folder_puts_good_parts_first_and_keeps_lots_together(tmp_path):
    write_folder(tmp_path, {"crack": 4, "good": 6}, name="lot{i}/a.bmp")
    write_folder(tmp_path, {"crack": 4, "good": 6}, (300, 200), name="lot{i}/b.jpg")
    data = tc.load_dataset("parts", path=tmp_path)
    assert data.labels == ("good", "crack") and data.x.shape == (20, SIDE, SIDE)
    assert np.bincount(data.y).tolist() == [12, 8]
    assert set(data.group) == {f"lot{i}" for i in range(6)}
    train, test = (tc.load_dataset("parts", path=tmp_path, split=s) for s in ("train", "test"))
    assert len(train) + len(test) == 20 and not set(train.group) & set(test.group)


@pytest.mark.parametrize(
    ("name", "lots"),
    [("{i:03}.png", 8), ("board{i}__left.png", 4), ("only/{i:03}.png", 8)],
    ids=["alone", "by name", "one sub-folder"],
)
def test_lot_of_a_picture(tmp_path, name, lots):
    write_folder(tmp_path, {"ok": 4, "defect": 4}, name=name)
    assert len(set(tc.load_dataset("parts", path=tmp_path).group)) == lots


def test_list_of_test_pictures_decides_the_split(tmp_path):
    write_folder(tmp_path, {"ok": 5, "defect": 5})
    (tmp_path / "testing_list.txt").write_text("ok/000.png\ndefect/003.png\n")
    test = tc.load_dataset("parts", path=tmp_path, split="test")
    assert sorted(test.group) == ["defect/003.png", "ok/000.png"]
    assert len(tc.load_dataset("parts", path=tmp_path, split="train")) == 8


def test_lists_and_lots_that_leave_nothing_to_learn_from_are_refused(tmp_path):
    write_folder(tmp_path / "one", {"ok": 3, "defect": 3}, name="a__{i}.png")
    with pytest.raises(InputError, match=r"are of one lot \(a\), which is never split"):
        tc.load_dataset("parts", path=tmp_path / "one", split="train")
    root = write_folder(tmp_path / "all", {"ok": 3, "defect": 2})
    (root / "testing_list.txt").write_text("defect/000.png\ndefect/001.png\n")
    with pytest.raises(InputError, match=r"all pictures of 'defect' .* none is left to learn"):
        tc.load_dataset("parts", path=root, split="train")
    (root / "testing_list.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="no text file in UTF-8"):
        tc.load_dataset("parts", path=root, split="train")


def test_good_parts_alone_leave_room_for_defects(tmp_path):
    data = tc.load_dataset("parts", path=write_folder(tmp_path, {"good": 5}))
    assert data.labels == ("good", "defect") and not data.y.any()


def test_labels_of_a_model_are_matched(tmp_path):
    write_folder(tmp_path, {"good": 3, "crack": 3, "dent": 3})
    data = tc.load_dataset("parts", path=tmp_path, labels=("ok", "defect"))
    assert np.bincount(data.y).tolist() == [3, 6]
    with pytest.raises(InputError, match=r"crack in .* is none of the classes a, b"):
        tc.load_dataset("parts", path=tmp_path, labels=("a", "b"))


def test_only_good_parts_are_left_to_learn_from(tmp_path):
    write_folder(tmp_path, {"dent": 3, "crack": 3})
    good = parts.only_good(tc.load_dataset("parts", split="test"))
    assert len(good) == 360 and not good.y.any() and good.labels == ("ok", "defect")
    with pytest.raises(InputError, match="crack, dent is that of good parts"):
        parts.only_good(tc.load_dataset("parts", path=tmp_path))


def test_pictures_are_averaged_to_size(tmp_path):
    grey = np.repeat(np.repeat(np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6), 50, 0), 50, 1)
    Image.fromarray(grey).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png", 4, 6).grey, grey[::50, ::50])


def test_sixteen_bits_keep_their_detail_and_are_told_of(tmp_path):
    write_folder(tmp_path, {"ok": 2, "defect": 2})
    ramp = np.tile(np.linspace(1000, 1400, 200).astype(np.uint16), (200, 1))
    Image.fromarray(ramp).save(tmp_path / "ok" / "deep.png")
    with pytest.warns(UserWarning, match="a picture of 16 bits or more, brought to 8"):
        data = tc.load_dataset("parts", path=tmp_path)
    found = data.x[list(data.group).index("ok/deep.png")]
    assert found.min() < 3 and found.max() > 252


def test_palette_and_transparency_become_grey(tmp_path):
    Image.new("RGBA", (20, 20), (255, 255, 255, 0)).save(tmp_path / "clear.png")
    Image.new("RGB", (20, 20), (200, 200, 200)).quantize(4).save(tmp_path / "palette.png")
    assert read_picture(tmp_path / "clear.png", 8, 8).grey.max() == 0
    assert abs(int(read_picture(tmp_path / "palette.png", 8, 8).grey[0, 0]) - 200) <= 1


def _bomb(path):
    """A PNG whose head promises far more pixels than it holds."""
    _png(path, struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0))


def _png(path, head):
    def chunk(kind, data):
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    data = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)


def _large(path):
    Image.new("1", (MOST_PIXELS // 1000 + 1, 1000)).save(path)


def _larger_than_a_warning(path):
    """Pillow warns of its size, and from a thread that is not to be heard."""
    head = struct.pack(">IIBBBBB", 12_000, 12_000, 8, 0, 0, 0, 0)
    _png(path, head)


def _animated(path):
    frames = [Image.new("L", (20, 20), i) for i in (0, 200)]
    frames[0].save(path, save_all=True, append_images=frames[1:])


def _cut_off(path):
    Image.effect_noise((80, 80), 50).save(path)
    path.write_bytes(path.read_bytes()[:900])


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("bomb.png", _bomb, "has far too many pixels; at most 40,000,000"),
        ("larger.png", _larger_than_a_warning, "has 12,000 x 12,000 pixels"),
        ("moving.gif", _animated, r"is animated \(2 pictures in one\)"),
        ("large.png", _large, "has 40,001 x 1,000 pixels"),
        ("moving.png", _animated, r"is animated \(2 pictures in one\)"),
        ("cut.png", _cut_off, "is damaged or cut off"),
        ("text.png", lambda path: path.write_text("hello"), "is no picture"),
        ("empty.jpg", lambda path: path.write_bytes(b""), "is no picture"),
        ("print.jpg", lambda p: Image.new("CMYK", (20, 20)).save(p), "is in CMYK"),
        ("print.tif", lambda p: Image.new("LAB", (20, 20)).save(p), "is in LAB"),
        ("page.png", lambda p: Image.new("L", (20, 20)).save(p, "EPS"), "is no picture"),
        ("small.png", lambda p: Image.new("L", (20, 3)).save(p), "has 20 x 3 pixels"),
    ],
)
def test_file_that_cannot_be_used_is_named_with_the_reason(tmp_path, name, make, message):
    write_folder(tmp_path, {"ok": 2, "defect": 2})
    make(tmp_path / "ok" / name)
    with warnings.catch_warnings(), pytest.raises(InputError, match=message) as caught:
        warnings.simplefilter("error")
        tc.load_dataset("parts", path=tmp_path)
    assert name in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({}, "has no class folders"),
        ({"ok": 0, "defect": 3}, "ok has no pictures"),
        ({"ok": 1, "defect": 3}, "has one picture of 'ok'"),
        ({"dent": 3}, r"has one class only \(dent\)"),
    ],
)
def test_folder_that_cannot_be_used_is_refused(tmp_path, counts, message):
    write_folder(tmp_path, counts)
    for label in counts:
        (tmp_path / label).mkdir(exist_ok=True)
    with pytest.raises(InputError, match=message):
        tc.load_dataset("parts", path=tmp_path)


def test_missing_folder_and_split_are_refused(tmp_path):
    with pytest.raises(InputError, match="is not there"):
        tc.load_dataset("parts", path=tmp_path / "none")
    with pytest.raises(InputError, match='no split "later"'):
        tc.load_dataset("parts", split="later")


def test_variation_keeps_the_part_and_repeats_with_the_seed():
    x = parts.load_parts(None, "test").x[:40]
    made = [vary(x, np.random.default_rng(1)) for _ in range(2)]
    np.testing.assert_array_equal(*made)
    assert made[0].shape == x.shape and made[0].dtype == np.uint8
    assert (made[0] != x).mean() > 0.5
    assert abs(made[0].mean() / x.mean() - 1) < 0.1


def test_pasted_defects_are_small_and_seldom_invisible():
    x = parts.load_parts(None, "test").x[:200]
    made = paste_defects(x, np.random.default_rng(2))
    changed = (abs(made.astype(int) - x) > 5).mean(axis=(1, 2))
    assert (changed > 0).mean() > 0.9 and changed.mean() < 0.1
