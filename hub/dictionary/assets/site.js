"use strict";
// The language, the search and the filter. Nothing is fetched: the search's entries are a script of their own, loaded when needed.
(() => {
  const page = document.documentElement;
  const KINDS = {
    table: ["表", "Table"], field: ["字段", "Field"], element: ["数据元", "Element"], codes: ["代码表", "Code list"],
    code: ["代码", "Code"], partner: ["接收方", "Partner"],
  };
  const ORDER = Object.keys(KINDS);
  const MOST = 40;

  const english = () => page.dataset.language === "en";
  const folded = (text) => text.normalize("NFKC").toLowerCase();

  function remembered() {
    const asked = new URLSearchParams(location.search).get("lang");
    try {
      return asked || localStorage.getItem("dictionary-language");
    } catch {
      return asked; // the browser keeps nothing for files
    }
  }

  function speak(language) {
    page.dataset.language = language === "en" ? "en" : "zh";
    for (const input of document.querySelectorAll("input[data-zh]")) {
      input.placeholder = input.dataset[page.dataset.language];
    }
  }

  function choose(language) {
    speak(language);
    try {
      localStorage.setItem("dictionary-language", language);
    } catch {
      // the links carry it
    }
  }

  // Where nothing is remembered from file to file, the link says the language.
  function carry(event) {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (link && english() && !link.getAttribute("href").startsWith("#")) {
      link.search = "?lang=en";
    }
  }

  function entries(then) {
    if (window.ENTRIES) {
      then();
      return;
    }
    const script = document.createElement("script");
    script.src = `${document.body.dataset.root}assets/entries.js`;
    script.addEventListener("load", () => {
      prepare();
      then();
    });
    document.head.append(script);
  }

  function prepare() {
    window.FOLDED = window.ENTRIES.map(([, title, name, context, , further]) =>
      [folded(title), folded(name), folded(`${title} ${name} ${name.replaceAll("_", "")} ${context} ${further}`), folded(further)]);
  }

  // Lower is better: the whole title or name, its beginning, a part of it, its initials, somewhere else.
  function distance([title, name, , further], word) {
    if (title === word || name === word) return 0;
    if (further.split(" ").includes(word)) return 1;
    if (title.startsWith(word) || name.startsWith(word)) return 2;
    if (title.includes(word) || name.includes(word)) return 3;
    return further.startsWith(word) ? 4 : 5;
  }

  function search(text) {
    const whole = folded(text).trim();
    const words = whole.split(/\s+/);
    const hits = [];
    window.FOLDED.forEach((each, index) => {
      if (words.every((word) => each[2].includes(word))) {
        const kind = ORDER.indexOf(window.ENTRIES[index][0]);
        const far = Math.min(distance(each, whole), ...words.map((word) => distance(each, word)));
        hits.push([far, kind, index]);
      }
    });
    return hits.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]).map(([, , index]) => window.ENTRIES[index]);
  }

  function span(className, text) {
    const made = document.createElement("span");
    made.className = className;
    made.textContent = text;
    return made;
  }

  function option([kind, title, name, context, target], number) {
    const item = document.createElement("li");
    item.id = `result-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const link = document.createElement("a");
    link.href = document.body.dataset.root + target;
    link.tabIndex = -1;
    const what = document.createElement("span");
    const code = document.createElement("code");
    code.textContent = name;
    what.append(title, " ", code);
    link.append(span("kind", KINDS[kind][english() ? 1 : 0]), what, span("where", context));
    item.append(link);
    return item;
  }

  function wireSearch() {
    const input = document.getElementById("search");
    const found = document.getElementById("found");
    const list = document.getElementById("results");
    const told = document.getElementById("told");
    let chosen = -1;

    const close = () => {
      found.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const show = () => {
      if (!input.value.trim()) {
        close();
        return;
      }
      entries(() => {
        if (!input.value.trim()) return; // emptied while the entries were on their way
        const hits = search(input.value);
        list.replaceChildren(...hits.slice(0, MOST).map(option));
        told.textContent = english()
          ? `${hits.length} found${hits.length > MOST ? `, the first ${MOST} are shown` : ""}`
          : `找到 ${hits.length} 项${hits.length > MOST ? `，列出前 ${MOST} 项` : ""}`;
        chosen = -1;
        input.removeAttribute("aria-activedescendant");
        found.hidden = false;
        input.setAttribute("aria-expanded", "true");
      });
    };
    const choose = (number) => {
      const items = list.children;
      if (found.hidden || !items.length) return;
      if (chosen >= 0) items[chosen].setAttribute("aria-selected", "false");
      chosen = (number + items.length) % items.length;
      items[chosen].setAttribute("aria-selected", "true");
      items[chosen].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", items[chosen].id);
    };

    input.addEventListener("input", show);
    input.addEventListener("focus", show);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return; // an input method is still choosing characters
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
      else if (event.key === "Enter") list.children[Math.max(chosen, 0)]?.firstChild.click();
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    list.addEventListener("click", close);
    document.addEventListener("click", (event) => {
      if (!event.target.closest(".search")) close();
    });
    document.addEventListener("focusin", (event) => {
      if (!event.target.closest(".search")) close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && event.target.tagName !== "INPUT") {
        event.preventDefault();
        input.focus();
      }
    });
    return show;
  }

  function wireFilter(input) {
    const rows = [...document.querySelectorAll(`#${input.dataset.filter} > tbody > tr`)];
    const texts = rows.map((row) => folded(row.textContent));
    input.addEventListener("input", () => {
      const words = folded(input.value).trim().split(/\s+/);
      rows.forEach((row, number) => {
        row.hidden = !words.every((word) => texts[number].includes(word));
      });
    });
  }

  page.classList.add("scripted");
  speak(remembered());
  document.addEventListener("DOMContentLoaded", () => {
    speak(page.dataset.language);
    const show = wireSearch();
    document.querySelectorAll("input[data-filter]").forEach(wireFilter);
    document.addEventListener("click", carry, true);
    document.addEventListener("auxclick", carry, true);
    document.getElementById("language").addEventListener("click", () => {
      choose(english() ? "zh" : "en");
      if (!document.getElementById("found").hidden) show();
    });
  });
})();
