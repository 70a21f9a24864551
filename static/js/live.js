// Whoever looks at a plan sees what others do to it, within a second: the server says that there is a newer revision
// (live.py), the page is asked for again, and of its parts (sections with an id, heads, `data-part`) those that differ
// are swapped. What is typed stays. A form that somebody has begun keeps the revision that they saw: should what
// changed matter, they are told so, in place of having done something to a plan that they never looked at.
(() => {
  "use strict";
  const PART = "section[id], .head, [data-part]";
  const REVISION = "input[name=revision]";
  // A page that nobody looks at is not told anything; browsers allow a host only six connections.
  const FIRST_MS = 5_000;
  const SILENT_MS = 40_000;
  const ASK_MS = 5_000;
  const MOST_MS = 60_000;
  // While streams fail, one is tried again after so many times that was asked.
  const TRIES = 3;
  const EACH = 6;
  // A button that was aimed at before a change is not taken for one that was meant for what is there since.
  const AIM_MS = 1_000;
  const SAID_MS = 8_000;
  const plan = () => document.getElementById("plan");
  const heard = document.getElementById("heard");
  if (!plan()) return;

  let revision = Number(plan().dataset.revision);
  let wanted = revision;
  let source = null;
  let failures = 0;
  let timer = 0;
  let silence = 0;
  let fading = 0;
  let over = false;
  let asking = null;

  const spread = (milliseconds) => milliseconds * (0.75 + Math.random() / 2);
  const later = (act, milliseconds) => { clearTimeout(timer); timer = setTimeout(act, spread(milliseconds)); };

  // What is said to the reader; with a way to load the page again where it can no longer be kept fresh.
  const say = (words, stays = false) => {
    clearTimeout(fading);
    heard.replaceChildren(words);
    if (stays) {
      const link = Object.assign(document.createElement("a"), { href: plan().dataset.page, textContent: heard.dataset.again });
      heard.append(" ", link);
    } else fading = setTimeout(() => heard.replaceChildren(), SAID_MS);
  };
  const end = (words) => {
    over = true;
    stop();
    say(words, true);
  };
  const stop = () => {
    clearTimeout(timer);
    clearTimeout(silence);
    source?.close();
    source = null;
  };

  const listen = () => {
    stop();
    if (over || document.hidden) return;
    const opened = source = new EventSource(plan().dataset.live);
    const alive = (milliseconds) => {
      clearTimeout(silence);
      silence = setTimeout(lost, milliseconds);
    };
    const on = (name, act) => opened.addEventListener(name, (event) => {
      if (source !== opened) return;
      recovered();
      alive(SILENT_MS);
      act(event);
    });
    on("revision", (event) => hear(JSON.parse(event.data).revision));
    on("alive", () => {});
    on("gone", () => ask());
    opened.onerror = () => source === opened && lost();
    // A proxy that holds streams back lets nothing through, and no error either.
    alive(FIRST_MS);
  };
  const recovered = () => {
    if (failures >= TRIES) heard.replaceChildren();
    failures = 0;
  };
  const lost = () => {
    stop();
    failures += 1;
    if (failures === TRIES) say(heard.dataset.lost);
    const wait = failures < TRIES ? 500 * failures : ASK_MS;
    later(ask, wait);
  };

  // Without a stream, the revision is asked for; what the answer says also tells why there is no stream.
  const ask = async () => {
    stop();
    if (over || document.hidden) return;
    const answer = await fetch(plan().dataset.live, { headers: { Accept: "application/json" }, cache: "no-store" }).catch(() => null);
    if (answer?.status === 401) return end(heard.dataset.out);
    if (answer?.status === 404) return end(heard.dataset.gone);
    if (answer?.ok) hear((await answer.json().catch(() => ({ revision }))).revision);
    failures += 1;
    const unwell = !answer || answer.status >= 500 || answer.status === 429;
    if (!unwell && (failures <= TRIES || failures % EACH === 0)) listen();
    else later(ask, unwell ? Math.min(ASK_MS * 2 ** Math.min(Math.max(failures - TRIES, 0), 4), MOST_MS) : ASK_MS);
  };

  const hear = (newest) => {
    wanted = Math.max(wanted, newest);
    if (wanted > revision) asking ??= refresh().finally(() => { asking = null; });
  };
  const refresh = async () => {
    for (let tries = 0; wanted > revision && tries < 5; tries += 1) {
      const fresh = await page();
      if (over) return;
      if (fresh) take(fresh);
      else await new Promise((resolve) => { setTimeout(resolve, spread(1_000 * 2 ** tries)); });
    }
    if (wanted > revision) lost();
  };
  const page = async () => {
    const own = new URL(plan().dataset.page, location.href);
    const address = location.pathname === own.pathname ? location.href : own.href;
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, cache: "no-store" }).catch(() => null);
    if (answer?.status === 404) end(heard.dataset.gone);
    if (!answer?.ok) return null;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("plan");
    // The page in which one signs in has none.
    if (!made) end(heard.dataset.out);
    return made;
  };

  // The parts of a page, the outermost only, by what they are called.
  const partsOf = (root) => {
    const outermost = [...root.querySelectorAll(PART)].filter((part) => part.parentElement.closest(PART) === null);
    return new Map(outermost.map((part) => [part.id || part.className, part]));
  };
  // What differs from one time that a page is drawn to the next, and says nothing.
  const FLEETING = "[name=csrfmiddlewaretoken], [name=revision], [name=form_key]";
  const said = (part) => {
    const copy = part.cloneNode(true);
    copy.querySelectorAll(FLEETING).forEach((field) => field.removeAttribute("value"));
    return copy.outerHTML;
  };
  const savedOf = (root) => new Map([...partsOf(root)].map(([name, part]) => [name, said(part)]));
  let drawn = savedOf(plan());

  const isTyped = (field) => {
    if (field.type === "hidden" || field.type === "submit" || field.tagName === "BUTTON" || !field.name) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") {
      const first = [...field.options].filter((option) => option.defaultSelected);
      const before = first.length ? first : [...field.options].slice(0, field.multiple ? 0 : 1);
      return String([...field.selectedOptions].map((o) => o.value)) !== String(before.map((o) => o.value));
    }
    return field.value !== field.defaultValue;
  };
  const typedIn = (root) => [...root.querySelectorAll("input, select, textarea")].filter(isTyped);
  const commandOf = (form) => (form ? `${form.id}|${form.getAttribute("action")}|${form.elements.namedItem("command")?.value ?? ""}` : "");
  const among = (root, field) => [...root.querySelectorAll("input, select, textarea")].filter((other) =>
    other.name === field.name && other.type === field.type && commandOf(other.form) === commandOf(field.form)
    && (!["checkbox", "radio"].includes(field.type) || other.value === field.value));
  const counterpart = (field, from, into) => among(into, field)[among(from, field).indexOf(field)];
  const put = (field, into) => {
    if (field.type === "file") into.replaceWith(field);
    else if (field.type === "checkbox" || field.type === "radio") into.checked = field.checked;
    else if (field.multiple) [...into.options].forEach((option) => { option.selected = [...field.selectedOptions].some((o) => o.value === option.value); });
    else into.value = field.value;
  };

  const take = (fresh) => {
    const before = revision;
    const now = partsOf(fresh);
    const html = savedOf(fresh);
    const same = [...now.keys()].join() === [...drawn.keys()].join();
    const pairs = same ? [...partsOf(plan())].map(([name, part]) => [part, now.get(name), drawn.get(name) === html.get(name)]) : [[plan(), fresh, false]];
    const kept = pairs.filter(([part, made, isSame]) => !swap(part, made, isSame, fresh.dataset.revision));
    revision = Number(fresh.dataset.revision);
    wanted = Math.max(wanted, revision);
    plan().dataset.revision = revision;
    drawn = new Map([...html].map(([name, text]) => [name, kept.length && (!same || kept.some(([part]) => (part.id || part.className) === name)) ? "" : text]));
    if (revision > before) say(kept.length ? heard.dataset.changed : fresh.dataset.told ?? "", kept.length > 0);
  };
  // Whether the part is as the server drew it last; what somebody types into a form that is no longer there stays.
  const swap = (part, made, isSame, newest) => {
    const typed = typedIn(part);
    if (!isSame && typed.some((field) => !counterpart(field, part, made))) return false;
    const begun = new Set(typed.map((field) => commandOf(field.form)));
    const seen = new Map([...part.querySelectorAll(REVISION)].map((field) => [commandOf(field.form), field.value]));
    let place = part;
    if (!isSame) {
      window.htmx.trigger(part, "htmx:beforeSwap", {});
      const parent = part.parentElement;
      const at = [...parent.children].indexOf(part);
      const pairs = typed.map((field) => [field, () => counterpart(field, part, place)]);
      window.htmx.swap(part, made.outerHTML, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 }, {
        afterSwapCallback: () => {
          place = parent.children[at];
          pairs.forEach(([field, find]) => put(field, find()));
        },
      });
    }
    aim(place, begun, seen, newest);
    return true;
  };
  // Forms that are begun keep the revision that was seen; the others get the new one once it can be seen.
  const aim = (place, begun, seen, newest) => {
    place.querySelectorAll(REVISION).forEach((field) => {
      const form = commandOf(field.form);
      const old = field.value = seen.get(form) ?? String(revision);
      if (begun.has(form)) return;
      setTimeout(() => { if (field.value === old && !typedIn(field.form).length) field.value = newest; }, AIM_MS);
    });
  };

  // A tab that is brought to the front, a machine that wakes up, a page that is gone back to.
  const wake = () => {
    failures = 0;
    if (document.hidden) stop();
    else if (!source) listen();
  };
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  addEventListener("pageshow", (event) => event.persisted && wake());
  addEventListener("pagehide", stop);
  listen();
})();
