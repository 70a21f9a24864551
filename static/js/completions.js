// A completion, put together from its events, in whichever of three dialects: as costcalc/streaming/dialects.py,
// completion.py and counts.py read it, which a test holds this to. Nothing here touches the page.

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const own = (value, key) => (Object.hasOwn(value, key) ? value[key] : undefined);
const object = (value, key) => (isObject(own(value, key)) ? value[key] : {});
const objects = (value) => (Array.isArray(value) ? value.filter(isObject) : []);
const text = (value, key) => (typeof own(value, key) === "string" ? value[key] : "");
const isEmpty = (value) => isObject(value) && !Object.keys(value).length;
const LONGEST_WORD = 2000;

const thought = (thinking) => (typeof thinking === "string" ? thinking : objects(thinking).map((part) => text(part, "text")).join(""));
const content = (parts) => {
  if (typeof parts === "string") return [parts, ""];
  const found = objects(parts);
  return [found.map((part) => text(part, "text")).join(""), found.map((part) => thought(own(part, "thinking"))).join("")];
};
const toolOf = (index, id, name, args) => ({ index: Number.isInteger(index) ? index : null, id, name, args });

const openai = (value) => {
  const choices = value.choices.filter(isObject);
  // Of several answers the first is read: the others are the same stream again.
  const choice = choices.find((each) => (own(each, "index") ?? 0) === 0) ?? {};
  const delta = object(choice, "delta");
  const said = isEmpty(delta) ? object(choice, "message") : delta;
  const [texts, thoughts] = content(own(said, "content"));
  const usage = object(value, "usage");
  // A refusal is text, which OpenAI writes beside the content, not in it.
  const refusal = text(said, "refusal");
  return {
    dialect: "openai",
    refusal: refusal !== "",
    text: texts + text(choice, "text") + refusal,
    reasoning: thoughts + (text(said, "reasoning_content") || text(said, "reasoning")),
    tools: objects(own(said, "tool_calls")).map((call) =>
      toolOf(own(call, "index"), text(call, "id"), text(object(call, "function"), "name"), text(object(call, "function"), "arguments"))),
    usage: isEmpty(usage) ? object(object(value, "x_groq"), "usage") : usage,
    finish: text(choice, "finish_reason"),
    fault: own(choice, "finish_reason") === "error" ? { message: "error", code: "" } : null,
  };
};

const anthropicTools = (block, index) => {
  if (own(block, "type") !== "tool_use") return [];
  const given = own(block, "input");
  const args = given && !isEmpty(given) ? JSON.stringify(given) : "";
  return [toolOf(index, text(block, "id"), text(block, "name"), args)];
};
const anthropic = {
  message_start: (value) => ({ usage: object(object(value, "message"), "usage") }),
  content_block_start(value) {
    const block = object(value, "content_block");
    const [texts, thoughts] = content([block]);
    return { text: texts, reasoning: thoughts, tools: anthropicTools(block, own(value, "index")) };
  },
  content_block_delta(value) {
    const delta = object(value, "delta");
    const args = text(delta, "partial_json");
    const tools = args && Number.isInteger(own(value, "index")) ? [toolOf(value.index, "", "", args)] : [];
    return { text: text(delta, "text"), reasoning: text(delta, "thinking"), tools };
  },
  content_block_stop: () => ({}),
  message_delta: (value) => ({ usage: object(value, "usage"), finish: text(object(value, "delta"), "stop_reason") }),
  message_stop: () => ({ done: true }),
  message(value) {
    const [texts, thoughts] = content(own(value, "content"));
    const tools = objects(own(value, "content")).flatMap((block) => anthropicTools(block, null));
    return { text: texts, reasoning: thoughts, tools, usage: object(value, "usage"), finish: text(value, "stop_reason") };
  },
  ping: () => ({}),
};

const gemini = (value) => {
  const candidate = objects(own(value, "candidates"))[0] ?? {};
  const parts = objects(own(object(candidate, "content"), "parts"));
  const saidIn = (isThought) => parts.filter((part) => (own(part, "thought") === true) === isThought).map((part) => text(part, "text")).join("");
  const calls = parts.filter((part) => Object.hasOwn(part, "functionCall")).map((part) => object(part, "functionCall"));
  return {
    dialect: "gemini",
    text: saidIn(false),
    reasoning: saidIn(true),
    tools: calls.map((call) => toolOf(null, text(call, "id"), text(call, "name"), JSON.stringify(own(call, "args") || {}))),
    usage: object(value, "usageMetadata"),
    finish: text(candidate, "finishReason") || text(object(value, "promptFeedback"), "blockReason"),
  };
};

const spoken = (value) => {
  if (Array.isArray(own(value, "choices"))) return openai(value);
  if (["candidates", "usageMetadata", "promptFeedback"].some((key) => Object.hasOwn(value, key))) return gemini(value);
  const kind = text(value, "type");
  return Object.hasOwn(anthropic, kind) ? { dialect: "anthropic", ...anthropic[kind](value) } : {};
};

const word = (value) => (typeof value === "string" ? value : JSON.stringify(value)).toWellFormed().slice(0, LONGEST_WORD);
const faultOf = (value, name) => {
  let told = own(value, "error") ?? null;
  if (told === null || told === "" || told === false || told === 0 || isEmpty(told)) {
    const wrong = name === "error" || own(value, "object") === "error" || own(value, "type") === "error";
    told = wrong ? value : null;
  }
  if (told === null) return null;
  if (!isObject(told)) return { message: word(told), code: "" };
  const code = ["code", "type", "status"].map((key) => own(told, key)).find((each) => each !== undefined && each !== null && each !== "");
  return { message: word(own(told, "message") || told), code: word(code ?? "") };
};

