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
 *   5. Controls buttons, slider, keys, play
 *   6. render   puts them together and listens to the model
 *
 * Texts of the trace (names, sentences, rules) come from users: they are written with textContent, never as markup.
 *
 * @typedef {{shape: number[], text: string, scalar?: number|string, min?: number|string, mean?: number|string,
 *            max?: number|string, norm?: number|string, thumbnail?: (number|string)[][], values?: any}} Summary
 * @typedef {{id: string, kind: "data"|"parameter"|"function", name: string, op: string, symbol: string,
 *            pattern: string, detail: string, shape: number[], group: string}} TraceNode
 * @typedef {{id: string, source: string, target: string, position: number}} TraceEdge
 * @typedef {{kind: "forward"|"seed"|"message"|"accumulate"|"done", active: string[], sentence: string, edge?: string,
 *            upstream?: Summary, rule?: string, local?: Summary|null, message?: Summary, before?: Summary|null,
 *            after?: Summary, unbroadcast?: null|{axes: number[], from: number[], to: number[]},
 *            set: {nodes?: Object<string, {value?: Summary, grad?: Summary}>}}} Frame
 * @typedef {{version: number, output: string, nodes: TraceNode[], edges: TraceEdge[], frames: Frame[]}} Trace
 * @typedef {{step: number, frame: Frame|null, values: Object<string, Summary>, grads: Object<string, Summary>,
 *            sent: Object<string, Frame>}} State   `sent`: for each edge, the message frame that has crossed it
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
function makePicture(svgText, trace) {
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
      lines: ["value", "value-range", "grad", "grad-range"].map((line) => element.querySelector(`.mg-${line}`)),
      heats: { value: element.querySelector(".mg-heat-value"), grad: element.querySelector(".mg-heat-grad") },
      shown: {},
    });
  }
  const edges = new Map();
  const lines = drawn("g", { class: "mg-lines" }); // under all ledgers: no line runs through the numbers of another
  svg.querySelector(".mg-edges").before(lines);
  for (const element of /** @type {NodeListOf<SVGGElement>} */ (svg.querySelectorAll(".mg-edge"))) {
    const text = element.querySelector(".mg-ledger-text");
    const whole = element.querySelector(".mg-ledger title")?.textContent; // where the edge had no room for all of it
    const line = element.querySelector(".mg-line");
    lines.append(line, ...element.querySelectorAll(".mg-arg"));
    edges.set(element.dataset.id, { element, line, text, ledger: text.textContent, whole: whole ?? text.textContent });
  }

  /** @param {State} state @param {string} selected */
  function show(state, selected) {
    const active = new Set(state.frame?.active ?? []);
    svg.dataset.frame = state.frame?.kind ?? "start";
    for (const node of trace.nodes) {
      const part = nodes.get(node.id);
      showNode(part, node, state);
      part.element.classList.toggle("mg-pending", !state.values[node.id]);
      part.element.classList.toggle("mg-active", active.has(node.id));
      part.element.classList.toggle("mg-selected", selected === node.id);
      part.element.setAttribute("aria-pressed", String(selected === node.id));
    }
    for (const [id, { element, line, text, ledger }] of edges) {
      const sent = id in state.sent;
      setText(text, sent ? ledger : "");
      element.classList.toggle("mg-sent", sent);
      for (const part of [element, line]) part.classList.toggle("mg-active", active.has(id));
    }
  }

  return { svg, nodes, show, ledger: (edgeId) => edges.get(edgeId).whole };
}

