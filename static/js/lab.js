// The page of the stream lab: asks, shows what comes as it comes, measures it, and has the figures kept.
// What a model says is a stranger's text: it goes into text nodes and nowhere else.
import { Batch } from "./batch.js";
import { Lane } from "./lane.js";
import { FigureTable, SpreadTable } from "./lab_tables.js";
import { Refused, Watch, make } from "./runs.js";
import { axisFor } from "./strip.js";
import { fill, inSeconds, number, words } from "./words.js";

const $ = (id) => document.getElementById(id);
const lab = $("lab");
const show = (element, shown) => { if (element) element.hidden = !shown; };
const field = (input) => input?.closest("label");
const isSample = (prefix) => $(`${prefix}provider`).value === "sample";

// Which fields a side has: the built-in provider's models are a list, others' are typed, with a key.
const arrange = (prefix) => {
  const sample = isSample(prefix);
  const model = $(`${prefix}model`);
  show(field($(`${prefix}sample`)), sample);
  show(field(model), !sample);
  show(field($(`${prefix}key`)), !sample);
  if (!model) return;
  model.required = !sample && !(prefix && $("other").hidden);
  model.setAttribute("list", `models-${$(`${prefix}provider`).value}`);
};

const arrangeAll = () => {
  const beside = $("beside").value;
  show($("other"), beside === "other");
  ["", "other-"].forEach(arrange);
  show($("key-hint"), !isSample("") || (beside === "other" && !isSample("other-")));
  const times = Number($("times").value) || 1;
  const title = beside ? $("beside").selectedOptions[0].textContent : words.sse;
  const streams = times > 1 || beside ? `${number(times)} × ${title}` : words.once;
  const resumed = $("resume").checked ? field($("resume")).textContent.trim() : "";
  $("more-summary").textContent = [streams, resumed].filter(Boolean).join(" · ");
};

const side = (prefix) => ({
  provider: $(`${prefix}provider`).value,
  model: isSample(prefix) ? $(`${prefix}sample`).value : $(`${prefix}model`).value.trim(),
  key: isSample(prefix) ? "" : $(`${prefix}key`).value.trim(),
});

// What the form asks for: the streams of a round, and how many rounds. Throws a sentence for what cannot be.
const planned = () => {
  const beside = $("beside").value;
  const first = { ...side(""), transport: "sse", title: words.sse };
  const plan = { lanes: [first], resume: $("resume").checked, times: Math.min(20, Math.max(1, Math.floor(Number($("times").value)) || 1)) };
  if (beside === "websocket") plan.lanes.push({ ...first, transport: "websocket", title: words.websocket });
  if (beside === "other") {
    plan.lanes.push({ ...side("other-"), transport: "sse" });
    plan.lanes.forEach((lane) => { lane.title = lane.model; });
  }
  plan.twin = beside === "websocket";
  plan.pricedAs = $("priced-as").value.trim();
  if (plan.twin && first.key) throw new Error(words.no_twin);
  if (plan.twin && plan.resume) throw new Error(words.no_twin_resume);
  if (plan.resume && plan.lanes.some((lane) => lane.key)) throw new Error(words.no_resume);
  return plan;
};

// Seeded, the built-in provider says and waits the same each time: each of several runs has a seed of its own.
const asked = (plan, lane, turn) => ({
  provider: lane.provider, model: lane.model, prompt: $("prompt").value,
  ...(plan.resume && lane.transport === "sse" ? { resume: true } : {}),
  ...(plan.twin ? { twin: true } : {}),
  ...(lane.provider === "sample" && plan.times > 1 ? { seed: turn } : {}),
  ...(lane.key ? { key: lane.key } : {}),
});

// Both transports of a twin read one run; with a key typed there is none, and the POST's answer is the stream.
const runsOf = async (plan, turn) => {
  if (plan.twin) {
    const run = await make(lab.dataset.runs, asked(plan, plan.lanes[0], turn));
    return plan.lanes.map(() => run);
  }
  return Promise.all(plan.lanes.map((lane) => (lane.key ? null : make(lab.dataset.runs, asked(plan, lane, turn)))));
};

let round = null;
let shown = [];

const said = (text) => { $("status").textContent = text; };

const refused = (error) => {
  if (!(error instanceof Refused)) return words.lost;
  if (error.status === 429 && error.wait) return fill(words.busy, { time: inSeconds(error.wait * 1000) });
  return error.words || (error.status ? fill(words.no_runs, { status: error.status }) : words.lost);
};

