// Everything that is sent. What comes back as HTML is an answer for this person only.
import { $, element } from "./dom.js";

export const speaker = () => $("as").value;
export const newEvent = () => crypto.randomUUID();

export function note(html) {
  const item = element(html);
  if (!item) return;
  $("notes").append(item);
  while ($("notes").children.length > 8) $("notes").firstElementChild.remove();
  item.scrollIntoView({ block: "nearest" });
}

export function trouble(words) {
  const item = element('<li class="note" data-tone="bad" tabindex="-1"><p class="private">Only you see this <button type="button" class="dismiss" data-dismiss>Dismiss</button></p><p class="headline"></p></li>');
  item.querySelector(".headline").textContent = words;
  $("notes").append(item);
  item.scrollIntoView({ block: "nearest" });
}

async function send(address, options) {
  let response;
  try {
    response = await fetch(address, { credentials: "same-origin", ...options });
  } catch {
    return { ok: false, lost: true, words: "Fairbrush cannot be reached. Nothing was lost: send it again when it is back." };
  }
  const isHtml = (response.headers.get("Content-Type") ?? "").startsWith("text/html");
  const body = await response.text().catch(() => "");
  return { ok: response.ok, status: response.status, html: isHtml ? body : "", words: response.ok || isHtml ? "" : body };
}

export const get = (address) => send(address, {});

export const post = (address, content) =>
  send(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });

// With pictures: one part for the words, one for each picture by its kind.
export function postParts(address, content, pictures) {
  const form = new FormData();
  form.append("ask", JSON.stringify(content));
  for (const [kind, blob] of Object.entries(pictures)) form.append(kind, blob, kind);
  return send(address, { method: "POST", body: form });
}

export function show(answer) {
  if (answer.html) note(answer.html);
  else if (answer.words) trouble(answer.words);
  return answer.ok;
}
