// What a swap must not take from the reader: the place, the half-typed value, what was open and scrolled.
// Also: Escape closes what is open, `/` goes to the search, and figures that changed fade in.
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
    place = active?.id && active !== document.body ? { active, id: active.id, value: active.value, caret: caret(active) } : null;
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
    place = null;
    scrolled.forEach((top, id) => {
      const form = document.getElementById(id);
      if (form && form.scrollTop !== top) form.scrollTop = top;
    });
    const now = was && document.getElementById(was.id);
    if (!now || now === was.active) return;
    const typing = typeof was.value === "string" && now.matches("input:not([type=checkbox]), textarea");
    const before = asked?.id === was.id ? asked.value : was.active.defaultValue;
    const typedOn = typing && was.value !== before;
    if (typedOn) now.value = was.value;
    now.focus({ preventScroll: true });
    if (typing && typeof was.caret[0] === "number" && now.value === was.value) now.setSelectionRange(...was.caret);
  };

  // After settling: htmx puts classes of its own back until then.
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
  root.addEventListener("htmx:beforeSwap", remember);
  root.addEventListener("htmx:afterSwap", () => { restoreOpen(); restorePlace(); });
  root.addEventListener("htmx:afterSettle", markChanged);
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
