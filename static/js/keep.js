// What a swap must not take from the reader: the place, the half-typed value, what was open.
// Also: Escape closes what is open, and figures that the server has read come back formatted.
(() => {
  "use strict";
  const root = document.documentElement;
  const watched = ".figure[id], .verdict[id]";
  const texts = new Map();
  let opened = new Map();
  let typed = null;

  const typing = () => {
    const field = document.activeElement;
    return field && field.id && field.matches("input, select, textarea") ? field : null;
  };

  const caret = (field) => {
    try {
      return [field.selectionStart, field.selectionEnd];
    } catch {
      return [null, null];
    }
  };

  const remember = () => {
    opened = new Map([...document.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
    texts.clear();
    document.querySelectorAll(watched).forEach((e) => texts.set(e.id, e.textContent));
    const field = typing();
    typed = field && { field, id: field.id, value: field.value, caret: caret(field) };
    if (!typed && document.activeElement?.id) typed = { field: document.activeElement, id: document.activeElement.id };
  };

  // Open stays open; closed stays closed, unless the server shows a mistake inside.
  const restoreOpen = () => {
    opened.forEach((open, id) => {
      const details = document.getElementById(id);
      if (!(details instanceof HTMLDetailsElement) || details.open === open) return;
      details.open = open || Boolean(details.querySelector("[aria-invalid=true]"));
    });
  };

  const restorePlace = () => {
    const was = typed;
    typed = null;
    const field = was && document.getElementById(was.id);
    if (!field || field === was.field) return;
    if ("value" in was && field.type !== "checkbox") field.value = was.value;
    field.focus({ preventScroll: true });
    if (was.caret && was.caret[0] !== null) field.setSelectionRange(...was.caret);
  };

  // After settling: htmx puts classes of its own back until then.
  const markChanged = () => {
    texts.forEach((text, id) => {
      const now = document.getElementById(id);
      if (now && now.textContent !== text) now.classList.add("changed");
    });
    texts.clear();
  };

  root.addEventListener("htmx:beforeSwap", remember);
  root.addEventListener("htmx:afterSwap", () => { restoreOpen(); restorePlace(); });
  root.addEventListener("htmx:afterSettle", markChanged);
  root.addEventListener("animationend", (event) => event.target.classList.remove("changed"));

  // The server answers with `HX-Trigger: {"costcalc:figures": {"id": "50,000"}}`.
  root.addEventListener("costcalc:figures", (event) => {
    Object.entries(event.detail).forEach(([id, text]) => {
      const field = document.getElementById(id);
      if (field instanceof HTMLInputElement && field !== document.activeElement) field.value = text;
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
    document.querySelectorAll("details.figure[open]").forEach((details) => {
      const inside = details.contains(document.activeElement);
      details.open = false;
      if (inside) details.querySelector("summary").focus();
    });
  });

  root.addEventListener("click", (event) => {
    document.querySelectorAll("details.figure[open]").forEach((details) => {
      if (!details.contains(event.target)) details.open = false;
    });
  });
})();