const drawing = (lanes, table) => {
  let frame = 0;
  let last = 0;
  const draw = (now) => {
    const axis = axisFor(Math.max(...lanes.map((lane) => lane.watch.ended ?? lane.watch.now)));
    lanes.forEach((lane) => lane.draw(axis));
    $("strips").querySelector(".half").textContent = inSeconds(axis / 2);
    $("strips").querySelector(".whole").textContent = inSeconds(axis);
    if (now - last > 250) {
      table.fill();
      last = now;
    }
    frame = requestAnimationFrame(draw);
  };
  frame = requestAnimationFrame(draw);
  return () => {
    cancelAnimationFrame(frame);
    last = 0;
    draw(performance.now());
    cancelAnimationFrame(frame);
  };
};

const heard = (what) => {
  if (what === "connected") said(words.streaming);
  if (what === "lost") said(words.cut);
};

const laidOut = (plan) => {
  const lanes = plan.lanes.map((lane) => new Lane(lane, new Watch(lane.transport, heard), plan.resume));
  $("lanes").replaceChildren(...lanes.map((lane) => lane.section));
  $("strips").querySelector(".rows").replaceChildren(...lanes.map((lane) => lane.strip.row));
  show($("measured"), true);
  show($("twin-hint"), plan.twin);
  $("strips").querySelector("details").open = false;
  shown = lanes;
  return lanes;
};

// One round: every stream is asked for at the same moment, and all are over when the last one is.
const once = async (plan, turn) => {
  const runs = await runsOf(plan, turn);
  if (round.stopped) return [];
  const lanes = laidOut(plan);
  const table = new FigureTable($("figures"), lanes);
  round.watches = lanes.map((lane) => lane.watch);
  const began = performance.now();
  const streams = lanes.map(({ watch, of }, place) => (of.transport === "websocket"
    ? watch.overWebSocket(began, runs[place])
    : watch.overSse(began, runs[place], { address: lab.dataset.runs, asked: asked(plan, of, turn), resume: plan.resume && !of.key })));
  const finish = drawing(lanes, table);
  const ends = await Promise.allSettled(streams);
  ends.forEach(({ reason }, place) => lanes[place].close(reason && fill(words.refused, { message: refused(reason) })));
  finish();
  table.fill();
  said([plan.times > 1 ? fill(words.run, { number: turn, of: plan.times }) : "", ...lanes.map((lane) => (lanes.length > 1 ? `${lane.of.title}: ${lane.words}` : lane.words))].filter(Boolean).join(" "));
  return lanes.filter((lane) => !lane.wasRefused);
};

const keep = (batch, plan, lanes) => batch.keep(lanes.map(({ watch, of }) => watch.measured(of.provider, of.model, plan.pricedAs)));

// What was kept is shown once all is over: what one reads or has opened meanwhile stays as it is.
const shownKept = async (batch) => {
  if (!batch.isKept) await batch.keep([]);
  if (!batch.isKept) said(`${$("status").textContent} ${words.not_kept}`);
  if (batch.receipt === null) return;
  window.htmx.swap("#receipt", batch.receipt, { swapStyle: "innerHTML" });
  window.htmx.trigger(document.body, "measured");
};

const running = (is) => {
  show($("stop"), is);
  // The button keeps the focus: one that is disabled would lose it.
  $("stream").setAttribute("aria-disabled", String(is));
  lab.setAttribute("aria-busy", String(is));
};

const start = async (plan) => {
  round = { stopped: false, watches: [] };
  running(true);
  said(words.connecting);
  $("receipt").replaceChildren();
  show($("distribution"), false);
  const measured = [];
  const batch = new Batch(lab.dataset.keep, $("csrf"));
  try {
    for (let turn = 1; turn <= plan.times && !round.stopped; turn += 1) {
      const lanes = await once(plan, turn);
      measured.push(...lanes);
      const whole = lanes.length === plan.lanes.length;
      if (whole && plan.times > 1) new SpreadTable($("distribution")).fill(plan, measured);
      await keep(batch, plan, lanes);
      if (!whole) break;
    }
  } catch (error) {
    said(fill(words.refused, { message: refused(error) }));
  }
  running(false);
  await shownKept(batch);
  round = null;
};

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  if (round) return;
  try {
    const plan = planned();
    // A key is for the runs that are asked for now, and then it is gone.
    ["key", "other-key"].forEach((id) => { if ($(id)) $(id).value = ""; });
    start(plan);
  } catch (error) {
    said(error.message);
  }
});
$("stop").addEventListener("click", () => {
  round.stopped = true;
  round.watches.forEach((watch) => watch.stop());
  $("stream").focus();
});
$("ask").addEventListener("change", arrangeAll);
$("strips").querySelector("details").addEventListener("toggle", ({ target }) => {
  if (target.open) target.querySelector(".scroll").replaceChildren(...shown.map((lane) => lane.table()));
});
lab.classList.add("live");
// With a script the form is never sent, so that nothing unsent is lost by leaving the page.
$("ask").setAttribute("method", "get");
arrangeAll();
