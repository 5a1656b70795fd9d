// The price of an escape, and the shares of escapes and scrap at the threshold it makes cheapest.
// Drawn with drawing.js and controls.js.

const KINDS = [["escapes", "x"], ["scrap", "y"]]; // what a point holds, and the colour it has

/** Both shares over all prices, the chosen one marked. */
function shares(points, chosen, width) {
  const [top, bottom] = [8, 150];
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const most = Math.max(0.01, ...points.flatMap((point) => [point.escapes, point.scrap]));
  const price = linear(Math.log(points[0].price), Math.log(points.at(-1).price) || 1, GUTTER, width - 90);
  const [x, y] = [(point) => price(Math.log(point.price)), linear(0, most, bottom, top)];
  const here = points[chosen];
  const heights = KINDS.map(([name]) => y(here[name]));
  const apart = Math.abs(heights[0] - heights[1]) < 13 ? 7 * Math.sign(heights[0] - heights[1] || 1) : 0;
  return {
    words: `at a price of ${here.price}, ${percent(here.escapes)} of defects escape and `
      + `${percent(here.scrap)} of good parts are scrapped`,
    shapes: [
      ...ends(top, bottom, percent(most), "0 %"),
      rule(GUTTER, top, GUTTER, bottom), rule(GUTTER, bottom, width - 90, bottom),
      rule(x(here), top, x(here), bottom, "chosen"),
      ...points.filter((_, i) => i % 3 === 0).map((point) => text(x(point), bottom + 15, point.price)),
      text((GUTTER + width - 90) / 2, bottom + 31, "price of an escape, in good parts"),
      ...KINDS.flatMap(([name, colour], i) => [
        polyline(points.map((point) => [x(point), y(point[name])]), colour),
        make("svg:circle", { class: `dot ${colour}`, cx: x(here), cy: heights[i], r: 5 }),
        text(x(here) + 9, heights[i] + 4 + (i ? -apart : apart), `${name} ${percent(here[name])}`, "start"),
      ]),
    ],
  };
}

function render({ model, el }) {
  const points = model.get("_points");
  const price = slider(model, "choice", {
    name: "Price of an escape", hint: "a dear escape is paid for in scrap", count: points.length,
    worded: (i) => `${points[i].price} good parts`,
  });
  const said = announcer();
  const plot = picture("Defects that escape, good parts that are scrapped", 186,
    (width) => shares(points, model.get("choice"), width));

  claim(el);
  el.append(price.node, said.node, plot.node);
  return follow(model, ["choice"], () => {
    price.show();
    said.tell(points[model.get("choice")].words);
    plot.show();
  });
}

export default { render };
