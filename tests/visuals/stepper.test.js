// The pure functions of visuals/stepper/stepper.js. Run with `node --test`; pytest runs it too (test_stepper.py).
const test = require("node:test");
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const source = readFileSync(join(__dirname, "../../visuals/stepper/stepper.js"), "utf8");
const stepper = import(`data:text/javascript,${encodeURIComponent(source)}`); // an ES module, for every version of node

const one = (x) => ({ shape: [], text: String(x), scalar: x });
const edge = (id, source, target, position) => ({ id, source, target, position });

/** y = x·x at 3: x is used twice. */
function square() {
  const message = (id, before, after) => [
    { kind: "message", edge: id, active: ["y", id, "x"], message: one(3), before, after, set: {}, sentence: "" },
    {
      kind: "accumulate",
      edge: id,
      active: ["x"],
      message: one(3),
      before,
      after,
      set: { nodes: { x: { grad: after } } },
    },
  ];
  return {
    output: "y",
    nodes: [
      { id: "x", kind: "parameter", name: "x", op: "" },
      { id: "y", kind: "function", name: "", op: "multiply" },
    ],
    edges: [edge("e0", "x", "y", 0), edge("e1", "x", "y", 1)],
    frames: [
      { kind: "forward", active: ["x"], set: { nodes: { x: { value: one(3) } } } },
      { kind: "forward", active: ["y"], set: { nodes: { y: { value: one(9) } } } },
      { kind: "seed", active: ["y"], set: { nodes: { y: { grad: one(1) } } } },
      ...message("e0", null, one(3)),
      ...message("e1", one(3), one(6)),
      { kind: "done", active: ["x"], set: {} },
    ],
  };
}

/** Many frames, so that several checkpoints are passed. */
function long(count) {
  const frames = Array.from({ length: count }, (_, i) => ({
    kind: "forward",
    active: [`n${i % 7}`],
    set: { nodes: { [`n${i % 7}`]: { value: one(i) } } },
  }));
  return { nodes: [], edges: [], frames };
}

test("step 0 knows nothing, and each frame adds what it sets", async () => {
  const { stateAt } = await stepper;
  const trace = square();
  assert.deepEqual(stateAt(trace, 0), { step: 0, frame: null, values: {}, grads: {}, sent: {} });
  assert.equal(stateAt(trace, 1).values.x.scalar, 3);
  assert.equal(stateAt(trace, 1).values.y, undefined);
  assert.equal(stateAt(trace, 4).grads.x, undefined, "a message that has arrived is not yet added");
  assert.equal(stateAt(trace, 5).grads.x.scalar, 3);
  assert.equal(stateAt(trace, 8).grads.x.scalar, 6);
  assert.deepEqual(Object.keys(stateAt(trace, 8).sent), ["e0", "e1"]);
});

test("a state depends on the step alone, not on the way to it", async () => {
  const { stateAt } = await stepper;
  const [fresh, used] = [long(230), long(230)];
  const replay = (step) => stateAt(structuredClone(fresh), step); // a copy has no checkpoints
  for (const step of [230, 49, 50, 51, 0, 149, 229, 100, 1, 101, 230])
    assert.deepEqual(stateAt(used, step), replay(step));
});

test("what a caller does with a state does not reach the next one", async () => {
  const { stateAt } = await stepper;
  const trace = long(120);
  stateAt(trace, 100).values.n0 = "broken";
  assert.equal(stateAt(trace, 100).values.n0.scalar, 98);
});

test("steps that do not exist become the nearest that do", async () => {
  const { clampStep, stateAt } = await stepper;
  const trace = square();
  assert.deepEqual(
    [-3, 2.4, 99, "x", NaN, undefined].map((step) => clampStep(trace, step)),
    [0, 2, 8, 0, 0, 0],
  );
  assert.equal(stateAt(trace, 99).step, 8);
});

