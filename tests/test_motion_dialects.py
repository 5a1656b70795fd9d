"""Folders of motion as phones, watches and public data sets leave them hold the same recordings."""

import numpy as np
import pytest

from tinyml_course import load_dataset
from tinyml_course.datasets.motion_folder import is_split
from tinyml_course.datasets.quality import check_data
from tinyml_course.errors import DataNote, InputError
from tinyml_course.tasks import TASKS

LABELS, PEOPLE, TAKES = ("circle", "up down"), ("ann", "bob", "cléo"), 2
RATE_HZ = 50
GRAVITY = 9.80665
FORCE, TURN = slice(0, 3), slice(3, 6)
pytestmark = pytest.mark.filterwarnings("ignore::tinyml_course.errors.DataNote")


def motion(seed, rows=60):
    """A hand at rest that waves and turns for a while; g and degrees/s, (rows, 6)."""
    rng = np.random.default_rng(seed)
    t = np.arange(rows)[:, None] / RATE_HZ
    swing = np.sin(2 * np.pi * t / t[-1]) * np.hanning(rows)[:, None]
    wave = swing * rng.uniform(0.3, 0.8, 6) * np.array([1, 1, 1, 200, 200, 200])
    return (wave + np.array([0, 0, 1, 0, 0, 0])).round(4)


MADE = {
    (label, person, take): motion(100 * i + 10 * j + take)
    for i, label in enumerate(LABELS)
    for j, person in enumerate(PEOPLE)
    for take in range(TAKES)
}


