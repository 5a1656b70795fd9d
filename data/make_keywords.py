"""Make data/keywords: the course's ready set of spoken keywords, from synthetic voices.

    python data/make_keywords.py [--out data/keywords]

Needs the espeakng-loader package and, from the system's packages, flite, festival,
festvox-kallpc16k, festvox-kdlpc16k and festvox-us-slt-hts. Each voice works in a fresh process
with random numbers of its own, so that the same samples come out every time. The result is Opus
files that hold one clip a second, and index.csv, one row a clip.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import multiprocessing
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby, islice
from pathlib import Path

import numpy as np
import soundfile
from noises import draw_place, record
from numpy.typing import NDArray
from ogg import fix_serial
from rich.progress import track
from voices import RATE_HZ, Manner, Samples, Utterance, Voice, say_all

from tinyml_course.datasets.recordings import KEYWORDS, OTHER_WORDS, SILENCE

SEED = 2026
PEAK = 0.5  # of full scale, every word
FRAME = RATE_HZ // 100  # samples in 10 ms
AUDIBLE = 0.01  # of the loudest 10 ms: 40 dB below
MARGIN_S = 0.02  # kept before and after the audible part of a word
LONGEST_S = 0.96
SHORTEST_S = 0.12
TRAIN_PLACES, TEST_PLACES, CLIPS_A_PLACE = 24, 4, 15
COMPRESSION = 0.95  # of libsndfile's range; about 12 kbit/s

ACCENTS = (
    *("en-us", "en-us-nyc", "en", "en-gb-x-rp"),
    *("en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029"),
)
# espeak-ng's variants that sound like a person; whispers, croaks and robots are left out.
TRAIN_VARIANTS = (
    *("Alex", "Andrea", "Andy", "Annie", "AnxiousAndy", "Denis", "Diogo", "Gene", "Gene2"),
    *("Henrique", "Hugo", "Jacky", "Lee", "Marco", "Mario", "Michael", "Mike", "Nguyen", "Reed"),
    *("RicishayMax", "RicishayMax2", "RicishayMax3", "Storm", "Tweaky", "adam", "anika"),
    *("announcer", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb", "david", "ed"),
    *("edward", "edward2", "f1", "f2", "f4", "f5", "grandma", "ian", "iven", "iven2"),
    *("iven3", "iven4", "john", "kaukovalta", "klatt", "klatt2", "klatt3", "klatt5", "m1", "m2"),
    *("m3", "m4", "m5", "m6", "m8", "marcelo", "max", "michel", "miguel", "mike2", "norbert"),
    *("pablo", "paul", "pedro", "quincy", "rob", "robert", "sandro", "steph"),
    *("travis", "victor"),
)
TEST_VARIANTS = ("Alicia", "f3", "grandpa", "gustave", "linda", "m7", "shelby", "zac")
TRAIN_PEOPLE = (
    Voice("flite", "kal16", "kal", 105),
    Voice("festival", "kal_diphone", "kal", 105),
    Voice("flite", "awb", "awb", 130),
    Voice("flite", "rms", "rms", 100),
    Voice("flite", "slt", "slt", 185),
    Voice("festival", "cmu_us_slt_arctic_hts", "slt", 185),
)
TEST_PEOPLE = (Voice("festival", "ked_diphone", "ked", 110),)
# How much longer than the engines people say a lone word that can be drawn out.
PEOPLE_LENGTH = dict.fromkeys(("no", "on", "up", "go", "down"), 1.45) | {"right": 1.15}
ESPEAK_LENGTH = {"on": 1.15, "off": 1.15, "stop": 1.15}
STOPS = tuple("ptkbdg")  # a word that ends in one is often said without its release
UNRELEASED = 0.3  # of those words


@dataclass(frozen=True)
class Part:
    """What one voice contributes: how often it says each keyword, and how many other words."""

    voice: Voice
    split: str
    takes: int
    other_words: int


@dataclass(frozen=True)
class Clip:
    """A finished clip of 16,000 samples, the file it goes to and its line in the index."""

    samples: NDArray[np.int16]
    file: str
    word: str
    voice: str
    speaker: str
    split: str


def plan_parts() -> Iterator[Part]:
    """List the voices: people first, then every espeak variant with two accents."""
    for voice in TRAIN_PEOPLE:
        takes = 110 if voice.engine == "flite" else 80
        yield Part(voice, "train", takes, other_words=300)
    for voice in TEST_PEOPLE:
        yield Part(voice, "test", takes=15, other_words=60)
    for number, variant in enumerate((*TRAIN_VARIANTS, *TEST_VARIANTS)):
        split = "test" if variant in TEST_VARIANTS else "train"
        for accent in (ACCENTS[number % 8], ACCENTS[(number + 1 + number // 8 % 7) % 8]):
            voice = Voice("espeak", f"{accent}+{variant}", variant)
            yield Part(voice, split, takes=1 if split == "test" else 2, other_words=10)


def plan_utterances(part: Part, rng: np.random.Generator) -> list[Utterance]:
    """Draw how a voice says its words; all words come equally often."""
    others = [w for _ in range(0, part.other_words, 25) for w in rng.permutation(OTHER_WORDS)]
    words = [*KEYWORDS * part.takes, *map(str, islice(others, part.other_words))]
    longer = ESPEAK_LENGTH if part.voice.engine == "espeak" else PEOPLE_LENGTH
    return [Utterance(word, draw_manner(rng, longer.get(word, 1.0))) for word in words]


def draw_manner(rng: np.random.Generator, usual_length: float) -> Manner:
    """Draw a way to say a word, around a length."""
    return Manner(
        ending=str(rng.choice([".", "!", "?", ","], p=[0.5, 0.2, 0.2, 0.1])),
        length=usual_length * float(np.exp(rng.uniform(np.log(0.7), np.log(1.7)))),
        pitch=float(np.exp(rng.uniform(np.log(0.75), np.log(1.45)))),
        liveliness=float(rng.uniform(0.2, 2.0)),
    )


def make_part(part: Part) -> list[Clip]:
    """Let one voice say all its words."""
    rng = np.random.default_rng([SEED, zlib.crc32(part.voice.name.encode())])
    utterances = plan_utterances(part, rng)
    clips = []
    for utterance, said in zip(utterances, say_all(part.voice, utterances), strict=True):
        clipped = utterance.word.endswith(STOPS) and rng.random() < UNRELEASED
        samples = centre_word(without_release(said) if clipped else said)
        if samples is not None:
            clips.append(
                Clip(
                    samples,
                    file=f"{_file_stem(part)}.opus",
                    word=utterance.word,
                    voice=f"{part.voice.engine} {part.voice.name}",
                    speaker=f"{'person' if part.voice.pitch_hz else 'espeak'}-{part.voice.speaker}",
                    split=part.split,
                )
            )
    return clips


def _file_stem(part: Part) -> str:
    """Name the file of a voice: people have one each, espeak's variants one an accent."""
    if part.voice.engine != "espeak":
        return f"{part.voice.engine}-{part.voice.name}"
    accent = part.voice.name.partition("+")[0]
    return f"espeak-{accent}" if part.split == "train" else "espeak-test"


