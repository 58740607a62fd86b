// The thumbs under an answer, and the reason for one that points down.
(() => {
  "use strict";

  const wence = window.wence;

  async function send(form, up, reason) {
    const sent = { entry: form.dataset.entry, up, reason };
    const headers = { "Content-Type": "application/json" };
    try {
      const response = await fetch("opinion", { method: "POST", headers, body: JSON.stringify(sent) });
      wence.say(wence.phrase(response.ok ? "thanks" : "opinionLost"));
      return response.ok;
    } catch {
      wence.say(wence.phrase("opinionLost"));
      return false;
    }
  }

  async function judge(button) {
    const form = button.closest("form");
    const up = Boolean(button.dataset.up);
    if (!await send(form, up, "")) return;
    for (const thumb of form.querySelectorAll("[data-up]")) thumb.setAttribute("aria-pressed", String(thumb === button));
    form.querySelector(".wence-reason").hidden = up;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".wence-opinion [data-up]");
    if (button) judge(button);
  });

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest(".wence-opinion");
    if (!form) return;
    event.preventDefault();
    if (!await send(form, false, form.elements.reason.value.trim())) return;
    form.querySelector(".wence-reason").hidden = true;
    form.querySelector("[data-up='']").focus();
  });
})();
