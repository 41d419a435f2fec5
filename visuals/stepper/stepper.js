/**
 * The backprop stepper: one plain ES module, no imports, no build step.
 *
 * The same file runs in a notebook (anywidget hands it a `model`) and in an exported page (a few lines in
 * export.py imitate that model). It never computes a gradient. Python has recorded the whole run as a trace,
 * a list of frames; the only question here is: which frames have happened after `step` of them?
 *
 *   1. State    stateAt(trace, step): the values, gradients and messages known after `step` frames
 *   2. Words    numbers, ledgers and labels as text
 *   3. Picture  shows a state in the SVG that Python has drawn
 *   4. Panel    tells the current frame, and the selected node, in numbers
 *   5. Formulas the chain rule as MathML and as LaTeX
 *   6. Predict  asks before a frame happens, and judges the answer
 *   7. Edit     changes the value of a leaf, where Python listens
 *   8. Controls buttons, slider, keys, play
 *   9. render   puts them together and listens to the model
 *  14. Debug    what Python has found out about the run: signs in the picture, and a card with a view per question
 *  10. Notes    the lecturer's notes, all sentences as a table, large type for a lecture
 *  11. Lens     which entries of which arrays made one entry of a gradient
 *  12. Order    a backward pass in the reader's own order, and what is wrong with it
 *  13. Modules  many boxes in one, and back
 *
 * Texts of the trace (names, sentences, rules) come from users: they are written with textContent, never as markup.
 *
 * @typedef {{shape: number[], text: string, scalar?: number|string, min?: number|string, mean?: number|string,
 *            max?: number|string, norm?: number|string, thumbnail?: (number|string)[][], values?: any}} Summary
 * @typedef {{id: string, kind: "data"|"parameter"|"function", name: string, op: string, symbol: string,
 *            pattern: string, detail: string, shape: number[], dtype: string, group: string,
 *            value: Summary}} TraceNode
 * @typedef {{id: string, source: string, target: string, position: number}} TraceEdge
 * @typedef {{kind: "forward"|"seed"|"message"|"accumulate"|"done", active: string[], sentence: string, edge?: string,
 *            upstream?: Summary, rule?: string, local?: Summary|null, message?: Summary, before?: Summary|null,
 *            after?: Summary, title?: string, unbroadcast?: null|{axes: number[], from: number[], to: number[]},
 *            set: {nodes?: Object<string, {value?: Summary, grad?: Summary}>}}} Frame
 * @typedef {{version: number, output: string, nodes: TraceNode[], edges: TraceEdge[], frames: Frame[]}} Trace
 * @typedef {{trace: Trace, nodes: Map<string, TraceNode>, edges: Map<string, TraceEdge>,
 *            inputs: (id: string) => TraceEdge[], output: TraceNode}} Graph
 * @typedef {{where: string, lines: string, jacobian?: (number|string)[][]}} Detail   of an edge, see details.py
 * @typedef {{step: number, frame: Frame|null, values: Object<string, Summary>, grads: Object<string, Summary>,
 *            sent: Object<string, Frame>}} State   `sent`: for each edge, the message frame that has crossed it
 * @typedef {{id: string, kind: "messages"|"values"|"gradients"|"order"|"patterns", step: number, subject: string,
 *            about: string, text: string, hints: string[], form: "numbers"|"shape"|"choice"|"node", shape?: number[],
 *            cells?: {at: number[], value: number|string}[], options?: {id: string, text: string}[], right?: any[],
 *            mistakes: {value: any, says: string}[]}} Question   see questions.py
 * @typedef {{out: number[][], factor: number[][], other?: string, at?: number[][]}} Lens   of an edge, see lens.py
 * @typedef {{order?: string[], early?: {step: number, node: string, waits: string[]}[], right?: Object<string, Summary>,
 *            says?: string}} Verdict   on an order, see early.py
 * @typedef {{id: string, title: string, members: string[]}} Module   see folding.py
 * @typedef {{attempts?: string[], hints?: number, right?: boolean, shown?: boolean, seconds?: number}} Answer
 */

// ---------------------------------------------------------------------------------------------- 1. State

const CHECKPOINT_EVERY = 50;
/** @type {WeakMap<Trace, State[]>} a copy of the state after 0, 50, 100, ... frames of each trace */
const checkpoints = new WeakMap();

/**
 * What is known after the first `step` frames (0: nothing has happened; n: all n frames have).
 *
 * It depends on nothing but its arguments. So a step back is no inverse operation that could go wrong: it is the same
 * question with a smaller number. Checkpoints keep that cheap: at most 49 frames are replayed.
 *
 * @param {Trace} trace
 * @param {number} step
 * @returns {State}
 */
export function stateAt(trace, step) {
  const wanted = clampStep(trace, step);
  const saved = checkpoints.get(trace) ?? [{ step: 0, frame: null, values: {}, grads: {}, sent: {} }];
  checkpoints.set(trace, saved);
  const state = copyState(saved[Math.min(Math.floor(wanted / CHECKPOINT_EVERY), saved.length - 1)]);
  while (state.step < wanted) {
    applyFrame(state, trace.frames[state.step]);
    if (state.step === saved.length * CHECKPOINT_EVERY) saved.push(copyState(state));
  }
  return state;
}

/** @param {State} state @param {Frame} frame */
function applyFrame(state, frame) {
  for (const [id, change] of Object.entries(frame.set.nodes ?? {})) {
    if (change.value) state.values[id] = change.value;
    if (change.grad) state.grads[id] = change.grad;
  }
  if (frame.kind === "message") state.sent[frame.edge] = frame;
  state.frame = frame;
  state.step += 1;
}

/** @param {State} state @returns {State} */
function copyState(state) {
  return { ...state, values: { ...state.values }, grads: { ...state.grads }, sent: { ...state.sent } };
}

/** @param {Trace} trace @param {number} step @returns {number} the nearest step that exists */
export function clampStep(trace, step) {
  const whole = Math.round(Number(step)) || 0;
  return Math.min(Math.max(whole, 0), trace.frames.length);
}

/**
 * The message frames that a node receives within the first `step` frames, in the order in which they come.
 * @param {Trace} trace @param {string} nodeId @param {number} [step] all frames, if left out
 * @returns {Frame[]}
 */
export function messagesTo(trace, nodeId, step = trace.frames.length) {
  const uses = new Set(trace.edges.filter((edge) => edge.source === nodeId).map((edge) => edge.id));
  return trace.frames.slice(0, step).filter((frame) => frame.kind === "message" && uses.has(frame.edge));
}

/**
 * The step after the next message into a node, or null if none is to come.
 * @param {Trace} trace @param {string} nodeId @param {number} step where we are @returns {number|null}
 */
export function nextMessage(trace, nodeId, step) {
  const uses = new Set(trace.edges.filter((edge) => edge.source === nodeId).map((edge) => edge.id));
  const at = trace.frames.findIndex((frame, k) => k >= step && frame.kind === "message" && uses.has(frame.edge));
  return at < 0 ? null : at + 1;
}

/**
 * Where something happens at a node: the step at which its value is there, and the one at which its gradient is
 * complete; of these the next after `step`, or null.
 * @param {Trace} trace @param {string} nodeId @param {number} step @returns {number|null}
 */
export function stepOfNode(trace, nodeId, step) {
  let [value, grad] = [0, 0];
  trace.frames.forEach(({ set }, k) => {
    const change = set.nodes?.[nodeId];
    if (change?.value) value = k + 1;
    if (change?.grad) grad = k + 1;
  });
  return [value, grad].find((at) => at > step) ?? null;
}

/**
 * The nodes at the other ends of a node's edges, each once: what it is computed from, and what is computed from it.
 * @param {Trace} trace @param {string} nodeId @returns {{inputs: string[], users: string[]}}
 */
export function neighbours(trace, nodeId) {
  const into = trace.edges.filter((edge) => edge.target === nodeId).sort((a, b) => a.position - b.position);
  const from = trace.edges.filter((edge) => edge.source === nodeId);
  return {
    inputs: [...new Set(into.map((edge) => edge.source))],
    users: [...new Set(from.map((edge) => edge.target))],
  };
}

// ---------------------------------------------------------------------------------------------- 2. Words
// The same words as visuals/text.py, which measures them: what Python has made room for is what stands there.

const NOT_COMPUTED = "—"; // a gradient that was never computed is not 0
const MINUS = "\u2212";
const START = "Nothing has been computed yet. Step forward to begin.";
const KIND_WORDS = { data: "static data", parameter: "parameter", function: "function" };

/**
 * A number with four significant digits, no trailing zeros and a true minus sign.
 * @param {number|string} value "nan", "inf" and "-inf" come as strings: JSON has no such numbers
 * @returns {string}
 */
export function number(value) {
  if (value === "nan") return "nan";
  const x = value === "inf" ? Infinity : value === "-inf" ? -Infinity : Number(value);
  if (!Number.isFinite(x)) return x > 0 ? "∞" : `${MINUS}∞`;
  if (Math.abs(x) >= 1e4 && Math.abs(x) < 1e6) return x.toFixed(0).replace("-", MINUS); // 12345, not 1.234e4
  const [digits, exponent] = x.toExponential(3).split("e").map(Number);
  const plain = exponent >= -4 && exponent < 4;
  return (plain ? String(Number(x.toPrecision(4))) : `${digits}e${exponent}`).replaceAll("-", MINUS);
}

/** A text with true minus signs before its numbers. @param {string} text @returns {string} */
export function pretty(text) {
  return text.replace(/(?<![\w.)\]])-(?=[\d.∞]|inf)/g, MINUS);
}

/** @param {number[]} shape @returns {string} "2×3", "5 numbers" or "one number" */
export function shapeText(shape) {
  if (shape.length === 0) return "one number";
  return shape.length === 1 ? `${shape[0]} numbers` : shape.join("×");
}

/** Whether a summary tells one number, and not an array. @param {Summary|null|undefined} summary */
export const isScalar = (summary) => summary?.scalar !== undefined;

/**
 * What a node says of its value or its gradient: one line, and for an array the range under it.
 * @param {"value"|"grad"} label @param {Summary|undefined} summary @returns {[string, string]}
 */
export function summaryLines(label, summary) {
  if (!summary) return [`${label} ${NOT_COMPUTED}`, ""];
  if (isScalar(summary)) return [`${label} ${number(summary.scalar)}`, ""];
  if (summary.mean === undefined || summary.mean === null) return ["empty", ""];
  // no label: the heat map above has it
  return [`mean ${number(summary.mean)}`, `${number(summary.min)} … ${number(summary.max)}`];
}

/** A name on one line, without characters that change the writing direction of what follows. @param {string} text */
const clean = (text) =>
  text
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/\s+/g, " ")
    .trim();

/** The name by which one speaks of a node. @param {TraceNode} node @returns {string} */
export const title = (node) => clean(node.name) || clean(node.op) || "constant";

/** The word for a node in a formula. @param {TraceNode} node */
const shortName = (node) => clean(node.name) || node.symbol || title(node);

/** The accessible name of a node. @param {TraceNode} node @param {State} state @returns {string} */
export function nodeLabel(node, state) {
  const kind = node.kind === "function" ? clean(node.op) : KIND_WORDS[node.kind];
  const head = title(node) === kind ? kind : `${title(node)}, ${kind}`;
  const value = state.values[node.id]?.text ?? "not known yet";
  const grad = state.grads[node.id]?.text ?? "not computed";
  return `${head}: value ${value}, gradient ${grad}`;
}

/** @param {Frame} frame @returns {string} a sentence on the sum that undoes broadcasting, "" where there was none */
export function unbroadcastText({ unbroadcast }) {
  if (!unbroadcast) return "";
  const axes = unbroadcast.axes.length === 1 ? `axis ${unbroadcast.axes[0]}` : `axes ${unbroadcast.axes.join(", ")}`;
  return (
    `Broadcast on the way forward, so summed over ${axes} on the way back: ` +
    `${shapeText(unbroadcast.from)} → ${shapeText(unbroadcast.to)}.`
  );
}

// ---------------------------------------------------------------------------------------------- 3. Picture

const DRAWN = new Set(["svg", "defs", "marker", "g", "path", "rect", "text", "title"]);

/**
 * The SVG text as an element. Our own Python wrote it, but a notebook is a file that anyone can edit: what is no plain
 * drawing is refused, so that nothing in it can run or reach the network.
 * @param {string} text @returns {SVGSVGElement}
 */
