// One frame of a clip at every stage: samples, spectrum, mel bands, the int8 column the model gets.
// Drawn with drawing.js and controls.js.

const [TOP, BOTTOM, TALL] = [6, 104, 122]; // pixels: of a panel's plot, and of the panel

/** A panel with a vertical axis from `low` to `high`; `shapes(y, width)` fills it. */
const panel = (caption, low, high, unit, from, to, fill) => picture(caption, TALL, (width) => {
  const y = linear(low, high, BOTTOM, TOP);
  const { words, shapes } = fill(y, width);
  return { words, shapes: [
    ...ends(TOP, BOTTOM, `${high.toFixed(0)}${unit}`, `${low.toFixed(0)}${unit}`),
    rule(GUTTER, TOP, GUTTER, BOTTOM), rule(GUTTER, y(Math.max(0, low)), width, y(Math.max(0, low))),
    text(GUTTER, TALL - 4, from, "start"), text(width, TALL - 4, to, "end"), ...shapes,
  ] };
});

const curve = (values, y, width) => {
  const x = linear(0, values.length - 1, GUTTER, width);
  return polyline(Array.from(values, (v, i) => [x(i), y(v)]));
};

/** The values as bars that stand on `base`. */
function bars(values, y, width, base) {
  const step = (width - GUTTER) / values.length;
  return Array.from(values, (v, i) => rect("bar", GUTTER + (i + 0.1) * step,
    Math.min(y(v), y(base)), step * 0.8, Math.abs(y(v) - y(base))));
}

/** The features of all frames as coloured cells: blue below the mean, orange above. */
function heatMap(values, rows, columns, width, height) {
  const [across, down] = [(width - GUTTER) / columns, height / rows];
  return Array.from(values, (value, i) => {
    const cell = rect(value < 0 ? "bar" : "over",
      GUTTER + Math.floor(i / rows) * across, (i % rows) * down, across + 0.3, down + 0.3);
    cell.setAttribute("fill-opacity", Math.min(1, Math.abs(value) / 64).toFixed(2));
    return cell;
  });
}

function render({ model, el }) {
  const { rate, window: length, hop, shapes } = model.get("_layout_of");
  const data = Object.fromEntries(Object.keys(shapes).map((name) => [name, floats(model, name)]));
  const [samples, [frames, coefficients]] = [data._samples, shapes._mfcc];
  const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  const [peak, loudest, most] = [samples, data._spectrum, data._mel].map(largest);
  const frame = () => model.get("frame");
  const seconds = (i) => `${((i * hop) / rate).toFixed(2)} s`;
  const row = (name) => data[name].subarray(frame() * shapes[name][1], (frame() + 1) * shapes[name][1]);
  const windowed = () => samples.slice(frame() * hop, frame() * hop + length)
    .map((v, i) => v * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length)));
  const top = (values) => values.indexOf(Math.max(...values));

  const clip = picture("The clip, the frame marked", 92, (width) => ({
    words: `${(samples.length / rate).toFixed(1)} s of sound, frame ${frame()} marked at ${seconds(frame())}`,
    shapes: [...waveform(samples, peak, width, 90), rect("mark", ((frame() * hop) / samples.length) * width, 1,
      (length / samples.length) * width, 89)],
  }));
  const stages = [
    panel("1. Its samples, windowed", -peak, peak, "", "0 ms", `${(1000 * length) / rate} ms`, (y, width) => ({
      words: `up to ${largest(windowed()).toFixed(0)} of ${peak.toFixed(0)}`,
      shapes: [curve(windowed(), y, width)],
    })),
    panel("2. Its spectrum", 0, loudest, " dB", "0 Hz", "4 kHz", (y, width) => ({
      words: `most at ${((top(row("_spectrum")) * 4000) / shapes._spectrum[1]).toFixed(0)} Hz, `
        + `${Math.max(...row("_spectrum")).toFixed(0)} dB`,
      shapes: [curve(row("_spectrum"), y, width)],
    })),
    panel(`3. Its ${shapes._mel[1]} mel bands`, 0, most, " dB", "low", "high", (y, width) => ({
      words: `most in band ${top(row("_mel"))}, ${Math.max(...row("_mel")).toFixed(0)} dB`,
      shapes: bars(row("_mel"), y, width, 0),
    })),
    panel(`4. Its ${coefficients} features, int8`, -128, 127, "", "first", "last", (y, width) => ({
      words: Array.from(row("_mfcc")).join(", "),
      shapes: bars(row("_mfcc"), y, width, 0),
    })),
    picture(`5. All ${frames} frames: the input`, TALL, (width) => ({
      words: `${coefficients} features of ${frames} frames, blue below zero, orange above; frame ${frame()} marked`,
      shapes: [...heatMap(data._mfcc, coefficients, frames, width, BOTTOM),
        text(GUTTER - 6, 11, "first", "end"), text(GUTTER - 6, BOTTOM - 2, "last", "end"),
        text(GUTTER, TALL - 4, "0 s", "start"), text(width, TALL - 4, seconds(frames - 1), "end"),
        rect("outline", GUTTER + (frame() / frames) * (width - GUTTER), 0, (width - GUTTER) / frames, BOTTOM)],
    })),
  ];
  const scrub = slider(model, "frame", {
    name: "Frame of the clip", hint: "each is 20 ms after the one before", count: frames,
    worded: (i) => `frame ${i}, ${seconds(i)}`,
  });
  const said = announcer();

  claim(el);
  el.append(clip.node, scrub.node, said.node,
    make("div", { class: "panels" }, ...stages.map((stage) => stage.node)));
  return follow(model, ["frame"], () => {
    scrub.show();
    said.tell(`Frame ${frame()} of ${frames}, from ${seconds(frame())}: features ${Array.from(row("_mfcc")).join(", ")}`);
    for (const one of [clip, ...stages]) one.show();
  });
}

export default { render };
