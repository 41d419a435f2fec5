/**
 * What a notebook gives to `render`, in an exported page: traits in an object, listeners in a map, the step in the
 * address. Program, trace and picture are packed: a page of a hundred nodes has 93 kB instead of 128.
 */

const { packed, ...traits } = JSON.parse(document.getElementById("traits").textContent);
const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const { program, ...more } = await new Response(unpacked).json(); // trace, svg, questions, details, notes, …
const code = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
const { default: stepper, clampStep } = await import(code);
URL.revokeObjectURL(code);

function pageModel() {
  const values = { ...traits, ...more };
  const listeners = new Map();
  const inAddress = (word) => new RegExp(`[#&]${word}(?:=([0-9]+))?(?=&|$)`).exec(location.hash);
  const stepInAddress = () => Number(inAddress("step")?.[1] ?? NaN);
  const model = {
    get: (trait) => values[trait],
    set(trait, value) {
      if (values[trait] === value) return;
      values[trait] = value;
      for (const listener of listeners.get(`change:${trait}`) ?? []) listener();
    },
    on: (event, listener) => listeners.set(event, [...(listeners.get(event) ?? []), listener]),
    off: (event, listener) => listeners.set(event, (listeners.get(event) ?? []).filter((other) => other !== listener)),
    save_changes() {
      const address = `#step=${values.step}${values.presenting ? "&present" : ""}`;
      if (location.hash === address || (!location.hash && address === "#step=0")) return;
      try {
        history.replaceState(null, "", address);
      } catch {
        // a page inside a frame may have no address of its own
      }
    },
  };
  const follow = () => {
    if (!Number.isNaN(stepInAddress())) model.set("step", clampStep(values.trace, stepInAddress()));
    if (inAddress("present")) model.set("presenting", true);
  };
  addEventListener("hashchange", follow);
  follow();
  return model;
}

stepper.render({ model: pageModel(), el: document.getElementById("stepper") });
