// The strip of arrivals: a mark for each chunk on one clock for all lanes. Drawn as SVG paths, coloured by the page's
// own style sheet; what grows is the axis, never the drawing's size.
import { onAxis } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 20;
// A stream of more chunks than this is drawn by its first ones: a mark less is not seen among so many.
const MOST = 5000;

const drawn = (name, attributes) => {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  return element;
};

export class Strip {
  #marks = { content: [], reasoning: [] };
  #count = 0;

  constructor(title) {
    this.row = document.createElement("div");
    this.row.className = "strip";
    const name = document.createElement("span");
    name.textContent = title;
    this.svg = drawn("svg", { role: "img", preserveAspectRatio: "none", viewBox: `0 0 1000 ${HEIGHT}` });
    this.paths = { reasoning: drawn("path", { class: "reasoning" }), content: drawn("path", { class: "content" }) };
    this.svg.append(this.paths.reasoning, this.paths.content);
    this.row.append(name, this.svg);
  }

  // Draw what has come since the last time, on an axis of so many milliseconds.
  draw(arrivals, axis) {
    for (; this.#count < Math.min(arrivals.length, MOST); this.#count += 1) {
      const { at, kind } = arrivals[this.#count];
      this.#marks[kind].push(`M${at.toFixed(1)} ${kind === "content" ? 0 : HEIGHT / 2}V${HEIGHT}`);
    }
    Object.entries(this.paths).forEach(([kind, path]) => path.setAttribute("d", this.#marks[kind].join("")));
    this.svg.setAttribute("viewBox", `0 0 ${axis} ${HEIGHT}`);
  }

  say(words) {
    this.svg.setAttribute("aria-label", words);
  }
}

// A round end of the axis: at least a second, and then not much more than what is on it.
export const axisFor = (milliseconds) => {
  const step = [[5000, 500], [10_000, 1000], [60_000, 5000], [600_000, 60_000]].find(([most]) => milliseconds <= most)?.[1] ?? 600_000;
  return Math.max(1000, Math.ceil(milliseconds / step) * step);
};

// A round end for an axis of figures: one whose half is round, too.
export const roundEnd = (most) => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return power * [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => most <= step * power);
};

// The figures of several runs as marks on an axis from 0 to `whole`, which is written under it.
export const dots = (values, whole, label) => {
  const svg = drawn("svg", { class: "dots", role: "img", "aria-label": label, preserveAspectRatio: "none", viewBox: `0 0 ${whole} ${HEIGHT}` });
  const marks = (each, from) => each.map((value) => `M${value.toFixed(1)} ${from}V${HEIGHT}`).join("");
  svg.append(drawn("path", { class: "ticks", d: marks([0, whole / 2, whole], 0) }), drawn("path", { class: "content", d: marks(values, 4) }));
  const axis = document.createElement("div");
  axis.className = "axis";
  axis.setAttribute("aria-hidden", "true");
  axis.append(...["0", onAxis(whole / 2, whole), onAxis(whole, whole)].map((text) => Object.assign(document.createElement("span"), { textContent: text })));
  return [svg, axis];
};
