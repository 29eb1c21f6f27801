// Passkeys: asks the browser for a credential and sends the form. Uses webauthn-json of django-allauth.
(() => {
  "use strict";
  const usable = window.isSecureContext && window.webauthnJSON && window.webauthnJSON.supported();
  if (!usable) return;
  document.querySelectorAll("[data-passkey-area]").forEach((area) => { area.hidden = false; });
  document.querySelectorAll("[data-passkey-missing]").forEach((note) => { note.hidden = true; });
  const kept = () => JSON.parse(document.getElementById("passkey-options").textContent);
  const create = (form) => {
    const options = kept().creation_options;
    const alone = form.elements.passwordless && form.elements.passwordless.checked;
    const wanted = options.publicKey.authenticatorSelection;
    wanted.residentKey = alone ? "required" : "discouraged";
    wanted.requireResidentKey = Boolean(alone);
    if (alone) wanted.userVerification = "required";
    return window.webauthnJSON.create(options);
  };
  const login = async (form) => {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return window.webauthnJSON.get((await answer.json()).request_options);
  };
  const ways = { create, login, get: () => window.webauthnJSON.get(kept().request_options) };
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const failed = form.querySelector("[data-passkey-error]");
    const button = form.querySelector("button");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      failed.hidden = true;
      button.disabled = true;
      try {
        form.elements.credential.value = JSON.stringify(await ways[form.dataset.passkey](form));
        form.submit();
      } catch (error) {
        failed.hidden = false;
        button.disabled = false;
        button.focus();
      }
    });
  });
})();
