"""Gestures: the shipped sessions, and every layout and dialect that folders of motion come in."""

import csv
import hashlib
import json
import struct
import sys

import numpy as np
import pytest

from tinyml_course.datasets import load_dataset
from tinyml_course.datasets.cbor import decode
from tinyml_course.datasets.gestures import GESTURES, LABELS, SHIPPED, load_sessions
from tinyml_course.datasets.motion_augment import MotionAugmentation
from tinyml_course.datasets.motion_folder import is_split
from tinyml_course.errors import InputError

sys.path.insert(0, str(SHIPPED.parent))
import make_gestures as making  # (a script beside the data, not in the package)

HEADER = "aX,aY,aZ,gX,gY,gZ"


# The shipped set ---------------------------------------------------------------------------------


def test_shipped_files_are_those_of_their_checksums():
    for line in (SHIPPED / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((SHIPPED / name).read_bytes()).hexdigest() == digest


def test_script_makes_the_shipped_sessions_again():
    samples, events = making.make_session(3)
    with np.load(SHIPPED / "sessions.npz") as stored:
        shipped = stored["person-03"]
    assert shipped.shape == samples.shape
    # Another processor may round a sine differently, by a count at most.
    assert abs(shipped.astype(int) - samples).max() <= 1
    with (SHIPPED / "events.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["person"] == "person-03"]
    made = [(e.label, str(e.start), str(e.stop)) for e in events]
    assert [(r["label"], r["start"], r["stop"]) for r in rows] == made


def test_shipped_people_are_on_one_side_and_make_every_gesture():
    train, test = (load_dataset("gestures", split=split) for split in ("train", "test"))
    assert not set(train.group) & set(test.group)
    assert len(set(train.group)) >= 20
    for data in (train, test):
        assert data.labels == LABELS and data.x.shape[1:] == (150, 6) and data.rate_hz == 100
        assert (np.bincount(data.y) > 0).all()


def test_shipped_units_are_g_and_degrees_a_second():
    data = load_dataset("gestures")
    idle = data.x[data.y == LABELS.index("idle")]
    force = np.linalg.norm(idle[..., :3].mean(axis=1), axis=1)
    assert np.median(force) == pytest.approx(1, abs=0.03)
    assert abs(data.x[..., :3]).max() <= 4 and 100 < abs(data.x[..., 3:]).max() <= 2000


def test_gestures_stand_in_the_middle_of_their_clips():
    data = load_dataset("gestures", split="test")
    ring = data.x[data.y == LABELS.index("ring")]
    strength = abs(ring - ring.mean(axis=1, keepdims=True))[..., 3:].sum(axis=(0, 2))
    assert strength[50:100].mean() > 1.5 * strength[[*range(20), *range(130, 150)]].mean()


def test_events_follow_each_other_within_their_sessions():
    for session in load_sessions():
        times = [t for event in session.events for t in (event.start_s, event.stop_s)]
        assert times == sorted(times) and times[-1] < 60 * session.minutes
        made = [event.label for event in session.events]
        assert {made.count(label) for label in GESTURES} == {making.EACH}


def test_shipped_set_that_is_not_there_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("TINYML_DATA", str(tmp_path))
    with pytest.raises(InputError, match="shipped gestures are not in"):
        load_dataset("gestures")


# Folders of one's own ----------------------------------------------------------------------------


def motion(rows=119, axes=6, seed=0):
    """A hand that waves: gravity, and a movement that differs from seed to seed."""
    rng = np.random.default_rng(seed)
    t = np.arange(rows)[:, None] / 100
    wave = rng.normal(0, 0.5, 6) * np.sin(2 * np.pi * rng.uniform(1, 3, 6) * t)
    wave[:, 2] += 1
    wave[:, 3:] *= 100
    return wave[:, :axes].round(3)


def rows_of(samples):
    return [",".join(f"{value:.3f}" for value in row) for row in samples]


def write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def tutorial(dialect, recordings, axes=6):
    """Lines of a file in one of the dialects of the tutorial's recordings."""
    lines = [",".join(HEADER.split(",")[:axes])]
    for samples in recordings:
        for row in rows_of(samples):
            lines += [row, ""] if dialect == "after every row" else [row]
        lines += [""] if dialect == "between recordings" else []
        lines += lines[:1] if dialect == "header again" else []
    return lines


DIALECTS = ("between recordings", "none", "after every row", "header again")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("axes", [3, 6])
def test_dialects_of_the_tutorial_hold_the_same_recordings(tmp_path, dialect, axes):
    made = [motion(axes=axes, seed=seed) for seed in range(6)]
    write(tmp_path / "punch.csv", tutorial(dialect, made[:3], axes))
    write(tmp_path / "flex.csv", tutorial(dialect, made[3:], axes))
    with pytest.warns(UserWarning, match=r"119 Hz, as Arduino's tutorial .* resampled to 100 Hz"):
        data = load_dataset("gestures", path=tmp_path)
    assert data.labels == ("flex", "punch") and data.x.shape == (6, 150, axes)
    assert data.y.tolist() == [0, 0, 0, 1, 1, 1] and len(set(data.group)) == 6
    # 119 rows at 119 Hz are 100 rows at 100 Hz, in the middle of the clip.
    at = np.linspace(0, 118, 119) / 119
    for clip, samples in zip(data.x, [*made[3:], *made[:3]], strict=True):
        wanted = np.stack([np.interp(np.arange(10, 90) / 100, at, s) for s in samples.T], axis=1)
        assert abs(clip[35:115] - wanted)[..., :3].max() < 0.05
    np.testing.assert_array_equal(data.x[:, 0], data.x[:, 24])  # lengthened by what it begins with


def test_folder_a_label_with_times_and_any_rate(tmp_path):
    for label, seed in (("up", 1), ("down", 2)):
        for take in range(2):
            samples = motion(rows=80, seed=10 * seed + take)
            lines = ["timestamp,accX,accY,accZ,gyroX,gyroY,gyroZ"]
            lines += [f"{20 * i},{row}" for i, row in enumerate(rows_of(samples))]
            write(tmp_path / label / f"ann_nohash_{take}.csv", lines)
    with pytest.warns(UserWarning, match="recordings at 50 Hz were resampled to 100 Hz"):
        data = load_dataset("gestures", path=tmp_path)
    assert data.x.shape == (4, 150, 6) and set(data.group) == {"ann"}


def test_rate_of_files_that_do_not_tell_can_be_given(tmp_path):
    for label in ("up", "down"):
        write(tmp_path / f"{label}.csv", tutorial("between recordings", [motion(100), motion(100)]))
    data = load_dataset("gestures", path=tmp_path, rate_hz=100)
    np.testing.assert_allclose(data.x[0, 25:125], motion(100), atol=1e-6)
    with pytest.raises(InputError, match="rate_hz=1 is no rate"):
        load_dataset("gestures", path=tmp_path, rate_hz=1)


def test_long_recording_gives_many_clips_of_one_group(tmp_path):
    still = np.tile([0, 0, 1.0], (1000, 1))
    write(tmp_path / "idle" / "a.csv", ["aX,aY,aZ", *rows_of(still)])
    write(tmp_path / "idle" / "b.csv", ["aX,aY,aZ", *rows_of(still)])
    shaken = still[:250].copy()
    shaken[150:200, 0] = 3 * (-1.0) ** np.arange(50)
    for name in "ab":
        write(tmp_path / "shake" / f"{name}.csv", ["aX,aY,aZ", *rows_of(shaken)])
    data = load_dataset("gestures", path=tmp_path, rate_hz=100)
    assert np.bincount(data.y).tolist() == [18, 2]
    assert len(set(data.group)) == 4
    assert (abs(data.x[data.y == 1, :, 0]) > 1).sum(axis=1).tolist() == [50, 50]  # all its motion


def acquisition(values, units=("m/s2", "dps"), interval_ms=10):
    names = ("accX", "accY", "accZ", "gyrX", "gyrY", "gyrZ")
    sensors = [{"name": name, "units": units[i // 3]} for i, name in enumerate(names)]
    payload = {"device_type": "x", "interval_ms": interval_ms, "sensors": sensors}
    return {"protected": {"ver": "v1"}, "signature": "0", "payload": payload | {"values": values}}


def cbor(value):
    """Encode as RFC 8949 says, arrays without a length, as Edge Impulse's firmware does."""
    if isinstance(value, dict):
        return bytes([0xA0 + len(value)]) + b"".join(
            map(cbor, [x for p in value.items() for x in p])
        )
    if isinstance(value, list):
        return b"\x9f" + b"".join(map(cbor, value)) + b"\xff"
    if isinstance(value, str):
        return bytes([0x78, len(value)]) + value.encode()
    if isinstance(value, int):
        return b"\x19" + value.to_bytes(2)
    return b"\xfb" + struct.pack(">d", value)


@pytest.mark.parametrize("form", ["json", "cbor"])
def test_export_of_edge_impulse_is_split_as_it_is(tmp_path, form):
    for part, takes in (("training", 3), ("testing", 1)):
        for label in ("wave", "snake"):
            for take in range(takes):
                record = acquisition((motion(150, seed=take) * [9.80665] * 1).tolist())
                path = tmp_path / part / f"{label}.{take}abc.{form}"
                path.parent.mkdir(exist_ok=True)
                content = json.dumps(record).encode() if form == "json" else cbor(record)
                path.write_bytes(content)
    (tmp_path / "info.labels.json").write_text("{}")
    assert is_split(tmp_path) and not is_split(tmp_path / "training")
    train, test = (load_dataset("gestures", path=tmp_path, split=s) for s in ("train", "test"))
    assert (len(train), len(test)) == (6, 2) and train.labels == ("snake", "wave")
    np.testing.assert_allclose(test.x[0, :, :3], motion(150, seed=0)[:, :3], atol=1e-5)


def test_har_is_split_by_its_subjects(tmp_path):
    (tmp_path / "activity_labels.txt").write_text("1 WALKING\n2 SITTING\n")
    for split, subjects in (("train", [1, 3, 3, 3]), ("test", [2, 2])):
        signals = tmp_path / split / "Inertial Signals"
        signals.mkdir(parents=True)
        for axis in "xyz":
            force = np.full((len(subjects), 128), 1.0 if axis == "z" else 0.0)
            np.savetxt(signals / f"total_acc_{axis}_{split}.txt", force)
            np.savetxt(signals / f"body_gyro_{axis}_{split}.txt", 0 * force + np.pi)
        np.savetxt(tmp_path / split / f"subject_{split}.txt", subjects, "%d")
        np.savetxt(tmp_path / split / f"y_{split}.txt", [1, 2, 1, 2][: len(subjects)], "%d")
    with pytest.warns(UserWarning, match="50 Hz were resampled"):
        train = load_dataset("gestures", path=tmp_path, split="train")
    assert train.labels == ("sitting", "walking") and set(train.group) == {
        "subject-01",
        "subject-03",
    }
    assert train.x.shape == (4, 150, 6)
    np.testing.assert_allclose(train.x[:, 50], [[0, 0, 1, 180, 180, 180]] * 4, atol=0.2)


def test_folder_without_lists_is_split_by_recording(tmp_path):
    for label in ("up", "down"):
        made = [motion(100, seed=seed) for seed in range(10)]
        write(tmp_path / f"{label}.csv", tutorial("between recordings", made))
    parts = [
        load_dataset("gestures", path=tmp_path, split=s, rate_hz=100) for s in ("train", "test")
    ]
    assert [np.bincount(part.y).tolist() for part in parts] == [[8, 8], [2, 2]]
    assert not set(parts[0].group) & set(parts[1].group)


def test_labels_of_a_model_take_strangers_for_other(tmp_path):
    for label in ("wing", "jump"):
        write(tmp_path / f"{label}.csv", tutorial("between recordings", [motion(100)]))
    data = load_dataset("gestures", path=tmp_path, labels=LABELS, rate_hz=100)
    assert [data.labels[i] for i in data.y] == ["other", "wing"]
    with pytest.raises(InputError, match="'jump', which is none of the classes wing, ring"):
        load_dataset("gestures", path=tmp_path, labels=("wing", "ring"), rate_hz=100)


def test_acceleration_in_mg_everywhere_is_converted_and_told(tmp_path):
    for label in ("up", "down"):
        made = [motion(100, axes=3, seed=seed) * 1000 for seed in range(2)]
        write(tmp_path / f"{label}.csv", tutorial("between recordings", made, 3))
    with pytest.warns(UserWarning, match="seems to be in mg: it was converted to g"):
        data = load_dataset("gestures", path=tmp_path, rate_hz=100)
    np.testing.assert_allclose(data.x[0, 25:125], motion(100, axes=3), atol=1e-5)


# Dialects of other programs: each holds the same four recordings, at 100 Hz ---------------------

MADE = {
    label: [motion(100, seed=10 * i + take) for take in range(2)] for i, label in enumerate("ab")
}
SI = np.array([9.80665] * 3 + [np.pi / 180] * 3)


def columns(header, scale=1.0, part=",", time=None, decimal=".", end=()):
    """Write a file a label: the header, times if any, the six axes in another unit."""

    def write_folder(root):
        for label, recordings in MADE.items():
            lines = [header]
            for samples in recordings:
                for at, row in enumerate(samples * scale):
                    cells = [f"{value:.7g}".replace(".", decimal) for value in row]
                    cells = cells if time is None else [time(at / 100), *cells]
                    lines.append(part.join([*cells, *end]))
                lines.append("")
            (root / f"{label}.csv").write_text("\r\n".join(lines), encoding="utf-8-sig")

    return write_folder


def one_table(root):
    """Write all recordings into one file, told apart by columns, times running on."""
    lines = ["timestamp,ax,ay,az,gx,gy,gz,Label,user"]
    start = 0
    for label, recordings in MADE.items():
        for take, samples in enumerate(recordings):
            rows = enumerate(rows_of(samples))
            lines += [
                f"{start + 10 * i},{row},{label},{'ann' if take else 'bob'}" for i, row in rows
            ]
            start += 5000
    (root / "all.csv").write_text("\n".join(lines))


def raw_counts(root):
    scale = np.repeat([16384, 131], 3)
    made = {label: [np.rint(s * scale) for s in some] for label, some in MADE.items()}
    for label, recordings in made.items():
        lines = ["ax,ay,az,gx,gy,gz"]
        for samples in recordings:
            lines += [*[",".join(f"{v:.0f}" for v in row) for row in samples], ""]
        (root / f"{label}.csv").write_text("\n".join(lines))


PHYPHOX = ";".join(
    f'"{kind} {axis} ({unit})"'
    for kind, unit in (("Acceleration", "m/s^2"), ("Gyroscope", "rad/s"))
    for axis in "xyz"
)
GERMAN = ";".join(f"{kind} {axis}" for kind in ("Beschleunigung", "Gyroskop") for axis in "xyz")


def milliseconds(s):
    return f"{1e3 * s:g}"


def clock(s):
    return f"2024-05-01 10:20:{30 + s:09.6f}"


OTHERS = {
    "edge impulse": (
        columns("timestamp,accX,accY,accZ,gyrX,gyrY,gyrZ", time=milliseconds),
        "accX, accY, accZ as acceleration",
    ),
    "phyphox": (
        columns(f'"Time (s)";{PHYPHOX}', SI, ";", lambda s: f"{s:.9e}"),
        "Acceleration z (m/s^2) as acceleration in m/s2",
    ),
    "decimal commas": (
        columns(f"Zeit;{GERMAN}", 1, ";", lambda s: f"{s:.2f}".replace(".", ","), ","),
        "Beschleunigung x",
    ),
    "physics toolbox": (
        columns("time,gFx,gFy,gFz,wx,wy,wz", np.array([1, 1, 1, *SI[3:]]), time=clock),
        "wx, wy, wz as rate of turn in rad/s",
    ),
    "tabs and microseconds": (
        columns("t_us\tAX\tAY\tAZ\tGX\tGY\tGZ", 1, "\t", lambda s: f"{7e8 + 1e6 * s:.0f}"),
        None,
    ),
    "nanoseconds": (
        columns(f"time,{HEADER}", time=lambda s: f"{17 * 10**17 + int(s * 10**9)}"),
        None,
    ),
    "units in names": (
        columns(
            "t,acc_x_mg,acc_y_mg,acc_z_mg,gyro_x_dps,gyro_y_dps,gyro_z_dps",
            np.array([1000] * 3 + [1] * 3),
            time=milliseconds,
        ),
        "acc_z_mg as acceleration in mg",
    ),
    "brackets": (
        columns("ax (g),ay (g),az (g),gx [deg/s],gy [deg/s],gz [deg/s]"),
        "as rate of turn in deg/s",
    ),
    "no unit told": (
        columns("Accel_X,Accel_Y,Accel_Z,Gyro_X,Gyro_Y,Gyro_Z", SI),
        "turn seems to be in rad/s",
    ),
    "text beside": (columns(f"{HEADER},note", end=("n/a",)), None),
    "counts": (raw_counts, "16,384 were taken for 1 g"),
    "one table": (one_table, None),
}


@pytest.mark.parametrize(("write_folder", "told"), OTHERS.values(), ids=OTHERS)
def test_files_of_other_programs_hold_the_same_recordings(tmp_path, recwarn, write_folder, told):
    write_folder(tmp_path)
    data = load_dataset("gestures", path=tmp_path, rate_hz=100)
    wanted = [np.pad(s, ((25, 25), (0, 0)), mode="edge") for some in MADE.values() for s in some]
    assert data.labels == ("a", "b") and data.y.tolist() == [0, 0, 1, 1]
    np.testing.assert_allclose(data.x, wanted, atol=0.01)
    said = " ".join(str(warning.message) for warning in recwarn)
    assert told in said if told else not said
    assert len(set(data.group)) == (2 if write_folder is one_table else 4)


PARTED = {
    "a pause": lambda take, at: f"{3000 * take + 10 * at},0",
    "times anew": lambda take, at: f"{500 + 10 * at},0",
    "a number": lambda take, at: f"{1000 * take + 10 * at},{take}",
}


@pytest.mark.parametrize("cells", PARTED.values(), ids=PARTED)
def test_recordings_are_parted_by(tmp_path, cells):
    for label, recordings in MADE.items():
        lines = [f"timestamp,trial,{HEADER}"]
        for take, samples in enumerate(recordings):
            lines += [f"{cells(take, at)},{row}" for at, row in enumerate(rows_of(samples))]
        write(tmp_path / f"{label}.csv", lines)
    data = load_dataset("gestures", path=tmp_path)
    assert data.y.tolist() == [0, 0, 1, 1]
    np.testing.assert_allclose(data.x[1, 25:125], MADE["a"][1], atol=1e-5)


def test_number_of_each_line_parts_nothing(tmp_path):
    for label, recordings in MADE.items():
        rows = [f"{at},{row}" for s in recordings for at, row in enumerate(rows_of(s))]
        write(tmp_path / f"{label}.csv", [f"trial,{HEADER}", *rows[:100], "", *rows[100:]])
    assert len(load_dataset("gestures", path=tmp_path, rate_hz=100)) == 4


def test_remarks_and_a_bare_x_y_z_are_understood(tmp_path):
    for label, recordings in MADE.items():
        rows = [f"{row},{at / 100}" for s in recordings for at, row in enumerate(rows_of(s[:, :3]))]
        write(tmp_path / f"{label}.csv", ["sep=,", "# worn left", "z,y,x,seconds_elapsed", *rows])
        text = (tmp_path / f"{label}.csv").read_text()
        (tmp_path / f"{label}.csv").write_text(text, encoding="utf-16")
    with pytest.warns(UserWarning, match="x, y, z as acceleration"):
        data = load_dataset("gestures", path=tmp_path)
    np.testing.assert_allclose(data.x[0, 25:125], MADE["a"][0][:, 2::-1], atol=1e-5)


def test_recordings_of_one_person_are_split_by_recording(tmp_path):
    for label, recordings in MADE.items():
        for take, samples in enumerate(3 * recordings):
            write(tmp_path / label / f"ann_nohash_{take}.csv", [HEADER, *rows_of(samples)])
    with pytest.warns(UserWarning, match="all recordings are of ann"):
        train = load_dataset("gestures", path=tmp_path, split="train", rate_hz=100)
    assert 6 < len(train) < 12 and set(train.y) == {0, 1}


GOOD = tutorial("between recordings", [motion(), motion(seed=1)])


def replaced(line, by):
    return [*GOOD[:line], by, *GOOD[line + 1 :]]


def timed(step_ms):
    rows = [f"{step_ms * i},{row}" for i, row in enumerate(rows_of(motion()))]
    return [f"time_ms,{HEADER}".replace("time_ms", "ms"), *rows, "", *rows]


BAD = {
    "unknown unit": (["aX (furlong),aY,aZ", "1,2,3"], r"'aX \(furlong\)' is in 'furlong'"),
    "two of one": (["aX,accX,aY,aZ", "1,2,3,4"], "two columns for aX: 'aX' and 'accX'"),
    "missing column": (["aX,aY,gX", "1,2,3"], r"no column aZ; its first line is 'aX,aY,gX'"),
    "missing gyroscope axis": (["aX,aY,aZ,gX", "1,2,3,4"], "no column gY, gZ"),
    "no header": (["0.1,0.2,0.3", "0.1,0.2,0.3"], "no line that names its 3 columns"),
    "text": (replaced(5, "1,2,3,4,five,6"), r"punch\.csv, line 6, is not all numbers"),
    "nan": (replaced(7, "1,2,nan,4,5,6"), r"line 8, holds NaN"),
    "short row": (replaced(9, "1,2,3"), r"line 10, has 3 values where the header names 6"),
    "empty": ([""], "is empty"),
    "header alone": ([HEADER], "has a header but no samples"),
    "one recording of a class": (GOOD[:120], "one recording of 'punch'"),
    "mg among g": (
        [HEADER, *rows_of(motion() * 1000), "", *rows_of(motion() * 1000)],
        r"seems to be in (m?g), .* in (m?g): a hand at rest",
    ),
    "other rate": (timed(20), r"is at 50 Hz, .* at 119|is at 50 Hz"),
    "times that fall": (
        ["t,aX,aY,aZ,gX,gY,gZ", *[f"{5 - i},{row}" for i, row in enumerate(rows_of(motion(9)))]],
        "its times do not rise",
    ),
    "three axes": (tutorial("between recordings", [motion(axes=3)] * 2, 3), "acceleration only"),
    "five rows": (
        [HEADER, *rows_of(motion(5)), "", *rows_of(motion(5))],
        r"0\.05 s; a gesture lasts",
    ),
}


@pytest.mark.filterwarnings("ignore:recordings at")
@pytest.mark.parametrize(("lines", "message"), BAD.values(), ids=BAD)
def test_bad_file_is_refused_in_one_sentence(tmp_path, lines, message):
    write(tmp_path / "flex.csv", GOOD)
    write(tmp_path / "punch.csv", lines)
    with pytest.raises(InputError, match=message) as raised:
        load_dataset("gestures", path=tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.filterwarnings("ignore:recordings at")
def test_folders_without_enough_in_them_are_refused(tmp_path):
    with pytest.raises(InputError, match="is not there"):
        load_dataset("gestures", path=tmp_path / "no")
    with pytest.raises(InputError, match="has no recordings"):
        load_dataset("gestures", path=tmp_path)
    write(tmp_path / "up.csv", tutorial("none", [motion()]))
    with pytest.raises(InputError, match="one recording only"):
        load_dataset("gestures", path=tmp_path)
    write(tmp_path / "up.csv", GOOD)
    with pytest.raises(InputError, match=r"one class only \(up\)"):
        load_dataset("gestures", path=tmp_path)
    (tmp_path / "down.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no text file"):
        load_dataset("gestures", path=tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{}", "no acquisition file"),
        (b'{"payload": 3}', "no acquisition file"),
        (json.dumps(acquisition([[1, 2, 3]])).encode(), r"shape \(1, 3\) for 6 sensors"),
        (json.dumps(acquisition([[1.0] * 6], ("furlong", "dps"))).encode(), "accX is in 'furlong'"),
        (json.dumps(acquisition([[float("nan")] * 6])).encode(), "NaN"),
        (json.dumps(acquisition([[1.0] * 6], interval_ms=0)).encode(), "NaN|no acquisition"),
    ],
    ids=["empty", "no payload", "shape", "unit", "nan", "interval"],
)
def test_bad_acquisition_file_is_refused_in_words(tmp_path, content, message):
    (tmp_path / "wave").mkdir()
    (tmp_path / "wave" / "a.json").write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_dataset("gestures", path=tmp_path)


# CBOR --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coded", "value"),
    [  # RFC 8949, appendix A
        ("00", 0),
        ("1903e8", 1000),
        ("3903e7", -1000),
        ("f93c00", 1.0),
        ("fa47c35000", 100000.0),
        ("fbc010666666666666", -4.1),
        ("f4", False),
        ("f6", None),
        ("c11a514b67b0", 1363896240),
        ("4401020304", bytes([1, 2, 3, 4])),
        ("6449455446", "IETF"),
        ("83010203", [1, 2, 3]),
        ("a26161016162820203", {"a": 1, "b": [2, 3]}),
        ("5f42010243030405ff", bytes([1, 2, 3, 4, 5])),
        ("7f657374726561646d696e67ff", "streaming"),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
    ],
)
def test_cbor_is_read_as_its_standard_shows(coded, value):
    assert decode(bytes.fromhex(coded)) == value


@pytest.mark.parametrize(
    "coded", ["", "19", "83", "62ff", "ff", "0000", "1c", "81" * 40 + "00", "5b" + "ff" * 8]
)
def test_cbor_that_is_none_is_refused(coded):
    with pytest.raises(ValueError, match=r"."):
        decode(bytes.fromhex(coded))


# Augmentation ------------------------------------------------------------------------------------


def test_augmentation_turns_both_sensors_alike_and_keeps_lengths():
    clips = np.random.default_rng(0).normal(0, 1, (50, 150, 6)).astype(np.float32)
    still = dict.fromkeys(("speed", "strength", "shift_s", "acceleration_g", "turn_degrees_s"), 0.0)
    turned = MotionAugmentation(**still)(clips, 100.0, np.random.default_rng(1))
    for part in (slice(0, 3), slice(3, 6)):
        lengths = [np.linalg.norm(x[..., part], axis=2) for x in (clips, turned)]
        np.testing.assert_allclose(*lengths, rtol=1e-4)
    dots = [(x[..., :3] * x[..., 3:]).sum(axis=2) for x in (clips, turned)]
    np.testing.assert_allclose(*dots, atol=1e-4)
    assert abs(turned - clips).max() > 0.5


def test_augmentation_moves_and_stretches_time():
    ramp = np.tile(np.arange(150, dtype=np.float32)[:, None] / 150, (400, 1, 3))
    rng = np.random.default_rng(2)
    none = dict.fromkeys(("strength", "turn_degrees", "acceleration_g", "turn_degrees_s"), 0.0)
    moved = MotionAugmentation(**none, speed=0.0)(ramp, 100.0, rng)
    shift = 150 * (moved[:, 75, 0] - ramp[0, 75, 0])
    assert 18 < abs(shift).max() <= 20.001
    faster = MotionAugmentation(**none, shift_s=0.0)(ramp, 100.0, rng)
    slope = np.diff(faster[:, 70:80, 0], axis=1).mean(axis=1) * 150
    assert 0.2 < np.log(slope).std() < 0.4  # rate, and force by its square: 3 * 0.1
