// Has figures kept as each round ends: who leaves after seven of ten runs has seven. What could not be sent goes along
// with the next round; the server keeps each stream of a batch once, however often it is sent.

// So long, in milliseconds, the next round waits for the server to have kept the last one.
const PATIENCE = 10_000;
// Drawn by what every page has: crypto.randomUUID() is for pages over TLS alone.
const token = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export class Batch {
  #token = token();
  #address;
  #form;
  #place = 0;
  #waiting = [];
  #lost = false;
  // The receipts of all that was kept so far, as the server writes them; null before the first.
  receipt = null;

  constructor(address, form) {
    this.#address = address;
    this.#form = form;
  }

  // Whether all that was to be kept is.
  get isKept() {
    return !this.#lost && !this.#waiting.length;
  }

  // Keep these (`Watch.measured`), and what could not be kept before. Throws nothing.
  async keep(measured) {
    this.#waiting.push(...measured.map((one, number) => ({ ...one, batch: this.#token, place: this.#place + number })));
    this.#place += measured.length;
    if (this.#waiting.length) await this.#send().catch(() => null);
  }

  async #send() {
    const body = new FormData(this.#form);
    body.set("measurements", JSON.stringify(this.#waiting));
    // It goes on when the page is left meanwhile.
    const answer = await fetch(this.#address, { method: "POST", body, keepalive: true, signal: AbortSignal.timeout(PATIENCE) });
    // What the server will never take is not sent again.
    this.#lost ||= answer.status === 422;
    if (answer.ok) this.receipt = await answer.text();
    if (answer.ok || answer.status === 422) this.#waiting = [];
  }
}
