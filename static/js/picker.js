// The model picker: an input with role=combobox whose listbox the server fills, by htmx on the input:
// `hx-get="…" hx-trigger="pick, input changed delay:120ms" hx-target="#the-listbox"`.
// Follows the WAI-ARIA combobox pattern with list autocomplete. Each option is
// `<li role="option" data-value="openai/gpt-4.1">`; choosing one puts its value into the input and
// dispatches `change`. What was chosen lately is remembered here and sent along as `recent`.
(() => {
  "use strict";
  const KEY = "costcalc.recent";
  const MOST = 8;
  const root = document.documentElement;
  const comboOf = (target) => (target instanceof Element ? target.closest("input[role=combobox]") : null);
  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const optionsOf = (input) => [...listOf(input).querySelectorAll("[role=option]:not([aria-disabled=true])")];
  const activeOf = (input) => document.getElementById(input.getAttribute("aria-activedescendant") || "");
  const isOpen = (input) => input.getAttribute("aria-expanded") === "true";

  // Storage may be refused (private windows): then nothing is remembered.
  const recent = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return Array.isArray(kept) ? kept.filter((value) => typeof value === "string").slice(0, MOST) : [];
    } catch {
      return [];
    }
  };
  const remember = (value) => {
    try {
      localStorage.setItem(KEY, JSON.stringify([value, ...recent().filter((other) => other !== value)].slice(0, MOST)));
    } catch { /* see above */ }
  };

  const activate = (input, option) => {
    optionsOf(input).forEach((other) => other.setAttribute("aria-selected", String(other === option)));
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const show = (input, open) => {
    listOf(input).hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) activate(input, null);
  };

  const choose = (input, option) => {
    input.value = option.dataset.value;
    input.dataset.settled = input.value;
    remember(input.value);
    show(input, false);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const step = (input, by) => {
    const options = optionsOf(input);
    if (!options.length) return;
    const at = options.indexOf(activeOf(input));
    const next = at < 0 ? (by > 0 ? 0 : options.length - 1) : (at + by + options.length) % options.length;
    activate(input, options[next]);
  };

  const search = (input) => window.htmx.trigger(input, "pick");
  const typedSomething = (input) => input.value.trim() !== (input.dataset.settled ?? input.defaultValue).trim();

  const keys = {
    ArrowDown(input) {
      if (isOpen(input)) step(input, 1);
      else search(input);
      return true;
    },
    ArrowUp(input) {
      if (!isOpen(input)) return false;
      step(input, -1);
      return true;
    },
    Home: (input) => jump(input, 0),
    End: (input) => jump(input, -1),
    Enter(input) {
      const option = isOpen(input) && (activeOf(input) || (typedSomething(input) && optionsOf(input)[0]));
      if (option) choose(input, option);
      return Boolean(option);
    },
    Escape(input) {
      if (isOpen(input)) show(input, false);
      else if (typedSomething(input)) input.value = input.dataset.settled ?? input.defaultValue;
      else return false;
      return true;
    },
  };

  // Home and End belong to the text until an option is active.
  function jump(input, index) {
    if (!isOpen(input) || !activeOf(input)) return false;
    activate(input, optionsOf(input).at(index));
    return true;
  }

  root.addEventListener("keydown", (event) => {
    const input = comboOf(event.target);
    if (!input || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (keys[event.key]?.(input)) event.preventDefault();
  });

  root.addEventListener("focusin", (event) => {
    const input = comboOf(event.target);
    if (!input) return;
    input.dataset.settled ??= input.value;
    input.select();
  });

  root.addEventListener("focusout", (event) => {
    const input = comboOf(event.target);
    if (input) show(input, false);
  });

  // A press on an option must not take the focus out of the input.
  root.addEventListener("mousedown", (event) => {
    if (event.target.closest("[role=listbox]")) event.preventDefault();
  });

  root.addEventListener("click", (event) => {
    const clicked = comboOf(event.target);
    if (clicked && !isOpen(clicked)) search(clicked);
    const option = event.target.closest("[role=option][data-value]");
    const list = option?.closest("[role=listbox]");
    const input = list && document.querySelector(`input[role=combobox][aria-controls="${list.id}"]`);
    if (input) choose(input, option);
  });

  root.addEventListener("change", (event) => {
    const input = comboOf(event.target);
    if (input) input.dataset.settled = input.value;
  });

  // Nothing is asked for while the text is the one that stands: then the recent ones are shown.
  root.addEventListener("htmx:configRequest", (event) => {
    const input = comboOf(event.detail.elt);
    if (!input) return;
    const asked = event.detail.parameters;
    asked[input.name] = typedSomething(input) ? input.value.trim().slice(0, 100) : "";
    if (!asked[input.name]) asked.recent = recent().join(",");
  });

  root.addEventListener("htmx:afterSwap", (event) => {
    const list = event.detail.target;
    if (list?.getAttribute?.("role") !== "listbox") return;
    const input = document.querySelector(`input[role=combobox][aria-controls="${list.id}"]`);
    list.querySelectorAll("[role=option]").forEach((option, index) => {
      option.id = `${list.id}-${index}`;
      option.setAttribute("aria-selected", "false");
    });
    // An answer to what was typed before something was chosen comes too late.
    const late = input && event.detail.requestConfig.parameters[input.name] && !typedSomething(input);
    if (input) show(input, document.activeElement === input && list.childElementCount > 0 && !late);
    input?.removeAttribute("aria-activedescendant");
  });
})();
