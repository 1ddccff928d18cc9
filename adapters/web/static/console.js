// The console: told what changes, and everything that is done by a dialog or a form. Nothing is asked twice by itself.
import { $, element, said } from "./dom.js";
import { renew } from "./console_rows.js";

const panel = $("panel"), sheet = $("sheet"), viewer = $("viewer");
const LINKS = { live: "Live", lost: "Reconnecting …", away: "Cannot be reached now", connecting: "Connecting …" };
let delay = 0, latest = "", opener = null;

// ---- What is told ----

function tell(state) {
  if ($("link").dataset.link === state) return;
  $("link").dataset.link = state;
  $("link-words").textContent = LINKS[state];
}

function show(html) {
  latest = html;
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  times(fresh.content);
  const section = fresh.content.firstElementChild, old = panel.firstElementChild;
  if (old && section) renew(old, section);
  find();
}

function count(open) {
  for (const badge of document.querySelectorAll("[data-open]")) {
    const words = open[badge.dataset.open] ?? "";
    badge.hidden = !words;
    badge.querySelector("b").textContent = words;
  }
}

const units = [[86400, "day"], [3600, "hour"], [60, "minute"]];
const ago = new Intl.RelativeTimeFormat([], { numeric: "auto", style: "short" });

function times(root) {
  for (const time of root.querySelectorAll("time")) {
    const date = new Date(time.dateTime), today = date.toDateString() === new Date().toDateString();
    let words = date.toLocaleString([], today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
    if (time.dataset.form === "hour") words = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    if (time.dataset.form === "day") words = date.toLocaleDateString([], { weekday: "short", day: "numeric" });
    if ("ago" in time.dataset) {
      const gone = (Date.now() - date) / 1000, [length, unit] = units.find(([each]) => gone >= each) ?? [1, ""];
      words = unit ? ago.format(-Math.floor(gone / length), unit) : "just now";
    }
    if (time.textContent !== words) time.textContent = words;
    const whole = date.toLocaleString();
    if (time.title !== whole) time.title = whole;
  }
}

function connect() {
  const address = new URL(document.body.dataset.live, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  socket.onmessage = (event) => {
    delay = 0;
    const { html, open } = JSON.parse(event.data);
    tell(html === "" ? "away" : "live");
    if (html) show(html);
    if (open) count(open);
  };
  socket.onclose = async (event) => {
    tell("lost");
    // Whether this browser is still let in is asked by plain means: a refused socket tells no reason.
    if (event.code === 4401 || await refused()) return location.reload();
    delay = Math.min(delay ? delay * 1.7 : 400, 8000);
    setTimeout(connect, delay * (0.75 + Math.random() / 2));
  };
}

async function refused() {
  try { return (await fetch("/console", { redirect: "manual" })).status === 403; } catch { return false; }
}

// ---- What is done ----

async function ask(address, options = {}) {
  try {
    const response = await fetch(address, { credentials: "same-origin", ...options });
    return { ok: response.ok, status: response.status, html: (response.headers.get("Content-Type") ?? "").startsWith("text/html") && response.status !== 403, body: await response.text() };
  } catch {
    return { ok: false, status: 0, html: false, body: "Fairbrush cannot be reached. Nothing may have been done: look, and try again." };
  }
}

function told(answer) {
  if (answer.html) return element(answer.body);
  const words = document.createElement("p");
  words.textContent = answer.status === 403 ? "You are not signed in any more, or that is not yours. Open the console anew." : answer.body;
  const box = element('<div class="told" data-tone="bad" role="status" tabindex="-1"></div>');
  box.append(words);
  return box;
}

function open(content) {
  sheet.replaceChildren(content);
  times(sheet);
  if (!sheet.open) sheet.showModal();
  (sheet.querySelector(".fields input, .fields textarea, .fields select") ?? sheet.querySelector(".row .main") ?? sheet.querySelector("[data-close]"))?.focus();
}

async function openSheet(address) {
  opener ??= document.activeElement;
  const answer = await ask(address);
  if (answer.ok) return open(element(answer.body));
  const shell = element('<div class="sheet-body"><h2 id="sheet-title">That did not work</h2><div class="scroll"></div><div class="row"><span class="gap"></span><button type="button" class="button" data-close>Close</button></div></div>');
  shell.querySelector(".scroll").append(told(answer));
  open(shell);
}

const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value));
const community = (button) => button.dataset.in ?? document.body.dataset.in;

