// What a sensor measures while it is recorded, with a button that starts and stops. Drawn with drawing.js.

const [LIVE_WIDTH, LIVE_HEIGHT, LIVE_ROWS] = [860, 200, 200];
const LIVE_COLOURS = ["var(--first)", "var(--second)", "#2a9d6f"];
const LIVE_AXES = ["x", "y", "z"];
const STATES = { idle: "Ready", wait: "Wait", record: "Now!", saved: "Saved", dropped: "Dropped", done: "Done", failed: "Stopped" };

/** The newest rows, at the right edge: acceleration about the middle, or the level of sound from below. */
function signal(rows, axes, full) {
  const count = axes ? rows.length / axes : 0;
  const x = (row) => ((LIVE_ROWS - count + row) / LIVE_ROWS) * LIVE_WIDTH;
  const y = axes === 1
    ? (value) => LIVE_HEIGHT * (1 - 0.96 * value / full)
    : (value) => LIVE_HEIGHT / 2 * (1 - 0.94 * value / full);
  const lines = LIVE_COLOURS.slice(0, axes).flatMap((colour, axis) => {
    const line = polyline(Array.from({ length: count }, (_, row) => [x(row), y(rows[axes * row + axis])]));
    line.style.stroke = colour;
    if (axes === 1 || count === 0) return [line];
    const name = text(LIVE_WIDTH + 8, y(rows[axes * (count - 1) + axis]) + 4, LIVE_AXES[axis], "start");
    name.style.fill = colour;
    return [line, name];
  });
  const zero = axes === 1 ? LIVE_HEIGHT - 0.5 : LIVE_HEIGHT / 2;
  return make("svg:svg", { viewBox: `0 0 ${LIVE_WIDTH + 20} ${LIVE_HEIGHT}`, "aria-hidden": "true" },
    make("svg:line", { x1: 0, x2: LIVE_WIDTH, y1: zero, y2: zero, stroke: "var(--faint)" }),
    text(4, 14, axes === 1 ? "full scale" : `${full.toFixed(0)} g`, "start"),
    ...lines);
}

function render({ model, el }) {
  const button = make("button", { type: "button" });
  const state = make("strong", {});
  const said = make("output", { class: "said", "aria-live": "polite" });
  const left = make("span", { "aria-hidden": "true" });
  const plot = make("div");
  button.addEventListener("click", () => {
    model.set("running", !model.get("running"));
    model.save_changes();
  });

  function tell() {
    button.textContent = model.get("running") ? "Stop" : "Record";
    state.textContent = STATES[model.get("_state")];
    said.textContent = model.get("_words");
    left.textContent = model.get("_left");
  }
  const draw = () => plot.replaceChildren(signal(floats(model, "_rows"), model.get("_axes"), model.get("_full")));

  model.on("change:running change:_state change:_words change:_left", tell);
  model.on("change:_rows", draw);
  claim(el);
  el.append(
    make("p", {}, button, " ", state, " ", left),
    make("p", {}, said),
    make("figure", {}, make("figcaption", {}, "What the sensor measures now: acceleration x, y, z, or how loud it is"), plot),
  );
  tell();
  draw();
  return () => {
    model.off("change:running change:_state change:_words change:_left", tell);
    model.off("change:_rows", draw);
  };
}

export default { render };
