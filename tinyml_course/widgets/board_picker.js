// Radio buttons for boards; bars for what one model takes of the chosen board. Drawn with
// drawing.js and controls.js.

const MARKS = [1024, 32768, 262144, 1048576]; // bytes
const [LEAST, MOST] = [256, 2 ** 22];

/** A bar of `used` against `limit`; on a logarithmic scale, or small models would not be seen. */
function bar(name, used, limit) {
  const share = (100 * used) / limit;
  const told = `${used.toLocaleString("en")} of ${limit.toLocaleString("en")} bytes`
    + ` (${share < 10 ? share.toFixed(1) : share.toFixed(0)} %)`;
  const one = picture(`${name}: ${told}`, 36, (width) => {
    const along = linear(Math.log2(LEAST), Math.log2(MOST), 0, width - 2);
    const x = (bytes) => Math.min(width - 2, along(Math.log2(Math.max(bytes, LEAST))));
    return {
      words: used > limit ? "the bar is longer than its frame" : "the bar ends inside its frame",
      shapes: [
        rect(used > limit ? "over" : "bar", 1, 4, x(used), 13),
        rect("frame", 1, 2, x(limit), 17),
        ...MARKS.flatMap((bytes) => [rule(x(bytes), 19, x(bytes), 23),
          text(x(bytes), 34, bytes < 1048576 ? `${bytes / 1024} KB` : "1 MB")]),
      ],
    };
  });
  return one.node;
}

function render({ model, el }) {
  const fits = model.get("_fits");
  const choices = fits.map(({ name, core }) => ({ name, beside: make("small", {}, core) }));
  const boards = radios("Board", choices, (i) => set(model, "choice", i), "rows");
  const said = announcer();
  const bars = make("div");

  claim(el);
  el.append(boards.node, said.node, bars,
    make("small", {}, "A frame is what the board has. Each mark is 8 or 32 times the one before: the scale is logarithmic."));
  return follow(model, ["choice"], () => {
    const fit = fits[model.get("choice")];
    boards.check(model.get("choice"));
    said.tell(`${fit.name}: ${fit.verdict}`, fit.reason !== "");
    bars.replaceChildren(
      bar("Flash", fit.flash_bytes, fit.flash_limit_bytes),
      bar("RAM", fit.ram_bytes, fit.ram_limit_bytes),
    );
  });
}

export default { render };
