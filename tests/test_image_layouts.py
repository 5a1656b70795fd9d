"""How public sets of inspection pictures lie in their folders, in small made ones."""

import warnings

import numpy as np
import pytest
from PIL import Image

import tinyml_course as tc
from tinyml_course.datasets.image_layouts import find_pictures, is_good, is_split
from tinyml_course.datasets.quality import check_data
from tinyml_course.errors import InputError


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr("tinyml_course.datasets.image_folder.SIDE", 16)


def write(root, *names, grey=None):
    """Write a small picture of each name."""
    rng = np.random.default_rng(len(names))
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        value = rng.integers(0, 256, (20, 24), dtype=np.uint8) if grey is None else grey
        Image.fromarray(value).save(path)
    return root


def load(root, split=None):
    return tc.load_dataset("parts", path=root, split=split)


def counts(data):
    return dict(zip(data.labels, np.bincount(data.y, minlength=len(data.labels)), strict=True))


def test_set_split_into_train_and_test_keeps_its_split(tmp_path):
    """MVTec AD: good parts to learn from, several defects to test on, masks in a third folder."""
    write(tmp_path, *(f"train/good/{i:03}.png" for i in range(6)))
    write(
        tmp_path, *(f"test/{kind}/{i:03}.png" for kind in ("good", "cut", "hole") for i in (0, 1))
    )
    write(tmp_path, "ground_truth/cut/000_mask.png", "ground_truth/hole/000_mask.png")
    assert is_split(tmp_path)
    train, test = load(tmp_path, "train"), load(tmp_path, "test")
    assert counts(train) == {"good": 6, "defect": 0} and train.labels == test.labels
    assert counts(test) == {"good": 2, "defect": 4}


def test_castings_are_good_by_the_first_word_of_their_folder(tmp_path):
    for side, count in (("train", 4), ("test", 2)):
        write(
            tmp_path,
            *(f"{side}/{kind}_front/{i}.jpeg" for kind in ("ok", "def") for i in range(count)),
        )
    assert counts(load(tmp_path, "train")) == {"ok_front": 4, "def_front": 4}
    assert counts(load(tmp_path, "test")) == {"ok_front": 2, "def_front": 2}


@pytest.mark.parametrize("above", ["", "IMAGES/"])
def test_classes_in_the_names_of_one_folder(tmp_path, above):
    """NEU: six faults of steel, with or without a folder of annotations beside."""
    names = [f"{kind}_{i}.jpg" for kind in ("crazing", "rolled-in_scale") for i in range(1, 12)]
    write(tmp_path, *(above + name for name in names))
    if above:
        (tmp_path / "ANNOTATIONS").mkdir()
        (tmp_path / "ANNOTATIONS" / "crazing_1.xml").write_text("<annotation/>")
    data = load(tmp_path)
    assert counts(data) == {"crazing": 11, "rolled-in_scale": 11}
    assert len(set(data.group)) == 22


def test_train_and_validation_with_a_folder_of_images_in_each(tmp_path):
    """NEU-DET as it is passed on."""
    for side, count in (("train", 4), ("validation", 2)):
        write(
            tmp_path,
            *(
                f"{side}/images/{k}/{k}_{i}.jpg"
                for k in ("patches", "scratches")
                for i in range(count)
            ),
        )
        (tmp_path / side / "annotations").mkdir()
    assert counts(load(tmp_path, "train")) == {"patches": 4, "scratches": 4}
    assert len(load(tmp_path, "test")) == 4


def test_files_of_other_kinds_are_left_out_and_told_of(tmp_path):
    write(tmp_path, *(f"{label}/{i}.png" for label in ("ok", "defect") for i in range(5)))
    (tmp_path / "ok" / "IMG_1.HEIC").write_bytes(b"what a phone writes")
    with pytest.warns(UserWarning, match=r"1 files such as ok/IMG_1.HEIC are left out. Save them"):
        assert len(load(tmp_path).x) == 10