export function parsePicture(text) {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  for (const element of [root, ...root.querySelectorAll("*")]) {
    const active = [...element.attributes].some(
      ({ name, value }) => /^on|href$/i.test(name) || /url\((?!#)/.test(value),
    );
    if (!DRAWN.has(element.localName) || active) throw new Error("The picture of this graph could not be read.");
  }
  return /** @type {any} */ (document.importNode(root, true));
}

/** Give every id in the picture a prefix of its own: the same widget may stand on a page twice. */
function separateIds(svg) {
  const own = `mg${Math.random().toString(36).slice(2, 8)}-`;
  for (const element of svg.querySelectorAll("[id]")) element.id = own + element.id;
  for (const element of svg.querySelectorAll("[marker-end]")) {
    element.setAttribute("marker-end", element.getAttribute("marker-end").replace("#", `#${own}`));
  }
}

/**
 * The picture, and the function that makes it show a state. Only what differs from the last state is written.
 * @param {string} svgText @param {Trace} trace
 */
function makePicture(svgText, trace, home = (/** @type {string} */ id) => id, labels = new Map()) {
  const svg = parsePicture(svgText);
  separateIds(svg);
  const [, , width] = svg.getAttribute("viewBox").split(" ").map(Number);
  svg.removeAttribute("style");
  svg.style.setProperty("--mg-width", `${width}px`); // stepper.css lets it shrink a little, then scroll

  const nodes = new Map();
  for (const element of /** @type {NodeListOf<SVGGElement>} */ (svg.querySelectorAll(".mg-node"))) {
    element.querySelector("title")?.remove(); // the panel says it, and a tooltip would cover the neighbours
    nodes.set(element.dataset.id, {
      element,
      button: buttonOf(element),
      lines: ["value", "value-range", "grad", "grad-range"].map((line) => element.querySelector(`.mg-${line}`)),
      heats: { value: element.querySelector(".mg-heat-value"), grad: element.querySelector(".mg-heat-grad") },
      shown: {},
      marked: [element],
      marks: {},
      drawn: [element],
      span: [placeOf(element) - REACH, placeOf(element) + REACH],
    });
  }
  const edges = new Map();
  const lines = drawn("g", { class: "mg-lines" }); // under all ledgers: no line runs through the numbers of another
  svg.querySelector(".mg-edges").before(lines);
  for (const element of /** @type {NodeListOf<SVGGElement>} */ (svg.querySelectorAll(".mg-edge"))) {
    const text = element.querySelector(".mg-ledger-text");
    const tip = element.querySelector(".mg-ledger title");
    const whole = tip?.textContent; // where the edge had no room for all of it
    const line = element.querySelector(".mg-line");
    const args = element.querySelectorAll(".mg-arg");
    lines.append(line, ...args);
    const ledger = text.textContent;
    const own = { told: null, marked: [element, line], marks: {}, drawn: [element, line, ...args], span: spanOf(line) };
    edges.set(element.dataset.id, { element, line, text, tip, ledger, whole: whole ?? ledger, ...own });
  }

  /** @param {State} state @param {string} selected @param {Question} [asked] what the picture must not tell */
  function show(state, selected, asked) {
    const active = new Set((state.frame?.active ?? []).flatMap((id) => [id, home(id)]));
    const now = (/** @type {string} */ id) => (active.has(id) ? state.frame.kind : "");
    for (const node of trace.nodes) {
      const part = nodes.get(node.id);
      if (!part) continue; // it is inside a folded module
      showNode(part, node, state, labels.get(node.id));
      flip(part, "mg-pending", !state.values[node.id]);
      flip(part, "mg-selected", home(selected) === node.id);
      flip(part, "mg-asked", asked?.subject === node.id);
      enliven(part, now(node.id));
      if (asked?.kind === "values" && asked.subject === node.id) {
        setText(part.lines[0], "value ?");
        part.shown = {}; // written anew when it is known
      }
    }
    for (const [id, part] of edges) {
      const sent = id in state.sent;
      const told = sent ? part.ledger : asked?.subject === id ? "?" : "";
      if (part.told !== told) setText(part.text, told);
      if (part.tip && part.told !== told) setText(part.tip, sent ? part.whole : "");
      part.told = told;
      flip(part, "mg-asked", asked?.subject === id);
      flip(part, "mg-sent", sent);
      enliven(part, now(id));
    }
  }

  /** New texts on the same edges. @param {Object<string, [string, string, number]>} ledgers see editing.py */
  function relabel(ledgers) {
    for (const [id, [ledger, whole, width]] of Object.entries(ledgers)) {
      if (!edges.has(id)) continue;
      Object.assign(edges.get(id), { ledger, whole, told: null });
      const box = edges.get(id).element.querySelector(".mg-ledger-box");
      box.setAttribute("width", String(width));
      box.setAttribute("x", String(-width / 2));
    }
  }

  const parts = [...nodes.values(), ...edges.values()];

  /** Take out of the drawing what is far from these places, in units of the picture. */
  function showBetween(left, right) {
    if (nodes.size < MANY) return;
    const focused = /** @type {Document} */ (svg.getRootNode()).activeElement;
    for (const part of parts) {
      const near = part.span[1] > left && part.span[0] < right;
      setFar(part, !near && !part.marks["mg-active"] && (!focused || part.button !== focused));
    }
  }

  /** The middle of some nodes, from left to right. @param {string[]} ids */
  const middleOf = (ids) => ids.reduce((sum, id) => sum + nodes.get(id).span[0] + REACH, 0) / ids.length;

  const ledger = (/** @type {string} */ edgeId) => edges.get(edgeId).whole;
  return { svg, nodes, edges, show, relabel, ledger, showBetween, middleOf, width };
}

// A graph of a thousand nodes is a hundred screens wide, and a browser looks at all of it for every picture that it
// paints. So what is far from the screen is left out, and comes back before it is seen. (On paper all of it is there.)

const MANY = 300; // nodes
const REACH = 400; // no box reaches farther from its middle

/** Where a box stands. @param {Element} element */
const placeOf = (element) => Number(/translate\(([-\d.e]+)/.exec(element.getAttribute("transform") ?? "")?.[1] ?? 0);

/** From where to where a curve runs. @param {Element} line @returns {[number, number]} */
function spanOf(line) {
  const places = [...line.getAttribute("d").matchAll(/([-\d.e]+),[-\d.e]+/g)].map((found) => Number(found[1]));
  return [Math.min(...places) - REACH, Math.max(...places) + REACH]; // its ledger stands near it
}

/** @param {{marks: any, drawn: Element[]}} part @param {boolean} far */
function setFar(part, far) {
  if ((part.marks.far ?? false) === far) return;
  part.marks.far = far;
  for (const element of part.drawn) element.classList.toggle("mg-far", far);
}

// Of a thousand nodes nearly all stay as they were, and to ask the page costs as much as to change it: what was written
// last is remembered here. What is active says so itself: a word on the whole picture would have all of it styled anew.

/** A class of a part. @param {{marked: Element[], marks: any}} part @param {string} css @param {boolean} on */
function flip(part, css, on) {
  if ((part.marks[css] ?? false) === on) return;
  part.marks[css] = on;
  for (const element of part.marked) element.classList.toggle(css, on);
  if (css === "mg-selected") /** @type {any} */ (part).button.setAttribute("aria-pressed", String(on));
}

/** What happens at a part now: "forward", "message" …, or "". */
function enliven(part, kind) {
  flip(part, "mg-active", kind !== "");
  if (kind) setFar(part, false);
  if ((part.marks.now ?? "") === kind) return;
  part.marks.now = kind;
  for (const element of part.marked) {
    if (kind) element.dataset.now = kind;
    else delete element.dataset.now;
  }
}

/**
 * The button of a node: its outline. What is written on it is beside it, not in it: to a screen reader the label says
 * the same in whole words, and nobody who speaks to the computer has to say all the numbers to press it.
 * @param {SVGGElement} element
 */
function buttonOf(element) {
  const button = drawn("g", { class: "mg-node-button" });
  for (const name of ["role", "tabindex", "aria-label", "data-lm-suppress-shortcuts"]) {
    button.setAttribute(name, element.getAttribute(name) ?? "");
    element.removeAttribute(name);
  }
  for (const part of element.children) part.setAttribute("aria-hidden", "true");
  const outline = [...element.querySelectorAll(":scope > .mg-shape, :scope > .mg-cap")];
  button.append(...outline);
  button.setAttribute("aria-pressed", "false");
  element.prepend(button);
  return button;
}

/** Texts, heat maps and label of one node, where they have changed. */
function showNode(part, node, state, label = "") {
  const value = state.values[node.id];
  const grad = state.grads[node.id];
  if ("label" in part.shown && part.shown.value === value && part.shown.grad === grad) return;
  const texts = [...(value ? summaryLines("value", value) : ["", ""]), ...summaryLines("grad", grad)];
  part.lines.forEach((line, i) => line && setText(line, texts[i]));
  if (part.heats.value) paint(part.heats.value, value);
  if (part.heats.grad) paint(part.heats.grad, grad);
  const told = nodeLabel(node, state);
  part.button.setAttribute("aria-label", label ? `${label}: ${told.slice(told.indexOf(": value ") + 2)}` : told);
  part.shown = { value, grad, label: true };
}

/** Colour the cells of a heat map. @param {Element} heat @param {Summary|undefined} summary */
function paint(heat, summary) {
  const frame = heat.firstElementChild;
  const rows = summary?.thumbnail ?? [];
  const [width, height] = ["width", "height"].map((side) => Number(frame.getAttribute(side)));
  const colours = shades(rows.flat());
  const cells = rows.flatMap((row, i) =>
    row.map((_, j) => {
      const { css, strength } = colours[i * row.length + j];
      return (
        css &&
        drawn("rect", {
          class: css,
          "fill-opacity": strength,
          width: width / row.length,
          height: height / rows.length,
          x: (j * width) / row.length,
          y: (i * height) / rows.length,
        })
      );
    }),
  );
  heat.replaceChildren(frame, ...cells.filter(Boolean)); // a zero has no colour
}

/**
 * Entries as colours: orange above zero, blue below, the stronger the nearer to the largest entry.
 * @param {(number|string)[]} entries @returns {{css: string, strength: number}[]}
 */
export function shades(entries) {
  const sizes = entries.map((entry) => Math.abs(Number(entry)));
  const largest = Math.max(0, ...sizes.filter(Number.isFinite)) || 1;
  return entries.map((entry, i) => {
    if (!Number.isFinite(sizes[i])) return { css: "mg-nan", strength: 1 };
    const css = Number(entry) > 0 ? "mg-pos" : Number(entry) < 0 ? "mg-neg" : "";
    return { css, strength: Math.round((100 * sizes[i]) / largest) / 100 };
  });
}

/** An element of a drawing. @param {string} tag @param {Object<string, string|number>} attributes */
function drawn(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// ------------------------------------------------------------------------------------------------ 4. Panel

/**
 * An element with attributes and children. Strings become text, never markup.
 * @param {string} tag @param {Object<string, string>} attributes @param {...(Node|string|null|undefined)} children
 */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

const INVITATION =
  "Click a node, or press Enter on it, to see its value, its gradient and the messages it has received.";
const MOST_COLUMNS = 10; // a table of numbers with more columns does not fit beside its neighbours

/** A value: a number; a table of numbers for a small array; else a heat map. @param {Summary|null|undefined} summary */
function valueView(summary) {
  if (!summary) return make("span", { class: "mg-number" }, NOT_COMPUTED);
  if (isScalar(summary)) return make("span", { class: "mg-number" }, number(summary.scalar));
  const grid = summary.values ? rowsOf(summary.values) : [];
  const small = grid.length > 0 && grid[0].length > 0 && grid[0].length <= MOST_COLUMNS;
  const entries = small ? grid : (summary.thumbnail ?? []);
  const table = make("table", { class: small ? "mg-table mg-numbers" : "mg-table mg-thumbnail", role: "presentation" });
  const colours = shades(entries.flat());
  entries.forEach((row, i) => {
    const cells = row.map((entry, j) => {
      const { css, strength } = colours[i * row.length + j];
      const cell = make("td", { class: css }, small ? number(entry) : null);
      cell.style.setProperty("--mg-strength", `${Math.round(strength * 100)}%`);
      return cell;
    });
    table.append(make("tr", {}, ...cells));
  });
  const caption = small
    ? [shapeText(summary.shape)]
    : [pretty(summary.text), entries.length ? `${number(summary.min)} … ${number(summary.max)}` : ""];
  const lines = caption.map((line) => make("div", { class: "mg-caption" }, line));
  return make("div", { class: "mg-array" }, table, ...lines);
}

/** Nested lists of any depth as rows: one axis is one row, more than two are laid out one under the other. */
function rowsOf(values) {
  if (!Array.isArray(values[0])) return [values];
  return Array.isArray(values[0][0]) ? values.flatMap(rowsOf) : values;
}

/** One term of an equation: what it is, its value, and a remark. */
function term(label, summary, remark = "") {
  return make(
    "div",
    { class: "mg-term" },
    make("div", { class: "mg-label" }, label),
    valueView(summary),
    make("div", { class: "mg-remark" }, remark),
  );
}

/** The sign between two terms. */
const sign = (...text) => make("div", { class: "mg-sign" }, ...text);

/** A graph as the panel needs it: nodes and edges by id. @param {Trace} trace @returns {Graph} */
export function indexed(trace) {
  const nodes = new Map(trace.nodes.map((node) => [node.id, node]));
  const edges = new Map(trace.edges.map((edge) => [edge.id, edge]));
  const inputs = (id) => trace.edges.filter((edge) => edge.target === id).sort((a, b) => a.position - b.position);
  return { trace, nodes, edges, inputs, output: nodes.get(trace.output) };
}

/** ∂top/∂bottom where both have names, else a plain word. */
function partial(top, bottom, word) {
  return top.name && bottom.name ? `∂${shortName(top)}/∂${shortName(bottom)}` : word;
}

/** The title and the equation of what the last frame did. @returns {[string, (Node|null)[]]} */
function tellFrame(graph, state) {
  const { frame } = state;
  if (!frame)
    return [
      "Step 0",
      [
        make(
          "p",
          { class: "mg-hint" },
          "First the values, from left to right; then the gradients, from right to left.",
        ),
      ],
    ];
  return { forward: tellForward, seed: tellSeed, message: tellMessage, accumulate: tellSum, done: tellDone }[
    frame.kind
  ](graph, frame, state);
}

function tellForward(graph, frame, state) {
  const node = graph.nodes.get(frame.active[0]);
  const inputs = graph.inputs(node.id).map((edge) => graph.nodes.get(edge.source));
  const terms = inputs.map((input) => term(shortName(input), state.values[input.id]));
  const symbol = sign([node.symbol || node.op, pretty(node.detail)].filter(Boolean).join(" "));
  const infix = terms.length === 2 || (/ /.test(node.symbol) && /^\W/.test(node.symbol)); // x + y, and x × 3 too
  const left = infix ? [terms[0], symbol, ...terms.slice(1)] : [symbol, ...terms];
  const equals = node.kind === "function" ? [...left, sign("=")] : [];
  const result = term(clean(node.name) || "value", state.values[node.id]);
  return [`Forward: ${shortName(node)}`, [make("div", { class: "mg-equation" }, ...equals, result)]];
}

function tellSeed(graph, frame, state) {
  const { output } = graph;
  const start = term("seed", state.grads[output.id], partial(output, output, "gradient of the output by itself"));
  return ["Backward begins", [make("div", { class: "mg-equation" }, start)]];
}

function tellMessage(graph, frame) {
  const edge = graph.edges.get(frame.edge);
  const [sender, receiver] = [graph.nodes.get(edge.target), graph.nodes.get(edge.source)];
  const share = messagesTo(graph.trace, receiver.id).length > 1 ? "one share of " : "";
  const summed = frame.unbroadcast ? `Σ axis ${frame.unbroadcast.axes.join(", ")} =` : "=";
  const through = frame.local
    ? [sign("×"), term("local", frame.local, partial(sender, receiver, "local derivative")), sign(summed)]
    : [sign("→ ", make("code", {}, pretty(frame.rule)), " →")];
  const equation = make(
    "div",
    { class: "mg-equation" },
    term("upstream", frame.upstream, partial(graph.output, sender, `gradient of ${shortName(sender)}`)),
    ...through,
    term("message", frame.message, share + partial(graph.output, receiver, `gradient of ${shortName(receiver)}`)),
  );
  const rule = make(
    "p",
    { class: "mg-rule" },
    `Rule of ${title(sender)} for this argument: `,
    make("code", {}, pretty(frame.rule)),
    ", where g is the upstream gradient.",
  );
  const undone = unbroadcastText(frame);
  const then = share
    ? null
    : make(
        "p",
        { class: "mg-change" },
        `Gradient of ${shortName(receiver)}: `,
        make("b", {}, `${inline(frame.before)} → ${inline(frame.after)}`),
      );
  return [
    `Message: ${shortName(sender)} → ${shortName(receiver)}`,
    [equation, undone ? make("p", { class: "mg-hint" }, undone) : null, rule, then ?? shares(graph, receiver, frame)],
  ];
}

function tellSum(graph, frame) {
  const node = graph.nodes.get(graph.edges.get(frame.edge).source);
  const before = frame.before ?? { shape: [], text: "0", scalar: 0 }; // an empty sum
  const equation = make(
    "div",
    { class: "mg-equation" },
    term("so far", before, frame.before ? "" : "nothing yet"),
    sign("+"),
    term("message", frame.message),
    sign("="),
    term("gradient", frame.after, partial(graph.output, node, `of ${shortName(node)}`)),
  );
  return [`Accumulate: ${shortName(node)}`, [equation, shares(graph, node, frame)]];
}

function tellDone(graph, frame, state) {
  const terms = frame.active.map((id) => {
    const leaf = graph.nodes.get(id);
    return term(shortName(leaf), state.grads[id], partial(graph.output, leaf, ""));
  });
  return [frame.title ?? "Done: the gradients", [make("div", { class: "mg-equation mg-list" }, ...terms)]];
}

/** One value in a line of text. @param {Summary|null} summary */
function inline(summary) {
  if (!summary) return NOT_COMPUTED;
  return isScalar(summary) ? number(summary.scalar) : pretty(summary.text);
}

/**
 * All messages of a node that is used several times, as a strip: added, now, still to come.
 * A message has been added once its accumulate frame has come; the frame at hand tells how far we are.
 */
function shares(graph, node, frame) {
  const messages = messagesTo(graph.trace, node.id);
  const now = messages.findIndex((message) => message.edge === frame.edge);
  const chips = messages.map((message, i) => {
    const sender = shortName(graph.nodes.get(graph.edges.get(message.edge).target));
    const when = i < now || (i === now && frame.kind === "accumulate") ? "added" : i === now ? "arrived" : "to come";
    return make(
      "li",
      { class: `mg-share mg-${when.replace(" ", "-")}` },
      make("b", {}, when === "to come" ? "?" : inline(message.message)),
      ` from ${sender}, ${when}`,
    );
  });
  return make(
    "div",
    { class: "mg-shares" },
    `${shortName(node)} is used ${messages.length} times: its gradient is the sum of `,
    make("ol", {}, ...chips),
  );
}

/** The selected node: its value, its gradient, and the messages that have come. @returns {[string, (Node|null)[]]} */
function tellNode(graph, view, nodeId, state, asked) {
  if (!nodeId) return ["Node", [make("p", { class: "mg-hint" }, INVITATION)]];
  const node = graph.nodes.get(nodeId);
  const pattern = asked?.kind === "patterns" ? "" : node.pattern; // it may be the answer
  const facts = [
    node.kind === "function" ? node.op : KIND_WORDS[node.kind],
    node.detail && pretty(node.detail),
    shapeText(node.shape),
    node.dtype,
  ].filter(Boolean);
  const messages = messagesTo(graph.trace, nodeId, state.step);
  const expected = messagesTo(graph.trace, nodeId).length;
  const never = nodeId === graph.trace.output ? "none: the seed starts here" : "none: no gradient is wanted";
  const none = expected ? "none so far" : never;
  const formula = chainRule(graph, nodeId, state);
  return [
    shortName(node),
    [
      make("p", { class: "mg-hint" }, facts.join(" · ")),
      PATTERN_WORDS[pattern] ? make("p", { class: "mg-hint" }, make("b", {}, pattern), `: ${PATTERN_WORDS[pattern]}.`) : null,
      make(
        "div",
        { class: "mg-equation mg-list" },
        term("value", state.values[nodeId]),
        term("gradient", state.grads[nodeId]),
      ),
      formula && tellFormula(graph, nodeId, formula),
      make(
        "div",
        { class: "mg-messages" },
        `Messages (${messages.length} of ${expected}): `,
        messages.length ? null : none,
        messages.length ? make("ul", {}, ...messages.map((frame) => tellReceived(graph, view, frame))) : null,
      ),
    ],
  ];
}

const PATTERN_WORDS = {
  distributor: "it hands its gradient on, as it is or in equal shares",
  switcher: "it multiplies its gradient by the other input",
  router: "it sends its gradient only where the value came from",
  adder: "its input was copied, so the gradients of all copies are added",
};

/** The chain rule of a node, in symbols and below in numbers. */
function tellFormula(graph, nodeId, { symbols, numbers }) {
  const [upper, lower] = [symbols, numbers].map((tree) => {
    const line = math("math", mathOf(tree));
    line.setAttribute("display", "block");
    return line;
  });
  const box = make("div", { class: "mg-formula", role: "region", "aria-label": "Chain rule", tabindex: "0", ...OWN_KEYS });
  box.append(upper, lower);
  return make("div", {}, box, make("div", { class: "mg-caption" }, legend(graph, nodeId)));
}

/** One message that has arrived: its ledger, the lines of its rule, and the Jacobian where it is small. */
function tellReceived(graph, { picture, details, opened }, frame) {
  const edge = graph.edges.get(frame.edge);
  const sender = graph.nodes.get(edge.target);
  const row = make("li", {}, `from ${shortName(sender)}: `, make("code", {}, picture.ledger(frame.edge)));
  const detail = details[frame.edge];
  if (!detail?.lines) return row;
  const summary = make("summary", { tabindex: "0", ...OWN_KEYS }, detail.jacobian ? "rule and Jacobian" : "rule");
  const more = /** @type {HTMLDetailsElement} */ (
    make("details", {}, summary, make("div", { class: "mg-hint" }, detail.where), make("pre", { tabindex: "0", ...OWN_KEYS }, detail.lines))
  );
  if (detail.jacobian) more.append(tellJacobian(graph, edge, frame, detail.jacobian));
  more.open = opened.has(edge.id);
  more.addEventListener("toggle", () => (more.open ? opened.add(edge.id) : opened.delete(edge.id)));
  row.append(more);
  return row;
}

/** The Jacobian beside what the rule makes of it: backpropagation never builds it. */
function tellJacobian(graph, edge, frame, rows) {
  const [sender, receiver] = [graph.nodes.get(edge.target), graph.nodes.get(edge.source)];
  const shape = [rows.length, rows[0].length];
  const entries = rows.flat().map(Number).filter(Number.isFinite);
  const summary = {
    shape,
    text: shapeText(shape),
    values: rows,
    thumbnail: rows,
    min: Math.min(...entries),
    max: Math.max(...entries),
  };
  const ends = `row: an entry of ${shortName(sender)}; column: an entry of ${shortName(receiver)}`;
  return make(
    "div",
    {},
    make(
      "div",
      { class: "mg-equation" },
      term("Jacobian J", summary, ends),
      sign("Jᵀ g ="),
      term("message", frame.message, "what the rule computes, without ever building J"),
    ),
  );
}

// ----------------------------------------------------------------------------------------------- 5. Formulas
// A formula is a small tree, e.g. ["frac", top, bottom]. One function writes it as MathML, which browsers typeset and
// screen readers read; another as LaTeX, for slides.

/** ∂top/∂bottom @param {TraceNode} top @param {TraceNode} bottom @param {number} [argument] which of several, from 1 */
const ratio = (top, bottom, argument) => {
  const below = ["name", bottom];
  return ["frac", ["row", ["d"], ["name", top]], ["row", ["d"], argument ? ["sub", below, argument] : below]];
};

/** The terms with a sign between each two of them. */
const joined = (terms, sign) => ["row", ...terms.flatMap((term, i) => (i ? [["op", sign], term] : [term]))];

const amount = (summary) =>
  isScalar(summary) ? ["num", number(summary.scalar)] : ["text", `[${shapeText(summary.shape)}]`];

/** A number that follows a sign stands in brackets if it has a sign of its own. */
const bracketed = (tree) => (tree[0] === "num" && tree[1].startsWith(MINUS) ? ["brackets", tree] : tree);

/**
 * The chain rule for the gradient of a node, summed over all that use it: in symbols, and in the numbers known so far.
 * Arrays have their Jacobian transposed: Jᵀg is what a rule computes.
 * @param {Graph} graph @param {string} nodeId @param {State} state
 * @returns {{symbols: any[], numbers: any[]}|null} null where no message ever arrives
 */
export function chainRule(graph, nodeId, state) {
  const node = graph.nodes.get(nodeId);
  const messages = messagesTo(graph.trace, nodeId);
  if (!messages.length) return null;
  const uses = messages.map((frame) => graph.edges.get(frame.edge));
  const symbols = messages.map((frame, i) => {
    const user = graph.nodes.get(uses[i].target);
    const several = uses.filter((use) => use.target === uses[i].target).length > 1;
    const local = ratio(user, node, several ? uses[i].position + 1 : 0);
    const upstream = ratio(graph.output, user);
    return isScalar(frame.upstream) && isScalar(frame.message)
      ? ["row", upstream, local]
      : ["row", ["transposed", ["brackets", local]], upstream];
  });
  const numbers = messages.map((frame) => {
    if (!(frame.edge in state.sent)) return ["text", "?"];
    if (!isScalar(frame.upstream) || !isScalar(frame.local)) return bracketed(amount(frame.message));
    return ["row", bracketed(amount(frame.upstream)), ["op", "·"], bracketed(amount(frame.local))];
  });
  const complete = messages.every((frame) => frame.edge in state.sent);
  const total = complete && state.grads[nodeId] ? amount(state.grads[nodeId]) : ["text", "?"];
  const sum = numbers.length > 1 || numbers[0][0] === "row" ? [["op", "="], joined(numbers, "+")] : [];
  return {
    symbols: ["row", ratio(graph.output, node), ["op", "="], joined(symbols, "+")],
    numbers: ["row", ...sum, ["op", "="], total],
  };
}

/** A node without a name is called v, with the number of its id. @param {TraceNode} node */
const ordinal = (node) => node.id.replace(/\D/g, "");

const subscript = (/** @type {string} */ digits) => digits.replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);

const LATEX = { "\\": "\\backslash ", "^": "\\hat{}", "~": "\\tilde{}", "·": "\\cdot ", "−": "-", "∞": "\\infty " };

/** A text of the user's as LaTeX that means nothing else. @param {string} text */
const latexText = (text) => text.replace(/[\\^~·−∞{}_#&%$]/g, (sign) => LATEX[sign] ?? `\\${sign}`);

/** @param {string} text a number as it is shown, e.g. −1.5e−7 */
function latexNumber(text) {
  const [digits, power] = text.split(/(?<=\d)e/);
  return latexText(digits) + (power ? `\\cdot 10^{${latexText(power)}}` : "");
}

/** A formula as LaTeX. @param {any[]} tree @returns {string} */
export function latexOf([kind, ...parts]) {
  if (kind === "row") return parts.map(latexOf).join(" ");
  if (kind === "frac") return `\\frac{${latexOf(parts[0])}}{${latexOf(parts[1])}}`;
  if (kind === "d") return "\\partial";
  if (kind === "sub") return `{${latexOf(parts[0])}}_{${parts[1]}}`;
  if (kind === "brackets") return `\\left(${latexOf(parts[0])}\\right)`;
  if (kind === "transposed") return `{${latexOf(parts[0])}}^{\\top}`;
  if (kind === "text") return `\\text{${latexText(parts[0])}}`;
  if (kind === "num") return latexNumber(parts[0]);
  if (kind === "op") return latexText(parts[0]);
  const name = clean(parts[0].name);
  if (!name) return `v_{${ordinal(parts[0])}}`;
  return /^[a-zA-Z]$/.test(name) ? name : `\\mathit{${latexText(name)}}`;
}

/** A formula as MathML. Texts become text nodes, never markup. @param {any[]} tree @returns {Element} */
function mathOf([kind, ...parts]) {
  if (kind === "row") return math("mrow", ...parts.map(mathOf));
  if (kind === "frac") return math("mfrac", ...parts.map(mathOf));
  if (kind === "d") return math("mo", "∂");
  if (kind === "sub") return math("msub", mathOf(parts[0]), math("mn", String(parts[1])));
  if (kind === "brackets") return math("mrow", math("mo", "("), mathOf(parts[0]), math("mo", ")"));
  if (kind === "transposed") return math("msup", mathOf(parts[0]), math("mo", "⊤"));
  if (kind === "text") return math("mtext", parts[0]);
  if (kind === "num") return math("mn", parts[0]);
  if (kind === "op") return math("mo", parts[0]);
  const name = clean(parts[0].name);
  return name ? math("mi", name) : math("msub", math("mi", "v"), math("mn", ordinal(parts[0])));
}

/** @param {string} tag @param {...(Element|string)} children */
function math(tag, ...children) {
  const element = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag);
  element.append(...children);
  return element;
}

/** Which node is v3, for those of a formula that have no name. @param {Graph} graph @param {string} nodeId */
function legend(graph, nodeId) {
  const users = neighbours(graph.trace, nodeId).users.map((id) => graph.nodes.get(id));
  const nameless = [graph.nodes.get(nodeId), ...users, graph.output].filter((node) => !clean(node.name));
  const told = [...new Set(nameless)].map((node) => `v${subscript(ordinal(node))} is ${shortName(node)}`);
  return told.length ? `Here ${told.join(", ")}.` : "";
}

// ---------------------------------------------------------------------------------------------- 6. Predict
// Python has written the questions (questions.py); here they are asked, and answers are judged.

/** @param {Question[]} questions @param {Object<string, Answer>} answers @returns {Question|undefined} the next one */
export const pendingQuestion = (questions, answers) =>
  questions.find(({ id }) => !answers[id]?.right && !answers[id]?.shown);

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/;
const EXAMPLES = "Write one number, such as -0.5, 1/3 or 2e-3.";

/**
 * A number as a person writes it: -0.5, 1/3, 2e-3, ∞. Nothing is evaluated.
 * @param {string} text @returns {{value: number}|{problem: string}}
 */
export function parseNumber(text) {
  const plain = text.trim().toLowerCase().replace(/[−–]/g, "-");
  if (!plain) return { problem: `Nothing is written here yet. ${EXAMPLES}` };
  if (plain === "nan") return { value: NaN };
  if (/^[+-]?(∞|inf|infinity)$/.test(plain)) return { value: plain.startsWith("-") ? -Infinity : Infinity };
  const parts = plain.split(/\s*\/\s*/);
  if (parts.length <= 2 && parts.every((part) => DECIMAL.test(part))) {
    const [top, bottom = 1] = parts.map(Number);
    return bottom === 0 ? { problem: `${plain} divides by zero. ${EXAMPLES}` } : { value: top / bottom };
  }
  if (/^[+-]?\d+,\d+$/.test(plain)) return { problem: `Write a decimal point: ${plain.replace(",", ".")}.` };
  if (/^[\d.e+*^()/\s-]+$/.test(plain)) return { problem: `“${text.trim()}” is a calculation. ${EXAMPLES}` };
  return { problem: `“${text.trim()}” is no number. ${EXAMPLES}` };
}

/**
 * A shape as a person writes it: (2, 3), 2x3, 2×3, and () or 1 number for no axis.
 * @param {string} text @returns {{value: number[]}|{problem: string}}
 */
export function parseShape(text) {
  const plain = text.trim().replace(/^[([]|,?\s*[)\]]$/g, "");
  const parts = plain ? plain.split(/\s*[,x×]\s*/i) : [];
  if (text.trim() && parts.every((part) => /^\d+$/.test(part))) return { value: parts.map(Number) };
  return { problem: "Write a shape as its lengths, such as (2, 3) or 2x3." };
}

/** Whether a number is right: relative to its size. @param {number} given @param {number|string} right */
export function isClose(given, right, tolerance) {
  const x = right === "nan" ? NaN : right === "inf" ? Infinity : right === "-inf" ? -Infinity : Number(right);
  if (Number.isNaN(x)) return Number.isNaN(given);
  if (!Number.isFinite(x)) return given === x;
  return Math.abs(given - x) <= tolerance * Math.abs(x) + 1e-12;
}

const TRY_AGAIN = {
  messages: "Not yet. A message is the upstream gradient times the local factor.",
  values: "Not yet. Put the values of the inputs into the function.",
  gradients: "Not yet. A gradient is the sum of all messages that the node receives.",
  order: "Not yet. A node may send when all messages to it have arrived.",
  patterns: "Not yet. What does the rule do to g?",
};

/**
 * Whether an answer is right. If it is not, one sentence says what may have gone wrong.
 * @param {Question} question @param {string[]} given what was written in each cell, or the one choice
 * @param {number} tolerance @returns {{right: boolean, malformed: boolean, wrong: number[], says: string}}
 * `wrong`: which cells; a malformed answer is no attempt
 */
export function judge(question, given, tolerance) {
  if (question.form === "choice" || question.form === "node") return judgeChoice(question, given[0]);
  if (question.form === "shape") return judgeShape(question, given[0]);
  const read = given.map(parseNumber);
  const malformed = read.flatMap((one, i) => ("problem" in one ? [i] : []));
  if (malformed.length) return { right: false, malformed: true, wrong: malformed, says: read[malformed[0]].problem };
  const numbers = read.map((one) => one.value);
  const wrong = numbers.flatMap((x, i) => (isClose(x, question.cells[i].value, tolerance) ? [] : [i]));
  if (!wrong.length) return { right: true, malformed: false, wrong, says: "Right." };
  const why = whyWrong(question, numbers, wrong, tolerance);
  const places = wrong.map((i) => `[${question.cells[i].at.join(", ")}]`).slice(0, 4);
  const more = wrong.length > places.length ? " …" : "";
  const where = numbers.length > 1 ? `Not right yet: ${places.join(", ")}${more}. ` : "";
  return { right: false, malformed: false, wrong, says: where + why };
}

function judgeChoice({ kind, right, mistakes }, chosen) {
  if (!chosen) return { right: false, malformed: true, wrong: [0], says: "Choose one first." };
  if (right.includes(chosen)) return { right: true, malformed: false, wrong: [], says: "Right." };
  const says = mistakes.find(({ value }) => value === chosen)?.says ?? TRY_AGAIN[kind];
  return { right: false, malformed: false, wrong: [0], says };
}

function judgeShape({ right }, text) {
  const shape = parseShape(text);
  if ("problem" in shape) return { right: false, malformed: true, wrong: [0], says: shape.problem };
  const equal = shape.value.length === right.length && shape.value.every((length, axis) => length === right[axis]);
  const says = equal ? "Right." : "Not yet. A message has the shape of the value that receives it.";
  return { right: equal, malformed: false, wrong: equal ? [] : [0], says };
}

/** The likely mistake in some wrong numbers, most telling first. */
function whyWrong({ kind, cells, mistakes }, given, wrong, tolerance) {
  const all = (test) => wrong.every((i) => test(given[i], Number(cells[i].value)));
  const known = given.length === 1 && mistakes.find(({ value }) => isClose(given[0], value, tolerance));
  if (known) return known.says;
  if (all((x, right) => isClose(-x, right, tolerance))) return "The size is right, the sign is not.";
  if (all((x, right) => right !== 0 && isClose(x, right, 10 * tolerance))) return "Nearly: calculate with more digits.";
  if (all((x) => x === 0)) return "Not 0: a small change of the input does change the result.";
  if (all((x, right) => isClose(1 / x, right, tolerance))) return "That is one divided by it.";
  if (all((x, right) => isClose(2 * x, right, tolerance))) return "That is half of it.";
  if (all((x, right) => isClose(x, 2 * right, tolerance))) return "That is twice as much.";
  return TRY_AGAIN[kind];
}

/**
 * What was answered so far, as `stepper.score()` tells it in Python.
 * @param {Question[]} questions @param {Object<string, Answer>} answers
 */
export function scoreOf(questions, answers) {
  const tenths = (/** @type {number} */ x) => Math.round(10 * x) / 10;
  const rows = questions.map(({ id, kind, about, text }) => {
    const { attempts = [], right = false, hints = 0, shown = false, seconds = 0 } = answers[id] ?? {};
    return { id, kind, about, text, attempts, right, hints, shown, seconds: tenths(seconds) };
  });
  const total = (/** @type {(row: any) => number|boolean} */ part) => rows.reduce((sum, row) => sum + Number(part(row)), 0);
  return {
    asked: rows.length,
    answered: total((row) => row.right),
    first_try: total((row) => row.right && row.attempts.length === 1),
    hints: total((row) => row.hints),
    seconds: tenths(total((row) => row.seconds)),
    questions: rows,
  };
}

/** Nested rows of the cells that are asked for; null where an entry is not. @param {Question} question */
function gridOf({ shape, cells }) {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  const grid = Array.from({ length: rows }, () => Array(columns).fill(null));
  cells.forEach(({ at }, i) => {
    const row = at.slice(0, -1).reduce((index, k, axis) => index * shape[axis] + k, 0);
    grid[row][at.at(-1) ?? 0] = i;
  });
  return grid;
}

/**
 * The card that asks. It knows nothing of steps: it calls `actions` with what was answered.
 * @param {() => number} tolerance @param {{record: (question: Question, answer: Answer) => void,
 *   save: () => void}} actions `record`: keep what was answered so far
 */
function makeAsk(tolerance, actions) {
  const heading = make("div", { class: "mg-heading" });
  const save = make("button", { type: "button", class: "mg-button mg-small", ...OWN_KEYS }, "Save answers");
  save.addEventListener("click", actions.save);
  const text = make("p", { class: "mg-question", "aria-live": "polite" });
  const fields = make("div", { class: "mg-fields" });
  const hints = make("ol", { class: "mg-hints", "aria-live": "polite" });
  const feedback = make("p", { class: "mg-feedback", "aria-live": "polite" });
  const check = make("button", { type: "button", class: "mg-button mg-primary", ...OWN_KEYS }, "Check");
  const help = make("button", { type: "button", class: "mg-button", ...OWN_KEYS });
  const form = make("form", { novalidate: "" }, fields, make("div", { class: "mg-answer-buttons" }, check, help));
  const element = make(
    "div",
    { class: "mg-card mg-ask", role: "group", "aria-label": "Question" },
    make("div", { class: "mg-card-head" }, heading, save),
    text,
    form,
    hints,
    feedback,
  );
  /** @type {Question|undefined} */
  let question;
  /** @type {Answer} */
  let answer = {};
  let since = 0; // when the clock of this question was read last
  let read = () => [""]; // what is written in the form now

  function tell(says, css) {
    setText(feedback, says);
    feedback.className = `mg-feedback ${css}`;
  }

  function keep(change) {
    const now = performance.now();
    const seconds = (answer.seconds ?? 0) + (now - since) / 1000;
    since = now;
    answer = { attempts: [], hints: 0, right: false, shown: false, ...answer, ...change, seconds };
    actions.record(question, answer);
  }

  /** Judge what is written, or the node that was clicked. */
  function submit(given) {
    const verdict = judge(question, given, tolerance());
    [...fields.querySelectorAll("input:not([type=radio]), select")].forEach((field, i) =>
      field.setAttribute("aria-invalid", String(verdict.wrong.includes(i))),
    );
    tell(verdict.says, verdict.right ? "mg-right" : "mg-wrong");
    if (verdict.malformed) return;
    keep({ attempts: [...(answer.attempts ?? []), given.join(" ")], right: verdict.right });
  }

  // A frame that may run scripts may not submit forms, not even to a script: so the form never does.
  check.addEventListener("click", () => submit(read()));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || /** @type {Element} */ (event.target).localName === "button") return;
    event.preventDefault();
    submit(read());
  });
  help.addEventListener("click", () => {
    const given = answer.hints ?? 0;
    if (given < question.hints.length) return keep({ hints: given + 1 });
    tell(`The answer is ${rightAnswer(question)}.`, "");
    keep({ shown: true });
  });

  function showHints() {
    const given = answer.hints ?? 0;
    const all = question.hints.length;
    while (hints.children.length > given) hints.lastChild.remove();
    question.hints.slice(hints.children.length, given).forEach((hint) => hints.append(make("li", {}, hint)));
    setText(help, given < all ? `Hint (${given + 1} of ${all})` : "Show the answer");
  }

  /**
   * @param {Question|undefined} asked the question to ask now @param {Question|undefined} next the next one to come
   * @returns {boolean} whether the focus was in the form, which is gone
   */
  function show(asked, next, answers, questions) {
    const hadFocus = form.contains(/** @type {Document} */ (element.getRootNode()).activeElement);
    answer = answers[asked?.id] ?? {};
    form.hidden = !asked;
    const place = next && `${questions.indexOf(next) + 1} of ${questions.length}`;
    if (!asked) {
      question = undefined;
      hints.replaceChildren();
      setText(heading, next ? `Question ${place} comes at step ${next.step}` : "All questions are answered");
      setText(text, next ? "Step forward until it is asked." : verdict(scoreOf(questions, answers)));
      return hadFocus;
    }
    if (asked.id !== question?.id) {
      question = asked;
      since = performance.now();
      hints.replaceChildren();
      const fresh = fieldsOf(question);
      fields.replaceChildren(...fresh.content);
      read = fresh.read;
      if (hadFocus) focus();
    }
    setText(heading, `Question ${place}`);
    setText(text, question.text);
    showHints();
    return false;
  }

  function focus() {
    (fields.querySelector("input, select") ?? save).focus({ preventScroll: true });
  }

  return { element, show, focus, submit, tell };
}

/** The score in one sentence. */
function verdict({ asked, first_try, hints, seconds }) {
  const used = `${hints} hint${hints === 1 ? "" : "s"}`;
  return `${first_try} of ${asked} right at the first try, with ${used}, in ${Math.round(seconds)} seconds.`;
}

/** What a person would have to write. @param {Question} question */
function rightAnswer({ form, cells, right, options }) {
  if (form === "numbers") return cells.map(({ value }) => number(value)).join(", ");
  if (form === "shape") return `(${right.join(", ")}${right.length === 1 ? "," : ""})`;
  return right.map((id) => options.find((option) => option.id === id).text).join(", or ");
}

/** The fields of a question, and how to read them. @param {Question} question */
function fieldsOf(question) {
  const field = (label, attributes = {}) =>
    /** @type {HTMLInputElement} */ (
      make("input", {
        type: "text",
        class: "mg-input",
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        "aria-label": label,
        ...attributes,
        ...OWN_KEYS,
      })
    );
  if (question.form === "choice") {
    const name = `mg-choice-${Math.random().toString(36).slice(2, 8)}`;
    const radios = question.options.map(({ id }) =>
      make("input", { type: "radio", name, value: id, ...OWN_KEYS }),
    );
    const rows = radios.map((radio, i) => make("label", { class: "mg-option" }, radio, question.options[i].text));
    return { content: rows, read: () => [radios.find((radio) => radio.checked)?.value ?? ""] };
  }
  if (question.form === "node") {
    const options = [{ id: "", text: "choose a node" }, ...question.options];
    const list = make(
      "select",
      { class: "mg-speed", "aria-label": "Node", ...OWN_KEYS },
      ...options.map(({ id, text }) => make("option", { value: id }, text)),
    );
    return { content: [list], read: () => [list.value] };
  }
  if (question.form === "shape") {
    const input = field("Shape", { placeholder: "(2, 3)" });
    return { content: [input], read: () => [input.value] };
  }
  const inputs = question.cells.map(({ at }) => field(at.length ? `Answer at [${at.join(", ")}]` : "Answer"));
  const read = () => inputs.map((input) => input.value);
  if (inputs.length === 1) return { content: inputs, read };
  const table = make("table", { class: "mg-table mg-cells", role: "presentation" });
  for (const row of gridOf(question)) {
    table.append(make("tr", {}, ...row.map((i) => make("td", {}, i === null ? "·" : inputs[i]))));
  }
  return { content: [table], read };
}

// -------------------------------------------------------------------------- 10. Notes, narration, presenting
// What is said beside the picture: the lecturer's notes, and all sentences as a table; and the large type of a lecture.

/** @param {Object<string, string>|undefined} notes by step, see notes.py @param {number} step @returns {string} */
export const noteAt = (notes, step) => String(notes?.[step] ?? "");

/** The nearest step with a note, after or before this one, or null. @param {Object<string, string>|undefined} notes */
export function nextNote(notes, step, backwards = false) {
  const steps = Object.keys(notes ?? {}).map(Number).sort((a, b) => a - b);
  const found = backwards ? steps.reverse().find((at) => at < step) : steps.find((at) => at > step);
  return found ?? null;
}

/**
 * Everything that may be told: what happens at each step up to `until`, with the note that belongs to it.
 * @param {Trace} trace @param {Object<string, string>|undefined} notes
 * @param {number} [until] the step of an open question: what comes after it would be the answer
 * @returns {{step: number, text: string, note: string}[]}
 */
export function narration(trace, notes, until = trace.frames.length) {
  const told = [START, ...trace.frames.slice(0, until).map(({ sentence }) => clean(sentence))];
  return told.map((text, step) => ({ step, text, note: noteAt(notes, step) }));
}

/**
 * All sentences as a table. It is written when it is opened, or printed: thousands of rows take their time.
 * @param {(step: number) => void} go
 */
function makeNarration(go) {
  const body = make("tbody");
  const table = make(
    "table",
    { class: "mg-narration-table" },
    make("thead", {}, make("tr", {}, ...["step", "what happens"].map((text) => make("th", { scope: "col" }, text)))),
    body,
  );
  const element = /** @type {HTMLDetailsElement} */ (
    make("details", { class: "mg-narration" }, make("summary", { tabindex: "0", ...OWN_KEYS }, "All steps in words"), table)
  );
  let [trace, notes, until, step] = /** @type {any[]} */ ([null, null, 0, 0]);
  let written = ""; // which rows stand there

  function rowOf(row) {
    const button = make("button", { type: "button", class: "mg-goto", "aria-label": `Go to step ${row.step}`, ...OWN_KEYS }, String(row.step));
    button.addEventListener("click", () => go(row.step));
    const note = row.note && make("div", { class: "mg-note" }, row.note);
    return make("tr", {}, make("td", {}, button), make("td", {}, row.text, note));
  }

  function write() {
    if (!element.open || !trace) return;
    const wanted = [numberOf(trace), numberOf(notes), until].join();
    if (wanted !== written) body.replaceChildren(...narration(trace, notes, until).map(rowOf));
    written = wanted;
    body.querySelector("[aria-current]")?.removeAttribute("aria-current");
    body.children[step]?.setAttribute("aria-current", "step");
  }

  function show(...now) {
    [trace, notes, until, step] = now;
    write();
  }

  // On paper it is open, whatever it was on the screen.
  let wasOpen = null;
  function printed(on) {
    if (on === (wasOpen !== null)) return;
    if (on) wasOpen = element.open;
    element.open = on || wasOpen;
    if (!on) wasOpen = null;
    write();
  }
  const paper = matchMedia("print");
  const listeners = [
    [paper, "change", () => printed(paper.matches)],
    [window, "beforeprint", () => printed(true)],
    [window, "afterprint", () => printed(false)],
  ];
  for (const [target, event, listener] of listeners) target.addEventListener(event, listener);
  element.addEventListener("toggle", write);
  const stop = () => listeners.forEach(([target, event, listener]) => target.removeEventListener(event, listener));
  return { element, show, stop };
}

/** @type {WeakMap<object, number>} */
const numbers = new WeakMap();
let numbered = 0;

/** A number for an object that stays the same, to see whether it is another one. @param {object|null|undefined} object */
function numberOf(object) {
  if (!object) return 0;
  if (!numbers.has(object)) numbers.set(object, ++numbered);
  return numbers.get(object);
}

/** Small marks under the slider where there is something to say. @param {HTMLElement} slider */
function makeMarks(slider) {
  const element = make("div", { class: "mg-marks", "aria-hidden": "true" });
  slider.after(element);
  return (/** @type {Object<string, string>|undefined} */ notes, /** @type {number} */ last) => {
    const marks = Object.keys(notes ?? {}).map((step) => {
      const mark = make("span");
      mark.style.setProperty("--mg-at", String(Number(step) / Math.max(last, 1)));
      return mark;
    });
    element.replaceChildren(...marks);
  };
}

/**
 * Large type for a lecture hall, full screen where the page may have it, and the keys of a clicker.
 * @param {HTMLElement} root @param {{by: (change: number) => void, set: (on: boolean) => void}} actions
 */
function makePresenter(root, actions) {
  const button = iconButton("Present", () => present(!on));
  const blank = make("button", { type: "button", class: "mg-blank", popover: "manual", "aria-label": "The screen is black. Show the picture again", ...OWN_KEYS });
  blank.addEventListener("click", lighten);
  const dark = () => blank.matches(":popover-open");
  let on = false;

  /** The reader wishes it: only then may a page fill the screen. */
  async function present(wanted) {
    actions.set(wanted);
    try {
      if (wanted) await root.requestFullscreen();
      else if (document.fullscreenElement) await document.exitFullscreen();
    } catch {
      // a frame or a browser that does not allow it: the type is large all the same
    }
    root.focus({ preventScroll: true });
  }

  function lighten() {
    blank.hidePopover();
    root.focus({ preventScroll: true });
  }

  function darken() {
    blank.showPopover(); // above all, also above what fills the screen
    blank.focus({ preventScroll: true });
  }

  const CLICKER = { PageDown: () => actions.by(1), PageUp: () => actions.by(-1), b: darken, ".": darken };

  /** What a key does while presenting; undefined: what it always does. @param {string} key */
  function keyOf(key) {
    if (!on) return undefined;
    if (dark()) return key === "Tab" ? undefined : lighten;
    if (key === "Escape") return () => present(false);
    return CLICKER[key.length === 1 ? key.toLowerCase() : key];
  }

  function show(wanted) {
    on = Boolean(wanted);
    if (!on && dark()) lighten();
    root.classList.toggle("mg-presenting", on);
    button.setAttribute("aria-pressed", String(on));
  }

  // The browser's own Esc leaves the full screen; and a key that nothing has taken is the clicker's.
  const left = () => on && !document.fullscreenElement && actions.set(false);
  const typed = (/** @type {KeyboardEvent} */ event) => {
    if (!on || event.key === "Tab" || event.target !== document.body || event.ctrlKey || event.metaKey || event.altKey) return;
    root.focus({ preventScroll: true });
    root.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, shiftKey: event.shiftKey }));
    event.preventDefault();
  };
  document.addEventListener("fullscreenchange", left);
  document.addEventListener("keydown", typed);
  const stop = () => {
    document.removeEventListener("fullscreenchange", left);
    document.removeEventListener("keydown", typed);
  };
  return { button, blank, show, keyOf, toggle: () => present(!on), stop };
}

