// Buttons that copy what an element says. Where the clipboard cannot be had (without TLS), the text is selected instead.
(() => {
  "use strict";
  const show = () => document.querySelectorAll("[data-copies][hidden]").forEach((button) => { button.hidden = false; });
  const say = (button, words) => {
    const label = button.textContent;
    const status = button.nextElementSibling;
    button.textContent = status.textContent = words;
    button.setAttribute("aria-disabled", "true");
    setTimeout(() => {
      button.textContent = label;
      status.textContent = "";
      button.removeAttribute("aria-disabled");
    }, 2000);
  };
  addEventListener("click", async ({ target }) => {
    const button = target.closest?.("[data-copies]:not([aria-disabled])");
    if (!button) return;
    const source = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(source.textContent);
      say(button, button.dataset.done);
    } catch {
      getSelection().selectAllChildren(source);
      say(button, button.dataset.failed);
    }
  });
  document.documentElement.addEventListener("htmx:afterSettle", show);
  show();
})();