test("a node's messages are those of its own edges, up to the step", async () => {
  const { messagesTo } = await stepper;
  const trace = square();
  assert.deepEqual(messagesTo(trace, "x", 3), []);
  assert.deepEqual(
    messagesTo(trace, "x", 4).map((frame) => frame.edge),
    ["e0"],
  );
  assert.deepEqual(
    messagesTo(trace, "x").map((frame) => frame.edge),
    ["e0", "e1"],
  );
  assert.deepEqual(messagesTo(trace, "y"), []);
});

test("what is not known is said to be unknown, never 0", async () => {
  const { nodeLabel, stateAt, summaryLines } = await stepper;
  const trace = square();
  assert.equal(nodeLabel(trace.nodes[0], stateAt(trace, 1)), "x, parameter: value 3, gradient not computed");
  assert.equal(nodeLabel(trace.nodes[1], stateAt(trace, 0)), "multiply: value not known yet, gradient not computed");
  assert.deepEqual(summaryLines("grad", undefined), ["grad —", ""]);
});

test("the strongest colour belongs to the largest entry, and what is not finite is marked", async () => {
  const { shades } = await stepper;
  assert.deepEqual(
    shades([2, -1, 0]).map(({ css, strength }) => [css, strength]),
    [
      ["mg-pos", 1],
      ["mg-neg", 0.5],
      ["", 0],
    ],
  );
  assert.deepEqual(
    shades(["inf", "nan", 4]).map(({ css, strength }) => [css, strength]),
    [
      ["mg-nan", 1],
      ["mg-nan", 1],
      ["mg-pos", 1],
    ],
  );
  assert.deepEqual(shades([]), []);
});

// Predict ---------------------------------------------------------------------------------------------

const numbers = (...values) => ({
  kind: "messages",
  form: "numbers",
  shape: values.length === 1 ? [] : [values.length],
  cells: values.map((value, i) => ({ at: values.length === 1 ? [] : [i], value })),
  mistakes: [{ value: 7, says: "That is seven." }],
});

test("numbers are read as people write them", async () => {
  const { parseNumber } = await stepper;
  const read = { "-0.5": -0.5, "\u22120.5": -0.5, "1/3": 1 / 3, "-1 / 4": -0.25, "2e-3": 0.002, "+.5": 0.5, "4.": 4 };
  for (const [text, value] of Object.entries(read)) assert.equal(parseNumber(text).value, value, text);
  assert.equal(parseNumber(" -\u221e ").value, -Infinity);
  assert.ok(Number.isNaN(parseNumber("NaN").value));
});

test("what is no number is told how to write one", async () => {
  const { parseNumber } = await stepper;
  const told = {
    "": /Nothing is written here yet/,
    "0,5": /Write a decimal point: 0\.5\./,
    "2*3": /is a calculation\. Write one number/,
    "1/0": /divides by zero/,
    "1/2/3": /is a calculation/,
    four: /\u201cfour\u201d is no number/,
    "0x10": /is no number/,
    "alert(1)": /is no number/,
  };
  for (const [text, problem] of Object.entries(told)) assert.match(parseNumber(text).problem, problem, text);
});

test("shapes are read as people write them", async () => {
  const { parseShape } = await stepper;
  for (const text of ["(2, 3)", "2x3", "2 \u00d7 3", "[2,3]"]) assert.deepEqual(parseShape(text).value, [2, 3], text);
  assert.deepEqual(parseShape("(5,)").value, [5]);
  assert.deepEqual(parseShape("()").value, []);
  for (const text of ["", "two", "2.5", "-1"]) assert.match(parseShape(text).problem, /such as \(2, 3\)/, text);
});

test("the tolerance is relative, and 0 and infinities are exact", async () => {
  const { isClose } = await stepper;
  assert.ok(isClose(2.98, 3, 0.01) && !isClose(2.96, 3, 0.01));
  assert.ok(isClose(2.98e-9, 3e-9, 0.01) && !isClose(0, 3e-9, 0.01));
  assert.ok(isClose(0, 0, 0.01) && !isClose(0.001, 0, 0.01));
  assert.ok(isClose(Infinity, "inf", 0.01) && !isClose(1e300, "inf", 0.01));
  assert.ok(isClose(NaN, "nan", 0.01) && !isClose(NaN, 1, 0.01));
});

