// A board in the hand, by Web Serial: a trace of what it measures, and takes of it. Uses recorder.js
// and capture_line.js.

const [WIDTH, HEIGHT, KEPT] = [860, 140, 300];
const AXIS_COLOURS = ["var(--first)", "var(--second)", "#2a9d6f"];

/** Acceleration x, y, z of some samples as a drawing. */
function trace(caption, samples) {
  const values = samples.flatMap((sample) => sample.slice(0, 3));
  const [low, high] = [Math.min(...values, -1), Math.max(...values, 1)];
  const x = (i) => (i * WIDTH) / Math.max(1, samples.length - 1);
  const y = (v) => HEIGHT - 4 - ((v - low) / (high - low)) * (HEIGHT - 8);
  return drawing(caption, WIDTH, HEIGHT, ...AXIS_COLOURS.map((colour, axis) => {
    const line = polyline(samples.map((sample, i) => [x(i), y(sample[axis] ?? 0)]));
    line.style.stroke = colour;
    return line;
  }));
}

function render({ model, el }) {
  const live = make("div", { class: "live" });
  const recent = [];
  let line, shown;

  function onSample(values) {
    recent.push(values);
    if (recent.length > KEPT) recent.shift();
    shown ??= requestAnimationFrame(() => {
      shown = undefined;
      live.replaceChildren(trace("Acceleration x (blue), y (orange), z (green), now", recent));
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
    const mean = [0, 1, 2].map((axis) => samples.reduce((sum, s) => sum + s[axis], 0) / samples.length);
    const moved = Math.sqrt(samples.reduce((sum, s) => sum
      + mean.reduce((all, m, axis) => all + (s[axis] - m) ** 2, 0), 0) / samples.length);
    return {
      message: { axes, rate_hz }, buffers: [Float32Array.from(samples.flat()).buffer],
      picture: trace(`The take, ${samples.length} samples at ${rate_hz.toFixed(0)} Hz`, samples),
      words: `Taken, the acceleration changed by ${moved.toFixed(2)} about its mean. Keep or discard it.`,
    };
  }

  return recorder({ model, el, verb: "Connect a board", action: "● Record", live, open, take });
}

export default { render };
