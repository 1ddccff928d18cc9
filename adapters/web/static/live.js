// The socket: the page says what it is told. After every break it gets the whole channel again.
import { $, element, morph, said } from "./dom.js";

const feed = $("feed"), channel = $("channel");
const states = new Map();
let delay = 0, known = false;

const LINKS = { live: "Live", lost: "Reconnecting …", connecting: "Connecting …", closed: "Open the page again" };

function tell(state) {
  $("link").dataset.link = state;
  $("link-words").textContent = LINKS[state];
}

const nearEnd = () => channel.scrollHeight - channel.scrollTop - channel.clientHeight < 140;
export const toEnd = () => { channel.scrollTop = channel.scrollHeight; $("latest").hidden = true; };

function times(root) {
  for (const time of root.querySelectorAll("time:not([data-done])")) {
    const date = new Date(time.dateTime);
    const today = date.toDateString() === new Date().toDateString();
    time.textContent = date.toLocaleString([], today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
    time.title = date.toLocaleString();
  }
}

function put({ id, html, said: words }) {
  const fresh = element(html);
  times(fresh);
  const old = $(`job-${id}`), stay = nearEnd();
  if (old) morph(old, fresh);
  else feed.append(fresh);
  for (const image of feed.querySelectorAll(`#job-${id} img`)) if (!image.complete) image.addEventListener("load", () => { if (stay) toEnd(); }, { once: true });
  if (known && words && states.get(id) !== words) said(words);
  states.set(id, words);
  if (stay) toEnd();
  else if (!old) $("latest").hidden = false;
}

function whole(cards) {
  const ids = new Set(cards.map((card) => `job-${card.id}`));
  for (const item of [...feed.children]) if (!ids.has(item.id)) item.remove();
  for (const card of cards) put(card);
  cards.forEach((card, index) => { const item = $(`job-${card.id}`); if (feed.children[index] !== item) feed.insertBefore(item, feed.children[index]); });
  $("loading").hidden = true;
  if (!known) toEnd();
  known = true;
}

function hear(message) {
  if (message.type === "state") whole(message.cards);
  else if (message.type === "card") put(message);
  else if (message.type === "gone") $(`job-${message.id}`)?.remove();
  else if (message.type === "ping") said(message.said);
  $("empty").hidden = feed.children.length > 0 || $("notes").children.length > 0;
}

export function connect() {
  const socket = new WebSocket(`ws://${location.host}/live`);
  let opened = false;
  socket.onopen = () => { opened = true; };
  socket.onmessage = (event) => {
    delay = 0;
    tell("live");
    hear(JSON.parse(event.data));
  };
  socket.onclose = async () => {
    tell("lost");
    // A refused socket tells no reason: ask once by plain means whether this session is still known.
    if (!opened && await refused()) return tell("closed");
    delay = Math.min(delay ? delay * 1.7 : 250, 5000);
    setTimeout(connect, delay * (0.75 + Math.random() / 2));
  };
}

async function refused() {
  try {
    const answer = await fetch("/complete", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"before":""}' });
    return answer.status === 403;
  } catch { return false; }
}

$("latest").onclick = toEnd;
channel.addEventListener("scroll", () => { if (nearEnd()) $("latest").hidden = true; }, { passive: true });