// ------------------------------------------------------------------------------------------------ 11. Lens
// One entry of a gradient, and what made it: the row, column or window of g, times what, added up. See lens.py.

const LENS_ENTRIES = 64; // of larger arrays the trace keeps a summary only
const LENS_TERMS = 8; // so many are written out

/** The entries of an array in order; one number is an array of one. @param {Summary} summary */
const flatOf = (summary) => (isScalar(summary) ? [summary.scalar] : (summary.values ?? []).flat(Infinity));

const sizeOf = (/** @type {number[]} */ shape) => shape.reduce((product, length) => product * length, 1);

/** Where the entry number k of an array stands. @param {number[]} shape @param {number} k @returns {number[]} */
export function placeAt(shape, k) {
  const place = [];
  for (const length of [...shape].reverse()) {
    place.unshift(k % length);
    k = Math.floor(k / length);
  }
  return place;
}

/**
 * The products that add up to one entry of a message.
 * @param {Lens} lens of the edge @param {Frame} frame the message @param {Summary|undefined} other the value of the
 * node in which the factors stand @param {number} cell which entry
 * @returns {{out: number, upstream: number, at: number|null, factor: number}[]}
 */
export function lensTerms(lens, frame, other, cell) {
  const upstream = flatOf(frame.upstream);
  const values = lens.at && other ? flatOf(other) : null;
  return (lens.out[cell] ?? []).map((out, i) => {
    const at = values ? lens.at[cell][i] : null;
    return { out, upstream: Number(upstream[out]), at, factor: Number(at === null ? lens.factor[cell][i] : values[at]) };
  });
}

