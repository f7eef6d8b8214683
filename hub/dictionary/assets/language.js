// The language of the page, before anything is drawn: as the browser keeps it, else as the link says (?lang=en), else Chinese.
"use strict";
{
  let language = null;
  try { language = localStorage.getItem("language"); } catch { /* the link says it */ }
  language ??= new URLSearchParams(location.search).get("lang");
  document.documentElement.dataset.language = language === "en" ? "en" : "zh";
}
