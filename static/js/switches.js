// The header's switches and what is half typed: the colours change without leaving the page, and a page is not left
// with words in it, or for another language with a secret that is shown once, before the reader has been asked.
(() => {
  "use strict";
  const root = document.documentElement;
  // On a phone the pages are a row that is moved sideways: the reader's own is in sight.
  const here = document.querySelector(".top nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - (here.parentElement.clientWidth - here.offsetWidth) / 2;
  // What was refused or came too late is on the page as it was typed, and saved nowhere.
  const [arrival] = performance.getEntriesByType("navigation");
  const refused = [409, 422].includes(arrival?.responseStatus);
  let sending = false;
  let switching = false;
  // When a form was sent that does its work once: of a second click the browser would show the answer, without secret.
  const sentAt = new WeakMap();

  const typedIn = (field) => {
    if (!field.name || field.matches("button, output, fieldset, [type=hidden], [type=submit]")) return false;
    if (field.matches("select")) {
      const first = [...field.options].findIndex((option) => option.defaultSelected);
      return !field.multiple && field.selectedIndex !== Math.max(0, first);
    }
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue || (refused && field.value.trim() !== "");
  };
  // A password is typed again in a moment, and who has forgotten theirs goes elsewhere.
  const holdsWords = (form) => !form.querySelector("[type=password]") && [...form.elements].some(typedIn);
  const unsent = (but) => [...document.querySelectorAll("main form[method=post]")].some((form) => form !== but && holdsWords(form));

  addEventListener("beforeunload", (event) => {
    const secret = switching && document.querySelector(".once");
    const asks = secret || (!sending && unsent());
    switching = sending = false;
    if (asks) document.querySelectorAll("main form").forEach((form) => sentAt.delete(form));
    // Browsers ask nobody who has not touched the page, and complain of pages that want them to.
    if (asks && navigator.userActivation?.hasBeenActive !== false) event.preventDefault();
  });

  const show = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    document.querySelectorAll(".switches [name=theme]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.value === theme));
    });
  };
  const keep = async (form, theme) => {
    const body = new URLSearchParams(new FormData(form));
    body.set("theme", theme);
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    // A redirect is how the server says that it is kept.
    if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
    show(theme);
  };
  const sendAsEver = (form, theme) => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "theme", value: theme });
    form.append(field);
    form.submit();
  };

  addEventListener("submit", (event) => {
    const form = event.target;
    const theme = event.submitter?.name === "theme" && event.submitter.value;
    switching = form.matches(".switches");
    // The page of the preferences shows the colours in a form of its own, which is drawn anew.
    if (switching && theme && !document.querySelector("main [name=theme]")) {
      event.preventDefault();
      switching = false;
      keep(form, theme).catch(() => sendAsEver(form, theme));
      return;
    }
    if (form.elements.namedItem("form_key")) {
      if (event.timeStamp - sentAt.get(form) < 5000) return event.preventDefault();
      sentAt.set(form, event.timeStamp);
    }
    // A form that is sent takes its own words along; of another one's the reader is asked.
    sending = !event.defaultPrevented && form.method === "post" && !switching && !unsent(form);
  });
})();