/**
 * Some entries of an array in words: "row 1", "column 0", "rows 0–1, columns 1–2", "entry [2]", "all entries".
 * @param {number[]} shape @param {number[]} places counted along the array
 */
export function litText(shape, places) {
  const lit = [...new Set(places)].map((k) => placeAt(shape, k));
  if (!lit.length) return "no entry";
  if (lit.length === 1) return shape.length ? `entry [${lit[0].join(", ")}]` : "the number";
  if (lit.length === sizeOf(shape)) return "all entries";
  const spans = shape.map((_, axis) => {
    const along = lit.map((place) => place[axis]);
    return [Math.min(...along), Math.max(...along)];
  });
  const block = spans.reduce((product, [low, high]) => product * (high - low + 1), 1) === lit.length;
  if (!block) return `${lit.length} entries`;
  const words = spans.map(([low, high], axis) => {
    if (low === 0 && high === shape[axis] - 1 && shape.length > 1) return ""; // all along this axis
    const name = shape.length === 1 ? "" : { 1: "column", 2: "row" }[shape.length - axis];
    const range = low === high ? String(low) : `${low}–${high}`;
    if (name === "") return `entries ${range}`;
    return name ? `${name}${low === high ? "" : "s"} ${range}` : `${range} along axis ${axis}`;
  });
  return words.filter(Boolean).join(", ");
}

/** The calculation of one entry: "2 · 0.5 + −1 · 3 = −2"; of many terms the first. */
export function lensSum(terms) {
  const factors = terms.some(({ factor }) => factor !== 1);
  const written = terms.slice(0, LENS_TERMS).map(({ upstream, factor }) => {
    const [g, f] = [number(upstream), number(factor)].map((text) => (text.startsWith(MINUS) ? `(${text})` : text));
    return factors ? `${g} · ${f}` : g;
  });
  if (terms.length > LENS_TERMS) written.push(`… (${terms.length} in all)`);
  const total = terms.reduce((sum, { upstream, factor }) => sum + upstream * factor, 0);
  return `${written.join(" + ") || "nothing"} = ${number(total)}`;
}

/** A small heat map with its numbers, where some entries are framed. @param {Summary} summary @param {number[]} lit */
function litTable(summary, lit) {
  const marked = new Set(lit);
  const grid = isScalar(summary) ? [[summary.scalar]] : rowsOf(summary.values);
  const colours = shades(grid.flat());
  const table = make("table", { class: "mg-table mg-numbers mg-lens-map", role: "presentation" });
  let k = 0;
  for (const row of grid) {
    const cells = row.map((entry) => {
      const { css, strength } = colours[k];
      const cell = make("td", { class: marked.has(k) ? `${css} mg-lit` : css }, number(entry));
      cell.style.setProperty("--mg-strength", `${Math.round(strength * 100)}%`);
      k += 1;
      return cell;
    });
    table.append(make("tr", {}, ...cells));
  }
  return table;
}

/** The card of the lens. It stays while one node is selected: the entry that was chosen stays chosen from step to step. */
function makeLens() {
  const entries = make("div", { class: "mg-cell-buttons", role: "group", "aria-label": "Entries of the gradient" });
  const told = make("div", { class: "mg-lens-told", "aria-live": "polite" });
  const head = make("p", { class: "mg-hint" });
  const element = make("div", { class: "mg-lens", role: "group", "aria-label": "Lens" }, head, entries, told);
  let shownFor = ""; // the node for which the buttons were made
  let chosen = -1;
  let tell = () => {};

  function choose(k) {
    chosen = k;
    [...entries.children].forEach((button, i) => {
      button.setAttribute("aria-pressed", String(i === k));
      button.setAttribute("tabindex", i === Math.max(k, 0) ? "0" : "-1");
    });
    tell();
  }

  entries.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (button) choose([...entries.children].indexOf(button));
  });
  entries.addEventListener("keydown", (event) => {
    const columns = Number(entries.dataset.columns);
    const move = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    const at = [...entries.children].indexOf(/** @type {Element} */ (event.target)) + move;
    if (!(at >= 0 && at < entries.children.length)) return;
    event.preventDefault();
    choose(at);
    /** @type {HTMLElement} */ (entries.children[at]).focus();
  });

  function buttons(node) {
    return Array.from({ length: sizeOf(node.shape) }, (_, k) =>
      make("button", { type: "button", class: "mg-cell", "aria-pressed": "false", tabindex: k ? "-1" : "0", ...OWN_KEYS }),
    );
  }

  /** @param {Graph} graph @param {Object<string, Lens>} lenses @param {string} nodeId @param {State} state */
  function show(graph, lenses, nodeId, state) {
    const node = graph.nodes.get(nodeId);
    const messages = node ? messagesTo(graph.trace, nodeId, state.step) : [];
    const seen = messages.filter(({ edge }) => lenses[edge]);
    const large = messages.some(({ upstream, message }) => Math.max(sizeOf(upstream.shape), sizeOf(message.shape)) > LENS_ENTRIES);
    element.hidden = !seen.length && !large;
    entries.hidden = told.hidden = !seen.length;
    if (element.hidden) return;
    setText(head, seen.length ? "Lens: choose an entry of the gradient to see what made it." : LENS_LARGE);
    if (!seen.length) return;
    if (shownFor !== nodeId) {
      shownFor = nodeId;
      const columns = Math.min(node.shape.at(-1) ?? 1, 16);
      entries.dataset.columns = String(columns);
      entries.style.setProperty("--mg-columns", String(columns));
      entries.replaceChildren(...buttons(node));
      chosen = -1;
    }
    const gradient = state.grads[nodeId] ? flatOf(state.grads[nodeId]) : [];
    const colours = shades(gradient);
    [...entries.children].forEach((/** @type {HTMLElement} */ button, k) => {
      const text = k in gradient ? number(gradient[k]) : NOT_COMPUTED;
      setText(button, text);
      button.setAttribute("aria-label", `${text} at [${placeAt(node.shape, k).join(", ")}]`);
      button.className = `mg-cell ${colours[k]?.css ?? ""}`;
      button.style.setProperty("--mg-strength", `${Math.round(100 * (colours[k]?.strength ?? 0))}%`);
    });
    tell = () => told.replaceChildren(...(chosen < 0 ? [] : lensOf(graph, lenses, node, seen, state, chosen)));
    tell();
  }

  return { element, show };
}

const LENS_LARGE = `The lens shows arrays of up to ${LENS_ENTRIES} entries; take a smaller example to see what makes one.`;