def without_release(said: Samples) -> Samples:
    """Cut a word off in the silence before its last stop consonant is released.

    The silence is the quietest 10 ms in the second half of the audible part; a word that has none
    (30 dB below its loudest 10 ms) stays whole.
    """
    level = frame_levels(said)
    audible = np.flatnonzero(level > AUDIBLE * level.max(initial=0))
    if len(audible) < 8:
        return said
    middle = (audible[0] + audible[-1]) // 2
    quietest = middle + int(np.argmin(level[middle : audible[-1]]))
    return said[: quietest * FRAME] if level[quietest] < 0.03 * level.max() else said


def centre_word(said: Samples) -> NDArray[np.int16] | None:
    """Trim a word to its audible part, scale it and put it in the middle of a second.

    Returns
    -------
    clip : ndarray, shape=(16000,), dtype=int16, or None
        None if the audible part is too long for a clip, or too short to be a word.
    """
    level = frame_levels(said)
    audible = np.flatnonzero(level > AUDIBLE * level.max(initial=0))
    if len(audible) == 0:
        return None
    margin = int(MARGIN_S * RATE_HZ)
    start = max(0, audible[0] * FRAME - margin)
    word = said[start : (audible[-1] + 1) * FRAME + margin]
    if not SHORTEST_S <= len(word) / RATE_HZ <= LONGEST_S:
        return None
    fade = np.minimum(1, np.arange(1, len(word) + 1) / (margin / 2))
    word = word * fade * fade[::-1] * (PEAK / np.abs(word).max())
    clip = np.zeros(RATE_HZ, np.int16)
    at = (RATE_HZ - len(word)) // 2
    clip[at : at + len(word)] = np.rint(word * 32_767)
    return clip


