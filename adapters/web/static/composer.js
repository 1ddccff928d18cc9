// The message box: completion, attachments, history of what was sent.
import { $, element, said } from "./dom.js";
import { newEvent, postParts, show, speaker, trouble } from "./asking.js";
import { toEnd } from "./live.js";
import { paintMask } from "./mask.js";

const say = $("say"), menu = $("menu"), hint = $("hint"), chips = $("chips");
const pictures = {};  // kind -> Blob
const past = JSON.parse(sessionStorage.getItem("past") ?? "[]");
let at = past.length, offered = null, chosen = -1, asked = 0, sending = false, lost = null;

export const attachedPictures = () => ({ ...pictures });
export function clearPictures() { for (const kind of Object.keys(pictures)) delete pictures[kind]; drawPictures(); }

export function fill(text) {
  say.value = text;
  grow();
  say.focus();
  say.setSelectionRange(text.length, text.length);
  complete();
}

function grow() { say.style.height = "auto"; say.style.height = `${say.scrollHeight}px`; }

function close() {
  asked++;  // an answer that is still on its way opens nothing again
  offered = null; chosen = -1; menu.hidden = true; hint.hidden = true;
  say.setAttribute("aria-expanded", "false");
  say.removeAttribute("aria-activedescendant");
}

// Whoever types faster than that reads no menu, and every question counts against what one person may ask.
const SPACING_MS = 100;
let due = 0, timer = 0;

const typed = () => say.value.slice(0, say.selectionStart);

function complete() {
  clearTimeout(timer);
  if (!/^\s*\//.test(typed())) { close(); chips.hidden = true; return; }
  const mine = ++asked;
  timer = setTimeout(() => ask(mine), due - performance.now());
}

async function ask(mine) {
  if (mine !== asked) return;  // the menu was closed meanwhile
  due = performance.now() + SPACING_MS;
  let found;
  try {
    const response = await fetch("/complete", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ before: typed(), as: speaker() }) });
    if (!response.ok) return;
    found = await response.json();
  } catch { return; }
  // Answers may cross; only the one to the latest question counts.
  if (mine === asked) draw(found);
}

function draw(found) {
  offered = found;
  chosen = -1;
  menu.replaceChildren(...found.suggestions.map((each, index) => {
    const item = document.createElement("li");
    item.id = `choice-${index}`; item.setAttribute("role", "option"); item.setAttribute("aria-selected", "false");
    const label = document.createElement("b"), detail = document.createElement("span");
    label.textContent = each.label; detail.textContent = each.detail;
    item.append(label, detail);
    item.onmousedown = (event) => { event.preventDefault(); take(index); };
    return item;
  }));
  menu.hidden = !found.suggestions.length;
  say.setAttribute("aria-expanded", String(!menu.hidden));
  hint.textContent = found.hint; hint.hidden = !found.hint;
  chips.replaceChildren(...found.parameters.map((each) => {
    const item = document.createElement("li"), button = document.createElement("button"), name = document.createElement("b");
    button.type = "button"; name.textContent = each.label;
    button.append(name, ` ${each.detail}`);
    button.onclick = () => insert(each.text);
    item.append(button);
    return item;
  }));
  chips.hidden = !found.parameters.length;
}