def write(path, lines, encoding="utf-8", end="\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((end.join(lines) + end).encode(encoding))


def rows_of(samples, part=",", form="{:.6f}"):
    return [part.join(form.format(value) for value in row) for row in samples]


def timed(samples, step=1 / RATE_HZ, form="{:.4f}", part=",", start=0.0):
    return [
        f"{form.format(start + i * step)}{part}{row}"
        for i, row in enumerate(rows_of(samples, part))
    ]


# What a folder may look like: each function writes MADE, or its acceleration, and the groups are
# the people, or as many as there are recordings where nothing tells them.


def wisdm(root):
    """WISDM 2010: one file, lines that end in a semicolon, two of them run together."""
    lines, start = [], 49_105_962_326_000
    for (label, person, _), samples in MADE.items():
        for row in rows_of(samples[:, FORCE] * GRAVITY):
            lines.append(f"{PEOPLE.index(person) + 1},{label},{start},{row};")
            start += 20_000_000
        start += 10**10
    lines[10:12] = [lines[10] + lines[11]]
    write(root / "WISDM_ar_v1.1_raw.txt", lines)


def wisdm_2019(root):
    """WISDM 2019: a folder a sensor, a file a person, both sensors with times of their own."""
    for number, who in enumerate(PEOPLE):
        for sensor, axes, unit in (
            ("accel", slice(0, 3), GRAVITY),
            ("gyro", slice(3, 6), 0.0174533),
        ):
            lines, start = [], 252_207_666_810_782
            for (label, person, _), samples in MADE.items():
                if person == who:
                    for row in rows_of(samples[:, axes] * unit):
                        lines.append(f"{1600 + number},{'AB'[LABELS.index(label)]},{start},{row};")
                        start += 20_000_000
                    start += 10**10
            write(root / "watch" / sensor / f"data_{1600 + number}_{sensor}_watch.txt", lines)


def magic_wand(root):
    """TensorFlow's: a file a person, `-,-,-` before each recording, mg, no header."""
    for label in LABELS:
        for who in PEOPLE:
            lines = []
            for take in range(TAKES):
                lines += ["-,-,-", *rows_of(MADE[label, who, take][:, FORCE] * 1000, form="{:.2f}")]
            write(root / label / f"output_{label}_{who}.txt", lines, end="\r\n")


def uwave(root):
    """A folder a person and day, `<prefix><gesture>-<repetition>.txt`, three columns, spaces."""
    for (label, person, take), samples in MADE.items():
        name = f"Template_Acceleration{LABELS.index(label) + 1}-{take + 1}.txt"
        folder = f"U{PEOPLE.index(person) + 1} (1)"
        write(root / folder / name, rows_of(samples[:, FORCE], "  ", "{:+.6e}"))


def smartwatch(root):
    """UCI's smartwatch gestures: user, gesture, repetition; three columns of times before x y z."""
    for (label, person, take), samples in MADE.items():
        path = root / f"U0{PEOPLE.index(person) + 1}" / f"0{LABELS.index(label) + 1}"
        lines = [
            f"{1_400_000_000_000 + 20 * i} {20_000_000 * i} {20 * i} {row}"
            for i, row in enumerate(rows_of(samples[:, FORCE] * GRAVITY, " "))
        ]
        write(path / f"0{take + 1}.txt", lines)


def mhealth(root):
    """UCI's MHEALTH: 24 columns without names, a file a person, the label in the last."""
    for who in PEOPLE:
        lines = []
        for (label, person, _), samples in MADE.items():
            if person == who:
                for row in samples * ([GRAVITY] * 3 + [1] * 3):
                    cells = [*np.ones(14), *row, 0, 0, 0]
                    lines.append("\t".join(map(str, [*cells, LABELS.index(label) + 1])))
                lines += ["\t".join(["0.5"] * 23 + ["0"])] * 2  # between two activities
        write(root / f"mHealth_subject{PEOPLE.index(who) + 1}.log", lines)


def phyphox(root):
    """A folder a recording with a file a sensor and a folder about the phone; a folder a person."""

    def header(kind, unit):
        return ",".join(['"Time (s)"', *(f'"{kind} {axis} ({unit})"' for axis in "xyz")])

    for (label, person, take), samples in MADE.items():
        folder = root / label / person / f"take {take}"
        turn = np.repeat(np.radians(samples[:, TURN]), 2, axis=0)[:-1]
        turn[1::2] = (turn[:-1:2] + turn[2::2]) / 2  # twice as often
        rows = timed(samples[:, FORCE] * GRAVITY, form="{:.9E}")
        write(folder / "Accelerometer.csv", [header("Acceleration", "m/s^2"), *rows])
        rows = timed(turn, 1 / RATE_HZ / 2, form="{:.9E}")
        write(folder / "Gyroscope.csv", [header("Gyroscope", "rad/s"), *rows])
        write(folder / "meta" / "device.csv", ["property,value", "deviceModel,Phone"])
        write(folder / "meta" / "time.csv", ["event,experiment time", "START,0.0"])


def sensor_logger(root):
    """A folder a recording, named by label and date; z before y before x, and two accelerations."""
    for (label, person, take), samples in MADE.items():
        j = PEOPLE.index(person)
        folder = root / label / f"{label}-2024-05-0{j + 1}_10-20-{30 + take}"
        head, start = "time,seconds_elapsed,z,y,x", 1.7e18
        for name, values in {
            "TotalAcceleration": samples[:, 2::-1] * GRAVITY,
            "Accelerometer": (samples[:, FORCE] - [0, 0, 1])[:, ::-1] * GRAVITY,
            "Gravity": samples[:, 2::-1] * 0 + GRAVITY,
            "Gyroscope": np.radians(samples[:, 5:2:-1]),
        }.items():
            rows = [f"{start + 2e7 * i:.0f},{row}" for i, row in enumerate(timed(values))]
            write(folder / f"{name}.csv", [head, *rows])
        write(folder / "Annotation.csv", ["time,seconds_elapsed,text,millisecond_press_duration"])
        write(folder / "Metadata.csv", ["version,device name", "3,phone"])


def files_side_by_side(root):
    """`<name>_acc.csv` and `<name>_gyro.csv` without times, tabs, capitals, UTF-16."""
    for (label, person, take), samples in MADE.items():
        for sensor, axes in (("ACC", slice(0, 3)), ("GYRO", slice(3, 6))):
            path = root / label / f"{person}_nohash_{take}_{sensor}.TSV"
            write(
                path, ["X\tY\tZ\t", *(f"{r}\t" for r in rows_of(samples[:, axes], "\t"))], "utf-16"
            )


def decimal_commas(root):
    """A German spreadsheet: semicolons, decimal commas, byte order mark, lines above the header."""
    for (label, person, take), samples in MADE.items():
        head = "Zeit [s];Beschleunigung X [m/s²];Beschleunigung Y [m/s²];Beschleunigung Z [m/s²];;"
        rows = (
            f"{row};;".replace(".", ",") for row in timed(samples[:, FORCE] * GRAVITY, part=";")
        )
        lines = ["Messung vom 1. Mai", "", head, *rows]
        write(root / label.title() / f"{person}_nohash_{take}.csv", lines, "utf-8-sig", "\r\n")


def numbered_files(root):
    """Files beside each other, `<label>_<n>.csv`, and what the folder is about."""
    for number, ((label, _, _), samples) in enumerate(MADE.items()):
        lines = ["timestamp,x,y,z", *timed(samples[:, FORCE] * GRAVITY, 20, "{:.0f}")]
        write(root / f"{label}_{number:02}.csv", lines)
    write(root / "README.txt", ["How these were recorded, with a phone, by three people."])
    write(root / "labels.txt", list(LABELS))


def counted_rows(root):
    """A file a label, rows numbered from zero in each recording by pandas."""
    for label in LABELS:
        lines = [",aX,aY,aZ,gX,gY,gZ"]
        for (own, _, _), samples in MADE.items():
            lines += [f"{i},{row}" for i, row in enumerate(rows_of(samples))] * (own == label)
        write(root / f"{label}.csv", lines)


def counts_a_g(counts):
    def write_folder(root):
        for number, ((label, _, _), samples) in enumerate(MADE.items()):
            raw = np.rint(samples[:, FORCE] * counts)
            lines = [f"{20 * i} {row}" for i, row in enumerate(rows_of(raw, " ", "{:.0f}"))]
            write(root / label / f"{number}.dat", ["ms ax ay az", *lines])

    write_folder.__doc__ = f"A sensor's own whole numbers, {counts} to 1 g, parted by spaces."
    return write_folder


DIALECTS = {
    # name: (writes, axes, groups, labels, rate_hz, part of a note)
    "wisdm": (wisdm, 3, 3, LABELS, None, "2 as label, 1 as person"),
    "wisdm 2019": (wisdm_2019, 6, 3, ("A", "B"), None, "4, 5, 6 as rate of turn|rad/s"),
    "magic wand": (magic_wand, 3, 3, LABELS, 25, "at 25 Hz as TensorFlow's magic wand"),
    "uwave": (uwave, 3, 3, None, 50, "as recordings of Template_Acceleration1"),
    "smartwatch": (smartwatch, 3, 3, ("01", "02"), None, "1 as time"),
    "mhealth": (mhealth, 6, 3, ("1", "2"), None, "right lower arm"),
    "phyphox": (phyphox, 6, 3, LABELS, None, "folders in a label's folder as people"),
    "sensor logger": (sensor_logger, 6, 12, LABELS, None, "x, y, z as rate of turn"),
    "side by side": (files_side_by_side, 6, 3, LABELS, 50, "X, Y, Z as rate of turn"),
    "decimal commas": (decimal_commas, 3, 3, ("Circle", "Up Down"), None, "m/s2"),
    "numbered files": (numbered_files, 3, 12, LABELS, None, "circle_00 and its like"),
    "counted rows": (counted_rows, 6, 12, LABELS, 50, ""),
    **{
        f"{n} counts": (counts_a_g(n), 3, 12, LABELS, None, f"{n:,} were taken for 1 g")
        for n in (64, 256, 2048, 4096, 8192, 16_384)
    },
}


@pytest.mark.parametrize(
    ("write_folder", "axes", "groups", "labels", "rate_hz", "told"), DIALECTS.values(), ids=DIALECTS
)
@pytest.mark.filterwarnings("default::tinyml_course.errors.DataNote")
def test_each_dialect_holds_the_same_recordings(
    tmp_path, recwarn, write_folder, axes, groups, labels, rate_hz, told
):
    write_folder(tmp_path)
    data = load_dataset("gestures", path=tmp_path, rate_hz=rate_hz)
    said = " ".join(str(w.message) for w in recwarn if issubclass(w.category, DataNote))
    assert any(part in said for part in told.split("|"))
    assert data.labels == labels or labels is None
    assert len(set(data.group)) == groups
    if write_folder is magic_wand:  # the rows say 25 Hz: the motion takes twice as long
        assert data.x.shape == (len(MADE), 300, axes)
        clip = data.x[0, 30:270:4]
        assert abs(clip - MADE[LABELS[0], PEOPLE[0], 0][:, FORCE])[5:-5].max() < 0.02
        return
    assert data.x.shape == (len(MADE), 150, axes)
    wanted = np.stack([samples[:, :axes] for samples in MADE.values()])  # (12, 60, axes), 50 Hz
    found = data.x[:, 15:135:2]  # 120 samples at 100 Hz in the middle
    order = [int(abs(wanted - clip)[:, 5:-5, :3].sum(axis=(1, 2)).argmin()) for clip in found]
    assert sorted(order) == list(range(len(MADE)))
    error = abs(found - wanted[order])[:, 5:-5]
    assert error[..., :3].max() < 0.02 and error[..., 3:].max(initial=0) < 3
    made = [list(MADE)[i][0] for i in order]
    assert [LABELS[y] for y in data.y] == made
    report = check_data(tmp_path, task="gestures")
    assert sum(one.recordings for one in report.classes) == len(MADE)
    assert tuple(one.label for one in report.classes) == data.labels


# What folders and names tell --------------------------------------------------------------------


def save(path, samples, header="time,aX,aY,aZ,gX,gY,gZ"):
    write(path, [header, *timed(samples)])


def layout(root, place):
    """Write MADE as files, each where `place` says."""
    for number, ((label, person, take), samples) in enumerate(MADE.items()):
        save(root / place(label, person, take, number), samples)


LAYOUTS = {
    "label, person": (lambda la, p, t, n: f"{la}/{p}/{t}.csv", 3),
    "numbered person, label": (lambda la, p, t, n: f"P{PEOPLE.index(p):02}/{la}/{t}.csv", 3),
    "label, numbered person": (lambda la, p, t, n: f"{la}/subject {PEOPLE.index(p)}/{t}.csv", 3),
    "numbered person, label in name": (
        lambda la, p, t, n: f"user{PEOPLE.index(p)}/{la}_{t}.csv",
        3,
    ),
    "person in name": (lambda la, p, t, n: f"{la}/{la}_s{PEOPLE.index(p)}_{t}.csv", 3),
    "label in name": (lambda la, p, t, n: f"{la} ({n}).csv", 12),
    "label and date in name": (lambda la, p, t, n: f"{la}_20240501_1020{n:02}.csv", 12),
    "label, recording": (lambda la, p, t, n: f"{la}/{n}/data.csv", 12),
    "magic wand of csv": (
        lambda la, p, t, n: f"{la}/output_{la}_{p}_{t}_20250518_222410.csv",
        3,
    ),
}


@pytest.mark.parametrize(("place", "groups"), LAYOUTS.values(), ids=LAYOUTS)
def test_names_and_folders_tell_label_and_person(tmp_path, place, groups):
    layout(tmp_path, place)
    data = load_dataset("gestures", path=tmp_path)
    assert data.labels == LABELS and np.bincount(data.y).tolist() == [6, 6]
    assert len(set(data.group)) == groups
    assert not is_split(tmp_path)


SPLIT = {
    "train/label.csv": lambda la, test: f"{'test' if test else 'train'}/{la}.csv",
    "Training/label/n.csv": lambda la, test: f"{'Testing' if test else 'Training'}/{la}/1.csv",
    "label-test.csv": lambda la, test: f"{la}{'-test' * test}.csv",
}


@pytest.mark.parametrize("place", SPLIT.values(), ids=SPLIT)
def test_folders_and_names_tell_the_split(tmp_path, place):
    for number, label in enumerate(LABELS):
        for test in (False, True):
            made = motion(10 * number + test), motion(50 + number)
            rows = [*rows_of(made[0]), "", *rows_of(made[1])]
            write(tmp_path / place(label, test), ["aX,aY,aZ,gX,gY,gZ", *rows])
    assert is_split(tmp_path)
    train, test = (
        load_dataset("gestures", path=tmp_path, split=s, rate_hz=RATE_HZ) for s in ("train", "test")
    )
    assert train.labels == test.labels == LABELS and len(train) == len(test) == 4
    np.testing.assert_allclose(test.x[0, 15:135:2][5:-5], motion(1)[5:-5], atol=3)


def test_classes_that_end_in_numbers_stay_apart(tmp_path):
    for label in ("gesture1", "gesture2"):
        rows = [*rows_of(motion(1)), "", *rows_of(motion(2))]
        write(tmp_path / f"{label}.csv", ["aX,aY,aZ,gX,gY,gZ", *rows])
    assert load_dataset("gestures", path=tmp_path).labels == ("gesture1", "gesture2")


def test_few_damaged_lines_of_many_are_passed_over_and_told(tmp_path):
    for label in LABELS:
        rows = timed(np.tile(motion(1), (60, 1)))
        rows[100] = "2.0,0.1,,"
        write(tmp_path / f"{label}.csv", ["time,aX,aY,aZ,gX,gY,gZ", *rows])
    with pytest.warns(DataNote, match="passed over 1 damaged lines of"):
        load_dataset("gestures", path=tmp_path)


@pytest.mark.parametrize(("slower", "window_s"), [(1, 1.0), (2, 2.0), (6, 1.0)])
def test_window_is_as_long_as_the_motion_takes(tmp_path, slower, window_s):
    for (label, person, take), samples in MADE.items():
        rows = timed(np.repeat(samples[:, FORCE], slower, axis=0))  # 1.2 s, 2.4 s, 7.2 s
        write(tmp_path / label / f"{person}_nohash_{take}.csv", ["time,aX,aY,aZ", *rows])
    data = load_dataset("gestures", path=tmp_path)
    features = TASKS["gestures"].choose_features(data)
    assert data.x.shape[1:] == (150 * window_s, 3)
    assert (features.window_s, features.rows, features.hop) == (window_s, 50, 2 * window_s)
    assert TASKS["gestures"].load_options(features) == {"window_s": window_s}
    again = load_dataset("gestures", path=tmp_path, window_s=1.5)
    assert again.x.shape[1:] == (225, 3)


def test_one_long_recording_of_a_class_is_cut_to_learn_and_to_test(tmp_path):
    for number, label in enumerate(LABELS):
        save(tmp_path / label / "1.csv", np.tile(motion(number), (20, 1)))  # 24 s
    with pytest.warns(DataNote, match="the one long recording of circle, up down was cut into 5"):
        train = load_dataset("gestures", path=tmp_path, split="train")
    test = load_dataset("gestures", path=tmp_path, split="test")
    assert set(train.y) == set(test.y) == {0, 1}
    assert len(train) + len(test) == 2 * 5 * 4  # of each piece of 4.8 s


def test_acceleration_without_gravity_is_told_where_no_unit_is(tmp_path):
    layout(tmp_path, LAYOUTS["label in name"][0])
    for path in tmp_path.iterdir():
        text = path.read_text().splitlines()
        cells = [row.split(",") for row in text[1:]]
        rows = [",".join([*c[:3], f"{float(c[3]) - 1:.4f}", *c[4:]]) for c in cells]
        write(path, [text[0], *rows])
    with pytest.warns(DataNote, match="no recording shows gravity"):
        load_dataset("gestures", path=tmp_path)


def test_motions_between_rests_of_a_long_recording_are_taken_one_by_one(tmp_path):
    rest = np.tile([0.0, 0.0, 1.0], (70, 1))
    for i, label in enumerate(LABELS):
        for take in range(2):
            made = [motion(10 * i + k)[:, FORCE] for k in range(5)]
            rows = np.concatenate([rest, *(part for one in made for part in (one, rest))])
            rows += np.random.default_rng(take).normal(0, 0.003, rows.shape)
            write(tmp_path / label / f"{take}.csv", ["time,aX,aY,aZ", *timed(rows)])
    walk = np.tile(motion(3, 30)[:, FORCE], (40, 1))
    for take in range(2):
        write(tmp_path / "walk" / f"{take}.csv", ["time,aX,aY,aZ", *timed(walk)])
        write(tmp_path / "rest" / f"{take}.csv", ["time,aX,aY,aZ", *timed(np.tile(rest, (9, 1)))])
    with pytest.warns(DataNote, match="4 long recordings have rests in them: each of 20 motions"):
        data = load_dataset("gestures", path=tmp_path)
    counts = dict(zip(data.labels, np.bincount(data.y).tolist(), strict=True))
    assert counts == {"circle": 10, "up down": 10, "rest": 2 * 12, "walk": 2 * 23}
    wanted = motion(0)[:, FORCE]
    np.testing.assert_allclose(data.x[0, 15:135:2][10:-10], wanted[10:-10], atol=0.25)


def test_devices_of_a_kind_keep_their_own_rates(tmp_path):
    for number, label in enumerate(LABELS):
        for take, rate in enumerate((48, 56)):
            rows = timed(motion(number, rows=rate), 1 / rate, "{:.5f}")
            write(tmp_path / label / f"{take}.csv", ["time,aX,aY,aZ,gX,gY,gZ", *rows])
    with pytest.warns(DataNote, match="at 48 to 56 Hz were resampled to 100 Hz"):
        data = load_dataset("gestures", path=tmp_path)
    moving = (abs(np.diff(data.x[..., 0], axis=1)) > 1e-6).sum(axis=1)
    assert moving.min() > 85 and moving.max() < 105  # each lasts a second


def gyroscope_alone(root):
    write(root / LABELS[0] / "Gyroscope.csv", ["time,x,y,z", *timed(motion(0)[:, TURN])])


def one_phone_recording(root):
    write(root / "Accelerometer.csv", ["time,x,y,z", *timed(motion(0)[:, FORCE])])
    write(root / "Gyroscope.csv", ["time,x,y,z", *timed(motion(0)[:, TURN])])


def other_moments(root):
    for label in LABELS:
        write(root / label / "Accelerometer.csv", ["time,x,y,z", *timed(motion(0)[:, FORCE])])
        late = timed(motion(0)[:, TURN], start=100)
        write(root / label / "Gyroscope.csv", ["time,x,y,z", *late])


def other_lengths(root):
    for label in LABELS:
        write(root / label / "1_acc.csv", ["x,y,z", *rows_of(motion(0)[:, FORCE])])
        write(root / label / "1_gyro.csv", ["x,y,z", *rows_of(motion(0, 50)[:, TURN])])


def nine_columns(root):
    nine = np.hstack([motion(0), motion(1)[:, FORCE]])
    write(root / "a" / "1.txt", rows_of(nine))


def not_unpacked(root):
    for name in ("wave.zip", "circle.zip"):
        write(root / name, ["PK"])


def spreadsheets(root):
    write(root / "wave" / "1.xlsx", ["PK"])


def one_class(root):
    for number in range(3):
        save(root / "wave" / f"{number}.csv", motion(number))


BAD = {
    "gyroscope alone": (gyroscope_alone, "Gyroscope.csv is a gyroscope's file, and there is none"),
    "one recording": (
        one_phone_recording,
        "is one recording. Give the folder that all recordings are in",
    ),
    "other moments": (other_moments, "Gyroscope.csv was not recorded when .*Accelerometer.csv was"),
    "other lengths": (other_lengths, "has 60 lines and .* 50, without times in both"),
    "nine columns": (nine_columns, "no line that names its 9 columns.*Write a line above"),
    "not unpacked": (not_unpacked, "2 .zip files: unpack each"),
    "spreadsheets": (spreadsheets, "1 .xlsx files: export each as .csv"),
    "one class": (one_class, r"one class only \(wave\).*or give .*wave"),
}


@pytest.mark.parametrize(("write_folder", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_used_is_refused_in_one_line(tmp_path, write_folder, message):
    write_folder(tmp_path)
    with pytest.raises(InputError, match=message) as raised:
        load_dataset("gestures", path=tmp_path)
    assert "\n" not in str(raised.value)
