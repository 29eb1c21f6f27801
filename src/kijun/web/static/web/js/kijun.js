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
  // Nor when the session ends meanwhile: what was sent waits in this tab until the same person is back on the page.
  const KEPT = "kijun-typed";
  const person = document.querySelector("details.person[data-person]");
  const forms = () => [...document.querySelectorAll("form[data-keep]")];
  const fields = (form) => [...form.elements].filter((one) => one.name && !["hidden", "file", "password", "submit"].includes(one.type));
  const typed = (form) => fields(form).map((one) => [one.name, one.value, one.checked === true]);
  const putBack = (form, kept) => {
    if (JSON.stringify(typed(form)) === JSON.stringify(kept)) return;
    fields(form).forEach((one, n) => {
      const [name, value, checked] = kept[n] || [];
      if (name !== one.name) return;
      if (one.type === "checkbox" || one.type === "radio") one.checked = checked;
      else one.value = value;
    });
    changed = true;
    const note = document.createElement("p");
    note.className = "message";
    note.setAttribute("role", "status");
    note.textContent = person.dataset.putBack;
    form.before(note);
  };
  document.addEventListener("submit", ({ target }) => {
    if (!person || !target.matches("form[data-keep]")) return;
    const kept = { path: location.pathname, place: forms().indexOf(target), person: person.dataset.person, typed: typed(target) };
    try { sessionStorage.setItem(KEPT, JSON.stringify(kept)); } catch { /* no room: as without script */ }
  });
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    const [entry] = performance.getEntriesByType("navigation");
    const refused = entry && entry.responseStatus >= 400 && !summary;
    if (kept && (refused || !person)) {
      sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, lost: true }));
    } else if (kept) {
      sessionStorage.removeItem(KEPT);
      const form = kept.lost && kept.path === location.pathname && kept.person === person.dataset.person && forms()[kept.place];
      if (form) putBack(form, kept.typed);
    }
  } catch { /* nothing is kept where the browser keeps nothing */ }
  // Open menus close with Escape and by a click beside them.
  const close = (except) => document.querySelectorAll("details.person[open], details.tip[open]").forEach((d) => { if (d !== except) d.open = false; });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.person[open], details.tip[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
  document.addEventListener("click", (event) => close(event.target.closest("details")));
  // On a wide screen the menu and the filters of lists stand open; on a phone filters that are in use stay so.
  const unfold = (folds, query, closes) => {
    const wide = window.matchMedia(query);
    const set = () => folds.forEach((fold) => { if (wide.matches || closes) fold.open = wide.matches; });
    wide.addEventListener("change", set);
    set();
  };
  unfold(document.querySelectorAll(".menu-fold"), "(min-width: 60rem)", true);
  unfold(document.querySelectorAll("details.filters"), "(min-width: 40.0625rem)", false);
})();