function choose(step) {
  const count = menu.children.length;
  chosen = (chosen + step + count + (chosen < 0 && step < 0 ? 1 : 0)) % count;
  [...menu.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  menu.children[chosen].scrollIntoView({ block: "nearest" });
  say.setAttribute("aria-activedescendant", `choice-${chosen}`);
}

function take(index) {
  // Somebody who types fast is letters ahead of the menu: all of the begun word is replaced, up to the cursor.
  const { text } = offered.suggestions[index], before = say.value.slice(0, offered.start) + text;
  if (/\s/.test(say.value.slice(offered.start, say.selectionStart))) return complete();
  say.value = before + say.value.slice(say.selectionStart).trimStart();
  say.setSelectionRange(before.length, before.length);
  close();
  grow();
  say.focus();
  complete();
}

function insert(text) {
  const before = say.value.slice(0, say.selectionStart).replace(/\s*$/, " ") + text, after = say.value.slice(say.selectionEnd);
  say.value = before + (after && !after.startsWith(" ") ? ` ${after}` : after);
  say.focus();
  say.setSelectionRange(before.length, before.length);
  grow();
  complete();
}

async function submit() {
  const text = say.value.trim();
  if (!text || sending) return;
  sending = true; $("send").disabled = true;
  close();
  // An answer that was lost may have been a yes: the same words again are the same event, and so the same job.
  if (lost?.text !== text || lost.as !== speaker()) lost = { text, as: speaker(), event: newEvent() };
  const answer = await postParts("/ask", lost, pictures);
  if (!answer.lost) lost = null;
  sending = false; $("send").disabled = false;
  if (answer.ok || answer.html) remember(text);
  show(answer);
  if (answer.ok) {
    // What was refused stays, to be mended; what was typed in the meantime stays, too.
    if (say.value.trim() === text) say.value = "";
    clearPictures();
    chips.hidden = true;
    $("empty").hidden = true;
    if (!answer.html) toEnd();
  }
  grow();
}

function remember(text) {
  if (past.at(-1) !== text) past.push(text);
  past.splice(0, past.length - 50);
  at = past.length;
  sessionStorage.setItem("past", JSON.stringify(past));
}

function recall(step) {
  at = Math.max(0, Math.min(past.length, at + step));
  say.value = past[at] ?? "";
  grow();
  close();
}

const KEYS = {
  Enter(event) {
    if (event.shiftKey || event.isComposing) return false;
    const begun = /^\s*\/[\w-]*$/.test(say.value) && offered?.suggestions.length && !menu.hidden;
    const whole = begun && offered.suggestions.some((each) => each.label === say.value.trim());
    if (chosen >= 0 && !menu.hidden) take(chosen);
    else if (begun && !whole) take(0);
    else submit();
    return true;
  },
  Tab(event) { if (menu.hidden || event.shiftKey) return false; take(Math.max(chosen, 0)); return true; },
  Escape() { if (menu.hidden && hint.hidden) return false; close(); return true; },
  ArrowDown() {
    if (!menu.hidden) { choose(1); return true; }
    if (at < past.length && say.value === (past[at] ?? "")) { recall(1); return true; }
    return false;
  },
  ArrowUp() {
    if (!menu.hidden) { choose(-1); return true; }
    if (say.value && say.value !== past[at]) return false;
    if (past.length) recall(-1);
    return true;
  },
};

// ---- attachments -------------------------------------------------------------------------------------------------

export function attach(blob) {
  if (!/^image\/(png|jpeg|webp)$/.test(blob.type)) return trouble("That is no picture that can be used: take a PNG, JPEG or WebP.");
  if (blob.size > 32 * 1024 * 1024) return trouble("That picture is larger than 32 MB.");
  pictures.image = blob;
  delete pictures.mask;
  drawPictures();
  if (!say.value) fill("/img2img ");
  say.focus();
  said("Picture attached.");
}

function drawPictures() {
  const list = $("attached");
  for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  list.replaceChildren(...Object.entries(pictures).map(([kind, blob]) => {
    const item = element('<li><img alt=""><span></span><button type="button" class="button" data-paint>Paint a mask</button><button type="button" class="button quiet" data-remove>Remove</button></li>');
    item.querySelector("img").src = URL.createObjectURL(blob);
    item.querySelector("img").alt = kind === "mask" ? "The painted mask" : "The attached picture";
    item.querySelector("span").textContent = kind === "mask" ? "Mask" : "Picture";
    item.querySelector("[data-remove]").onclick = () => { delete pictures[kind]; if (kind === "image") delete pictures.mask; drawPictures(); say.focus(); };
    const paint = item.querySelector("[data-paint]");
    if (kind === "mask") paint.remove();
    else paint.onclick = async () => {
      const mask = await paintMask(blob);
      if (!mask) return;
      pictures.mask = mask;
      drawPictures();
      if (/^\s*\/(img2img)?\s*$/.test(say.value) || !say.value) fill("/inpaint ");
      say.focus();
    };
    return item;
  }));
  list.hidden = !list.children.length;
}

export function begin() {
  say.addEventListener("input", () => { grow(); at = past.length; complete(); });
  say.addEventListener("click", complete);
  say.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== say) close(); }, 120));
  say.addEventListener("keydown", (event) => { if (KEYS[event.key]?.(event)) event.preventDefault(); });
  say.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files].find((each) => each.type.startsWith("image/"));
    if (file) { event.preventDefault(); attach(file); }
  });
  $("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  $("attach").onclick = () => $("file").click();
  $("file").onchange = () => { if ($("file").files[0]) attach($("file").files[0]); $("file").value = ""; };
  for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, (event) => {
    event.preventDefault();
    $("composer").classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files[0]) attach(event.dataTransfer.files[0]);
  });
}