const NOTHING = { dialect: null, text: "", reasoning: "", tools: [], usage: {}, finish: "", fault: null, done: false, readable: true, refusal: false };

// What one event adds; raises nothing, whatever is in it.
export const deltaOf = ({ data, event }) => {
  if (data.trim() === "[DONE]") return { ...NOTHING, done: true };
  let value;
  try {
    value = JSON.parse(data);
  } catch {
    value = null;
  }
  if (!isObject(value)) return { ...NOTHING, readable: false, fault: event === "error" ? { message: word(data), code: "" } : null };
  const delta = { ...NOTHING, ...spoken(value) };
  return { ...delta, fault: faultOf(value, event) ?? delta.fault };
};

// Where each dialect's report counts what, in genai-prices' names. The parts are summed; a word in capitals is a kind.
const PLACES = {
  openai: {
    input_tokens: ["prompt_tokens"],
    cache_read_tokens: ["prompt_tokens_details.cached_tokens"],
    cache_write_tokens: ["prompt_tokens_details.cache_write_tokens"],
    input_audio_tokens: ["prompt_tokens_details.audio_tokens"],
    output_audio_tokens: ["completion_tokens_details.audio_tokens"],
    output_reasoning_tokens: ["completion_tokens_details.reasoning_tokens"],
    output_tokens: ["completion_tokens"],
  },
  anthropic: {
    input_tokens: ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"],
    cache_write_tokens: ["cache_creation_input_tokens"],
    cache_write_5m_tokens: ["cache_creation.ephemeral_5m_input_tokens"],
    cache_write_1h_tokens: ["cache_creation.ephemeral_1h_input_tokens"],
    cache_read_tokens: ["cache_read_input_tokens"],
    web_searches: ["server_tool_use.web_search_requests"],
    output_reasoning_tokens: ["output_tokens_details.thinking_tokens"],
    output_tokens: ["output_tokens"],
  },
  gemini: {
    input_tokens: ["promptTokenCount", "toolUsePromptTokenCount"],
    cache_read_tokens: ["cachedContentTokenCount"],
    input_text_tokens: ["promptTokensDetails.TEXT.tokenCount", "toolUsePromptTokensDetails.TEXT.tokenCount"],
    input_audio_tokens: ["promptTokensDetails.AUDIO.tokenCount"],
    cache_text_read_tokens: ["cacheTokensDetails.TEXT.tokenCount"],
    output_text_tokens: ["candidatesTokensDetails.TEXT.tokenCount"],
    output_tokens: ["candidatesTokenCount", "thoughtsTokenCount"],
    output_reasoning_tokens: ["thoughtsTokenCount"],
    input_tool_tokens: ["toolUsePromptTokenCount"],
  },
};
const MOST = 10 ** 15;

const at = (report, path) => {
  let found = report;
  for (const step of path.split(".")) {
    const isKind = step === step.toUpperCase();
    if (Array.isArray(found)) found = isKind ? found.find((entry) => isObject(entry) && entry.modality === step) : undefined;
    if (!isObject(found)) return null;
    if (!isKind) found = own(found, step);
  }
  return Number.isInteger(found) && found >= 0 && found <= MOST ? found : null;
};

// What was not reported is absent, never 0.
export const counted = (report, dialect) => {
  const found = Object.entries(PLACES[dialect ?? "openai"]).map(([name, paths]) => [name, paths.map((path) => at(report, path)).filter((count) => count !== null)]);
  const known = found.filter(([, counts]) => counts.length).map(([name, counts]) => [name, counts.reduce((sum, count) => sum + count, 0)]);
  return known.length ? Object.fromEntries(known) : null;
};

// Takes the events of one completion as they come.
export class Reader {
  #usage = {};
  #tools = new Map();
  text = "";
  reasoning = "";
  dialect = null;
  finish = "";
  fault = null;
  done = false;
  unreadable = 0;
  refusal = false;

  take(event) {
    const delta = deltaOf(event);
    this.dialect ??= delta.dialect;
    this.finish = delta.finish || this.finish;
    this.fault ??= delta.fault;
    this.done ||= delta.done;
    this.unreadable += delta.readable ? 0 : 1;
    this.refusal ||= delta.refusal;
    this.text += delta.text;
    this.reasoning += delta.reasoning;
    for (const [name, value] of Object.entries(delta.usage)) if (value !== null) this.#usage[name] = value;
    for (const part of delta.tools) this.#add(part);
    return delta;
  }

  #add(part) {
    const last = Math.max(-1, ...this.#tools.keys());
    // Without an index, what has an id or a name begins a call, and the rest goes on with the last one.
    const place = part.index ?? (part.id || part.name || last < 0 ? last + 1 : last);
    const call = this.#tools.get(place) ?? { id: "", name: "", args: "" };
    this.#tools.set(place, { id: call.id || part.id, name: call.name || part.name, args: call.args + part.args });
  }

  get tools() {
    return [...this.#tools.keys()].sort((one, two) => one - two).map((place) => this.#tools.get(place));
  }

  get usage() {
    return counted(this.#usage, this.dialect);
  }

  // An error beats everything; a stream that was cut is never complete.
  end(cancelled = false) {
    if (this.fault) return "error";
    if (this.done || this.finish) return "complete";
    return cancelled ? "cancelled" : "truncated";
  }
}
