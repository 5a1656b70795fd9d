// Motion over time, the gestures in it, and the windows that two sliders make. Drawn with drawing.js
// and controls.js.

const [TOP, BOTTOM, MOST_ROWS, ROW] = [24, 186, 10, 6];
const WHOLE = 0.95; // share of a gesture that makes it whole to a window

/** The share of a gesture [start, stop] that a window sees. */
const seen = (from, length, [start, stop]) =>
  Math.max(0, Math.min(from + length, stop) - Math.max(from, start)) / (stop - start);

/** Acceleration, gestures (grey), and one bar a window below. */
function session(axes, rate, events, windowS, strideS, width) {
  const seconds = axes[0].length / rate;
  const [low, high] = [Math.min(...axes.flat()), Math.max(...axes.flat())];
  const x = linear(0, seconds, GUTTER, width - 14);
  const rows = Math.min(MOST_ROWS, Math.ceil(windowS / strideS));
  const count = Math.max(0, Math.floor((seconds - windowS) / strideS) + 1);
  const starts = Array.from({ length: count }, (_, i) => i * strideS);
  const holds = (from) => events.some((event) => seen(from, windowS, event) >= WHOLE);
  const under = BOTTOM + 6 + ROW * rows;
  return {
    words: `${seconds.toFixed(0)} seconds with ${events.map(([, , label]) => label).join(", ")}; `
      + `${count} windows, ${starts.filter(holds).length} of them with a whole gesture`,
    shapes: [
      ...events.flatMap(([start, stop, label]) => [
        rect("span", x(start), TOP, x(stop) - x(start), BOTTOM - TOP), text(x((start + stop) / 2), TOP - 8, label)]),
      ...ends(TOP, BOTTOM, `${high.toFixed(1)} g`, `${low.toFixed(1)} g`),
      ...traces(axes, (i) => x(i / rate), linear(low, high, BOTTOM, TOP)),
      ...starts.map((from, i) => rect(holds(from) ? "over" : "window", x(from), BOTTOM + 6 + ROW * (i % rows),
        0.96 * (x(windowS) - x(0)), ROW - 3)),
      text(GUTTER - 6, BOTTOM + 12, "windows", "end"),
      text(GUTTER, under + 14, "0 s", "start"), text(width - 14, under + 14, `${seconds.toFixed(0)} s`, "end"),
    ],
  };
}

function render({ model, el }) {
  const [windows, strides] = [model.get("_windows_s"), model.get("_strides_s")];
  const samples = floats(model, "_samples");
  const axes = AXES.map((_, axis) => Array.from({ length: samples.length / 3 }, (_, i) => samples[3 * i + axis]));
  const sliders = [
    slider(model, "window", {
      name: "Length of the window", hint: "a longer one sees more, and later", count: windows.length,
      worded: (i) => `${windows[i]} s`,
    }),
    slider(model, "stride", {
      name: "Time from window to window", hint: "a shorter one misses less, and computes more",
      count: strides.length, worded: (i) => `${strides[i]} s`,
    }),
  ];
  const said = announcer();
  const plot = picture("Acceleration x, y, z; gestures (grey); windows (orange: a whole gesture is inside)",
    BOTTOM + MOST_ROWS * ROW + 26, (width) => session(axes, model.get("_rate_hz"), model.get("_events"),
      windows[model.get("window")], strides[model.get("stride")], width));

  claim(el);
  el.append(...sliders.map((one) => one.node), said.node, plot.node);
  return follow(model, ["window", "stride"], () => {
    for (const one of sliders) one.show();
    said.tell(model.get("_words")[model.get("window")][model.get("stride")]);
    plot.show();
  });
}

export default { render };