test("a wrong number is told what it may be", async () => {
  const { judge } = await stepper;
  const told = {
    7: /That is seven/,
    4: /the sign is not/,
    "-4.2": /more digits/,
    0: /Not 0/,
    "-0.25": /one divided by it/,
    "-2": /half of it/,
    "-8": /twice as much/,
    100: /upstream gradient times the local factor/,
  };
  for (const [text, says] of Object.entries(told)) {
    const verdict = judge(numbers(-4), [text], 0.01);
    assert.match(verdict.says, says, text);
    assert.deepEqual([verdict.right, verdict.malformed], [false, false]);
  }
  assert.ok(judge(numbers(-4), ["-8/2"], 0.01).right);
});

test("an array is judged cell by cell", async () => {
  const { judge } = await stepper;
  assert.ok(judge(numbers(1, 2, 3), ["1", "2", "3"], 0.01).right);
  const wrong = judge(numbers(1, 2, 3), ["1", "-2", "-3"], 0.01);
  assert.deepEqual(wrong.wrong, [1, 2]);
  assert.match(wrong.says, /^Not right yet: \[1\], \[2\]\. The size is right, the sign is not\./);
  const malformed = judge(numbers(1, 2, 3), ["1", "", "x"], 0.01);
  assert.deepEqual([malformed.malformed, malformed.wrong], [true, [1, 2]]);
});

test("of several right nodes any is right, and a wrong one is told why", async () => {
  const { judge } = await stepper;
  const question = { kind: "order", form: "node", right: ["a", "b"], mistakes: [{ value: "c", says: "c waits for a." }] };
  assert.ok(judge(question, ["a"], 0.01).right && judge(question, ["b"], 0.01).right);
  assert.equal(judge(question, ["c"], 0.01).says, "c waits for a.");
  assert.ok(judge(question, [""], 0.01).malformed);
  assert.match(judge({ kind: "order", form: "shape", right: [3] }, ["(3, 1)"], 0).says, /shape of the value/);
});

test("a question is open until it is answered or shown", async () => {
  const { pendingQuestion } = await stepper;
  const [a, b, c] = ["a", "b", "c"].map((id) => ({ id }));
  assert.equal(pendingQuestion([a, b, c], {}), a);
  assert.equal(pendingQuestion([a, b, c], { a: { right: true }, b: { attempts: ["1"] } }), b);
  assert.equal(pendingQuestion([a, b, c], { a: { right: true }, b: { shown: true }, c: { right: true } }), undefined);
});

// Edit ------------------------------------------------------------------------------------------------

test("one entry of an array is replaced, in a copy", async () => {
  const { placesOf, replaced } = await stepper;
  const before = [[1, 2], [3, 4]];
  assert.deepEqual(replaced(before, [1, 0], 9), [[1, 2], [9, 4]]);
  assert.deepEqual(before, [[1, 2], [3, 4]]);
  assert.equal(replaced(5, [], 9), 9);
  assert.deepEqual(placesOf([2, 2]), [[0, 0], [0, 1], [1, 0], [1, 1]]);
  assert.deepEqual(placesOf([]), [[]]);
});

test("a wiggle tells what was predicted and what happened", async () => {
  const { wiggleText } = await stepper;
  const text = wiggleText({ predicted: 0.6, true: 0.61 }, 0.1);
  assert.match(text, /h = 0\.1: .* grad \u00b7 h = 0\.6; the result really changes by 0\.61 \(difference 0\.01\)/);
});

test("sliders move by round steps", async () => {
  const { roundStep } = await stepper;
  const close = (x, y) => assert.ok(Math.abs(x - y) < 1e-12 * y, `${x} ${y}`);
  for (const [x, step] of [[0.02, 0.02], [0.04, 0.05], [0.06, 0.1], [1, 1], [30, 50]]) close(roundStep(x), step);
});

