// A threshold, its operating point on the curve, and what it finds in two minutes of a stream.
// Drawn with drawing.js.


/** Found words over false accepts per hour; `false per hour` on a square-root scale, to show 0. */
function curve(points, chosen) {
  const [W, H, left, bottom] = [400, 230, 40, 36];
  const most = Math.max(1, ...points.map((p) => p.falsePerHour));
  const x = (rate) => left + Math.sqrt(rate / most) * (W - left - 10);
  const y = (share) => 8 + (1 - share) * (H - bottom - 8);
  const at = (p) => [x(p.falsePerHour), y(p.share)];
  const [cx, cy] = at(points[chosen]);
  const ticks = [0, most / 16, most / 4, most].map((rate) => text(x(rate), H - bottom + 14, rate.toFixed(0)));
  return make("svg:svg", { viewBox: `0 0 ${W} ${H}`, "aria-hidden": "true" },
    make("svg:path", { class: "axis", fill: "none", d: `M${left} 8V${H - bottom}H${W - 10}` }),
    ...[0, 0.5, 1].map((share) => text(left - 5, y(share) + 4, `${share * 100} %`, "end")),
    ...ticks, text((W + left) / 2, H - 4, "false accepts per hour"),
    polyline(points.map(at)),
    make("svg:circle", { class: "mark", cx, cy, r: 6, "fill-opacity": 1 }));
}

/** The detector's confidence, the threshold, words said (above) and detections (below). */
function timeline(confidence, stepS, said, point) {
  const [W, H, top, bottom] = [860, 170, 30, 40];
  const seconds = 1 + (confidence.length - 1) * stepS;
  const x = (s) => (s / seconds) * W;
  const y = (p) => top + (1 - p) * (H - top - bottom);
  return make("svg:svg", { viewBox: `0 0 ${W} ${H}`, "aria-hidden": "true" },
    ...said.flatMap(([start, word], i) => [
      make("svg:rect", { x: x(start), width: x(1), y: top, height: H - top - bottom, fill: "currentColor", "fill-opacity": 0.1 }),
      text(x(start + 0.5), i % 2 ? 12 : 25, word),
    ]),
    polyline(Array.from(confidence, (p, i) => [x(1 + i * stepS), y(p)])),
    make("svg:line", { x1: 0, x2: W, y1: y(point.threshold), y2: y(point.threshold), stroke: "var(--second)", "stroke-dasharray": "6 4" }),
    ...point.events.map(([time, word, hit], i) =>
      text(x(time), H - (i % 2 ? 5 : 20), `${hit ? "✓" : "✗"} ${word}`)));
}

function render({ model, el }) {
  const points = model.get("_points");
  const confidence = floats(model, "_confidence");
  const slider = make("input", {
    type: "range", min: 0, max: points.length - 1, step: 1, "aria-label": "Detection threshold",
  });
  const said = make("output", { class: "said", "aria-live": "polite" });
  const plot = make("div", { style: "max-width:440px" });
  const stream = make("div");

  function show() {
    const chosen = model.get("choice");
    const point = points[chosen];
    slider.value = chosen;
    slider.setAttribute("aria-valuetext", point.words);
    said.textContent = point.words;
    plot.replaceChildren(curve(points, chosen));
    stream.replaceChildren(timeline(confidence, model.get("_step_s"), model.get("_said"), point));
  }

  slider.addEventListener("input", () => {
    model.set("choice", Number(slider.value));
    model.save_changes();
  });
  model.on("change:choice", show);
  claim(el);
  el.append(
    make("label", {}, "Threshold: low finds more, high is wrong less often", slider), make("strong", {}, said),
    make("figure", {}, make("figcaption", {}, "Keywords found against false accepts"), plot),
    make("figure", {}, make("figcaption", {},
      "Two minutes of the stream: words said (grey, named above), confidence, detections (below; ✓ right, ✗ false)"), stream),
  );
  show();
  return () => model.off("change:choice", show);
}

export default { render };
