/* The supplier's pages: opening the link, saving while somebody types, uploads with progress, and a bad connection. Every page works without it. */
"use strict";

(function () {
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const words = one("#portal-words") ? one("#portal-words").dataset : {};
  const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  /* -- the link: its key stands in the fragment, which is sent nowhere ---- */
  /* Another link may be pasted into the tab that still shows the first one, or that it does not work. */
  const opensLinks = Boolean(one("[data-opens-link]"));
  let opening = 0;
  window.addEventListener("hashchange", () => {
    if (!opensLinks || !location.hash.slice(1)) return;
    if (one("[data-opens-link]")) openLink();
    else location.reload();
  });

  async function openLink() {
    const box = one("[data-opens-link]");
    const key = location.hash.slice(1);
    if (!box || !key) return;
    history.replaceState(null, "", location.pathname);
    const mine = (opening += 1);
    box.hidden = false;
    one("[data-without-link]").hidden = true;
    for (let wait = 1000; mine === opening; wait = Math.min(wait * 2, 15000)) {
      try {
        const answer = await fetch("/s/open", { method: "POST", body: new URLSearchParams({ link: key }) });
        if (mine !== opening) return;
        if (answer.ok) location.replace(answer.url);
        else await show(answer);
        return;
      } catch {
        one("[data-words]", box).textContent = one("[data-words]", box).dataset.failed;
        await sleep(wait);
      }
    }
  }

  /* -- a page that came as an answer takes the place of this one ---------- */
  async function show(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    one("main").replaceWith(page.querySelector("main"));
    const token = page.querySelector('meta[name="csrf-token"]');
    if (token) useToken(token.content);
    document.title = page.title;
    all("#toasts").forEach((old) => old.replaceWith(page.querySelector("#toasts")));
    prepare();
    const wrong = one("[aria-invalid=true]") || one("[role=alert]");
    if (wrong) { if (!wrong.matches("input, textarea, select")) wrong.tabIndex = -1; wrong.focus(); wrong.scrollIntoView({ block: "center" }); }
    else window.scrollTo(0, 0);
  }

  function useToken(token) {
    one('meta[name="csrf-token"]').content = token;
    all('input[name="csrf_token"]').forEach((input) => { input.value = token; });
  }

  /* -- notices ------------------------------------------------------------ */
  function banner(text, act) {
    const place = one("#notices");
    if (!text) { place.replaceChildren(); return; }
    const note = document.createElement("div");
    note.className = "note tone-soon banner";
    const body = document.createElement("div");
    const line = document.createElement("p");
    line.textContent = text;
    body.append(line);
    if (act) body.append(act);
    note.append(body);
    place.replaceChildren(note);
  }

  function sessionEnded() {
    const link = document.createElement("a");
    link.className = "btn btn-secondary w-100";
    link.href = "/s/code";
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = words.again;
    banner(words.ended, link);
  }

  /* -- sending: again when the connection breaks, with a fresh token when the old one is too old; the same content is stored once */
  async function send(url, makeBody, headers) {
    for (let tries = 0; ; tries += 1) {
      const body = makeBody();
      const answer = await fetch(url, { method: "POST", body, headers, keepalive: String(body).length < SMALL });
      if (answer.status !== 400 || tries > 0) return answer;
      const fresh = await fetch("/portal/token", { headers: { Accept: "application/json" } });
      if (!fresh.ok) return fresh.status === 401 ? fresh : answer;
      useToken((await fresh.json()).token);
    }
  }

  async function resend(form, button) {
    const makeBody = () => {
      const body = new FormData(form);
      if (button && button.name) body.set(button.name, button.value);
      return new URLSearchParams(Array.from(body).filter(([, value]) => typeof value === "string"));
    };
    const place = one("[data-saved]", form);
    for (let wait = 1500; ; wait = Math.min(wait * 2, 15000)) {
      try {
        if (place) place.textContent = words.sending;
        const answer = await send(form.action, makeBody, { Accept: "text/html" });
        if (answer.status === 401) {
          if (form.dataset.portalDraft) unsaved.set(form, 1);
          sessionEnded();
          return;
        }
        if (answer.status < 500) {
          banner("");
          if (answer.ok && answer.redirected) location.assign(answer.url);
          else await show(answer);
          return;
        }
      } catch { /* no connection */ }
      banner(navigator.onLine ? words.retrying : words.offline);
      await sleep(wait);
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("[data-resends]")) return;
    event.preventDefault();
    clearTimeout(timers.get(form));
    unsaved.delete(form);
    const button = event.submitter;
    resend(form, button).finally(() => { delete form.dataset.sending; delete form.dataset.sent; });
  });

  /* -- saved while typing: a form counts its changes, and is done when the last of them was kept ---- */
  const WAIT = 900;
  const SMALL = 60000; // what a browser still sends when the page goes away
  const timers = new WeakMap();
  const unsaved = new Map();

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !form.dataset.portalDraft || event.target.type === "file") return;
    unsaved.set(form, (unsaved.get(form) || 0) + 1);
    one("[data-saved]", form).textContent = words.saving;
    later(form, WAIT);
    follow();
  });

  function later(form, wait) {
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => save(form), wait));
  }

  async function save(form) {
    if (!form.isConnected || form.dataset.sending) return;
    clearTimeout(timers.get(form));
    const place = one("[data-saved]", form);
    const changes = unsaved.get(form);
    try {
      const makeBody = () => new URLSearchParams(new FormData(form));
      const answer = await send(form.dataset.portalDraft, makeBody, { Accept: "application/json" });
      if (answer.status === 401) { place.textContent = words.failed; sessionEnded(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      if (unsaved.get(form) === changes) {
        unsaved.delete(form);
        const told = await answer.json();
        place.textContent = told.words;
        if (told.asked) all("[data-question]", form).forEach((question) => { question.hidden = !told.asked.includes(question.dataset.question); });
        banner("");
      }
    } catch {
      place.textContent = words.failed;
      if (!navigator.onLine) banner(words.offline);
      later(form, 8000);
    }
  }

  const saveAll = () => Array.from(unsaved.keys(), (form) => save(form));
  window.addEventListener("online", saveAll);
  window.addEventListener("focus", saveAll);
  document.addEventListener("visibilitychange", saveAll);
  window.addEventListener("offline", () => banner(words.offline));
  window.addEventListener("beforeunload", (event) => { if (unsaved.size && !one("form[data-sending]")) event.preventDefault(); });

  /* -- questions that apply only after a yes ------------------------------ */
  function follow() {
    all("[data-follows]").forEach((question) => {
      const yes = one(`input[name="${CSS.escape(question.dataset.follows)}"][value="true"]`);
      question.hidden = Boolean(yes) && !yes.checked;
    });
  }

  /* -- uploads ------------------------------------------------------------ */
  function upload(box, file) {
    const bar = one("progress", box);
    const error = one(".error", box);
    const input = one("input[type=file]", box);
    const form = input.form;
    const fail = (text) => {
      error.hidden = false;
      one("span", error).textContent = text;
      bar.hidden = true;
      input.value = "";
      input.setAttribute("aria-invalid", "true");
    };
    if (file.size > Number(box.dataset.limit)) { fail(words.tooLarge); return; }
    error.hidden = true;
    bar.hidden = false;
    let wait = 1500;
    const body = new FormData(form);
    body.set("file", file);
    (function attempt() {
      const request = new XMLHttpRequest();
      request.open("POST", box.dataset.upload);
      request.setRequestHeader("Accept", "application/json");
      request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total; };
      const again = () => {
        banner(navigator.onLine ? words.retrying : words.offline);
        setTimeout(attempt, wait);
        wait = Math.min(wait * 2, 15000);
      };
      request.onerror = again;
      request.onload = async () => {
        if (request.status >= 500 && request.status !== 503) { again(); return; }
        banner("");
        if (request.status === 401) { fail(words.ended); sessionEnded(); return; }
        if (request.status === 413) { fail(words.tooLarge); return; }
        if (request.status !== 200) { fail(messageOf(request.responseText)); return; }
        await Promise.all(saveAll());
        location.hash = "";
        location.reload();
      };
      request.send(body);
    })();
  }

  function messageOf(text) {
    try { const said = JSON.parse(text); return said.message || said.detail || words.failed; } catch { return words.failed; }
  }

  document.addEventListener("change", (event) => {
    const box = event.target.closest("[data-upload]");
    if (box && event.target.type === "file" && event.target.files[0]) upload(box, event.target.files[0]);
  });

  function prepare() {
    all("[data-upload-button]").forEach((button) => { button.hidden = true; });
    follow();
  }
  prepare();
  openLink();
})();