// Navigation ------------------------------------------------------------------------------------------

test("the next message into a node, and where something happens to it", async () => {
  const { nextMessage, stepOfNode } = await stepper;
  const trace = square();
  assert.deepEqual([0, 3, 4, 5, 6].map((step) => nextMessage(trace, "x", step)), [4, 4, 6, 6, null]);
  assert.equal(nextMessage(trace, "y", 0), null);
  assert.deepEqual([0, 1, 6, 7].map((step) => stepOfNode(trace, "x", step)), [1, 7, 7, null]);
  assert.deepEqual([0, 2, 3].map((step) => stepOfNode(trace, "y", step)), [2, 3, null]);
  assert.equal(stepOfNode(trace, "", 0), null);
});

test("a node that is used twice by another has one neighbour", async () => {
  const { neighbours } = await stepper;
  assert.deepEqual(neighbours(square(), "x"), { inputs: [], users: ["y"] });
  assert.deepEqual(neighbours(square(), "y"), { inputs: ["x"], users: [] });
});

// Formulas --------------------------------------------------------------------------------------------

/** The trace of x\u00b7x with upstream and local gradients, as the engine writes them. */
function squareWithFactors() {
  const trace = square();
  for (const frame of trace.frames) if (frame.kind === "message") Object.assign(frame, { upstream: one(1), local: one(3) });
  return trace;
}

test("the chain rule sums over all uses, in symbols and in the numbers known so far", async () => {
  const { chainRule, indexed, latexOf, stateAt } = await stepper;
  const trace = squareWithFactors();
  const graph = indexed(trace);
  const told = (step) => latexOf(chainRule(graph, "x", stateAt(trace, step)).numbers);
  const { symbols } = chainRule(graph, "x", stateAt(trace, 0));
  assert.equal(
    latexOf(symbols),
    "\\frac{\\partial v_{}}{\\partial x} = \\frac{\\partial v_{}}{\\partial v_{}} \\frac{\\partial v_{}}{\\partial {x}_{1}} + " +
      "\\frac{\\partial v_{}}{\\partial v_{}} \\frac{\\partial v_{}}{\\partial {x}_{2}}",
  );
  assert.equal(told(0), "= \\text{?} + \\text{?} = \\text{?}", "nothing is told too early");
  assert.equal(told(4), "= 1 \\cdot  3 + \\text{?} = \\text{?}");
  assert.equal(told(8), "= 1 \\cdot  3 + 1 \\cdot  3 = 6");
  assert.equal(chainRule(graph, "y", stateAt(trace, 8)), null, "the seed starts there");
});

test("arrays have their Jacobian transposed", async () => {
  const { chainRule, indexed, latexOf, stateAt } = await stepper;
  const trace = squareWithFactors();
  for (const frame of trace.frames) if (frame.message) frame.message = { shape: [2, 3], text: "2\u00d73" };
  const { symbols, numbers } = chainRule(indexed(trace), "x", stateAt(trace, 4));
  assert.match(latexOf(symbols), /\{\\left\(\\frac\{.*?\}\\right\)\}\^\{\\top\} \\frac/);
  assert.match(latexOf(numbers), /1 \\cdot {2}3/);
});

test("LaTeX: numbers, and names that would mean something else", async () => {
  const { latexOf } = await stepper;
  assert.equal(latexOf(["num", "\u22121.5e\u22127"]), "-1.5\\cdot 10^{-7}");
  assert.equal(latexOf(["num", "\u2212\u221e"]), "-\\infty ");
  const named = (name) => latexOf(["name", { id: "n4", name }]);
  assert.equal(named("x"), "x");
  assert.equal(named("w_1"), "\\mathit{w\\_1}");
  assert.equal(named(""), "v_{4}");
  assert.equal(named("50%$#&"), "\\mathit{50\\%\\$\\#\\&}");
  assert.equal(named("\\input{x}^~"), "\\mathit{\\backslash input\\{x\\}\\hat{}\\tilde{}}");
});

