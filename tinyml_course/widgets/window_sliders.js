// Motion over time, the gestures in it, and the windows that two sliders make. Drawn with drawing.js.

const [WIDTH, HEIGHT, TOP, MOST_ROWS, ROW] = [860, 270, 24, 10, 6];
const COLOURS = ["var(--first)", "var(--second)", "#2a9d6f"];
const WHOLE = 0.95; // share of a gesture that makes it whole to a window

/** The share of a gesture [start, stop] that a window sees. */
const seen = (from, length, [start, stop]) =>
  Math.max(0, Math.min(from + length, stop) - Math.max(from, start)) / (stop - start);

function session(samples, rate, events, windowS, strideS) {
  const seconds = samples.length / 3 / rate;
  const low = Math.min(...samples), high = Math.max(...samples);
  const bottom = HEIGHT - MOST_ROWS * ROW - 22;
  const x = (s) => (s / seconds) * WIDTH;
  const y = (g) => TOP + ((high - g) / (high - low)) * (bottom - TOP);
  const axis = (number) => Array.from({ length: samples.length / 3 }, (_, i) => [x(i / rate), y(samples[3 * i + number])]);
  const rows = Math.min(MOST_ROWS, Math.ceil(windowS / strideS));
  const starts = Array.from({ length: Math.max(0, Math.floor((seconds - windowS) / strideS) + 1) }, (_, i) => i * strideS);
  return make("svg:svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    ...events.flatMap(([start, stop, label]) => [
      make("svg:rect", { x: x(start), width: x(stop - start), y: TOP, height: bottom - TOP, fill: "currentColor", "fill-opacity": 0.1 }),
      text(x((start + stop) / 2), TOP - 6, label)]),
    ...COLOURS.map((colour, number) => {
      const line = polyline(axis(number));
      line.style.stroke = colour;
      return line;
    }),
    ...starts.map((from, number) => make("svg:rect", {
      class: events.some((event) => seen(from, windowS, event) >= WHOLE) ? "over" : "bar",
      x: x(from), width: x(0.96 * windowS), y: bottom + 6 + ROW * (number % rows), height: ROW - 3 })),
    text(WIDTH / 2, HEIGHT - 3, `${seconds.toFixed(0)} seconds; below, one bar a window`));
}

function render({ model, el }) {
  const [windows, strides] = [model.get("_windows_s"), model.get("_strides_s")];
  const samples = floats(model, "_samples");
  const said = make("output", { class: "said", "aria-live": "polite" });
  const plot = make("div");
  const slider = (name, choices, label) => {
    const input = make("input", { type: "range", min: 0, max: choices.length - 1, step: 1, "aria-label": label });
    input.addEventListener("input", () => {
      model.set(name, Number(input.value));
      model.save_changes();
    });
    return input;
  };
  const window = slider("window", windows, "Length of the window");
  const stride = slider("stride", strides, "Time from window to window");

  function show() {
    const [w, s] = [model.get("window"), model.get("stride")];
    window.value = w;
    stride.value = s;
    window.setAttribute("aria-valuetext", `${windows[w]} seconds`);
    stride.setAttribute("aria-valuetext", `${strides[s]} seconds`);
    said.textContent = model.get("_words")[w][s];
    plot.replaceChildren(session(samples, model.get("_rate_hz"), model.get("_events"), windows[w], strides[s]));
  }

  model.on("change:window", show);
  model.on("change:stride", show);
  claim(el);
  el.append(
    make("label", {}, "Window: a longer one sees more, and later", window),
    make("label", {}, "Stride: a shorter one misses less, and computes more", stride),
    make("strong", {}, said),
    make("figure", {}, make("figcaption", {}, "Acceleration x, y, z; gestures (grey); windows (orange: a whole gesture is inside)"), plot),
  );
  show();
  return () => {
    model.off("change:window", show);
    model.off("change:stride", show);
  };
}

export default { render };
