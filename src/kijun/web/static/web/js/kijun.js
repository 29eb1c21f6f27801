// Small conveniences; every page works without them.
(() => {
  "use strict";
  // The error summary takes the focus so that a screen reader starts there.
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
  // A form is sent once, however often the button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if ((form.method || "").toLowerCase() === "post") {
      form.dataset.sent = "1";
      window.setTimeout(() => { delete form.dataset.sent; }, 4000);
    }
  });
  // What was typed is not lost by a click on a link.
  let changed = false;
  document.addEventListener("input", (event) => { if (event.target.closest("form[data-keep]")) changed = true; });
  document.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  // Open menus close with Escape and by a click beside them.
  const close = (except) => document.querySelectorAll("details.person[open], details.tip[open]").forEach((d) => { if (d !== except) d.open = false; });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.person[open], details.tip[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
  document.addEventListener("click", (event) => close(event.target.closest("details")));
  // On a wide screen the menu stands open.
  const fold = document.querySelector(".menu-fold");
  if (fold) {
    const wide = window.matchMedia("(min-width: 60rem)");
    const set = () => { fold.open = wide.matches; };
    wide.addEventListener("change", set);
    set();
  }
})();