// Notes, narration, lens

test("notes stand at their steps, and one finds the next", async () => {
  const { noteAt, nextNote } = await stepper;
  const notes = { 0: "a", 10: "b", 9: "c" };
  assert.deepEqual([noteAt(notes, 9), noteAt(notes, 3), noteAt(undefined, 3)], ["c", "", ""]);
  assert.deepEqual([nextNote(notes, 0), nextNote(notes, 9), nextNote(notes, 10)], [9, 10, null]);
  assert.deepEqual([nextNote(notes, 10, true), nextNote(notes, 5, true), nextNote(notes, 0, true)], [9, 0, null]);
  assert.equal(nextNote(undefined, 3), null);
});

test("the narration has a row per step, and ends where a question is open", async () => {
  const { narration } = await stepper;
  const trace = { frames: ["one", "two\n\u202etwo", "three"].map((sentence) => ({ sentence })) };
  assert.deepEqual(
    narration(trace, { 2: "look" }).map(({ step, text, note }) => [step, text, note]).slice(1),
    [[1, "one", ""], [2, "two two", "look"], [3, "three", ""]],
  );
  assert.equal(narration(trace, {}, 1).length, 2);
  assert.equal(narration(trace, {}, 0).length, 1);
});

test("places count along the array, the last axis fastest", async () => {
  const { placeAt, placesOf } = await stepper;
  assert.deepEqual(placeAt([], 0), []);
  placesOf([2, 3, 2]).forEach((place, k) => assert.deepEqual(placeAt([2, 3, 2], k), place));
});

test("what is lit is said in words", async () => {
  const { litText } = await stepper;
  const said = [
    [[2, 3], [3, 4, 5], "row 1"],
    [[2, 3], [1, 4], "column 1"],
    [[3, 3], [0, 1, 3, 4], "rows 0–1, columns 0–1"],
    [[2, 3], [0, 1, 2, 3, 4, 5], "all entries"],
    [[2, 3], [5], "entry [1, 2]"],
    [[2, 3], [0, 5], "2 entries"],
    [[6], [2, 3, 4], "entries 2–4"],
    [[], [0], "the number"],
    [[1, 1, 3, 3], [0, 1, 2, 3, 4, 5], "rows 0–1"],
    [[2, 2, 2], [4, 5, 6, 7], "1 along axis 0"],
    [[4], [], "no entry"],
  ];
  for (const [shape, places, text] of said) assert.equal(litText(shape, places), text);
});

test("the lens multiplies what stands in its places, and adds up", async () => {
  const { lensTerms, lensSum } = await stepper;
  const array = (values) => ({ shape: [2], text: "", values });
  const frame = { upstream: array([[1, -2]]) };
  const product = { out: [[0, 1], [1]], factor: [[9, 9], [9]], other: "w", at: [[1, 0], [1]] };
  const first = lensTerms(product, frame, array([5, 0.5]), 0);
  assert.deepEqual(first.map(({ factor }) => factor), [0.5, 5], "as they are now, not as they were");
  assert.equal(lensSum(first), "1 · 0.5 + (−2) · 5 = −9.5");
  const local = { out: [[0], []], factor: [[3], []] };
  assert.equal(lensSum(lensTerms(local, { upstream: one(4) }, undefined, 0)), "4 · 3 = 12");
  assert.equal(lensSum(lensTerms(local, { upstream: one(4) }, undefined, 1)), "nothing = 0");
  const ones = Array.from({ length: 12 }, () => ({ out: 0, upstream: 1, at: null, factor: 1 }));
  assert.equal(lensSum(ones), "1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + … (12 in all) = 12");
});

// Order and modules

test("those that send are told in the order of their first message", async () => {
  const { sendersOf } = await stepper;
  assert.deepEqual(sendersOf(square()), ["y"]);
  assert.deepEqual(sendersOf({ edges: [], frames: [] }), []);
});

