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
  document.addEventListener("input", (event) => { changed = event.target.closest("form[data-keep]") || changed; });
  document.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  // Nor by leaving all the same, or when the session ends meanwhile: it waits in this tab until the same person is back on the page. Which
  // state of the thing it began with waits with it, so that it does not count as newer than what others saved since.
  const KEPT = "kijun-typed", LEFT = "kijun-left:";
  const person = document.querySelector("details.person[data-person]");
  const forms = () => [...document.querySelectorAll("form[data-keep]")];
  const fields = (form) => [...form.elements].filter((one) => one.name && !["hidden", "file", "password", "submit"].includes(one.type) && !("secret" in one.dataset));
  const seen = (form) => [...form.elements].filter((one) => one.type === "hidden" && /^revision(-began)?$/.test(one.name));
  const typed = (form) => fields(form).map((one) => [one.name, one.value, one.checked === true]);
  const putBack = (form, kept) => {
    if (JSON.stringify(typed(form)) === JSON.stringify(kept.typed)) return;
    seen(form).forEach((one) => { if (kept.seen && one.name in kept.seen) one.value = kept.seen[one.name]; });
    fields(form).forEach((one, n) => {
      const [name, value, checked] = kept.typed[n] || [];
      if (name !== one.name) return;
      if (one.type === "checkbox" || one.type === "radio") one.checked = checked;
      else one.value = value;
    });
    changed = form;
    const note = document.createElement("p");
    note.className = "message";
    note.setAttribute("role", "status");
    note.textContent = person.dataset.putBack;
    form.before(note);
  };
  const record = (form) => ({
    path: location.pathname, place: forms().indexOf(form), person: person.dataset.person, typed: typed(form),
    seen: Object.fromEntries(seen(form).map((one) => [one.name, one.value])),
  });
  const store = (key, kept) => { try { sessionStorage.setItem(key, JSON.stringify(kept)); } catch { /* no room: as without script */ } };
  document.addEventListener("submit", ({ target }) => {
    if (!person || !target.matches("form[data-keep]")) return;
    store(KEPT, record(target));
    sessionStorage.removeItem(LEFT + location.pathname);
  });
  // A link beside the form's button says that nothing is to be saved.
  let given = false;
  document.addEventListener("input", () => { given = false; });
  document.addEventListener("click", ({ target }) => { given = Boolean(target.closest("form[data-keep] .buttons a[href]")); });
  window.addEventListener("pagehide", () => {
    if (!changed || !person) return;
    if (given) sessionStorage.removeItem(LEFT + location.pathname);
    else store(LEFT + location.pathname, record(changed));
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
      if (form) putBack(form, kept);
    }
    for (const key of Object.keys(sessionStorage).filter((one) => person && one.startsWith(LEFT))) {
      const left = JSON.parse(sessionStorage.getItem(key));
      const here = key === LEFT + location.pathname;
      if (left.person !== person.dataset.person || (here && !refused)) sessionStorage.removeItem(key);
      if (here && !refused && !summary && left.person === person.dataset.person && forms()[left.place]) putBack(forms()[left.place], left);
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
