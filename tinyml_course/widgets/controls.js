// What every widget is moved by, and what it says: native controls, each with its name. Drawn with
// drawing.js.

const SETTLED_MS = 500;

let named = 0;
/** An id no other element of the page has. */
const unique = (kind) => `tinyml-${kind}-${(named += 1)}-${Math.random().toString(36).slice(2)}`;

/** Set a trait, and let the kernel know. */
function set(model, trait, value) {
  model.set(trait, value);
  model.save_changes();
}

/** Words that change: seen at once, spoken by a screen reader when they have stood for a moment. */
function announcer() {
  const node = make("output", { class: "said", "aria-live": "polite" });
  let timer;
  const tell = (words, wrong = false) => {
    if (node.textContent === words) return;
    node.setAttribute("aria-busy", "true");
    node.textContent = words;
    node.classList.toggle("wrong", wrong);
    clearTimeout(timer);
    timer = setTimeout(() => node.removeAttribute("aria-busy"), SETTLED_MS);
  };
  return { node, tell };
}

/** A button; one that is disabled keeps the focus, so that a key has somewhere to go. */
function button(words, does, kind = "") {
  const node = make("button", { type: "button", class: kind }, words);
  node.addEventListener("click", () => { if (node.getAttribute("aria-disabled") !== "true") does(); });
  return node;
}

/** A text field with its label; a hint stands in it while it is empty. */
function field(words, value, changed, { hint = "", type = "text" } = {}) {
  const input = make("input", { type, placeholder: hint, autocomplete: "off", spellcheck: "false" });
  input.value = value;
  input.addEventListener("input", () => changed(input.value.trim()));
  return make("label", { class: "field" }, make("span", {}, words), input);
}

/** Radio buttons, one a choice: { name, beside?: a node, kind? }. `changed(i)` hears which. */
function radios(legend, choices, changed, kind = "") {
  const group = unique("radio");
  const inputs = choices.map((_, i) => {
    const input = make("input", { type: "radio", name: group, value: i });
    input.addEventListener("change", () => changed(i));
    return input;
  });
  const node = make("fieldset", { class: kind }, make("legend", {}, legend),
    ...choices.map(({ name, beside = "" }, i) => make("label", {}, inputs[i], ` ${name} `, beside)));
  return { node, check: (i) => { inputs[i].checked = true; } };
}

/**
 * A slider that moves a whole number of the model, with its name, a hint, and its value in words.
 * `worded(i)` says what it stands at.
 */
function slider(model, trait, { name, hint, count, worded }) {
  const [id, hinted] = [unique("slider"), unique("hint")];
  const input = make("input", { type: "range", min: 0, max: count - 1, step: 1, id, "aria-describedby": hinted });
  const value = make("b", { "aria-hidden": "true" });
  input.addEventListener("input", () => set(model, trait, Number(input.value)));
  const node = make("div", { class: "slider" },
    make("label", { for: id }, name), make("small", { id: hinted }, hint), value, input);
  const show = () => {
    input.value = model.get(trait);
    value.textContent = worded(model.get(trait));
    input.setAttribute("aria-valuetext", value.textContent);
  };
  return { node, show };
}
