// What the recorders share: the form, the answers of the kernel, the take under review, the
// datasheet. Drawn with drawing.js and controls.js.

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
  const held = `Something else holds the ${device}: another program, a serial monitor, another page. `
    + "Close it and press the button again.";
  const named = {
    NotAllowedError: `The browser may not use the ${device}. Click the symbol beside the page's `
      + "address, allow it, and press the button again. An editor's window has no such symbol: "
      + "open the notebook in a browser.",
    NotFoundError: `There is no ${device}, or none was chosen. Connect one and press the button again, `
      + "or go on with the recordings that come with the course.",
    NotReadableError: held, NetworkError: held, InvalidStateError: held,
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

/** Radio buttons for the labels with their counts, and a field for who is recorded. */
function chooser(model) {
  const labels = model.get("_labels");
  const counts = labels.map(() => make("b"));
  const choices = labels.map((name, i) => ({ name, beside: counts[i] }));
  const label = radios("Label, and how many are kept", choices, (i) => set(model, "label", labels[i]), "pills");
  label.check(labels.indexOf(model.get("label")));
  const who = model.get("_asks_for").who;
  const node = make("div", { class: "strip" }, label.node,
    field(who === "lot" ? "Lot (when or where the parts were made)" : "Person", model.get("who"),
      (value) => set(model, "who", value), { hint: who === "lot" ? "lot-1" : "a name or a number" }));
  const close = follow(model, ["_counts"], () =>
    counts.forEach((count, i) => { count.textContent = model.get("_counts")[labels[i]] ?? 0; }));
  return { node, close };
}

/** The questions of a datasheet, folded away until they are wanted. */
function datasheet(model) {
  const questions = {
    who: "Who recorded whom?", where: "Where, and what was heard or seen besides?",
    device: "With what device?", consent: "What did the people agree to?",
    licence: "What may others do with it?",
  };
  const sheet = {};
  const said = announcer();
  const save = button("Save datasheet", () => {
    ask(model, { kind: "datasheet", sheet }).then(said.tell, (error) => said.tell(error.message, true));
  });
  const fields = Object.entries(questions).map(([name, words]) => {
    sheet[name] = "";
    return field(words, "", (value) => { sheet[name] = value; });
  });
  return make("details", { "aria-label": "Datasheet" }, make("summary", {}, "Datasheet: what nobody can hear or see later"),
    ...fields, make("div", { class: "strip" }, save, said.node));
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
  const said = announcer();
  const { tell } = said;
  const review = make("div", { class: "review" });
  const [choice, sheet] = [chooser(model), datasheet(model)];
  let [close, taken, abandon, isBusy] = [null, null, null, false];

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
    const vanishing = new Promise((_, reject) => { abandon = reject; });
    try {
      taken = { ...await Promise.race([take(tell), vanishing]), id: crypto.randomUUID() };
      review.replaceChildren(taken.picture);
      settle(taken.words, taken.wrong);
    } catch (error) {
      settle(`${error.message} What was kept before is safe.`, true);
    } finally {
      abandon = null;
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
  const buttons = make("div", { class: "strip" }, start, record, play, keep, discard);

  /** Say what has happened, and offer the button that is likely next to whoever waits at the buttons. */
  function settle(words, wrong = false) {
    const active = el.getRootNode().activeElement;
    const waits = !active || active === document.body || buttons.contains(active);
    update(false);
    if (waits) (taken ? (taken.wrong ? discard : keep) : close ? record : start).focus();
    tell(words, wrong);
  }
  /** The device has vanished: a take that runs ends here, one under review stays. */
  function lost(words) {
    close?.();
    close = null;
    if (abandon) abandon(new Error(words));
    else {
      update(isBusy);
      tell(`${words} What was kept before is safe${taken ? ", and so is the take below" : ""}.`, true);
    }
  }
  function drop() {
    taken = null;
    review.replaceChildren();
  }
  function update(busy) {
    isBusy = busy;
    start.hidden = close !== null;
    live.hidden = record.hidden = close === null;
    for (const node of [keep, discard]) node.hidden = taken === null;
    play.hidden = !taken?.play;
    for (const node of [start, record, play, keep, discard]) {
      node.setAttribute("aria-disabled", busy || (node === record && taken !== null));
    }
  }

  claim(el);
  el.classList.add("recorder");
  el.append(choice.node, live, buttons, said.node, review, sheet);
  update(false);
  return () => {
    choice.close();
    close?.();
  };
}
