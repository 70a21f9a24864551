// The tables of the lab: the figures of each stream beside each other, and how they spread over several runs.
import { spread } from "./measures.js";
import { dots, roundEnd } from "./strip.js";
import { bareMs, fill, inMs, number, words } from "./words.js";

const perSecond = (value) => number(value, 1);
const SHOWN = {
  connect: ({ connect }) => inMs(connect),
  upstream: ({ upstream }) => inMs(upstream),
  ttft: ({ ttft }) => inMs(ttft),
  reasoning_ttft: ({ reasoning_ttft: first }) => inMs(first),
  between: ({ between_p50: p50, between_p95: p95, between_p99: p99 }) => (p50 === null ? inMs(null) : `${[p50, p95, p99].map(bareMs).join(" / ")}\u00a0ms`),
  tokens_per_second: ({ tokens_per_second: speed }) => perSecond(speed),
  chunks_per_second: ({ chunks_per_second: speed }) => perSecond(speed),
  bytes: ({ bytes_per_token: token, bytes_per_chunk: chunk }) => number(token ?? chunk, 1),
  total: ({ total }) => inMs(total),
  tokens(_, { usage, ended }) {
    if (!usage) return ended === null ? "\u2026" : words.not_reported;
    return fill(words.in_out, { input: number(usage.input_tokens), output: number(usage.output_tokens) });
  },
  chunks: ({ chunks }) => number(chunks),
  resumed: (_, { resumed }) => number(resumed),
  end: (_, watch) => (watch.ended === null ? "\u2026" : words[`end_${watch.end}`]),
};

export class FigureTable {
  constructor(table, lanes) {
    this.lanes = lanes;
    this.rows = [...table.querySelectorAll("[data-figure]")];
    const head = table.tHead.rows[0];
    [head, ...this.rows].forEach((row) => [...row.cells].slice(1).forEach((cell) => cell.remove()));
    lanes.forEach(({ of }) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = of.title;
      head.append(cell);
      this.rows.forEach((row) => row.insertCell());
    });
  }

  fill() {
    const all = this.lanes.map(({ watch }) => [watch.figures, watch]);
    this.rows.forEach((row) => all.forEach(([figures, watch], place) => {
      row.cells[place + 1].textContent = SHOWN[row.dataset.figure](figures, watch);
    }));
    // What nobody measured has no row; and a chunk is called a token only where each of them is one.
    const known = all.map(([figures]) => figures);
    this.#row("reasoning_ttft").hidden = known.every((one) => one.reasoning_ttft === null);
    this.#row("upstream").hidden = known.every((one) => one.upstream === null);
    this.#row("resumed").hidden = this.lanes.every(({ watch }) => !watch.resumed);
    this.#row("between").cells[0].textContent = known.every((one) => one.tokens === one.chunks) ? words.between_tokens : words.between_chunks;
    this.#row("bytes").cells[0].textContent = known.every((one) => one.tokens) ? words.bytes_per_token : words.bytes_per_chunk;
  }

  #row(name) {
    return this.rows.find((row) => row.dataset.figure === name);
  }
}

const OVER = ["ttft", "total", "between_p50"];

export class SpreadTable {
  constructor(section) {
    this.section = section;
    this.body = section.querySelector("tbody");
  }

  // `measured` are the lanes of all rounds so far.
  fill(plan, measured) {
    this.section.hidden = false;
    this.section.querySelector("h2").textContent = fill(words.spread, { number: number(measured.length / plan.lanes.length) });
    this.body.replaceChildren(...OVER.flatMap((name) => {
      // One scale for all runs of all streams: what is measured is compared.
      const whole = roundEnd(Math.max(...measured.map(({ watch }) => watch.figures[name] ?? 0)));
      return plan.lanes.map((lane) => this.#row(name, lane, plan, measured, whole));
    }));
  }

  #row(name, lane, plan, measured, whole) {
    const values = measured.filter(({ of }) => of === lane).map(({ watch }) => watch.figures[name]);
    const found = spread(values);
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.className = "word";
    head.textContent = plan.lanes.length > 1 ? `${words[`spread_${name}`]}: ${lane.title}` : words[`spread_${name}`];
    row.append(head);
    [number(found.known), ...[found.least, found.p50, found.p95, found.most].map(inMs)].forEach((text, place) => {
      row.insertCell().append(this.#label(place + 1), text);
    });
    const drawn = row.insertCell();
    drawn.className = "word wide";
    drawn.append(...dots(values.filter((value) => value !== null), whole, `${head.textContent}: ${inMs(found.least)} … ${inMs(found.most)}`));
    return row;
  }

  // On a phone a row stands over several lines, and each figure bears the name of its column.
  #label(place) {
    const label = document.createElement("span");
    label.className = "under-only muted small";
    label.textContent = `${this.section.querySelector("thead").rows[0].cells[place].textContent}: `;
    return label;
  }
}
