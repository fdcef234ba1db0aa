/* Turning the pages of a file with the arrow keys. Without it, the links do the same. */
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, dialog, details[open]")) return;
  const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const link = way && document.querySelector(`.turn a[rel=${way}]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
});
