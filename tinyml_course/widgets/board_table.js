// A table that grows as rows come, sorted by a head one presses and filtered by words. Drawn with
// drawing.js and controls.js.

const shown = (cell) => cell === null ? "not known" : typeof cell === "number" ? cell.toLocaleString("en") : cell;

/** Numbers before words before what is not known; numbers by size, words by the alphabet. */
function compare(a, b) {
  const kind = (cell) => (cell === null ? 2 : typeof cell === "string" ? 1 : 0);
  if (kind(a) !== kind(b)) return kind(a) - kind(b);
  return typeof a === "number" ? a - b : String(a).localeCompare(String(b), "en");
}

/** A cell; the first of a row names it. */
function cellOf(cell, place) {
  const words = shown(cell);
  if (place === 0) return make("th", { scope: "row" }, words);
  const kind = typeof cell === "number" ? "number" : words.length > 60 ? "sentence" : cell === null ? "unknown" : "";
  return make("td", { class: kind }, words);
}

function render({ model, el }) {
  const heads = model.get("_heads");
  const wanted = { any: "", talks: "", senses: "" };
  const place = { talks: heads.indexOf("talks by"), senses: heads.indexOf("senses") };
  let [by, falling, onlyFitting] = [null, false, false];
  const filter = (name, words) => field(words, "", (value) => {
    wanted[name] = value.toLowerCase();
    show();
  }, { type: "search" });
  const which = radios("Show", [{ name: "all boards" }, { name: "where it fits" }], (i) => {
    onlyFitting = i === 1;
    show();
  }, "line");
  which.check(0);
  const said = announcer();
  const columns = heads.map((name, i) => make("th", { scope: "col" }, button(name, () => {
    falling = by === i && !falling;
    by = i;
    show();
  })));
  const body = make("tbody");

  function show() {
    const all = model.get("_rows");
    const text = (row, name) => (name === "any" ? row.map(shown).join(" ") : row[place[name]]).toLowerCase();
    const rows = all.filter((row) => (!onlyFitting || row.includes("fits"))
      && Object.keys(wanted).every((name) => text(row, name).includes(wanted[name])));
    if (by !== null) {
      rows.sort((a, b) => compare(a[by], b[by]));
      if (falling) rows.reverse();
    }
    columns.forEach((head, i) =>
      head.setAttribute("aria-sort", i !== by ? "none" : falling ? "descending" : "ascending"));
    body.replaceChildren(...rows.map((row) => make("tr", {}, ...row.map(cellOf))));
    said.tell(`${rows.length} of ${all.length} boards`
      + (by === null ? "" : `, by ${heads[by]}${falling ? ", falling" : ""}`)
      + (all.length && !rows.length ? ": clear a filter to see more" : ""));
  }

  claim(el);
  el.append(
    make("div", { class: "strip" }, filter("any", "Any column"), filter("talks", "Talks by"),
      filter("senses", "Senses"), which.node),
    said.node,
    make("div", { class: "wide", role: "region", "aria-label": "Boards, a table to scroll in", tabindex: 0 },
      make("table", {}, make("thead", {}, make("tr", {}, ...columns)), body)),
  );
  return follow(model, ["_rows"], show);
}

export default { render };
