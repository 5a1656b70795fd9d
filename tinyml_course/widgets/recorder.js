// What the recorders share: the form, the answers of the kernel, the take under review, the
// datasheet. Drawn with drawing.js.

const ANSWER_MS = 15000;

/** Ask the kernel to do something; the promise holds its words, or fails with them. */
function ask(model, message, buffers = []) {
  const id = Math.random().toString(36).slice(2);
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      model.off("msg:custom", hear);
    };
    const hear = (answer) => {
      if (answer.id !== id) return;
      stop();
      if (answer.done) resolve(answer.words);
      else reject(new Error(answer.words));
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error("The notebook's kernel does not answer, so this take is not saved yet. It is "
        + "still here: restart the kernel, or wait until its cell has ended, and press Keep again."));
    }, ANSWER_MS);
    model.on("msg:custom", hear);
    model.send({ ...message, id }, undefined, buffers);
  });
}

/** Say in words why the browser gives no microphone or camera, and what to do. */
function refusal(error, device) {
  const named = {
    NotAllowedError: `The browser may not use the ${device}. Click the symbol beside the page's `
      + "address, allow it, and press the button again.",
    NotFoundError: `There is no ${device}. Connect one and press the button again, or go on with `
      + "the recordings that come with the course.",
    NotReadableError: `Another program holds the ${device}. Close it and press the button again.`,
    InsecureError: `The browser gives its ${device} only to pages of this computer or with https. `
      + "Open the notebook through http://localhost (not through the computer's name or number).",
  };
  return named[error.name] ?? `The ${device} cannot be used (${error.message || error.name}).`;
}

/** Ask for a stream of the microphone or camera; fails with an error `refusal` knows. */
async function mediaStream(constraints) {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) {
    throw Object.assign(new Error(), { name: "InsecureError" });
  }
  return navigator.mediaDevices.getUserMedia(constraints);
}

function button(words, does, kind = "") {
  const node = make("button", { type: "button", class: kind }, words);
  node.addEventListener("click", does);
  return node;
}

/** A text field with its label. */
function field(words, value, changed, hint = "") {
  const input = make("input", { type: "text", placeholder: hint, autocomplete: "off", spellcheck: "false" });
  input.value = value;
  input.addEventListener("input", () => changed(input.value.trim()));
  return make("label", { class: "field" }, make("span", {}, words), input);
}

/** Radio buttons for the labels with their counts, and a field for who is recorded. */
function chooser(model) {
  const group = `label-${Math.random().toString(36).slice(2)}`;
  const set = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const counts = new Map();
  const pills = model.get("_labels").map((label) => {
    const radio = make("input", { type: "radio", name: group, value: label });
    radio.checked = label === model.get("label");
    radio.addEventListener("change", () => set("label", label));
    counts.set(label, make("b"));
    return make("label", { class: "pill" }, radio, ` ${label} `, counts.get(label));
  });
  const show = () => counts.forEach((node, label) => { node.textContent = model.get("_counts")[label] ?? 0; });
  show();
  model.on("change:_counts", show);
  const who = model.get("_asks_for").who;
  const node = make("div", { class: "strip" },
    make("fieldset", { class: "pills" }, make("legend", {}, "Label, and how many are kept"), ...pills),
    field(who === "lot" ? "Lot (when or where the parts were made)" : "Person", model.get("who"),
      (value) => set("who", value), who === "lot" ? "lot-1" : "a name or a number"));
  return { node, close: () => model.off("change:_counts", show) };
}

/** The questions of a datasheet, folded away until they are wanted. */
function datasheet(model) {
  const questions = {
    who: "Who recorded whom?", where: "Where, and what was heard or seen besides?",
    device: "With what device?", consent: "What did the people agree to?",
    licence: "What may others do with it?",
  };
  const sheet = {};
  const said = make("output", { class: "said", "aria-live": "polite" });
  const save = button("Save datasheet", () => {
    ask(model, { kind: "datasheet", sheet }).then(
      (words) => { said.textContent = words; }, (error) => { said.textContent = error.message; });
  });
  const fields = Object.entries(questions).map(([name, words]) => {
    sheet[name] = "";
    return field(words, "", (value) => { sheet[name] = value; });
  });
  return make("details", {}, make("summary", {}, "Datasheet: what nobody can hear or see later"),
    ...fields, make("div", { class: "strip" }, save, said));
}

/**
 * A recorder, put together from what its sensor brings:
 *   verb          the word on the button that opens the device
 *   live          the element that shows what the device sees now
 *   open(tell)    opens the device; resolves when it is ready, `tell(words)` speaks in between;
 *                 returns a function that lets it go; calls `lost(words)` if it vanishes later
 *   take(tell)    resolves to a take: { message, buffers, picture, words, wrong?, play? }
 */
function recorder({ model, el, verb, action, live, open, take }) {
  const said = make("output", { class: "said", "aria-live": "polite" });
  const tell = (words, wrong = false) => {
    said.textContent = words;
    said.classList.toggle("wrong", wrong);
  };
  const picture = make("div", { class: "review" });
  const [choice, sheet] = [chooser(model), datasheet(model)];
  let close = null;
  let taken = null;

  const start = button(verb, async () => {
    tell("Waiting for the browser's permission.");
    update(true);
    try {
      close = await open(tell, lost);
      settle(`Ready. Choose a label, then press ${action}.`);
    } catch (error) {
      settle(refusal(error, model.get("_asks_for").device), true);
    }
  });
  const record = button(action, async () => {
    update(true);
    try {
      taken = { ...await take(tell), id: crypto.randomUUID() };
      picture.replaceChildren(taken.picture);
      settle(taken.words, taken.wrong);
    } catch (error) {
      settle(`${error.message} What was kept before is safe.`, true);
    }
  }, "primary");
  const play = button("▶ Listen", () => taken?.play?.());
  const keep = button("✓ Keep", async () => {
    update(true);
    const filed = { kind: "keep", take: taken.id, label: model.get("label"), who: model.get("who"), ...taken.message };
    try {
      const words = await ask(model, filed, taken.buffers);
      drop();
      settle(words);
    } catch (error) {
      settle(error.message, true);
    }
  }, "primary");
  const discard = button("✗ Discard", () => {
    drop();
    settle("Discarded.");
  });

  /** Let the learner go on with the button that is likely next, and say what has happened. */
  function settle(words, wrong = false) {
    update(false);
    if (taken) (taken.wrong ? discard : keep).focus();
    else (close ? record : start).focus();
    tell(words, wrong);
  }
  function lost(words) {
    close?.();
    close = null;
    update(false);
    tell(words, true);
  }
  function drop() {
    taken = null;
    picture.replaceChildren();
  }
  function update(busy) {
    start.hidden = close !== null;
    live.hidden = close === null;
    record.hidden = close === null;
    start.disabled = busy;
    record.disabled = busy || taken !== null;
    for (const node of [keep, discard]) node.hidden = taken === null;
    play.hidden = !taken?.play;
    for (const node of [keep, discard, play]) node.disabled = busy;
  }

  claim(el);
  el.classList.add("recorder");
  el.append(choice.node, live, make("div", { class: "strip" }, start, record, play, keep, discard),
    said, picture, sheet);
  update(false);
  return () => {
    choice.close();
    close?.();
  };
}