test("who left too early is remarked from that step on, and what is wrong at the end", async () => {
  const { remarks } = await stepper;
  const verdict = { early: [{ step: 4, node: "y", waits: ["u"] }], right: { x: one(33) } };
  assert.deepEqual([...remarks(verdict, { step: 3 }, false)], []);
  assert.deepEqual([...remarks(verdict, { step: 4 }, false)], [["y", "✗ too early"]]);
  assert.deepEqual([...remarks(verdict, { step: 9 }, true)].at(-1), ["x", "✗ should be 33"]);
  assert.deepEqual([...remarks({}, { step: 9 }, true)], []);
});

test("a module is folded and opened; where there is no such picture, the nearest", async () => {
  const { toggledModule } = await stepper;
  const all = ["a", "b", "c"];
  const anything = () => true;
  assert.deepEqual(toggledModule([], "b", all, anything), ["b"]);
  assert.deepEqual(toggledModule(["c"], "a", all, anything), ["a", "c"], "in the order of the run");
  assert.deepEqual(toggledModule(["a", "b", "c"], "b", all, anything), ["a", "c"]);
  const few = (folded) => [0, 2, 3].includes(folded.length);
  assert.deepEqual(toggledModule([], "b", all, few), all);
  assert.deepEqual(toggledModule(["a", "c"], "a", all, few), ["b", "c"]);
});

test("the nodes of a folded module are seen in one place", async () => {
  const { homeOf } = await stepper;
  const modules = [
    { id: "n4", title: "one", members: ["n1", "n4"] },
    { id: "n9", title: "two", members: ["n8", "n9"] },
  ];
  const home = homeOf(modules, ["n4"]);
  assert.deepEqual(["n0", "n1", "n4", "n8"].map(home), ["n0", "n4", "n4", "n8"]);
});

/** A model whose listeners hear of each change, as in a notebook. */
function fakeModel(traits) {
  const listeners = [];
  return {
    saves: [],
    listen: (heard) => listeners.push(heard),
    get: (trait) => traits[trait],
    set(trait, value) {
      if (JSON.stringify(traits[trait]) === JSON.stringify(value)) return;
      traits[trait] = value;
      for (const heard of listeners) heard(trait);
    },
    save_changes() {
      this.saves.push({ ...traits });
    },
  };
}

test("what comes back late from Python takes back no step and no answer", async () => {
  const { makeKeeper } = await stepper;
  const moment = () => new Promise((done) => setTimeout(done, 20));
  const model = fakeModel({ step: 0, answers: {} });
  const keeper = makeKeeper(model, 5);
  model.listen(keeper.heard);
  keeper.set("step", 1);
  keeper.set("answers", { q1: { right: true } });
  await moment();
  assert.deepEqual(model.saves, [{ step: 1, answers: { q1: { right: true } } }]);
  keeper.set("step", 2);
  keeper.set("answers", { q1: { right: true }, q2: { right: false } });
  model.set("step", 1); // the first save comes back
  model.set("answers", { q1: { right: true } });
  assert.equal(model.get("step"), 2);
  assert.deepEqual(Object.keys(model.get("answers")), ["q1", "q2"]);
  await moment();
  assert.equal(model.saves.at(-1).step, 2);

  model.set("step", 7); // Python sets a step of its own: nothing is waiting, so that is obeyed
  assert.equal(model.get("step"), 7);
  keeper.set("step", 8);
  model.set("step", 3); // and so is another's wish that is newer than ours
  assert.equal(model.get("step"), 3);
  await moment();
  assert.equal(model.get("step"), 3);
});

test("two views of one model do not quarrel", async () => {
  const { makeKeeper } = await stepper;
  const model = fakeModel({ step: 0 });
  const [one, other] = [makeKeeper(model, 5), makeKeeper(model, 5)];
  for (const { heard } of [one, other]) model.listen(heard);
  one.set("step", 1);
  other.set("step", 2);
  one.set("step", 3);
  other.set("step", 2);
  assert.equal(model.get("step"), 2);
});
