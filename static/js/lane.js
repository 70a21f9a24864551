// One stream on the page: its text as it comes, its strip of arrivals, and how it ended.
import { Strip } from "./strip.js";
import { fill, inMs, inSeconds, number, words } from "./words.js";

// So many rows a table of times has at most.
const MOST_ROWS = 2000;
const make = (name, text, attributes = {}) => {
  const element = document.createElement(name);
  element.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  return element;
};

export class Lane {
  #said = document.createTextNode("");
  #thoughts = document.createTextNode("");
  wasRefused = false;

  // `of`: what is asked of whom, over what; `cuttable`: whether the connection may be cut here, to see it resumed.
  constructor(of, watch, cuttable) {
    Object.assign(this, { of, watch, strip: new Strip(of.title) });
    this.section = document.getElementById("lane").content.firstElementChild.cloneNode(true);
    this.find(".title").textContent = of.title;
    this.find(".said").append(this.#said);
    this.find(".thought").append(this.#thoughts);
    this.find(".actions").hidden = !cuttable || of.transport !== "sse";
    this.find(".cut").addEventListener("click", () => watch.cut());
    this.words = words.connecting;
  }

  find(selector) {
    return this.section.querySelector(selector);
  }

  get count() {
    const { tokens, chunks } = this.watch.figures;
    return tokens === null ? fill(words.chunks, { number: number(chunks) }) : fill(words.tokens, { number: number(tokens) });
  }

  draw(axis) {
    const { reader, arrivals } = this.watch;
    this.#said.appendData(reader.text.slice(this.#said.length));
    this.#thoughts.appendData(reader.reasoning.slice(this.#thoughts.length));
    this.find(".thoughts").hidden = !reader.reasoning;
    this.strip.draw(arrivals, axis);
    this.strip.say(this.#alternative());
    const calls = reader.tools;
    if (!calls.length) return;
    this.find(".calls").hidden = false;
    this.find(".called").replaceChildren(...calls.map(({ name, args }) => make("li", `${name}(${args})`)));
  }

  #alternative() {
    const { arrivals } = this.watch;
    if (!arrivals.length) return fill(words.strip_empty, { title: this.of.title });
    const last = arrivals[arrivals.length - 1].at;
    const count = fill(words.chunks, { number: number(arrivals.length) });
    return fill(words.strip, { title: this.of.title, count, first: inMs(arrivals[0].at), last: inMs(last) });
  }

  // The end in words; `refusal` where there was no stream at all.
  close(refusal) {
    const { watch } = this;
    this.wasRefused = Boolean(refusal);
    const end = refusal ? "error" : watch.end;
    const status = watch.told?.status;
    const message = [status >= 400 ? `HTTP ${status}` : "", watch.message || words.unknown_error].filter(Boolean).join(": ");
    const values = { count: this.count, time: inSeconds(watch.ended ?? watch.now), message };
    const attempts = watch.started?.attempts > 1 ? fill(words.attempts, { number: watch.started.attempts }) : "";
    const resumed = watch.resumed ? fill(words.resumed, { number: watch.resumed }) : "";
    const whole = watch.told?.streamed === false && end === "complete" ? words.whole : "";
    const declined = watch.reader.refusal ? words.declined : "";
    const nothing = end === "error" && !watch.arrivals.length;
    this.words = [refusal || fill(nothing ? words.refused : words[end], values), attempts, declined, resumed, whole].filter(Boolean).join(" ");
    const ended = this.find(".ended");
    ended.textContent = this.words;
    ended.hidden = false;
    ended.classList.add(end);
    this.find(".caret").hidden = true;
    this.find(".actions").hidden = true;
  }

  // The times of its chunks.
  table() {
    const table = make("table", "", { class: "data" });
    table.createCaption().textContent = this.of.title;
    const head = table.createTHead().insertRow();
    [words.number, words.after, words.gap, words.kind].forEach((text) => head.append(make("th", text, { scope: "col" })));
    const body = table.createTBody();
    const { arrivals } = this.watch;
    arrivals.slice(0, MOST_ROWS).forEach(({ at, kind }, place) => {
      const gap = place ? inMs(at - arrivals[place - 1].at) : "";
      const row = body.insertRow();
      row.append(make("th", number(place + 1), { scope: "row" }), make("td", inMs(at)), make("td", gap), make("td", words[kind]));
    });
    const rest = arrivals.length - MOST_ROWS;
    if (rest > 0) body.insertRow().append(make("td", fill(words.more_times, { number: number(rest) }), { colspan: "4" }));
    return table;
  }
}
