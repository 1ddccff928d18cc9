// Small tools over the document. HTML comes from our own templates only, which escape what people wrote.

export const $ = (id) => document.getElementById(id);

export function element(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

// Changes an element into another one in place: pictures that stay are not loaded again, focus stays where it is.
export function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return old.replaceWith(fresh);
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) return;
  morphAttributes(old, fresh);
  const olds = [...old.childNodes], freshes = [...fresh.childNodes];
  // A block that appears or goes (a bar, a preview) must not make its neighbours change places.
  let at = 0;
  for (const next of freshes) {
    const found = olds.findIndex((each, index) => index >= at && alike(each, next));
    if (found < 0) {
      old.insertBefore(next, olds[at] ?? null);
    } else {
      for (; at < found; at++) olds[at].remove();
      morph(olds[at++], next);
    }
  }
  for (; at < olds.length; at++) olds[at].remove();
}

const alike = (one, other) => one.nodeName === other.nodeName && one.className === other.className
  && one.dataset?.press === other.dataset?.press;

function morphAttributes(old, fresh) {
  const isPreview = old.dataset?.preview && fresh.dataset.preview;
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) {
    if (isPreview && name === "src") continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (isPreview) showPreview(old);
}

// The next preview is decoded before it is shown, so the picture never blinks; the newest one wins.
async function showPreview(image) {
  const wanted = image.dataset.preview;
  if (image.getAttribute("src") === wanted) return;
  const next = new Image();
  next.src = wanted;
  try { await next.decode(); } catch { return; }
  if (image.dataset.preview === wanted) image.src = wanted;
}

export const said = (words) => { $("said").textContent = ""; setTimeout(() => { $("said").textContent = words; }, 60); };