/** What made one entry: for each message the factors in their places, and the calculation; then the sum of all. */
function lensOf(graph, lenses, node, messages, state, cell) {
  const place = node.shape.length ? ` at [${placeAt(node.shape, cell).join(", ")}]` : "";
  const sums = [];
  const blocks = messages.map((frame) => {
    const sender = graph.nodes.get(graph.edges.get(frame.edge).target);
    const lens = lenses[frame.edge];
    const other = lens.other ? graph.nodes.get(lens.other) : null;
    const value = other ? state.values[other.id] : undefined;
    const terms = lensTerms(lens, frame, value, cell);
    sums.push(terms.reduce((sum, { upstream, factor }) => sum + upstream * factor, 0));
    const [outs, ats] = [terms.map(({ out }) => out), terms.flatMap(({ at }) => (at === null ? [] : [at]))];
    const from = litText(frame.upstream.shape, outs);
    const times = other ? `, times ${litText(other.shape, ats)} of ${shortName(other)}` : ", times the local derivative";
    const ones = terms.every(({ factor }) => factor === 1);
    const maps = make("div", { class: "mg-equation mg-list" }, lensTerm(`g of ${shortName(sender)}`, frame.upstream, outs));
    if (other) maps.append(sign("×"), lensTerm(shortName(other), value, ats));
    return make(
      "div",
      { class: "mg-lens-block" },
      make("p", {}, make("b", {}, `From ${shortName(sender)}: `), `${from} of g${ones ? "" : times}${outs.length > 1 ? ", added up" : ""}.`),
      maps,
      make("p", { class: "mg-lens-sum" }, lensSum(terms)),
      frame.unbroadcast ? make("p", { class: "mg-hint" }, unbroadcastText(frame)) : null,
    );
  });
  const total = `∂${shortName(graph.output)}/∂${shortName(node)}${place}`;
  if (sums.length > 1) {
    const parts = sums.map((x) => (x < 0 ? `(${number(x)})` : number(x))).join(" + ");
    const sum = sums.reduce((a, b) => a + b, 0);
    blocks.push(make("p", { class: "mg-lens-sum" }, `${total} = ${parts} = ${number(sum)}`));
  }
  return [make("p", { class: "mg-label" }, total), ...blocks];
}

function lensTerm(label, summary, lit) {
  return make("div", { class: "mg-term" }, make("div", { class: "mg-label" }, label), litTable(summary, lit));
}

// ----------------------------------------------------------------------------------------------- 12. Order
// Why topological order? Python has run the backward pass in the reader's own order (early.py); here it is chosen, and
// what came of it is told: who left too early, and the wrong numbers beside the right ones.

/**
 * What is wrong so far: for each node a remark, shown in the picture and read to who cannot see it.
 * @param {Verdict} verdict @param {State} state @param {boolean} ended
 * @returns {Map<string, string>}
 */
export function remarks({ early = [], right = {} }, state, ended) {
  const told = new Map(early.filter(({ step }) => step <= state.step).map(({ node }) => [node, "✗ too early"]));
  if (ended) for (const [id, summary] of Object.entries(right)) told.set(id, `✗ should be ${inline(summary)}`);
  return told;
}

/**
 * The card of an order: how it went, or which comes next.
 * @param {{run: (order: string[]) => void, choosing: (on: boolean) => void}} actions
 */
function makeOrder(actions) {
  const heading = make("div", { class: "mg-heading" });
  const list = make("ol", { class: "mg-order-list" });
  const rest = make("div", { class: "mg-cell-buttons", role: "group", "aria-label": "Who sends next" });
  const says = make("p", { class: "mg-says", "aria-live": "polite" });
  const wrong = make("div", {});
  const button = (/** @type {string} */ text, /** @type {() => void} */ press) => {
    const made = make("button", { type: "button", class: "mg-button mg-small", ...OWN_KEYS }, text);
    made.addEventListener("click", press);
    return made;
  };
  const choose = button("Choose an order", () => begin([]));
  const right = button("Right order", () => finish([]));
  const tools = make("div", { class: "mg-tools" }, choose, right);
  const head = make("div", { class: "mg-card-head" }, heading);
  const element = make("div", { class: "mg-card mg-order", role: "group", "aria-label": "Order" }, head, list, rest, says, wrong, tools);
  /** @type {string[]|null} */
  let picked = null; // the order that is being chosen
  let able = []; // who can send
  let names = (/** @type {string} */ id) => id;

  function begin(order) {
    picked = order;
    actions.choosing(picked !== null);
  }

  function finish(order) {
    begin(null);
    actions.run(order);
  }

  /** A node was clicked, in the picture or in the list. @returns {boolean} whether that was a choice */
  function pick(id) {
    if (!picked) return false;
    if (!able.includes(id) || picked.includes(id)) return true;
    const order = [...picked, id];
    if (order.length < able.length) begin(order);
    else finish(order);
    return true;
  }

  /** @param {Graph} graph @param {Verdict} verdict @param {boolean} kernel @param {State} state */
  function show(graph, verdict, kernel, state) {
    names = (id) => shortName(graph.nodes.get(id));
    able = sendersOf(graph.trace);
    const early = new Map((verdict.early ?? []).map((one) => [one.node, one]));
    const now = new Set(state.frame?.kind === "message" ? [state.frame.active[0]] : []);
    const order = picked ?? verdict.order ?? [];
    const chips = order.map((id, i) => {
      const { waits } = early.get(id) ?? {};
      const bad = !picked && waits;
      const text = bad ? ` ✗ too early: without the message from ${waits.map(names).join(", ")}` : "";
      const chip = make("li", { class: `mg-share ${bad ? "mg-to-come mg-bad" : ""}` }, `${i + 1}. `, make("b", {}, names(id)), text);
      if (now.has(id)) chip.setAttribute("aria-current", "step");
      return chip;
    });
    list.replaceChildren(...chips);
    setText(heading, picked ? `Who sends next? ${order.length + 1} of ${able.length}` : "The order in which the nodes send");
    const left = picked ? able.filter((id) => !picked.includes(id)) : [];
    rest.hidden = !picked;
    rest.replaceChildren(...left.map((id) => button(labelOf(graph, id), () => pick(id))));
    const ended = state.step === graph.trace.frames.length;
    const plan = kernel ? "" : " To try another order, run the stepper in a notebook: this page has no Python behind it.";
    setText(says, picked ? "Click the nodes in the picture, or here, in the order in which they shall send." : `${verdict.says ?? ""}${plan}`);
    wrong.replaceChildren(...(picked || !ended ? [] : wrongOnes(graph, verdict, state)));
    setText(choose, picked ? "Start again" : "Choose an order");
    for (const one of [choose, right]) one.hidden = !kernel;
  }

  return { element, show, pick };
}

/** The nodes that send messages, in the order of the run. @param {Trace} trace @returns {string[]} */
export function sendersOf(trace) {
  const targets = new Map(trace.edges.map((edge) => [edge.id, edge.target]));
  return [...new Set(trace.frames.filter(({ kind }) => kind === "message").map(({ edge }) => targets.get(edge)))];
}

/** A node in a list: several may have the same sign, so where there is no name the value is told too. */
const labelOf = (graph, id) => {
  const node = graph.nodes.get(id);
  return clean(node.name) ? shortName(node) : `${shortName(node)} (value ${inline(node.value)})`;
};

/** The wrong gradients beside the right ones. */
function wrongOnes(graph, { right = {} }, state) {
  const rows = Object.entries(right).map(([id, summary]) => {
    const ratio = `∂${shortName(graph.output)}/∂${shortName(graph.nodes.get(id))}`;
    const cells = [inline(state.grads[id] ?? null), inline(summary)].map((text) => make("td", {}, text));
    return make("tr", {}, make("th", { scope: "row" }, ratio), ...cells);
  });
  if (!rows.length) return [];
  const head = make("tr", {}, ...["gradient", "in this order", "right"].map((text) => make("th", { scope: "col" }, text)));
  return [make("table", { class: "mg-order-table" }, make("thead", {}, head), make("tbody", {}, ...rows))];
}

/** A remark under a node, or none. @param {any} part of the picture @param {string} text */
function remarkOn(part, text) {
  if ((part.remark?.textContent ?? "") === text) return;
  flip(part, "mg-false", text !== "");
  if (text) part.button.setAttribute("aria-description", text);
  else part.button.removeAttribute("aria-description");
  part.remark ??= part.element.appendChild(drawn("text", { class: "mg-remark-text", "text-anchor": "middle", "aria-hidden": "true" }));
  setFar(part, false); // what is not drawn has no place
  const box = part.button.getBBox();
  part.remark.setAttribute("y", String(box.y + box.height + 12));
  part.remark.textContent = text;
}

// --------------------------------------------------------------------------------------------- 13. Modules
// A module can be folded into one box, and opened again, at any step. Python has drawn the pictures (folding.py); a
// folded module bears the id of its last function, so that every state of the run fits every picture.

/**
 * Which modules are folded after one of them was folded or opened; of what Python has drawn, the nearest.
 * @param {string[]} folded @param {string} id @param {string[]} all @param {(folded: string[]) => boolean} drawn
 */
export function toggledModule(folded, id, all, drawn) {
  const opened = folded.includes(id);
  const wish = all.filter((one) => (one === id ? !opened : folded.includes(one)));
  if (drawn(wish)) return wish;
  return opened ? all.filter((one) => one !== id) : all;
}

/**
 * Where each node is seen: folded into a module, or by itself.
 * @param {Module[]} modules @param {string[]} folded @returns {(id: string) => string}
 */
export function homeOf(modules, folded) {
  const homes = new Map();
  for (const { id, members } of modules) {
    if (folded.includes(id)) for (const member of members) homes.set(member, id);
  }
  return (id) => homes.get(id) ?? id;
}

/** The choice of modules, as a list: it stands above the picture. @param {(folded: string[]) => void} fold */
function makeModules(fold) {
  const list = /** @type {HTMLSelectElement} */ (make("select", { class: "mg-speed", "aria-label": "Modules", ...OWN_KEYS }));
  const element = make("label", { class: "mg-modules" }, "Modules: ", list);
  let choices = [];
  list.addEventListener("change", () => fold(choices[list.selectedIndex].folded));

  /** @param {Module[]} modules @param {string[]} folded @param {(folded: string[]) => boolean} drawn */
  function show(modules, folded, drawn) {
    const all = modules.map(({ id }) => id);
    const one = modules.flatMap(({ id, title }) => [
      { text: `only ${title} open`, folded: all.filter((other) => other !== id) },
      { text: `only ${title} folded`, folded: [id] },
    ]);
    const ends = [{ text: "all open", folded: [] }, { text: "all folded", folded: all }];
    const seen = new Set();
    choices = [...ends, ...one].filter((choice) => {
      const key = choice.folded.join(" ");
      return drawn(choice.folded) && !seen.has(key) && seen.add(key);
    });
    list.replaceChildren(...choices.map(({ text }) => make("option", {}, text)));
    list.selectedIndex = choices.findIndex((choice) => choice.folded.join(" ") === folded.join(" "));
  }

  return { element, show };
}

// ------------------------------------------------------------------------------------------------- 7. Edit
// A leaf's value is changed here; Python runs the graph again and sends frames for the same picture.

const NO_ANSWER = "Python does not answer: the kernel is busy or gone. Run the cell again to change values.";
const MOST_CELLS = 64; // of larger arrays the trace keeps a summary only

const NOT_NOW = "While questions are asked, the values stay as they are.";

/** A copy of nested lists with another entry. @param {any} values @param {number[]} at @param {number} value */
export function replaced(values, at, value) {
  if (!at.length) return value;
  const [first, ...rest] = at;
  return values.map((/** @type {any} */ part, /** @type {number} */ k) => (k === first ? replaced(part, rest, value) : part));
}

/** All places of an array, in order. @param {number[]} shape @returns {number[][]} */
export function placesOf(shape) {
  return shape.reduce(
    (places, length) => places.flatMap((at) => Array.from({ length }, (_, k) => [...at, k])),
    /** @type {number[][]} */ ([[]]),
  );
}

const entryAt = (values, at) => at.reduce((part, k) => part[k], values);

/** All entries of a node's value as nested lists; an array of one entry has only its number in the trace. */
const entriesOf = ({ shape, value }) => value.values ?? shape.reduce((inner) => [inner], value.scalar);

/** The sentence on a wiggle. @param {{predicted: number, true: number}} found @param {number} h */
export function wiggleText(found, h) {
  const gap = found.true - found.predicted;
  return (
    `h = ${number(h)}: the gradient predicts grad · h = ${number(found.predicted)}; ` +
    `the result really changes by ${number(found.true)} (difference ${number(gap)}).`
  );
}

/**
 * The controls that change a leaf. They stay while one leaf is selected: a slider is not replaced under the hand.
 * @param {{change: (node: TraceNode, value: any) => void, wiggle: (node: TraceNode, at: number[], h: number) => void,
 *   undo: () => void}} actions
 */
function makeEditor(actions) {
  const cells = make("div", { class: "mg-cell-buttons", role: "group", "aria-label": "Entry" });
  const field = /** @type {HTMLInputElement} */ (
    make("input", { type: "text", class: "mg-input", autocomplete: "off", ...OWN_KEYS })
  );
  const range = () => /** @type {HTMLInputElement} */ (make("input", { type: "range", class: "mg-knob", ...OWN_KEYS }));
  const knob = range();
  const shift = range();
  const undo = make("button", { type: "button", class: "mg-button mg-small", ...OWN_KEYS }, "Undo changes");
  const says = make("p", { class: "mg-says", "aria-live": "polite" });
  const wiggle = make("label", { class: "mg-row" }, make("span", {}, "wiggle by h"), shift);
  const rows = make("div", {}, cells, make("label", { class: "mg-row" }, make("span", {}, "value"), field), knob, wiggle, undo);
  const element = make("div", { class: "mg-editor", role: "group", "aria-label": "Change the value" }, rows, says);
  /** @type {TraceNode|null} */
  let node = null;
  /** @type {number[]} */
  let at = [];
  const now = () => Number(entryAt(entriesOf(node), at));
  const change = (/** @type {number} */ value) => actions.change(node, replaced(entriesOf(node), at, value));
  field.addEventListener("change", () => {
    const read = parseNumber(field.value);
    field.setAttribute("aria-invalid", String("problem" in read));
    if ("problem" in read) return tell(read.problem);
    change(read.value);
  });
  knob.addEventListener("input", () => {
    field.value = String(knob.valueAsNumber);
    change(knob.valueAsNumber);
  });
  shift.addEventListener("input", () => actions.wiggle(node, at, shift.valueAsNumber));
  undo.addEventListener("click", actions.undo);

  const tell = (/** @type {string} */ text) => setText(says, text);

  /** Show one entry: its knob reaches as far again as the entry is from zero. */
  function choose(place) {
    at = place;
    const middle = Number(now());
    const step = roundStep(Math.max(2, 2 * Math.abs(middle)) / 100);
    setRange(knob, middle, step);
    setRange(shift, 0, step / 5);
    const name = `${shortName(node)}${at.length ? ` at [${at.join(", ")}]` : ""}`;
    field.setAttribute("aria-label", `Value of ${name}`);
    knob.setAttribute("aria-label", `Value of ${name}, slider`);
    shift.setAttribute("aria-label", `Wiggle ${name} by h`);
    [...cells.children].forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.at === at.join())),
    );
    field.value = String(middle);
  }

  function cellButtons() {
    return placesOf(node.shape).map((place) => {
      const button = make("button", { type: "button", class: "mg-cell", "data-at": place.join(), ...OWN_KEYS });
      button.addEventListener("click", () => choose(place));
      return button;
    });
  }

  /** @param {TraceNode|null} selected @param {string[]} leaves @param {string} frozen why nothing can be changed */
  function show(selected, leaves, frozen) {
    const leaf = selected && selected.kind !== "function" ? selected : null;
    const size = leaf ? leaf.shape.reduce((product, length) => product * length, 1) : 0;
    const able = leaf && !frozen && leaves.includes(leaf.id) && size > 0 && size <= MOST_CELLS;
    element.hidden = !leaf;
    rows.hidden = !able;
    if (!leaf) return;
    const fresh = leaf.id !== node?.id;
    node = leaf;
    if (!able) return tell(frozen || whyFixed(leaf, leaves, size));
    if (fresh) {
      tell("");
      cells.replaceChildren(...cellButtons());
      choose(node.shape.map(() => 0));
    }
    wiggle.hidden = node.kind === "data";
    cells.hidden = !node.shape.length;
    placesOf(node.shape).forEach((place, k) => setText(cells.children[k], number(entryAt(entriesOf(node), place))));
    const focused = /** @type {Document} */ (element.getRootNode()).activeElement;
    if (focused !== field) field.value = String(now());
    if (focused !== knob) knob.value = String(now());
  }

  return { element, show, tell };
}

/** Why this leaf has no controls. */
function whyFixed(leaf, leaves, size) {
  if (!leaves.includes(leaf.id)) {
    return "This value cannot be changed: it is a constant of the expression, or not made of floating-point numbers.";
  }
  return size ? `Only arrays of up to ${MOST_CELLS} entries can be changed here.` : "This array is empty.";
}

/** The power of ten, or 2 or 5 times one, next above `x`. @param {number} x @returns {number} */
export function roundStep(x) {
  const ten = 10 ** Math.floor(Math.log10(x));
  return ten * [1, 2, 5, 10].find((factor) => factor * ten >= x * (1 - 1e-9));
}

/** A hundred steps to either side. */
function setRange(slider, middle, step) {
  slider.min = String(middle - 100 * step);
  slider.max = String(middle + 100 * step);
  slider.step = String(step);
  slider.value = String(middle);
}

/** Let the browser save a text as a file. @param {string} name @param {string} text */
function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// --------------------------------------------------------------------------------------------- 8. Controls

const FRAME_MS = 1100; // how long play shows a frame at speed 1
const SPEEDS = [0.5, 1, 2, 4];
const ICONS = {
  Reset: "M10 3a7 7 0 1 1-6.6 4.7l1.9.7A5 5 0 1 0 10 5v3L5.5 4 10 0z",
  "Step back": "M5 4h2.2v12H5zM16 4v12l-8-6z",
  Play: "M6 3.5l11 6.5-11 6.5z",
  Pause: "M5 4h4v12H5zM11 4h4v12h-4z",
  "Step forward": "M12.8 4H15v12h-2.2zM4 4l8 6-8 6z",
  Present: "M2 3h16v11H2zm2 2v7h12V5zM7 16h6v2H7z",
};
const HELP = [
  ["→", "step forward"],
  ["←", "step back"],
  ["Home, End", "first and last step"],
  ["Space", "play or pause"],
  ["↑ ↓", "go from node to node"],
  ["Shift ← →", "go along an edge"],
  ["Shift ↑ ↓", "go to the other end of another edge"],
  ["Enter", "select a node"],
  ["N", "next message into the selected node"],
  ["R", "run to the selected node"],
  ["M", "fold or open the module of the selected node"],
  ["+ −", "larger, smaller"],
  ["0", "fit the picture"],
  ["Esc", "close"],
  ["[ ]", "step with a note before, and after"],
  ["P", "present: large type, full screen; Esc leaves"],
  ["Page ↑ ↓", "step, while presenting"],
  ["B", "black screen, while presenting"],
  ["?", "this help"],
];
// Lumino, the key handler of JupyterLab, leaves the keys of an element alone only if the element itself says so.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

