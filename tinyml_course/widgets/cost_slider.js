// The price of an escape, and the shares of escapes and scrap at the threshold it makes cheapest.
// Drawn with drawing.js.

/** One bar for a share, 0 to 1, `most` filling the width. */
function bar(name, share, most, y) {
  return [
    text(70, y + 16, name, "end"),
    make("svg:rect", { class: "mark", x: 78, y, width: (share / most) * 250, height: 22, "fill-opacity": 0.6 }),
    text(84 + (share / most) * 250, y + 16, `${(100 * share).toFixed(1)} %`, "start"),
  ];
}

function render({ model, el }) {
  const points = model.get("_points");
  const most = Math.max(0.01, ...points.flatMap((point) => [point.escapes, point.scrap]));
  const slider = make("input", {
    type: "range", min: 0, max: points.length - 1, step: 1, "aria-label": "Price of an escape",
  });
  const said = make("output", { class: "said", "aria-live": "polite" });
  const plot = make("div", { style: "max-width:440px" });

  function show() {
    const point = points[model.get("choice")];
    slider.value = model.get("choice");
    slider.setAttribute("aria-valuetext", point.words);
    said.textContent = point.words;
    plot.replaceChildren(drawing("Defects that escape, good parts that are scrapped", 400, 70,
      ...bar("escapes", point.escapes, most, 6), ...bar("scrap", point.scrap, most, 38)));
  }

  slider.addEventListener("input", () => {
    model.set("choice", Number(slider.value));
    model.save_changes();
  });
  model.on("change:choice", show);
  claim(el);
  el.append(make("label", {}, "Price of an escape: a dear escape is paid for in scrap", slider),
    make("strong", {}, said), plot);
  show();
  return () => model.off("change:choice", show);
}

export default { render };
