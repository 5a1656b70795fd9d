// A board in the hand, by Web Serial: a trace of what it measures, and takes of it. Uses recorder.js
// and capture_line.js.

const [HEIGHT, KEPT] = [140, 300];

/** Acceleration x, y, z of the samples, with the ends of its scale. */
function motion(samples, unit, width) {
  const values = AXES.map((_, axis) => samples.map((sample) => sample[axis] ?? 0));
  const [low, high] = [Math.min(...values.flat(), -1), Math.max(...values.flat(), 1)];
  const [top, bottom] = [4, HEIGHT - 4];
  const x = linear(0, Math.max(1, samples.length - 1), GUTTER, width - 14);
  const y = linear(low, high, bottom, top);
  return {
    words: `from ${low.toFixed(1)} to ${high.toFixed(1)}${unit}`,
    shapes: [
      ...ends(top, bottom, `${high.toFixed(1)}${unit}`, `${low.toFixed(1)}${unit}`),
      rule(GUTTER, top, GUTTER, bottom), rule(GUTTER, y(0), width - 14, y(0)),
      ...(samples.length ? traces(values, x, y) : []),
    ],
  };
}

/** By how much the acceleration changed about its mean, as a standard deviation. */
function movement(samples) {
  const mean = [0, 1, 2].map((axis) => samples.reduce((sum, s) => sum + s[axis], 0) / samples.length);
  const squares = samples.map((s) => mean.reduce((sum, m, axis) => sum + (s[axis] - m) ** 2, 0));
  return Math.sqrt(squares.reduce((sum, v) => sum + v, 0) / samples.length);
}

function render({ model, el }) {
  const recent = [];
  let line, waiting;
  const unit = () => (line?.info ? " g" : "");
  const board = make("p");
  const now = picture("Acceleration x, y, z, now", HEIGHT, (width) => motion(recent, unit(), width));
  const live = make("div", { class: "live" }, board, now.node);

  function onSample(values) {
    recent.push(values);
    if (recent.length > KEPT) recent.shift();
    waiting ??= requestAnimationFrame(() => {
      waiting = undefined;
      now.show();
    });
  }

  async function open(tell, lost) {
    if (!("serial" in navigator)) {
      throw new Error("this browser has no Web Serial; Chrome, Edge and Opera on a computer have it. "
        + "Or record with `tinyml record gestures` in a terminal, which needs no browser");
    }
    line = await CaptureLine.open(onSample, lost);
    board.textContent = line.info
      ? `${line.info.sketch} on ${line.info.board}, ${line.info.rate_hz} samples a second.`
      : "A board that prints lines of numbers.";
    return () => line.close();
  }

  async function take(tell) {
    tell(`Recording "${model.get("label")}": make the gesture now.`);
    const { samples, rate_hz } = await line.take(model.get("seconds"));
    const axes = samples[0].length;
    const moved = movement(samples);
    const measured = unit();
    const shown = picture(`The take, ${samples.length} samples at ${rate_hz.toFixed(0)} Hz`, HEIGHT,
      (width) => motion(samples, measured, width));
    const still = line.info && moved < model.get("_still_g") && !model.get("_background").includes(model.get("label"));
    return {
      message: { axes, rate_hz }, buffers: [Float32Array.from(samples.flat()).buffer],
      picture: shown.node,
      words: still ? "Hardly anything moves in it. Better discard it."
        : `Taken, the acceleration changed by ${moved.toFixed(2)}${unit()} about its mean. Keep or discard it.`,
      wrong: still,
    };
  }

  return recorder({ model, el, verb: "Connect a board", action: "● Record", live, open, take });
}

export default { render };
