"""Synthetic voices: a word and a way of saying it in, samples out.

Three engines. espeak-ng (through the espeakng-loader package) makes speech from formants: many
voices, none of them human. flite and festival (from the system's packages) join or model pieces of
speech recorded from people: few voices, each worth many of the others to a model that is to
understand people. Only `make_keywords.py` uses this; nothing is synthesized when the course runs.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]
RATE_HZ = 16_000


@dataclass(frozen=True)
class Manner:
    """A way to say a word: everything relative to how the voice usually speaks.

    Attributes
    ----------
    ending : {".", "!", "?", ","}
        Statement, exclamation, question, or the first of more to come.
    length : float
        Duration of the sounds, 1 is usual.
    pitch : float
        Mean of the pitch, 1 is usual.
    liveliness : float
        How far the pitch moves, 0 is a monotone, 1 usual.
    """

    ending: str
    length: float
    pitch: float
    liveliness: float


@dataclass(frozen=True)
class Utterance:
    """One word to be said in one manner."""

    word: str
    manner: Manner


@dataclass(frozen=True)
class Voice:
    """A voice of an engine.

    Attributes
    ----------
    engine : {"espeak", "flite", "festival"}
    name : str
        As the engine calls it.
    speaker : str
        The person whose recordings it is made of, or the shape of the vocal tract it imitates:
        two voices of one speaker never stand on two sides of a split.
    pitch_hz : float
        Usual pitch; espeak has its own and ignores this.
    """

    engine: str
    name: str
    speaker: str
    pitch_hz: float = 0.0


def say_all(voice: Voice, utterances: Sequence[Utterance]) -> list[Samples]:
    """Say every utterance with one voice, at 16 kHz.

    espeak's output depends on all it has said before: call this in a fresh process for the same
    samples every time.
    """
    say = {"espeak": _espeak, "flite": _flite, "festival": _festival}[voice.engine]
    return say(voice, utterances)


def _at_16_khz(samples: Samples, rate_hz: float) -> Samples:
    return samples if rate_hz == RATE_HZ else soxr.resample(samples, rate_hz, RATE_HZ)


# -- espeak-ng --------------------------------------------------------------------------------
# Names and numbers are those of espeak-ng's public header, speak_lib.h.

AUDIO_OUTPUT_SYNCHRONOUS = 2
CHARS_UTF8 = 1
RATE_WPM, PITCH, PITCH_RANGE = 1, 3, 4
USUAL = {RATE_WPM: 160, PITCH: 50, PITCH_RANGE: 50}


def _espeak(voice: Voice, utterances: Sequence[Utterance]) -> list[Samples]:
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    callback_type = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
    )
    pieces: list[NDArray[np.int16]] = []

    def collect(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: object) -> int:
        if samples and count:
            pieces.append(np.ctypeslib.as_array(samples, shape=(count,)).copy())
        return 0

    callback = callback_type(collect)
    data = str(Path(espeakng_loader.get_data_path()).parent).encode()
    rate_hz = library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, data, 0)
    library.espeak_SetSynthCallback(callback)
    if rate_hz <= 0 or library.espeak_SetVoiceByName(voice.name.encode()) != 0:
        raise RuntimeError(f"espeak-ng has no voice {voice.name}")
    said = []
    for utterance in utterances:
        manner = utterance.manner
        for parameter, factor in (
            (RATE_WPM, 1 / manner.length),
            (PITCH, manner.pitch),
            (PITCH_RANGE, manner.liveliness),
        ):
            library.espeak_SetParameter(parameter, round(USUAL[parameter] * factor), 0)
        text = f"{utterance.word}{manner.ending}".encode() + b"\0"
        library.espeak_Synth(text, len(text), 0, 0, 0, CHARS_UTF8, None, None)
        library.espeak_Synchronize()
        joined = np.concatenate(pieces) if pieces else np.zeros(1, np.int16)
        pieces.clear()
        said.append(_at_16_khz(joined.astype(np.float32) / 32_768, rate_hz))
    return said


# -- flite ------------------------------------------------------------------------------------


def _flite(voice: Voice, utterances: Sequence[Utterance]) -> list[Samples]:
    said = []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "word.wav"
        for utterance in utterances:
            manner = utterance.manner
            settings = {
                "duration_stretch": manner.length,
                "int_f0_target_mean": voice.pitch_hz * manner.pitch,
                "int_f0_target_stddev": 0.12 * voice.pitch_hz * manner.liveliness,
            }
            command = ["flite", "-voice", voice.name, "-o", str(out)]
            for name, value in settings.items():
                command += ["--setf", f"{name}={value:.3f}"]
            subprocess.run([*command, "-t", utterance.word + manner.ending], check=True)
            said.append(_read(out))
    return said


# -- festival ---------------------------------------------------------------------------------

WAV_HEADER_BYTES = 44
FESTIVAL_WORD = """\
(Parameter.set 'Duration_Stretch {length:.3f})
(set! int_lr_params '((target_f0_mean {mean:.1f}) (target_f0_std {spread:.1f})
                      (model_f0_mean 170) (model_f0_std 34)))
