// A mask painted over a picture: white is painted anew, black stays, in the picture's own size.
import { $ } from "./dom.js";

const dialog = $("mask"), canvas = $("easel"), over = document.createElement("canvas");
let picture, last = null, finish = null;

function draw() {
  const view = canvas.getContext("2d");
  view.globalAlpha = 1;
  view.drawImage(picture, 0, 0, canvas.width, canvas.height);
  view.globalAlpha = 0.62;
  view.drawImage(over, 0, 0);
}

function point(event) {
  const box = canvas.getBoundingClientRect();
  return { x: (event.clientX - box.left) * canvas.width / box.width, y: (event.clientY - box.top) * canvas.height / box.height, scale: canvas.width / box.width };
}

function stroke(event) {
  const here = point(event), brush = over.getContext("2d");
  brush.globalCompositeOperation = $("erase").getAttribute("aria-pressed") === "true" ? "destination-out" : "source-over";
  brush.strokeStyle = "#e0527a"; brush.lineCap = brush.lineJoin = "round"; brush.lineWidth = Number($("brush").value) * here.scale;
  brush.beginPath();
  brush.moveTo((last ?? here).x, (last ?? here).y);
  brush.lineTo(here.x, here.y + (last ? 0 : 0.01));
  brush.stroke();
  last = here;
  draw();
}

canvas.onpointerdown = (event) => { canvas.setPointerCapture(event.pointerId); last = null; stroke(event); };
canvas.onpointermove = (event) => { if (event.buttons) stroke(event); };
canvas.onpointerup = () => { last = null; };
$("erase").onclick = () => $("erase").setAttribute("aria-pressed", String($("erase").getAttribute("aria-pressed") !== "true"));
$("clear").onclick = () => { over.width = canvas.width; draw(); };
$("use-mask").onclick = () => {
  const mask = document.createElement("canvas");
  mask.width = over.width; mask.height = over.height;
  const paint = mask.getContext("2d");
  // Every painted pixel becomes white, then black goes below.
  paint.drawImage(over, 0, 0);
  paint.globalCompositeOperation = "source-in"; paint.fillStyle = "#fff"; paint.fillRect(0, 0, mask.width, mask.height);
  paint.globalCompositeOperation = "destination-over"; paint.fillStyle = "#000"; paint.fillRect(0, 0, mask.width, mask.height);
  mask.toBlob((blob) => { finish?.(blob); finish = null; dialog.close(); }, "image/png");
};
dialog.addEventListener("close", () => { finish?.(null); finish = null; });

export async function paintMask(blob) {
  picture = await createImageBitmap(blob);
  for (const each of [canvas, over]) { each.width = picture.width; each.height = picture.height; }
  draw();
  dialog.showModal();
  return new Promise((resolve) => { finish = resolve; });
}
