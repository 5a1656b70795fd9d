// What a sensor measures while it is recorded, with a button that starts and stops. Drawn with
// drawing.js and controls.js.

const [HEIGHT, ROWS] = [190, 200];
const STATES = { idle: "Ready", wait: "Wait", record: "Now!", saved: "Saved", dropped: "Dropped", done: "Done", failed: "Stopped" };

/** The newest rows, at the right edge: acceleration about the middle, or the level of sound from below. */
function signal(rows, count, full, width) {
  const [top, bottom] = [6, HEIGHT - 6];
  const isSound = count === 1;
  const unit = isSound ? "" : " g";
  const length = count ? rows.length / count : 0;
  const x = linear(length - ROWS, length, GUTTER, width - 14);
  const y = linear(isSound ? 0 : -full, full, bottom, top);
  const values = Array.from({ length: count }, (_, axis) =>
    Array.from({ length }, (_, row) => rows[count * row + axis]));
  const newest = values.map((row) => row.at(-1)?.toFixed(2)).join(", ");
  return {
    words: length ? `now ${newest}${unit}` : "nothing yet",
    shapes: [
      ...ends(top, bottom, isSound ? "full" : `${full.toFixed(0)} g`, isSound ? "silent" : `-${full.toFixed(0)} g`),
      rule(GUTTER, top, GUTTER, bottom), rule(GUTTER, y(0), width - 14, y(0)),
      ...(length ? traces(values, x, y) : []),
    ],
  };
}

function render({ model, el }) {
  const record = button("Record", () => set(model, "running", !model.get("running")), "primary");
  const state = make("strong");
  const left = make("span");
  const said = announcer();
  const plot = picture("What the sensor measures now: acceleration x, y, z, or how loud it is", HEIGHT,
    (width) => signal(floats(model, "_rows"), model.get("_axes"), model.get("_full"), width));

  claim(el);
  el.append(make("div", { class: "strip" }, record, state, left), said.node, plot.node);
  const followed = [
    follow(model, ["running", "_state", "_words", "_left"], () => {
      record.textContent = model.get("running") ? "Stop" : "Record";
      state.textContent = STATES[model.get("_state")];
      left.textContent = model.get("_left");
      said.tell(model.get("_words"), model.get("_state") === "failed");
    }),
    follow(model, ["_rows"], plot.show),
  ];
  return () => followed.forEach((end) => end());
}

export default { render };
