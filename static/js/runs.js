// One stream, from the relay to figures: over Server-Sent Events or a WebSocket. Nothing here touches the page.
// The relay's own events (`costcalc.start`, `costcalc.end`) stand around the provider's, which come as they were sent.
import { Reader } from "./completions.js";
import { figures } from "./measures.js";
import { Parser } from "./sse.js";

// After a lost connection a run that may be resumed is asked for again, after so many milliseconds each; the relay
// keeps it for five seconds.
const AGAIN = [100, 500, 1500];
// So long a stopped stream may still tell its end before its connection is closed.
const LAST_WORD = 500;
const TIMES = ["connect", "upstream", "ttft", "reasoning_ttft", "between_p50", "between_p95", "between_p99", "span", "total"];
// To the microsecond: what is finer is noise.
const exactly = (milliseconds) => (milliseconds === null ? null : Math.round(milliseconds * 1000) / 1000);
const bytesOf = (text) => new TextEncoder().encode(text).length;
const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const parsed = (text) => {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" ? value : {};
  } catch {
    return {};
  }
};

// The relay refused: `words` are its own, in English; `wait` seconds where it says how long.
export class Refused extends Error {
  constructor(status, words, wait) {
    super(words || String(status));
    Object.assign(this, { status, words, wait });
  }
}

const refusal = async (answer) => {
  const said = parsed(await answer.text().catch(() => ""));
  const wait = Number(answer.headers.get("Retry-After")) || null;
  const faults = Array.isArray(said.errors) ? said.errors.map((fault) => fault.detail) : [];
  return new Refused(answer.status, [said.detail ?? said.title ?? "", ...faults].filter(Boolean).join(" "), wait);
};

const post = (address, asked, signal) => fetch(address, {
  method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json, text/event-stream" },
  body: JSON.stringify(asked), signal, cache: "no-store",
});

// Make a run. Raises Refused.
export const make = async (address, asked) => {
  const answer = await post(address, asked);
  if (answer.status !== 201) throw await refusal(answer);
  return answer.json();
};

// What one reader sees of one stream, and when. `began` is when all streams of a round were asked for.
export class Watch {
  #parts = [];
  #controller = null;
  #socket = null;
  #runs = "";
  #address = "";
  reader = new Reader();
  arrivals = [];
  received = 0;
  connect = null;
  ended = null;
  started = null;
  told = null;
  resumed = 0;
  stopped = false;
  tooLong = false;

  constructor(transport, seen = () => {}) {
    this.transport = transport;
    this.seen = seen;
  }

  get now() {
    return performance.now() - this.began;
  }

  // Over SSE: `run` as the relay made it, or null where the POST's own answer is the stream (`asked`, with its key).
  async overSse(began, run, { address, asked, resume }) {
    this.began = began;
    this.#runs = address;
    this.#address = run ? run.events : "";
    const open = (id, signal) => (run
      ? fetch(run.events, { headers: { Accept: "text/event-stream", ...(id ? { "Last-Event-ID": id } : {}) }, signal, cache: "no-store" })
      : post(address, asked, signal));
    let lastId = "";
    for (let attempt = 0; ; attempt += 1) {
      const last = await this.#read(open, lastId);
      lastId = last ?? lastId;
      if (this.told || this.stopped || this.tooLong || !resume || !lastId || attempt >= AGAIN.length) break;
      this.seen("lost");
      await pause(AGAIN[attempt]);
    }
    this.#close();
  }

