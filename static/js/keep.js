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

  const giveBack = () => {
    opened.forEach((open, id) => {
      const details = document.getElementById(id);
      if (details instanceof HTMLDetailsElement && details.open !== open) details.open = open;
    });
    texts.forEach((text, id) => {
      const now = document.getElementById(id);
      if (now && now.textContent !== text) now.classList.add("changed");
    });
    const field = typed && document.getElementById(typed.id);
    if (!field || field === typed.field) return;
    if ("value" in typed && field.value !== typed.value && field.type !== "checkbox") field.value = typed.value;
    field.focus({ preventScroll: true });
    if (typed.caret && typed.caret[0] !== null) field.setSelectionRange(...typed.caret);
  };

  root.addEventListener("htmx:beforeSwap", remember);
  root.addEventListener("htmx:afterSwap", giveBack);
  root.addEventListener("htmx:afterSettle", giveBack);
  root.addEventListener("animationend", (event) => event.target.classList.remove("changed"));

  // The server answers with `HX-Trigger: {"costcalc:figures": {"id": "50,000"}}`.
  root.addEventListener("costcalc:figures", (event) => {
    Object.entries(event.detail).forEach(([id, text]) => {
      const field = document.getElementById(id);
      if (field instanceof HTMLInputElement && field !== document.activeElement) field.value = text;
    });
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