/** A button with an icon. @param {string} name its accessible name @param {() => void} press */
function iconButton(name, press) {
  const path = drawn("path", {});
  const icon = drawn("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" });
  icon.append(path);
  const button = make("button", { type: "button", class: "mg-button", ...OWN_KEYS }, icon);
  button.addEventListener("click", press);
  /** @type {any} */ (button).rename = (/** @type {string} */ label) => {
    button.setAttribute("aria-label", label);
    button.title = label;
    path.setAttribute("d", ICONS[label]);
  };
  /** @type {any} */ (button).rename(name);
  return /** @type {any} */ (button);
}

/**
 * The row of controls. It knows nothing of graphs: it calls `actions`, and `show` tells it where we are.
 * @param {number} last the last step @param {number} split how many frames come before the backward pass
 * @param {{go: (step: number) => void, by: (change: number) => void, play: () => void, help: () => void}} actions
 */
function makeControls(last, split, actions) {
  const play = iconButton("Play", actions.play);
  const forward = iconButton("Step forward", () => actions.by(1));
  forward.classList.add("mg-primary");
  forward.append("Step");
  const slider = /** @type {HTMLInputElement} */ (
    make("input", {
      type: "range",
      min: "0",
      max: String(last),
      step: "1",
      "aria-label": "Step",
      class: "mg-slider",
      ...OWN_KEYS,
    })
  );
  slider.addEventListener("input", () => actions.go(slider.valueAsNumber));
  slider.style.setProperty("--mg-split", `${(100 * split) / Math.max(last, 1)}%`);
  const counter = make("span", { class: "mg-counter" });
  const speed = /** @type {HTMLSelectElement} */ (
    make(
      "select",
      { "aria-label": "Speed", class: "mg-speed", ...OWN_KEYS },
      ...SPEEDS.map((factor) => make("option", { value: String(factor) }, `${factor}×`)),
    )
  );
  speed.value = "1";
  const help = make(
    "button",
    {
      type: "button",
      class: "mg-button mg-help-button",
      "aria-label": "Help",
      "aria-expanded": "false",
      title: "Keys",
      ...OWN_KEYS,
    },
    "?",
  );
  help.addEventListener("click", actions.help);
  const element = make(
    "div",
    { class: "mg-controls", role: "group", "aria-label": "Controls" },
    make(
      "div",
      { class: "mg-buttons" },
      iconButton("Reset", () => actions.go(0)),
      iconButton("Step back", () => actions.by(-1)),
      play,
      forward,
    ),
    make(
      "div",
      { class: "mg-track" },
      slider,
      make("div", { class: "mg-phases" }, make("span", {}, "forward"), counter, make("span", {}, "backward")),
    ),
    speed,
    help,
  );

  /** @param {State} state */
  function show(state) {
    slider.value = String(state.step);
    slider.setAttribute("aria-valuetext", `step ${state.step} of ${last}`);
    slider.style.setProperty("--mg-done", `${(100 * state.step) / Math.max(last, 1)}%`);
    setText(counter, `step ${state.step} of ${last}`);
  }

  const playing = (/** @type {boolean} */ on) => play.rename(on ? "Pause" : "Play");
  return { element, show, playing, slider, forward, help, delay: () => FRAME_MS / Number(speed.value) };
}

// ----------------------------------------------------------------------------------------------- 9. render

/**
 * Dark or light, as the reader has it: the widget's own theme, else the notebook's, else the screen's.
 * @param {string} wanted "auto", "light", "dark" or "high-contrast" @returns {{name: string, host: boolean}} `host`: use its colours
 */
function themeNow(wanted) {
  if (["light", "dark", "high-contrast"].includes(wanted)) return { name: wanted, host: false };
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight) return { name: jpThemeLight === "false" ? "dark" : "light", host: true };
  const dark = vscodeThemeKind
    ? !vscodeThemeKind.includes("light")
    : matchMedia("(prefers-color-scheme: dark)").matches;
  return { name: dark ? "dark" : "light", host: false };
}

/** Call `changed` whenever the notebook's or the screen's theme changes. @returns {() => void} stop */
function watchTheme(changed) {
  const screen = matchMedia("(prefers-color-scheme: dark)");
  const body = new MutationObserver(changed);
  body.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind"] });
  screen.addEventListener("change", changed);
  return () => {
    body.disconnect();
    screen.removeEventListener("change", changed);
  };
}

const same = (/** @type {unknown} */ a, /** @type {unknown} */ b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * Other views and our own listeners learn of a change at once; Python a moment after the last one, and sends it back.
 * When that comes late, it must not take back what has been done since: a step, or an answer.
 * @param {any} model @param {number} pause in milliseconds, before Python is told
 */
export function makeKeeper(model, pause = 100) {
  const unsaved = new Map(); // what Python has not been told
  const saved = new Map(); // what it was told last
  let saving = 0;

  function save() {
    for (const [trait, value] of unsaved) saved.set(trait, value);
    unsaved.clear();
    model.save_changes();
  }

  return {
    set(/** @type {string} */ trait, /** @type {unknown} */ value) {
      unsaved.set(trait, value);
      model.set(trait, value);
      clearTimeout(saving);
      saving = setTimeout(save, pause);
    },

    /** A trait has changed. Whether that was an old value that came back, and has been put right. */
    heard(/** @type {string} */ trait) {
      const wanted = unsaved.get(trait);
      if (!unsaved.has(trait) || same(model.get(trait), wanted)) return false;
      if (!same(model.get(trait), saved.get(trait))) return !unsaved.delete(trait); // somebody else's wish, and newer
      model.set(trait, wanted);
      return true;
    },
  };
}

/**
 * One view of the stepper. All that is worth keeping is in the model: trace, svg, step, selected, theme, title; and to
 * predict: mode, questions, answers, tolerance; to change values: frozen, leaves, edits, edited, ledgers, kernel; for a
 * lecture: notes, presenting; for a node: details, lenses; to try an order: order, verdict; to fold: modules, pictures,
 * folded.
 * @param {{model: any, el: HTMLElement}} context @returns {() => void} clean up
 */
function render({ model, el }) {
  const { set, heard } = makeKeeper(model);
  /** @type {Trace} */
  let trace = model.get("trace");
  const last = trace.frames.length;
  const seed = trace.frames.findIndex((frame) => frame.kind === "seed");
  let graph = indexed(trace);
  const whole = makePicture(model.get("svg"), trace);
  whole.relabel(model.get("ledgers"));
  let picture = whole; // or that of some folded modules
  let home = (/** @type {string} */ id) => id;
  const controls = makeControls(last, seed < 0 ? last : seed, { go, by, play, help });
  const order = trace.nodes.map((node) => node.id); // topological: the way through the graph with ↑ and ↓

  const status = make("p", { class: "mg-status", role: "status", "aria-live": "polite" });
  const helpLine = make(
    "p",
    { class: "mg-help", hidden: "" },
    ...HELP.map(([key, what]) => make("span", {}, make("kbd", {}, key), ` ${what}`)),
  );
  const pane = make(
    "div",
    { class: "mg-pane", tabindex: "0", role: "region", "aria-label": "Graph", ...OWN_KEYS },
    picture.svg,
  );
  const ask = makeAsk(() => model.get("tolerance"), { record, save });
  const frameCard = makeCard("mg-card-frame");
  const nodeCard = makeCard("mg-card-node", close);
  const textButton = (/** @type {string} */ text, /** @type {() => void} */ press) => {
    const button = /** @type {HTMLButtonElement} */ (
      make("button", { type: "button", class: "mg-button mg-small", ...OWN_KEYS }, text)
    );
    button.addEventListener("click", press);
    return button;
  };
  const toMessage = textButton("Next message", () => jump(nextMessage));
  const toNode = textButton("Run to here", () => jump(stepOfNode));
  const toLatex = textButton("Copy LaTeX", copyLatex);
  const latex = /** @type {HTMLTextAreaElement} */ (
    make("textarea", { class: "mg-latex", readonly: "", rows: "3", "aria-label": "LaTeX", ...OWN_KEYS })
  );
  latex.hidden = true;
  const opened = new Set(); // edges whose rule is shown
  const tools = make("div", { class: "mg-tools" }, toMessage, toNode, toLatex, latex);
  nodeCard.element.append(tools);
  const zoom = makeZoom(pane, picture.svg);
  const editor = makeEditor({
    change: (node, value) => request({ ...model.get("edits").values, [node.id]: value }),
    wiggle: (node, at, h) => request(model.get("edits").values ?? {}, { node: node.id, at, h }),
    undo: () => request({}),
  });
  const turns = makeOrder({ run: runOrder, choosing: show });
  const modules = makeModules((folded) => set("folded", folded));
  const toModule = textButton("", () => toggleModule());
  tools.append(toModule);
  const lens = makeLens();
  nodeCard.element.append(lens.element, editor.element);
  const debug = makeDebug({ model, graph, picture, go, set });
  const name = make("p", { class: "mg-title" });
  const note = make("p", { class: "mg-note", role: "note", "aria-label": "Note", "aria-live": "polite" });
  const words = makeNarration(go);
  const marks = makeMarks(controls.slider);
  const root = make(
    "section",
    { class: "mg-stepper", tabindex: "-1", "aria-label": "Backprop stepper", ...OWN_KEYS },
    name,
    controls.element,
    helpLine,
    status,
    note,
    ask.element,
    turns.element,
    modules.element,
    make("div", { class: "mg-view" }, pane, zoom.element),
    debug.element,
    make("div", { class: "mg-panel" }, frameCard.element, nodeCard.element),
    words.element,
  );
  const presenter = makePresenter(root, { by, set: (on) => set("presenting", on) });
  controls.element.append(presenter.button);
  root.append(presenter.blank);

  // Where we are --------------------------------------------------------------------------------------

  const questions = () => (model.get("mode") === "predict" ? model.get("questions") : []);
  const pending = () => pendingQuestion(questions(), model.get("answers"));
  /** No step leads past a question that is open. */
  const allowed = (step) => Math.min(clampStep(trace, step), pending()?.step ?? last);
  const stepNow = () => allowed(model.get("step"));
  let settling = false; // several traits change at once

  function go(step) {
    pause();
    const wanted = clampStep(trace, step);
    if (wanted > stepNow() && stepNow() === pending()?.step) {
      ask.focus();
      ask.tell("Answer this first; then the run goes on.", "");
    }
    set("step", allowed(wanted));
    if (allowed(wanted) !== wanted) show(); // the slider went too far
  }

  /** Keep an answer; a right one lets its frame happen. */
  function record(question, answer) {
    settling = true;
    set("answers", { ...model.get("answers"), [question.id]: answer });
    if (answer.right || answer.shown) set("step", question.step + 1);
    settling = false;
    show();
  }

  function save() {
    download("answers.json", JSON.stringify(scoreOf(questions(), model.get("answers")), null, 1));
  }

  function by(change) {
    go(stepNow() + change);
  }

  /** To where something happens at the selected node; `find` is nextMessage or stepOfNode. */
  function jump(find) {
    const step = find(trace, model.get("selected"), stepNow());
    if (step !== null) go(step);
  }

  function select(nodeId) {
    latex.hidden = true;
    set("selected", nodeId);
  }

  /** The formula for slides; where a page may not write to the clipboard, it stands there to be copied. */
  async function copyLatex() {
    const { symbols, numbers } = chainRule(graph, model.get("selected"), stateAt(trace, stepNow()));
    latex.value = `${latexOf(symbols)} ${latexOf(numbers)}`;
    latex.hidden = false;
    latex.select();
    try {
      await navigator.clipboard.writeText(latex.value);
    } catch {
      // it is selected
    }
  }

  // Change a value: one request at a time, and the newest wish after it -----------------------------------

  let busy = 0; // the number of the request at which Python works
  let wish = null;
  let patience = 0;

  function request(values, wiggle = null) {
    wish = { values, wiggle };
    if (!busy) send();
  }

  function send() {
    busy = (model.get("edits").n ?? 0) + 1;
    model.set("edits", { n: busy, ...wish });
    model.save_changes();
    wish = null;
    patience = setTimeout(() => {
      busy = 0;
      editor.tell(NO_ANSWER);
    }, 5000);
  }

  function answered() {
    const { n, error, wiggle } = model.get("edited");
    if (n !== busy) return;
    newRun(); // the traits of one message are told one after the other, in any order
    clearTimeout(patience);
    busy = 0;
    if (wiggle) editor.tell(wiggleText(wiggle, model.get("edits").wiggle.h));
    else editor.tell(error || toldOutput());
    if (wish) send();
  }

  /** What the output is now. */
  function toldOutput() {
    const { output } = graph;
    return `${shortName(output)} is now ${inline(output.value)}.`;
  }

  /** Python has run the graph again: the same picture, other numbers. */
  function newRun() {
    if (trace === model.get("trace")) return;
    trace = model.get("trace");
    graph = indexed(trace);
    for (const one of new Set([whole, picture])) one.relabel(model.get("ledgers"));
    show();
  }

  // Play ----------------------------------------------------------------------------------------------

  let timer = 0; // 0: not playing

  function play() {
    if (timer) {
      pause();
    } else {
      set("step", stepNow() === last ? 0 : allowed(stepNow() + 1));
      playOn();
    }
  }

  function playOn() {
    timer = stepNow() < allowed(last) ? setTimeout(tick, controls.delay()) : 0;
    controls.playing(timer !== 0);
  }

  function tick() {
    set("step", allowed(stepNow() + 1));
    playOn();
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    controls.playing(false);
  }

  function help() {
    helpLine.hidden = !helpLine.hidden;
    controls.help.setAttribute("aria-expanded", String(!helpLine.hidden));
  }

  // Show ----------------------------------------------------------------------------------------------

  function show() {
    if (settling) return;
    const state = stateAt(trace, stepNow());
    const next = pending();
    const asked = next?.step === state.step ? next : undefined;
    const selected = graph.nodes.has(model.get("selected")) ? model.get("selected") : "";
    picture.show(state, selected, asked);
    debug.show(state);
    controls.show(state);
    setText(status, state.frame ? clean(state.frame.sentence) : START);
    showNote(state.step, next);
    frameCard.show(...tellFrame(graph, state));
    nodeCard.element.classList.toggle("mg-empty", !selected);
    nodeCard.show(...tellNode(graph, { picture: whole, details: model.get("details"), opened }, selected, state, asked));
    toLatex.hidden = !selected || !chainRule(graph, selected, state);
    tools.hidden = !selected;
    toMessage.disabled = nextMessage(trace, selected, state.step) === null;
    toNode.disabled = stepOfNode(trace, selected, state.step) === null;
    const changing = model.get("mode") === "predict" ? NOT_NOW : model.get("frozen");
    editor.show(graph.nodes.get(selected) ?? null, model.get("leaves"), changing);
    showOrder(state);
    lens.show(graph, model.get("lenses") ?? {}, selected, state);
    ask.element.hidden = model.get("mode") !== "predict";
    if (ask.show(asked, next, model.get("answers"), questions())) controls.forward.focus();
    const edge = graph.edges.get(asked?.subject);
    const seen = edge ? [edge.source, edge.target] : asked?.subject ? [asked.subject] : (state.frame?.active ?? []);
    showModuleButton(selected);
    keepInSight(seen.map(home).filter((id) => picture.nodes.has(id)));
  }

  // Where things stand is known when the page has been laid out, once per frame, however many steps there were.
  let looking = 0;
  let inSight = [];

  function keepInSight(ids) {
    inSight = ids;
    looking ||= requestAnimationFrame(() => {
      looking = 0;
      const middle = inSight.length ? picture.middleOf(inSight) : seenAt;
      if (Math.abs(middle - seenAt) > 1.5 * seenWide) picture.showBetween(middle - 1.5 * seenWide, middle + 1.5 * seenWide);
      lookAt(pane, inSight.map((id) => picture.nodes.get(id).element));
    });
  }

  let [seenAt, seenWide] = [0, 0]; // the middle of the screen, and its width, in units of the picture

  /** What stands on the screen, and one screen to either side, is drawn. */
  function lookAround() {
    const unit = picture.svg.getBoundingClientRect().width / picture.width;
    seenWide = pane.clientWidth / unit;
    seenAt = pane.scrollLeft / unit + seenWide / 2;
    picture.showBetween(seenAt - 1.5 * seenWide, seenAt + 1.5 * seenWide);
  }
  pane.addEventListener("scroll", lookAround);
  const resized = new ResizeObserver(lookAround); // and when it is larger, smaller, or seen for the first time
  resized.observe(pane);
  resized.observe(picture.svg);

  function showTheme() {
    const theme = themeNow(model.get("theme"));
    root.dataset.theme = theme.name;
    root.classList.toggle("mg-in-notebook", theme.host);
  }

  /** @param {number} step @param {Question|undefined} next the open question: nothing is told of what follows it */
  function showNote(step, next) {
    setText(note, noteAt(model.get("notes"), step));
    note.hidden = !note.textContent;
    words.show(trace, model.get("notes"), next?.step, step);
  }

  /** Python runs the backward pass in this order; none is the right one. @param {string[]} wished */
  function runOrder(wished) {
    pause();
    const sent = wished.length ? wished : (model.get("verdict").first ?? []);
    model.set("order", sent);
    model.save_changes();
    set("step", last);
    show();
  }

  /** @param {State} state */
  function showOrder(state) {
    const trying = model.get("mode") === "order";
    turns.element.hidden = !trying;
    const told = trying ? remarks(model.get("verdict"), state, state.step === last) : new Map();
    for (const [id, part] of picture.nodes) remarkOn(part, told.get(id) ?? "");
    if (trying) turns.show(graph, model.get("verdict"), model.get("kernel") !== false, state);
  }

  // Modules: the picture is another one, and everything else stays ------------------------------------------

  // A box hides what is asked, tried out or found in it: then nothing is folded.
  const watched = () => model.get("mode") === "watch" && !Object.keys(model.get("findings") ?? {}).length;
  const allModules = () => (watched() ? (model.get("modules") ?? []) : []);
  const isDrawn = (/** @type {string[]} */ folded) => !folded.length || folded.join(" ") in (model.get("pictures") ?? {});
  const foldedNow = () => {
    const wish = allModules().map(({ id }) => id).filter((id) => (model.get("folded") ?? []).includes(id));
    return isDrawn(wish) ? wish : [];
  };
  let shownFolded = "";

  function showFolded() {
    const folded = foldedNow();
    modules.element.hidden = !allModules().length;
    modules.show(allModules(), folded, isDrawn);
    const key = folded.join(" ");
    if (key === shownFolded) return;
    shownFolded = key;
    home = homeOf(allModules(), folded);
    const titles = allModules().map(({ id, title, members }) => [id, `${title}, module of ${members.length} nodes`]);
    const labels = new Map(titles.filter(([id]) => folded.includes(id)));
    picture = key ? makePicture(model.get("pictures")[key], trace, home, labels) : whole;
    picture.relabel(model.get("ledgers"));
    pane.replaceChildren(picture.svg);
    zoom.use(picture.svg);
    resized.disconnect();
    resized.observe(pane);
    resized.observe(picture.svg);
    reachable = home(reachable);
    elementOf(reachable).setAttribute("tabindex", "0");
    if (picture !== whole) listenTo(picture.svg);
    show();
  }

  /** The module of a node, if it has one. */
  const moduleOf = (/** @type {string} */ id) => allModules().find(({ members }) => members.includes(id));

  function toggleModule() {
    const module = moduleOf(model.get("selected"));
    if (module) set("folded", toggledModule(foldedNow(), module.id, allModules().map(({ id }) => id), isDrawn));
  }

  function showModuleButton(selected) {
    const module = moduleOf(selected);
    toModule.hidden = !module;
    if (module) setText(toModule, `${foldedNow().includes(module.id) ? "Open" : "Fold"} ${module.title}`);
  }

  function showNotes() {
    marks(model.get("notes"), last);
    show();
  }

  /** To the nearest step that has a note. @param {boolean} backwards */
  function toNote(backwards) {
    const at = nextNote(model.get("notes"), stepNow(), backwards);
    if (at !== null) go(at);
  }

  function showMode() {
    showFolded();
    show();
  }

  function showPresenting() {
    presenter.show(model.get("presenting"));
  }

  function showTitle() {
    name.textContent = model.get("title");
    name.hidden = !name.textContent;
  }

  // Nodes: one of them can be reached with Tab, ↑ and ↓ lead to the others ------------------------------

  const elementOf = (id) => picture.nodes.get(home(id)).button;
  let reachable = order[0];

  function reach(id) {
    setFar(picture.nodes.get(home(id)), false);
    elementOf(reachable).setAttribute("tabindex", "-1");
    elementOf(id).setAttribute("tabindex", "0");
    reachable = id;
  }

  function focusOn(id) {
    reach(id);
    elementOf(id).focus();
  }

  /** The neighbours of a box: of a folded module those of all its members. */
  function neighboursSeen(id) {
    const inside = [id, ...(moduleOf(id)?.members ?? [])].filter((one) => home(one) === id);
    const all = inside.map((one) => neighbours(trace, one));
    const boxes = (of) => [...new Set(all.flatMap((ends) => ends[of].map(home)))].filter((one) => one !== id);
    return { inputs: boxes("inputs"), users: boxes("users") };
  }

  // Along the edges: Shift → to a user, Shift ← to an input; Shift ↑ ↓ then lead to the other ends of that fork.
  let fork = [];

  function follow(id, key) {
    const { inputs, users } = neighboursSeen(id);
    if (key === "ArrowUp" || key === "ArrowDown") {
      const at = fork.indexOf(id);
      return at < 0 ? undefined : fork[at + (key === "ArrowUp" ? -1 : 1)];
    }
    const ends = key === "ArrowRight" ? users : key === "ArrowLeft" ? inputs : [];
    if (ends.length) fork = ends;
    return ends[0];
  }

  const nodeAt = (event) => event.target.closest?.(".mg-node")?.dataset.id;

  function toggle(id) {
    reach(id);
    const next = pending();
    if (next?.form === "node" && next.step === stepNow()) return ask.submit([id]);
    if (turns.pick(id)) return undefined;
    select(model.get("selected") === id ? "" : id);
  }

  function listenTo(svg) {
    svg.addEventListener("click", (event) => nodeAt(event) && toggle(nodeAt(event)));
    svg.addEventListener("focusin", (event) => nodeAt(event) && reach(nodeAt(event)));
  }
  listenTo(picture.svg);

  // Keys ----------------------------------------------------------------------------------------------

  const STEP_KEYS = {
    ArrowRight: () => by(1),
    ArrowLeft: () => by(-1),
    Home: () => go(0),
    End: () => go(last),
    "?": help,
    n: () => jump(nextMessage),
    r: () => jump(stepOfNode),
    m: toggleModule,
    "+": () => zoom.by(1.25),
    "-": () => zoom.by(0.8),
    0: () => zoom.fit(),
    "[": () => toNote(true),
    "]": () => toNote(false),
    p: presenter.toggle,
  };

  /** What a key does here, or undefined: then it is the browser's. */
  function actionOf(event) {
    const { key, target } = event;
    const inForm = [ask.element, editor.element, lens.element, latex].some((form) => form.contains(target));
    if (inForm && key !== "Escape") return undefined; // fields have their own keys
    const shown = presenter.keyOf(key);
    if (shown) return shown;
    const id = nodeAt(event);
    const end = event.shiftKey && id && follow(id, key);
    if (end) return () => focusOn(end);
    if (event.shiftKey && key.startsWith("Arrow")) return () => {}; // the edge ends here
    const boxes = id ? order.filter((one) => home(one) === one) : [];
    const next = id && boxes[boxes.indexOf(id) + { ArrowUp: -1, ArrowDown: 1 }[key]];
    if (key === "Escape") return model.get("selected") || !helpLine.hidden ? close : undefined;
    if (id && (key === "Enter" || key === " ")) return () => toggle(id);
    if (next) return () => focusOn(next);
    if (target === controls.slider && key === "ArrowUp") return STEP_KEYS.ArrowRight;
    if (target === controls.slider && key === "ArrowDown") return STEP_KEYS.ArrowLeft;
    if (key === " ") return target.localName === "button" ? undefined : play;
    return STEP_KEYS[key.length === 1 ? key.toLowerCase() : key];
  }

  function close() {
    if (!model.get("selected")) return help();
    select("");
    elementOf(reachable).focus(); // what had the focus may be gone
  }

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    const action = target.localName === "select" ? undefined : actionOf(event); // a list has its own keys
    if (action) {
      event.preventDefault(); // no scrolling, and the slider does not move a second time
      action();
    }
    if (event.key !== "Tab") event.stopPropagation(); // the notebook must not act on it as well
  });

  // Begin and end ---------------------------------------------------------------------------------------

  const listeners = {
    "change:step": show,
    "change:selected": show,
    "change:trace": newRun,
    "change:edited": answered,
    "change:mode": showMode,
    "change:answers": show,
    "change:questions": show,
    "change:view": show,
    "change:followed": show,
    "change:theme": showTheme,
    "change:title": showTitle,
    "change:notes": showNotes,
    "change:verdict": show,
    "change:folded": showFolded,
    "change:presenting": showPresenting,
  };
  for (const [event, listener] of Object.entries(listeners)) {
    listeners[event] = () => heard(event.slice("change:".length)) || listener();
    model.on(event, listeners[event]);
  }
  const stopWatching = watchTheme(showTheme);
  el.append(root);
  reach(reachable);
  showTheme();
  showTitle();
  showPresenting();
  showNotes();
  showFolded();

  return () => {
    pause();
    words.stop();
    presenter.stop();
    cancelAnimationFrame(looking);
    resized.disconnect();
    clearTimeout(patience);
    zoom.stop();
    stopWatching();
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    root.remove();
  };
}