function openDeed(button) {
  const { deed, user, name, job, last, reason, text } = button.dataset;
  return openSheet(`/console/deeds/${encodeURIComponent(deed)}?${query({ in: community(button), user, name, job, last, reason, text })}`);
}

const openPerson = (button) => openSheet(`/console/person?${query({ in: community(button), user: button.dataset.person })}`);

async function send(form) {
  const main = form.querySelector("[type=submit]"), here = form.querySelector(".answer-here");
  if (main.disabled) return;
  main.disabled = true;
  const answer = await ask(`/console/deeds/${encodeURIComponent(form.dataset.verb)}?${query({ in: form.dataset.in })}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(Object.fromEntries(new FormData(form))),
  });
  main.disabled = false;
  const box = told(answer);
  here.replaceChildren(box);
  said(box.innerText);
  if (answer.ok && "inline" in form.dataset) {
    if ("clears" in form.dataset) form.reset();
  } else if (answer.ok) {
    // What was done stands where it was asked for, until it is closed.
    form.querySelector(".fields").remove();
    form.querySelector(".quiet")?.remove();
    main.remove();
    const close = form.querySelector(".row [data-close]");
    close.textContent = "Close";
    close.classList.add("main");
    close.focus();
  }
  if (answer.ok) refresh();
}

// What was done shows at once, also where nobody is told: the section is asked for by plain means.
async function refresh() {
  const address = new URL(document.body.dataset.live.replace("/live/", "/panel/"), location.href);
  const answer = await ask(address);
  if (answer.ok) show(answer.body);
}

function find() {
  const text = $("find-text")?.value.trim().toLowerCase() ?? "";
  for (const row of panel.querySelectorAll("[data-find]")) row.toggleAttribute("data-hidden", !row.dataset.find.includes(text));
}

// Whoever is called just so, or has that id, comes before those who have it somewhere in their name.
function foundAlone(text) {
  const rows = [...panel.querySelectorAll("[data-find]:not([data-hidden]) .person")], named = text.toLowerCase();
  const called = rows.filter((row) => [row.textContent.trim(), row.dataset.person].some((each) => each.toLowerCase() === named));
  const found = called.length ? called : rows;
  return found.length === 1 ? found[0] : null;
}

function enlarge(link) {
  const image = viewer.querySelector("img");
  image.src = link.href;
  image.alt = link.querySelector("img").alt;
  viewer.showModal();
}

// ---- Clicks and keys ----

const closeMenus = (but) => { for (const menu of document.querySelectorAll("details.menu-of[open]")) if (menu !== but) menu.open = false; };

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu-of"));
  const picture = event.target.closest("[data-picture]");
  if (picture && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); return enlarge(picture); }
  const deed = event.target.closest("[data-deed]"), person = event.target.closest("[data-person]"), put = event.target.closest("[data-put]");
  if (deed) { closeMenus(); return openDeed(deed); }
  if (person) return openPerson(person);
  if (put) { const input = put.closest(".field").querySelector("input"); input.value = put.dataset.put; input.focus(); }
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("form.deed")) { event.preventDefault(); send(event.target); }
  if (event.target.id === "find") {
    event.preventDefault();
    const text = $("find-text").value.trim(), one = foundAlone(text);
    if (one) openPerson(one);
    else if (text) openSheet(`/console/person?${query({ in: document.body.dataset.in, user: text })}`);
  }
});
document.addEventListener("input", (event) => { if (event.target.id === "find-text") find(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(); });
for (const dialog of [sheet, viewer]) dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
sheet.addEventListener("close", () => { sheet.replaceChildren(); if (opener?.isConnected) opener.focus(); opener = null; });
// Whoever moves on gets what was held back for them.
panel.addEventListener("pointerleave", () => { moveOn(); });
panel.addEventListener("focusout", (event) => { if (!panel.contains(event.relatedTarget)) moveOn(); });
const moveOn = () => setTimeout(() => { if (latest && panel.querySelector("[data-gone]")) show(latest); }, 0);

$("community")?.addEventListener("change", () => $("community").form.submit());
$("theme").onclick = () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
};

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
times(document);
setInterval(() => times(document), 20_000);
connect();
