// Radio buttons for boards; bars for what one model takes of the chosen board.
// Drawn with drawing.js.

/** A bar of `used` against `limit`; on a logarithmic scale, or small models would not be seen. */
function bar(title, used, limit) {
  const width = 820;
  const most = 2 ** 22;
  const x = (bytes) => (Math.log2(Math.max(bytes, 1) / 256) / Math.log2(most / 256)) * width;
  const share = (100 * used) / limit;
  return make("figure", {},
    make("figcaption", {}, `${title}: ${used.toLocaleString("en")} of ${limit.toLocaleString("en")} bytes`
      + ` (${share < 10 ? share.toFixed(1) : share.toFixed(0)} %)`),
    make("svg:svg", { viewBox: `0 0 ${width} 34`, "aria-hidden": "true" },
      make("svg:rect", { x: 0, y: 2, width: Math.min(x(limit), width), height: 16, fill: "none", stroke: "currentColor" }),
      make("svg:rect", { x: 0, y: 4, width: Math.min(x(used), width), height: 12, class: used > limit ? "over" : "bar" }),
      ...[1024, 32768, 262144, 1048576].map((bytes) =>
        make("svg:text", { x: x(bytes), y: 31, "text-anchor": "middle" },
          bytes < 1048576 ? `${bytes / 1024} KB` : "1 MB")),
    ));
}

function render({ model, el }) {
  const fits = model.get("_fits");
  const group = `board-${Math.random().toString(36).slice(2)}`;
  const buttons = fits.map((fit, i) => {
    const button = make("input", { type: "radio", name: group, value: i });
    button.addEventListener("change", () => {
      model.set("choice", i);
      model.save_changes();
    });
    return button;
  });
  const choices = make("fieldset", {}, make("legend", {}, "Board"),
    ...fits.map((fit, i) => make("div", {}, make("label", {}, buttons[i], ` ${fit.name} `),
      make("small", {}, fit.core))));
  const verdict = make("output", { class: "said", "aria-live": "polite" });
  const bars = make("div");

  function show() {
    const chosen = model.get("choice");
    const fit = fits[chosen];
    buttons[chosen].checked = true;
    verdict.textContent = `${fit.name}: ${fit.verdict}`;
    bars.replaceChildren(
      bar("Flash", fit.flash_bytes, fit.flash_limit_bytes),
      bar("RAM", fit.ram_bytes, fit.ram_limit_bytes),
      make("small", {}, "Each mark on the scale is 8 or 32 times the one before: the scale is logarithmic."),
    );
  }

  model.on("change:choice", show);
  claim(el);
  el.append(choices, make("strong", {}, verdict), bars);
  show();
  return () => model.off("change:choice", show);
}

export default { render };
