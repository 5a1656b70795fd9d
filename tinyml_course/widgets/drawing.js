// What every widget draws with. `still.py` puts this in front of each widget's own file: a browser
// module that comes as text can't import another.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element with attributes and children; `svg:name` makes a drawing element. */
function make(name, attributes = {}, ...children) {
  const node = name.startsWith("svg:")
    ? document.createElementNS(SVG, name.slice(4))
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** Words inside a drawing. */
const text = (x, y, words, anchor = "middle") =>
  make("svg:text", { x, y, "text-anchor": anchor }, words);

/** A line inside a drawing, through points [x, y]. */
const polyline = (points) =>
  make("svg:polyline", { class: "line", points: points.map((p) => p.map((v) => v.toFixed(1))).join(" ") });

/** A captioned drawing of width x height units that screen readers pass over. */
function drawing(caption, width, height, ...shapes) {
  return make("figure", {}, make("figcaption", {}, caption),
    make("svg:svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...shapes));
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
