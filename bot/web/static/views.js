// Above and beside the conversation: who asks, the tabs, the table of applicability, the map.
(() => {
  "use strict";

  const wence = window.wence;
  const STORED = "wence.profile";
  const ASKED = "wence.asked";
  const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const asked = new URLSearchParams(location.search);
  let top, cellLink;

  const talk = () => document.querySelector("#wence-talk");
  const box = () => document.querySelector("#wence-box textarea, #wence-box input");
  const choice = (name) => top.querySelector(`[data-choice=${name}]`);

  // Who asks.

  function profile() {
    return JSON.stringify({ district: choice("district")?.value || null, role: choice("role")?.value || null });
  }

  // Where the browser gives no storage, as in some frames, the choice lasts as long as the page.
  function remembered() {
    try {
      return JSON.parse(sessionStorage.getItem(STORED)) || {};
    } catch {
      return {};
    }
  }

  function remember() {
    try {
      sessionStorage.setItem(STORED, profile());
    } catch {
      return;
    }
  }

  // An option by its value or by any name that its district is known by; nothing if there is none.
  function choose(name, wanted) {
    const select = choice(name);
    const known = (option) => [option.value, ...(option.dataset.names || "").split("|")];
    const found = wanted && Array.from(select?.options || []).find((option) => known(option).includes(wanted));
    if (found) found.selected = true;
    return Boolean(found);
  }

  function preset() {
    const former = remembered();
    for (const name of ["district", "role"]) choose(name, asked.get(name)?.trim()) || choose(name, former[name]);
    const district = asked.get("district")?.trim();
    if (district && choice("district")) top.querySelector(".wence-unknown").hidden = choose("district", district);
    remember();
  }

  function speak() {
    const lang = wence.chinese() ? "zh" : "en";
    for (const option of top.querySelectorAll("option[data-zh]")) option.textContent = option.dataset[lang];
  }

  // Asking, as if typed. Gradio's box may not be there yet, or may be busy: then the words wait in it.
  function ask(question, send = true, patience = 50) {
    const field = box();
    const button = document.querySelector("#wence-box .submit-button");
    if ((!field || !button) && patience) {
      return void window.setTimeout(() => ask(question, send, patience - 1), 100);
    }
    if (!field) return;
    field.value = question;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (button && send) window.setTimeout(() => button.click(), 50);
  }

  // A site with the frame on each of its pages asks once in a visit; after that the question only stands there.
  function repeated(question) {
    if (!wence.embedded) return false;
    try {
      const before = sessionStorage.getItem(ASKED);
      sessionStorage.setItem(ASKED, question);
      return before === question;
    } catch {
      return false;
    }
  }

  function askFor(district) {
    open("chat");
    box()?.focus();
    ask(wence.phrase("mapQuestion").replace("{district}", district));
  }

  // The tabs.

  function open(view) {
    talk().dataset.view = view;
    document.querySelector("#wence-main").dataset.view = view;
    for (const tab of top.querySelectorAll("[role=tab]")) {
      tab.setAttribute("aria-selected", String(tab.dataset.view === view));
      tab.tabIndex = tab.dataset.view === view ? 0 : -1;
    }
    document.querySelector(`#wence-view-${view}`).dispatchEvent(new Event("wence-open"));
  }

  function onTabKey(event) {
    const tabs = Array.from(top.querySelectorAll("[role=tab]"));
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const at = tabs.indexOf(event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next.focus();
    open(next.dataset.view);
  }

  function bar(element) {
    top = element.querySelector(".wence-top");
    wence.chooseLanguage();
    speak();
    preset();
    top.addEventListener("change", remember);
    top.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) open(tab.dataset.view);
    });
    top.addEventListener("keydown", onTabKey);
    talk().dataset.view = "chat";
    new MutationObserver(colourTags).observe(talk(), { childList: true, subtree: true });
    const question = asked.get("question") || asked.get("q");
    if (question) ask(question, !repeated(question));
  }

  // Routes in answers are written as code; by their words they get the colour they have in the table.
  function colourTags() {
    const routes = new Map(top.dataset.tags.split("|").map((pair) => pair.split("=")));
    for (const code of document.querySelectorAll("#wence-chat .bot-row code:not([data-route])")) {
      const route = routes.get(code.textContent);
      if (route) code.dataset.route = route;
    }
  }

  // A view is fetched when it is first opened, and again when another document is chosen.
  function fill(element, server, filled) {
    const view = element.querySelector(".wence-view");
    const select = element.querySelector(".wence-choice select");
    let shown;
    async function load() {
      const slug = select ? select.value : view.dataset.slug;
      if (slug === shown) return;
      shown = slug;
      view.innerHTML = await server.read_view(slug);
      filled(view);
    }
    const panel = element.closest("[id^=wence-view-]");
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", panel.id.replace("view", "tab"));
    panel.addEventListener("wence-open", load);
    select?.addEventListener("change", load);
    return view;
  }

  // The table: one stop of the Tab key, arrows from cell to cell, Enter or a click shows the proof.

  function matrix(element, server) {
    const view = fill(element, server, (filled) => {
      const links = filled.querySelectorAll("td a");
      for (const link of links) link.tabIndex = -1;
      if (links.length) links[0].tabIndex = 0;
      filled.querySelector(".wence-proofs").append(closeButton());
    });
    view.addEventListener("click", onMatrixClick);
    view.addEventListener("keydown", onMatrixKey);
    view.addEventListener("focusin", (event) => {
      if (!event.target.matches("td a")) return;
      for (const link of view.querySelectorAll("td a[tabindex='0']")) link.tabIndex = -1;
      event.target.tabIndex = 0;
    });
  }

  function closeButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "wence-close-proof";
    button.textContent = wence.phrase("closeProof");
    return button;
  }

  function onMatrixClick(event) {
    const link = event.target.closest("td a");
    if (link) {
      event.preventDefault();
      showProof(link);
    } else if (event.target.closest(".wence-close-proof")) {
      hideProof();
    }
  }

  function showProof(link) {
    hideProof(false);
    cellLink = link;
    link.classList.add("wence-current-cell");
    const article = document.getElementById(link.getAttribute("href").slice(1));
    const district = link.closest("tr").querySelector("th").textContent;
    article.querySelector(".wence-whom").textContent = district;
    article.classList.add("wence-shown");
    article.tabIndex = -1;
    article.focus({ preventScroll: true });
    article.scrollTop = 0;
  }

  function hideProof(backToCell = true) {
    document.querySelector(".wence-shown")?.classList.remove("wence-shown");
    cellLink?.classList.remove("wence-current-cell");
    if (backToCell) cellLink?.focus();
  }

  function onMatrixKey(event) {
    if (event.key === "Escape" && event.target.closest(".wence-proofs")) {
      // While a quote is shown beside, Esc leads back from there first.
      if (document.querySelector(".wence-current")) return;
      event.preventDefault();
      hideProof();
    } else if (event.target.matches("td a")) {
      const target = neighbour(event.target.closest("td"), event.key, event.ctrlKey);
      if (!target) return;
      event.preventDefault();
      target.focus();
    }
  }

  // The next cell with a link in the direction of the key.
  function neighbour(cell, key, far) {
    const rows = Array.from(cell.closest("table").querySelectorAll("tbody tr:not(.wence-group)"));
    const at = [rows.indexOf(cell.parentNode), cell.cellIndex];
    if (key === "Home" || key === "End") {
      const links = (far ? cell.closest("table") : cell.parentNode).querySelectorAll("td a");
      return links[key === "Home" ? 0 : links.length - 1];
    }
    if (!ARROWS[key]) return null;
    for (;;) {
      at[0] += ARROWS[key][0];
      at[1] += ARROWS[key][1];
      const next = rows[at[0]]?.cells[at[1]];
      if (!next || next.matches("th")) return null;
      const link = next.querySelector("a");
      if (link) return link;
    }
  }

  // The map: a district leads to the question what applies to it.

  function map(element, server) {
    const view = fill(element, server, () => {});
    view.addEventListener("click", (event) => {
      const link = event.target.closest("[data-district]");
      if (!link) return;
      event.preventDefault();
      askFor(link.dataset.district);
    });
  }

  Object.assign(wence, { bar, matrix, map, profile });
})();
