"""Sound files: every kind of bad recording gives one clear error; conversion is asked for."""

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from tinyml_course.datasets import audio
from tinyml_course.errors import InputError


def tone(rate_hz=16_000, seconds=1.0, hz=440.0, level=0.3):
    return level * np.sin(2 * np.pi * hz * np.arange(round(rate_hz * seconds)) / rate_hz)


@pytest.fixture
def written(tmp_path):
    """Return a function that writes samples to a file of the given form and returns its path."""

    def write(samples, name="clip.wav", rate_hz=16_000, **form):
        soundfile.write(tmp_path / name, samples, rate_hz, **form)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("name", "form"), [("a.wav", {}), ("a.flac", {}), ("a.WAV", {"format": "WAV"})]
)
def test_lossless_clip_comes_back_to_the_bit(written, name, form):
    samples = np.random.default_rng(0).integers(-32_768, 32_768, 16_000).astype(np.int16)
    assert np.array_equal(audio.read_clip(written(samples, name, **form)), samples)


@pytest.mark.parametrize("subtype", ["OPUS", "VORBIS"])
def test_lossy_clip_keeps_length_place_and_level(written, subtype):
    samples = tone() * (np.abs(np.arange(16_000) - 8_000) < 3_000)
    clip = audio.read_clip(written(samples, "a.ogg", format="OGG", subtype=subtype)) / 32_768
    assert clip.shape == (16_000,)
    assert np.sqrt(np.mean((clip - samples) ** 2)) < 0.15 * np.sqrt(np.mean(samples**2))


@given(st.integers(1, 15_999))
def test_short_sound_stands_in_the_middle(length):
    clip = audio.fit_to_one_second(np.ones(length, np.int16))
    before, after = np.argmax(clip), np.argmax(clip[::-1])
    assert len(clip) == 16_000 and clip.sum() == length and abs(before - after) <= 1


@given(st.integers(16_000, 60_000), st.floats(0, 1))
def test_of_long_sound_the_word_is_kept(length, place):
    samples = np.random.default_rng(0).integers(-3, 4, length).astype(np.int16)
    at = int(place * (length - 6_000))
    samples[at : at + 6_000] = 1_000
    clip = audio.fit_to_one_second(samples)
    assert len(clip) == 16_000 and (clip == 1_000).sum() >= 0.998 * 6_000


def test_long_noise_is_cut_into_whole_seconds(written):
    samples = np.arange(40_000, dtype=np.int16) % 7
    path = written(samples, "hum.flac")
    assert np.array_equal(audio.read_seconds(path).ravel(), samples[:32_000])
    assert audio.count_seconds(path) == 2


@pytest.mark.parametrize("length", [100, 15_999, 16_000, 31_999, 32_000])
@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100])
def test_seconds_are_counted_as_they_are_read(written, length, rate_hz):
    path = written(np.zeros(length, np.int16), rate_hz=rate_hz)
    assert audio.count_seconds(path) == len(audio.read_seconds(path, convert=True))


BAD_FILES = {
    "8 kHz": (lambda w: w(tone(8_000), rate_hz=8_000), "8,000 Hz.*nothing above 4 kHz"),
    "stereo": (lambda w: w(np.stack([tone()] * 2, 1)), "is stereo; clips are 16,000 Hz, mono"),
    "six channels": (lambda w: w(np.stack([tone()] * 6, 1)), "is 6 channels"),
    "24 bit": (lambda w: w(tone(), subtype="PCM_24"), "24 bit.*convert=True"),
    "float": (lambda w: w(tone(), subtype="FLOAT"), "32 bit float.*convert=True"),
    "48 kHz": (lambda w: w(tone(48_000), rate_hz=48_000), "48,000 Hz.*convert=True"),
    "no frames": (lambda w: w(np.zeros(0)), "holds no sound"),
    "a minute": (lambda w: w(tone(seconds=60)), "lasts 60.0 s"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_file_of_the_wrong_form_is_refused(written, kind):
    make, words = BAD_FILES[kind]
    path = make(written)
    with pytest.raises(InputError, match=words) as caught:
        audio.read_clip(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("convert", [False, True])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_float_that_is_not_a_number_is_refused_even_when_converting(written, value, convert):
    samples = tone()
    samples[4_000] = value
    with pytest.raises(InputError, match=r"not a number .*at 0\.250 s"):
        audio.read_clip(written(samples, subtype="FLOAT"), convert=convert)


def test_float_in_units_of_int16_is_refused(written):
    with pytest.raises(InputError, match="full scale is 1"):
        audio.read_clip(written(tone() * 32_768, subtype="FLOAT"), convert=True)


def test_8_khz_is_refused_even_when_converting(written):
    with pytest.raises(InputError, match="resampling cannot bring the sound back"):
        audio.read_clip(written(tone(8_000), rate_hz=8_000), convert=True)


@pytest.mark.parametrize(
    "form",
    [
        {"rate_hz": 48_000},
        {"rate_hz": 44_100},
        {"subtype": "PCM_24"},
        {"subtype": "FLOAT"},
        {"rate_hz": 44_100, "subtype": "PCM_24"},
    ],
    ids=str,
)
@pytest.mark.parametrize("channels", [1, 2])
def test_convert_gives_the_same_sound(written, form, channels):
    rate_hz = form.get("rate_hz", 16_000)
    samples = tone(rate_hz)
    clip = audio.read_clip(written(np.stack([samples] * channels, 1), **form), convert=True)
    inner = slice(500, -500)  # a resampler rings where the sound starts and stops
    assert np.abs(clip / 32_768 - tone())[inner].max() < 2e-3


def test_convert_leaves_a_right_file_alone(written):
    samples = np.random.default_rng(0).integers(-32_768, 32_768, 16_000).astype(np.int16)
    assert np.array_equal(audio.read_clip(written(samples), convert=True), samples)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_truncated_file_is_refused(written, name, share):
    noise = np.random.default_rng(0).integers(-9_000, 9_000, 16_000).astype(np.int16)
    form = {"format": "OGG", "subtype": "OPUS"} if name.endswith("ogg") else {}
    path = written(noise, name, **form)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match=r"was cut off|cannot be read as sound") as caught:
        audio.read_clip(path)
    assert str(path) in str(caught.value)


def test_recorder_that_left_the_size_open_is_accepted(written):
    path = written((tone() * 9_000).astype(np.int16))
    raw = bytearray(path.read_bytes())
    raw[4:8] = b"\xff\xff\xff\xff"
    path.write_bytes(raw)
    assert audio.read_clip(path).any()


@pytest.mark.parametrize("content", [b"", b"R", b"hello, I am a text file\n" * 40, bytes(5_000)])
def test_file_that_is_no_sound_is_refused(tmp_path, content):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"is empty \(0 bytes\)|cannot be read as sound"):
        audio.read_clip(path)


@given(st.binary(max_size=300))
def test_random_bytes_give_our_own_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("random") / "a.wav"
    path.write_bytes(b"RIFF" + content)
    with pytest.raises(InputError):
        audio.read_clip(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.wav is not there"):
        audio.read_clip(tmp_path / "nowhere.wav")
