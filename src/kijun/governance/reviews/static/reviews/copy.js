// A button that copies a text area; without script people select and copy by hand.
(() => {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const area = document.getElementById(button.dataset.copy);
    const status = document.querySelector("[data-copied]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      area.focus();
      area.select();
      try { await navigator.clipboard.writeText(area.value); } catch { document.execCommand("copy"); }
      status.textContent = status.dataset.copied;
    });
  }
})();
