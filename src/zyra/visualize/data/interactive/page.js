// The page: reads what it carries, draws it, and says what lies under the pointer.

const facts = JSON.parse(document.getElementById("facts").textContent);
const byId = (id) => document.getElementById(id);
const canvas = byId("map"), context = canvas.getContext("2d"), layer = document.createElement("canvas");
const frame = byId("frame"), isPoints = facts.mode === "points";
const projection = facts.engine === "folium"
  ? mercator() : plateCarree((facts.extent[2] + facts.extent[3]) / 2);
const view = new View(projection, [0.2, facts.mesh ? Math.max(400, 64 / facts.mesh.dx) : 2000]);
view.whole = facts.engine === "folium";
const kept = new Map(), chosen = facts.sliders.map(() => 0);
let colours, ground, points, lines = [], current = null, tiles = null, pending = 0, settle = 0, cross = null;

function frameNumber() {
  return facts.sliders.reduce((number, slider, i) => number * slider.labels.length + chosen[i], 0);
}

async function numbersOf(name) {
  if (!kept.has(name)) {
    if (kept.size > 24) kept.delete(kept.keys().next().value);
    kept.set(name, await unpacked(name, 2));
  }
  return kept.get(name);
}

async function show() {
  const number = frameNumber(), found = { number, mesh: facts.mesh, scaling: facts.values };
  if (facts.mesh) found.values = await numbersOf(`values-${number}`);
  if (facts.vectors) {
    found.wind = {
      mesh: facts.mesh, scaling: facts.vectors.scaling,
      u: await numbersOf(`u-${number}`), v: await numbersOf(`v-${number}`),
    };
  }
  if (number !== frameNumber()) return; // the slider has moved on
  current = found;
  byId("note").textContent = facts.notes[number];
  const stamp = facts.stamp && facts.stamp.texts[number];
  byId("stamp").hidden = !stamp;
  byId("stamp").textContent = stamp || "";
  draw(1);
}

function drawSoon(isMoving) {
  cancelAnimationFrame(pending);
  clearTimeout(settle);
  pending = requestAnimationFrame(() => draw(isMoving ? 2 : 1));
  if (isMoving) settle = setTimeout(() => draw(1), 160);
}

function draw(part) {
  if (!current) return;
  const ratio = Math.min(window.devicePixelRatio || 1, 2), styles = getComputedStyle(document.documentElement);
  const ink = styles.getPropertyValue("--line").trim();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  if (ground) drawMesh(facts.ground, ground, groundColours(styles), part, false, 1);
  if (tiles) tiles.draw(context, view);
  const fine = part === 1 ? 1 / ratio : part;
  if (facts.mesh) drawMesh(facts.mesh, current.values, colours, fine, facts.smooth, tiles ? 0.72 : 1);
  drawLines(ink);
  if (current.wind) drawVectors();
  if (points) drawPoints(context, points, colours, view, `rgba(${ink}, 0.85)`);
  if (cross) drawCross(ink);
}

function drawMesh(mesh, values, lut, part, smooth, opacity) {
  const image = rasterOf(mesh, values, lut, view, part, smooth);
  layer.width = image.width;
  layer.height = image.height;
  layer.getContext("2d").putImageData(image, 0, 0);
  context.globalAlpha = opacity;
  context.drawImage(layer, 0, 0, image.width * part, image.height * part);
  context.globalAlpha = 1;
}

function drawLines(ink) {
  const shown = lines.filter((each) => 1 / view.scale <= each.coarsest && 1 / view.scale > each.finest);
  const thin = view.width < 500 ? 0.7 : 1;
  context.lineJoin = "round";
  for (const { path, kind } of shown) {
    context.strokeStyle = `rgba(${ink}, ${kind === "borders" ? 0.55 : 0.85})`;
    context.lineWidth = (kind === "borders" ? 0.8 : 1.1) * thin;
    strokePath(context, path, view);
  }
  if (facts.features.includes("gridlines")) drawGraticule(context, view, ink);
}

function drawVectors() {
  const look = facts.vectors;
  context.strokeStyle = look.color;
  context.lineWidth = 1.25;
  context.lineCap = "round";
  (look.streamlines ? drawStreamlines : drawArrows)(context, current.wind, view, look);
}

function drawCross(ink) {
  const [x, y] = cross;
  context.strokeStyle = `rgba(${ink}, 0.9)`;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x - 9, y); context.lineTo(x + 9, y);
  context.moveTo(x, y - 9); context.lineTo(x, y + 9);
  context.stroke();
}

