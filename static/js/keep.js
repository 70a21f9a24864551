// What a swap must not take from the reader: the place, the half-typed value, what was open and scrolled.
// Also: a swap that failed says so and can be tried again, Escape closes what is open, `/` goes to the search,
// and figures that changed fade in.
(() => {
  "use strict";
  const root = document.documentElement;
  const watched = ".verdict, .facts dd, .ledger td";
  const shown = () => [...document.querySelectorAll(watched)];
  let texts = [];
  let opened = new Map();
  let scrolled = new Map();
  let place = null;
  let asked = null;
  let failed = null;
  const lost = () => !document.activeElement || document.activeElement === document.body;

  const caret = (field) => {
    try {
      return [field.selectionStart, field.selectionEnd];
    } catch {
      return [null, null];
    }
  };

  const remember = () => {
    opened = new Map([...document.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
    scrolled = new Map([...document.querySelectorAll("form[id]")].map((f) => [f.id, f.scrollTop]));
    texts = shown().map((element) => element.textContent);
    const active = document.activeElement;
    place = lost() ? null : { active, names: namesOf(active), value: active.value, caret: caret(active) };
  };

  // What an element can be found by when it is drawn anew: its id, what it is kept by, where it leads to or what it
  // sends; then the same kind of element at the same place; at last what is around it and has an id.
  const attribute = (element, ...names) =>
    element.localName + names.map((name) => `[${name}="${CSS.escape(element.getAttribute(name))}"]`).join("");
  const namesOf = (element) => {
    const boxes = [];
    for (let box = element.parentElement?.closest("[id]"); box; box = box.parentElement?.closest("[id]")) boxes.push(box);
    const said = ["href", "name", "value"].filter((name) => element.matches("a, button") && element.hasAttribute(name));
    const kind = (element.closest("thead") ? "thead " : "") + element.localName;
    const within = (box) => {
      const at = [...box.querySelectorAll(kind)].indexOf(element);
      const drawn = () => document.getElementById(box.id);
      return [() => said.length && drawn()?.querySelector(attribute(element, ...said)), () => drawn()?.querySelectorAll(kind)[at]];
    };
    return [
      () => element.id && document.getElementById(element.id),
      () => element.dataset.keep && document.querySelector(attribute(element, "data-keep")),
      ...boxes.flatMap(within),
      ...boxes.map((box) => () => document.getElementById(box.id)),
    ];
  };
  const focusAgain = ({ names }) => {
    const now = names.map((find) => find()).find(Boolean);
    now?.focus({ preventScroll: true });
    if (!now || document.activeElement === now) return now;
    now.setAttribute("tabindex", "-1");
    now.focus({ preventScroll: true });
    return now;
  };

  // The server's word for where the reader goes on: the first field of what was added, say.
  const goOn = () => {
    const next = document.querySelector("[data-focus]");
    if (!next) return;
    next.removeAttribute("data-focus");
    next.closest("details")?.setAttribute("open", "");
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
  };

  // Open stays open; closed stays closed, unless the server shows a mistake inside.
  const restoreOpen = () => {
    opened.forEach((open, id) => {
      const details = document.getElementById(id);
      if (!(details instanceof HTMLDetailsElement) || details.open === open) return;
      details.open = open || Boolean(details.querySelector("[aria-invalid=true]"));
    });
  };

  // A value typed on while the server answered is the reader's; otherwise the server's formatted one stands.
  const restorePlace = () => {
    const was = place;
    scrolled.forEach((top, id) => {
      const form = document.getElementById(id);
      if (form && form.scrollTop !== top) form.scrollTop = top;
    });
    if (!was || was.active.isConnected) return;
    const now = focusAgain(was);
    if (!now) return;
    const typing = typeof was.value === "string" && now.matches("input:not([type=checkbox]), textarea");
    const before = asked?.id && asked.id === was.active.id ? asked.value : was.active.defaultValue;
    const typedOn = typing && was.value !== before;
    if (typedOn) now.value = was.value;
    if (typing && typeof was.caret[0] === "number" && now.value === was.value) now.setSelectionRange(...was.caret);
  };

  // After settling: htmx puts the old element's classes and attributes back until then.
  const settle = () => {
    if (place && !place.active.isConnected && lost()) focusAgain(place);
    place = null;
    goOn();
    markChanged();
  };
  const markChanged = () => {
    const now = shown();
    if (now.length === texts.length) {
      now.forEach((element, at) => element.textContent !== texts[at] && element.classList.add("changed"));
    }
    texts = [];
  };

  root.addEventListener("htmx:beforeRequest", () => {
    const active = document.activeElement;
    asked = active?.id ? { id: active.id, value: active.value } : null;
  });
  // What was asked for did not come: the ledger is from before, and says so, with a way to ask again. A list that the
  // picker asked for leaves the ledger as it is.
  const fail = ({ xhr, target, requestConfig }) => {
    recover();
    const picking = target.matches("[role=listbox]");
    const sheet = document.getElementById("ledger") ?? document.getElementById("findings");
    const box = sheet && (picking || target.contains(sheet)) ? sheet : target;
    const marked = picking ? [] : [box, document.getElementById("verdict-bar")].filter(Boolean);
    failed = { box, marked, target: target.id, note: noteOf(xhr.status, requestConfig) };
    marked.forEach((element) => element.classList.add("stale"));
    box.prepend(failed.note);
  };
  const noteOf = (status, request) => {
    const note = document.getElementById("not-updated").content.firstElementChild.cloneNode(true);
    const words = note.querySelector("[data-status]");
    const announce = document.getElementById("announce");
    const back = document.activeElement;
    if (status) words.textContent = words.dataset.status.replace("{status}", status);
    if (announce) announce.textContent = words.textContent;
    else note.setAttribute("role", "alert");
    note.querySelector("button").addEventListener("click", () => {
      if (back?.isConnected) back.focus();
      again(request);
    });
    return note;
  };
  const again = ({ elt, verb, path, target, triggeringEvent }) => {
    const button = triggeringEvent?.submitter;
    if (button?.isConnected && button.form) button.form.requestSubmit(button);
    else if (elt.isConnected) window.htmx.ajax(verb, path, { source: elt, target }).catch(() => {});
    else location.reload();
  };
  const recover = () => {
    failed?.note.remove();
    failed?.marked.forEach((element) => element.classList.remove("stale"));
    failed = null;
  };
  // The list of the picker may come while the ledger still has not.
  const succeed = ({ successful, target }) => {
    if (successful && failed && (target.id === failed.target || !failed.box.isConnected || !failed.marked.length)) recover();
  };
  root.addEventListener("htmx:responseError", (event) => fail(event.detail));
  root.addEventListener("htmx:sendError", (event) => fail(event.detail));
  root.addEventListener("htmx:timeout", (event) => fail(event.detail));
  root.addEventListener("htmx:afterRequest", (event) => succeed(event.detail));

  goOn();
  root.addEventListener("htmx:beforeSwap", remember);
  root.addEventListener("htmx:afterSwap", () => { restoreOpen(); restorePlace(); });
  root.addEventListener("htmx:afterSettle", settle);
  root.addEventListener("animationend", (event) => event.target.classList.remove("changed"));

  // Where the form stays and only the ledger is swapped, the server says how it read the figures:
  // `HX-Trigger: {"costcalc:figures": {"w1-requests": "60,000"}}`. What is typed on stays the reader's.
  root.addEventListener("costcalc:figures", (event) => {
    Object.entries(event.detail).forEach(([id, text]) => {
      const field = document.getElementById(id);
      if (!(field instanceof HTMLInputElement)) return;
      const typedOn = field === document.activeElement && !(asked?.id === id && asked.value === field.value);
      if (!typedOn) field.value = text;
    });
  });

  // A row of a list is computed once it is whole, or once it is left: half of it is no mistake while it is typed.
  let half = false;
  const lineOf = (element) => element instanceof Element && element.closest("form[hx-get] .line");
  const isHalf = (line) => [...line.querySelectorAll("input:not([placeholder]), select")].some((field) => !field.value);
  root.addEventListener("change", (event) => {
    const line = lineOf(event.target);
    half = Boolean(line) && isHalf(line);
    if (half) event.stopPropagation();
  }, true);
  root.addEventListener("focusout", ({ target, relatedTarget }) => {
    const line = lineOf(target);
    if (!half || !line || line.contains(relatedTarget)) return;
    half = false;
    line.closest("form").dispatchEvent(new Event("change", { bubbles: true }));
  });
  root.addEventListener("submit", () => { half = false; }, true);

  // `/` goes to the search of the page, from anywhere that is not for typing.
  root.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("input, select, textarea")) return;
    const search = document.querySelector("input[role=combobox], input[type=search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    document.querySelectorAll("details:is(.figure, .menu)[open]").forEach((details) => {
      const inside = details.contains(document.activeElement);
      details.open = false;
      if (inside) details.querySelector("summary").focus();
    });
  });

  root.addEventListener("click", (event) => {
    document.querySelectorAll("details:is(.figure, .menu)[open]").forEach((details) => {
      if (!details.contains(event.target)) details.open = false;
    });
  });
})();
