// The chat in a frame of another site's page: compact, and it talks with that page, if the page may embed it.
(() => {
  "use strict";

  const wence = window.wence;
  const asked = new URLSearchParams(location.search);
  const box = () => document.querySelector("#wence-box textarea, #wence-box input");
  if (asked.get("embed") !== "1") return;
  document.documentElement.classList.add("wence-embed");

  // The page says where it is from. Were that a lie, what is sent there would not arrive.
  function partner() {
    const listed = document.querySelector("meta[name=wence-embed-origins]")?.content || "";
    const allowed = [location.origin, ...listed.split(" ").filter(Boolean)];
    const host = asked.get("host");
    return window.parent !== window && allowed.includes(host) ? host : null;
  }

  function join(patience = 100) {
    if (!box() && patience) return void window.setTimeout(() => join(patience - 1), 100);
    const host = partner();
    if (!host) return;
    const tell = (type) => window.parent.postMessage({ wence: 1, type }, host);
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || event.origin !== host || event.data?.wence !== 1) return;
      if (event.data.type === "open") box()?.focus();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) tell("close");
    });
    tell("ready");
  }

  wence.embedded = join;
})();