function groundColours(styles) {
  const probe = document.createElement("canvas").getContext("2d");
  return Uint32Array.from(["ocean", "land"], (name) => {
    if (!facts.features.includes(name)) return 0;
    probe.fillStyle = styles.getPropertyValue(`--${name}`).trim();
    const value = parseInt(probe.fillStyle.slice(1), 16);
    return (255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
  });
}

function pointedAt(x, y, isKey = false) {
  const before = cross;
  cross = isKey ? [x, y] : null;
  if (before || cross) drawSoon(false);
  byId("readout").textContent = Number.isNaN(x) || !current ? "\u00a0" : readout(x, y);
}

function readout(x, y) {
  let lon = turned(view.lonOf(x)), lat = view.latOf(y);
  const dot = points ? nearestDot(points, view, x, y) : -1;
  if (dot >= 0) { lon = points.lon[dot]; lat = points.lat[dot]; }
  if (!(Math.abs(lat) <= 90)) return "\u00a0";
  const step = Math.min(1 / view.scale, 0.1);
  const where = `${degreesText(lat, "N", "S", step)} ${degreesText(lon, "E", "W", step)}`;
  const time = facts.times[current.number];
  return [where, ...told(lon, lat, dot), time].filter(Boolean).join("  \u00b7  ");
}

function told(lon, lat, dot) {
  if (isPoints) return dot < 0 ? [] : [points.names ? points.names[dot] : "", quantity(points.values[dot])];
  const point = nearestPoint(facts.mesh, lon, lat);
  if (point < 0) return ["outside"];
  const texts = [quantity(current.values[point])];
  if (current.wind && current.wind.u[point] !== MISSING) {
    const { low, step } = current.wind.scaling;
    const u = low + step * current.wind.u[point], v = low + step * current.wind.v[point];
    // Winds are named for where they come from, currents for where they go.
    const sign = facts.vectors.isWind ? -1 : 1;
    const angle = Math.round(Math.atan2(sign * u, sign * v) * DEGREES + 360) % 360;
    texts.push(`${sign < 0 ? "from" : "towards"} ${angle}\u00b0`);
  }
  return texts;
}

function quantity(number) {
  if (number === MISSING) return "no value";
  const { low, step, digits } = facts.values, value = low + step * number;
  const text = digits === null ? value.toExponential(4) : value.toFixed(digits);
  const plain = Number(text) === 0 ? text.replace("-", "") : text.replace("-", "\u2212");
  return facts.units ? `${plain} ${facts.units}` : plain;
}

function addSliders() {
  facts.sliders.forEach((slider, i) => {
    const label = document.createElement("label"), name = document.createElement("span");
    const input = document.createElement("input"), output = document.createElement("output");
    name.textContent = slider.name;
    Object.assign(input, { type: "range", min: 0, max: slider.labels.length - 1, step: 1, value: 0 });
    const tell = () => {
      output.textContent = slider.labels[chosen[i]];
      input.setAttribute("aria-valuetext", slider.labels[chosen[i]]);
    };
    input.addEventListener("input", () => { chosen[i] = Number(input.value); tell(); show(); });
    tell();
    label.append(name, input, output);
    byId("sliders").append(label);
  });
  byId("sliders").addEventListener("submit", (event) => event.preventDefault());
}

function drawBar() {
  if (!facts.bar) return;
  byId("bar").hidden = false;
  const bar = document.querySelector("#bar canvas"), strip = facts.bar.colours;
  bar.width = strip.length;
  strip.forEach((colour, i) => {
    const ink = bar.getContext("2d");
    ink.fillStyle = colour;
    ink.fillRect(i, 0, 1, 14);
  });
  for (const [share, text] of facts.bar.ticks) {
    const tick = document.createElement("span");
    tick.textContent = text;
    tick.style.left = `${share * 100}%`;
    byId("ticks").append(tick);
  }
  byId("caption").textContent = facts.bar.caption;
}

function reset() {
  view.fit(facts.extent);
  if (facts.zoom !== null) view.setScale(webScale(facts.zoom));
}

function resized() {
  const box = frame.getBoundingClientRect(), ratio = Math.min(window.devicePixelRatio || 1, 2);
  const isFirst = view.width === 1, change = box.width / view.width;
  view.width = box.width;
  view.height = box.height;
  canvas.width = Math.round(box.width * ratio);
  canvas.height = Math.round(box.height * ratio);
  if (isFirst) reset(); else view.setScale(view.scale * change);
  draw(1);
}

async function begin() {
  document.documentElement.classList.toggle("plain", isPoints);
  document.querySelector("main").style.maxWidth = `${facts.width + 32}px`;
  frame.style.aspectRatio = `${facts.width} / ${facts.height}`;
  frame.style.maxHeight = "82vh";
  frame.style.minHeight = "160px";
  if (facts.stamp) byId("stamp").classList.add(facts.stamp.corner);
  const levels = await unpacked("levels", 2);
  const packed = Uint32Array.from(facts.colours);
  colours = new Uint32Array(65536);
  levels.forEach((level, i) => { colours[i] = packed[level]; });
  for (const each of facts.lines) {
    lines.push({ ...each, path: pathOf(await unpacked(each.id, 4), projection) });
  }
  if (facts.ground) ground = await unpacked("ground", 2);
  if (isPoints) {
    const [lon, lat] = [await unpacked("lon", 4), await unpacked("lat", 4)];
    points = {
      lon: Float64Array.from(lon, (each) => each * LINE_UNIT), lat: Float64Array.from(lat, (each) => each * LINE_UNIT),
      values: await unpacked("values-0", 2), names: facts.names,
    };
  }
  if (facts.tiles) {
    tiles = new Tiles(facts.tiles.url, () => drawSoon(false));
    byId("credit").hidden = !facts.tiles.credit;
    byId("credit").textContent = facts.tiles.credit || "";
  }
  addSliders();
  drawBar();
  resized();
  await show();
  new ResizeObserver(resized).observe(frame);
  listen(canvas, view, reset, drawSoon, pointedAt);
  byId("in").addEventListener("click", () => { view.zoomAround(1.6, view.width / 2, view.height / 2); drawSoon(false); });
  byId("out").addEventListener("click", () => { view.zoomAround(1 / 1.6, view.width / 2, view.height / 2); drawSoon(false); });
  byId("whole").addEventListener("click", () => { reset(); drawSoon(false); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(1));
  document.documentElement.dataset.ready = "yes";
}

begin();
