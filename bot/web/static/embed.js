// Puts the chat on another site's page: a button, and a panel with the chat in a frame.
//
//   <script src="https://…/embed.js" data-district="荣昌区" data-lang="zh-CN" data-question="…" async></script>
//
// All of it lives in one element with a shadow root; the page gets no global name, no cookie and no style.
// The server puts its style sheet and words in the place of the two names in capitals.
(() => {
  "use strict";

  const STYLE = WENCE_STYLE;
  const WORDS = WENCE_WORDS;
  const MARK = "data-wence-embed";
  const STORED = "wence.embed";
  const PATIENCE = 10000;

  // A script of type "module" is not its document's current one.
  const script = document.currentScript || document.querySelector("script[type=module][src*='/embed.js']");
  if (!script?.src) return;
  const base = new URL(".", script.src);
  const options = { ...script.dataset };
  const phone = window.matchMedia("(max-width: 600px)");

  const lang = (options.lang || document.documentElement.lang || navigator.language).toLowerCase().startsWith("zh")
    ? "zh-CN" : "en";
  const words = WORDS[lang];

  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  function icon(path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  function address(embedded) {
    const asked = new URLSearchParams({ lang });
    if (embedded) asked.set("embed", "1");
    if (embedded) asked.set("host", location.origin);
    for (const name of ["district", "role", "question"]) if (options[name]) asked.set(name, options[name]);
    return new URL(`chat?${asked}`, base).href;
  }

  // Some pages may store nothing: then each begins closed.
  function remembered() {
    try {
      return localStorage.getItem(STORED) === "open";
    } catch {
      return false;
    }
  }

  function remember(open) {
    try {
      localStorage.setItem(STORED, open ? "open" : "closed");
    } catch {
      return;
    }
  }

  function parts() {
    const button = make("button",
      { type: "button", class: "open", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-controls": "panel" },
      icon("M4 5h16v11H9l-5 4z"), make("span", {}, words.open));
    const away = make("a", { class: "tool", target: "_blank", rel: "noopener", href: address(false),
      "aria-label": words.newTab, title: words.newTab }, icon("M14 4h6v6M20 4l-9 9M18 14v6H4V6h6"));
    const close = make("button", { type: "button", class: "tool", "aria-label": words.close, title: words.close },
      icon("M5 5l14 14M19 5L5 19"));
    const link = make("a", { target: "_blank", rel: "noopener", href: address(false) }, words.newTab);
    const state = make("div", { class: "state", role: "status" }, make("p", {}, words.loading));
    const panel = make("dialog", { id: "panel", "aria-labelledby": "name" },
      make("div", { class: "head" }, make("h2", { id: "name" }, words.title), away, close), state);
    return { button, panel, close, state, link };
  }

  function start() {
    // Included twice, it is there once.
    if (document.querySelector(`[${MARK}]`)) return;
    const holder = make("div", { [MARK]: "", lang });
    const root = holder.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const { button, panel, close, state, link } = parts();
    root.append(button, panel);
    document.body.append(holder);

    let frame, ready = false, wanted = false;

    function tell(type) {
      if (ready) frame.contentWindow.postMessage({ wence: 1, type }, base.origin);
    }

    function load() {
      if (frame) return;
      frame = make("iframe", { title: words.frame, src: address(true), allow: "clipboard-write" });
      panel.append(frame);
      window.setTimeout(() => { if (!ready) state.replaceChildren(make("p", {}, words.failed), link); }, PATIENCE);
    }

    // A frame that is not ready cannot take the focus to the box; until then it is at the way out.
    function focusIn() {
      wanted = !ready;
      if (!ready) return close.focus();
      frame.focus();
      tell("open");
    }

    function open() {
      if (panel.open) return;
      load();
      // On a phone the panel is all there is to see: what lies below is out of reach as long.
      if (phone.matches) panel.showModal();
      else panel.setAttribute("open", "");  // show() would take the focus
      button.setAttribute("aria-expanded", "true");
      remember(true);
    }

    function shut() {
      if (!panel.open) return;
      const inside = root.activeElement && root.activeElement !== button;
      panel.close();
      button.setAttribute("aria-expanded", "false");
      wanted = false;
      remember(false);
      if (inside || document.activeElement === document.body) button.focus();
    }

    button.addEventListener("click", () => {
      if (panel.open) return shut();
      open();
      focusIn();
    });
    close.addEventListener("click", shut);
    panel.addEventListener("cancel", (event) => { event.preventDefault(); shut(); });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) shut();
    });
    window.addEventListener("message", (event) => {
      if (!frame || event.source !== frame.contentWindow || event.origin !== base.origin) return;
      if (event.data?.wence !== 1) return;
      if (event.data.type === "close") shut();
      if (event.data.type !== "ready") return;
      ready = true;
      state.remove();
      // Whoever has gone elsewhere meanwhile stays there.
      if (wanted && root.activeElement === close) focusIn();
    });

    // A page that covers itself when it is opened would be a nuisance.
    if (remembered() && !phone.matches) open();
  }

  // At the end of the page, so that the Tab key comes to it last.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start, { once: true });
  else start();
})();
