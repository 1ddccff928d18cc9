// Clicks: everything that is done with a message, a form, an answer.
import { $, element, said } from "./dom.js";
import { get, newEvent, post, postParts, show, speaker } from "./asking.js";
import { attach, attachedPictures, begin, clearPictures, fill } from "./composer.js";
import { connect } from "./live.js";

const sheet = $("sheet"), viewer = $("viewer");

async function openForm(address) {
  const answer = await get(address);
  if (!answer.ok) return show(answer);
  sheet.replaceChildren(element(answer.html));
  sheet.showModal();
  sheet.querySelector("textarea, input, select")?.focus();
}

async function sendForm(form) {
  const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const paint = form.querySelector(".main");
  paint.disabled = true;
  form.dataset.event ??= newEvent();  // the same form sent again after a lost answer is the same job
  const content = { as: speaker(), event: form.dataset.event, workflow: form.dataset.workflow, parent: form.dataset.parent, values };
  const answer = await postParts("/forms", content, attachedPictures());
  paint.disabled = false;
  if (answer.ok) { clearPictures(); return sheet.close(); }
  if (!answer.lost) delete form.dataset.event;
  const place = form.querySelector(".sheet-faults");
  const words = document.createElement("p");
  words.textContent = answer.words;
  place.replaceChildren(answer.html ? element(answer.html) : words);
  for (const each of form.elements) each.removeAttribute("aria-invalid");
  for (const name of place.querySelectorAll("dt")) form.elements[name.textContent]?.setAttribute("aria-invalid", "true");
}

async function press(button) {
  const job = button.dataset.job ?? button.closest(".message").id.slice(4), what = button.dataset.press;
  if (what === "edit") return openForm(`/jobs/${job}/form`);
  if (what === "parameters") return show(await get(`/jobs/${job}/command`));
  if (what === "delete" && !button.dataset.sure) {
    button.dataset.sure = "yes";
    button.textContent = "Delete for good?";
    setTimeout(() => { if (button.isConnected) { delete button.dataset.sure; button.textContent = "Delete"; } }, 4000);
    return;
  }
  if (what === "report") {
    const reason = prompt("What should the operator know about this picture?", "");
    return reason === null ? undefined : show(await post(`/jobs/${job}/report`, { as: speaker(), reason }));
  }
  button.disabled = true;
  const number = Number(button.dataset.number ?? 0);
  show(await post(`/jobs/${job}/${what}`, { as: speaker(), event: newEvent(), number }));
  button.disabled = false;
}

async function copy(button) {
  try { await navigator.clipboard.writeText(button.dataset.copy); button.textContent = "Copied"; said("Copied."); }
  catch { getSelection().selectAllChildren(button.closest(".command").querySelector("code")); button.textContent = "Press Ctrl+C"; }
}

function enlarge(link) {
  const [image, save] = [viewer.querySelector("img"), viewer.querySelector("a")];
  image.src = save.href = link.href;
  image.alt = link.querySelector("img").alt;
  save.download = link.dataset.name;
  viewer.showModal();
}

async function useAsInput() {
  const response = await fetch(viewer.querySelector("img").src);
  viewer.close();
  if (response.ok) attach(await response.blob());
}

const CLICKS = [
  ["[data-press]", press],
  ["[data-fill]", (button) => fill(button.dataset.fill)],
  ["[data-copy]", copy],
  ["[data-form]", (button) => openForm(`/workflows/${button.dataset.form}/form`)],
  ["[data-dismiss]", (button) => { button.closest(".note").remove(); $("say").focus(); }],
  ["[data-close]", (button) => button.closest("dialog").close()],
  ["[data-use]", useAsInput],
];

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-picture]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); return enlarge(link); }
  for (const [selector, act] of CLICKS) {
    const found = event.target.closest(selector);
    if (found) return act(found);
  }
});
sheet.addEventListener("submit", (event) => { event.preventDefault(); sendForm(event.target); });
for (const dialog of [sheet, viewer]) dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]") && $("notes").lastElementChild && document.activeElement !== $("say")) {
    $("notes").lastElementChild.remove();
    $("say").focus();
  }
});

$("theme").onclick = () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
};

const as = localStorage.getItem("as");
if (as && [...($("as").options ?? [])].some((option) => option.value === as)) $("as").value = as;
$("as").addEventListener("change", () => { localStorage.setItem("as", $("as").value); $("say").focus(); });

begin();
connect();
if (matchMedia("(hover: hover)").matches) $("say").focus();