/** A card of the panel: a heading and what belongs to it. @param {string} css @param {() => void} [close] */
function makeCard(css, close) {
  const heading = make("div", { class: "mg-heading" });
  const body = make("div", { class: "mg-card-body" });
  const button =
    close && make("button", { type: "button", class: "mg-button mg-close", "aria-label": "Close", ...OWN_KEYS }, "×");
  if (button) button.addEventListener("click", close);
  const element = make(
    "div",
    { class: `mg-card ${css}` },
    make("div", { class: "mg-card-head" }, heading, button),
    body,
  );
  return {
    element,
    show(/** @type {string} */ text, /** @type {(Node|null)[]} */ content) {
      setText(heading, text);
      body.replaceChildren(...content.filter(Boolean));
    },
  };
}

/**
 * Larger, smaller, all at once; and panning with the mouse. Without a choice the style sheet finds a readable size.
 * @param {HTMLElement} pane @param {SVGSVGElement} svg
 */
function makeZoom(pane, svg) {
  let [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const button = (/** @type {string} */ label, /** @type {string} */ sign, /** @type {() => void} */ press) => {
    const made = make("button", { type: "button", class: "mg-button mg-small", "aria-label": label, title: label, ...OWN_KEYS }, sign);
    made.addEventListener("click", press);
    return made;
  };
  const by = (/** @type {number} */ factor) => scale(svg.getBoundingClientRect().width / width, factor);
  const element = make(
    "div",
    { class: "mg-zoom", role: "group", "aria-label": "Zoom" },
    button("Zoom out", "−", () => by(0.8)),
    button("Zoom in", "+", () => by(1.25)),
    button("Fit", "⤢", fit),
  );

  /** Keep what is in the middle in the middle. */
  function scale(now, factor) {
    const size = Math.min(Math.max(now * factor, 0.05), 4);
    const [x, y] = [pane.scrollLeft + pane.clientWidth / 2, pane.scrollTop + pane.clientHeight / 2];
    svg.style.setProperty("width", `${size * width}px`);
    svg.classList.add("mg-zoomed");
    pane.scrollLeft = (x * size) / now - pane.clientWidth / 2;
    pane.scrollTop = (y * size) / now - pane.clientHeight / 2;
  }

  function fit() {
    const room = Number.parseFloat(getComputedStyle(pane).maxHeight) || innerHeight;
    scale(1, Math.min((pane.clientWidth - 4) / width, room / height));
  }

  let from = null; // where the mouse took hold of the paper
  pane.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType !== "mouse" || event.target.closest(".mg-node")) return;
    from = { x: event.clientX + pane.scrollLeft, y: event.clientY + pane.scrollTop };
  });
  pane.addEventListener("pointermove", (event) => {
    if (!from || !event.buttons) return;
    pane.scrollTo({ left: from.x - event.clientX, top: from.y - event.clientY, behavior: "instant" });
    pane.classList.add("mg-panning");
  });
  const letGo = () => {
    from = null;
    pane.classList.remove("mg-panning");
  };
  window.addEventListener("pointerup", letGo);
  pane.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return; // a plain wheel scrolls
      event.preventDefault();
      by(event.deltaY < 0 ? 1.1 : 1 / 1.1);
    },
    { passive: false },
  );
  /** Another picture stands in the pane. @param {SVGSVGElement} other */
  function use(other) {
    svg = other;
    [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  }

  return { element, by, fit, use, stop: () => window.removeEventListener("pointerup", letGo) };
}

/** Scroll the pane, and nothing else, until the active nodes are in sight. */
function lookAt(pane, elements) {
  if (!elements.length || (pane.scrollWidth <= pane.clientWidth && pane.scrollHeight <= pane.clientHeight)) return;
  const boxes = elements.map((element) => element.getBoundingClientRect());
  const view = pane.getBoundingClientRect();
  const middle = (near, far) => (Math.min(...boxes.map((b) => b[near])) + Math.max(...boxes.map((b) => b[far]))) / 2;
  const left = middle("left", "right") - (view.left + view.right) / 2;
  const top = middle("top", "bottom") - (view.top + view.bottom) / 2;
  const hidden = boxes.some(
    (b) => b.left < view.left || b.right > view.right || b.top < view.top || b.bottom > view.bottom,
  );
  const far = Math.hypot(left, top) > 1.5 * view.width; // a long way would take longer than the next step
  const calm = far || matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (hidden) pane.scrollBy({ left, top, behavior: calm ? "instant" : "smooth" });
}

// ------------------------------------------------------------------------------------------------ 14. Debug
// Python has looked into the run (visuals/debug). Here its findings are shown: signs in the picture, and a card with
// one view per question. The step decides what has arrived and what is alive; everything else is as Python found it.

/**
 * @typedef {{checks?: Checks, differences?: Differences, paths?: Paths, depth?: Depth, tape?: Tape,
 *            sizes?: Object<string, [number, number]>}} Findings   see visuals/debug/views.py
 * @typedef {{rows: {edge: string, about: string, verdict: "right"|"wrong"|"unchecked", says: string, details: string,
 *            rule: string, step: number, error: string, sent: Summary|null, numeric: Summary|null}[], first: string,
 *            reason: string, count: string, spoiled: Object<string, number>}} Checks
 * @typedef {{rows: {id: string, about: string, what: string, after: string, before: string, step: number}[],
 *            count: string, cut: number, remarks: string[], differ: string[], only: string[],
 *            ghosts: Object<string, {value: Summary, grad: Summary|null}>, ghostEdges: string[]}} Differences
 * @typedef {{id: string, name: string, output: string, count: string, complete: boolean, multiplications: string,
 *            reverse: string, all: string, sentence: string, gradient: string,
 *            paths: {edges: string[], way: string, product: string, sum: string}[]}} LeafPaths
 * @typedef {{leaves: LeafPaths[], left: number}} Paths
 * @typedef {{kind: "layer"|"depth", rows: {label: string, nodes: string[]}[], scale: [number, number],
 *            before?: (number|null)[], verdict: string}} Depth
 * @typedef {{arrays: {name: string, node: string, shape: number[], bytes: number, reasons: string[], begin: number,
 *            end: number}[], gradients: number[], sentence: string}} Tape
 */

/** The views, in the order of their buttons: the key of its findings, its name, and what makes it. */
const VIEWS = [
  { id: "checks", name: "Checks", make: makeChecks },
  { id: "differences", name: "Differences", make: makeDifferences },
  { id: "paths", name: "Paths", make: makePaths },
  { id: "depth", name: "Gradient sizes", make: makeThermometer },
  { id: "tape", name: "Tape memory", make: makeTape },
];

/**
 * The card that shows the findings, and the signs in the picture. Without findings it is not there.
 * @param {{model: any, graph: Graph, picture: any, go: (step: number) => void,
 *   set: (trait: string, value: any) => void}} context
 */
function makeDebug(context) {
  const { model, graph, picture } = context;
  /** @type {Findings} */
  const findings = model.get("findings") ?? {};
  const known = VIEWS.filter(({ id }) => findings[id]);
  const made = new Map(); // a view is made when it is first opened, and stays: its buttons keep the focus
  const buttons = known.map(({ id, name }) => {
    const button = make("button", { type: "button", class: "mg-button mg-small", ...OWN_KEYS }, name);
    button.addEventListener("click", () => context.set("view", id));
    return button;
  });
  const body = make("div", { class: "mg-findings" });
  const choice = make("div", { class: "mg-views", role: "group", "aria-label": "What to look at" }, ...buttons);
  const element = make("div", { class: "mg-card mg-debug", role: "group", "aria-label": "Debug" }, choice, body);
  element.hidden = !known.length;
  choice.hidden = known.length < 2;
  const signs = makeSigns(findings, graph, picture);
  let opened = null; // the view that is shown

  /** @param {State} state */
  function show(state) {
    const now = known.find(({ id }) => id === model.get("view")) ?? known[0];
    if (!now) return;
    known.forEach(({ id }, i) => buttons[i].setAttribute("aria-pressed", String(id === now.id)));
    if (!made.has(now.id)) made.set(now.id, now.make(findings[now.id], context));
    const view = made.get(now.id);
    if (body.firstChild !== view.element) {
      body.replaceChildren(view.element);
      opened?.leave?.();
      opened = view;
    }
    signs.show(state);
    view.show(state);
  }

  return { element, show };
}

/**
 * A sign at the corner of a node, or at the ledger of an edge. The card says the same in words, so a screen reader
 * need not meet it here too.
 * @param {SVGElement} group @param {string} text one character @param {string} css @param {[number, number]} at
 */
function addSign(group, text, css, [x, y]) {
  const sign = drawn("g", { class: `mg-flag ${css}`, transform: `translate(${x},${y})`, "aria-hidden": "true" });
  const letter = drawn("text", { y: 4.5, "text-anchor": "middle" });
  letter.textContent = text;
  sign.append(drawn("circle", { r: 9 }), letter);
  group.append(sign);
  return sign;
}

/** Where an edge's ledger begins (side −1) or ends (side 1), written or not; side 0 is the middle of an empty one. */
function ledgerCorner(element, side) {
  const ledger = element.querySelector(".mg-ledger");
  const [x, y] = ledger.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
  const box = ledger.querySelector(".mg-ledger-box");
  return /** @type {[number, number]} */ ([
    x + (side * Number(box.getAttribute("width"))) / 2,
    y - (side ? Number(box.getAttribute("height")) / 2 : 0),
  ]);
}

const SPOILED = "wrong, because a wrong message went into it";

/** The signs that stay, whatever view is open. @param {Findings} findings @param {Graph} graph @param {any} picture */
function makeSigns({ checks, differences, sizes }, graph, picture) {
  if (differences) markDifferences(differences, sizes, picture);
  for (const { edge, verdict } of checks?.rows ?? []) {
    if (verdict === "right") continue;
    const { element, line } = picture.edges.get(edge);
    for (const part of [element, line]) part.classList.add(`mg-${verdict}`);
    addSign(element, verdict === "wrong" ? "✗" : "?", `mg-flag-${verdict}`, ledgerCorner(element, picture.ledger(edge) ? -1 : 0));
  }
  const spoiled = Object.entries(checks?.spoiled ?? {}).map(([id, since]) => {
    const { element, button } = picture.nodes.get(id);
    const [width, height] = sizes[id];
    return { id, since, button, sign: addSign(element, "!", "mg-flag-wrong", [width / 2 - 4, height / 2 - 2]) };
  });

  /** @param {State} state */
  function show(state) {
    for (const [id, told] of Object.entries(differences?.ghosts ?? {})) showGhost(picture.nodes.get(id), graph.nodes.get(id), told);
    for (const { id, since, button, sign } of spoiled) {
      const arrived = state.step >= since;
      sign.classList.toggle("mg-off", !arrived);
      const label = nodeLabel(graph.nodes.get(id), state);
      button.setAttribute("aria-label", arrived ? `${label}, ${SPOILED}` : label);
    }
  }

  return { show };
}