/** Texts, heat maps and label of one node, where they have changed. */
function showNode(part, node, state) {
  const value = state.values[node.id];
  const grad = state.grads[node.id];
  if ("label" in part.shown && part.shown.value === value && part.shown.grad === grad) return;
  const texts = [...(value ? summaryLines("value", value) : ["", ""]), ...summaryLines("grad", grad)];
  part.lines.forEach((line, i) => line && setText(line, texts[i]));
  if (part.heats.value) paint(part.heats.value, value);
  if (part.heats.grad) paint(part.heats.grad, grad);
  part.element.setAttribute("aria-label", nodeLabel(node, state));
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

/** A graph as the panel needs it: nodes and edges by id. @param {Trace} trace */
function indexed(trace) {
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
  return ["Done: the gradients", [make("div", { class: "mg-equation mg-list" }, ...terms)]];
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
function tellNode(graph, picture, nodeId, state) {
  if (!nodeId) return ["Node", [make("p", { class: "mg-hint" }, INVITATION)]];
  const node = graph.nodes.get(nodeId);
  const facts = [
    node.kind === "function" ? node.op : KIND_WORDS[node.kind],
    node.detail && pretty(node.detail),
    node.pattern,
    shapeText(node.shape),
    node.dtype,
  ]
    .filter(Boolean)
    .join(" · ");
  const messages = messagesTo(graph.trace, nodeId, state.step);
  const rows = messages.map((frame) => {
    const sender = shortName(graph.nodes.get(graph.edges.get(frame.edge).target));
    return make("li", {}, `from ${sender}: `, make("code", {}, picture.ledger(frame.edge)));
  });
  const expected = messagesTo(graph.trace, nodeId).length;
  const never = nodeId === graph.trace.output ? "none: the seed starts here" : "none: no gradient is wanted";
  const none = expected ? "none so far" : never;
  return [
    shortName(node),
    [
      make("p", { class: "mg-hint" }, facts),
      make(
        "div",
        { class: "mg-equation mg-list" },
        term("value", state.values[nodeId]),
        term("gradient", state.grads[nodeId]),
      ),
      make(
        "div",
        { class: "mg-messages" },
        `Messages (${messages.length} of ${expected}): `,
        rows.length ? null : none,
        rows.length ? make("ul", {}, ...rows) : null,
      ),
    ],
  ];
}

// --------------------------------------------------------------------------------------------- 5. Controls

const FRAME_MS = 1100; // how long play shows a frame at speed 1
const SPEEDS = [0.5, 1, 2, 4];
const ICONS = {
  Reset: "M10 3a7 7 0 1 1-6.6 4.7l1.9.7A5 5 0 1 0 10 5v3L5.5 4 10 0z",
  "Step back": "M5 4h2.2v12H5zM16 4v12l-8-6z",
  Play: "M6 3.5l11 6.5-11 6.5z",
  Pause: "M5 4h4v12H5zM11 4h4v12h-4z",
  "Step forward": "M12.8 4H15v12h-2.2zM4 4l8 6-8 6z",
};
const HELP = [
  ["→", "step forward"],
  ["←", "step back"],
  ["Home, End", "first and last step"],
  ["Space", "play or pause"],
  ["↑ ↓", "go from node to node"],
  ["Enter", "show a node's messages"],
  ["Esc", "close"],
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
  return { element, show, playing, slider, help, delay: () => FRAME_MS / Number(speed.value) };
}

// ----------------------------------------------------------------------------------------------- 6. render

/**
 * Dark or light, as the reader has it: the widget's own theme, else the notebook's, else the screen's.
 * @param {string} wanted "auto", "light" or "dark" @returns {{name: string, host: boolean}} `host`: use its colours
 */
function themeNow(wanted) {
  if (wanted === "light" || wanted === "dark") return { name: wanted, host: false };
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

/**
 * One view of the stepper. All that is worth keeping is in the model: trace, svg, step, selected, theme, title.
 * @param {{model: any, el: HTMLElement}} context @returns {() => void} clean up
 */
function render({ model, el }) {
  /** @type {Trace} */
  const trace = model.get("trace");
  const last = trace.frames.length;
  const seed = trace.frames.findIndex((frame) => frame.kind === "seed");
  const graph = indexed(trace);
  const picture = makePicture(model.get("svg"), trace);
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
  const frameCard = makeCard("mg-card-frame");
  const nodeCard = makeCard("mg-card-node", close);
  const name = make("p", { class: "mg-title" });
  const root = make(
    "section",
    { class: "mg-stepper", tabindex: "-1", "aria-label": "Backprop stepper", ...OWN_KEYS },
    name,
    controls.element,
    helpLine,
    status,
    pane,
    make("div", { class: "mg-panel" }, frameCard.element, nodeCard.element),
  );

  // Where we are --------------------------------------------------------------------------------------

  const stepNow = () => clampStep(trace, model.get("step"));
  let saving = 0;

  /** Other views and our own listeners learn of a change at once; Python a moment after the last one. */
  function set(trait, value) {
    model.set(trait, value);
    clearTimeout(saving);
    saving = setTimeout(() => model.save_changes(), 100);
  }

  function go(step) {
    pause();
    set("step", clampStep(trace, step));
  }

  function by(change) {
    go(stepNow() + change);
  }

  function select(nodeId) {
    set("selected", nodeId);
  }

  // Play ----------------------------------------------------------------------------------------------

  let timer = 0; // 0: not playing

  function play() {
    if (timer) {
      pause();
    } else {
      set("step", stepNow() === last ? 0 : stepNow() + 1);
      playOn();
    }
  }

  function playOn() {
    timer = stepNow() < last ? setTimeout(tick, controls.delay()) : 0;
    controls.playing(timer !== 0);
  }

  function tick() {
    set("step", clampStep(trace, stepNow() + 1));
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
    const state = stateAt(trace, stepNow());
    const selected = graph.nodes.has(model.get("selected")) ? model.get("selected") : "";
    picture.show(state, selected);
    controls.show(state);
    setText(status, state.frame ? clean(state.frame.sentence) : START);
    frameCard.show(...tellFrame(graph, state));
    nodeCard.element.classList.toggle("mg-empty", !selected);
    nodeCard.show(...tellNode(graph, picture, selected, state));
    lookAt(pane, state.frame ? state.frame.active.map((id) => picture.nodes.get(id)?.element).filter(Boolean) : []);
  }

  function showTheme() {
    const theme = themeNow(model.get("theme"));
    root.dataset.theme = theme.name;
    root.classList.toggle("mg-in-notebook", theme.host);
  }

  function showTitle() {
    name.textContent = model.get("title");
    name.hidden = !name.textContent;
  }

  // Nodes: one of them can be reached with Tab, ↑ and ↓ lead to the others ------------------------------

  const elementOf = (id) => picture.nodes.get(id).element;
  let reachable = order[0];

  function reach(id) {
    elementOf(reachable).setAttribute("tabindex", "-1");
    elementOf(id).setAttribute("tabindex", "0");
    reachable = id;
  }

  const nodeAt = (event) => event.target.closest?.(".mg-node")?.dataset.id;

  function toggle(id) {
    reach(id);
    select(model.get("selected") === id ? "" : id);
  }

  picture.svg.addEventListener("click", (event) => nodeAt(event) && toggle(nodeAt(event)));
  picture.svg.addEventListener("focusin", (event) => nodeAt(event) && reach(nodeAt(event)));

  // Keys ----------------------------------------------------------------------------------------------

  const STEP_KEYS = {
    ArrowRight: () => by(1),
    ArrowLeft: () => by(-1),
    Home: () => go(0),
    End: () => go(last),
    "?": help,
  };

  /** What a key does here, or undefined: then it is the browser's. */
  function actionOf(event) {
    const { key, target } = event;
    const id = nodeAt(event);
    const next = id && order[order.indexOf(id) + { ArrowUp: -1, ArrowDown: 1 }[key]];
    if (key === "Escape") return model.get("selected") || !helpLine.hidden ? close : undefined;
    if (id && (key === "Enter" || key === " ")) return () => toggle(id);
    if (next) return () => elementOf(next).focus();
    if (target === controls.slider && key === "ArrowUp") return STEP_KEYS.ArrowRight;
    if (target === controls.slider && key === "ArrowDown") return STEP_KEYS.ArrowLeft;
    if (key === " ") return target.localName === "button" ? undefined : play;
    return STEP_KEYS[key];
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
    "change:theme": showTheme,
    "change:title": showTitle,
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const stopWatching = watchTheme(showTheme);
  el.append(root);
  reach(reachable);
  showTheme();
  showTitle();
  show();

  return () => {
    pause();
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

export default { render };