  // One connection, to its end; answers the id of the last event that came. Raises Refused.
  async #read(open, lastId) {
    this.#controller = new AbortController();
    const parser = new Parser();
    let last = null;
    try {
      const answer = await open(lastId, this.#controller.signal);
      // A run that is used up when it is asked for again has been lost, not refused.
      if (!answer.ok) {
        if (lastId) return null;
        throw await refusal(answer);
      }
      this.connect ??= this.now;
      if (lastId) this.resumed += 1;
      this.seen("connected");
      for (const body = answer.body.getReader(); ;) {
        const { done, value } = await body.read();
        if (done || parser.tooLong) break;
        this.received += value.length;
        const at = this.now;
        for (const event of parser.feed(value)) {
          last = event.id || last;
          this.take(event, at, bytesOf(`event: ${event.event}\ndata: ${event.data}\n\n`));
        }
        this.seen("came");
      }
      this.tooLong = parser.tooLong;
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    return last;
  }

  // Over a WebSocket: one text message an event, which is its data.
  overWebSocket(began, run) {
    this.began = began;
    this.#address = run.events;
    return new Promise((resolve, reject) => {
      const address = new URL(run.socket, location.href);
      address.protocol = address.protocol.replace("http", "ws");
      const socket = this.#socket = new WebSocket(address);
      socket.onopen = () => {
        this.connect = this.now;
        this.seen("connected");
      };
      socket.onmessage = ({ data }) => {
        const size = bytesOf(data);
        // A frame's head says its length in one, three or nine bytes after its first (RFC 6455, section 5.2).
        const whole = size + (size > 65_535 ? 10 : size > 125 ? 4 : 2);
        this.received += whole;
        const own = data.startsWith("{") && data.includes("\"costcalc\"") ? parsed(data).costcalc : undefined;
        this.take({ data, event: own ? `costcalc.${own}` : "message", id: "" }, this.now, whole);
        this.seen("came");
      };
      socket.onclose = () => {
        if (this.connect === null && !this.stopped) return reject(new Refused(0, "", null));
        this.#close();
        return resolve();
      };
    });
  }

  take(event, at, size) {
    // The relay's end is the last of all: one that something follows was the provider's own, under its name.
    this.told = null;
    if (event.event.startsWith("costcalc.")) {
      this.received -= size;
      if (event.event === "costcalc.start") this.#begin(parsed(event.data));
      if (event.event === "costcalc.end") this.told = parsed(event.data);
      return;
    }
    const delta = this.reader.take(event);
    // What a tool is called with is an answer, too.
    const kind = delta.text || delta.tools.length ? "content" : delta.reasoning ? "reasoning" : null;
    if (kind) this.arrivals.push({ at, kind });
  }

  #begin(said) {
    this.started ??= said;
    // A run whose key came along has no address until it says its id.
    this.#address ||= typeof said.id === "string" ? `${this.#runs}/${encodeURIComponent(said.id)}` : "";
  }

  #close() {
    this.ended ??= this.now;
  }

  // The reader wants no more: the relay is told, so that it closes the provider's stream at once.
  async stop() {
    if (this.ended !== null || this.stopped) return;
    this.stopped = true;
    if (this.#address) await fetch(this.#address, { method: "DELETE" }).catch(() => null);
    await pause(LAST_WORD);
    this.cut();
  }

  // Close the connection without a word, as a network does.
  cut() {
    this.#controller?.abort();
    this.#socket?.close();
  }

  // How it ended. The relay's word counts, and of two the worse one: a stream that was cut is never complete.
  get end() {
    const own = this.reader.end(this.stopped);
    const told = this.told?.end;
    if (!told || !["complete", "truncated", "error", "cancelled"].includes(told)) return own === "complete" && !this.stopped ? "truncated" : own;
    return told === "complete" && this.told.streamed !== false && own !== "complete" ? own : told;
  }

  get message() {
    return (typeof this.told?.message === "string" && this.told.message) || this.reader.fault?.message || "";
  }

  get usage() {
    const told = this.told?.usage;
    return (told && typeof told === "object" ? told : null) ?? this.reader.usage;
  }

  get figures() {
    const { arrivals, received, connect, usage } = this;
    const found = figures({ arrivals, received, connect, usage, ended: this.ended ?? this.now });
    const last = arrivals[arrivals.length - 1];
    const upstream = this.started?.connect_ms;
    return { ...found, span: last ? last.at - arrivals[0].at : null, upstream: typeof upstream === "number" ? upstream : null };
  }

  // As it is kept: figures, and never a word of what was asked or answered.
  measured(provider, model, pricedAs) {
    const { chunks, tokens, received, ...rest } = this.figures;
    const times = Object.fromEntries(TIMES.map((name) => [name, exactly(rest[name])]));
    const status = this.told?.status;
    return {
      provider, model, transport: this.transport, end: this.end, ...times, chunks, tokens, received, resumed: this.resumed,
      status: Number.isInteger(status) && status > 99 ? status : null, attempts: this.started?.attempts ?? 1,
      usage: this.usage, priced_as: pricedAs,
    };
  }
}
