// The microphone: a level meter, and takes as they come from the sound card. Uses recorder.js.

const TAP = `registerProcessor("tinyml-tap", class extends AudioWorkletProcessor {
  process([input]) { if (input[0]) this.port.postMessage(input[0].slice()); return true; }
});`;
const AS_IT_IS = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const FLOOR_DB = -60;
const LEVEL_MS = 60;

const peakOf = (samples) => samples.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
const rmsOf = (samples) => Math.sqrt(samples.reduce((sum, v) => sum + v * v, 0) / samples.length);
const decibels = (share) => Math.max(FLOOR_DB, 20 * Math.log10(Math.max(share, 1e-6)));

/** A take as it was heard, one full scale high. */
const soundOf = (samples, rate) => picture(`The take, ${(samples.length / rate).toFixed(1)} s`, 92, (width) => ({
  words: `peak ${decibels(peakOf(samples)).toFixed(0)} dB`, shapes: waveform(samples, 1, width, 90),
})).node;

function render({ model, el }) {
  const limits = model.get("_limits");
  const meter = make("meter", {
    min: FLOOR_DB, max: 0, low: decibels(limits.quiet), high: -3, optimum: -12, "aria-label": "Level of the microphone",
  });
  const level = make("span", { class: "level" });
  const live = make("div", { class: "strip live" }, make("span", {}, "Level"), meter, level);
  let context, hear, rate;
  const listeners = new Set();

  /** Let `hear` have all samples of a stream. */
  async function tap(stream) {
    context = new AudioContext();
    rate = context.sampleRate;
    const module = URL.createObjectURL(new Blob([TAP], { type: "text/javascript" }));
    await context.audioWorklet.addModule(module);
    URL.revokeObjectURL(module);
    hear = new AudioWorkletNode(context, "tinyml-tap", { numberOfOutputs: 0 });
    context.createMediaStreamSource(stream).connect(hear);
    await context.resume();
  }

  async function open(tell, lost) {
    const stream = await mediaStream({ audio: AS_IT_IS });
    const tracks = stream.getTracks();
    try {
      await tap(stream);
    } catch (error) {
      tracks.forEach((track) => track.stop());
      throw error;
    }
    hear.port.onmessage = ({ data }) => listeners.forEach((listener) => listener(data));
    let [peak, since] = [0, 0];
    listeners.add((samples) => {
      peak = Math.max(peak, peakOf(samples));
      if (performance.now() - since < LEVEL_MS) return;
      since = performance.now();
      meter.value = decibels(peak);
      level.textContent = peak >= limits.full ? "too loud" : `${decibels(peak).toFixed(0)} dB`;
      peak = 0;
    });
    tracks[0].onended = () => lost("The microphone is gone. Connect it again.");
    return () => {
      listeners.clear();
      tracks[0].onended = null;
      tracks.forEach((track) => track.stop());
      context.close();
    };
  }

  function take(tell) {
    const seconds = model.get("seconds");
    const samples = new Float32Array(Math.round(seconds * rate));
    tell(`Recording "${model.get("label")}": speak now.`);
    return new Promise((resolve, reject) => {
      const silent = setTimeout(() => {
        listeners.delete(gather);
        reject(new Error("The microphone sends nothing. Check that it is switched on."));
      }, 1000 * seconds + 3000);
      let filled = 0;
      const gather = (chunk) => {
        const part = chunk.subarray(0, samples.length - filled);
        samples.set(part, filled);
        filled += part.length;
        if (filled < samples.length) return;
        clearTimeout(silent);
        listeners.delete(gather);
        resolve(judged(samples));
      };
      listeners.add(gather);
    });
  }

  function judged(samples) {
    const [peak, rms] = [peakOf(samples), rmsOf(samples)];
    const faults = {
      "It is clipped: go further away, or lower the input level. Better discard it.": peak >= limits.full,
      "There is nothing to hear in it. Better discard it.": rms < limits.silent && model.get("label") !== "silence",
      "It is very quiet: come closer. Better discard it.": peak < limits.quiet && model.get("label") !== "silence",
    };
    const fault = Object.keys(faults).find((words) => faults[words]);
    return {
      message: { rate_hz: rate }, buffers: [samples.buffer], picture: soundOf(samples, rate),
      words: fault ?? `Taken, peak ${decibels(peak).toFixed(0)} dB. Listen to it, then keep or discard it.`,
      wrong: fault !== undefined, play: () => playback(samples),
    };
  }

  function playback(samples) {
    const speaker = new AudioContext(); // the microphone's may be closed by now
    const sound = speaker.createBuffer(1, samples.length, rate);
    sound.copyToChannel(samples, 0);
    const source = speaker.createBufferSource();
    source.buffer = sound;
    source.connect(speaker.destination);
    source.onended = () => speaker.close();
    source.start();
  }

  return recorder({ model, el, verb: "Turn on the microphone", action: "● Record", live, open, take });
}

export default { render };
