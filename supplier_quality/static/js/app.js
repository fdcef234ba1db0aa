/* Conveniences. Every page works without this file; with it, less typing and fewer reloads. */
"use strict";

(function () {
  const root = document.documentElement;
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const isTyping = (element) => element && (element.matches("input, textarea, select") || element.isContentEditable);

  /* -- rail ------------------------------------------------------------ */
  const RAIL = "rail-narrow";
  const shell = one(".shell");
  const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window */ } };
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };

  function foldRail(narrow) {
    shell.classList.toggle("is-narrow", narrow);
    one(".rail .fold").setAttribute("aria-expanded", String(!narrow));
  }
  if (shell) {
    foldRail(recall(RAIL) === "yes");
    one(".rail .fold").addEventListener("click", () => {
      const narrow = !shell.classList.contains("is-narrow");
      foldRail(narrow);
      remember(RAIL, narrow ? "yes" : "no");
    });
  }

  /* -- keyboard -------------------------------------------------------- */
  let afterG = 0;

  function moveInTable(step) {
    const rows = all("table[data-rows] tbody tr").filter((row) => one("a[href]", row));
    if (!rows.length) return false;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    rows.forEach((row) => row.classList.toggle("is-at", row === next));
    one("a[href]", next).focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  function onKey(event) {
    if (event.key === "Escape") { closeMenus(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || one("dialog[open]")) return;
    if (afterG && Date.now() - afterG < 1500) {
      afterG = 0;
      const entry = one(`[data-key="${CSS.escape(event.key)}"]`);
      if (entry) { event.preventDefault(); entry.click(); }
      return;
    }
    if (event.key === "g") afterG = Date.now();
    else if (event.key === "/" && one("#search")) { event.preventDefault(); one("#search").focus(); }
    else if (event.key === "?" && one("#keys")) { event.preventDefault(); one("#keys").showModal(); }
    else if (event.key === "j" && moveInTable(1)) event.preventDefault();
    else if (event.key === "k" && moveInTable(-1)) event.preventDefault();
    else if (event.key === "x") pickRow();
  }

  function pickRow() {
    const box = one("tr.is-at .pick input");
    if (box) { box.checked = !box.checked; box.dispatchEvent(new Event("change", { bubbles: true })); }
  }
  document.addEventListener("keydown", onKey);

  /* In a matrix the arrows go to the next mark in their direction; Enter opens it, as it is a link. */
  const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  document.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    const cell = step && event.target.closest("table[data-matrix] td, table[data-matrix] tbody th");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = all("tbody tr", cell.closest("table"));
    let row = rows.indexOf(cell.parentElement) + step[0], column = cell.cellIndex + step[1];
    const within = all("a[href]", cell);
    const beside = step[0] ? null : within[within.indexOf(event.target) + step[1]];
    let next = beside || null;
    for (; !next && rows[row] && rows[row].cells[column]; row += step[0], column += step[1]) {
      next = one("a[href]", rows[row].cells[column]);
    }
    if (next) { event.preventDefault(); next.focus(); next.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  });

  /* -- menus and dialogs ----------------------------------------------- */
  function closeMenus(except) {
    all("details.menu[open], details.why[open]").forEach((menu) => {
      if (menu === except) return;
      const hadFocus = menu.contains(document.activeElement);
      menu.removeAttribute("open");
      if (hadFocus && !except) one("summary", menu).focus();
    });
  }

  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest("details.menu, details.why"));
    const opener = event.target.closest("[data-opens]");
    if (opener) one(opener.dataset.opens).showModal();
    const closer = event.target.closest("[data-closes]");
    if (closer) shut(closer);
    const copier = event.target.closest("[data-copies]");
    if (copier) copy(copier);
    const printer = event.target.closest("[data-prints]");
    if (printer) window.print();
  });

  function shut(closer) {
    const box = closer.closest("dialog, .toast-line, .note");
    if (box.matches("dialog")) box.close(); else box.remove();
  }

  function copy(button) {
    const source = one(button.dataset.copies);
    navigator.clipboard.writeText((source.value || source.textContent).trim()).then(() => {
      one("[data-word]", button).textContent = button.dataset.copied;
    });
  }

  /* -- forms ------------------------------------------------------------ */
  document.addEventListener("change", (event) => {
    const control = event.target;
    if (control.matches("[data-submits]")) control.form.requestSubmit();
    if (control.matches("[data-picks-all]")) {
      all(".pick input[name]", control.closest("table")).forEach((box) => { box.checked = control.checked; });
    }
    if (control.closest(".pick")) countPicked(control.form);
  });

  function countPicked(form) {
    const place = form && one("[data-picked]", form);
    if (place) place.textContent = String(all(".pick input[name]:checked", form).length);
  }

  /* A second click while the first is still under way would send the form twice. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sending) { event.preventDefault(); return; }
    form.dataset.sending = "yes";
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sending; }, 5000);
  });
  window.addEventListener("pageshow", () => all("form[data-sending]").forEach((form) => { delete form.dataset.sending; }));

  /* -- drafts save themselves ------------------------------------------- */
  const WAIT = 1200;
  const timers = new WeakMap();

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !form.dataset.draft) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => saveDraft(form), WAIT));
  });

  function saveDraft(form) {
    if (form.dataset.sent) return;
    const body = new FormData(form);
    all("input[type=password], input[type=file]", form).forEach((input) => body.delete(input.name));
    body.set("draft_key", form.dataset.draft);
    const place = one("[data-saved]", form);
    fetch("/drafts", { method: "POST", body, headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
      .then((saved) => { if (place) place.textContent = saved.words; })
      .catch(() => {
        if (place) place.textContent = place.dataset.failed;
        timers.set(form, setTimeout(() => saveDraft(form), 10 * WAIT));
      });
  }

  /* -- notices go by themselves, unless read or used ---------------------- */
  function letNoticesGo() {
    all(".toast-line[data-goes]").forEach((line) => {
      delete line.dataset.goes;
      const go = () => { if (line.matches(":hover, :focus-within")) setTimeout(go, 3000); else line.remove(); };
      setTimeout(go, 8000);
    });
  }
  letNoticesGo();

  /* -- parts of pages ----------------------------------------------------- */
  document.addEventListener("htmx:configRequest", (event) => {
    const token = one('meta[name="csrf-token"]');
    if (token) event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:afterSwap", letNoticesGo);
  /* Forms of the frame lead back to the page as it stands, not as it was opened. */
  document.addEventListener("htmx:pushedIntoHistory", () => {
    all("form input[name=next]").forEach((input) => { input.value = location.pathname + location.search; });
  });
  document.addEventListener("htmx:sendError", () => {
    const place = one("#notices");
    const template = one("#offline");
    if (place && template) place.replaceChildren(template.content.cloneNode(true));
  });

  /* The key of a mailed link stands in the fragment, which is sent nowhere; from here it goes into the form and out of the history. */
  all("form[data-takes-fragment]").forEach((form) => {
    const key = location.hash.slice(1);
    if (!key) return;
    form.elements[form.dataset.takesFragment].value = key;
    history.replaceState(null, "", location.pathname + location.search);
  });

  /* A drawing that is larger than its panel opens on the place that matters, in its middle. */
  function openDrawings() {
    all("[data-opens-on]").forEach((panel) => {
      const place = one(panel.dataset.opensOn, panel);
      delete panel.dataset.opensOn;
      if (!place) return;
      const inner = place.getBoundingClientRect(), outer = panel.getBoundingClientRect();
      panel.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
      panel.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
    });
  }
  openDrawings();
  document.addEventListener("htmx:afterSwap", openDrawings);

  /* A failed field gets the focus, so that typing can go on there. */
  const wrong = one("[aria-invalid=true]");
  if (wrong) wrong.focus();
  root.classList.add("is-ready");
})();
