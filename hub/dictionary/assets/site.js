// Search and the language switch. Opened from the file system: nothing is fetched, and what is found is put in as text.
"use strict";

const html = document.documentElement;
const root = document.body.dataset.root;

// ---- Language: language.js has chosen it before anything was drawn. ----

const SAID = {
  zh: { table: "表", field: "字段", element: "数据元", codes: "代码表", code: "代码", partner: "接收方", none: "没有找到", found: "项", first: "，显示前" },
  en: { table: "table", field: "field", element: "element", codes: "code list", code: "code", partner: "partner", none: "Nothing found", found: "found", first: ", showing the first" },
};

function keep(language) {
  try { localStorage.setItem("language", language); } catch { /* links carry it */ }
}

function speak(language) {
  html.dataset.language = language;
  for (const attribute of ["placeholder", "aria-label"]) {
    for (const one of document.querySelectorAll(`[data-en-${attribute}]`)) {
      one.dataset.zh ??= one.getAttribute(attribute);
      one.setAttribute(attribute, language === "en" ? one.getAttribute(`data-en-${attribute}`) : one.dataset.zh);
    }
  }
  for (const link of document.querySelectorAll("a[href]")) {
    if (!link.getAttribute("href").startsWith("#")) link.search = language === "en" ? "?lang=en" : "";
  }
  const button = document.getElementById("language");
  button.textContent = language === "en" ? "中文" : "English";
  button.lang = language === "en" ? "zh-CN" : "en";
  button.hidden = false;
}

speak(html.dataset.language);
document.getElementById("language").addEventListener("click", () => {
  const language = html.dataset.language === "en" ? "zh" : "en";
  keep(language);
  speak(language);
});

// ---- Search: every word must be found in a title, a name, a context or a further word of an entry. ----

const MOST = 50;
const ORDER = ["table", "field", "element", "codes", "partner", "code"];
const box = document.getElementById("search");
const panel = document.getElementById("panel");
const results = document.getElementById("results");
let entries = null;
let shown = [];
let at = -1;

const folded = (text) => text.normalize("NFKC").toLowerCase();

function load() {
  if (entries !== null) return;
  entries = [];
  const script = document.createElement("script");
  script.src = `${root}assets/entries.js`;
  script.onload = () => {
    entries = window.ENTRIES.map(([kind, title, name, context, page, further]) => ({
      kind, title, name, context, page, own: [title, name, ...further.split(" ")].map(folded).filter(Boolean), around: folded(context),
    }));
    search();
  };
  document.head.append(script);
}

// 0 the word itself, 1 begins with it, 2 contains it, 3 only its table or list does; null: not at all.
function closeness(entry, word) {
  if (entry.own.includes(word)) return 0;
  if (entry.own.some((text) => text.startsWith(word))) return 1;
  if (entry.own.some((text) => text.includes(word))) return 2;
  return entry.around.includes(word) ? 3 : null;
}

function rank(entry, words) {
  let sum = 0;
  for (const word of words) {
    const close = closeness(entry, word);
    if (close === null) return null;
    sum += close;
  }
  return sum * 10 + ORDER.indexOf(entry.kind);
}

function search() {
  const words = folded(box.value).split(/\s+/).filter(Boolean);
  if (!words.length || !entries.length) return close();
  const found = [];
  for (const entry of entries) {
    const ranked = rank(entry, words);
    if (ranked !== null) found.push([ranked, entry]);
  }
  found.sort((a, b) => a[0] - b[0] || a[1].title.length - b[1].title.length);
  shown = found.slice(0, MOST).map(([, entry]) => entry);
  show(found.length);
}

function show(count) {
  const said = SAID[html.dataset.language];
  const more = count > MOST ? `${said.first} ${MOST}` : "";
  document.getElementById("found").textContent = count ? `${count} ${said.found}${more}` : said.none;
  results.replaceChildren(...shown.map((entry, index) => line(entry, index, said)));
  panel.hidden = false;
  box.setAttribute("aria-expanded", "true");
  choose(-1);
}

function line(entry, index, said) {
  const item = document.createElement("li");
  item.id = `result-${index}`;
  item.setAttribute("role", "option");
  item.append(piece("span", "kind", said[entry.kind]), piece("span", "", entry.title, entry.name));
  if (entry.context) item.append(piece("span", "context", entry.context));
  item.addEventListener("click", () => open(entry));
  return item;
}

function piece(tag, name, text, code) {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  if (code) made.append(" ", piece("code", "", code));
  return made;
}

function open(entry) {
  const [page, hash] = entry.page.split("#");
  close();
  location.href = root + page + (html.dataset.language === "en" ? "?lang=en" : "") + (hash ? `#${hash}` : "");
}

function choose(index) {
  at = index;
  [...results.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
  if (at < 0) return box.removeAttribute("aria-activedescendant");
  box.setAttribute("aria-activedescendant", `result-${at}`);
  results.children[at].scrollIntoView({ block: "nearest" });
}

function close() {
  panel.hidden = true;
  shown = [];
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

box.addEventListener("focus", () => { load(); search(); });
box.addEventListener("input", () => { load(); search(); });
box.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Escape") { close(); return; }
  if (!shown.length) return;
  if (event.key === "ArrowDown") choose((at + 1) % shown.length);
  else if (event.key === "ArrowUp") choose((at <= 0 ? shown.length : at) - 1);
  else if (event.key === "Enter") open(shown[Math.max(at, 0)]);
  else return;
  event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  box.focus();
  box.select();
});
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest(".search")) close();
});
