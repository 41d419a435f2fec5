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
