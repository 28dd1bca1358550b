// Mouse, touch and keyboard.

const KEY_STEP = 60, KEYS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

// Calls `changed(isMoving)` when the view has changed and `pointedAt(x, y)` for the read-out.
function listen(canvas, view, reset, changed, pointedAt) {
  const held = new Map();
  const place = (event) => [event.offsetX, event.offsetY];

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, place(event));
    canvas.classList.add("moving");
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = place(event), before = held.get(event.pointerId);
    if (before) {
      if (held.size === 2) pinch(view, held, event.pointerId, now);
      else view.moveBy(now[0] - before[0], now[1] - before[1]);
      held.set(event.pointerId, now);
      changed(true);
    }
    pointedAt(...now);
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, (event) => {
      held.delete(event.pointerId);
      if (!held.size) canvas.classList.remove("moving");
      changed(false);
    });
  }
  canvas.addEventListener("pointerleave", () => { if (!held.size) pointedAt(NaN, NaN); });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    view.zoomAround(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), ...place(event));
    changed(true);
    pointedAt(...place(event));
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => { view.zoomAround(2, ...place(event)); changed(false); });
  canvas.addEventListener("keydown", (event) => {
    const middle = [view.width / 2, view.height / 2];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (KEYS[event.key]) view.moveBy(...KEYS[event.key].map((step) => step * KEY_STEP));
    else if (event.key === "+" || event.key === "=") view.zoomAround(1.5, ...middle);
    else if (event.key === "-") view.zoomAround(1 / 1.5, ...middle);
    else if (event.key === "0" || event.key === "Home") reset();
    else return;
    event.preventDefault();
    changed(false);
    pointedAt(...middle, true);
  });
}

function pinch(view, held, moved, now) {
  const [id, other] = [...held].find(([each]) => each !== moved);
  const before = held.get(moved);
  const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) || 1;
  const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
  if (held.has(id)) view.zoomAround(distance(now, other) / distance(before, other), ...middle);
}