(if hts (set! hts_engine_params (cons (list "-r" {rate:.3f}) hts)))
(utt.save.wave (utt.synth (eval (list 'Utterance 'Text "{text}"))) "{out}" 'riff)
"""


def _festival(voice: Voice, utterances: Sequence[Utterance]) -> list[Samples]:
    """Say the words with festival, one process for as many as it survives.

    Its diphone voices now and then crash on a pitch curve; that word is left silent. Its HTS voice
    keeps its pitch whatever it is told, so there the playback is sped up or slowed down instead.
    """
    with tempfile.TemporaryDirectory() as folder:
        said: list[Samples] = []
        while len(said) < len(utterances):
            outs = [Path(folder) / f"{i}.wav" for i in range(len(said), len(utterances))]
            script = Path(folder) / "words.scm"
            script.write_text(_festival_script(voice, utterances[len(said) :], outs))
            done = subprocess.run(["festival", "-b", str(script)], capture_output=True, check=False)
            whole = [out for out in outs if out.is_file() and out.stat().st_size > WAV_HEADER_BYTES]
            said += [_read(out) for out in whole]
            if done.returncode:
                said.append(np.zeros(1, np.float32))
    if _is_hts(voice):
        speeds = [_playback_speed(utterance.manner) for utterance in utterances]
        said = [_at_16_khz(s, RATE_HZ * v) for s, v in zip(said, speeds, strict=True)]
    return said


def _festival_script(voice: Voice, utterances: Sequence[Utterance], outs: Sequence[Path]) -> str:
    """Write the Scheme program that says the words into the given files."""
    hts = "hts_engine_params" if _is_hts(voice) else "nil"
    words = (
        FESTIVAL_WORD.format(
            length=utterance.manner.length,
            rate=1 / (utterance.manner.length * _playback_speed(utterance.manner)),
            mean=voice.pitch_hz * utterance.manner.pitch,
            spread=0.12 * voice.pitch_hz * utterance.manner.liveliness,
            text=utterance.word + utterance.manner.ending,
            out=out,
        )
        for utterance, out in zip(utterances, outs, strict=True)
    )
    return "".join([f"(voice_{voice.name})\n(set! hts {hts})\n", *words])


def _is_hts(voice: Voice) -> bool:
    return voice.name.endswith("hts")


def _playback_speed(manner: Manner) -> float:
    """Return how much faster an HTS voice is played: a third of the pitch asked for, in octaves."""
    return manner.pitch ** (1 / 3)


def _read(path: Path) -> Samples:
    samples, rate_hz = soundfile.read(path, dtype="float32")
    return _at_16_khz(samples, rate_hz)