/** A button that looks like a line of text. @param {string} text @param {() => void} press */
function linkButton(text, press) {
  const button = make("button", { type: "button", class: "mg-link", ...OWN_KEYS }, text);
  button.addEventListener("click", press);
  return button;
}

/**
 * A table with a heading per column. @param {string} label @param {string[]} columns @param {(Node|string)[][]} rows
 */
function tableOf(label, columns, rows) {
  const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col" }, column)));
  const table = make("table", { class: "mg-rows" }, make("thead", {}, head), make("tbody"));
  const region = make("div", { class: "mg-scroll", role: "region", "aria-label": label, tabindex: "0", ...OWN_KEYS }, table);
  fillRows(region, rows);
  return region;
}

/** Other rows in the same table. @param {Element} region @param {(Node|string)[][]} rows */
function fillRows(region, rows) {
  const lines = rows.map(([first, ...rest]) =>
    make("tr", {}, make("th", { scope: "row" }, first), ...rest.map((cell) => make("td", {}, cell))),
  );
  region.querySelector("tbody").replaceChildren(...lines);
}

/** Something that opens. @param {string} name @param {...(Node|null)} content */
function folded(name, ...content) {
  return make("details", {}, make("summary", { tabindex: "0", ...OWN_KEYS }, name), ...content);
}

// Checks: the first wrong edge ----------------------------------------------------------------------------

const VERDICTS = { right: "✓ right", wrong: "✗ wrong", unchecked: "? not checked" };

/** @param {Checks} checks */
function makeChecks({ rows, first, reason, count }, { model, go }) {
  const wrong = rows.find(({ edge }) => edge === first);
  const all = rows.map(({ about, verdict, rule, says, error, step }) => [
    linkButton(about, () => go(step)),
    VERDICTS[verdict],
    make("code", {}, pretty(rule)),
    says || (error ? `error ${error}` : ""),
  ]);
  const element = make(
    "div",
    {},
    ...(wrong ? tellWrong(wrong, reason, model.get("details")[first], go) : [make("p", { class: "mg-right" }, "No wrong edge.")]),
    make("p", { class: "mg-hint" }, count),
    folded("All edges, in the order of the backward pass", tableOf("All edges", ["edge", "verdict", "rule", "what was found"], all)),
  );
  return { element, show() {} };
}

/** What is wrong, why, and how it can be known. */
function tellWrong({ about, says, details, step, sent, numeric }, reason, rule, go) {
  const there = make("button", { type: "button", class: "mg-button mg-small", ...OWN_KEYS }, `Go to step ${step}`);
  there.addEventListener("click", () => go(step));
  const equation = make(
    "div",
    { class: "mg-equation" },
    term("it sends", sent, sent ? "" : "nothing"),
    sign("≠"),
    term("finite differences give", numeric, "for the same upstream gradient"),
  );
  return [
    make("div", { class: "mg-row" }, make("p", { class: "mg-verdict mg-wrong-text" }, `✗ First wrong edge: ${about}`), there),
    make("p", {}, says),
    numeric ? equation : null,
    ...details.split("\n").map((line) => make("p", { class: "mg-hint" }, line)),
    make("p", { class: "mg-hint" }, reason),
    rule?.lines
      ? folded("Its rule", make("p", { class: "mg-hint" }, rule.where), make("pre", { tabindex: "0", ...OWN_KEYS }, rule.lines))
      : null,
  ];
}

// Differences: another run, laid over this one ------------------------------------------------------------

/** ≠ where both runs have something that differs, + where only this one has it, − where only the other has. */
function markDifferences({ differ, only, ghosts, ghostEdges }, sizes, picture) {
  const marked = [...differ.map((id) => [id, "≠", "differs"]), ...only.map((id) => [id, "+", "only"])];
  marked.push(...[...Object.keys(ghosts), ...ghostEdges].map((id) => [id, MINUS, "ghost"]));
  for (const [id, text, css] of marked) {
    const edge = picture.edges.get(id);
    const part = edge ?? picture.nodes.get(id);
    for (const element of [part.element, edge?.line]) element?.classList.add(`mg-${css}`);
    if (edge && css !== "differs") continue; // the nodes at its ends say it
    const [width, height] = sizes[id] ?? [0, 0];
    addSign(part.element, text, `mg-flag-${css}`, edge ? ledgerCorner(part.element, 1) : [4 - width / 2, 2 - height / 2]);
  }
}

/** A node that only the other run has: its numbers are there from the beginning, and never change. */
function showGhost(part, node, { value, grad }) {
  const texts = [...summaryLines("value", value), ...summaryLines("grad", grad)];
  part.lines.forEach((line, i) => line && setText(line, texts[i]));
  if (part.heats.value) paint(part.heats.value, value);
  if (part.heats.grad) paint(part.heats.grad, grad ?? undefined);
  const state = /** @type {any} */ ({ values: { [node.id]: value }, grads: grad ? { [node.id]: grad } : {} });
  part.button.setAttribute("aria-label", `${nodeLabel(node, state)}, only in the other run`);
}

/** @param {Differences} differences */
function makeDifferences({ rows, count, cut, remarks }, { model, go, set, graph }) {
  const open = ({ id, step }) => {
    if (graph.nodes.has(id)) set("selected", id);
    go(step);
  };
  const links = rows.map((row) => linkButton(row.about, () => open(row)));
  const lines = rows.map(({ what, after, before }, k) => [links[k], what, after, before]);
  const first = make("button", { type: "button", class: "mg-button mg-small", ...OWN_KEYS }, "Go to the first");
  first.addEventListener("click", () => open(rows[0]));
  first.hidden = !rows.length;
  const element = make(
    "div",
    {},
    make("div", { class: "mg-row" }, make("p", { class: "mg-verdict" }, `${count} to the other run`), first),
    ...remarks.map((remark) => make("p", {}, remark)),
    rows.length ? tableOf("Differences", ["where", "what", "this run", "other run"], lines) : null,
    cut ? make("p", { class: "mg-hint" }, `… and ${cut} more.`) : null,
    rows.length
      ? make("p", { class: "mg-hint" }, `In the picture: ≠ it differs, + only in this run, ${MINUS} and dashed: only in the other run.`)
      : null,
  );
  /** The rows on the selected node stand out. */
  const show = () =>
    links.forEach((link, k) => link.setAttribute("aria-current", String(rows[k].id === model.get("selected"))));
  return { element, show };
}

// Paths: the gradient as a sum over all ways from a leaf to the result ------------------------------------

/** Show one path in the picture, or none. @param {any} picture @param {Graph} graph @param {string[]} edges */
function highlight(picture, graph, edges) {
  const on = new Set(edges.flatMap((id) => [id, graph.edges.get(id).source, graph.edges.get(id).target]));
  picture.svg.classList.toggle("mg-one-path", on.size > 0);
  for (const [id, { element }] of picture.nodes) element.classList.toggle("mg-path", on.has(id));
  for (const [id, { element, line }] of picture.edges)
    for (const part of [element, line]) part.classList.toggle("mg-path", on.has(id));
}

/**
 * One path after the other, and what they would cost. Which one is followed is a trait: it outlives a re-display.
 * @param {Paths} paths @param {any} context
 */
function makePaths({ leaves, left }, { model, set, graph, picture }) {
  const choose = /** @type {HTMLSelectElement} */ (
    make(
      "select",
      { class: "mg-speed", "aria-label": "Leaf", ...OWN_KEYS },
      ...leaves.map(({ id, name, count }) => make("option", { value: id }, `${name} (${count})`)),
    )
  );
  const now = () => {
    const { leaf, path = 0 } = model.get("followed");
    const about = leaves.find(({ id }) => id === leaf) ?? leaves[0];
    return { about, at: Math.min(Math.max(path, 0), about.paths.length - 1) };
  };
  const follow = (/** @type {string} */ leaf, /** @type {number} */ path) => set("followed", { leaf, path });
  const by = (/** @type {number} */ change) => {
    const { about, at } = now();
    follow(about.id, (at + change + about.paths.length) % about.paths.length);
  };
  choose.addEventListener("change", () => follow(choose.value, 0));
  const button = (/** @type {string} */ name, /** @type {() => void} */ press) => {
    const made = make("button", { type: "button", class: "mg-button mg-small", ...OWN_KEYS }, name);
    made.addEventListener("click", press);
    return made;
  };
  const [cost, list] = [make("div"), make("div")];
  const told = make("p", { class: "mg-told", "aria-live": "polite" });
  const more = make("p", { class: "mg-hint" });
  const element = make(
    "div",
    {},
    make(
      "div",
      { class: "mg-row" },
      make("label", { class: "mg-row" }, "Paths from", choose),
      button("Previous path", () => by(-1)),
      button("Next path", () => by(1)),
    ),
    told,
    cost,
    list,
    more,
  );
  let shown = ""; // the leaf whose table stands there
  let rows = [];

  function showLeaf(about) {
    choose.value = about.id;
    shown = about.id;
    cost.replaceChildren(tellCost(about));
    rows = about.paths.map(({ way }, k) => linkButton(way, () => follow(about.id, k)));
    const lines = about.paths.map(({ product, sum }, k) => [rows[k], product, sum]);
    list.replaceChildren(tableOf("Paths", ["path", "product", "sum so far"], lines));
    const rest = about.complete ? "" : `The first ${about.paths.length} of ${about.count} paths are listed. `;
    setText(more, `${rest}Reverse mode gives ${about.gradient}.${left ? ` ${left} more leaves are not shown.` : ""}`);
  }

  function show() {
    const { about, at } = now();
    if (shown !== about.id) showLeaf(about);
    rows.forEach((row, k) => row.setAttribute("aria-current", String(k === at)));
    const { edges, way, product, sum } = about.paths[at];
    setText(told, `Path ${at + 1} of ${about.count}: ${way}. Product: ${product}. Sum so far: ${sum}.`);
    highlight(picture, graph, edges);
  }

  return { element, show, leave: () => highlight(picture, graph, []) };
}

/** All paths against reverse mode. @param {LeafPaths} about */
function tellCost({ name, output, count, multiplications, reverse, all }) {
  const row = (/** @type {string[]} */ ...cells) => [cells[0], ...cells.slice(1)];
  return tableOf(
    "Cost",
    [`∂${output === "the result" ? "result" : output}/∂${name}`, "multiplications", "how they are counted"],
    [
      row("path by path", multiplications, `${count} paths, one for each edge of each`),
      row("reverse mode", reverse, "one for each edge on any of them: it adds up at a node before it goes on"),
      row("reverse mode, all gradients", all, "one for each edge of the graph"),
    ],
  );
}

// Gradient sizes: a thermometer, by layer or by depth ------------------------------------------------------

/**
 * The norm of several gradients together, √Σ g²; null while none of them is known.
 * @param {(Summary|undefined)[]} grads @returns {number|null}
 */
export function normOf(grads) {
  const known = grads.filter(Boolean).map((grad) => Number(isScalar(grad) ? grad.scalar : (grad.norm ?? 0)));
  return known.length ? Math.hypot(...known) : null;
}

/** How long a bar is, from 0 to 1: log₁₀ of the norm, between the least and the largest power of ten. */
export function barLength(norm, [low, high]) {
  if (norm === null || Number.isNaN(norm) || norm <= 0) return 0;
  if (!Number.isFinite(norm) || high - low < 1e-12) return 1;
  return Math.min(1, Math.max(0.02, (Math.log10(norm) - low) / (high - low)));
}

/** @param {number|null} norm */
const powerText = (norm) => (norm === null ? "" : norm > 0 && Number.isFinite(norm) ? number(Math.log10(norm)) : "");

/** @param {Depth} depth */
function makeThermometer({ kind, rows, scale, before, verdict }) {
  const lines = rows.map(({ label }, k) => {
    const bar = make("div", { class: "mg-level" });
    const other = make("div", { class: "mg-level mg-level-other" });
    const norm = make("span");
    const power = make("span");
    const bars = make("div", { class: "mg-levels", "aria-hidden": "true" }, bar, before ? other : null);
    const length = barLength(before?.[k] ?? null, scale);
    other.style.width = `${100 * length}%`;
    const cells = [label, bars, norm, power];
    return { bar, norm, power, cells: before ? [...cells, before[k] === null ? NOT_COMPUTED : number(before[k])] : cells };
  });
  const columns = [kind, "log₁₀, as a bar", "norm", "log₁₀"];
  const element = make(
    "div",
    {},
    make("p", { class: "mg-hint" }, kind === "layer"
      ? "The norm of the gradient of all parameters of a layer, as far as it has arrived."
      : "The norm of the gradients at each depth, counted from the result, as far as they have arrived."),
    verdict ? make("p", {}, verdict) : null,
    tableOf("Gradient sizes", before ? [...columns, "norm, other run"] : columns, lines.map(({ cells }) => cells)),
    before ? make("p", { class: "mg-hint" }, "Filled bars are this run, hollow ones the other.") : null,
  );

  /** @param {State} state */
  function show(state) {
    rows.forEach(({ nodes }, k) => {
      const norm = normOf(nodes.map((id) => state.grads[id]));
      const { bar, norm: text, power } = lines[k];
      bar.style.width = `${100 * barLength(norm, scale)}%`;
      setText(text, norm === null ? NOT_COMPUTED : number(norm));
      setText(power, powerText(norm));
    });
  }

  return { element, show };
}

// Tape memory: what is kept for the rules that are still to come ------------------------------------------

/** A number of bytes, as people say it. @param {number} size */
export function bytesText(size) {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = size < 1024 ? 0 : Math.min(Math.floor(Math.log2(size) / 10), 4);
  return `${number(size / 1024 ** power)} ${units[power]}`;
}

/** The arrays that are needed at a step. @param {Tape["arrays"]} arrays @param {number} step */
export const aliveAt = (arrays, step) => arrays.filter(({ begin, end }) => begin <= step && step <= end);

const sumOf = (/** @type {number[]} */ numbers) => numbers.reduce((sum, x) => sum + x, 0);
const MOST_ARRAYS = 30; // in the table; the largest

/** @param {Tape} tape */
function makeTape({ arrays, gradients, sentence }, { graph, picture, go, model }) {
  const saved = gradients.map((_, step) => sumOf(aliveAt(arrays, step).map(({ bytes }) => bytes)));
  const top = Math.max(1, ...saved.map((bytes, step) => bytes + gradients[step]));
  const { svg, marker } = tapeChart(saved, gradients, top);
  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    go(Math.floor(((event.clientX - box.left) / box.width) * saved.length));
  });
  const told = make("p", { class: "mg-told" });
  const table = tableOf("On the tape now", ["value of", "shape", "size", "kept for", "until step"], []);
  const sizes = model.get("findings").sizes;
  const signs = new Map();
  for (const { node } of arrays) {
    if (!picture.nodes.has(node) || signs.has(node)) continue;
    const [width, height] = sizes[node];
    signs.set(node, addSign(picture.nodes.get(node).element, "▪", "mg-flag-tape", [4 - width / 2, height / 2 - 2]));
  }
  const element = make(
    "div",
    {},
    make("p", {}, sentence),
    svg,
    make(
      "div",
      { class: "mg-key" },
      make("span", { class: "mg-key-saved" }, "below: values that rules will read"),
      make("span", { class: "mg-key-gradients" }, "above: gradients"),
      make("span", {}, `highest: ${bytesText(top)}`),
    ),
    told,
    table,
    make("p", { class: "mg-hint" }, "▪ in the picture: the value of this node is on the tape now."),
  );

  /** @param {State} state */
  function show({ step }) {
    const alive = aliveAt(arrays, step);
    marker.setAttribute("x", String(step));
    const several = alive.length === 1 ? "1 array" : `${alive.length} arrays`;
    setText(told, `At step ${step} the tape holds ${several}, ${bytesText(saved[step])}; gradients take ${bytesText(gradients[step])}.`);
    const largest = [...alive].sort((a, b) => b.bytes - a.bytes).slice(0, MOST_ARRAYS);
    const rows = largest.map(({ name, shape, bytes, reasons, end }) => [name, shapeText(shape), bytesText(bytes), reasons.join("; "), String(end)]);
    fillRows(table, rows); // the table stays, and keeps the focus
    const here = new Set(alive.map(({ node }) => node));
    for (const [node, sign] of signs) sign.classList.toggle("mg-off", !here.has(node));
  }

  return { element, show, leave: () => signs.forEach((sign) => sign.classList.add("mg-off")) };
}

/** Two areas, one on the other, a column for each step; and a marker at the step. */
function tapeChart(saved, gradients, top) {
  const height = 100;
  const svg = drawn("svg", {
    class: "mg-chart",
    viewBox: `0 0 ${saved.length} ${height}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": `Memory at each of ${saved.length} steps, at most ${bytesText(top)}`,
  });
  const area = (/** @type {number[]} */ low, /** @type {number[]} */ high) => {
    const y = (/** @type {number} */ bytes) => height - (bytes / top) * (height - 6);
    const over = high.map((bytes, k) => `L${k},${y(bytes)} L${k + 1},${y(bytes)}`);
    const back = low.map((bytes, k) => `L${k + 1},${y(bytes)} L${k},${y(bytes)}`).reverse();
    return `M0,${y(low[0])} ${over.join(" ")} ${back.join(" ")} Z`;
  };
  const nothing = saved.map(() => 0);
  const both = saved.map((bytes, step) => bytes + gradients[step]);
  const marker = drawn("rect", { class: "mg-now", y: 0, width: 1, height });
  svg.append(
    drawn("path", { class: "mg-area-saved", d: area(nothing, saved) }),
    drawn("path", { class: "mg-area-gradients", d: area(saved, both) }),
    marker,
  );
  return { svg, marker };
}

export default { render };
