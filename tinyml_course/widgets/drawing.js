// What every widget draws with. `still.py` puts this in front of each widget's own file: a browser
// module that comes as text can't import another.

const SVG = "http://www.w3.org/2000/svg";
const AXES = ["x", "y", "z"]; // of a sensor; style.css has a colour for each
const GUTTER = 52; // pixels left of a plot, for the numbers on its vertical axis

/** Make an element with attributes and children; `svg:name` makes a drawing element. */
function make(name, attributes = {}, ...children) {
  const node = name.startsWith("svg:")
    ? document.createElementNS(SVG, name.slice(4))
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** A function that leads [from, to] to [start, stop] on a straight line. */
const linear = (from, to, start, stop) => (value) =>
  start + ((value - from) / (to - from)) * (stop - start);

/** Words inside a drawing. */
const text = (x, y, words, anchor = "middle") =>
  make("svg:text", { x, y, "text-anchor": anchor }, words);

/** A line inside a drawing, through points [x, y]. */
const polyline = (points, kind = "") => make("svg:polyline", {
  class: `line ${kind}`, points: points.map((p) => p.map((v) => v.toFixed(1)).join()).join(" "),
});

/** A rectangle inside a drawing. */
const rect = (kind, x, y, width, height) => make("svg:rect", { class: kind, x, y, width, height });

/** A straight axis or rule inside a drawing. */
const rule = (x1, y1, x2, y2, kind = "axis") => make("svg:line", { class: kind, x1, y1, x2, y2 });

/** The numbers at the ends of a vertical axis that stands at GUTTER. */
const ends = (top, bottom, high, low) =>
  [text(GUTTER - 6, top + 9, high, "end"), text(GUTTER - 6, bottom, low, "end")];

/** Curves of up to three axes, named at their last points; `values` holds a row an axis. */
function traces(values, x, y) {
  const curves = values.map((row, axis) => polyline(Array.from(row, (v, i) => [x(i), y(v)]), AXES[axis]));
  if (values.length === 1) return curves;
  const named = values.map((row, axis) => ({ axis, at: y(row.at(-1) ?? 0) })).sort((a, b) => a.at - b.at);
  named.forEach((one, i) => { if (i) one.at = Math.max(one.at, named[i - 1].at + 12); }); // apart, to be read
  const right = x(values[0].length - 1) + 5;
  return [...curves, ...named.map(({ axis, at }) => {
    const name = text(right, at + 4, AXES[axis], "start");
    name.classList.add(AXES[axis]);
    return name;
  })];
}

/** Smallest and largest of every stretch of samples, so that 16,000 fit into a drawing. */
function envelope(samples, columns) {
  const step = samples.length / columns;
  return Array.from({ length: 2 * columns }, (_, i) => {
    const stretch = samples.subarray(Math.floor((i >> 1) * step), Math.ceil(((i >> 1) + 1) * step));
    return i % 2 ? Math.max(...stretch) : Math.min(...stretch);
  });
}

/** The outline of a sound, as wide as the drawing; `peak` fills its height. */
function waveform(samples, peak, width, height) {
  const values = envelope(samples, Math.floor(width / 2));
  const [x, y] = [linear(0, values.length - 1, 0, width), linear(-peak, peak, height, 0)];
  return [rule(0, height / 2, width, height / 2), polyline(values.map((v, i) => [x(i), y(v)]))];
}

/**
 * A captioned picture, drawn in the page's own pixels so that its words stay readable, and again
 * when its width changes. `draw(width)` returns { words, shapes }: what a screen reader says of the
 * picture as it is now, and what is seen.
 */
function picture(caption, height, draw) {
  const svg = make("svg:svg", { role: "img", height });
  const node = make("figure", {}, make("figcaption", {}, caption), svg);
  const show = () => {
    if (node.clientWidth === 0) return; // not on the page yet
    const { words, shapes } = draw(node.clientWidth);
    svg.setAttribute("aria-label", `${caption}: ${words}`);
    svg.replaceChildren(...shapes);
  };
  new ResizeObserver(show).observe(node);
  return { node, show };
}

/** The numbers of a trait that holds little-endian float32. */
function floats(model, name) {
  const view = model.get(name);
  return new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

/** Make the page's element ours: its style, and its keys, which JupyterLab would give to a cell. */
function claim(el) {
  el.classList.add("tinyml");
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
}

/** Call `show` now and whenever one of the traits changes; returns what ends that. */
function follow(model, traits, show) {
  const events = traits.map((trait) => `change:${trait}`).join(" ");
  model.on(events, show);
  show();
  return () => model.off(events, show);
}
