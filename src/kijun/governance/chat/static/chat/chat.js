// Writing to an AI: what would be found is shown in place, the answer comes as it is written, and no text is lost. Without script a plain form does the same.
(() => {
  "use strict";
  const form = document.getElementById("ask-form");
  if (!form || !window.fetch || !window.ReadableStream) return;
  const say = form.dataset;
  const text = form.elements.text;
  const send = document.getElementById("send");
  const stop = document.getElementById("stop");
  const status = document.getElementById("status");
  const check = document.getElementById("check");
  const refusal = document.getElementById("refusal");
  let running = null;

  // --- the draft: in this browser at once, on the server when the hand rests -----------------
  const keep = (value) => { try { if (value) localStorage.setItem(say.key, value); else localStorage.removeItem(say.key); } catch { /* no room */ } };
  const kept = () => { try { return localStorage.getItem(say.key) || ""; } catch { return ""; } };
  if (!text.value && kept()) { text.value = kept(); status.textContent = say.sayBack; }
  // What was written while this script was still on its way counts too.
  else if (text.value !== text.defaultValue) keep(text.value);
  let timer = 0;
  const saveDraft = () => {
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "conversation", "text"]) body.append(name, form.elements[name].value);
    fetch(say.draft, { method: "POST", body, redirect: "manual" }).catch(() => {});
  };
  text.addEventListener("input", () => {
    keep(text.value);
    form.elements.confirmation.value = "";
    window.clearTimeout(timer);
    timer = window.setTimeout(saveDraft, 2000);
  });

  // --- small things on the page -----------------------------------------------------------------
  const tell = (words) => { status.textContent = words; };
  const notice = (parts) => {
    refusal.replaceChildren();
    const lines = parts.filter(Boolean);
    if (!lines.length) return;
    const box = document.createElement("div");
    box.className = "notice notice-warning";
    lines.forEach((line, at) => {
      const p = document.createElement("p");
      const holder = at ? p : p.appendChild(document.createElement("strong"));
      holder.textContent = line;
      box.append(p);
    });
    refusal.append(box);
  };
  const busy = (on) => { send.disabled = on; stop.hidden = !(on && running); text.readOnly = on; };
  const showErrors = (errors) => notice(Object.values(errors).flat());
  const isHtml = (answer) => answer.redirected || !(answer.headers.get("content-type") || "").match(/json|event-stream/);

  // --- files: one that was chosen goes along, whether its own button was pressed or not ---------
  const fields = document.getElementById("attach-fields");
  const brings = () => Array.from(fields.querySelectorAll("input")).some((one) => one.value.trim());
  const attach = async () => {
    tell(say.sayAttaching);
    const body = new FormData(form);
    const answer = await fetch(say.attach, { method: "POST", body, headers: { accept: "application/json" } });
    tell("");
    if (isHtml(answer)) { notice([say.saySignedOut]); return false; }
    const told = await answer.json();
    const chosen = form.elements.file.files;
    fields.innerHTML = told.form;
    if (!told.errors) { document.getElementById("waiting").innerHTML = told.waiting; return true; }
    if (!told.errors.file) form.elements.file.files = chosen;
    document.getElementById("attach").open = true;
    notice([say.sayNotAttached, ...told.why]);
    fields.querySelector("[aria-invalid=true]").focus();
    return false;
  };

  // Enter in a field of the file attaches; it does not send what is still being written.
  fields.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || event.target.type === "file") return;
    event.preventDefault();
    form.requestSubmit(document.getElementById("attach-now"));
  });

  // --- looking before sending ----------------------------------------------------------------------
  const look = async (act) => {
    const body = new FormData(form);
    if (act) body.set("act", act);
    const answer = await fetch(say.look, { method: "POST", body });
    if (isHtml(answer)) { notice([say.saySignedOut]); return null; }
    const told = await answer.json();
    if (told.errors) { showErrors(told.errors); return null; }
    if (told.refused) { notice([told.refused.why, told.refused.todo, told.refused.contact]); return null; }
    return told;
  };
  const showCheck = (told) => {
    check.innerHTML = told.html;
    form.elements.seen.value = told.seen;
    const passes = told.verdict !== "blocked" && told.verdict !== "allowed";
    send.textContent = told.without ? say.sayWithout : passes ? say.sayAgain : say.saySend;
    if (told.html) check.focus();
  };
  // 伏せる・消す: places count in characters, as the server counts them, not in halves of them.
  check.addEventListener("click", async (event) => {
    const button = event.target.closest("button[name=act]");
    if (!button) return;
    event.preventDefault();
    busy(true);
    try {
      const act = button.value;
      const inFile = act.startsWith("clean:");
      if (!inFile) {
        const [what, start, end] = act.split(":");
        const label = button.closest("li").querySelector("strong").textContent;
        const letters = Array.from(text.value);
        letters.splice(Number(start), Number(end) - Number(start), what === "mask" ? `■${label}■` : "");
        text.value = letters.join("");
        keep(text.value);
      }
      const told = await look(inFile ? act : "");
      if (told) { showCheck(told); if (!told.html) text.focus(); }
    } catch { notice([say.sayLost]); } finally { busy(false); }
  });

  // --- the answer as it comes --------------------------------------------------------------------
  const begin = () => {
    const made = document.getElementById("live-turn").content.cloneNode(true).firstElementChild;
    made.querySelector(".question").textContent = text.value;
    document.getElementById("turns").append(made);
    return made;
  };
  const events = async function* (body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        const [first, second] = part.split("\n");
        yield [first.slice(7), JSON.parse(second.slice(6))];
      }
    }
  };
  const ask = async () => {
    const turn = { node: null, url: "", ended: "" };
    running = new AbortController();
    busy(true);
    tell(say.sayWriting);
    notice([]);
    try {
      const answer = await fetch(say.stream, { method: "POST", body: new FormData(form), signal: running.signal });
      if (isHtml(answer)) { notice([say.saySignedOut]); return; }
      if (!(answer.headers.get("content-type") || "").includes("event-stream")) {
        const told = await answer.json();
        if (told.errors) showErrors(told.errors);
        else notice([told.refused.why, told.refused.todo, told.refused.contact]);
        return;
      }
      for await (const [kind, data] of events(answer.body)) take(turn, kind, data);
    } catch (error) {
      if (error.name === "AbortError") { turn.ended = "stopped"; tell(say.sayStopped); } else notice([say.sayLost]);
    } finally {
      running = null;
      busy(false);
      if (turn.node) turn.node.querySelector(".answer").setAttribute("aria-busy", "false");
      if (!turn.ended && !turn.node) tell("");
      if (turn.node) leave(turn);
    }
  };
  const take = (turn, kind, data) => {
    if (kind === "begun") {
      turn.node = begin();
      keep("");
      window.clearTimeout(timer);
      check.replaceChildren();
    } else if (kind === "text") {
      turn.node.querySelector(".answer").append(data);
    } else if (kind === "saved") {
      turn.url = data.url;
    } else if (kind === "refused" || kind === "unreachable") {
      form.elements.confirmation.value = data.confirmation || "";
      send.textContent = data.confirmation ? say.sayConfirm : say.saySend;
      notice([data.why, data.todo, data.contact]);
    } else if (kind === "broken") {
      turn.ended = "broken";
      turn.node.querySelector(".turn-end").textContent = [data.why, data.todo].filter(Boolean).join(" ");
    } else if (kind === "done") {
      turn.ended = "done";
    }
  };
  // The page made by the server has what stands beside an answer. What was stopped needs a moment until its record is there.
  const leave = (turn) => {
    text.value = "";
    const to = new URL(turn.url || say.home, location.href);
    window.setTimeout(() => {
      if (to.pathname === location.pathname) { history.replaceState(null, "", to.hash || location.href); location.reload(); } else location.assign(to);
    }, turn.ended === "done" ? 0 : 900);
  };
  stop.addEventListener("click", () => { if (running) running.abort(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && running) running.abort(); });
  text.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(send); } });

  form.addEventListener("submit", async (event) => {
    if (event.submitter && (event.submitter.dataset.plain !== undefined || event.submitter.name === "act")) return;
    event.preventDefault();
    event.stopPropagation();
    if (running || send.disabled) return;
    const alone = event.submitter !== null && event.submitter.id === "attach-now";
    keep(text.value);
    busy(true);
    notice([]);
    let told = null;
    const seen = form.elements.seen.value;
    try {
      if ((!alone && !brings()) || await attach()) {
        if (alone) { busy(false); document.getElementById("attach").open = false; tell(say.sayAttached); return; }
        tell(say.sayLooking);
        told = await look("");
      }
    } catch { notice([say.sayLost]); }
    busy(false);
    tell("");
    if (!told) return;
    if (told.verdict === "blocked" || (told.html && told.seen !== seen)) { showCheck(told); return; }
    await ask();
  });
  // Where the conversation was reloaded at its newest turn, that is what is shown.
  if (location.hash.startsWith("#turn-")) { const turn = document.querySelector(location.hash); if (turn) turn.scrollIntoView(); }
})();
