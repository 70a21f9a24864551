// Draws charts where there are any, once they are about to be seen: `<figure class="chart" data-chart="{spec, locale}">`
// with a `.drawing` in it. The library comes after first paint, and only for a chart. Where it cannot be had, the
// server's drawing is shown in its place. Colours are the style sheet's variables: a switch needs no second drawing.
(() => {
  "use strict";
  const root = document.documentElement;
  let library = null;

  // A library that did not come is asked for again by the next chart.
  const load = () => (library ??= import("../vega/vega.js").catch((error) => { library = null; throw error; }));

  const draw = async (figure) => {
    const place = figure.querySelector(".drawing > div");
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

  const watch = () => document.querySelectorAll("figure.chart:not([data-watched])").forEach((figure) => {
    figure.dataset.watched = "";
    seen.observe(figure);
  });

  // What a swap takes away must not go on listening to the window, nor leave its tooltip behind.
  const forget = (element) => {
    const charts = [...element.querySelectorAll("figure.chart"), ...(element.matches("figure.chart") ? [element] : [])];
    charts.forEach((figure) => {
      seen.unobserve(figure);
      figure.chart?.finalize();
    });
    if (charts.length) document.getElementById("vg-tooltip-element")?.classList.remove("visible");
  };

  root.addEventListener("htmx:beforeCleanupElement", (event) => forget(event.detail.elt));
  root.addEventListener("htmx:afterSettle", watch);
  // A callback that a frame has asked for runs before that frame is painted; what it puts off runs after.
  const afterPaint = () => requestAnimationFrame(() => setTimeout(watch));
  if (document.readyState === "complete") afterPaint();
  else addEventListener("load", afterPaint);
})();
