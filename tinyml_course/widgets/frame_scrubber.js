// One frame of a clip at every stage: samples, spectrum, mel bands, the int8 column the model gets.
// Drawn with drawing.js.

/** The values as a line; `low` and `high` are the ends of the vertical axis. */
function line(values, low, high, width, height) {
  const x = (i) => (i * width) / (values.length - 1);
  const y = (v) => height - ((v - low) / (high - low)) * height;
  return polyline(Array.from(values, (v, i) => [x(i), y(v)]));
}

/** The values as bars that stand on `base`. */
function bars(values, low, high, width, height, base = low) {
  const y = (v) => height - ((v - low) / (high - low)) * height;
  const step = width / values.length;
  return Array.from(values, (v, i) => make("svg:rect", {
    class: "bar", x: i * step + step * 0.1, width: step * 0.8,
    y: Math.min(y(v), y(base)), height: Math.abs(y(v) - y(base)),
  }));
}

/** Smallest and largest of every stretch of samples, so that 16,000 fit into a drawing. */
function envelope(samples, columns) {
  const step = samples.length / columns;
  return Array.from({ length: 2 * columns }, (_, i) => {
    const stretch = samples.subarray(Math.floor((i >> 1) * step), Math.ceil(((i >> 1) + 1) * step));
    return i % 2 ? Math.max(...stretch) : Math.min(...stretch);
  });
}

/** The features of all frames as coloured cells: blue below the mean, orange above. */
function heatMap(values, rows, columns, width, height) {
  const cell = { width: width / columns + 0.5, height: height / rows + 0.5 };
  return Array.from(values, (value, i) => make("svg:rect", {
    ...cell, x: (Math.floor(i / rows) * width) / columns, y: ((i % rows) * height) / rows,
    class: value < 0 ? "bar" : "over", "fill-opacity": Math.min(1, Math.abs(value) / 64),
  }));
}

function render({ model, el }) {
  const { rate, window: length, hop, shapes } = model.get("_layout_of");
  const data = Object.fromEntries(Object.keys(shapes).map((name) => [name, floats(model, name)]));
  const row = (name, i) => data[name].subarray(i * shapes[name][1], (i + 1) * shapes[name][1]);
  const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  const samples = data._samples;
  const [frames, coefficients] = shapes._mfcc;
  const [peak, spectrumTop, melTop] = [samples, data._spectrum, data._mel].map(largest);

  const [W, half, tall] = [860, 400, 110];
  const wave = line(envelope(samples, W / 2), -peak, peak, W, 90);
  const cells = heatMap(data._mfcc, coefficients, frames, W, 80);
  const slider = make("input", {
    type: "range", min: 0, max: frames - 1, step: 1, "aria-label": "Frame of the clip",
  });
  const said = make("output", { class: "said", "aria-live": "polite" });
  const [above, below] = [make("div"), make("div", { class: "panels" })];

  function show() {
    const frame = model.get("frame");
    const start = frame * hop;
    const hann = (v, i) => v * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
    const windowed = Array.from(samples.subarray(start, start + length), hann);
    const features = row("_mfcc", frame);
    slider.value = frame;
    slider.setAttribute("aria-valuetext", `frame ${frame}, ${(start / rate).toFixed(2)} seconds`);
    said.textContent = `Frame ${frame} of ${frames}, from ${(start / rate).toFixed(2)} s: `
      + `features ${Array.from(features).join(", ")}`;
    above.replaceChildren(
      drawing("The clip, the frame marked", W, 90, wave, make("svg:rect", {
        class: "mark", y: 0, height: 90,
        x: (start / samples.length) * W, width: (length / samples.length) * W,
      })));
    below.replaceChildren(
      drawing("1. Its samples, windowed", half, tall, line(windowed, -peak, peak, half, tall)),
      drawing("2. Its spectrum, 0 to 4 kHz", half, tall,
        line(row("_spectrum", frame), 0, spectrumTop, half, tall), text(2, 12, `${spectrumTop.toFixed(0)} dB`, "start")),
      drawing("3. Its 40 mel bands", half, tall,
        ...bars(row("_mel", frame), 0, melTop, half, tall), text(2, 12, `${melTop.toFixed(0)} dB`, "start")),
      drawing("4. Its 10 features, int8", half, tall,
        ...bars(features, -128, 127, half, tall, 0),
        make("svg:line", { class: "axis", x1: 0, x2: half, y1: tall / 2, y2: tall / 2 }),
        text(2, 12, "127", "start"), text(2, tall - 4, "-128", "start")),
      drawing("5. All 49 frames: the input", half, tall,
        make("svg:g", { transform: `scale(${half / W} 1.2)` }, ...cells, make("svg:rect", {
          class: "mark", x: (frame / frames) * W, width: W / frames, y: 0, height: 80,
        }))));
  }

  slider.addEventListener("input", () => {
    model.set("frame", Number(slider.value));
    model.save_changes();
  });
  model.on("change:frame", show);
  claim(el);
  el.append(above, slider, said, below);
  show();
  return () => model.off("change:frame", show);
}

export default { render };
