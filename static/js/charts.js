// Draws charts where there are any, once they are about to be seen: `<figure class="chart" data-chart="{spec, locale}">`
// with a `.drawing` in it. The library comes after first paint, and only for a chart. Where it cannot be had, the
// server's drawing is shown in its place. Colours are the style sheet's variables: a switch needs no second drawing.
(() => {
  "use strict";
  const root = document.documentElement;
  // The library's own name for it.
  const TOOLTIP = "vg-tooltip-element";
  let library = null;
  // What a swap has taken away, by the figure's id: it stays in sight until the new one is drawn.
  const before = new Map();
  const watched = new WeakSet();

  // A library that did not come is asked for again by the next chart.
  const load = () => (library ??= import("../vega/vega.js").catch((error) => { library = null; throw error; }));

  // Where pointers are told the numbers; readers who hear the page have them in the table.
  const tooltip = () => {
    if (document.getElementById(TOOLTIP)) return;
    const box = Object.assign(document.createElement("div"), { id: TOOLTIP, className: "vg-tooltip" });
    box.setAttribute("aria-hidden", "true");
    document.body.append(box);
  };

  const draw = async (figure) => {
    tooltip();
    const place = placeOf(figure);
    const { spec, locale } = JSON.parse(figure.dataset.chart);
    const { default: embed } = await load();
    figure.chart = await embed(place, spec, {
      mode: "vega-lite",
      renderer: "svg",
      actions: false,
      // Expressions are walked through, not compiled: the policy allows no eval.
      ast: true,
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
      formatLocale: locale,
    });
    // The frame around it says what it is; the library would say it again, in English.
    place.querySelector("svg").setAttribute("aria-hidden", "true");
    ["role", "aria-label", "aria-roledescription"].forEach((name) => place.removeAttribute(name));
  };

  const seen = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
      seen.unobserve(target);
      draw(target).catch(() => target.classList.add("by-server"));
    });
  }, { rootMargin: "400px" });

  const placeOf = (figure) => figure.querySelector(".drawing > div");
  const unwatched = () => [...document.querySelectorAll("figure.chart")].filter((figure) => !watched.has(figure));
  const watch = () => unwatched().forEach((figure) => {
    watched.add(figure);
    seen.observe(figure);
  });

  // What a swap takes away must not go on listening to the window, nor leave its tooltip behind.
  const forget = (figure) => {
    seen.unobserve(figure);
    if (figure.chart) before.set(figure.id, placeOf(figure).firstElementChild.cloneNode(true));
    figure.chart?.finalize();
    document.getElementById(TOOLTIP)?.classList.remove("visible");
  };
  const stay = () => unwatched().forEach((figure) => {
    const old = before.get(figure.id);
    if (old) placeOf(figure).replaceChildren(old);
  });

  root.addEventListener("htmx:beforeCleanupElement", ({ target }) => {
    if (target instanceof Element && target.matches("figure.chart")) forget(target);
  });
  root.addEventListener("htmx:afterSwap", stay);
  // Not before: until then htmx lets what is new have the attributes of what it takes the place of.
  root.addEventListener("htmx:afterSettle", watch);
  // A browser that tells of its first paint has told of it only once it was on the screen; a frame's own callback, and
  // a timer set in it, can come before.
  const told = "first-contentful-paint";
  const afterPaint = () => {
    if (!PerformanceObserver.supportedEntryTypes.includes("paint")) return setTimeout(watch);
    new PerformanceObserver((paints, observer) => {
      if (!paints.getEntriesByName(told).length) return;
      observer.disconnect();
      watch();
    }).observe({ type: "paint", buffered: true });
  };
  if (document.readyState === "complete") afterPaint();
  else addEventListener("load", afterPaint);
})();
