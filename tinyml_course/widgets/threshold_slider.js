// A threshold, its operating point on the curve, and what it finds in two minutes of a stream.
// Drawn with drawing.js and controls.js.

/** Found words over false accepts per hour; `false per hour` on a square-root scale, to show 0. */
function curve(points, chosen, width) {
  const [top, bottom, right] = [8, 194, Math.min(width, 460) - 12];
  const most = Math.max(1, ...points.map((p) => p.falsePerHour));
  const x = (rate) => linear(0, 1, GUTTER, right)(Math.sqrt(rate / most));
  const y = linear(0, 1, bottom, top);
  const at = (p) => [x(p.falsePerHour), y(p.share)];
  const [cx, cy] = at(points[chosen]);
  return {
    words: `the chosen point finds ${(100 * points[chosen].share).toFixed(0)} % with `
      + `${points[chosen].falsePerHour.toFixed(1)} false accepts per hour; the curve ends at `
      + `${(100 * points[0].share).toFixed(0)} % with ${points[0].falsePerHour.toFixed(1)}`,
    shapes: [
      rule(GUTTER, top, GUTTER, bottom), rule(GUTTER, bottom, right, bottom),
      ...[0, 0.5, 1].map((share) => text(GUTTER - 6, y(share) + 4, `${share * 100} %`, "end")),
      ...[0, most / 16, most / 4, most].map((rate) => text(x(rate), bottom + 15, rate.toFixed(0))),
      text((GUTTER + right) / 2, bottom + 31, "false accepts per hour"),
      polyline(points.map(at)),
      make("svg:circle", { class: "dot y", cx, cy, r: 6 }),
    ],
  };
}

/** Words in one of `rows` rows below each other, the first in which there is room for them. */
function packed(named, rows, y, down) {
  const taken = Array(rows).fill(-Infinity);
  return named.flatMap(([x, words, kind = ""]) => {
    const half = 3.6 * words.length + 2;
    const row = taken.findIndex((end) => end <= x - half);
    if (row < 0) return []; // the marks are still there
    taken[row] = x + half;
    const node = text(x, y + down * row, words);
    if (kind) node.classList.add(kind);
    return [node];
  });
}

/** The detector's confidence, the threshold, words said (above) and detections (below). */
function timeline(confidence, stepS, said, point, width) {
  const [top, bottom] = [46, 150];
  const x = linear(0, 1 + (confidence.length - 1) * stepS, 0, width);
  const y = linear(0, 1, bottom, top);
  const wrong = point.events.filter(([, , hit]) => !hit).length;
  return {
    words: `${said.length} words said, ${point.events.length} detections, ${wrong} of them false`,
    shapes: [
      ...said.map(([start]) => rect("span", x(start), top, x(1) - x(0), bottom - top)),
      ...packed(said.map(([start, word]) => [x(start + 0.5), word]), 3, 13, 14),
      rule(0, bottom, width, bottom),
      polyline(Array.from(confidence, (p, i) => [x(1 + i * stepS), y(p)])),
      rule(0, y(point.threshold), width, y(point.threshold), "chosen"),
      ...point.events.map(([time, , hit]) => rule(x(time), bottom, x(time), bottom + 6, hit ? "tick" : "tick wrong")),
      ...packed(point.events.map(([time, word, hit]) => [x(time), `${hit ? "✓" : "✗"} ${word}`, hit ? "" : "y"]),
        3, bottom + 18, 14),
    ],
  };
}

function render({ model, el }) {
  const points = model.get("_points");
  const confidence = floats(model, "_confidence");
  const point = () => points[model.get("choice")];
  const threshold = slider(model, "choice", {
    name: "Detection threshold", hint: "low finds more, high is wrong less often", count: points.length,
    worded: (i) => points[i].threshold.toFixed(2),
  });
  const said = announcer();
  const plots = [
    picture("Keywords found against false accepts", 230, (width) => curve(points, model.get("choice"), width)),
    picture("Two minutes of the stream: words said (grey, named above), confidence, detections (below; ✓ right, ✗ false)",
      202, (width) => timeline(confidence, model.get("_step_s"), model.get("_said"), point(), width)),
  ];

  claim(el);
  el.append(threshold.node, said.node, ...plots.map((plot) => plot.node));
  return follow(model, ["choice"], () => {
    threshold.show();
    said.tell(point().words);
    for (const plot of plots) plot.show();
  });
}

export default { render };
