// The buttons below an answer say so in place; without this the page is loaded anew.
(() => {
  "use strict";
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const place = form.closest("[data-feedback]");
    if (!place || event.defaultPrevented) return;
    event.preventDefault();
    const pressed = event.submitter;
    const data = new FormData(form);
    if (pressed && pressed.name) data.append(pressed.name, pressed.value);
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (answer.redirected || ![200, 422].includes(answer.status)) throw new Error(String(answer.status));
      const made = document.createElement("template");
      made.innerHTML = await answer.text();
      const next = made.content.querySelector("[data-feedback]");
      if (!next) throw new Error("not the buttons");
      place.replaceWith(next);
      const told = next.querySelector("[data-told]");
      if (told) told.focus();
    } catch {
      // Signed out, or no network: as without a script, which tells what is the matter.
      if (pressed && pressed.name) {
        const kept = document.createElement("input");
        kept.type = "hidden"; kept.name = pressed.name; kept.value = pressed.value;
        form.append(kept);
      }
      form.submit();
    }
  });
})();