def test_masks_beside_pictures_are_left_out_and_told_of(tmp_path):
    """Magnetic tiles: MT_<class>/Imgs, a JPEG a picture and a PNG of the same name its mask."""
    for kind in ("MT_Free", "MT_Blowhole"):
        write(tmp_path, *(f"{kind}/Imgs/exp1_num_{i}.jpg" for i in range(5)))
        write(
            tmp_path,
            *(f"{kind}/Imgs/exp1_num_{i}.png" for i in range(5)),
            grey=np.zeros((20, 24), np.uint8),
        )
    with pytest.warns(
        UserWarning, match=r"10 files such as MT_Blowhole/Imgs/exp1_num_0.png are taken"
    ):
        data = load(tmp_path)
    assert counts(data) == {"MT_Free": 5, "MT_Blowhole": 5}
    assert len(set(data.group)) == 10 and (data.x.max(axis=(1, 2)) > 0).all()


@pytest.mark.parametrize("mask", ["a_mask.png", "a_GT.png", "a_label.bmp", "masks/a.png"])
def test_other_ways_of_naming_masks(tmp_path, mask):
    write(tmp_path, "ok/a.png", "ok/b_label.png", "dent/a.png", "dent/c.png", f"dent/{mask}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = [picture.path.name for picture in find_pictures(tmp_path)]
    assert sorted(names) == ["a.png", "a.png", "b_label.png", "c.png"]


def test_boards_as_drawn_are_the_good_ones_of_pairs(tmp_path):
    """DeepPCB: pairs of the same place, in folders by board."""
    for board in ("group00041/00041", "group12000/12000"):
        write(
            tmp_path, *(f"{board}/{i:08}_{kind}.jpg" for i in range(3) for kind in ("temp", "test"))
        )
        (tmp_path / f"{board}_not").mkdir()
    data = load(tmp_path)
    assert counts(data) == {"ok": 6, "defect": 6}
    assert set(data.group) == {"group00041", "group12000"}


def test_both_pictures_of_a_pair_are_one_lot(tmp_path):
    write(
        tmp_path,
        *(f"ok/{i}_temp.jpg" for i in range(4)),
        *(f"defect/{i}_test.jpg" for i in range(4)),
    )
    assert set(load(tmp_path).group) == {"0", "1", "2", "3"}
    write(tmp_path / "flat", *(f"0/{i}_{kind}.jpg" for i in range(4) for kind in ("temp", "test")))
    assert set(load(tmp_path / "flat").group) == {"0", "1", "2", "3"}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["001.png", "002.png"], r"a name such as 001\.png tells no class\. Sort them into"),
        (["IMG_1.png", "IMG_2.png"], r"one class only \(IMG\)"),
        (
            ["set/train/ok/1.png", "set/train/bad/1.png"],
            r"There are some in .+/set/train: is that the folder you mean\?",
        ),
    ],
    ids=["numbers", "one name", "too high"],
)
def test_folder_that_tells_no_classes_is_refused_with_what_to_do(tmp_path, names, message):
    with pytest.raises(InputError, match=message) as caught:
        load(write(tmp_path, *names))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["good", "OK", "ok_front", "MT_Free", "cast_ok", "no-defect"])
def test_names_of_good_parts(name):
    assert is_good(name)


@pytest.mark.parametrize(
    "name", ["not_ok", "no good", "free_edge", "def_front", "abnormal", "defect"]
)
def test_names_of_others(name):
    assert not is_good(name)


def test_split_of_folders_is_known_to_the_quality_report(tmp_path):
    same = np.arange(480, dtype=np.uint8).reshape(20, 24)
    write(
        tmp_path,
        *(
            f"{side}/{k}/{i}.png"
            for side in ("train", "test")
            for k in ("ok", "bad")
            for i in range(6)
        ),
    )
    write(tmp_path, "train/ok/same.png", "test/ok/same.png", grey=same)
    findings = check_data(tmp_path, task="parts").findings
    [leak] = [one for one in findings if one.fault == "duplicate-across-split"]
    assert leak.where == ("train/ok/same.png = test/ok/same.png",)
