// The guideline pane: a click on a citation in an answer scrolls to the quoted words and marks them.
//
// Citations are links to #cite-<document>-<start>-<end>. Offsets count characters (code points) of the
// source; elements with data-start and data-end say which of them they show.
(() => {
  "use strict";

  const CITATION = /^#cite-(.+)-(\d+)-(\d+)$/;
  const phone = window.matchMedia("(max-width: 900px)");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let pane, server, opener, mistaken = false, seen = 0, waiting = false;

  const find = (selector) => pane.querySelector(selector);
  const chinese = () => document.documentElement.lang.toLowerCase().startsWith("zh");
  const phrase = (name) => find(".wence-live").dataset[name + (chinese() ? "Zh" : "En")];

  function say(words) {
    const live = find(".wence-live");
    live.textContent = "";
    // A region that is emptied first is read out even when it says the same again.
    window.setTimeout(() => { live.textContent = words; }, 50);
  }

  // The first `count` code points of `text` are this many UTF-16 units.
  function units(text, count) {
    return Array.from(text).slice(0, count).join("").length;
  }

  function unmark() {
    for (const mark of pane.querySelectorAll("mark.wence-mark")) {
      const holder = mark.parentNode;
      mark.replaceWith(...mark.childNodes);
      holder.normalize();
    }
  }

  function markIn(piece, start, end) {
    const text = piece.textContent;
    const offset = Number(piece.dataset.start);
    const range = document.createRange();
    range.setStart(piece.firstChild, units(text, Math.max(0, start - offset)));
    range.setEnd(piece.firstChild, units(text, end - offset));
    const mark = document.createElement("mark");
    mark.className = "wence-mark";
    range.surroundContents(mark);
    return mark;
  }

  function mark(start, end) {
    unmark();
    const pieces = Array.from(pane.querySelectorAll("[data-start]")).filter(
      (piece) => Number(piece.dataset.start) < end && Number(piece.dataset.end) > start,
    );
    return pieces.map((piece) => markIn(piece, start, end));
  }

  async function show(slug) {
    if (find(".wence-text")?.dataset.slug === slug) return true;
    const html = await server.read_document(slug);
    if (!html) return false;
    find(".wence-scroll").innerHTML = html;
    const choice = find(".wence-choice select");
    if (choice) choice.value = slug;
    return true;
  }

  function reveal(target) {
    const scroll = find(".wence-scroll");
    const inner = target.getBoundingClientRect().top - scroll.getBoundingClientRect().top;
    scroll.scrollTo({
      top: scroll.scrollTop + inner - scroll.clientHeight / 4,
      behavior: calm.matches ? "auto" : "smooth",
    });
  }

  function sheet(open) {
    document.querySelector("#wence-guideline").classList.toggle("wence-open", open);
  }

  // What has just been hidden takes no focus before the browser has drawn it.
  function focusSoon(element, patience = 20) {
    element.focus({ preventScroll: true });
    if (document.activeElement === element || !patience) return;
    window.setTimeout(() => focusSoon(element, patience - 1), 30);
  }

  function setOpener(link) {
    opener?.classList?.remove("wence-current");
    opener = link;
    opener?.classList?.add("wence-current");
    find(".wence-back").hidden = !opener;
  }

  async function follow(link, [, slug, start, end]) {
    const shown = await show(decodeURIComponent(slug));
    const marks = shown ? mark(Number(start), Number(end)) : [];
    if (!marks.length) return say(phrase("notFound"));
    setOpener(link);
    sheet(true);
    reveal(marks[0]);
    if (phone.matches) focusSoon(find(".wence-close"));
    const { line, page } = marks[0].closest("[data-line]")?.dataset ?? {};
    const unit = marks[0].closest("[data-unit]")?.dataset.unit;
    const said = { page: "foundPage", paragraph: "foundParagraph" }[unit] ?? "found";
    say(phrase(said).replace("{line}", page ?? line));
  }

  function back() {
    const link = opener;
    sheet(false);
    unmark();
    setOpener(null);
    // The conversation may have been cleared or drawn again since.
    const target = link?.isConnected ? link : document.querySelector("#wence-box textarea, #wence-box input");
    target?.focus();
  }

  // What a reader sees of an answer, not its markdown.
  function plain(message) {
    return message.innerText.replace(/\n{3,}/g, "\n\n").trim();
  }

  async function copy(button) {
    const row = button.closest(".message-buttons")?.previousElementSibling;
    const text = plain(row?.querySelector(".prose") ?? row);
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyOldWay(text);
    }
    button.classList.add("wence-done");
    window.setTimeout(() => button.classList.remove("wence-done"), 1500);
    say(phrase("copied"));
  }

  // Without https browsers give no access to the clipboard but this.
  function copyOldWay(text) {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  // The address may ask for a language (?lang=en). Gradio knows zh-CN and zh-TW, and takes every other
  // Chinese reader (zh-HK, zh-SG, …) for an English one.
  function chooseLanguage() {
    const asked = (new URLSearchParams(location.search).get("lang") || "").toLowerCase();
    const wanted = /^(zh|en)\b/.test(asked) ? asked : navigator.language.toLowerCase();
    if (chinese() === wanted.startsWith("zh")) return;
    document.documentElement.lang = wanted.startsWith("zh") ? "zh-CN" : "en";
    mistaken = true;
  }

  function translate() {
    const box = document.querySelector("#wence-box textarea");
    const clear = document.querySelector("#wence-clear");
    if (box) box.placeholder = phrase("placeholder");
    for (const node of clear?.childNodes ?? []) {
      if (node.nodeType === Node.TEXT_NODE && node.data.trim()) node.data = phrase("newChat");
    }
  }

  // Gradio leaves these without a name, or names them in English or by raw markdown.
  function nameParts() {
    const log = document.querySelector("#wence-chat [role=log]");
    if (log) Object.assign(log, { ariaLive: "off", ariaLabel: phrase("conversation") });
    // A long question scrolls within itself.
    for (const asked of document.querySelectorAll("#wence-chat .user-row .message:not([tabindex])")) {
      if (asked.scrollHeight <= asked.clientHeight) continue;
      Object.assign(asked, { tabIndex: 0, role: "group", ariaLabel: phrase("question") });
    }
    name("#wence-box .submit-button", "send");
    name("#wence-box .stop-button", "stop");
    name("#wence-chat .message-buttons button", "copy");
    for (const message of document.querySelectorAll("#wence-chat [data-testid][aria-label]")) {
      message.removeAttribute("aria-label");
    }
  }

  // An answer is read from its beginning: while one grows, its question stays at the top.
  function keepQuestion() {
    const asked = document.querySelectorAll("#wence-chat .user-row");
    const growing = asked.length > seen || document.querySelector("#wence-box .stop-button");
    seen = asked.length;
    const view = document.querySelector("#wence-chat .bubble-wrap");
    if (!growing || !asked.length || !view) return;
    const last = asked[asked.length - 1].getBoundingClientRect().top - view.getBoundingClientRect().top;
    view.scrollTop += last - 12;
  }

  // The conversation would be read out again with each block that an answer grows by. So it is silent, and
  // when the answer is there that is said, with how it begins.
  function announce() {
    const busy = Boolean(document.querySelector("#wence-box .stop-button"));
    if (waiting && !busy) {
      const answers = document.querySelectorAll("#wence-chat .bot-row .prose");
      const first = answers[answers.length - 1]?.querySelector("p, li, blockquote, h2, h3")?.textContent ?? "";
      say(`${phrase("answered")} ${first.trim().slice(0, 200)}`);
    }
    waiting = busy;
  }

  // A voice picks how to pronounce by this; a paragraph with one Chinese character is Chinese.
  function tellLanguages() {
    for (const block of document.querySelectorAll("#wence-chat .prose :is(p, li, h2, h3, th, td):not([lang])")) {
      block.lang = /\p{Script=Han}/u.test(block.textContent) ? "zh-CN" : "en";
    }
  }

  function onTalk() {
    if (mistaken) translate();
    nameParts();
    keepQuestion();
    tellLanguages();
    announce();
  }

  function name(selector, which) {
    for (const button of document.querySelectorAll(selector)) {
      if (button.title === phrase(which)) continue;
      button.title = phrase(which);
      button.setAttribute("aria-label", phrase(which));
    }
  }

  function onClick(event) {
    const target = event.target;
    const link = target.closest("a[href]");
    const cited = link?.getAttribute("href").match(CITATION);
    if (cited) {
      event.preventDefault();
      event.stopPropagation();
      follow(link, cited);
    } else if (target.closest(".wence-show")) {
      setOpener(target.closest(".wence-show"));
      sheet(true);
      focusSoon(find(".wence-close"));
    } else if (target.closest(".wence-back, .wence-close")) {
      back();
    } else if (target.closest("#wence-chat .message-buttons button")) {
      event.stopPropagation();
      copy(target.closest("button"));
    }
  }

  function onKey(event) {
    if (event.key === "Escape" && opener && !event.isComposing) {
      event.preventDefault();
      back();
    }
  }

  function open(element, functions) {
    pane = element;
    server = functions;
    chooseLanguage();
    // What the page holds is simplified Chinese, whatever region the browser is from: it picks glyphs by this.
    if (chinese()) document.querySelector(".gradio-container").lang = "zh-CN";
    find(".wence-scroll").setAttribute("aria-label", phrase("guideline"));
    find(".wence-choice select")?.addEventListener("change", (event) => show(event.target.value));
    document.addEventListener("click", onClick, true);
    document.addEventListener("keydown", onKey);
    new MutationObserver(onTalk).observe(document.querySelector("#wence-talk"), { childList: true, subtree: true });
    onTalk();
    // In a frame the focus is the surrounding page's to give.
    if (wence.embedded) wence.embedded();
    else focusBox();
  }

  function focusBox(patience = 50) {
    const box = document.querySelector("#wence-box textarea, #wence-box input");
    if (!box && patience) window.setTimeout(() => focusBox(patience - 1), 100);
    else if (document.activeElement === document.body) box?.focus();
  }

  const wence = window.wence = { open, say, phrase, chinese, chooseLanguage };
})();