def frame_levels(said: Samples) -> NDArray[np.float32]:
    """Return the root mean square of every 10 ms."""
    frames = said[: len(said) // FRAME * FRAME].reshape(-1, FRAME)
    return np.sqrt(np.mean(frames**2, axis=1))


def make_noises(place: int) -> list[Clip]:
    """Record some seconds of one place, for the class "silence"."""
    rng = np.random.default_rng([SEED, place])
    split = "train" if place < TRAIN_PLACES else "test"
    here = draw_place(rng)
    return [
        Clip(
            np.rint(32_767 * record(here, rng)).astype(np.int16),
            file=f"noise-{split}.opus",
            word=SILENCE,
            voice="noise",
            speaker=f"noise-{place}",
            split=split,
        )
        for _ in range(CLIPS_A_PLACE)
    ]


def write_file(path: Path, clips: list[Clip]) -> str:
    """Write clips one after the other to an Opus file; return its line for SHA256SUMS."""
    samples = np.concatenate([clip.samples for clip in clips])
    soundfile.write(
        path, samples, RATE_HZ, format="OGG", subtype="OPUS", compression_level=COMPRESSION
    )
    fix_serial(path)
    return checksum_line(path)


def thin_unknown(clips: list[Clip]) -> list[Clip]:
    """Keep in the test part as many unknown words as a keyword has clips; set the others aside."""
    unknown = [i for i, c in enumerate(clips) if c.split == "test" and c.word in OTHER_WORDS]
    words = Counter(c.word for c in clips if c.split == "test" and c.word in KEYWORDS)
    every = max(1, round(len(unknown) * len(KEYWORDS) / max(1, words.total())))
    spare = set(unknown) - set(unknown[::every])
    return [replace(c, split="spare") if i in spare else c for i, c in enumerate(clips)]


def write_index(path: Path, clips: list[Clip]) -> str:
    """Write one row a clip, in the order of the files; return the index's line for SHA256SUMS."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "word", "voice", "speaker", "split"])
        writer.writerows([c.file, c.word, c.voice, c.speaker, c.split] for c in clips)
    return checksum_line(path)


def checksum_line(path: Path) -> str:
    """Return a file's SHA-256 and name, as sha256sum writes them."""
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"


def main() -> None:
    """Make the set with two processes, and say what is in it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "keywords")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    parts = list(plan_parts())
    clips = [clip for place in range(TRAIN_PLACES + TEST_PLACES) for clip in make_noises(place)]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, spawn, max_tasks_per_child=1) as pool:
        made = pool.map(make_part, parts)
        clips += [clip for part in track(made, "speaking", len(parts)) for clip in part]
        clips.sort(key=lambda clip: clip.file)  # stable: within a file, in the order of the plan
        files = {name: list(group) for name, group in groupby(clips, key=lambda clip: clip.file)}
        sums = list(pool.map(write_file, [out / name for name in files], files.values()))
    clips = thin_unknown(clips)
    sums.append(write_index(out / "index.csv", clips))
    (out / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    for split in ("train", "test"):
        words = Counter(clip.word for clip in clips if clip.split == split)
        print(f"{split}: {sum(words.values()):,} clips", dict(words))


if __name__ == "__main__":
    main()
