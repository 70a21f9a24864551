// Server-sent events, decoded after the WHATWG HTML standard, section 9.2.6; as costcalc/streaming/events.py does, by
// the same vectors. Bytes go in as the network cuts them; the events are the same for every way of cutting.

// In UTF-16 units, for one line and for the data of one event: a stream that says more is not read on.
const MOST = 8 * 1024 * 1024;
// The standard's three line ends and no other.
const LINE_END = /\r\n?|\n/g;

export class Parser {
  #limit;
  // Takes one byte order mark away, keeps half a character until the next piece, and replaces what is no UTF-8.
  #decoder = new TextDecoder();
  #line = [];
  #lineLength = 0;
  #afterCr = false;
  #id = "";
  #name = "";
  #data = [];
  #size = 0;
  comments = 0;
  retry = null;
  tooLong = false;

  constructor(limit = MOST) {
    this.#limit = limit;
  }

  // Whether the bytes so far end inside an event or a line: at the end of a stream, that part is lost.
  get unfinished() {
    return this.#lineLength > 0 || this.#data.length > 0;
  }

  feed(bytes) {
    const found = [];
    let text = this.#decoder.decode(bytes, { stream: true });
    if (this.tooLong || !text) return found;
    // A CR ended its line at once; the LF that may follow it in the next piece belongs to it.
    if (this.#afterCr && text[0] === "\n") text = text.slice(1);
    this.#afterCr = text.endsWith("\r");
    let begin = 0;
    for (const end of text.matchAll(LINE_END)) {
      this.#keep(text.slice(begin, end.index));
      begin = end.index + end[0].length;
      const event = this.#endLine();
      if (event) found.push(event);
    }
    this.#keep(text.slice(begin));
    return found;
  }

  #keep(part) {
    if (!part || this.tooLong) return;
    this.#line.push(part);
    this.#lineLength += part.length;
    this.#check(this.#lineLength);
  }

  #check(size) {
    if (size <= this.#limit) return;
    this.tooLong = true;
    this.#line = [];
    this.#data = [];
    this.#lineLength = 0;
  }

  #endLine() {
    if (this.tooLong) return null;
    const line = this.#line.join("");
    this.#line = [];
    this.#lineLength = 0;
    if (!line) return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) this.comments += 1;
    else if (colon < 0) this.#field(line, "");
    else this.#field(line.slice(0, colon), line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1));
    return null;
  }

  #field(name, value) {
    if (name === "data") {
      this.#data.push(value);
      this.#size += value.length;
      this.#check(this.#size);
    } else if (name === "event") this.#name = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^[0-9]{1,15}$/.test(value)) this.retry = Number(value);
  }

  #dispatch() {
    const event = this.#data.length ? { data: this.#data.join("\n"), event: this.#name || "message", id: this.#id } : null;
    this.#name = "";
    this.#data = [];
    this.#size = 0;
    return event;
  }
}
