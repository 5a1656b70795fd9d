// A board in the hand, by Web Serial: a trace of what it measures, and takes of it. Uses recorder.js
// and capture_line.js.

const [WIDTH, HEIGHT, KEPT] = [860, 140, 300];
const AXIS_COLOURS = ["var(--first)", "var(--second)", "#2a9d6f"];

/** Acceleration x, y, z of some samples as a drawing, with the ends of its scale. */
function trace(caption, samples, unit) {
  const values = samples.flatMap((sample) => sample.slice(0, 3));
  const [low, high] = [Math.min(...values, -1), Math.max(...values, 1)];
  const x = (i) => (i * WIDTH) / Math.max(1, samples.length - 1);
  const y = (v) => HEIGHT - 4 - ((v - low) / (high - low)) * (HEIGHT - 8);
  const lines = AXIS_COLOURS.map((colour, axis) => {
    const line = polyline(samples.map((sample, i) => [x(i), y(sample[axis] ?? 0)]));
    line.style.stroke = colour;
    return line;
  });
  return drawing(caption, WIDTH, HEIGHT,
    make("svg:line", { class: "axis", x1: 0, x2: WIDTH, y1: y(0), y2: y(0) }), ...lines,
    text(2, 11, `${high.toFixed(1)}${unit}`, "start"), text(2, HEIGHT - 2, `${low.toFixed(1)}${unit}`, "start"));
}

/** By how much the acceleration changed about its mean, as a standard deviation. */
function movement(samples) {
  const mean = [0, 1, 2].map((axis) => samples.reduce((sum, s) => sum + s[axis], 0) / samples.length);
  const squares = samples.map((s) => mean.reduce((sum, m, axis) => sum + (s[axis] - m) ** 2, 0));
  return Math.sqrt(squares.reduce((sum, v) => sum + v, 0) / samples.length);
}

function render({ model, el }) {
  const live = make("div", { class: "live" });
  const recent = [];
  let line, shown;
  const unit = () => (line?.info ? " g" : "");

  function onSample(values) {
    recent.push(values);
    if (recent.length > KEPT) recent.shift();
    shown ??= requestAnimationFrame(() => {
      shown = undefined;
      live.replaceChildren(trace("Acceleration x (blue), y (orange), z (green), now", recent, unit()));
    });
  }

  async function open(tell, lost) {
    if (!("serial" in navigator)) {
      throw new Error("this browser has no Web Serial; Chrome, Edge and Opera on a computer have it. "
        + "Or record with `tinyml record gestures` in a terminal, which needs no browser");
    }
    line = await CaptureLine.open(onSample, lost);
    live.replaceChildren(make("p", {}, line.info
      ? `${line.info.sketch} on ${line.info.board}, ${line.info.rate_hz} samples a second.`
      : "A board that prints lines of numbers."));
    return () => line.close();
  }

  async function take(tell) {
    tell(`Recording "${model.get("label")}": make the gesture now.`);
    const { samples, rate_hz } = await line.take(model.get("seconds"));
    const axes = samples[0].length;
    const moved = movement(samples);
    const still = line.info && moved < model.get("_still_g") && !model.get("_background").includes(model.get("label"));
    return {
      message: { axes, rate_hz }, buffers: [Float32Array.from(samples.flat()).buffer],
      picture: trace(`The take, ${samples.length} samples at ${rate_hz.toFixed(0)} Hz`, samples, unit()),
      words: still ? "Hardly anything moves in it. Better discard it."
        : `Taken, the acceleration changed by ${moved.toFixed(2)}${unit()} about its mean. Keep or discard it.`,
      wrong: still,
    };
  }

  return recorder({ model, el, verb: "Connect a board", action: "● Record", live, open, take });
}

export default { render };
