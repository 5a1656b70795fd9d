// A table that grows as rows come, sorted by a head one presses and filtered by words.
// Drawn with drawing.js.

const shown = (cell) => cell === null ? "not known" : typeof cell === "number" ? cell.toLocaleString("en") : cell;

/** Numbers before words before what is not known; numbers by size, words by the alphabet. */
function compare(a, b) {
  const kind = (cell) => (cell === null ? 2 : typeof cell === "string" ? 1 : 0);
  if (kind(a) !== kind(b)) return kind(a) - kind(b);
  return typeof a === "number" ? a - b : String(a).localeCompare(String(b), "en");
}

function render({ model, el }) {
  const heads = model.get("_heads");
  const [TALKS, SENSES] = [heads.indexOf("talks by"), heads.indexOf("senses")];
  let by = null;
  let falling = false;
  const filter = (name) => {
    const input = make("input", { type: "search", size: 14 });
    input.addEventListener("input", show);
    return { input, label: make("label", {}, `${name} `, input, " ") };
  };
  const words = filter("Any column");
  const talks = filter("Talks by");
  const senses = filter("Senses");
  const group = `fits-${Math.random().toString(36).slice(2)}`;
  const choices = ["all boards", "where it fits"].map((name, i) => {
    const input = make("input", { type: "radio", name: group, value: i });
    input.checked = i === 0;
    input.addEventListener("change", show);
    return { input, label: make("label", {}, input, ` ${name} `) };
  });
  const said = make("output", { class: "said", "aria-live": "polite" });
  const columns = heads.map((name, i) => {
    const button = make("button", { type: "button" }, name);
    const head = make("th", { scope: "col" }, button);
    button.addEventListener("click", () => {
      falling = by === i && !falling;
      by = i;
      show();
    });
    return head;
  });
  const body = make("tbody");

  function show() {
    const has = (text, input) => text.toLowerCase().includes(input.value.trim().toLowerCase());
    const all = model.get("_rows");
    const rows = all.filter((row) => has(row.map(shown).join(" "), words.input)
      && has(row[TALKS], talks.input) && has(row[SENSES], senses.input)
      && (choices[0].input.checked || row.includes("fits")));
    if (by !== null) {
      rows.sort((a, b) => compare(a[by], b[by]));
      if (falling) rows.reverse();
    }
    columns.forEach((head, i) =>
      head.setAttribute("aria-sort", i !== by ? "none" : falling ? "descending" : "ascending"));
    body.replaceChildren(...rows.map((row) =>
      make("tr", {}, ...row.map((cell) => {
        const words = shown(cell);
        return make("td", words.length > 60 ? { class: "sentence" } : {}, words);
      }))));
    said.textContent = `${rows.length} of ${all.length} boards`
      + (by === null ? "" : `, by ${heads[by]}${falling ? ", falling" : ""}`);
  }

  model.on("change:_rows", show);
  claim(el);
  el.append(
    make("div", {}, words.label, talks.label, senses.label, ...choices.map((one) => one.label)),
    said,
    make("div", { class: "wide" },
      make("table", {}, make("thead", {}, make("tr", {}, ...columns)), body)),
  );
  show();
  return () => model.off("change:_rows", show);
}

export default { render };
