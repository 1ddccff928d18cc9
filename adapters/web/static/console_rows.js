// Changes a part of the page in place: rows are known by their ids, so focus, open details and the pointer stay.

export function renew(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return old.replaceWith(fresh);
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) return;
  // What somebody fills in is theirs; what they opened stays open.
  if (old.matches("form.deed, form.find")) return;
  attributes(old, fresh);
  if (old.matches("[data-rows]") && busy(old)) grow(old, fresh);
  else children(old, fresh);
}

// While somebody points at rows or stands in them, none changes its place: new ones come below, old ones fade.
const busy = (rows) => rows.contains(document.activeElement) || (rows.matches(":hover") && performance.now() - moved < 2500);
let moved = -Infinity;
document.addEventListener("pointermove", () => { moved = performance.now(); }, { passive: true });
document.addEventListener("pointerdown", () => { moved = performance.now(); }, { passive: true });

function grow(old, fresh) {
  const next = new Map([...fresh.children].map((each) => [each.id, each]));
  for (const row of [...old.children]) {
    const found = next.get(row.id);
    next.delete(row.id);
    row.toggleAttribute("data-gone", !found);
    if (found) renew(row, found);
  }
  old.append(...next.values());
}

function children(old, fresh) {
  const known = new Map([...old.children].filter((each) => each.id).map((each) => [each.id, each]));
  const stays = new Set([...fresh.children].map((each) => each.id).filter(Boolean));
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    // What goes is taken away where it is: what is moved instead would lose the focus.
    while (at?.id && !stays.has(at.id)) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
    const same = next.id ? known.get(next.id) : at && !at.id && alike(at, next) ? at : null;
    if (!same) {
      old.insertBefore(next, at);
      continue;
    }
    if (same === at) at = at.nextSibling;
    else old.insertBefore(same, at);
    known.delete(next.id);
    renew(same, next);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

const alike = (one, other) => one.nodeName === other.nodeName && (one.className?.baseVal ?? one.className) === (other.className?.baseVal ?? other.className);

function attributes(old, fresh) {
  const stays = old.nodeName === "DETAILS" ? "open" : "";
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== stays && name !== "data-hidden") old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}
